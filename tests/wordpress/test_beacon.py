"""What visitors' browsers tell of a form: a real page in a real browser, by the road that boots no plugin."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.servers.lab import LabSite
from tests.wordpress.told import Listeners, Told

ROAD = "/wp-content/plugins/aftercare/beacon.php"
SCRIPT = "assets/beacon.js"
VISITOR = "Object.defineProperty(navigator, 'webdriver', { get: () => false });"  # a browser that nobody drives
HEARS = "Math.random = () => 0.1;"  # the part of the visits whose errors are told and that are counted
NONSENSE = (
    "",
    "not JSON",
    "[]",
    {"k": "s", "p": "/contact/?name=Vera", "f": ["wpcf7-f5-o1"]},
    {"k": "s", "p": "/contact/", "f": ["nobody knows"]},
    {"k": "x", "p": "/contact/", "f": ["wpcf7-f5-o1"]},
    {"k": "e", "p": "/contact/", "f": [], "u": "<script>", "l": 1},
    {"k": "e", "p": "/contact/", "f": [], "u": "/last.js", "l": 1},
    {"k": "v", "p": "/contact/?name=Vera", "a": ["wpcf7-f5-o1"], "n": 1},
    {"k": "s", "p": "/contact/", "f": ["wpcf7-f5-o1"], "more": "x" * 4000},
    {"k": {"s": 1}, "p": ["/"], "f": "wpcf7-f5-o1"},
)
KINDS = ("form.stalled", "form.struggled", "js.error")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.add_init_script(VISITOR + HEARS)
    page.clock.install()
    yield page
    page.context.close()


@pytest.fixture
def told(site: LabSite, listeners: Listeners) -> Iterator[Told]:
    """A paired site with the beacon on."""
    told = listeners.to(site)
    site.php_eval(
        "Aftercare\\Form_Wishes::set( array( 'beacon' => true ) ); delete_option( 'aftercare_beacon' );"
        "delete_option( 'aftercare_beacon_visits' ); Aftercare\\Visits::forget();"
        'global $wpdb; $wpdb->query( "DELETE FROM {$wpdb->prefix}aftercare_outbox" );'
    )
    told.forget()
    yield told
    site.php_eval("Aftercare\\Form_Wishes::set( array( 'beacon' => false ) );")


def open_form(page: Page, site: LabSite) -> None:
    page.goto(f"{site.url}/contact/")
    page.wait_for_function("document.readyState == 'complete'")


def heard(told: Told) -> list[dict[str, object]]:
    """What came over the road, once it came."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not told.waiting():
        time.sleep(0.05)
    told.flush()
    return told.all(*KINDS)


def test_a_button_that_does_nothing_is_told_with_its_form(told: Told, page: Page) -> None:
    open_form(page, told.site)
    page.evaluate("document.querySelector('.wpcf7-form').addEventListener('submit', e => e.preventDefault(), true)")
    fill(page)
    page.click(".wpcf7-form [type=submit]")
    page.clock.run_for(16_000)
    [event] = heard(told)
    assert (event["type"], event["plugin"], event["page"]) == ("form.stalled", "contact-form-7", "/contact/")
    assert str(event["form"]).isdigit()
    assert "Vera" not in told.text()


def test_a_visitor_whose_button_does_nothing_reads_where_else_to_write_to(told: Told, page: Page) -> None:
    wish = "Aftercare\\Form_Wishes::set( array( 'write_to' => '%s' ) );"
    told.site.php_eval(wish % "hello@bakery.example")
    try:
        open_form(page, told.site)
    finally:
        told.site.php_eval(wish % "")
    dead = "document.querySelector('.wpcf7-form').addEventListener('submit', e => e.preventDefault(), true)"
    page.evaluate(dead)
    assert page.get_by_role("alert").count() == 0
    fill(page)
    page.click(".wpcf7-form [type=submit]")
    page.clock.run_for(16_000)
    assert page.locator(".wpcf7-form + [role=alert]").text_content() == (
        "We noticed. You can also write to hello@bakery.example."
    )


def test_a_form_that_answers_is_not_told(told: Told, page: Page) -> None:
    open_form(page, told.site)
    page.evaluate(
        "document.querySelector('.wpcf7-form').addEventListener('submit', e => { e.preventDefault();"
        " e.target.append('Thank you') }, true)"
    )
    fill(page)
    page.click(".wpcf7-form [type=submit]")
    page.clock.run_for(16_000)
    page.goto("about:blank")
    assert not heard_nothing(told)


def test_a_visitor_who_is_refused_again_and_again_and_leaves_is_told(told: Told, page: Page) -> None:
    open_form(page, told.site)
    page.evaluate("document.querySelector('.wpcf7-form').noValidate = false")
    page.evaluate("document.querySelectorAll('.wpcf7-form input').forEach(each => { each.required = true })")
    for _ in range(3):
        page.click(".wpcf7-form [type=submit]")
        page.clock.run_for(4_000)
    page.goto(f"{told.site.url}/")
    [event] = heard(told)
    assert (event["type"], event["count"]) == ("form.struggled", 3)


def test_a_script_error_is_told_by_its_file_and_never_by_its_words(told: Told, page: Page) -> None:
    open_form(page, told.site)
    script = "/wp-content/plugins/broken/broken.js"
    page.route(f"**{script}*", lambda route: route.fulfill(body="null.of_vera", content_type="text/javascript"))
    with page.expect_event("pageerror"):
        page.evaluate(
            "const s = document.createElement('script'); s.src = '" + script + "?visitor=Vera'; document.head.append(s)"
        )
    [event] = heard(told)
    assert (event["type"], event["class"]) == ("js.error", "TypeError")
    assert (event["file"], event["line"]) == (script, 1)
    assert event["component"] == {"kind": "plugin", "slug": "broken"}
    assert "vera" not in told.text().lower()


def test_the_script_is_on_pages_with_a_form_and_only_where_it_is_wanted(told: Told) -> None:
    assert SCRIPT in told.site.get("/contact/").text
    assert SCRIPT not in told.site.get("/").text
    told.site.php_eval("Aftercare\\Form_Wishes::set( array( 'beacon' => false ) );")
    assert SCRIPT not in told.site.get("/contact/").text
    send(told.site, {"k": "s", "p": "/contact/", "f": ["wpcf7-f5-o1"]})
    assert told.waiting() == 0


def test_the_script_costs_one_and_a_half_kib_at_most(told: Told) -> None:
    sent = requests.get(
        f"{told.site.url}/wp-content/plugins/aftercare/{SCRIPT}", headers={"Accept-Encoding": "identity"}
    )
    assert len(sent.content) <= 1536


def test_a_message_that_makes_no_sense_changes_nothing(told: Told) -> None:
    for said in NONSENSE:
        assert send(told.site, said).status_code == 204
    assert told.waiting() == 0


def test_a_message_of_another_sites_page_changes_nothing(told: Told) -> None:
    said = {"k": "s", "p": "/contact/", "f": ["wpcf7-f5-o1"]}
    send(told.site, said, origin="https://elsewhere.example")
    send(told.site, said, origin="")
    assert told.waiting() == 0
    assert requests.get(f"{told.site.url}{ROAD}").status_code == 405


def test_a_flood_of_messages_ends_at_the_minutes_budget(told: Told) -> None:
    for _ in range(50):
        send(told.site, {"k": "s", "p": "/contact/", "f": ["wpcf7-f5-o1"]})
    assert 20 <= told.waiting() <= 40  # a minute may end meanwhile


def test_the_road_boots_no_plugin_and_no_theme(told: Told) -> None:
    told.site.put_mu_plugin("loud.php", "<?php header( 'X-Booted: yes' );")
    answer = send(told.site, {"k": "s", "p": "/contact/", "f": ["wpcf7-f5-o1"]})
    assert "X-Booted" not in answer.headers
    assert "X-Booted" in told.site.get("/").headers
    assert told.waiting() == 1


def fill(page: Page) -> None:
    for name, text in (("your-name", "Vera"), ("your-email", "vera@visitor.example"), ("your-message", "Private")):
        field = page.locator(f".wpcf7-form [name={name}]")
        if field.count():
            field.fill(text)


def heard_nothing(told: Told) -> list[dict[str, object]]:
    """What came, after a message that would have been behind it in the queue."""
    send(told.site, {"k": "e", "p": "/last/", "f": [], "u": f"{told.site.url}/last.js", "l": 1, "c": "Error", "h": 1})
    return [each for each in heard(told) if each["page"] != "/last/"]


def send(site: LabSite, said: object, origin: str | None = None) -> requests.Response:
    text = said if isinstance(said, str) else json.dumps(said)
    headers = {"Origin": site.url if origin is None else origin}
    return requests.post(f"{site.url}{ROAD}", data=text, headers={k: v for k, v in headers.items() if v}, timeout=30)
