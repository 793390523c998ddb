"""The authenticated test, from the site's door to its finding: what an admin gave is tried once, and written nowhere.

Real doors, engine, store and checks; a played site, and a relay with TLS that takes one password.
"""

import asyncio
import base64
import ipaddress
import json
import logging
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from sidecar import services as rooms
from sidecar.runs import engine
from sidecar.runs.logins import LIFE_S
from sidecar.store import runs
from tests.servers.certificates import Authority
from tests.servers.doors import open_doors
from tests.servers.engine import ended, until
from tests.servers.played_site import PlayedSite, play
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.unit.mail_site import RELAY, FakeSite, history, network, snapshot

PLAYBOOK = "emails-not-sending"
USER, PASSWORD = "login-of-the-site", "Tr0ub4dor&3 is not it"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


class Scene:
    """A relay, a site that sends by it, and a sidecar on one data folder."""

    def __init__(self, folder, relay, played):
        self.data, self.relay, self.played = folder / "data", relay, played
        self.door = network(folder, folder / "ca/ca.pem")
        settings = snapshot(relay.port)
        site = FakeSite(self.door, {"snapshot": settings})
        played.results = {
            "snapshot": settings,
            "mail.probe": asyncio.run(site.command("mail.probe")),
            "mail.history": history(),
        }

    @contextmanager
    def doors(self):
        """The sidecar's web side."""
        with open_doors(self.data, allow_private=LOOPBACK) as doors:
            doors.services.network = self.door
            yield doors

    @contextmanager
    def at_work(self, doors):
        """The engine behind it."""
        rooms.start(doors.services)
        try:
            yield
        finally:
            doors.services.sweeps.stop()
            engine.shut()

    def plugin(self, doors):
        plugin = doors.paired(home=self.played.url, rest_url=f"{self.played.url}/wp-json/")
        self.played.secrets, self.played.site_id = [plugin.secret], plugin.site
        return plugin

    def sealed(self, doors, plugin, **other):
        """As the plugin seals it."""
        given = {
            "username": USER,
            "password": PASSWORD,
            "host": RELAY,
            "port": self.relay.port,
            "stored": True,
            "site": plugin.site,
            "expires_at": (datetime.now(UTC) + timedelta(seconds=LIFE_S)).isoformat(),
            **other,
        }
        return plugin.sealed(base64.b64decode(doors.services.pairing_key.public), given)

    def log_ins(self):
        return [line for said in self.relay.dialogues for line in said if line.startswith("AUTH")]

    def found_in_files(self):
        """Which file of the data folder holds a part of it, in whichever spelling."""
        plain = [USER, PASSWORD, json.dumps(PASSWORD)[1:-1], PASSWORD.replace("&", "&amp;")]
        encoded = [base64.b64encode(each.encode()).decode() for each in (f"\0{USER}\0{PASSWORD}", PASSWORD, USER)]
        files = [path for path in self.data.rglob("*") if path.is_file()]
        assert {"aftercare.sqlite", "runs.sqlite"} <= {path.name for path in files}
        return [(path.name, each) for path in files for each in plain + encoded if each.encode() in path.read_bytes()]


def press(plugin, sealed):
    return plugin.post("runs", "/runs", {"playbook": PLAYBOOK, "by": "Jo", "login": sealed})


def outcome(plugin, run_id):
    """What the run's last finding of the log-in says."""
    shown = plugin.post("runs", "/runs/show", {"run": run_id})
    found = [each for step in shown["steps"] for each in step["findings"] if each["code"].startswith("smtp.auth.")]
    return found[-1]


@pytest.fixture
def relay(tmp_path):
    ours = Authority(tmp_path / "ca")
    with ScriptedSmtp(Script(), certificate=ours.good(RELAY)) as relay:
        yield relay


@pytest.fixture
def scene(tmp_path, relay):
    with play(PlayedSite([])) as played:
        yield Scene(tmp_path, relay, played)


@pytest.mark.parametrize(
    ("reply", "code"),
    [("", "smtp.auth.taken"), (f"535 5.7.8 no: {USER} {PASSWORD}", "smtp.auth.rejected")],
    ids=["accepted", "refused by a relay that echoes"],
)
def test_what_was_tried_is_in_no_file_and_no_log_line(scene, relay, caplog, reply, code):
    caplog.set_level(logging.DEBUG)
    if reply:
        relay.script.replies["auth"] = reply
    with scene.doors() as doors, scene.at_work(doors):
        plugin = scene.plugin(doors)
        sealed = scene.sealed(doors, plugin)
        run_id = press(plugin, sealed)["run"]
        until(ended(doors.services, run_id), 40)
        assert outcome(plugin, run_id)["code"] == code
        assert len(scene.log_ins()) == 1
        assert scene.found_in_files() == []  # with the -wal files as they are at work
        assert not doors.services.logins.holds(run_id)
    assert scene.found_in_files() == []
    assert not [path for path in scene.data.rglob("*") if path.is_file() and sealed.encode() in path.read_bytes()]
    assert PASSWORD not in caplog.text and USER not in caplog.text and sealed not in caplog.text


def test_the_same_message_sent_again_is_not_tried_again(scene):
    with scene.doors() as doors, scene.at_work(doors):
        plugin = scene.plugin(doors)
        sealed = scene.sealed(doors, plugin)
        for _ in range(2):
            run_id = press(plugin, sealed)["run"]
            until(ended(doors.services, run_id), 40)
        assert outcome(plugin, run_id)["code"] == "smtp.auth.withheld"
    assert len(scene.log_ins()) == 1


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"host": "relay.elsewhere.test"}, "it was given for relay.elsewhere.test"),
        ({"site": "site_other"}, "another site"),
        ({"expires_at": "2026-01-01T00:00:00Z"}, "five minutes"),
    ],
    ids=["another host", "another site", "too old"],
)
def test_what_was_sealed_for_something_else_is_never_shown_to_the_relay(scene, other, why):
    with scene.doors() as doors, scene.at_work(doors):
        plugin = scene.plugin(doors)
        run_id = press(plugin, scene.sealed(doors, plugin, **other))["run"]
        until(ended(doors.services, run_id), 40)
        said = outcome(plugin, run_id)
    assert (said["code"], said["verdict"], said["reason"]) == ("smtp.auth.withheld", "unknown", "not allowed")
    assert why in said["summary"]
    assert scene.log_ins() == []


def test_after_a_restart_the_run_says_that_it_has_to_be_given_again(scene):
    with scene.doors() as doors:  # the engine is not there yet: the run stays queued
        plugin = scene.plugin(doors)
        run_id = press(plugin, scene.sealed(doors, plugin))["run"]
        assert runs.run(doors.db, run_id).trigger["log_in"] is True
    with scene.doors() as doors, scene.at_work(doors):
        plugin.url = doors.url
        until(ended(doors.services, run_id), 40)
        said = outcome(plugin, run_id)
    assert said["code"] == "smtp.auth.withheld"
    assert "a run that was interrupted" in said["summary"]
    assert "press again" in said["remedy"]["text"]
    assert scene.log_ins() == []
    assert scene.found_in_files() == []


def test_a_log_in_whose_turn_never_comes_is_dropped_when_the_run_ends(scene):
    scene.played.results["snapshot"] = snapshot(scene.relay.port, mode="disabled")
    with scene.doors() as doors:
        plugin = scene.plugin(doors)
        run_id = press(plugin, scene.sealed(doors, plugin))["run"]
        assert doors.services.logins.holds(run_id)
        with scene.at_work(doors):
            until(ended(doors.services, run_id), 40)
            until(lambda: not doors.services.logins.holds(run_id), 5)
    assert scene.log_ins() == []


def test_a_run_under_way_takes_no_log_in(scene):
    with scene.doors() as doors:
        plugin = scene.plugin(doors)
        first = plugin.post("runs", "/runs", {"playbook": PLAYBOOK, "by": "Jo"})["run"]
        refused = press(plugin, scene.sealed(doors, plugin))
        assert (refused.status, refused["error"], refused["run"]) == (409, "running", first)
        assert not doors.services.logins.holds(first)


@pytest.mark.parametrize("login", [7, None, {"password": "x"}, "not base64!", "QUJD" * 3_000], ids=repr)
def test_a_log_in_that_is_none_starts_nothing(scene, login):
    with scene.doors() as doors:
        plugin = scene.plugin(doors)
        refused = press(plugin, login)
        assert (refused.status, refused["error"], refused["field"]) == (400, "shape", "login")
        assert runs.open_runs(doors.db, plugin.site, PLAYBOOK) == []
