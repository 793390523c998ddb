"""What stands before the page of a form: refusals, maintenance, log-ins, broken servers, clocks."""

from __future__ import annotations

import pytest

from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.page.fetch import FetchedPage, Visit
from diagnostics.network import HostUnknown, NetworkError, NotAllowed, Silent, TLSFailed
from tests.unit.form_pages import (
    CF7,
    CF7_SCRIPTS,
    NOW,
    URL,
    accused,
    answer,
    fetched,
    form,
    html,
    judged,
    unknown,
    visit,
)

WHOLE = html(CF7, CF7_SCRIPTS)


def came(status: int, text: str = "<h1>x</h1>", **headers: str) -> list[Finding]:
    return judged(FetchedPage(visit(answer(text, status, **headers))), form("contact-form-7"))


def troubled(trouble: NetworkError) -> list[Finding]:
    return judged(FetchedPage(Visit(URL, (), None, trouble)), form("contact-form-7"))


@pytest.mark.parametrize(
    ("status", "text", "headers", "code"),
    [
        (404, "Not found", {}, "gone"),
        (410, "Gone", {}, "gone"),
        (500, "<p>There has been a critical error on this website.</p>", {}, "server_error"),
        (500, "Error establishing a database connection", {}, "server_error"),
        (502, "Bad Gateway", {}, "server_error"),
        (503, "Service Unavailable", {}, "server_error"),
        (503, "Briefly unavailable for scheduled maintenance. Check back in a minute.", {}, "maintenance"),
        (503, "<title>Wartungsarbeiten</title>", {}, "maintenance"),
        (503, "Nothing", {"retry_after": "3600"}, "maintenance"),
        (401, "No", {"www_authenticate": 'Basic realm="staging"'}, "password_asked"),
    ],
)
def test_a_page_that_a_visitor_does_not_get_names_what_stands_before_it(
    status: int, text: str, headers: dict[str, str], code: str
) -> None:
    findings = came(status, text, **headers)
    assert accused(findings) == [code] and findings[0].evidence["status"] == status


@pytest.mark.parametrize(
    ("status", "text", "headers"),
    [
        (403, "<title>Just a moment...</title>", {"cf_mitigated": "challenge"}),
        (503, "<title>Just a moment...</title>", {}),
        (403, "Forbidden", {}),
        (429, "Slow down", {}),
        (403, "x", {"x_sucuri_block": "IP"}),
        (200, "<title>Just a moment...</title>", {}),
    ],
)
def test_who_takes_us_for_a_robot_is_not_accused(status: int, text: str, headers: dict[str, str]) -> None:
    findings = came(status, text, **headers)
    assert unknown(findings) == ["refused"] and accused(findings) == []
    assert findings[0].reason is UnknownReason.NOT_ALLOWED


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('<body class="elementor-maintenance-mode"><h1>Soon</h1></body></html>', "Elementor"),
        ('<link href="/wp-content/plugins/wp-maintenance-mode/x.css"><body>Back soon</body></html>', "LightStart"),
        ("<title>Coming soon</title><body>Hello</body></html>", "maintenance plugin"),
        ('<body class="woocommerce-coming-soon-entire-site">x</body></html>', "WooCommerce"),
    ],
)
def test_a_maintenance_page_that_answers_200_is_known_by_its_marks(body: str, where: str) -> None:
    findings = came(200, body)
    assert accused(findings) == ["maintenance"]
    assert findings[0].remedy and where in findings[0].remedy.text


def test_a_long_page_that_only_speaks_of_maintenance_is_no_maintenance_page() -> None:
    words = "<p>" + "We do maintenance of heating systems. " * 80 + "</p>"
    assert accused(judged(fetched(html(words + CF7, CF7_SCRIPTS)), form("contact-form-7"))) == []
    assert accused(judged(fetched(html(words)), form("contact-form-7"))) == ["form_missing"]


def test_a_page_behind_a_password_and_one_that_leads_to_the_log_in() -> None:
    assert accused(came(200, '<body><form class="post-password-form"></form></body></html>')) == ["password_asked"]
    hop = answer("", 302, location="/wp-login.php")
    landed = answer(html('<form id="loginform"></form>'), url="https://bakery.example/wp-login.php")
    page = FetchedPage(Visit(URL, (hop,), landed))
    assert accused(judged(page, form("contact-form-7"))) == ["password_asked"]


def test_redirects_that_come_to_no_end_are_told_with_each_step() -> None:
    hop = answer("", 301, location=URL)
    findings = judged(FetchedPage(Visit(URL, (hop, hop), None, None, circles=True)), form("contact-form-7"))
    assert accused(findings) == ["redirects"] and findings[0].evidence["redirects"][0]["to"] == URL


@pytest.mark.parametrize("kind", ["expired", "name_mismatch", "untrusted", "not_yet_valid"])
def test_a_certificate_that_browsers_refuse_keeps_visitors_away(kind: str) -> None:
    assert accused(troubled(TLSFailed("bakery.example", 443, kind))) == ["certificate"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (HostUnknown("bakery.example"), UnknownReason.UNAVAILABLE),
        (Silent("bakery.example", 443), UnknownReason.UNAVAILABLE),
        (TLSFailed("bakery.example", 443, "version"), UnknownReason.UNAVAILABLE),
        (NotAllowed("bakery.example", 443), UnknownReason.NOT_ALLOWED),
    ],
)
def test_what_could_not_be_looked_at_is_unknown(trouble: NetworkError, reason: UnknownReason) -> None:
    [finding] = troubled(trouble)
    assert (finding.code, finding.reason) == ("form.page.unseen", reason)


@pytest.mark.parametrize(
    "page",
    [
        FetchedPage(visit(answer(b"%PDF-1.4", content_type="application/pdf"))),
        FetchedPage(visit(answer("", 304))),
        FetchedPage(visit(answer("<b>" * 500_000))),
    ],
)
def test_what_is_no_page_that_can_be_read_is_unknown(page: FetchedPage) -> None:
    assert unknown(judged(page, form("contact-form-7"))) == ["unseen"]


def test_a_page_that_stops_in_the_middle_is_told_where() -> None:
    half = WHOLE.partition("Write to us.")[0] + "Write to"
    findings = judged(fetched(half), form("contact-form-7"))
    assert accused(findings) == ["broken_off"] and "Write to" in findings[0].evidence["words"]
    without_scripts = html(CF7, end="")
    assert accused(judged(fetched(without_scripts), form("contact-form-7"))) == ["broken_off"]


def test_a_page_whose_last_tags_a_minifier_left_out_is_whole() -> None:
    assert accused(judged(fetched(html(CF7, CF7_SCRIPTS, end="")), form("contact-form-7"))) == []


@pytest.mark.parametrize(
    ("date", "way"), [("Wed, 25 Nov 2026 12:00:00 GMT", "ahead"), ("Mon, 23 Nov 2026 12:00:00 GMT", "behind")]
)
def test_a_server_whose_clock_is_a_day_off_is_told(date: str, way: str) -> None:
    page = FetchedPage(visit(answer(WHOLE)), visit(answer(WHOLE, date=date)), fetched("x").roads)
    findings = judged(page, form("contact-form-7"))
    assert accused(findings) == ["clock"] and findings[0].evidence["way"] == way


def test_an_old_date_of_a_cached_page_says_nothing_of_the_clock() -> None:
    old, now = "Mon, 23 Nov 2026 12:00:00 GMT", NOW.strftime("%a, %d %b %Y %H:%M:%S GMT")
    page = FetchedPage(visit(answer(WHOLE, date=old, age="86400")), visit(answer(WHOLE, date=now)), fetched("x").roads)
    assert accused(judged(page, form("contact-form-7"))) == []


@pytest.mark.parametrize("date", ["soon", "", "Mon, 99 Foo 2026", "\x00"])
def test_a_date_that_is_none_accuses_nobody(date: str) -> None:
    page = FetchedPage(visit(answer(WHOLE, date=date)), visit(answer(WHOLE, date=date)), fetched("x").roads)
    assert accused(judged(page, form("contact-form-7"))) == []
