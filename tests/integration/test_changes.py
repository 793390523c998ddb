"""A change of mail settings or plugins is looked at once it has settled: mail that is swallowed fails nowhere."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.runs.changes import apart, settling
from sidecar.store import runs, tickets
from tests.servers.engine import (
    World,
    add_site,
    all_ended,
    build,
    failed,
    happen,
    running,
    sent,
    the_ticket,
    until,
)

RECHECK_S = 30  # settles in 1 s; 10 s between two runs for changes alone
OF_MAIL = ("config.changed", {"what": "mail mode", "group": "mail", "from": "normal", "to": "disabled (staging)"})
OF_PERMALINKS = ("config.changed", {"what": "permalink_structure", "group": "permalinks"})


def updated(slug="gallery"):
    return ("plugin.changed", {"what": "updated", "kind": "plugin", "slug": slug, "from": "1.0", "to": "1.1"})


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "world.json")
    world.set(site="answers")
    return world


@pytest.fixture
def services(tmp_path, world):
    with running(build(tmp_path / "data", world, recheck_s=RECHECK_S)) as services:
        yield services


def triaged(services):
    return until(lambda: services.db.value("SELECT COUNT(*) FROM events WHERE triaged_at IS NULL") == 0)


def test_a_change_that_swallows_mail_is_found_though_no_mail_failed(services, world):
    world.set(mail="off")
    site_id = add_site(services)
    happen(services, site_id, OF_MAIL)
    ticket = until(the_ticket(services))
    [run] = runs.runs(services.db)
    assert ticket.code == "toy.switched_off"
    assert (run.trigger["kind"], run.trigger["type"]) == ("event", "config.changed")
    assert ticket.occurrences == 1


def test_ten_updates_in_a_row_are_one_run_after_they_have_settled(services):
    site_id = add_site(services)
    for number in range(10):  # each within the time of the one before, together longer than it
        happen(services, site_id, updated(f"plugin-{number}"))
        last_at = datetime.now(UTC)
        time.sleep(0.2)
    triaged(services)
    until(all_ended(services))
    [run] = runs.runs(services.db)
    assert run.started_at >= last_at + settling(RECHECK_S) * 0.9
    assert run.outcome == "sound"
    assert tickets.tickets(services.db) == []


def test_changes_alone_start_no_second_run_before_its_time(services):
    site_id = add_site(services)
    happen(services, site_id, updated())
    until(all_ended(services))
    happen(services, site_id, updated("another"))
    triaged(services)
    first, second = sorted(runs.runs(services.db), key=lambda run: run.due_at)
    assert second.state == "queued" and second.due_at == first.due_at + apart(RECHECK_S)
    happen(services, site_id, OF_MAIL)
    triaged(services)
    assert len(runs.runs(services.db)) == 2


def test_the_spans_of_the_design_are_half_a_minute_and_five_minutes():
    assert (settling(900), apart(900)) == (timedelta(seconds=30), timedelta(minutes=5))


def test_a_setting_that_has_nothing_to_do_with_mail_starts_nothing(services):
    site_id = add_site(services)
    happen(services, site_id, OF_PERMALINKS, sent())
    triaged(services)
    assert runs.runs(services.db) == []


def test_a_mail_that_fails_while_a_change_settles_is_looked_at_at_once_by_the_same_run(tmp_path, world):
    world.set(relay="refused")
    with running(build(tmp_path / "slow", world, recheck_s=3000)) as services:  # settles in 100 s
        site_id = add_site(services)
        happen(services, site_id, OF_MAIL)
        triaged(services)
        happen(services, site_id, failed())
        ticket = until(the_ticket(services))
        [run] = runs.runs(services.db)
    assert run.id == ticket.run_id and run.trigger["type"] == "mail.failed" and run.reading
    assert ticket.occurrences == 1


def test_a_change_beside_an_open_ticket_is_answered_by_its_next_look(services, world):
    world.set(relay="refused")
    site_id = add_site(services)
    happen(services, site_id, failed())
    until(the_ticket(services))
    until(all_ended(services))
    world.set(relay="up")
    happen(services, site_id, OF_MAIL)
    until(the_ticket(services, "resolved"))
    assert {run.trigger["kind"] for run in runs.runs(services.db)} == {"event", "ticket"}
    assert len(runs.runs(services.db)) == 2


def test_runs_for_changes_do_not_delay_the_run_for_a_failure(services, world):
    site_id = add_site(services)
    happen(services, site_id, updated())
    until(all_ended(services))
    world.set(relay="refused")
    happen(services, site_id, failed())
    triaged(services)
    newest = max(runs.runs(services.db), key=lambda run: run.created_at)
    assert newest.due_at <= newest.created_at + timedelta(seconds=0.1)


def test_what_a_change_let_only_a_look_from_outside_show_is_looked_at_three_times_first(services, world):
    world.set(relay="refused", canary="no", site="mute")
    site_id = add_site(services)
    happen(services, site_id, updated())
    until(the_ticket(services))
    assert sorted(run.trigger.get("look", 1) for run in runs.runs(services.db)) == [1, 2, 3]
