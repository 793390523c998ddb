"""Runs: a playbook carried out at a site, from what triggered it to its tickets."""

from sidecar.runs.equipment import Equipment
from sidecar.runs.site_forms import site_forms
from sidecar.runs.starting import PressedOften, Running, look_again, start
from sidecar.runs.view import overview, view

__all__ = ["Equipment", "PressedOften", "Running", "look_again", "overview", "site_forms", "start", "view"]
