"""Everything that is done again and again, in one place: each sweep in a thread of its own.

A sweep looks at once when somebody wakes it, and otherwise at its own pace; what it
could not do it finds again the next time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from sidecar import notify, tickets
from sidecar.runs import engine
from sidecar.runs.concluding import died
from sidecar.runs.equipment import Equipment
from sidecar.runs.starting import add
from sidecar.runs.triage import triage
from sidecar.store import attachments, commands, events, form_rhythm, grounds, visits
from sidecar.store import runs as store
from sidecar.store import tickets as ticket_store
from sidecar.tickets.rechecks import recheck_delay

PURGED_AT_ONCE = 200
HOURS_KEPT = timedelta(days=7)  # that the engine told
PICTURES_KEPT = timedelta(days=14)  # of runs that found nothing; those of a fault stay with their run
LATE = timedelta(minutes=2)  # a run that began this long ago is looked after

log = logging.getLogger(__name__)


class Sweeps:
    """The threads; made to be started once and stopped once."""

    def __init__(self, equipment: Equipment) -> None:
        self._stop = threading.Event()
        self._bells: list[threading.Event] = []
        self._threads = [
            self._thread(equipment, "triage", 2.0, triage),
            self._thread(equipment, "runs", 2.0, start_due),
            self._thread(equipment, "messages", 5.0, deliver),
            self._thread(equipment, "watch", 30.0, look_after),
            self._thread(equipment, "retention", 86400.0, purge),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: float = 5.0) -> None:
        """Ask all to end, and wait so long; one that waits for a channel is left behind."""
        self._stop.set()
        for bell in self._bells:
            bell.set()
        end = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _thread(
        self, equipment: Equipment, name: str, every_s: float, sweep: Callable[[Equipment], Any]
    ) -> threading.Thread:
        bell = equipment.bell()
        self._bells.append(bell)

        def go() -> None:
            while not self._stop.is_set():
                try:
                    sweep(equipment)
                except Exception as error:  # the engine's edge: one sweep that breaks must not be the last
                    log.error("the sweep %s broke: %s", name, type(error).__name__, exc_info=error)
                bell.wait(every_s)
                bell.clear()
            equipment.db.close()

        return threading.Thread(target=go, name=f"sweep-{name}", daemon=True)


def start_due(equipment: Equipment) -> None:
    """Look again at open tickets whose time has come, and hand every due run to the engine."""
    now = equipment.now()
    for ticket in ticket_store.due_rechecks(equipment.db, now):
        if ticket.playbook not in equipment.playbooks:
            ticket_store.change(equipment.db, ticket.id, recheck_at=None)
            continue
        with equipment.db.transaction():
            if any(run.due_at <= now for run in store.open_runs(equipment.db, ticket.site_id, ticket.playbook)):
                continue  # its end looks at this ticket too, and says when the next look is
            trigger = {"kind": "ticket", "ticket": ticket.id, "turn": ticket.reopened, "at": now.isoformat()}
            if form := tickets.form_to_look_at(ticket):
                trigger["form"] = form
            add(equipment, ticket.site_id, ticket.playbook, trigger)
            later = now + recheck_delay(ticket.rechecks + 1, equipment.settings.recheck_s)
            ticket_store.change(equipment.db, ticket.id, recheck_at=later)  # for the case that the run dies
    engine.hand_over(store.due_runs(equipment.db, equipment.now()))


def deliver(equipment: Equipment) -> None:
    """Send the messages that are due."""
    notify.deliver_due(equipment.db, equipment.settings.notify, partial(tickets.notice_of, equipment), equipment.now)


def look_after(equipment: Equipment) -> None:
    """Runs that the engine gave up end here, and say so; those it has lost begin anew; old commands expire."""
    now = equipment.now()
    commands.expire(equipment.db, now)
    for run in store.unfinished_runs(equipment.db, now - LATE):
        standing = engine.standing_of(run.id)
        if standing == "given up":
            died(equipment, run.id, "the engine gave it up")
        elif standing == "unknown":
            engine.enqueue(run)


def purge(equipment: Equipment) -> None:
    """What is older than the settings keep goes: events, runs, commands."""
    now, settings = equipment.now(), equipment.settings
    events.purge(equipment.db, now - timedelta(days=settings.events_days))
    before = now - timedelta(days=settings.runs_days)
    while old := store.ended_before(equipment.db, before, PURGED_AT_ONCE):
        engine.forget(old)
        store.purge_runs(equipment.db, old)
    attachments.purge_sound(equipment.db, now - PICTURES_KEPT)
    commands.purge(equipment.db, before)
    grounds.purge(equipment.db, before)
    form_rhythm.purge(equipment.db, now)
    visits.purge(equipment.db, now)
    engine.forget_hours(now - HOURS_KEPT)
