"""Playbooks: the guide's procedures as YAML, one file each, found by being in the folder."""

from sidecar.playbooks.loader import (
    Button,
    Playbook,
    PlaybookError,
    Schedule,
    Step,
    load_playbooks,
    parse_playbook,
)

__all__ = ["Button", "Playbook", "PlaybookError", "Schedule", "Step", "load_playbooks", "parse_playbook"]
