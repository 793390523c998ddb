"""Starting runs: an id that follows from what triggered it, and a pause where a site storms.

A run is a row first. The engine takes it when it is due; a row that no engine has taken yet
(the process died in between, or another one wrote it) is found by the next sweep.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sidecar.runs.equipment import Equipment
from sidecar.store import runs as store
from sidecar.store.database import Conflict, NotFound
from sidecar.store.runs import Run

# For a site and playbook; a run that has opened a ticket costs nothing, as its like start no run any more.
COOL_DOWN = timedelta(seconds=60)  # between two runs for the same words
BREATH = timedelta(seconds=10)  # before a run for other words
BUDGET, WINDOW = 4, timedelta(minutes=10)  # runs that events may start in this time
# Runs that a site's own buttons may start: its signature is good for any number of presses.
PRESSES, PRESSED_WITHIN = 20, timedelta(hours=1)


class Running(Conflict):
    """This playbook is under way at this site: watch `run_id`."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"{run_id} is under way: watch that one")
        self.run_id = run_id


class PressedOften(Conflict):
    """The site's buttons have started as many runs as they may; one more in `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the site's buttons have started {PRESSES} runs within an hour")
        self.retry_after_s = retry_after_s


def start(equipment: Equipment, site_id: str, playbook: str, trigger: Mapping[str, Any], *, login: str = "") -> str:
    """Start *playbook* for a person (`{"kind": "button" | "person", "by": name}`); the run's id.

    *login* is what an admin sealed to be tried once in this run: the store learns only that there was one.
    Raises NotFound for an unknown playbook or site, Running when one is under way, and PressedOften.
    """
    if playbook not in equipment.playbooks:
        raise NotFound(f"there is no playbook {playbook}")
    with equipment.db.transaction():
        for run in store.open_runs(equipment.db, site_id, playbook):
            if run.state == "running" or run.due_at <= equipment.now():
                raise Running(run.id)
        if trigger.get("kind") == "button":
            _spend_a_press(equipment, site_id)
        told = {**trigger, "at": equipment.now().isoformat(), "nonce": secrets.token_hex(4)}
        if login:
            told["log_in"] = True
        try:
            run_id = add(equipment, site_id, playbook, told)
        except Conflict as error:
            raise NotFound(f"there is no site {site_id}") from error
        if login:
            equipment.logins.keep(run_id, site_id, login)
    equipment.wake()
    return run_id


def _spend_a_press(equipment: Equipment, site_id: str) -> None:
    now = equipment.now()
    pressed = store.of_buttons(equipment.db, site_id, now - PRESSED_WITHIN)
    if len(pressed) >= PRESSES:
        wait = pressed[-PRESSES] + PRESSED_WITHIN - now
        raise PressedOften(max(1, math.ceil(wait.total_seconds())))


def add(
    equipment: Equipment,
    site_id: str,
    playbook: str,
    trigger: Mapping[str, Any],
    *,
    reading: str = "",
    due_at: datetime | None = None,
) -> str:
    """Queue a run whose id follows from its trigger: the same trigger is the same run."""
    found, now = equipment.playbooks[playbook], equipment.now()
    run_id = run_id_of(site_id, playbook, trigger)
    store.add_run(
        equipment.db,
        run_id,
        site_id=site_id,
        playbook=playbook,
        title=found.title,
        playbook_text=found.text,
        trigger=dict(trigger),
        reading=reading,
        now=now,
        due_at=due_at or now,
    )
    return run_id


def run_id_of(site_id: str, playbook: str, trigger: Mapping[str, Any]) -> str:
    """The same for the same trigger."""
    plain = json.dumps([site_id, playbook, trigger], sort_keys=True, ensure_ascii=True)
    return f"run_{hashlib.sha256(plain.encode()).hexdigest()[:24]}"


def due_after_cool_down(equipment: Equipment, site_id: str, playbook: str, reading: str) -> datetime:
    """When events may start the next run there: now, or when the site has cooled down."""
    now = equipment.now()
    lately = store.fruitless_event_runs(equipment.db, site_id, playbook, now - WINDOW)
    due = now
    for run in lately:
        due = max(due, run.due_at + (COOL_DOWN if run.reading == reading else BREATH))
    if len(lately) >= BUDGET:
        due = max(due, lately[-BUDGET].due_at + WINDOW)
    return due


def again_from_outside(equipment: Equipment, run: Run, cause: str) -> str:
    """Look once more before anybody is told: only a look from outside has shown *cause* so far."""
    same = run.trigger.get("kind") == "look" and run.trigger.get("cause") == cause
    looks = int(run.trigger.get("look", 1)) if same else 1
    first = str(run.trigger.get("first", run.id)) if same else run.id
    trigger = {"kind": "look", "first": first, "look": looks + 1, "cause": cause}
    pause = timedelta(seconds=equipment.settings.page_looks_s / 2)
    return add(equipment, run.site_id, run.playbook, trigger, due_at=equipment.now() + pause)


def look_again(equipment: Equipment, run_id: str, check: str, by: str = "") -> str:
    """Run that run's playbook once more, because somebody wants to see *check* again; the new run's id.

    Raises NotFound for a run or check that is none, and Running.
    """
    run = store.run(equipment.db, run_id)
    playbook = equipment.playbooks.get(run.playbook)
    if playbook is None or check not in [name for step in playbook.steps for name in step.run]:
        raise NotFound(f"{run.title} has no check {check}")
    return start(equipment, run.site_id, run.playbook, {"kind": "person", "by": by, "look": check, "after": run_id})
