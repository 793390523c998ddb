"""A form's silence starts a try by itself: once a day for one gap, once more as an alarm, none while it is sound."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sidecar.playbooks import parse_playbook
from sidecar.runs.silences import PLAYBOOK, start_for_silence
from sidecar.services import Services
from sidecar.store import events, runs, sites, visits
from sidecar.store.database import instant
from sidecar.store.events import NewEvent
from tests.servers.engine import World, add_site, build

FIRST = datetime(2026, 9, 7, 0, 30, tzinfo=UTC)
DIED = FIRST + timedelta(days=42)
FORM = "contact-form-7:5"
TEXT = f"""\
id: {PLAYBOOK}
title: Form
triggers:
  - button: x
steps:
  - id: look
    check: It
    run: [forms.silence]
"""

_numbers = itertools.count()


@pytest.fixture
def services(tmp_path: Path, world: World) -> Iterator[Services]:
    made = build(tmp_path / "data", world)
    made.playbooks = {PLAYBOOK: parse_playbook(TEXT, "form.yaml")}
    yield made
    made.db.close()


@pytest.fixture
def site(services: Services) -> str:
    """A site whose form took an entry every four hours for six weeks, and none since."""
    site_id = add_site(services, "Bakery")
    sites.paired(services.db, site_id, url="https://bakery.example", rest_url="", xmlrpc_url="", plugin_version="1",
                 secret_sealed="x", now=FIRST)  # fmt: skip
    for hours in range(0, 42 * 24, 4):
        entered(services, site_id, FIRST + timedelta(hours=hours))
    return site_id


def entered(services: Services, site_id: str, at: datetime) -> None:
    data = json.dumps({"plugin": "contact-form-7", "form": "5", "status": "submitted"})
    event = NewEvent(f"e{next(_numbers)}", "form.submitted", instant(at), data)
    events.insert_events(services.db, site_id, [event], at)


def hours_of(services: Services, site_id: str, begin: datetime, hours: int) -> list[str]:
    """Tell every hour, each twice, while the site goes on speaking; how the started runs' gaps stood, in order."""
    before = len(runs.runs(services.db))
    for hour in range(hours):
        now = begin + timedelta(hours=hour)
        services.now = lambda now=now: now
        sites.seen(services.db, site_id, now, plugin_version="", clock_offset_s=None)
        start_for_silence(services)
        start_for_silence(services)
    made = sorted(runs.runs(services.db), key=lambda run: run.created_at)[before:]
    assert all(run.playbook == PLAYBOOK and run.trigger["form"] == FORM for run in made)
    return [str(run.trigger["standing"]) for run in made]


def test_a_form_within_its_rhythm_starts_nothing(services: Services, site: str) -> None:
    assert hours_of(services, site, DIED - timedelta(hours=3), 6) == []


def test_a_form_that_died_is_tried_once_a_day_and_once_more_as_an_alarm(services: Services, site: str) -> None:
    standings = hours_of(services, site, DIED, 4 * 24)
    assert standings[0] == "unlikely" and standings.count("silent") == 1
    assert len(standings) <= 5


def test_a_form_whose_visitors_are_missing_too_is_tried_and_is_no_alarm(services: Services, site: str) -> None:
    for hour in range((42 + 4) * 24):
        at = FIRST + timedelta(hours=hour)
        visits.keep(services.db, site, at, 4, {FORM: (40, 4)} if at < DIED else {})
    standings = hours_of(services, site, DIED, 4 * 24)
    assert set(standings) <= {"unlikely", "no visitors"} and "no visitors" in standings
    assert len(standings) <= 4


def test_a_form_that_speaks_again_is_left_alone(services: Services, site: str) -> None:
    hours_of(services, site, DIED, 3 * 24)
    entered(services, site, DIED + timedelta(days=3))
    assert hours_of(services, site, DIED + timedelta(days=3), 4) == []


def test_a_site_that_says_nothing_at_all_is_not_silence_of_its_form(services: Services, site: str) -> None:
    sites.seen(services.db, site, DIED - timedelta(hours=4), plugin_version="", clock_offset_s=None)
    services.now = lambda: DIED + timedelta(days=5)
    assert start_for_silence(services) == 0
