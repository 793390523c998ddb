"""The roads to a site: which one is taken, what is believed, and that a command is done at most once."""

import asyncio
import ipaddress
import secrets
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from wordpress_xmlrpc import XmlrpcMethod

from diagnostics.check import SiteUnavailable
from sidecar.config import Settings
from sidecar.keys import SealingKey
from sidecar.store import commands, sites
from sidecar.store.migrate import open_store
from sidecar.wordpress import SiteRoads, http, roads, xmlrpc
from sidecar.wordpress.roads import command_id, rest_route
from tests.servers.certificates import Authority
from tests.servers.played_site import PlayedSite, hanging_up, play, status, trickling, without_end

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
ALL_ROADS = ("rest", "rest_route", "xmlrpc")


class Pair:
    """A played site, paired with a store of its own."""

    def __init__(self, folder, played, **settings):
        self.settings = Settings(data_dir=folder, **{"allow_private": LOOPBACK, "command_wait_s": 1, **settings})
        self.sealing = SealingKey.load(self.settings)
        self.db = open_store(folder)
        self.played = played
        played.site_id = self.id = sites.add_site(self.db, "Shop", "", datetime.now(UTC)).id
        sites.paired(
            self.db,
            self.id,
            url=played.url,
            rest_url=f"{played.url}/wp-json/",
            xmlrpc_url=f"{played.url}/xmlrpc.php",
            plugin_version="0.1.0",
            secret_sealed=self.sealing.seal(played.secrets[0]),
            now=datetime.now(UTC),
        )

    def ask(self, name="snapshot", args=None, run="run_1"):
        return asyncio.run(self.roads(run).command(name, args))

    def roads(self, run="run_1"):
        return SiteRoads(self.db, self.settings, self.sealing, sites.site(self.db, self.id), run)

    def known(self):
        return {road: known["works"] for road, known in sites.site(self.db, self.id).roads.items()}

    def why(self, road):
        return sites.site(self.db, self.id).roads[road]["why"]

    def kept(self, name="snapshot", args=None, run="run_1"):
        found = commands.command(self.db, command_id(self.id, run, name, args or {}))
        assert found is not None
        return found


@pytest.fixture
def played():
    with play(PlayedSite([secrets.token_bytes(32)])) as played:
        yield played


@pytest.fixture
def pair(tmp_path, played):
    pair = Pair(tmp_path, played)
    yield pair
    pair.db.close()


def block(played, *those, by=None):
    played.blocks = {road: by or status(403) for road in those}


def test_a_command_goes_by_rest_and_its_result_is_kept(pair, played):
    assert pair.ask() == {"plugin": "0.1.0"}
    assert pair.known() == {"rest": True}
    assert (pair.kept().state, pair.kept().road) == ("done", "rest")


def test_asked_again_in_the_same_run_it_is_not_asked_at_the_site_again(pair, played):
    pair.ask("mail.test", {"token": "a", "recipient": "b"})
    pair.ask("mail.test", {"recipient": "b", "token": "a"})
    assert len(played.asked) == 1 and len(played.acted) == 1
    pair.ask("mail.test", {"token": "b", "recipient": "b"})
    pair.ask("mail.test", {"token": "a", "recipient": "b"}, run="run_2")
    assert len(set(played.acted)) == 3


@pytest.mark.parametrize(
    ("blocked", "taken"), [(["rest"], "rest_route"), (["rest", "rest_route"], "xmlrpc")], ids=["rest", "both"]
)
@pytest.mark.parametrize(
    "by",
    [
        status(403),
        status(404),
        status(401, b'{"code":"rest_not_logged_in","message":"x"}'),
        status(200, b"<html>a login page</html>"),
        status(200, b'{"id":"x","state":"done","result":{}}'),
        status(503),
        hanging_up,
    ],
    ids=["403", "404", "401", "a page", "unsigned", "503", "closed"],
)
def test_where_rest_is_blocked_another_road_is_taken(pair, played, blocked, taken, by):
    block(played, *blocked, by=by)
    assert pair.ask() == {"plugin": "0.1.0"}
    assert pair.known() == {**dict.fromkeys(blocked, False), taken: True}
    assert pair.kept().road == taken and len(played.acted) == 1
    assert all(pair.why(road) for road in blocked)


def test_a_blocked_road_is_left_alone_for_a_while_and_then_tried_again(pair, played, monkeypatch):
    block(played, "rest")
    pair.ask()
    pair.ask("mail.history")
    assert played.asked == ["rest", "rest_route", "rest_route"]
    block(played)
    monkeypatch.setattr(roads, "BLOCKED_FOR", timedelta(0))
    pair.ask("mail.probe")
    assert played.asked[3:] == ["rest"] and pair.known()["rest"] is True


def test_where_every_road_is_blocked_the_command_waits_for_the_fetch(tmp_path, played):
    pair = Pair(tmp_path, played, command_wait_s=60)
    block(played, *ALL_ROADS)

    def fetch():
        until = time.monotonic() + 10
        while not (waiting := commands.waiting(pair.db, pair.id, datetime.now(UTC))):
            assert time.monotonic() < until
            time.sleep(0.02)
        commands.finish(
            pair.db,
            waiting[0].id,
            site_id=pair.id,
            state="done",
            result={"by": "fetch"},
            error="",
            road="fetch",
            now=datetime.now(UTC),
        )

    thread = threading.Thread(target=fetch)
    thread.start()
    assert pair.ask() == {"by": "fetch"}
    thread.join()
    assert pair.kept().road == "fetch" and pair.known() == dict.fromkeys(ALL_ROADS, False)


def test_what_nobody_fetches_expires_and_the_next_command_of_the_run_does_not_wait_again(pair, played):
    block(played, *ALL_ROADS)
    with pytest.raises(SiteUnavailable, match=r"no road leads to the site .*did not fetch") as refused:
        pair.ask()
    assert set(refused.value.tried) == set(ALL_ROADS)
    assert pair.kept().state == "expired"
    began = time.monotonic()
    with pytest.raises(SiteUnavailable):
        pair.ask("mail.history")
    assert time.monotonic() - began < 3
    assert played.acted == []


def test_an_answer_signed_by_somebody_else_is_not_believed(pair, played):
    class Forger(PlayedSite):
        def answer(self, *message):
            answer = super().answer(*message)
            return {**answer, "signature": "v1," + "A" * 43 + "="}

    with play(Forger(played.secrets, site_id=pair.id)) as forger:
        forged = Pair(pair.settings.data_dir / "forged", forger)
        with pytest.raises(SiteUnavailable, match="not by the plugin"):
            forged.ask()
        assert forged.known() == dict.fromkeys(ALL_ROADS, False)


def test_an_answer_to_another_message_is_not_believed(pair, played):
    kept = {}

    class Replayer(PlayedSite):
        def answer(self, *message):
            return kept.setdefault("first", super().answer(*message))

    with play(Replayer(played.secrets)) as replayer:
        replayed = Pair(pair.settings.data_dir / "replayed", replayer)
        assert replayed.ask() == {"plugin": "0.1.0"}
        with pytest.raises(SiteUnavailable, match="no road leads"):
            replayed.ask("mail.history")


def test_a_private_address_is_not_reached_unless_the_settings_allow_it(tmp_path, played):
    pair = Pair(tmp_path, played, allow_private=())
    with pytest.raises(SiteUnavailable, match=r"NotAllowed.*127\.0\.0\.1 is loopback"):
        pair.ask()
    assert played.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "https://user@{host}/",
        "ftp://{host}/",
        "//[::1]/",
    ],
)
def test_a_redirect_to_another_place_is_not_followed(pair, played, target):
    location = target.format(host=played.url.partition("//")[2])
    block(played, "rest", by=status(307, b"", location=location))
    assert pair.ask() == {"plugin": "0.1.0"}
    assert "not followed" in pair.why("rest") and pair.kept().road == "rest_route"


def test_a_redirect_within_the_site_is_followed_and_one_in_circles_is_not(pair, played):
    block(played, "rest", by=status(308, b"", location="/?rest_route=/aftercare/v1/command"))
    assert pair.ask() == {"plugin": "0.1.0"}
    assert pair.known() == {"rest": True}
    block(played, "rest", by=status(302, b"", location="/wp-json/again"))
    pair.ask("mail.history")
    assert "redirects" in pair.why("rest")


@pytest.mark.parametrize("endless", [without_end, trickling], ids=["body", "headers"])
def test_a_site_that_answers_without_end_is_left_within_the_time(pair, played, monkeypatch, endless):
    monkeypatch.setattr(roads, "OTHER_REPLY_S", 0.4)
    monkeypatch.setattr(roads, "ASK_AGAIN_S", 0.0)
    block(played, "rest", by=endless)
    began = time.monotonic()
    assert pair.ask() == {"plugin": "0.1.0"}
    assert time.monotonic() - began < 5
    assert pair.kept().road == "rest_route" and pair.why("rest")


def test_a_slow_site_is_asked_again_and_acts_once(tmp_path, played, monkeypatch):
    pair = Pair(tmp_path, played, command_wait_s=60)
    monkeypatch.setattr(roads, "OTHER_REPLY_S", 0.5)
    monkeypatch.setattr(roads, "ASK_AGAIN_S", 0.2)
    played.pause_s = 0.9
    assert pair.ask() == {"plugin": "0.1.0"}
    assert len(played.acted) == 1 and set(played.asked) == {"rest"} and len(played.asked) >= 2


def test_a_command_that_was_sent_before_a_crash_is_asked_again_under_the_same_id(pair, played):
    first = asyncio.new_event_loop()
    task = first.create_task(pair.roads().command("mail.test", {"token": "t"}))
    first.run_until_complete(asyncio.wait([task], timeout=0.0))
    task.cancel()  # the sidecar dies after the site has acted, before it kept the result
    first.run_until_complete(asyncio.wait([task]))
    first.run_until_complete(first.shutdown_default_executor())
    first.close()
    assert pair.kept("mail.test", {"token": "t"}).state == "sent"
    played.results["mail.test"] = {"sent": True}
    pair.ask("mail.test", {"token": "t"})
    assert len(played.acted) == 1 and pair.kept("mail.test", {"token": "t"}).state == "done"


def test_what_the_site_began_and_never_ended_is_unknown(pair, played, monkeypatch):
    monkeypatch.setattr(roads, "ASK_AGAIN_S", 0.1)
    played.state, played.error = "unknown", "started, outcome unknown"
    with pytest.raises(SiteUnavailable, match="began snapshot, and its outcome is unknown"):
        pair.ask()
    assert len(played.acted) == 1 and pair.kept().state == "unknown"


def test_a_command_that_failed_at_the_site_says_why_without_addresses(pair, played):
    played.state, played.error = "failed", "TypeError: for jo@shop.example"
    with pytest.raises(SiteUnavailable, match=r"could not carry out snapshot: TypeError: for \*\*\*@shop.example"):
        pair.ask()


def test_results_are_scrubbed_before_they_are_kept(pair, played):
    played.results["mail.test"] = {"error": "550 <jo@a.example>", "dialogue": ["S: 334 x", "C: aHVudGVyMg=="]}
    assert pair.ask("mail.test") == {"error": "550 <***@a.example>", "dialogue": ["S: 334 x", "C: ***"]}


@pytest.mark.parametrize("blocked", [(), ("rest", "rest_route")], ids=["rest", "xmlrpc"])
@pytest.mark.parametrize("off_s", [3600, -3600])
def test_a_site_whose_clock_is_an_hour_off_is_asked_by_its_own_time(pair, played, off_s, blocked):
    block(played, *blocked)
    played.clock_off_s = off_s
    assert pair.ask() == {"plugin": "0.1.0"}
    assert len(played.acted) == 1


def test_during_a_rotation_the_next_secret_is_used_and_becomes_the_only_one(pair, played):
    new = secrets.token_bytes(32)
    sites.rotation_began(pair.db, pair.id, pair.sealing.seal(new), datetime.now(UTC))
    played.secrets = [new]
    assert pair.ask() == {"plugin": "0.1.0"}
    site = sites.site(pair.db, pair.id)
    assert site.next_secret_sealed is None and pair.sealing.open(site.secret_sealed or "") == new


@pytest.mark.parametrize("blocked", [(), ("rest", "rest_route")], ids=["rest", "xmlrpc"])
def test_a_plugin_that_refuses_us_is_said_at_once(pair, played, blocked):
    block(played, *blocked)
    played.paired = False
    with pytest.raises(SiteUnavailable, match=r"not paired \(any more\): pair it again"):
        pair.ask()
    played.paired, played.secrets = True, [secrets.token_bytes(32)]
    with pytest.raises(SiteUnavailable, match="does not accept our signature"):
        pair.ask()
    assert played.acted == []


def test_a_site_that_is_not_paired_is_not_asked(pair, played):
    sites.unpaired(pair.db, pair.id)
    with pytest.raises(SiteUnavailable, match="not paired") as refused:
        pair.ask()
    assert refused.value.reason == "not configured" and played.asked == []


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<methodResponse><params><param><value><string>&b;</string></value></param></params></methodResponse>"
)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (BOMB, "not accepted"),
        (b"<html>", "not XML-RPC"),
        (b"", "not XML-RPC"),
        (b"<?xml version='1.0'?><methodResponse><params></params></methodResponse>", "XML-RPC"),
        (
            b"<?xml version='1.0'?><methodResponse><params><param><value><int>1</int></value></param></params>"
            b"</methodResponse>",
            "something else than the plugin",
        ),
    ],
    ids=["bomb", "html", "nothing", "no params", "a number"],
)
def test_xml_that_is_dangerous_or_strange_is_refused(pair, played, answer, said):
    block(played, *ALL_ROADS, by=status(200, answer))
    with pytest.raises(SiteUnavailable):
        pair.ask()
    assert said in pair.why("xmlrpc")


def test_an_answer_that_is_too_large_is_refused(pair, played, monkeypatch):
    monkeypatch.setattr(http, "BYTES", 1000)
    played.results["snapshot"] = {"plugins": "x" * 2000}
    with pytest.raises(SiteUnavailable, match="more than 1000 bytes"):
        pair.ask()


@pytest.mark.parametrize("which", ["good", "for_another_name", "untrusted", "expired"])
def test_tls_is_verified_for_the_sites_name_although_its_address_is_pinned(tmp_path, monkeypatch, which):
    authority = Authority(tmp_path / "ca")
    certificate = getattr(authority, which)("localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    with play(PlayedSite([secrets.token_bytes(32)]), context, host="localhost") as played:
        pair = Pair(tmp_path / "data", played)
        if which == "good":
            assert pair.ask() == {"plugin": "0.1.0"}
            return
        with pytest.raises(SiteUnavailable):
            pair.ask()
        assert pair.why("rest").startswith("TLS: ")
        assert played.asked == []


def test_python_wordpress_xmlrpc_takes_lists_on_this_python():
    """Its base.py says collections.Iterable, which Python 3.10 took away; sidecar.wordpress.xmlrpc mends it."""
    assert xmlrpc.base.collections.Iterable

    class Posts(XmlrpcMethod):
        method_name = "wp.getPosts"
        results_class = dict

    assert Posts().process_result([[("id", 1)], [("id", 2)]]) == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("rest_url", "url"),
    [
        ("https://a.example/wp-json/", "https://a.example/wp-json/aftercare/v1/command"),
        ("https://a.example/blog/wp-json", "https://a.example/blog/wp-json/aftercare/v1/command"),
        (
            "https://a.example/index.php?rest_route=/",
            "https://a.example/index.php?rest_route=%2Faftercare%2Fv1%2Fcommand",
        ),
        (
            "https://a.example/?lang=de&rest_route=/",
            "https://a.example/?lang=de&rest_route=%2Faftercare%2Fv1%2Fcommand",
        ),
    ],
)
def test_the_route_is_found_below_pretty_and_plain_rest_roots(rest_url, url):
    assert rest_route(rest_url) == url
