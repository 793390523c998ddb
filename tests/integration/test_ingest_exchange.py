"""The heartbeat and the fetched commands over real HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.store import commands, sites, visits

MINUTES = timedelta(minutes=5)


def wait(doors, plugin, command_id):
    now = datetime.now(UTC)
    commands.add_command(
        doors.db,
        command_id=command_id,
        site_id=plugin.site,
        run_id="run_1",
        name="mail.test",
        args={"token": "t"},
        now=now,
        expires_at=now + MINUTES,
    )
    commands.leave_waiting(doors.db, command_id)


def test_the_heartbeat_is_kept_scrubbed(doors, plugin):
    answered = plugin.fetch(heartbeat={"waiting": 3, "note": "to jo@shop.example", "clock_offset_s": -7.5})
    assert (answered.status, answered["commands"], answered["next_s"], answered.signed) == (200, [], 60, True)
    site = sites.site(doors.db, plugin.site)
    assert site.heartbeat["waiting"] == 3 and site.heartbeat["note"] == "to ***@shop.example"
    assert site.clock_offset_s == -7.5 and site.last_seen_at is not None
    assert plugin.fetch(page_open=True)["next_s"] < 10


def test_an_hour_of_visits_is_kept_apart_from_the_heartbeat_and_only_from_the_site_itself(doors, plugin):
    at = datetime.now(UTC) - timedelta(hours=1)
    hour = {"at": f"{at:%Y-%m-%dT%H:30:00Z}", "one_in": 4, "whole": True, "counts": {"wpforms:7": [8, 4]}}
    assert plugin.fetch(heartbeat={"waiting": 0, "visits": hour}).status == 200
    assert "visits" not in sites.site(doors.db, plugin.site).heartbeat
    plugin.home = "https://staging.shop.example"
    assert plugin.fetch(heartbeat={"visits": {**hour, "counts": {"wpforms:7": [800, 4]}}}).status == 200
    [kept] = visits.visits(doors.db, plugin.site, ["wpforms:7"], datetime.now(UTC))
    assert (kept.hour, kept.shown, kept.pressed) == (f"{at:%Y-%m-%dT%H}", 8, 4)


def test_a_waiting_command_is_fetched_until_its_result_comes(doors, plugin):
    wait(doors, plugin, "cmd_a")
    [envelope] = plugin.fetch()["commands"]
    assert (envelope["id"], envelope["site"], envelope["name"]) == ("cmd_a", plugin.site, "mail.test")
    assert envelope["args"] == {"token": "t"} and envelope["expires_at"].endswith("Z")
    assert plugin.fetch()["commands"] == [envelope], "the plugin's ledger keeps it from being done twice"
    result = {"id": "cmd_a", "state": "done", "result": {"sent": False, "error": "550 <jo@a.example>"}, "error": ""}
    answered = plugin.post("results", "/commands/results", {"results": [result]})
    assert (answered.status, answered["accepted"], answered.signed) == (200, 1, True)
    assert plugin.fetch()["commands"] == []
    kept = commands.command(doors.db, "cmd_a")
    assert kept is not None
    assert (kept.state, kept.road, kept.result) == ("done", "fetch", {"sent": False, "error": "550 <***@a.example>"})
    again = plugin.post("results", "/commands/results", {"results": [{**result, "state": "failed"}]})
    assert again["accepted"] == 0


def test_another_sites_command_is_neither_fetched_nor_ended(doors, plugin):
    wait(doors, plugin, "cmd_b")
    other = doors.paired()
    assert other.fetch()["commands"] == []
    result = {"id": "cmd_b", "state": "done", "result": {}, "error": ""}
    assert other.post("results", "/commands/results", {"results": [result]})["accepted"] == 0
    assert [c["id"] for c in plugin.fetch()["commands"]] == ["cmd_b"]


def test_a_copy_of_the_site_at_another_address_gets_no_commands(doors, plugin):
    wait(doors, plugin, "cmd_c")
    plugin.home = "https://staging.shop.example"
    assert plugin.fetch()["commands"] == []
    assert sites.site(doors.db, plugin.site).heartbeat["elsewhere"] == "https://staging.shop.example"
    plugin.home = "http://shop.example/"  # the same place
    assert [c["id"] for c in plugin.fetch()["commands"]] == ["cmd_c"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"home_url": None}, "home_url"),
        ({"page_open": "yes"}, "page_open"),
        ({"heartbeat": [1]}, "heartbeat"),
        ({"heartbeat": {"x": "y" * 20_000}}, "heartbeat"),
        ({"plugin": ""}, "plugin"),
    ],
    ids=str,
)
def test_a_heartbeat_that_is_none_is_named(doors, plugin, change, field):
    answered = plugin.fetch(**change)
    assert (answered.status, answered["error"], answered["field"]) == (400, "shape", field)
    assert sites.site(doors.db, plugin.site).heartbeat == {}


@pytest.mark.parametrize(
    "result",
    [
        1,
        {},
        {"id": "x", "state": "finished"},
        {"id": "x" * 100, "state": "done"},
        {"id": "x", "state": "done", "result": "text"},
        {"id": "x", "state": "done", "error": {}},
    ],
    ids=str,
)
def test_a_result_that_is_none_is_named_and_the_others_are_not_kept_either(doors, plugin, result):
    wait(doors, plugin, f"cmd_{plugin.site}")
    good = {"id": f"cmd_{plugin.site}", "state": "done", "result": [], "error": None}
    answered = plugin.post("results", "/commands/results", {"results": [good, result]})
    assert (answered.status, answered["error"]) == (400, "shape")
    kept = commands.command(doors.db, f"cmd_{plugin.site}")
    assert kept is not None and kept.state == "waiting"
    assert plugin.post("results", "/commands/results", {"results": [good]})["accepted"] == 1


def test_half_a_surrogate_pair_in_a_result_does_no_harm(doors, plugin):
    wait(doors, plugin, "cmd_s")
    body = b'{"results": [{"id": "cmd_s", "state": "done", "result": {"error": "\\ud83d"}, "error": "\\ud83d"}]}'
    assert plugin.post("results", "/commands/results", body)["accepted"] == 1
    infinite = b'{"results": [{"id": "cmd_s", "state": "done", "result": {"n": 1e999}, "error": ""}]}'
    assert plugin.post("results", "/commands/results", infinite)["error"] == "not_json"
