"""A site whose clock is not what it and the sidecar took it for: nothing is lost, and each instant is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.store import events, sites
from tests.wordpress.told import Told, visit_running

BELIEVE = "$p = Aftercare\\Options::get( 'pairing' ); $p['offset_s'] = {}; Aftercare\\Options::set( 'pairing', $p );"
FAILS = "wp_mail( 'jane@visitor.example', 's', 'm' );"


@pytest.mark.parametrize("believed_s", [3600, -3600])
def test_a_wrong_belief_about_the_clock_is_put_right_and_loses_no_event(told: Told, believed_s: int) -> None:
    began = datetime.now(UTC) - timedelta(seconds=2)
    told.site.php_eval(BELIEVE.format(believed_s))
    told.site.set_mail(smtp_password="guess-7")
    for count in (1, 2):
        visit_running(told.site, "template_redirect", FAILS)
        told.wait_for("mail.failed")
        told.flush()
        rows = events.recent(told.doors.db, told.id, ["mail.failed"], limit=count)
        assert all(began <= row.occurred_at <= datetime.now(UTC) for row in rows) and told.waiting() == 0
        told.forget()
    assert abs(int(told.site.php_eval(r"echo Aftercare\Pairing::offset_s();"))) < 5
    assert abs(sites.site(told.doors.db, told.id).clock_offset_s or 0) < 5
