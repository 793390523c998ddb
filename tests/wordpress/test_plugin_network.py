"""A network of sites: each has tables and a pairing of its own; and an uninstall that leaves nothing, counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.lab import AFTERCARE
from tests.servers.wordpress import WordPressSite
from tests.wordpress.conftest import begin
from tests.wordpress.scripted_runs import ScriptedRuns, scripted_runs

# All that could be ours, on the current site: tables, options and transients, cron events, capabilities.
TRACES = """
global $wpdb;
$like = '%aftercare%';
$cron = array();
foreach ( (array) _get_cron_array() as $at => $hooks ) {
	$cron = array_merge( $cron, preg_grep( '/aftercare/', array_keys( is_array( $hooks ) ? $hooks : array() ) ) );
}
$caps = array();
foreach ( wp_roles()->roles as $name => $role ) {
	$caps = array_merge( $caps, preg_grep( '/aftercare/', array_keys( $role['capabilities'] ) ) );
}
$tables = array_filter( $wpdb->get_col( 'SHOW TABLES' ), function ( $table ) use ( $wpdb ) {
	return (bool) preg_match( "/^{$wpdb->prefix}aftercare_/", $table );
} );
echo json_encode( array(
	'tables'  => array_values( $tables ),
	'options' => $wpdb->get_col( "SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE '$like'" ),
	'cron'    => array_values( $cron ),
	'caps'    => array_values( $caps ),
) );
"""


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[ScriptedRuns]:
    with scripted_runs(tmp_path / "data") as scripted:
        yield scripted


def traces(site: WordPressSite, *where: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(site.wp("eval", TRACES, *where))
    return found


def start(name: str, site: WordPressSite) -> Iterator[WordPressSite]:
    """A site of this module's own, with the plugin not yet active."""
    for running in begin(name, site):
        running.install_plugin(AFTERCARE, activate=False)
        yield running


@pytest.fixture
def plain() -> Iterator[WordPressSite]:
    yield from start("WordPress 7.1.1, MariaDB, to uninstall from", WordPressSite(server="php"))


@pytest.fixture
def network() -> Iterator[WordPressSite]:
    for site in start("WordPress 7.1.1 network, MariaDB", WordPressSite(server="php")):
        site.wp("core", "multisite-convert", "--title=Network")
        constants: dict[str, object] = {
            "MULTISITE": True,
            "SUBDOMAIN_INSTALL": False,
            "DOMAIN_CURRENT_SITE": f"127.0.0.1:{site.port}",
            "PATH_CURRENT_SITE": "/",
            "SITE_ID_CURRENT_SITE": 1,
            "BLOG_ID_CURRENT_SITE": 1,
        }
        for name, value in constants.items():
            site.define(name, value)
        yield site


def pair(site: WordPressSite, sidecar: ScriptedRuns, *where: str) -> str:
    code = sidecar.doors.code(sidecar.doors.new_site())
    paired: dict[str, Any] = json.loads(site.wp("aftercare", "pair", code, "--format=json", *where))
    return str(paired["site"])


def test_an_uninstall_leaves_nothing(plain: WordPressSite, sidecar: ScriptedRuns) -> None:
    before = traces(plain)
    plain.wp("plugin", "activate", "aftercare")
    pair(plain, sidecar)
    sidecar.site = json.loads(plain.wp("aftercare", "status", "--format=json"))["site"]
    sidecar.ask("snapshot")
    plain.php_eval("Aftercare\\Heartbeat::beat(); Aftercare\\Overview::ask(); wp_mail( 'a@example.com', 'x', 'x' );")
    there = traces(plain)
    assert len(there["tables"]) == 6
    assert {"aftercare", "aftercare_secret", "_transient_aftercare_overview"} <= set(there["options"])
    assert (there["cron"], there["caps"]) == (["aftercare_heartbeat"], ["aftercare_diagnose"])
    plain.wp("plugin", "uninstall", "aftercare", "--deactivate")
    assert traces(plain) == before == {"tables": [], "options": [], "cron": [], "caps": []}


def test_each_site_of_a_network_is_one_of_its_own(network: WordPressSite, sidecar: ScriptedRuns) -> None:
    network.wp("site", "create", "--slug=old", "--email=owner@aftercare.test")
    network.wp("plugin", "activate", "aftercare", "--network")
    old = f"--url={network.url}/old/"
    network.wp("eval", "do_action( 'aftercare_nothing' );", old)  # the first visit makes what is needed
    network.wp("site", "create", "--slug=new", "--email=owner@aftercare.test")  # this one at once
    new = f"--url={network.url}/new/"
    for where in ([], [old], [new]):
        assert len(traces(network, *where)["tables"]) == 6
    first, second = pair(network, sidecar), pair(network, sidecar, old)
    assert first != second
    secret = "echo base64_encode( Aftercare\\Pairing::secret() );"
    assert network.wp("eval", secret) != network.wp("eval", secret, old)
    assert network.wp("eval", "echo (int) Aftercare\\Pairing::paired();", new) == "0"
    network.wp("site", "delete", "--slug=new", "--yes")
    assert "aftercare" not in network.wp(
        "eval", "global $wpdb; echo implode( ' ', preg_grep( '/_3_/', $wpdb->get_col( 'SHOW TABLES' ) ) );"
    )
    network.wp("plugin", "deactivate", "aftercare", "--network")
    network.wp("plugin", "uninstall", "aftercare")
    for where in ([], [old]):
        assert traces(network, *where) == {"tables": [], "options": [], "cron": [], "caps": []}
