"""The durable engine (DBOS): one generic workflow carries out the playbook that a run keeps.

Whatever touches clock, network, store or chance is a step. A process that dies leaves its
runs where they were; the next one of the same name goes on at the step they were in.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import Any

from dbos import (
    DBOS,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
    StepOptions,
    WorkflowSerializationFormat,
)

from sidecar.playbooks import parse_playbook
from sidecar.runs.concluding import close_step, conclude, died
from sidecar.runs.equipment import Equipment
from sidecar.runs.forms import about_forms
from sidecar.runs.isolation import LOOKS
from sidecar.runs.looking import block, look
from sidecar.runs.schedules import start_scheduled
from sidecar.runs.silences import start_for_silence
from sidecar.store import runs as store
from sidecar.store.runs import Run

# Rises only when the order of steps in `carry_out` changes, with a migration that is tested:
# DBOS never recovers a run of another version.
VERSION = "1"
QUEUE = "runs"
RUNS_AT_ONCE = 8
POLL_S = 0.5
MOST_RECOVERIES = 25  # a step that kills its process is not tried for ever
FILE_NAME = "runs.sqlite"
HOURLY, MINUTE = "hourly", 7
ENDED_BADLY = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

_equipment: Equipment | None = None
_handed_over: set[str] = set()


def equipment() -> Equipment:
    """What the launched engine works with; DBOS finds its workflows by name, so it cannot be handed in."""
    if _equipment is None:
        raise RuntimeError("the engine is not launched")
    return _equipment


def launch(with_equipment: Equipment) -> None:
    """Open the engine's own file, take back what the last process of this name left, and listen to the queue."""
    global _equipment
    _equipment = with_equipment
    settings = with_equipment.settings
    path = settings.data_dir.resolve() / FILE_NAME
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    path.chmod(0o600)  # of an older start too: it is nobody else's, however open the folder is
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=WAL")  # DBOS leaves the mode as it finds it; this one is faster
    logging.getLogger("dbos").addHandler(logging.NullHandler())  # or it writes lines of its own beside our log
    DBOS(
        config={
            "name": "aftercare",
            "system_database_url": f"sqlite:///{path}",
            "executor_id": settings.worker,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
    )
    DBOS.launch()
    # One run of a playbook at a site at a time: no site starves the others, two runs never judge one ticket at
    # once, and a look at slow name servers does not hold up the one at a mail that failed.
    DBOS.register_queue(
        QUEUE,
        worker_concurrency=RUNS_AT_ONCE,
        partition_concurrency=1,
        polling_interval_sec=POLL_S,
        on_conflict="always_update",
    )
    DBOS.apply_schedules([{"schedule_name": HOURLY, "workflow_fn": hour, "schedule": f"{MINUTE} * * * *"}])


def shut() -> None:
    """Stop. What is under way goes on after the next launch."""
    global _equipment
    LOOKS.stop()
    DBOS.destroy()
    _equipment = None
    _handed_over.clear()


def launched() -> bool:
    """Whether runs are carried out by this process."""
    return _equipment is not None


def hand_over(due: Sequence[Run]) -> None:
    """Give the engine every run that is due; those that it has already wait their turn there."""
    _handed_over.intersection_update(run.id for run in due)
    for run in due:
        if run.id not in _handed_over:
            enqueue(run)
            _handed_over.add(run.id)


def enqueue(run: Run) -> None:
    """Hand one run to the engine; an id that it knows starts nothing."""
    queue = DBOS.retrieve_queue(QUEUE)
    if queue is None:
        raise RuntimeError(f"the queue {QUEUE} is not registered")
    # Two playbooks try forms: at a site they take turns, too.
    lane = "forms" if about_forms(run) else run.playbook
    with SetWorkflowID(run.id), SetEnqueueOptions(queue_partition_key=f"{run.site_id} {lane}"):
        queue.enqueue(carry_out, run.id)


def standing_of(run_id: str) -> str:
    """What the engine knows of a run: `under way`, `given up`, or `unknown` (its file was lost or put back)."""
    status = DBOS.get_workflow_status(run_id)
    if status is None:
        return "unknown"
    return "given up" if status.status in ENDED_BADLY else "under way"


def forget(run_ids: Sequence[str]) -> None:
    """The engine keeps these ended runs no longer."""
    DBOS.delete_workflows(list(run_ids))


def forget_hours(before: datetime) -> None:
    """The engine keeps the hours that it told before then no longer."""
    told = DBOS.list_workflows(name="hour", end_time=before.isoformat(), load_input=False, load_output=False)
    DBOS.delete_workflows([each.workflow_id for each in told])


@DBOS.workflow(
    name="carry_out",
    max_recovery_attempts=MOST_RECOVERIES,
    serialization_type=WorkflowSerializationFormat.PORTABLE,
)
async def carry_out(run_id: str) -> str:
    """A run, as its playbook says it: step by step, each check once; the end is its outcome."""
    try:
        broken: dict[str, str] = {}  # step -> the code that broke its ground
        for step in await _durably(begin, run_id):
            if code := next((broken[needed] for needed in step["needs"] if needed in broken), ""):
                broken[step["id"]] = code
                await _durably(block, run_id, step["id"], step["run"], code)
                continue
            codes = [await _durably(look, run_id, step["id"], check) for check in step["run"]]
            await _durably(close_step, run_id, step["id"])
            if code := next(filter(None, codes), ""):
                broken[step["id"]] = code
        return str(await _durably(conclude, run_id))
    except Exception as error:  # the engine's edge: whatever it was, the run ends and says so
        return str(await _durably(died, run_id, type(error).__name__))


@DBOS.workflow(name="hour", max_recovery_attempts=MOST_RECOVERIES)
async def hour(at: Any, context: Any) -> None:
    """Each hour: start what is due. It may be told late, or twice."""
    await _durably(start_scheduled)
    await _durably(start_for_silence)


def begin(equipment: Equipment, run_id: str) -> list[dict[str, Any]]:
    """The steps of the playbook that this run keeps; the run has left the queue."""
    run = store.run(equipment.db, run_id)
    playbook = parse_playbook(run.playbook_text, f"the playbook of {run_id}")
    with equipment.db.transaction():
        store.plan_steps(equipment.db, run_id, [(step.id, step.verb, step.sentence) for step in playbook.steps])
        store.begin_run(equipment.db, run_id, equipment.now())
    return [{"id": step.id, "run": list(step.run), "needs": list(step.needs)} for step in playbook.steps]


async def _durably(deed: Callable[..., Any], *what: Any) -> Any:
    """Do it as one durable step, in a thread; a store that is busy for once is tried again."""
    options: StepOptions = {
        "name": deed.__name__,
        "retries_allowed": True,
        "max_attempts": 4,
        "interval_seconds": 0.5,
        "should_retry": _store_is_busy,
    }
    return await DBOS.run_step_async(options, partial(_with_equipment, deed), *what)


def _with_equipment(deed: Callable[..., Any], *what: Any) -> Any:
    return deed(equipment(), *what)


def _store_is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError)
