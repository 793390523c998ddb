"""Recovery, proved by a process that really dies: kill -9 in the middle of a check, then another process."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sidecar.runs import engine, sweeps, view
from sidecar.runs.starting import add
from sidecar.store import findings, runs, tickets
from tests.servers.engine import (
    PLAYBOOK,
    RELAY,
    add_site,
    build,
    ended,
    failed,
    happen,
    running,
    the_ticket,
    until,
)

ROOT = Path(__file__).parents[2]


@contextmanager
def process(tmp_path, world):
    """The engine in a process of its own; killed with -9 at the end."""
    command = [sys.executable, "-m", "tests.servers.engine", str(tmp_path / "data"), str(world.path)]
    with (tmp_path / "process.log").open("ab") as log:
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert child.stdout.readline() == "started\n", (tmp_path / "process.log").read_text()
        yield child
    finally:
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()


def test_a_run_goes_on_at_the_check_it_was_killed_in(tmp_path, world):
    services = build(tmp_path / "data", world)
    world.set(slow={"smtp.tls": 20}, relay="refused")
    site_id = add_site(services)
    with process(tmp_path, world) as child:
        happen(services, site_id, failed())
        until(lambda: "smtp.tls" in world.looks)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    [run] = runs.runs(services.db)
    assert run.state == "running"
    world.set(slow={})
    before = list(world.looks)
    with running(services):
        until(ended(services, run.id))
        ticket = until(the_ticket(services))
    again = world.looks[len(before) :]
    assert again[0] == "smtp.tls"  # not from the start: what was done stays done
    assert "smtp.settings" not in again
    assert ticket.run_id == run.id
    kept = [(row.step_id, row.check_name, row.position) for row in findings.findings_of(services.db, run.id)]
    assert len(kept) == len(set(kept))
    assert view(services.db, run.id, "")["cause"]["subject"] == RELAY


def test_killed_again_and_again_no_event_is_lost_and_no_ticket_doubled(tmp_path, world):
    services = build(tmp_path / "data", world)
    world.set(relay="refused", slow={"smtp.connect": 0.3})
    sites = [add_site(services, name) for name in ("Bakery", "Florist", "Garage")]
    chance = random.Random(7)
    told = 0
    for _ in range(6):
        with process(tmp_path, world):
            for _ in range(4):
                happen(services, chance.choice(sites), failed(), failed())
                told += 2
                time.sleep(chance.uniform(0.05, 0.4))
    with running(services):
        until(lambda: services.db.value("SELECT COUNT(*) FROM events WHERE triaged_at IS NULL") == 0)
        until(lambda: sum(ticket.occurrences for ticket in tickets.tickets(services.db)) == told, 40)
    per_site = [ticket.site_id for ticket in tickets.tickets(services.db)]
    assert len(per_site) == len(set(per_site))
    assert "died" not in {run.outcome for run in runs.runs(services.db)}


def test_a_run_that_was_queued_and_never_handed_over_is_found(tmp_path, world):
    services = build(tmp_path / "data", world)
    run_id = add(services, add_site(services), PLAYBOOK, {"kind": "person", "by": "the command line"})
    with running(services):  # another process wrote the row; this one finds it
        until(ended(services, run_id))


def test_a_stop_does_not_wait_for_a_slow_check_and_the_run_goes_on_later(tmp_path, world):
    services = build(tmp_path / "data", world)
    world.set(slow={"smtp.tls": 25})
    run_id = add(services, add_site(services), PLAYBOOK, {"kind": "person", "by": "Ann"})
    with running(services):
        until(lambda: "smtp.tls" in world.looks)
        began = time.monotonic()
    assert time.monotonic() - began < 8
    assert runs.run(services.db, run_id).state == "running"
    world.set(slow={})
    with running(services):
        until(ended(services, run_id))
    assert runs.run(services.db, run_id).outcome == "sound"


def test_a_run_whose_engine_file_was_lost_begins_anew(tmp_path, world, monkeypatch):
    services = build(tmp_path / "data", world)
    world.set(slow={"smtp.tls": 25})
    run_id = add(services, add_site(services), PLAYBOOK, {"kind": "person", "by": "Ann"})
    with running(services):
        until(lambda: "smtp.tls" in world.looks)
    for file in (tmp_path / "data").glob("runs.sqlite*"):
        file.unlink()
    world.set(slow={})
    monkeypatch.setattr(sweeps, "LATE", timedelta(0))
    with running(services):
        until(ended(services, run_id))


def test_old_runs_go_from_the_store_and_from_the_engine(tmp_path, world):
    services = build(tmp_path / "data", world)
    run_id = add(services, add_site(services), PLAYBOOK, {"kind": "person", "by": "Ann"})
    with running(services):
        until(ended(services, run_id))
        assert engine.standing_of(run_id) == "under way"  # ended, and known
        services.db.execute("UPDATE runs SET ended_at = '2020-01-01T00:00:00.000000Z'")
        sweeps.purge(services)
        assert engine.standing_of(run_id) == "unknown"
    assert runs.runs(services.db) == []
    assert findings.findings_of(services.db, run_id) == []
