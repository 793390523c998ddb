"""Tickets: one a fault, filed, counted, reopened and resolved with proof. The console, the API and the CLI
call these plain functions; each takes the services first.
"""

from sidecar.tickets.deeds import comment, mute, not_a_fault, resolve, take, unmute
from sidecar.tickets.entries_way import form_to_look_at
from sidecar.tickets.fingerprint import fingerprint
from sidecar.tickets.judging import Sighting, judge
from sidecar.tickets.notices import notice_of
from sidecar.tickets.occurrences import occurred
from sidecar.tickets.template import as_markdown, as_text

__all__ = [
    "Sighting",
    "as_markdown",
    "as_text",
    "comment",
    "fingerprint",
    "form_to_look_at",
    "judge",
    "mute",
    "not_a_fault",
    "notice_of",
    "occurred",
    "resolve",
    "take",
    "unmute",
]
