"""The plugin in wp-admin: the screen with and without JavaScript, by keyboard, narrow, and with the sidecar away."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sidecar.ingest.refusal import Refusal
from sidecar.store import sites
from tests.servers.lab import LabSite
from tests.servers.looked_at import DOMAIN, faulty_zone, told_report
from tests.servers.visitor import Visitor, forms_of
from tests.servers.wordpress import ADMIN
from tests.wordpress.scripted_runs import CAUSE, ScriptedRuns, scripted_runs, unpaired

SCREEN = "/wp-admin/admin.php?page=aftercare"


@pytest.fixture
def sidecar(site: LabSite, tmp_path: Path) -> Iterator[ScriptedRuns]:
    """A sidecar whose runs are scripted; the site does not know it yet."""
    if site.id:
        unpaired(site)
    with scripted_runs(tmp_path / "data") as scripted:
        yield scripted


@pytest.fixture
def paired(site: LabSite, sidecar: ScriptedRuns) -> Iterator[LabSite]:
    """A paired site whose history is empty, as after the installation."""
    sidecar.site = sidecar.doors.new_site()
    code = sidecar.doors.code(sidecar.site)
    site.php_eval(
        f"Aftercare\\Pairing_Door::pair( '{code}' );"
        'global $wpdb; $wpdb->query( "DELETE FROM {$wpdb->prefix}aftercare_mails" );'
    )
    yield site
    unpaired(site)


def words(html: str) -> str:
    """A page's text in one line."""
    body = html.partition('<div class="wrap aftercare">')[2].partition('<div class="clear">')[0] or html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def press(admin: Visitor, path: str, deed: str, **values: str) -> str:
    """Press the button of one deed on a page, as a browser without JavaScript does; the page that comes."""
    forms = forms_of(admin.get(path).text)
    form = next(each for each in forms if each.fields.get("action") == f"aftercare_{deed}")
    return admin.post(form.action, {**form.fields, **values}).text


def failed_mail(site: LabSite) -> None:
    """One mail that fails, as the history keeps it."""
    site.set_mail(smtp_password="guess-7")
    site.php_eval("wp_mail( 'office@aftercare.test', 'Hello', 'Hello' );")


# -- without JavaScript ----------------------------------------------------


def test_the_screen_pairs_starts_a_run_and_shows_the_answer_without_javascript(
    every_site: LabSite, sidecar: ScriptedRuns
) -> None:
    site, admin = every_site, every_site.admin()
    try:
        assert "nothing is sent anywhere" in words(admin.get(SCREEN).text)
        page = press(admin, SCREEN, "pair", code=sidecar.doors.code(sidecar.doors.new_site()))
        assert "This site is paired." in words(page)
        page = press(admin, SCREEN, "diagnose")
        [script] = re.findall(r"<script[^>]*plugins/aftercare/assets/screen.js[^>]*>", page)
        assert 'type="module"' in script
        assert "text/javascript" not in script
        assert "Step 1 of 2: asks the site for its settings" in words(page)
        [again] = re.findall(r'http-equiv="refresh" content="3;url=([^"]+)"', page)
        page = admin.get(unescape(again)).text  # this load carries the site's commands out
        said = words(page)
        assert CAUSE["summary"] in said
        assert "Since" in said
        assert "Just before: smtp password" in said
        assert "Ticket #12 is open." in said
        assert 'http-equiv="refresh"' not in page
        assert sidecar.started == [{"playbook": "emails-not-sending", "by": ADMIN}]
    finally:
        unpaired(site)


def test_each_failure_to_pair_is_said_in_words(site: LabSite, sidecar: ScriptedRuns) -> None:
    admin = site.admin()
    assert "not a whole pairing code" in words(press(admin, SCREEN, "pair", code="hello"))
    code = sidecar.doors.code(sidecar.doors.new_site())
    press(admin, SCREEN, "pair", code=code)
    unpaired(site)
    assert "it was used already, or is older than ten minutes" in words(press(admin, SCREEN, "pair", code=code))


def test_an_error_text_is_read_and_shown_as_text(paired: LabSite) -> None:
    admin = paired.admin()
    page = admin.get(SCREEN).text
    nonce = re.findall(r'name="_aftercare_read" value="([^"]+)"', page)[0]
    pasted = "535 5.7.8 <b>bold</b> <site@example.net>"
    page = admin.post(SCREEN, {"_aftercare_read": nonce, "aftercare_text": pasted}).text
    assert "The relay refused the password: 535 5.7.8 &lt;b&gt;bold&lt;/b&gt; &lt;site@example.net&gt;" in page
    assert "<b>bold</b>" not in page
    assert "smtp.auth.rejected" in page


def test_everything_that_is_forwarded_is_listed(paired: LabSite) -> None:
    said = words(paired.admin().get(SCREEN).text)
    known = json.loads(
        paired.php_eval(
            "echo json_encode( array_merge( array_keys( Aftercare\\Event::WEIGHTS ),"
            " array_keys( Aftercare\\Commands::ALL ) ) );"
        )
    )
    assert [name for name in known if name not in said] == []


# -- who may ---------------------------------------------------------------


def test_only_who_has_the_capability_sees_and_presses(paired: LabSite, sidecar: ScriptedRuns) -> None:
    paired.wp("user", "create", "ed", "ed@aftercare.test", "--role=editor", "--user_pass=ed-pass-7")
    try:
        editor = paired.visitor().log_in("ed", "ed-pass-7")
        assert editor.get(SCREEN).status_code == 403
        assert "aftercare" not in editor.get("/wp-admin/").text
        for action in ("aftercare_look", "aftercare_carry"):
            answer = editor.post("/wp-admin/admin-ajax.php", {"action": action, "run": "run_scripted"})
            assert answer.status_code == 403
        for deed in ("diagnose", "pair", "unpair", "rotate", "settings", "where"):
            assert editor.post("/wp-admin/admin-post.php", {"action": f"aftercare_{deed}"}).status_code == 403
        paired.wp("user", "add-cap", "ed", "aftercare_diagnose")
        page = editor.get(SCREEN)
        assert page.status_code == 200
        assert "End the pairing" not in page.text
        press(editor, SCREEN, "diagnose")
        assert sidecar.started[-1]["by"] == "ed"
    finally:
        paired.wp("user", "delete", "ed", "--yes")


def test_a_button_pressed_from_elsewhere_does_nothing(paired: LabSite, sidecar: ScriptedRuns) -> None:
    admin = paired.admin()
    for deed in ("unpair", "rotate", "diagnose"):
        assert admin.post("/wp-admin/admin-post.php", {"action": f"aftercare_{deed}"}).status_code == 403
    assert sites.site(sidecar.doors.db, sidecar.site).state == "paired"
    assert sidecar.started == []


# -- when something is wrong -----------------------------------------------


def test_with_the_sidecar_away_the_screen_tells_what_the_site_knows(site: LabSite, tmp_path: Path) -> None:
    unpaired(site)
    with scripted_runs(tmp_path / "gone") as gone:
        site.wp("aftercare", "pair", gone.doors.code(gone.doors.new_site()))
        admin = site.admin()
        admin.get(SCREEN)
        failed_mail(site)
    try:
        began = time.monotonic()
        page = admin.get(SCREEN).text
        assert time.monotonic() - began < 20
        said = words(page)
        assert "The sidecar does not answer." in said
        assert "What stands below is from" in said
        assert "This site saw by itself that mail fails since" in said
        assert "Diagnose: Emails Not Sending" in said  # as last known, and not to be pressed
        assert re.search(r"<button[^>]* disabled>Diagnose: Emails Not Sending", page)
    finally:
        unpaired(site)


def test_the_dashboard_is_silent_until_mail_fails(paired: LabSite) -> None:
    admin = paired.admin()
    paired.php_eval("update_option( 'aftercare_last_beat', time(), false );")
    assert 'id="aftercare"' not in admin.get("/wp-admin/").text
    failed_mail(paired)
    page = admin.get("/wp-admin/").text
    assert 'id="aftercare"' in page
    assert "Mail fails since" in page


def test_site_health_tells_the_same(paired: LabSite) -> None:
    ask = (
        "$results = array(); foreach ( array( 'paired', 'sending', 'mail', 'heartbeat' ) as $test ) {"
        "$results[ $test ] = Aftercare\\Admin\\Site_Health::$test()['status']; } echo json_encode( $results );"
    )
    paired.php_eval("update_option( 'aftercare_last_beat', time(), false );")
    good = dict.fromkeys(("paired", "sending", "mail", "heartbeat"), "good")
    assert json.loads(paired.php_eval(ask)) == good
    failed_mail(paired)
    late = (  # in one breath: cron would mend it meanwhile
        "update_option( 'aftercare_last_beat', time() - 7200, false );"
        "$p = Aftercare\\Options::get( 'pairing' ); $p['paired_at'] = time() - 7200;"
        "Aftercare\\Options::set( 'pairing', $p );"
    )
    now = json.loads(paired.php_eval(late + ask))
    assert (now["mail"], now["heartbeat"]) == ("critical", "recommended")
    unpaired(paired)
    assert json.loads(paired.php_eval(ask))["paired"] == "recommended"
    assert "aftercare_mail" in paired.admin().get("/wp-admin/site-health.php").text


def test_a_copy_is_asked_on_every_screen_and_either_answer_is_done(paired: LabSite, sidecar: ScriptedRuns) -> None:
    admin = paired.admin()
    then = paired.php_eval("echo Aftercare\\Pairing::home_then();")
    elsewhere = (
        "$p = Aftercare\\Options::get( 'pairing' ); $p['home'] = 'https://shop.example';"
        "Aftercare\\Options::set( 'pairing', $p );"
    )
    paired.php_eval(elsewhere)
    said = admin.get("/wp-admin/plugins.php").text
    assert "did this site move, or is this a copy?" in said
    assert "https://shop.example" in said
    page = press(admin, "/wp-admin/plugins.php", "where", answer="moved")
    assert "The sidecar knows the new address." in words(page)
    assert sites.site(sidecar.doors.db, sidecar.site).url == then
    paired.php_eval(elsewhere)
    page = press(admin, SCREEN, "where", answer="copy")
    assert "The original stays paired." in words(page)
    assert sites.site(sidecar.doors.db, sidecar.site).state == "paired"


def test_the_privacy_policy_gets_a_suggestion(paired: LabSite) -> None:
    assert "So that faults are noticed" in paired.admin().get("/wp-admin/options-privacy.php?tab=policyguide").text


# -- with JavaScript, by keyboard ------------------------------------------


@pytest.fixture
def page(browser: Browser, paired: LabSite) -> Iterator[Page]:
    """A browser that is logged in; what it complains of fails the test."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)  # a full test run keeps both cores busy
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{paired.url}/wp-login.php")
    page.fill("#user_login", ADMIN)
    page.fill("#user_pass", paired.admin_password)
    page.press("#user_pass", "Enter")
    page.wait_for_url("**/wp-admin/**")
    yield page
    page.context.close()
    assert complaints == []


def test_a_run_is_watched_to_its_end_by_keyboard_alone(
    page: Page, paired: LabSite, sidecar: ScriptedRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[bool] = []  # the store keeps the last one only, and the site beats each minute by itself
    keep = sites.heartbeat

    def keeping(db: Any, site_id: str, said: Any) -> None:
        beats.append(bool(said.get("page_open")))
        keep(db, site_id, said)

    monkeypatch.setattr(sites, "heartbeat", keeping)
    page.goto(paired.url + SCREEN)
    for _ in range(60):  # Tab through wp-admin until the button has the focus
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Diagnose: "):
            break
    outline = page.evaluate(
        "getComputedStyle(document.activeElement).boxShadow + getComputedStyle(document.activeElement).outlineStyle"
    )
    assert outline != "nonenone"  # the focus is seen
    page.keyboard.press("Enter")
    status = page.locator(".aftercare-status")
    expect(status).to_have_attribute("aria-live", "polite")
    # The page lets its own site carry out what waits, without a reload.
    expect(status).to_have_text("Done. A fault was found.", timeout=60_000)
    expect(page.locator(".aftercare-summary")).to_have_text(CAUSE["summary"])
    finding = page.locator("details.aftercare-finding summary").first
    finding.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.aftercare-finding").first).to_contain_text("535 5.7.8 Error: authentication failed")
    copy = page.locator("[data-aftercare-copy]").first
    copy.focus()
    page.keyboard.press("Enter")
    expect(copy).to_have_text("Copied")
    assert True in beats


def test_what_is_folded_out_stays_so_while_the_run_goes_on(page: Page, paired: LabSite, sidecar: ScriptedRuns) -> None:
    page.goto(paired.url + SCREEN)
    page.get_by_role("button", name="Diagnose: ").press("Enter")
    expect(page.locator(".aftercare-status")).to_have_text("Done. A fault was found.", timeout=60_000)
    page.locator("details.aftercare-finding summary").first.press("Enter")
    page.wait_for_timeout(2_000)
    expect(page.locator("details.aftercare-finding").first).to_have_attribute("open", "")


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_report_fits_and_each_line_is_copied_by_keyboard(
    page: Page, paired: LabSite, sidecar: ScriptedRuns, width: int
) -> None:
    sidecar.report = told_report(faulty_zone(), datetime.now(UTC), in_an_hour().isoformat())
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(paired.url + SCREEN)
    page.get_by_role("button", name="Diagnose: ").press("Enter")
    report = page.locator(".aftercare-report")
    grade = sidecar.report["sections"][0]["grade"]
    expect(report.locator("h4").first).to_have_text(f"Grade {grade} shop.example.com", timeout=60_000)
    record = report.locator(".aftercare-record", has_text="_dmarc")
    expect(record).to_contain_text("In full: _dmarc.example.com")
    expect(record).to_contain_text("With this change: pass.")
    value = record.locator(".aftercare-copy", has_text="v=DMARC1")
    button = value.locator("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    expect(page.locator(".wrap")).to_contain_text("Your resolver may show the old record until")
    for fold in page.locator(".aftercare-report details").all():
        fold.locator("summary").press("Enter")
    expect(report).to_contain_text("What the big receivers demand")
    expect(report).to_contain_text("Please set the reverse DNS name (PTR record)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Check again").press("Enter")
    page.wait_for_url("**run=run_scripted**")
    assert len(sidecar.started) == 2


def test_what_dns_says_in_a_report_is_shown_and_does_nothing(paired: LabSite, sidecar: ScriptedRuns) -> None:
    zone = faulty_zone()
    zone.records[DOMAIN] = [each for each in zone.records[DOMAIN] if each[0] != "TXT"]
    zone.add(DOMAIN, "TXT", "v=spf1 ip4:203.0.113.7 include:<script>alert(1)</script>.example ~all")
    sidecar.report = told_report(zone, datetime.now(UTC), None)
    admin = paired.admin()
    page = press(admin, SCREEN, "diagnose")
    [again] = re.findall(r'http-equiv="refresh" content="3;url=([^"]+)"', page)
    page = admin.get(unescape(again)).text
    assert "Grade" in words(page)
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert "Resolvers have forgotten the old records by now" in words(page)


def test_a_site_that_was_diagnosed_too_often_is_told_when_to_press_again(
    paired: LabSite, sidecar: ScriptedRuns
) -> None:
    sidecar.refuses = Refusal("pressed_often", "This site's buttons have started 20 runs.", retry_after_s=300)
    page = press(paired.admin(), SCREEN, "diagnose")
    assert "This site was diagnosed 20 times within an hour" in words(page)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_screen_fits(page: Page, paired: LabSite, width: int) -> None:
    failed_mail(paired)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(paired.url + SCREEN)
    page.locator("summary", has_text="Also try to log in").press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("svg.aftercare-chart")).to_be_visible()
    page.locator("summary", has_text="As a table").press("Enter")
    expect(page.locator(".aftercare-history table")).to_contain_text("1")


def test_nothing_of_ours_is_inline_or_on_other_screens(page: Page, paired: LabSite) -> None:
    page.goto(paired.url + SCREEN)
    ours = page.locator(".wrap.aftercare")
    assert ours.locator("script, style, [style], [onclick]").count() == 0
    page.goto(f"{paired.url}/wp-admin/plugins.php")
    assert page.locator("[src*='plugins/aftercare'], [href*='plugins/aftercare']").count() == 0
