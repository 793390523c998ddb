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
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sidecar.playbooks import Playbook
from sidecar.runs.equipment import Equipment
from sidecar.runs.forms import same_forms
from sidecar.store import runs as store
from sidecar.store.database import Conflict, NotFound
from sidecar.store.runs import Run


@dataclass(frozen=True)
class Pace:
    """How often events may start a playbook at a site; a run that has opened a ticket costs nothing."""

    cool_down: timedelta  # between two runs for the same words
    breath: timedelta  # before a run for other words
    budget: int  # runs that events may start ...
    window: timedelta  # ... in this time


MAIL_PACE = Pace(timedelta(seconds=60), timedelta(seconds=10), 4, timedelta(minutes=10))
# A form is tried in a real browser, and some of its events anybody can forge.
FORM_PACE = Pace(timedelta(minutes=15), timedelta(seconds=30), 6, timedelta(hours=1))
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


def start(
    equipment: Equipment, site_id: str, playbook: str, trigger: Mapping[str, Any], *, login: str = "", form: str = ""
) -> str:
    """Start *playbook* for a person (`{"kind": "button" | "person", "by": name}`); the run's id.

    *login* is what an admin sealed to be tried once in this run: the store learns only that there was one.
    *form* (`plugin:id`) is the one that it shall look at, of a playbook about forms; "" for all of them.
    Raises NotFound for an unknown playbook or site, or one that has no say about a form, Running when one is
    under way, and PressedOften.
    """
    if playbook not in equipment.playbooks:
        raise NotFound(f"there is no playbook {playbook}")
    if form and not equipment.playbooks[playbook].about_forms:
        raise NotFound(f"{playbook} does not look at forms")
    with equipment.db.transaction():
        for run in store.open_runs(equipment.db, site_id, playbook):
            under_way = run.state == "running" or run.due_at <= equipment.now()
            if under_way and same_forms(run.trigger, form):
                raise Running(run.id)
        if trigger.get("kind") == "button":
            _spend_a_press(equipment, site_id)
        told = {**trigger, "at": equipment.now().isoformat(), "nonce": secrets.token_hex(4)}
        if login:
            told["log_in"] = True
        if form:
            told["form"] = form
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


def due_after_cool_down(equipment: Equipment, site_id: str, playbook: Playbook, reading: str) -> datetime:
    """When events may start the next run there: now, or when the site has cooled down."""
    now, pace = equipment.now(), FORM_PACE if playbook.about_forms else MAIL_PACE
    lately = store.fruitless_event_runs(equipment.db, site_id, playbook.id, now - pace.window)
    due = now
    for run in lately:
        due = max(due, run.due_at + (pace.cool_down if run.reading == reading else pace.breath))
    if len(lately) >= pace.budget:
        due = max(due, lately[-pace.budget].due_at + pace.window)
    return due


def again_from_outside(equipment: Equipment, run: Run, cause: str, form: str = "") -> str:
    """Look once more before anybody is told: only a look from outside has shown *cause*, of *form*, so far."""
    same = run.trigger.get("kind") == "look" and run.trigger.get("cause") == cause
    looks = int(run.trigger.get("look", 1)) if same else 1
    first = str(run.trigger.get("first", run.id)) if same else run.id
    trigger = {"kind": "look", "first": first, "look": looks + 1, "cause": cause, **({"form": form} if form else {})}
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
    trigger = {"kind": "person", "by": by, "look": check, "after": run_id}
    return start(equipment, run.site_id, run.playbook, trigger, form=str(run.trigger.get("form") or ""))
