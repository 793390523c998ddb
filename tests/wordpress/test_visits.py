"""How often a form was shown and its button pressed: by a real browser, the road and the heartbeat, to the counts.

The hour that is counted is told when it is over: the tests move it into the past.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from diagnostics.forms.silence.told import read
from diagnostics.forms.trace.counts import counts_of
from sidecar.runs.visits import rhythms
from sidecar.store import commands, sites, visits
from tests.servers.wordpress import poll
from tests.wordpress.test_beacon import HEARS, VISITOR, fill, open_form, send
from tests.wordpress.told import Listeners, Told

TABLE = "global $wpdb; $t = $wpdb->prefix . 'aftercare_visits';"
CLEAN = (
    "foreach ( array( 'aftercare_beacon', 'aftercare_beacon_visits' ) as $o ) { delete_option( $o ); }"
    + TABLE
    + "$wpdb->query( \"DELETE FROM $t\" ); delete_option( 'aftercare_visits_told' );"
)
# The pairing lies before the hour too.
PASSES = (
    TABLE + '$h = intdiv( time(), 3600 ) - 1; $wpdb->query( "UPDATE $t SET hour = $h" );'
    "$p = Aftercare\\Options::get( 'pairing' ); $p['paired_at'] = time() - 86400;"
    "Aftercare\\Options::set( 'pairing', $p );"
    "update_option( 'aftercare_visits_told', $h - 1, false );"
)


@pytest.fixture
def told(listeners: Listeners, site: Any) -> Iterator[Told]:
    """A paired site with the beacon on, whose visits are counted from now."""
    told = listeners.to(site)
    told.doors.db.execute("DELETE FROM visit_hours WHERE site_id = :site", site=told.id)
    site.php_eval("Aftercare\\Form_Wishes::set( array( 'beacon' => true ) );" + CLEAN)
    yield told
    site.php_eval("Aftercare\\Form_Wishes::set( array( 'beacon' => false ) );" + CLEAN)


def visit(browser: Browser, script: str = VISITOR + HEARS) -> Page:
    page = browser.new_context().new_page()
    page.add_init_script(script)
    return page


def rows(told: Told) -> dict[str, list[int]]:
    """What the site has counted: name -> shown, pressed."""
    php = TABLE + 'echo json_encode( $wpdb->get_results( "SELECT name, shown, pressed FROM $t ORDER BY name" ) );'
    found = json.loads(told.site.php_eval(php))
    return {each["name"]: [int(each["shown"]), int(each["pressed"])] for each in found}


def form_of(told: Told) -> str:
    """The form of the page /contact/, as events name it; what the site lists is known to the sidecar from here on."""
    listed = json.loads(told.site.php_eval("echo json_encode( Aftercare\\Forms::told() );"))
    now = datetime.now(UTC)
    asked = {
        "command_id": f"list_{now.timestamp()}",
        "site_id": told.id,
        "run_id": "",
        "name": "forms.list",
        "args": {},
    }
    commands.add_command(told.doors.db, now=now, expires_at=now, **asked)
    answer = {"state": "done", "result": listed, "error": "", "road": "rest", "now": now}
    commands.finish(told.doors.db, asked["command_id"], site_id=told.id, **answer)
    [form] = [each for each in listed["forms"] if any(page.endswith("/contact/") for page in each["pages"])]
    return f"{form['plugin']}:{form['form']}"


def counted(told: Told) -> dict[str, list[int]]:
    """What the site has counted, once there is anything."""
    return dict(poll(lambda: rows(told), 5.0, "nothing was counted"))


def kept(told: Told) -> list[Any]:
    """The hours that the sidecar has."""
    return visits.hours(told.doors.db, told.id, datetime.now(UTC))


def test_visits_come_to_the_counts_of_the_form_as_estimates_and_say_so(told: Told, browser: Browser) -> None:
    form = form_of(told)
    page = visit(browser)
    page.clock.install()
    open_form(page, told.site)
    page.evaluate("document.querySelector('.wpcf7-form').addEventListener('submit', e => e.preventDefault(), true)")
    fill(page)
    for _ in range(2):
        page.click(".wpcf7-form [type=submit]")
        page.clock.run_for(16_000)
    page.goto(f"{told.site.url}/")
    assert counted(told) == {form: [4, 8]}
    page.context.close()
    told.site.php_eval(PASSES)
    told.beat()
    now = datetime.now(UTC)
    rhythm = rhythms(told.doors.db, told.id, now)[form]
    assert sum(read(rhythm).of("viewed").values()) == 4
    seen, pressed, arrived, *_ = counts_of(form, rhythm, [], now).stages()
    assert (seen["came"], pressed["came"], arrived["came"]) == (4, 8, 0)
    assert seen["known"] == "estimated from one in 4 visits, counted in 1 of 720 hours"
    assert "visits" not in sites.site(told.doors.db, told.id).heartbeat
    assert told.site.php_eval("var_export( Aftercare\\Visits::facts() );") == "NULL"  # once an hour


def test_neither_a_driven_browser_nor_the_other_visits_are_counted(told: Told, browser: Browser) -> None:
    for script in (HEARS, VISITOR + "Math.random = () => 0.3;", VISITOR + HEARS):
        page = visit(browser, script)
        open_form(page, told.site)
        page.goto(f"{told.site.url}/")
        page.context.close()
    assert [pair[0] for pair in counted(told).values()] == [4]


def test_an_hour_without_visitors_is_told_as_counted_and_one_without_the_beacon_is_not(told: Told) -> None:
    told.beat()  # counting begins with the next whole hour
    told.beat()
    assert kept(told) == []
    told.site.php_eval(PASSES)
    told.beat()
    [hour] = kept(told)
    assert hour.one_in == 4
    told.site.php_eval("Aftercare\\Form_Wishes::set( array( 'beacon' => false ) );" + PASSES)
    told.beat()
    assert kept(told) == [hour]


def test_a_page_whose_forms_have_no_known_markup_is_counted_by_its_path(told: Told) -> None:
    send(told.site, {"k": "v", "p": "/landing/", "f": ["x"], "a": ["", "elementor-7", "main"], "n": 3})
    send(told.site, {"k": "v", "p": "/landing/", "f": [], "a": [], "n": 0})
    send(told.site, {"k": "v", "p": "/both/", "f": ["gform_2"], "a": ["wpcf7-f5-o1", "main", "gform_2"], "n": 99})
    assert rows(told) == {"/landing/": [8, 0], "contact-form-7:5": [4, 0], "gravityforms:2": [4, 80]}


def test_a_flood_of_forged_visits_fills_no_table_and_leaves_the_hour_unknown(told: Told) -> None:
    for number in range(70):
        names = [f"wpcf7-f{number}{digit}-o1" for digit in range(9)]
        send(told.site, {"k": "v", "p": "/contact/", "a": names, "n": 1})
    found = rows(told)
    assert len(found) <= 61 and "" in found
    assert told.waiting() == 0  # no visit is an event
    send(told.site, {"k": "s", "p": "/contact/", "f": ["wpcf7-f5-o1"]})
    assert told.waiting() == 1  # nor does it take the place of one
    told.site.php_eval(PASSES)
    told.beat()
    assert kept(told) == []
