"""Pairing, rotating, unpairing over real HTTP, as a plugin does them."""

import base64
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.keys import PairingKey
from sidecar.store import NotFound, sites
from tests.servers.doors import open_doors
from tests.servers.plugin_client import PluginClient, event, read_code


def test_a_code_pairs_a_site_and_only_the_holder_of_the_secret_could_read_the_answer(doors):
    site_id = doors.new_site()
    plugin = PluginClient(doors.url, home="https://shop.example/blog")
    answered = plugin.pair(doors.code(site_id))
    assert (answered.status, answered["site"], answered.signed) == (201, site_id, True)
    site = sites.site(doors.db, site_id)
    assert (site.state, site.url, site.plugin_version) == ("paired", "https://shop.example/blog", "0.1.0")
    assert (site.rest_url, site.xmlrpc_url) == (
        "https://shop.example/blog/wp-json/",
        "https://shop.example/blog/xmlrpc.php",
    )
    assert plugin.send(event()).status == 202


def test_the_secret_lies_sealed_and_the_nonce_hashed_at_rest(doors):
    site_id = doors.new_site()
    code = doors.code(site_id)
    plugin = PluginClient(doors.url)
    plugin.pair(code)
    doors.db.value("PRAGMA wal_checkpoint(TRUNCATE)")
    everything = b"".join(path.read_bytes() for path in doors.settings.data_dir.iterdir())
    assert plugin.secret not in everything and base64.b64encode(plugin.secret) not in everything
    assert read_code(code)["n"].encode() not in everything
    sealed = sites.site(doors.db, site_id).secret_sealed
    assert sealed is not None and doors.sealing.open(sealed) == plugin.secret


def test_a_code_used_twice_is_refused_and_the_first_pairing_stays(doors):
    code = doors.code(doors.new_site())
    first, second = PluginClient(doors.url), PluginClient(doors.url, home="https://thief.example")
    first.pair(code)
    answered = second.pair(code)
    assert (answered.status, answered["error"]) == (403, "code") and "used already" in answered["message"]
    assert first.send(event()).status == 202
    assert sites.site(doors.db, first.site).url == "https://shop.example"


def test_a_code_is_good_for_ten_minutes(doors):
    site_id = doors.new_site()
    early = doors.code(site_id, datetime.now(UTC) - timedelta(minutes=9, seconds=50))
    assert PluginClient(doors.url).pair(early).status == 201
    late = doors.code(site_id, datetime.now(UTC) - timedelta(minutes=10, seconds=1))
    assert PluginClient(doors.url).pair(late)["error"] == "code"


def test_a_newer_code_ends_the_older_one_and_there_is_none_for_no_site(doors):
    site_id = doors.new_site()
    older, newer = doors.code(site_id), doors.code(site_id)
    assert PluginClient(doors.url).pair(older)["error"] == "code"
    assert PluginClient(doors.url).pair(newer).status == 201
    with pytest.raises(NotFound):
        doors.code("site_none")


@pytest.mark.parametrize(
    ("brought", "field"),
    [
        ({"secret": ""}, "secret"),
        ({"secret": base64.b64encode(bytes(32)).decode()}, "secret"),
        ({"secret": base64.b64encode(b"short").decode()}, "secret"),
        ({"secret": 7}, "secret"),
        ({"nonce": "another-nonce"}, "sealed"),
        ({"url": ""}, "url"),
        ({"url": "ftp://shop.example"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://user:pass@shop.example"}, "url"),
        ({"url": "https://shop.example:99999"}, "url"),
        ({"url": "https://shop.example/\r\nx"}, "url"),
        ({"rest_url": "gopher://shop.example"}, "rest_url"),
        ({"xmlrpc_url": ["x"]}, "xmlrpc_url"),
        ({"plugin": ""}, "plugin"),
    ],
    ids=str,
)
def test_what_a_plugin_brings_wrongly_is_named_and_the_code_is_not_spent(doors, brought, field):
    code = doors.code(doors.new_site())
    refused = PluginClient(doors.url).pair(code, **brought)
    assert (refused.status, refused["error"], refused["field"]) == (400, "shape", field)
    assert PluginClient(doors.url).pair(code).status == 201


def test_a_plugin_that_is_not_understood_is_told_which_versions_are(doors):
    refused = PluginClient(doors.url).pair(doors.code(doors.new_site()), plugin="7.0.0")
    assert (refused.status, refused["error"], refused["supported"]) == (426, "version", ["1"])


def test_what_was_sealed_to_another_key_or_is_no_json_is_refused(doors, tmp_path):
    code = doors.code(doors.new_site())
    nonce = read_code(code)["n"]
    foreign = PluginClient.sealed(bytes(range(32)), {"nonce": nonce})
    http = PluginClient(doors.url).http
    for body, error in (
        ({"nonce": nonce, "sealed": foreign}, "shape"),
        ({"nonce": nonce}, "shape"),
        ({"nonce": "x", "sealed": foreign}, "shape"),
        ({"nonce": ["x"], "sealed": foreign}, "shape"),
        ([], "shape"),
    ):
        answered = http.post(f"{doors.url}/api/v1/pair", json=body, timeout=5)
        assert answered.status_code == 400 and answered.json()["error"] == error
    assert http.post(f"{doors.url}/api/v1/pair", data=b"{", timeout=5).json()["error"] == "not_json"
    assert http.post(f"{doors.url}/api/v1/pair", data=b" " * 70_000, timeout=5).status_code == 413
    assert PluginClient(doors.url).pair(code).status == 201


def test_the_key_is_the_one_whose_fingerprint_stands_in_the_code_and_stays_after_a_restart(doors):
    assert PairingKey.load(doors.settings, doors.sealing).fingerprint == read_code(doors.code(doors.new_site()))["f"]


def test_the_old_secret_works_until_the_new_one_is_first_used(doors):
    plugin = doors.paired()
    old, new = plugin.secret, secrets.token_bytes(32)
    answered = plugin.rotate(new)
    assert (answered.status, answered["ok"], answered.signed) == (200, True, True)
    assert plugin.send(event()).status == 202, "the answer may have been lost: the old one still works"
    assert plugin.rotate(new).status == 200, "and the rotation may be asked again"
    plugin.secret = new
    assert plugin.send(event()).signed
    plugin.secret = old
    assert plugin.send(event())["error"] == "signature"
    plugin.secret = new
    assert plugin.fetch().status == 200
    assert sites.site(doors.db, plugin.site).next_secret_sealed is None


def test_the_old_secret_ends_after_ten_minutes_even_if_the_new_one_was_never_used(doors):
    plugin = doors.paired()
    new = secrets.token_bytes(32)
    plugin.rotate(new)
    began = datetime.now(UTC) - timedelta(minutes=10, seconds=1)
    doors.db.execute("UPDATE sites SET next_secret_at = :at WHERE id = :id", at=began, id=plugin.site)
    assert plugin.send(event())["error"] == "signature"
    plugin.secret = new
    assert plugin.send(event()).status == 202


def test_a_site_that_moved_says_where_it_is_with_its_next_secret(doors):
    plugin = doors.paired()
    new = secrets.token_bytes(32)
    plugin.rotate(new, url="https://new.example", rest_url="https://new.example/wp-json/", xmlrpc_url="")
    plugin.secret = new
    plugin.home = "https://new.example"
    assert plugin.fetch().status == 200
    site = sites.site(doors.db, plugin.site)
    assert (site.url, site.rest_url) == ("https://new.example", "https://new.example/wp-json/")


def test_a_rotation_for_another_site_or_with_an_empty_secret_is_refused(doors):
    plugin = doors.paired()
    assert plugin.rotate(secrets.token_bytes(32), site="site_other")["error"] == "shape"
    assert plugin.rotate(b"")["error"] == "shape"
    assert sites.site(doors.db, plugin.site).next_secret_sealed is None
    assert plugin.send(event()).status == 202


def test_a_plugin_ends_its_pairing_and_is_then_denied_everything(doors):
    plugin = doors.paired()
    answered = plugin.post("pairing", "/pair/end", {})
    assert answered.status == 200 and answered.signed
    for again in (plugin.send(event()), plugin.fetch(), plugin.post("pairing", "/pair/end", {})):
        assert (again.status, again["error"], again.signed) == (401, "not_paired", False)
    assert sites.site(doors.db, plugin.site).secret_sealed is None


def test_a_site_is_paired_anew_by_a_new_code_and_the_old_secret_ends(doors):
    plugin = doors.paired()
    old = plugin.secret
    plugin.pair(doors.code(plugin.site))
    assert plugin.send(event()).status == 202
    plugin.secret = old
    assert plugin.send(event())["error"] == "signature"


def test_the_clock_of_a_site_is_measured_at_pairing(doors):
    plugin = PluginClient(doors.url)
    plugin.clock_off_s = 3600
    assert plugin.pair(doors.code(doors.new_site())).status == 201
    assert sites.site(doors.db, plugin.site).clock_offset_s == pytest.approx(3600, abs=3)


def test_too_many_attempts_of_one_address_are_slowed_down(tmp_path):
    with open_doors(tmp_path) as doors:
        http = PluginClient(doors.url).http
        statuses = [http.post(f"{doors.url}/api/v1/pair", data=b"{}", timeout=5).status_code for _ in range(125)]
        assert set(statuses[:120]) == {400} and 429 in statuses[120:]
