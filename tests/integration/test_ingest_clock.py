"""Clocks as a thief would use them: a message that was kept and is sent again later changes no site's time."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.store import events, sites
from tests.servers.plugin_client import event

HOUR = 3600


def send(plugin, *batch, off_s, **how):
    """As the plugin does: its instants by its own clock, and how far that is off."""
    body = {"plugin": plugin.plugin, "clock_offset_s": off_s, "events": list(batch)}
    return plugin.post("events", "/events", body, **how)


def by_its_clock(off_s):
    return {**event(), "occurred_at": (datetime.now(UTC) + timedelta(seconds=off_s)).isoformat()}


def test_an_old_message_that_is_sent_again_costs_no_event_and_shifts_none(doors, plugin):
    yesterday = str(int(time.time()) - 24 * HOUR)
    assert send(plugin, event(), off_s=0, timestamp=yesterday)["error"] == "clock"
    answered = send(plugin, by_its_clock(0), off_s=0)
    assert (answered["accepted"], answered["rejected"]) == (1, [])
    [found] = events.recent(doors.db, plugin.site)
    assert abs(found.occurred_at - datetime.now(UTC)) < timedelta(seconds=10)
    assert sites.site(doors.db, plugin.site).clock_offset_s == 0, "what the site itself says of its clock counts"


SINCE_1970 = -int(time.time())  # a clock that was never set


@pytest.mark.parametrize("off_s", [HOUR, -HOUR, 25 * HOUR, SINCE_1970], ids=["fast", "slow", "a day fast", "never set"])
def test_a_batch_says_how_far_its_instants_are_off(doors, plugin, off_s):
    assert send(plugin, by_its_clock(off_s), off_s=off_s)["accepted"] == 1
    [found] = events.recent(doors.db, plugin.site)
    assert abs(found.occurred_at - datetime.now(UTC)) < timedelta(seconds=10)
    assert sites.site(doors.db, plugin.site).clock_offset_s == off_s


@pytest.mark.parametrize("off_s", ["soon", True, 1e300, -(10**30), [], {}])
def test_an_offset_that_is_none_is_not_believed(doors, plugin, off_s):
    assert send(plugin, event(), off_s=off_s)["accepted"] == 1
    assert plugin.fetch(heartbeat={"clock_offset_s": off_s}).status == 200
    assert abs(sites.site(doors.db, plugin.site).clock_offset_s or 0) < 5


@pytest.mark.parametrize(("at", "off_s"), [("9999-12-31T23:59:59Z", -(10**9)), ("2000-01-02T00:00:00Z", 10**10)])
def test_an_instant_that_no_calendar_holds_rejects_its_event_only(plugin, at, off_s):
    answered = send(plugin, {**event(event_id="beyond"), "occurred_at": at}, off_s=off_s)
    assert (answered.status, answered["rejected"][0]["id"]) == (202, "beyond")
