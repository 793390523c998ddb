"""Playbooks: the guide's procedures as YAML, one file each, found by being in the folder."""

from sidecar.playbooks.loader import Playbook, PlaybookError, Step, load_playbooks, parse_playbook

__all__ = ["Playbook", "PlaybookError", "Step", "load_playbooks", "parse_playbook"]
