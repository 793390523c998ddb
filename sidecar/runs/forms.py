"""Which form an event or a run is about, and how often what forms tell may start a run.

A run about a form tries it in a real browser: that costs the site and us more than a look at a relay,
and what pages tell anybody can forge. So the pauses are longer than those of mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.playbooks import PlaybookError, parse_playbook
from sidecar.store.events import Event
from sidecar.store.runs import Run

FORM_EVENTS = (
    "form.submitted", "form.rejected", "form.failed", "form.spam", "form.lost", "form.stalled", "form.struggled",
    "mail.sent", "mail.failed", "mail.hung",
)  # fmt: skip


def form_of(event: Event) -> str:
    """The form that an event is about, as `plugin:id`; "" for none."""
    data = event.data
    if event.type.startswith("form.") or event.type == "js.error":
        plugin, form = str(data.get("plugin") or ""), str(data.get("form") or "")
        return f"{plugin}:{form}" if plugin and form else ""
    return str(data.get("form") or "") if event.type.startswith("mail.") else ""


def about_forms(run: Run) -> bool:
    """Whether the run's playbook looks at forms; one that cannot be read any more is carried out as any other."""
    try:
        return parse_playbook(run.playbook_text, f"the playbook of {run.id}").about_forms
    except PlaybookError:
        return False


def same_forms(trigger: Mapping[str, Any], form: str) -> bool:
    """Whether a run of *trigger* looks at *form* too ("" is all of them)."""
    asked = str(trigger.get("form") or "")
    return not asked or asked == form
