"""Sites, pairing codes, events and commands at rest."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.store import Conflict, NotFound, commands, events, pairing, sites
from sidecar.store.database import instant
from sidecar.store.events import NewEvent
from sidecar.store.migrate import open_store

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path):
    db = open_store(tmp_path)
    yield db
    db.close()


@pytest.fixture
def site(db):
    return sites.add_site(db, "Shop", "https://shop.example", NOW)


def pair(db, site, secret="sealed-1"):
    sites.paired(
        db,
        site.id,
        url="https://shop.example",
        rest_url="https://shop.example/wp-json/",
        xmlrpc_url="https://shop.example/xmlrpc.php",
        plugin_version="0.1.0",
        secret_sealed=secret,
        now=NOW,
    )


def event(number, type_="mail.failed", at=NOW, data="{}"):
    return NewEvent(f"evt_{number}", type_, instant(at), data)


def test_a_site_waits_is_paired_and_forgets_its_secrets_when_unpaired(db, site):
    assert (site.state, site.secret_sealed, site.roads) == ("waiting", None, {})
    pair(db, site)
    assert sites.site(db, site.id).state == "paired" and sites.sites(db)[0].rest_url.endswith("/wp-json/")
    assert "sealed-1" not in repr(sites.site(db, site.id))
    sites.rotation_began(db, site.id, "sealed-2", NOW)
    sites.unpaired(db, site.id)
    gone = sites.site(db, site.id)
    assert (gone.state, gone.secret_sealed, gone.next_secret_sealed) == ("unpaired", None, None)
    with pytest.raises(NotFound):
        sites.rotation_began(db, site.id, "sealed-3", NOW)
    with pytest.raises(NotFound):
        sites.unpaired(db, "site_none")
    with pytest.raises(NotFound):
        sites.site(db, "site_none")


def test_a_rotation_ends_once_and_only_with_the_secret_it_began_with(db, site):
    pair(db, site)
    sites.rotation_began(db, site.id, "sealed-2", NOW)
    assert sites.site(db, site.id).secret_sealed == "sealed-1"
    assert not sites.rotation_ended(db, site.id, "sealed-other")
    assert sites.rotation_ended(db, site.id, "sealed-2")
    assert not sites.rotation_ended(db, site.id, "sealed-2")
    assert sites.site(db, site.id).secret_sealed == "sealed-2"


def test_what_was_heard_of_a_site_is_kept(db, site):
    sites.seen(db, site.id, NOW, plugin_version="0.2.0", clock_offset_s=-3600.0)
    sites.seen(db, site.id, NOW, plugin_version="", clock_offset_s=None)
    sites.road_tried(db, site.id, "rest", {"works": False, "at": instant(NOW), "why": "403"})
    sites.road_tried(db, site.id, "xmlrpc", {"works": True, "at": instant(NOW), "why": ""})
    sites.set_recipient(db, site.id, "canary@msp.example")
    sites.set_relay_networks(db, site.id, ["10.0.0.0/24"])
    sites.heartbeat(db, site.id, {"queued": 3})
    found = sites.site(db, site.id)
    assert (found.plugin_version, found.clock_offset_s, found.last_seen_at) == ("0.2.0", -3600.0, NOW)
    assert found.roads["rest"]["works"] is False and found.roads["xmlrpc"]["works"] is True
    assert (found.recipient, found.relay_networks) == ("canary@msp.example", ["10.0.0.0/24"])
    assert found.heartbeat == {"queued": 3}


def test_a_pairing_code_is_good_once_and_until_it_expires(db, site):
    def keep(nonce_hash):
        pairing.add_code(
            db, nonce_hash=nonce_hash, site_id=site.id, created_by="staff", expires_at=NOW + timedelta(minutes=10)
        )

    keep("first")
    keep("second")  # the newer code ends the older one
    assert pairing.use_code(db, "first", NOW) is None
    assert pairing.use_code(db, "second", NOW) == site.id
    assert pairing.use_code(db, "second", NOW) is None
    keep("late")
    assert pairing.use_code(db, "late", NOW + timedelta(minutes=10)) is None
    assert pairing.use_code(db, "unknown", NOW) is None


def test_an_event_is_kept_once_whoever_sends_it_again(db, site):
    assert events.insert_events(db, site.id, [event(1), event(2), event(2)], NOW) == 2
    assert events.insert_events(db, site.id, [event(2, data='{"changed": 1}'), event(3)], NOW) == 1
    assert events.event(db, site.id, "evt_2").data == {}
    other = sites.add_site(db, "Other", "", NOW)
    assert events.insert_events(db, other.id, [event(1)], NOW) == 1  # ids are a site's own
    with pytest.raises(Conflict):
        events.insert_events(db, "site_none", [event(1)], NOW)


def test_triage_sees_each_event_until_it_is_marked(db, site):
    events.insert_events(db, site.id, [event(1), event(2)], NOW)
    assert [e.id for e in events.untriaged(db, 10)] == ["evt_1", "evt_2"]
    events.mark_triaged(db, [(site.id, "evt_1")], NOW)
    assert [e.id for e in events.untriaged(db, 10)] == ["evt_2"]


def test_recent_events_come_newest_first_and_changes_from_before(db, site):
    minute = timedelta(minutes=1)
    events.insert_events(
        db,
        site.id,
        [
            event(1, "config.changed", NOW - 3 * minute),
            event(2, "mail.failed", NOW - 2 * minute),
            event(3, "plugin.changed", NOW - minute),
            event(4, "mail.sent", NOW),
        ],
        NOW,
    )
    assert [e.id for e in events.recent(db, site.id)] == ["evt_4", "evt_3", "evt_2", "evt_1"]
    assert [e.id for e in events.recent(db, site.id, ["mail.failed", "mail.sent"], 1)] == ["evt_4"]
    assert [e.id for e in events.changes_before(db, site.id, NOW - 2 * minute)] == ["evt_1"]


def test_old_events_go_but_never_one_that_was_not_triaged(db, site):
    events.insert_events(db, site.id, [event(1), event(2)], NOW)
    events.mark_triaged(db, [(site.id, "evt_1")], NOW)
    assert events.purge(db, NOW + timedelta(days=90)) == 1
    assert [e.id for e in events.recent(db, site.id)] == ["evt_2"]


def ids_seen_by_others(db):
    with closing(sqlite3.connect(db.path)) as other:
        return sorted(row[0] for row in other.execute("SELECT id FROM events"))


def test_a_transaction_that_fails_leaves_nothing_and_does_not_swallow_the_next(db, site):
    with pytest.raises(RuntimeError), db.transaction():
        events.insert_events(db, site.id, [event(1)], NOW)
        raise RuntimeError
    with db.transaction():
        events.insert_events(db, site.id, [event(2)], NOW)
    assert ids_seen_by_others(db) == ["evt_2"]


def test_a_commit_that_fails_leaves_nothing_and_does_not_swallow_the_next(db, site):
    with pytest.raises(sqlite3.IntegrityError), db.transaction():
        db.execute("PRAGMA defer_foreign_keys = ON")  # so that the commit itself is what fails
        events.insert_events(db, "site_none", [event(1)], NOW)
    with db.transaction():
        events.insert_events(db, site.id, [event(2)], NOW)
    assert ids_seen_by_others(db) == ["evt_2"]


def test_a_transaction_inside_another_belongs_to_the_outer_one(db, site):
    with pytest.raises(RuntimeError), db.transaction():
        with db.transaction():
            events.insert_events(db, site.id, [event(1)], NOW)
        raise RuntimeError
    assert ids_seen_by_others(db) == []


def ask(db, site, command_id="cmd_1", expires_at=NOW + timedelta(minutes=5)):
    return commands.add_command(
        db,
        command_id=command_id,
        site_id=site.id,
        run_id="run_1",
        name="mail.test",
        args={"token": "t"},
        now=NOW,
        expires_at=expires_at,
    )


def finish(db, site_id, command_id="cmd_1", **outcome):
    outcome = {"state": "done", "result": {"sent": True}, "error": "", "road": "rest", **outcome}
    return commands.finish(db, command_id, site_id=site_id, now=NOW, **outcome)


def test_a_command_asked_again_is_the_same_row_with_its_kept_result(db, site):
    assert ask(db, site).state == "sent"
    assert finish(db, site.id)
    again = ask(db, site)
    assert (again.state, again.result, again.ended) == ("done", {"sent": True}, True)
    assert not finish(db, site.id, state="failed", result=None), "an outcome is kept, not changed"


def test_a_command_waits_for_the_fetch_until_its_result_comes_or_it_expires(db, site):
    ask(db, site)
    assert commands.waiting(db, site.id, NOW) == []
    commands.leave_waiting(db, "cmd_1")
    assert [c.id for c in commands.waiting(db, site.id, NOW)] == ["cmd_1"]
    assert commands.waits_for_site(db, "run_1", NOW)
    assert commands.waiting(db, site.id, NOW + timedelta(minutes=5)) == []
    other = sites.add_site(db, "Other", "", NOW)
    assert not finish(db, other.id), "another site's word does not end it"
    assert finish(db, site.id, road="fetch")
    assert not commands.waits_for_site(db, "run_1", NOW)
    ask(db, site, "cmd_2")
    assert commands.expire(db, NOW + timedelta(minutes=5)) == 1
    late = commands.command(db, "cmd_2")
    assert late is not None and late.state == "expired" and late.ended
    assert commands.purge(db, NOW + timedelta(days=1)) == 2
