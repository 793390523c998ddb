"""The events door over real HTTP: what is kept, what is refused, and that a refusal changes nothing."""

import json
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.store import events, sites
from tests.servers.doors import open_doors
from tests.servers.plugin_client import PluginClient, event

HOUR = 3600


def kept(doors, plugin):
    return events.recent(doors.db, plugin.site, limit=1000)


def test_events_are_kept_and_the_answer_is_signed_and_carries_the_time(doors, plugin):
    bell = doors.services.bell()
    answered = plugin.send(
        event("mail.failed", host="relay.example", port=587, error="535 5.7.8 no"), event("mail.sent")
    )
    assert answered.status == 202 and answered.signed
    assert (answered["accepted"], answered["duplicates"], answered["rejected"]) == (2, 0, [])
    assert abs(datetime.fromisoformat(answered["time"]) - datetime.now(UTC)) < timedelta(seconds=5)
    [failed] = [e for e in kept(doors, plugin) if e.type == "mail.failed"]
    assert failed.data == {"host": "relay.example", "port": 587, "error": "535 5.7.8 no"}
    assert bell.is_set(), "triage is woken"
    site = sites.site(doors.db, plugin.site)
    assert site.plugin_version == "0.1.0" and site.last_seen_at is not None


def test_the_same_batch_again_is_duplicates_and_changes_nothing(doors, plugin):
    batch = [event(error="first"), event()]
    plugin.send(*batch)
    batch[0]["data"] = {"error": "second"}
    again = plugin.send(*batch, event())
    assert (again.status, again["accepted"], again["duplicates"]) == (202, 1, 2)
    bell = doors.services.bell()
    assert plugin.send(*batch)["duplicates"] == 2
    assert not bell.is_set(), "a batch without news wakes nobody"
    assert len(kept(doors, plugin)) == 3
    assert {e.data.get("error") for e in kept(doors, plugin)} == {"first", None}


def test_the_very_same_message_again_inside_the_tolerance_is_a_duplicate_and_outside_it_is_refused(doors, plugin):
    one = event()
    then = str(int(time.time()) - 290)
    assert plugin.send(one, message_id="msg_1", timestamp=then)["accepted"] == 1
    assert plugin.send(one, message_id="msg_1", timestamp=then)["duplicates"] == 1
    late = plugin.send(one, message_id="msg_1", timestamp=str(int(time.time()) - 310))
    assert (late.status, late["error"]) == (401, "clock")


def test_a_clock_an_hour_off_gets_a_signed_answer_with_the_time_and_is_remembered(doors, plugin):
    for off_s in (HOUR, -HOUR):
        sites.seen(doors.db, plugin.site, datetime.now(UTC), plugin_version="", clock_offset_s=0.0)
        plugin.clock_off_s = off_s
        refused = plugin.send(event())
        assert (refused.status, refused["error"], refused.signed) == (401, "clock", True)
        assert abs(datetime.fromisoformat(refused["time"]) - datetime.now(UTC)) < timedelta(seconds=5)
        assert sites.site(doors.db, plugin.site).clock_offset_s == pytest.approx(off_s, abs=3)
    plugin.clock_off_s = 0
    assert kept(doors, plugin) == []
    assert plugin.send(event()).status == 202


@pytest.mark.parametrize("off_s", [HOUR, -HOUR])
def test_a_site_whose_clock_is_off_goes_on_with_the_offset_and_its_instants_are_put_right(doors, plugin, off_s):
    plugin.clock_off_s = off_s
    by_its_clock = (datetime.now(UTC) + timedelta(seconds=off_s)).isoformat()
    one = {**event(), "occurred_at": by_its_clock}
    assert plugin.send(one)["error"] == "clock"
    plugin.clock_off_s = 0  # it signs with the offset now; what it wrote down before stays as it is
    assert plugin.send(one)["accepted"] == 1
    [found] = kept(doors, plugin)
    assert abs(found.occurred_at - datetime.now(UTC)) < timedelta(seconds=10)
    plugin.clock_off_s = -off_s  # somebody set its clock, and it still adds the old offset
    assert plugin.send(event())["error"] == "clock"
    assert sites.site(doors.db, plugin.site).clock_offset_s == pytest.approx(0, abs=5)


@pytest.mark.parametrize("timestamp", ["soon", "1e9", "-5", "²", "9" * 30, "1795512000.5"])
def test_a_time_that_is_none_is_refused(doors, plugin, timestamp):
    answered = plugin.send(event(), timestamp=timestamp)
    assert (answered.status, answered["error"], answered.signed) == (401, "clock", True)
    assert kept(doors, plugin) == [] and sites.site(doors.db, plugin.site).clock_offset_s is None


def test_a_wrong_or_missing_signature_is_denied_and_the_answer_is_not_signed(doors, plugin):
    body = {"plugin": "0.1.0", "events": [event()]}
    for signature in ("", "v1,", "v1,AAAA", "v2,whatever"):
        answered = plugin.post("events", "/events", body, signature=signature)
        assert (answered.status, answered["error"], answered.signed) == (401, "signature", False)
        assert "webhook-signature" not in answered.headers
    assert kept(doors, plugin) == []


@pytest.mark.parametrize("other", ["commands", "results", "fetch", "runs", "pairing"])
def test_a_signature_for_another_door_is_denied(doors, plugin, other):
    answered = plugin.send(event(), signed_as=other)
    assert (answered.status, answered["error"]) == (401, "signature")
    assert kept(doors, plugin) == []


def test_what_the_sidecar_signed_for_a_site_cannot_be_sent_back_to_it(doors, plugin):
    """Each direction has a key of its own, so an answer reflected at the same door proves nothing."""
    from sidecar.keys import TO_SITE, derive, sign

    body = json.dumps({"plugin": "0.1.0", "events": [event()]}).encode()
    timestamp = str(int(time.time()))
    reflected = sign(derive(plugin.secret, "events", TO_SITE), "msg_1", timestamp, body)
    answered = plugin.post("events", "/events", body, message_id="msg_1", timestamp=timestamp, signature=reflected)
    assert answered.status == 401


def test_who_is_not_paired_is_denied_everything(doors, plugin):
    stranger = PluginClient(doors.url)
    stranger.secret = b"\x01" * 32
    for site in ("", "site_none", plugin.site, doors.new_site()):
        stranger.site = site
        answered = stranger.send(event())
        assert answered.status == 401 and answered["error"] in ("not_paired", "signature")
        assert not answered.signed


def test_an_unpaired_site_is_denied_at_once_whoever_unpaired_it(doors, plugin):
    assert plugin.send(event()).status == 202
    sites.unpaired(doors.db, plugin.site)
    assert plugin.send(event())["error"] == "not_paired"


def test_a_site_whose_secret_was_wiped_is_denied_even_with_the_key_of_an_empty_secret(doors, plugin):
    doors.db.execute(
        "UPDATE sites SET secret_sealed = :sealed WHERE id = :id", id=plugin.site, sealed=doors.sealing.seal(b"")
    )
    body = json.dumps({"plugin": "0.1.0", "events": [event()]}).encode()
    answered = plugin.post("events", "/events", body, signature="v1,47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    assert answered.status in (401, 503) and kept(doors, plugin) == []


def test_an_id_of_10_mb_is_refused(doors, plugin):
    answered = plugin.send(event(event_id="x" * 10_000_000))
    assert (answered.status, answered["error"], answered.signed) == (413, "too_large", True)
    assert kept(doors, plugin) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_1_mib_is_refused_with_a_signed_answer(doors, plugin, chunked):
    answered = plugin.send(event(error="x" * (1024 * 1024)), chunked=chunked)
    assert (answered.status, answered["error"]) == (413, "too_large")
    assert answered.signed
    assert kept(doors, plugin) == []


def test_a_length_that_is_too_large_is_refused_before_the_body_is_read(doors, plugin):
    import socket
    from urllib.parse import urlsplit

    where = urlsplit(doors.url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall(
            b"POST /api/v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1048577\r\n"
            b"aftercare-site: " + plugin.site.encode() + b"\r\nwebhook-id: m\r\n\r\n" + b" " * 1048577
        )
        assert b" 413 " in line.recv(100)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (b'{"plugin": "0.1.0", "events": [], "x": NaN}', "not_json"),
        (b'{"plugin": "0.1.0", "events": [], "x": -Infinity}', "not_json"),
        (b'{"x": ' + b"9" * 10_000 + b"}", "not_json"),
        (b"[]", "shape"),
        (b'"text"', "shape"),
        (b"null", "shape"),
        (b'{"plugin": "0.1.0"}', "shape"),
        (b'{"plugin": "0.1.0", "events": {}}', "shape"),
        (b'{"events": []}', "shape"),
        (b'{"plugin": 1, "events": []}', "shape"),
        (b'{"plugin": "9.0.0", "events": []}', "version"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (json.dumps({"plugin": "0.1.0", "events": [1] * 501}).encode(), "too_large"),
    ],
    ids=lambda v: v[:24].decode("latin-1") if isinstance(v, bytes) else v,
)
def test_a_body_that_is_not_as_it_should_be_is_named_and_changes_nothing(doors, plugin, body, error):
    answered = plugin.post("events", "/events", body)
    assert answered["error"] == error and answered["message"] and answered.signed
    assert answered.status == {"too_large": 413, "version": 426}.get(error, 400)
    if error == "version":
        assert answered["supported"] == ["1"]
    assert kept(doors, plugin) == []


def soon(**ahead):
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "mail.fialed"}, "type is none that this sidecar knows"),
        ({"type": ["mail.failed"]}, "type is none"),
        ({"type": None}, "type is none"),
        ({"id": "x" * 65}, "id is not 1 to 64 characters"),
        ({"id": "x" * 500_000}, "id is not 1 to 64 characters"),
        ({"id": ""}, "id is not"),
        ({"id": "a b"}, "id is not"),
        ({"id": "a\n"}, "id is not"),
        ({"id": 7}, "id is not"),
        ({"occurred_at": "2026-11-24T10:00:00"}, "names no time zone"),
        ({"occurred_at": "yesterday"}, "ISO 8601"),
        ({"occurred_at": "1999-12-31T23:59:59Z"}, "before 2000"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "before 2000"),
        ({"occurred_at": 1795512000}, "not an instant"),
        ({"occurred_at": None}, "not an instant"),
        ({"data": [1]}, "data is not an object"),
        ({"data": "x"}, "data is not an object"),
        ({"data": {f"k{n}": n for n in range(1000)}}, "data has more than 200 keys"),
        ({"data": nested(9)}, "data is nested deeper than 8"),
        ({"data": {"error": ["no text"]}}, "error is not text"),
        ({"data": {"error": "half \ud83d"}}, "surrogate pair"),
        ({"data": {"seconds": 1e999}}, "seconds is not a finite number"),
        ({"data": {"port": "high"}}, "port is not a number"),
        ({"data": {"to": [{"domain": {}}]}}, "to.domain is not text"),
        ({"data": {"to": "a@b.example"}}, "to is not a list"),
    ],
    ids=lambda v: str(v)[:40],
)
def test_one_bad_event_is_rejected_by_id_and_reason_and_the_others_are_accepted(doors, plugin, change, reason):
    bad, good = {**event(event_id="bad"), **change}, event(event_id="good")
    body = json.dumps({"plugin": "0.1.0", "events": [bad, good]}).replace("Infinity", "1e999")
    answered = plugin.post("events", "/events", body.encode())
    assert answered.status == 202 and answered["accepted"] == 1
    [rejected] = answered["rejected"]
    assert reason in rejected["reason"] and len(rejected["id"]) <= 64
    assert [e.id for e in kept(doors, plugin)] == ["good"]


def test_an_event_of_the_future_is_rejected(doors, plugin):
    answered = plugin.send({**event(event_id="bad"), "occurred_at": soon(minutes=11)}, event(event_id="good"))
    assert "occurred_at is in the future" in answered["rejected"][0]["reason"]
    assert [e.id for e in kept(doors, plugin)] == ["good"]


def test_an_event_that_is_no_object_is_rejected_too(doors, plugin):
    answered = plugin.post("events", "/events", {"plugin": "0.1.0", "events": [1, None, [], "x", event()]})
    assert answered["accepted"] == 1 and len(answered["rejected"]) == 4


def test_only_the_protocols_fields_pass_and_long_texts_are_cut(doors, plugin):
    plugin.send(
        event(
            "mail.failed",
            error="e" * 20_000,
            body="Dear visitor",
            message="what a visitor typed",
            to=[{"domain": "a.example", "hash": "0123456789ab", "address": "jo@a.example"}],
            port="587",
            auth=True,
        )
    )
    [failed] = kept(doors, plugin)
    assert set(failed.data) == {"error", "to", "port", "auth"}
    assert failed.data["to"] == [{"domain": "a.example", "hash": "0123456789ab"}] and failed.data["port"] == 587
    assert len(failed.data["error"]) == 8_000 and failed.data["error"].endswith("…")


def test_addresses_credentials_and_bodies_that_slipped_through_are_cut(doors, plugin):
    plugin.send(
        event(
            error="550 5.1.1 <jo.doe+x@shop.example>: no such user; hashed-0123456789ab@kept.example, password=hunter2",
            dialogue=[
                "C: AUTH LOGIN",
                "S: 334 VXNlcm5hbWU6",
                "C: dXNlckBleGFtcGxl",
                "S: 334 UGFzc3dvcmQ6",
                "C: aHVudGVyMg==",
                "S: 235 2.7.0 ok",
                "S: 250-AUTH PLAIN LOGIN",
                "C: AUTH PLAIN AGFiYwBodW50ZXIy",
                "C: MAIL FROM:<jo@shop.example>",
                "C: DATA",
                "S: 354 go ahead",
                "C: Subject: my secret order",
                "C: I would like",
                "C: .",
                "S: 552 5.3.4 too big",
            ],
        )
    )
    [failed] = kept(doors, plugin)
    assert (
        failed.data["error"]
        == "550 5.1.1 <***@shop.example>: no such user; hashed-0123456789ab@kept.example, password=***"
    )
    assert failed.data["dialogue"] == [
        "C: AUTH LOGIN",
        "S: 334 VXNlcm5hbWU6",
        "C: ***",
        "S: 334 UGFzc3dvcmQ6",
        "C: ***",
        "S: 235 2.7.0 ok",
        "S: 250-AUTH PLAIN LOGIN",
        "C: AUTH PLAIN ***",
        "C: MAIL FROM:<***@shop.example>",
        "C: DATA",
        "S: 354 go ahead",
        "C: ***",
        "S: 552 5.3.4 too big",
    ]


def test_every_type_of_the_protocol_is_accepted_with_its_fields(doors, plugin):
    every = [
        event("mail.hung", mail="m1", began_at="2026-11-24T10:00:00Z", last_line="S: 235 ok"),
        *(
            event(f"form.{o}", plugin="cf7", form=12, title="Contact", invalid=["your-email"], mails=["m1"])
            for o in ("submitted", "rejected", "failed", "spam", "lost")
        ),
        event("php.error", level="fatal", component={"kind": "plugin", "slug": "x", "version": "1"}, line=3, count=1),
        event("config.changed", what="admin_email", secret=False, to="hashed-0123456789ab@a.example", by="user"),
        event("plugin.changed", what="updated", kind="plugin", slug="x", automatic=True, **{"from": "1", "to": "2"}),
        event("cron.late", oldest_due_at="2026-11-24T10:00:00Z", late_s=400, disabled=False),
    ]
    answered = plugin.send(*every)
    assert (answered["accepted"], answered["rejected"]) == (len(every), [])
    assert {e.type: e.data for e in kept(doors, plugin)} == {
        e["type"]: {**e["data"], **({"form": "12"} if "form" in e["data"] else {})} for e in every
    }


def test_a_site_that_asks_too_much_is_told_when_to_come_back(tmp_path):
    with open_doors(tmp_path, requests_per_minute=5) as doors:
        eager, calm = doors.paired(), doors.paired()
        answers = [eager.send(event()) for _ in range(6)]
        assert [a.status for a in answers[:5]] == [202] * 5
        assert (answers[5].status, answers[5]["error"], answers[5].signed) == (429, "too_many", True)
        assert 1 <= int(answers[5].headers["retry-after"]) <= 12
        assert calm.send(event()).status == 202
        assert len(kept(doors, eager)) == 5


def test_a_locked_database_is_503_and_the_events_are_taken_later(doors, plugin, monkeypatch):
    monkeypatch.setattr("sidecar.store.database.BUSY_S", 0.05)
    with open_doors(doors.settings.data_dir.parent / "locked") as other:
        site = other.paired()
        holder = sqlite3.connect(other.db.path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        one = event()
        answered = site.send(one)
        assert (answered.status, answered["error"], answered.signed) == (503, "unavailable", True)
        assert int(answered.headers["retry-after"]) > 0
        holder.execute("ROLLBACK")
        assert site.send(one)["accepted"] == 1


def test_a_full_disk_is_503_and_nothing_that_was_not_kept_is_answered_202(tmp_path):
    with open_doors(tmp_path) as doors:
        plugin = doors.paired()
        plugin.send(event())
        original = type(doors.db)._connection.fget

        def limited(db):
            connection = original(db)
            connection.execute(f"PRAGMA max_page_count = {limit[0]}")
            return connection

        limit = [doors.db.value("PRAGMA page_count") + 12]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(doors.db), "_connection", property(limited))
            sent = [[event(error=f"{n} " + "x" * 3_000) for n in range(5)] for _ in range(10)]
            answers = [plugin.send(*batch) for batch in sent]
            taken = {a.status == 202: set() for a in answers}
            for batch, answered in zip(sent, answers, strict=True):
                assert answered.status in (202, 503)
                taken[answered.status == 202] |= {e["id"] for e in batch}
            found = {e.id for e in kept(doors, plugin)}
            assert taken[True] <= found and not taken[False] & found
            limit[0] = 1_000_000  # somebody made room
            for batch in sent:
                assert plugin.send(*batch).status == 202
        assert len(kept(doors, plugin)) == 51


def test_many_sites_at_once_lose_and_double_nothing(doors):
    plugins = [doors.paired() for _ in range(4)]
    sent = {plugin.site: [event() for _ in range(40)] for plugin in plugins}
    failed = []

    def send(plugin):
        for start in range(0, 40, 4):
            batch = sent[plugin.site][start : start + 4]
            answers = [plugin.send(*batch), plugin.send(*batch)]
            if [a.status for a in answers] != [202, 202]:
                failed.append(answers)

    threads = [threading.Thread(target=send, args=(plugin,)) for plugin in plugins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for plugin in plugins:
        assert sorted(e.id for e in kept(doors, plugin)) == sorted(e["id"] for e in sent[plugin.site])


def test_other_methods_and_paths_are_not_doors(doors, plugin):
    assert plugin.http.get(f"{doors.url}/api/v1/events", timeout=5).status_code == 405
    assert plugin.http.post(f"{doors.url}/api/v1/nothing", timeout=5).status_code == 404
