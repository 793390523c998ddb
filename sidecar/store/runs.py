"""Runs, their steps and the events that each answers for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.store.database import Database, NotFound

# ruff: noqa: S608 - the column lists are constants
COLUMNS = """id, site_id, playbook, title, playbook_text, trigger, state, outcome, cause, ticket_id, reading,
    created_at, due_at, started_at, ended_at"""


@dataclass(frozen=True)
class Run:
    """One row of `runs`."""

    id: str
    site_id: str
    playbook: str
    title: str
    playbook_text: str
    trigger: dict[str, Any]  # {"kind": event | button | person | ticket | look, ...}
    state: str  # queued | running | ended
    outcome: str | None  # sound | faults | unclear | died
    cause: str | None
    ticket_id: int | None
    reading: str
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class RunStep:
    """One row of `run_steps`."""

    run_id: str
    position: int
    step_id: str
    verb: str
    sentence: str
    state: str  # waiting | looking | done | blocked
    verdict: str | None
    doing: str
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Answer:
    """What the site answered to a command of the run."""

    name: str
    result: dict[str, Any]


ADD = """
    INSERT INTO runs (id, site_id, playbook, title, playbook_text, trigger, reading, state, created_at, due_at)
    VALUES (:id, :site_id, :playbook, :title, :playbook_text, :trigger, :reading, 'queued', :now, :due_at)
        ON CONFLICT (id) DO NOTHING"""


def add_run(
    db: Database,
    run_id: str,
    *,
    site_id: str,
    playbook: str,
    title: str,
    playbook_text: str,
    trigger: dict[str, Any],
    reading: str,
    now: datetime,
    due_at: datetime,
) -> bool:
    """Queue a run; False when this id was queued before. Raises Conflict when there is no such site."""
    return bool(
        db.execute(
            ADD,
            id=run_id,
            site_id=site_id,
            playbook=playbook,
            title=title,
            playbook_text=playbook_text,
            trigger=trigger,
            reading=reading,
            now=now,
            due_at=due_at,
        )
    )


def run(db: Database, run_id: str) -> Run:
    """One run. Raises NotFound."""
    found = db.row_or_none(Run, f"SELECT {COLUMNS} FROM runs WHERE id = :id", id=run_id)
    if found is None:
        raise NotFound(f"there is no run {run_id}")
    return found


def is_there(db: Database, run_id: str) -> bool:
    """Whether a run of this id was ever queued, and is kept."""
    return db.value("SELECT 1 FROM runs WHERE id = :id", id=run_id) is not None


def runs(db: Database, site_id: str = "", limit: int = 100) -> list[Run]:
    """The last runs, of one site or of all, newest first."""
    return db.rows(
        Run,
        f"SELECT {COLUMNS} FROM runs WHERE (:site = '' OR site_id = :site) ORDER BY created_at DESC, id LIMIT :limit",
        site=site_id,
        limit=limit,
    )


def open_runs(db: Database, site_id: str, playbook: str) -> list[Run]:
    """A site's runs of *playbook* that have not ended, oldest first."""
    return db.rows(
        Run,
        f"""
        SELECT {COLUMNS} FROM runs
         WHERE site_id = :site AND playbook = :playbook AND state != 'ended' ORDER BY created_at, id""",
        site=site_id,
        playbook=playbook,
    )


def due_runs(db: Database, now: datetime, limit: int = 200) -> list[Run]:
    """Queued runs whose time has come."""
    return db.rows(
        Run,
        f"SELECT {COLUMNS} FROM runs WHERE state = 'queued' AND due_at <= :now ORDER BY due_at, id LIMIT :limit",
        now=now,
        limit=limit,
    )


def unfinished_runs(db: Database, begun_before: datetime) -> list[Run]:
    """Runs that began before then and have not ended."""
    return db.rows(
        Run, f"SELECT {COLUMNS} FROM runs WHERE state = 'running' AND started_at < :before", before=begun_before
    )


def fruitless_event_runs(db: Database, site_id: str, playbook: str, since: datetime) -> list[Run]:
    """A site's runs of *playbook* due since then that failures have started and that opened no ticket (or not yet)."""
    return db.rows(
        Run,
        f"""
        SELECT {COLUMNS} FROM runs
         WHERE site_id = :site AND playbook = :playbook AND due_at >= :since AND trigger ->> 'kind' = 'event'
           AND reading != '' AND NOT EXISTS (SELECT 1 FROM ticket_entries
                            WHERE ticket_id = runs.ticket_id AND kind IN ('opened', 'reopened')
                              AND data ->> 'run' = runs.id)
         ORDER BY due_at""",
        site=site_id,
        playbook=playbook,
        since=since,
    )


def last_of_types(db: Database, site_id: str, playbook: str, types: Sequence[str]) -> Run | None:
    """The site's run of *playbook* that events of these *types* have started last."""
    return db.row_or_none(
        Run,
        f"""
        SELECT {COLUMNS} FROM runs
         WHERE site_id = :site AND playbook = :playbook AND trigger ->> 'kind' = 'event'
           AND trigger ->> 'type' IN (SELECT value FROM json_each(:types))
         ORDER BY due_at DESC, id LIMIT 1""",
        site=site_id,
        playbook=playbook,
        types=list(types),
    )


def last_ended(db: Database, site_id: str, playbook: str, before: datetime) -> Run | None:
    """The site's run of *playbook* that ended last of those that were started before then, and was carried out."""
    return db.row_or_none(
        Run,
        f"""
        SELECT {COLUMNS} FROM runs
         WHERE site_id = :site AND playbook = :playbook AND state = 'ended' AND outcome != 'died'
           AND created_at < :before
         ORDER BY created_at DESC, id LIMIT 1""",
        site=site_id,
        playbook=playbook,
        before=before,
    )


def of_buttons(db: Database, site_id: str, since: datetime) -> list[datetime]:
    """When each run that a button of the site has started since then was started, oldest first."""
    return [
        datetime.fromisoformat(at)
        for at in db.rows(
            str,
            """
            SELECT created_at FROM runs
             WHERE site_id = :site AND created_at > :since AND trigger ->> 'kind' = 'button' ORDER BY created_at""",
            site=site_id,
            since=since,
        )
    ]


def postpone(db: Database, run_id: str, due_at: datetime) -> None:
    """The run waits until then; one that has begun goes on."""
    db.execute("UPDATE runs SET due_at = :due WHERE id = :id AND state = 'queued'", id=run_id, due=due_at)


def hasten(db: Database, run_id: str, *, trigger: dict[str, Any], reading: str, due_at: datetime) -> bool:
    """A run that waits is due for a better reason; False when it has begun."""
    return bool(
        db.execute(
            """
            UPDATE runs SET trigger = :trigger, reading = :reading,
                   due_at = CASE WHEN due_at < :due THEN due_at ELSE :due END
             WHERE id = :id AND state = 'queued'""",
            id=run_id,
            trigger=trigger,
            reading=reading,
            due=due_at,
        )
    )


def retrigger(db: Database, run_id: str, trigger: dict[str, Any]) -> None:
    """A run that waits has one more reason; one that has begun keeps its own."""
    db.execute("UPDATE runs SET trigger = :trigger WHERE id = :id AND state = 'queued'", id=run_id, trigger=trigger)


def ran_for(db: Database, ticket_id: int, since: datetime) -> bool:
    """Whether a run since then has come to this ticket."""
    found = db.value(
        "SELECT 1 FROM runs WHERE ticket_id = :ticket AND created_at > :since LIMIT 1", ticket=ticket_id, since=since
    )
    return found is not None


def begin_run(db: Database, run_id: str, now: datetime) -> None:
    """The run has left the queue; said again after a recovery, it changes nothing."""
    db.execute(
        """
        UPDATE runs SET state = 'running', started_at = COALESCE(started_at, :now)
         WHERE id = :id AND state != 'ended'""",
        id=run_id,
        now=now,
    )


def end_run(db: Database, run_id: str, outcome: str, cause: str | None, ticket_id: int | None, now: datetime) -> bool:
    """The run has ended; False when it had ended before."""
    return bool(
        db.execute(
            """
            UPDATE runs SET state = 'ended', outcome = :outcome, cause = :cause, ticket_id = :ticket, ended_at = :now
             WHERE id = :id AND state != 'ended'""",
            id=run_id,
            outcome=outcome,
            cause=cause,
            ticket=ticket_id,
            now=now,
        )
    )


def plan_steps(db: Database, run_id: str, steps: Sequence[tuple[str, str, str]]) -> None:
    """The steps (id, verb, sentence) that wait; those already known stay as they are."""
    for position, (step_id, verb, sentence) in enumerate(steps):
        db.execute(
            """
            INSERT INTO run_steps (run_id, position, step_id, verb, sentence, state)
            VALUES (:run, :position, :step, :verb, :sentence, 'waiting') ON CONFLICT DO NOTHING""",
            run=run_id,
            position=position,
            step=step_id,
            verb=verb,
            sentence=sentence,
        )


def steps_of(db: Database, run_id: str) -> list[RunStep]:
    """A run's steps in their order."""
    return db.rows(
        RunStep,
        """
        SELECT run_id, position, step_id, verb, sentence, state, verdict, doing, started_at, ended_at
          FROM run_steps WHERE run_id = :run ORDER BY position""",
        run=run_id,
    )


def look(db: Database, run_id: str, step_id: str, doing: str, now: datetime) -> None:
    """The step is under way; *doing* says with what, for the live page."""
    db.execute(
        """
        UPDATE run_steps SET state = 'looking', doing = :doing, started_at = COALESCE(started_at, :now)
         WHERE run_id = :run AND step_id = :step""",
        run=run_id,
        step=step_id,
        doing=doing,
        now=now,
    )


def end_step(db: Database, run_id: str, step_id: str, state: str, verdict: str, now: datetime) -> None:
    """The step is `done` or `blocked`, and its worst verdict."""
    db.execute(
        """
        UPDATE run_steps SET state = :state, verdict = :verdict, doing = '', ended_at = :now
         WHERE run_id = :run AND step_id = :step""",
        run=run_id,
        step=step_id,
        state=state,
        verdict=verdict,
        now=now,
    )


def attach_event(db: Database, run_id: str, event_id: str) -> None:
    """The run answers for this event too."""
    db.execute(
        "INSERT INTO run_events (run_id, event_id) VALUES (:run, :event) ON CONFLICT DO NOTHING",
        run=run_id,
        event=event_id,
    )


def events_of(db: Database, run_id: str) -> list[str]:
    """The ids of the events that the run answers for."""
    return db.rows(str, "SELECT event_id FROM run_events WHERE run_id = :run ORDER BY event_id", run=run_id)


def answers(db: Database, run_id: str) -> list[Answer]:
    """What the site answered in this run, in order."""
    return db.rows(
        Answer,
        """
        SELECT name, result FROM commands
         WHERE run_id = :run AND state = 'done' AND result IS NOT NULL ORDER BY created_at, id""",
        run=run_id,
    )


def ended_before(db: Database, before: datetime, limit: int) -> list[str]:
    """Runs that ended before then, the oldest first."""
    return db.rows(
        str,
        "SELECT id FROM runs WHERE state = 'ended' AND ended_at < :before ORDER BY ended_at LIMIT :limit",
        before=before,
        limit=limit,
    )


def purge_runs(db: Database, run_ids: Sequence[str]) -> None:
    """Delete these runs with their steps, findings and commands."""
    with db.transaction():
        for table, column in (("commands", "run_id"), ("runs", "id")):
            db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(:ids))", ids=run_ids)
