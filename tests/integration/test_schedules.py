"""What runs by itself: once a day or week at each site, however often the hour is told; and what a button may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from sidecar import runs
from sidecar.playbooks import parse_playbook
from sidecar.runs import engine
from sidecar.runs.schedules import start_scheduled
from sidecar.runs.starting import PRESSES
from sidecar.services import Services
from sidecar.store import runs as store
from sidecar.store import sites, warm_ups
from tests.servers.engine import PLAYBOOK, World, add_site, build, running, until

MONDAY = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
WEEKLY = """\
id: {id}
title: Again
triggers:
  - schedule: {schedule}
steps:
  - id: look
    check: All of it
    run: [smtp.settings]
"""


@pytest.fixture
def services(tmp_path: Path, world: World) -> Iterator[Services]:
    made = build(tmp_path / "data", world)
    made.now = lambda: MONDAY
    made.playbooks = {
        "weekly": _playbook("weekly", "weekly"),
        "warming": _playbook("warming", "daily\n    sites: warming-up"),
    }
    yield made
    made.db.close()


def _playbook(playbook: str, schedule: str):
    return parse_playbook(WEEKLY.format(id=playbook, schedule=schedule), f"{playbook}.yaml")


def paired(services: Services, name: str) -> str:
    site_id = add_site(services, name)
    sites.paired(services.db, site_id, url="https://bakery.example", rest_url="", xmlrpc_url="", plugin_version="1",
                 secret_sealed="x", now=MONDAY)  # fmt: skip
    return site_id


def started(services: Services) -> list[tuple[str, str]]:
    return sorted((run.playbook, run.site_id) for run in store.runs(services.db))


def all_week(services: Services, hours: int = 7 * 24) -> None:
    """Tell every hour of a week, each twice, and end what was started."""
    for hour in range(hours):
        now = MONDAY + timedelta(hours=hour)
        services.now = lambda now=now: now
        start_scheduled(services)
        start_scheduled(services)
        for run in store.runs(services.db):
            store.end_run(services.db, run.id, "sound", None, None, now)


def test_a_weekly_playbook_runs_once_a_week_at_each_paired_site(services: Services) -> None:
    both = sorted((paired(services, "Bakery"), paired(services, "Florist")))
    add_site(services, "never paired")
    all_week(services)
    assert started(services) == [("weekly", site) for site in both]
    all_week(services)  # the same week told again
    assert len(started(services)) == 2
    services.now = lambda: MONDAY + timedelta(days=7, hours=167)
    start_scheduled(services)
    assert len(started(services)) == 4


def test_sites_do_not_all_look_at_the_same_hour(services: Services) -> None:
    for number in range(30):
        paired(services, f"site {number}")
    most = 0
    for hour in range(7 * 24):
        services.now = lambda hour=hour: MONDAY + timedelta(hours=hour)
        most = max(most, start_scheduled(services))
    assert len(started(services)) == 30
    assert most <= 5


def test_a_warm_up_is_looked_at_daily_while_it_goes_on(services: Services) -> None:
    warm, _ = paired(services, "Bakery"), paired(services, "Florist")
    warm_ups.start_warm_up(services.db, warm, target=500, start=50, growth=1.4, begun_on=date(2026, 11, 23), by="Ann",
                           now=MONDAY)  # fmt: skip
    all_week(services, 3 * 24)
    assert [each for each in started(services) if each[0] == "warming"] == [("warming", warm)] * 3
    warm_ups.end_warm_up(services.db, warm, "Ann", MONDAY)
    services.now = lambda: MONDAY + timedelta(days=3)
    start_scheduled(services)
    assert len([each for each in started(services) if each[0] == "warming"]) == 3


def test_somebody_who_looks_already_is_waited_for_and_the_turn_is_not_lost(services: Services) -> None:
    site = paired(services, "Bakery")
    services.now = lambda: MONDAY + timedelta(hours=167)
    by_hand = runs.start(services, site, "weekly", {"kind": "person", "by": "Ann"})
    assert start_scheduled(services) == 0
    store.end_run(services.db, by_hand, "sound", None, None, MONDAY)
    assert start_scheduled(services) == 1


def test_the_engine_tells_the_hour_and_forgets_it_after_its_time(services: Services) -> None:
    site = paired(services, "Bakery")
    services.now = lambda: MONDAY + timedelta(hours=167)
    with running(services):
        [schedule] = DBOS.list_schedules()
        assert (schedule["schedule_name"], schedule["schedule"]) == ("hourly", "7 * * * *")
        DBOS.trigger_schedule("hourly")
        until(lambda: started(services) == [("weekly", site)])
        until(lambda: [each.status for each in DBOS.list_workflows(name="hour")] == ["SUCCESS"])
        engine.forget_hours(datetime.now(UTC) - timedelta(days=7))
        assert DBOS.list_workflows(name="hour")
        engine.forget_hours(datetime.now(UTC) + timedelta(minutes=1))
        assert not DBOS.list_workflows(name="hour")


def test_buttons_of_a_site_start_twenty_runs_an_hour_and_staff_any_number(tmp_path: Path, world: World) -> None:
    services, clock = build(tmp_path / "data", world), [MONDAY]
    services.now = lambda: clock[0]
    site, other = add_site(services), add_site(services, "Florist")

    def press(site_id: str, kind: str = "button") -> None:
        clock[0] += timedelta(seconds=30)
        run_id = runs.start(services, site_id, PLAYBOOK, {"kind": kind, "by": "Ann"})
        store.end_run(services.db, run_id, "sound", None, None, clock[0])

    for _ in range(PRESSES):
        press(site)
    with pytest.raises(runs.PressedOften) as refused:
        press(site)
    assert refused.value.retry_after_s == 3600 - PRESSES * 30
    press(other)
    press(site, "person")
    clock[0] = MONDAY + timedelta(seconds=3600)
    press(site)
    with pytest.raises(runs.PressedOften):
        clock[0] -= timedelta(seconds=20)
        press(site)
