"""The sidecar asks a real WordPress: by REST, by XML-RPC where REST is blocked, by the plugin's fetch where all is."""

import asyncio
import ipaddress
import threading
import time
from datetime import UTC, datetime

import pytest

from sidecar.store import commands, sites
from sidecar.wordpress import SiteRoads
from sidecar.wordpress.roads import command_id
from tests.servers.doors import open_doors

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
NO_REST = """<?php
add_filter( 'rest_authentication_errors', static function () {
	return new WP_Error( 'rest_disabled', 'The REST API is disabled.', array( 'status' => 401 ) );
} );
"""
NO_XMLRPC = """<?php
if ( defined( 'XMLRPC_REQUEST' ) && XMLRPC_REQUEST ) {
	status_header( 403 );
	exit( 'No XML-RPC here.' );
}
"""


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    with open_doors(tmp_path_factory.mktemp("doors"), allow_private=LOOPBACK, command_wait_s=60) as doors:
        yield doors


@pytest.fixture
def paired(doors, sqlite_site):
    site_id = doors.new_site()
    sqlite_site.wp("aftercare", "pair", doors.code(site_id))
    try:
        yield doors, sqlite_site, site_id
    finally:
        sqlite_site.wp("aftercare", "unpair")


def ask(doors, site_id, run, name="snapshot"):
    road = SiteRoads(doors.db, doors.settings, doors.sealing, sites.site(doors.db, site_id), run)
    result = asyncio.run(road.command(name))
    kept = commands.command(doors.db, command_id(site_id, run, name, {}))
    assert kept is not None
    return result, kept.road


def test_each_road_leads_to_the_real_plugin(paired):
    doors, wordpress, site_id = paired
    result, road = ask(doors, site_id, "run_rest")
    assert road == "rest" and result["wordpress"] == wordpress.version
    wordpress.put_mu_plugin("no-rest.php", NO_REST)
    result, road = ask(doors, site_id, "run_xmlrpc")
    assert road == "xmlrpc" and result["wordpress"] == wordpress.version
    known = sites.site(doors.db, site_id).roads
    assert {road: how["works"] for road, how in known.items()} == {"rest": False, "rest_route": False, "xmlrpc": True}
    assert "rest_disabled" in known["rest"]["why"]


def test_where_every_road_is_blocked_the_plugin_fetches_with_its_heartbeat(paired):
    doors, wordpress, site_id = paired
    wordpress.put_mu_plugin("no-rest.php", NO_REST)
    wordpress.put_mu_plugin("no-xmlrpc.php", NO_XMLRPC)
    got = []
    asking = threading.Thread(target=lambda: got.append(ask(doors, site_id, "run_fetch", "mail.history")))
    asking.start()
    until = time.monotonic() + 30
    while not commands.waiting(doors.db, site_id, datetime.now(UTC)):
        assert time.monotonic() < until and asking.is_alive()
        time.sleep(0.1)
    wordpress.php_eval(r"Aftercare\Heartbeat::beat();")
    asking.join(30)
    [(result, road)] = got
    assert road == "fetch" and len(result["days"]) == 30
    heard = sites.site(doors.db, site_id).heartbeat
    assert "waiting" in heard and "at" in heard


def test_a_rotation_asked_by_the_sidecar_ends_with_the_new_secret_only(paired):
    doors, _, site_id = paired
    old = sites.site(doors.db, site_id).secret_sealed
    result, _ = ask(doors, site_id, "run_rotate", "rotate")
    assert result == {"rotated": True}
    ask(doors, site_id, "run_after")
    site = sites.site(doors.db, site_id)
    assert site.secret_sealed != old and site.next_secret_sealed is None
