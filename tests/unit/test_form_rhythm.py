"""The counts per form and hour: each event once, longer than the events, apart by kind."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.store import events, form_rhythm, sites
from sidecar.store.database import instant
from sidecar.store.events import NewEvent
from sidecar.store.migrate import MIGRATIONS, open_store

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@pytest.fixture
def db(tmp_path):
    db = open_store(tmp_path)
    yield db
    db.close()


@pytest.fixture
def site(db):
    return sites.add_site(db, "Shop", "https://shop.example", NOW).id


def told(id_, type_="form.submitted", at=NOW, form="7", **data):
    about = {"plugin": "contact-form-7", "form": form, **data}
    return NewEvent(id_, type_, instant(at), json.dumps(about))


def test_an_entry_that_is_told_twice_counts_once(db, site):
    early = NOW - timedelta(minutes=20)
    events.insert_events(db, site, [told("a"), told("b", at=early)], NOW)
    assert events.insert_events(db, site, [told("a"), told("b"), told("c", at=early)], NOW) == 1
    rhythm = form_rhythm.rhythms(db, site, NOW)["contact-form-7:7"]
    assert rhythm == {"counts": {"submitted": {"2026-11-24T10": 3}}, "last_at": {"submitted": NOW.isoformat()}}


def test_what_became_of_a_post_is_kept_apart(db, site):
    hour = timedelta(hours=1)
    kinds = ["form.submitted", "form.rejected", "form.failed", "form.spam", "form.lost"]
    events.insert_events(db, site, [told(kind, kind, NOW - hour * n) for n, kind in enumerate(kinds)], NOW)
    events.insert_events(db, site, [told("m", "mail.sent"), told("x", form="")], NOW)  # neither is a form's outcome
    [rhythm] = form_rhythm.rhythms(db, site, NOW).values()
    assert {kind: list(hours) for kind, hours in rhythm["counts"].items()} == {
        "submitted": ["2026-11-24T10"],
        "rejected": ["2026-11-24T09"],
        "failed": ["2026-11-24T08"],
        "spam": ["2026-11-24T07"],
        "lost": ["2026-11-24T06"],
    }
    span = form_rhythm.totals(db, site, "contact-form-7:7", NOW - 3 * hour, NOW)
    assert {kind: total.number for kind, total in span.items()} == {"rejected": 1, "failed": 1, "spam": 1}


def test_the_counts_outlive_the_events_and_go_after_400_days(db, site):
    old = NOW - timedelta(days=390)
    events.insert_events(db, site, [told("a", at=old)], old)
    events.mark_triaged(db, [(site, "a")], old)
    assert events.purge(db, NOW) == 1
    assert form_rhythm.rhythms(db, site, NOW)["contact-form-7:7"]["counts"]["submitted"] == {"2025-10-30T10": 1}
    assert form_rhythm.purge(db, NOW) == 0
    assert form_rhythm.purge(db, NOW + timedelta(days=11)) == 1
    assert form_rhythm.rhythms(db, site, NOW) == {}


def test_another_sites_entries_are_not_seen(db, site):
    other = sites.add_site(db, "Blog", "https://blog.example", NOW).id
    events.insert_events(db, other, [told("a")], NOW)
    assert form_rhythm.rhythms(db, site, NOW) == {}
    assert list(form_rhythm.rhythms(db, other, NOW)) == ["contact-form-7:7"]


def test_the_forms_that_took_something_last_come_first_when_there_are_too_many(db, site, monkeypatch):
    monkeypatch.setattr(form_rhythm, "FORMS_READ", 2)
    hour = timedelta(hours=1)
    batch = [told(f"f{number}", form=str(number), at=NOW - number * hour) for number in range(4)]
    events.insert_events(db, site, batch, NOW)
    assert list(form_rhythm.rhythms(db, site, NOW)) == ["contact-form-7:0", "contact-form-7:1"]


def test_a_store_from_before_counts_the_events_that_it_has(tmp_path):
    older = tmp_path / "migrations"
    older.mkdir()
    for file in MIGRATIONS.glob("*.sql"):
        if int(file.name[:4]) < 3:
            shutil.copy(file, older)
    before = open_store(tmp_path / "data", migrations=older)
    site = sites.add_site(before, "Shop", "https://shop.example", NOW).id
    events.insert_events(before, site, [told("a"), told("b"), told("c", "form.spam"), told("d", "mail.sent")], NOW)
    before.close()
    db = open_store(tmp_path / "data")
    [rhythm] = form_rhythm.rhythms(db, site, NOW).values()
    assert rhythm["counts"] == {"submitted": {"2026-11-24T10": 2}, "spam": {"2026-11-24T10": 1}}
    db.close()
