"""After a change of mail settings or plugins: one look once things have settled, before the next mail is lost.

A mail that is silently swallowed raises no failure by itself; the change that swallows it is
told. Ten updates in a row are one run, and changes alone start one in five minutes at most
(both spans scale with `recheck_s`: the design's 15 minutes).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sidecar.runs.equipment import Equipment
from sidecar.runs.starting import add
from sidecar.store import runs as store
from sidecar.store.events import Event
from sidecar.store.runs import Run

CHANGES = ("config.changed", "plugin.changed")


def settling(recheck_s: int) -> timedelta:
    """How long nothing more may change before the look."""
    return timedelta(seconds=recheck_s / 30)


def apart(recheck_s: int, *, forms: bool = False) -> timedelta:
    """Between two runs that only changes start; so long a burst that never settles waits, too.

    A look at all forms is dear: there it is three times as long.
    """
    return timedelta(seconds=recheck_s if forms else recheck_s / 3)


def concerns_mail(event: Event) -> bool:
    """Whether this change may be why a mail stays behind: of a plugin, a theme or core always, of settings by group."""
    return event.type != "config.changed" or event.data.get("group") == "mail"


def concerns_forms(event: Event) -> bool:
    """Whether this change may be why a form cannot be sent; what was changed of the mail, another playbook looks at."""
    return event.type != "config.changed" or event.data.get("group") != "mail"


def by_change(trigger: Mapping[str, Any]) -> bool:
    """Whether a change started the run, and no failure."""
    return trigger.get("kind") == "event" and trigger.get("type") in CHANGES


def look_when_settled(equipment: Equipment, event: Event, playbook: str) -> None:
    """The run that answers for this change: the one that waits already, or a new one."""
    now, recheck_s = equipment.now(), equipment.settings.recheck_s
    pause = apart(recheck_s, forms=equipment.playbooks[playbook].about_forms)
    settled = now + settling(recheck_s)
    waiting = [run for run in store.open_runs(equipment.db, event.site_id, playbook) if run.state == "queued"]
    if run := of_changes(waiting):
        if run.due_at > now:  # else the engine has it, and it sees this change too
            due = max(run.due_at, min(settled, run.created_at + apart(recheck_s)))
            store.postpone(equipment.db, run.id, due)
        return
    if any(run.due_at <= settled and not run.trigger.get("form") for run in waiting):
        return  # it begins after this change, and looks at everything
    last = store.last_of_types(equipment.db, event.site_id, playbook, CHANGES)
    due = max(settled, last.due_at + pause) if last else settled
    trigger = {"kind": "event", "event": event.id, "type": event.type}
    add(equipment, event.site_id, playbook, trigger, due_at=due)


def of_changes(waiting: list[Run]) -> Run | None:
    """Of the runs that wait, the one that a change started."""
    return next((run for run in waiting if by_change(run.trigger)), None)
