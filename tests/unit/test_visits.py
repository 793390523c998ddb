"""Visits by the hour: read from a heartbeat field by field, kept once, counted for the forms that they are of."""

from datetime import UTC, datetime, timedelta

import pytest

from diagnostics.forms.form import Form
from sidecar.ingest.visits import read_hour
from sidecar.runs.visits import names_of, rhythms, with_visits
from sidecar.store import commands, events, sites, visits
from sidecar.store.database import instant
from sidecar.store.events import NewEvent
from sidecar.store.migrate import open_store
from sidecar.store.visits import VisitHour, Visits

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEVEN, LANDING, ASIDE = "contact-form-7:7", "elementor:a1", "elementor:b2"
TOLD = {"at": "2026-11-24T09:30:00Z", "one_in": 4, "whole": True, "counts": {SEVEN: [8, 4], "/landing/": [12, 0]}}


@pytest.fixture
def db(tmp_path):
    db = open_store(tmp_path)
    yield db
    db.close()


@pytest.fixture
def site(db):
    """A site that listed its forms: one of Contact Form 7, two of another plugin on one page."""
    site = sites.add_site(db, "Shop", "https://shop.example", NOW).id
    listed = [
        {"plugin": "contact-form-7", "form": "7", "pages": ["https://shop.example/contact/"]},
        {"plugin": "elementor", "form": "a1", "pages": ["https://shop.example/landing/"]},
        {"plugin": "elementor", "form": "b2", "pages": ["https://shop.example/landing", "https://shop.example/b/"]},
    ]
    commands.add_command(
        db, command_id="c", site_id=site, run_id="", name="forms.list", args={}, now=NOW, expires_at=NOW + HOUR
    )
    result = {"forms": listed}
    commands.finish(db, "c", site_id=site, state="done", result=result, error="", road="rest", now=NOW)
    return site


def counted(rhythm):
    return {kind: hours for kind, hours in rhythm["counts"].items() if kind in ("viewed", "pressed")}


def test_a_page_counts_for_each_of_its_forms_and_a_name_for_its_own():
    forms = [
        Form("elementor", "a1", pages=("https://shop.example/landing/?x=1",)),
        Form("elementor", "b2", pages=("https://shop.example/landing", "https://shop.example/")),
    ]
    names = names_of([SEVEN], forms)
    assert names["/landing/"] == names["/landing"] == {LANDING, ASIDE} and names["/"] == {ASIDE}
    seen = [
        Visits("2026-11-24T08", SEVEN, 8, 4),
        Visits("2026-11-24T08", "/", 4, 0),
        Visits("2026-11-24T08", "/landing/", 12, 0),
        Visits("2026-11-24T09", SEVEN, 4, 0),
    ]
    found = with_visits({SEVEN: {"counts": {}, "last_at": {}}}, names, [VisitHour("2026-11-24T08", 4)], seen)
    assert counted(found[SEVEN]) == {
        "viewed": {"2026-11-24T08": 8, "2026-11-24T09": 4},
        "pressed": {"2026-11-24T08": 4, "2026-11-24T09": 0},
    }
    assert counted(found[LANDING]) == {"viewed": {"2026-11-24T08": 12}}  # whose button was pressed, a page does not say
    assert counted(found[ASIDE]) == {"viewed": {"2026-11-24T08": 16}}
    assert found[ASIDE]["visits"] == {"one_in": 4, "hours": ["2026-11-24T08"]}


def test_an_hour_that_is_told_twice_counts_once(db, site):
    hour = read_hour(TOLD, 0.0, NOW)
    for _ in range(2):
        visits.keep(db, site, hour.at, hour.one_in, hour.counts)
    found = rhythms(db, site, NOW)
    assert counted(found[SEVEN]) == {"viewed": {"2026-11-24T09": 8}, "pressed": {"2026-11-24T09": 4}}
    assert counted(found[LANDING]) == counted(found[ASIDE]) == {"viewed": {"2026-11-24T09": 12}}


def test_an_hour_in_which_nobody_came_was_counted(db, site):
    empty = read_hour({**TOLD, "counts": []}, 0.0, NOW)  # as PHP writes an empty object
    visits.keep(db, site, empty.at, empty.one_in, empty.counts)
    told = NewEvent("a", "form.submitted", instant(NOW), '{"plugin": "contact-form-7", "form": "7"}')
    events.insert_events(db, site, [told], NOW)
    [rhythm] = rhythms(db, site, NOW).values()
    assert rhythm["visits"]["hours"] == ["2026-11-24T09"] and "viewed" not in rhythm["counts"]


def test_what_is_forged_makes_no_form(db, site):
    visits.keep(db, site, NOW - HOUR, 4, {"contact-form-7:666": (4000, 4000), "/nowhere/": (400, 0)})
    assert rhythms(db, site, NOW) == {}


def test_where_nothing_was_counted_nothing_is_said_of_visits(db, site):
    told = NewEvent("a", "form.submitted", instant(NOW), '{"plugin": "contact-form-7", "form": "7"}')
    events.insert_events(db, site, [told], NOW)
    assert "visits" not in rhythms(db, site, NOW)[SEVEN]


def test_visits_go_after_60_days_and_with_their_site(db, site):
    visits.keep(db, site, NOW, 4, {SEVEN: (4, 0)})
    assert visits.purge(db, NOW + timedelta(days=59)) == 0
    assert visits.purge(db, NOW + timedelta(days=61)) == 1
    assert db.value("SELECT COUNT(*) FROM visits") == 0


def test_an_hour_is_the_hour_of_our_clock():
    assert read_hour(TOLD, 0.0, NOW).at == NOW - HOUR
    assert read_hour({**TOLD, "at": "2026-11-24T12:30:00Z"}, 3 * 3600.0, NOW).at == NOW - HOUR


@pytest.mark.parametrize(
    "change",
    [
        {"whole": False},  # more came than was counted
        {"at": "yesterday"},
        {"at": "2026-11-24T09:30:00"},
        {"at": "2026-11-24T12:30:00Z"},  # is not over
        {"at": "2026-01-24T12:30:00Z"},
        {"one_in": 0},
        {"one_in": "4"},
        {"counts": [1]},
        {"counts": {f"x:{n}": [4, 0] for n in range(101)}},
    ],
    ids=str,
)
def test_an_hour_that_makes_no_sense_is_none(change):
    assert read_hour({**TOLD, **change}, 0.0, NOW) is None


def test_a_name_or_number_that_makes_no_sense_is_left_out():
    strange = {SEVEN: [8, 4], "/a?b=c": [4, 0], "a:b:c": [4, 0], "x:1": [4], "x:2": [-4, 0], "x:3": [True, 0], "x:4": 4}
    assert read_hour({**TOLD, "counts": strange}, 0.0, NOW).counts == {SEVEN: (8, 4)}
