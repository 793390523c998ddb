"""From event to run: events nobody has looked at start the runs that are due, or count on an open ticket.

It may repeat after a crash: a run's id follows from its event, a ticket counts each event
once. A storm becomes one queued run that answers for all of it (DESIGN: From event to run).
"""

from __future__ import annotations

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from sidecar import tickets
from sidecar.playbooks import Playbook
from sidecar.runs.changes import CHANGES, concerns_forms, concerns_mail, look_when_settled, of_changes
from sidecar.runs.equipment import Equipment
from sidecar.runs.forms import form_of, same_forms
from sidecar.runs.reading import reading_of
from sidecar.runs.starting import add, due_after_cool_down
from sidecar.store import events, sites
from sidecar.store import runs as store
from sidecar.store import tickets as ticket_store
from sidecar.store.events import Event
from sidecar.store.tickets import Ticket
from sidecar.tickets.rechecks import moved

BATCH = 500
MOST_QUEUED = 3  # runs that wait for one playbook of one site, whatever else its events say
MEANT_SO_FOR = timedelta(hours=1)  # what is "not a fault" is looked at once in this time: is it still the same?
MOVES = ("mail.sent", "form.submitted", *CHANGES)  # after these an open ticket is worth a look

log = logging.getLogger(__name__)


def triage(equipment: Equipment) -> int:
    """Look at what came since the last time; how many events that were."""
    seen = 0
    while batch := events.untriaged(equipment.db, BATCH):
        by_site: dict[str, list[Event]] = defaultdict(list)
        for event in batch:
            by_site[event.site_id].append(event)
        for site_id, of_site in by_site.items():
            readings = _readings(equipment, site_id, of_site)  # reading takes its time: not while others wait to write
            try:
                _together(equipment, of_site, readings)
            except sqlite3.OperationalError:
                raise  # the store is away: all of it again at the next sweep
            except Exception:  # the engine's edge: one event that breaks us must not hold up the others
                for event in of_site:
                    _alone(equipment, event, readings)
        seen += len(batch)
    if seen:
        equipment.wake()  # what is due now starts now
    return seen


def _together(equipment: Equipment, of_site: list[Event], readings: Mapping[str, str]) -> None:
    """What they start and that they were looked at: all or nothing."""
    with equipment.db.transaction():
        for event in of_site:
            _triage(equipment, event, readings.get(event.id, ""))
        events.mark_triaged(equipment.db, [(event.site_id, event.id) for event in of_site], equipment.now())


def _alone(equipment: Equipment, event: Event, readings: Mapping[str, str]) -> None:
    try:
        _together(equipment, [event], readings)
    except sqlite3.OperationalError:
        raise
    except Exception as error:
        log.error("triage of the event %s broke: %s", event.id, type(error).__name__, exc_info=error)
        events.mark_triaged(equipment.db, [(event.site_id, event.id)], equipment.now())


def _readings(equipment: Equipment, site_id: str, of_site: list[Event]) -> dict[str, str]:
    asking = {kind for playbook in equipment.playbooks.values() for kind in playbook.events} - set(CHANGES)
    url = sites.site(equipment.db, site_id).url
    return {event.id: reading_of(event, url) for event in of_site if event.type in asking}


def _triage(equipment: Equipment, event: Event, reading: str) -> None:
    if event.data.get("canary"):
        return  # our own test mail: the run that sent it reads its end by itself
    for playbook in equipment.playbooks.values():
        looked_at_soon = event.type in MOVES and moved(equipment, event.site_id, playbook.id, event)
        if event.type not in playbook.events:
            continue
        if event.type not in CHANGES:
            _answer(equipment, event, playbook, reading)
        elif (concerns_forms if playbook.about_forms else concerns_mail)(event) and not looked_at_soon:
            look_when_settled(equipment, event, playbook.id)


def _answer(equipment: Equipment, event: Event, asked: Playbook, reading: str) -> None:
    """One event that asks for a run: it counts on the ticket of its fault, joins a run, or starts one."""
    playbook, form = asked.id, form_of(event) if asked.about_forms else ""
    known = _ticket_of(equipment, event, reading)
    if known is not None:
        tickets.occurred(equipment, known.id, [f"event:{event.id}"], event.occurred_at, line=known.state == "open")
        return
    open_runs = store.open_runs(equipment.db, event.site_id, playbook)
    queued = [run for run in open_runs if run.state == "queued"]
    # A run that has begun answers for the words that it was started with, not for others.
    alike = [run for run in open_runs if run.reading == reading]
    if alike or len(queued) >= MOST_QUEUED:
        joined = (alike or queued)[-1]
        store.attach_event(equipment.db, joined.id, event.id)
        if form and not same_forms(joined.trigger, form):
            store.retrigger(equipment.db, joined.id, {**joined.trigger, "form": ""})  # it looks at all of them
        return
    trigger = {"kind": "event", "event": event.id, "type": event.type, **({"form": form} if form else {})}
    due = due_after_cool_down(equipment, event.site_id, asked, reading)
    settling = of_changes(queued)  # what failed now is why it looks, and it need not wait for more changes
    if settling and form:
        trigger["form"] = ""  # after a change all of them are looked at
    if settling and store.hasten(equipment.db, settling.id, trigger=trigger, reading=reading, due_at=due):
        run_id = settling.id
    else:
        run_id = add(equipment, event.site_id, playbook, trigger, reading=reading, due_at=due)
    store.attach_event(equipment.db, run_id, event.id)


def _ticket_of(equipment: Equipment, event: Event, reading: str) -> Ticket | None:
    """The ticket that this event counts on without a new look: its fault is open, or was over by then."""
    for found in (
        ticket_store.last_of_fingerprint(equipment.db, reading),
        ticket_store.last_of_source(equipment.db, event.site_id, f"reading:{reading}"),
    ):
        if found is None:
            continue
        over = found.state == "resolved" and found.resolved_at is not None and event.occurred_at <= found.resolved_at
        meant_so = found.state == "not_a_fault" and store.ran_for(
            equipment.db, found.id, equipment.now() - MEANT_SO_FOR
        )
        if found.state == "open" or over or meant_so:
            return found
    return None
