"""Each fault that a real WordPress, relay and host can be made to have: named right, one ticket, closed by proof.

The faults are the demo's own (demo/faults.py), and so are the acts: plant, be a visitor, mend, be a visitor again.
"""

from __future__ import annotations

import threading

import pytest

from demo.acts import healthy, perform
from demo.faults import FAULTS, Fault, Stage, named
from demo.stage import Running
from demo.teller import Teller
from tests.servers.lab import LabSite, MailWorld
from tests.servers.process import MissingPart
from tests.servers.sidecar import Sidecar
from tests.servers.wordpress import poll

QUICK = [fault for fault in FAULTS if fault.quick]


# 150 s pass: no test waits for them.
_LATER = """
global $wpdb;
$wpdb->query( "UPDATE {$wpdb->prefix}aftercare_mails SET began_at = began_at - 200 WHERE outcome = ''" );
"""


@pytest.fixture
def running(world: MailWorld, sidecar: Sidecar, paired_site: LabSite) -> Running:
    return Running(world, sidecar, paired_site)


def test_a_healthy_site_gets_no_ticket(running: Running) -> None:
    assert healthy(running, Teller(to_stderr=True))


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
def test_the_fault_is_named_and_its_ticket_closes_by_proof(running: Running, fault: Fault) -> None:
    try:
        outcome = perform(fault, running, Teller(to_stderr=True))
    except MissingPart as missing:
        pytest.skip(f"{fault.name}: {missing}")
    assert outcome.found == fault.code
    assert outcome.resolved
    assert outcome.more_tickets == 0, "one fault, one ticket"


def test_a_relay_that_goes_silent_is_named_though_no_hook_ever_fires(running: Running) -> None:
    [fault] = named(["silent relay"])
    site = running.site
    with fault.planted(Stage(running.world, site)):
        visitor = threading.Thread(target=site.write_to_us, args=("in vain",), daemon=True)
        visitor.start()
        poll(lambda: _under_way(site), 20.0, "the mail did not begin")
        site.php_eval(_LATER)
        site.php_eval(r"Aftercare\Heartbeat::beat();")
        ticket = running.sidecar.wait_for_ticket(site.id, timeout_s=60.0)
    visitor.join(30.0)
    assert ticket["code"] == "smtp.silent_after_auth"
    running.sidecar.wait_for_state(ticket["id"], "resolved", timeout_s=90.0)


def _under_way(site: LabSite) -> bool:
    count = "SELECT COUNT(*) FROM {$wpdb->prefix}aftercare_mails WHERE outcome = ''"
    return site.php_eval(f'global $wpdb; echo $wpdb->get_var( "{count}" );') == "1"


def test_every_fault_of_the_issue_is_planted() -> None:
    codes = {fault.code for fault in FAULTS}
    assert len(codes) == len(FAULTS) == 21
