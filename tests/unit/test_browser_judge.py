"""What a try means: one cause, and none accused that is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.browser.judge import CODES, findings_of
from diagnostics.forms.browser.tried import ConsoleError, Request, Tried
from diagnostics.forms.form import Form

PAGE = "https://shop.example/contact/"
FORM = Form("contact-form-7", "12", "Contact us")
ROUTE = "https://shop.example/wp-json/contact-form-7/v1/contact-forms/12/feedback"
TURNSTILE = "https://challenges.cloudflare.com/turnstile/v0"
AJAX = "https://shop.example/wp-admin/admin-ajax.php"
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def sent(status: int, said: str = "", *, url: str = ROUTE, kind: str = "fetch", **more: Any) -> Tried:
    request = Request(url, "POST", status, "" if status else "net::ERR_EMPTY_RESPONSE", kind, 90, True, said)
    reached = "answered" if status else "sent"
    made = {"reached": reached, "requests": (request,), "posted_at": AT, "posted_status": status, "page_status": 200}
    return Tried(PAGE, **{**made, **more})  # type: ignore[arg-type]


def unsent(**more: Any) -> Tried:
    return Tried(PAGE, **{"reached": "pressed", "page_status": 200, "why": "nothing was sent", **more})


def script(url: str, status: int = 404, failed: str = "") -> Request:
    return Request(url, "GET", status, failed, "script", 9, False)


def first(tried: Tried) -> Finding:
    found = findings_of(tried, FORM)
    assert found[0].subject == "contact-form-7:12" and found[0].evidence["title"] == "The form “Contact us”"
    return found[0]


THROWN = ConsoleError(
    "TypeError: x is null", "https://shop.example/wp-content/plugins/slider/s.js", 9, "plugin:slider", True
)


@pytest.mark.parametrize(
    ("tried", "code"),
    [
        (sent(200, message="Thank you", message_kind="thanks"), "works"),
        (sent(401, '{"code":"rest_not_logged_in"}'), "rest_blocked"),
        (sent(403, "<h1>Forbidden</h1>"), "rest_blocked"),
        (sent(403, '{"code":"rest_cookie_invalid_nonce"}'), "nonce_old"),
        (sent(403, "-1", url=AJAX, kind="xhr"), "nonce_old"),
        (sent(403, "<html>", url=AJAX, kind="xhr"), "ajax_blocked"),
        (sent(400, "0", url=AJAX, kind="xhr"), "route_missing"),
        (sent(404, '{"code":"rest_no_route"}'), "route_missing"),
        (sent(405, ""), "route_missing"),
        (sent(403, "<title>Request blocked</title>", url=PAGE, kind="document"), "blocked"),
        (sent(406, "Not Acceptable", url=PAGE, kind="document"), "blocked"),
        (sent(429), "rate_limited"),
        (sent(500, "critical error"), "server_error"),
        (sent(502), "server_error"),
        (sent(0), "no_answer"),
        (sent(200, "<br />\n<b>Warning</b>: x", message="There was an error", message_kind="error"), "answer_broken"),
        (sent(200, "<!doctype html><html>", message="error", message_kind="error"), "answer_broken"),
        (sent(200, '{"status":"mail_failed"}', message="There was an error", message_kind="error"), "error_said"),
        (sent(200, '{"status":"spam"}', message="There was an error", message_kind="spam"), "taken_for_spam"),
        (sent(200, "{}", message="The captcha was not solved", message_kind="spam"), "captcha_failed"),
        (sent(200, "{}", message="Your session has expired", message_kind="spam"), "nonce_old"),
        (sent(200, "{}"), "no_message"),
        (sent(200, "{}", message="Please enter a valid phone", message_kind="invalid", invalid=("tel",)), "refused"),
        (unsent(), "nothing_happens"),
        (unsent(message="Thank you", message_kind="thanks"), "thanks_unsent"),
        (unsent(errors=(THROWN,)), "script_error"),
        (unsent(errors=(ConsoleError("jQuery is not defined", PAGE, 9, "page", True),)), "jquery_missing"),
        (unsent(errors=(ConsoleError("jQuery(...).x is not a function", PAGE, 9, "page", True),)), "script_error"),
        (unsent(errors=(ConsoleError("$ is not a function", PAGE, 9, "page", True),)), "jquery_missing"),
        (unsent(requests=(script("https://shop.example/wp-content/plugins/contact-form-7/i.js"),)), "script_missing"),
        (unsent(requests=(script(f"{TURNSTILE}/api.js", 0, "ERR"),)), "captcha_unreachable"),
        (unsent(reached="filled", hidden_required=("secret",)), "hidden_required"),
        (unsent(elsewhere="https://evil.example"), "posts_elsewhere"),
        (unsent(elsewhere="http://shop.example"), "mixed_content"),
        (unsent(invalid=("tel",)), "refused"),
        (unsent(reached="filled", covered="<div id=chat>"), "covered"),
        (unsent(reached="form", covered="<div>", elsewhere="evil.example"), "foreign_overlay"),
        (unsent(reached="page"), "not_found"),
        (unsent(reached="page", errors=(THROWN,)), "script_error"),
        (unsent(reached="page", page_status=503), "page_error"),
        (unsent(reached="page", scripts=False, why="the form is not on the page"), "needs_scripts"),
        (unsent(reached="filled", scripts=False, why="it was only looked at: nothing was sent"), "fillable"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_the_cause_is_named(tried: Tried, code: str) -> None:
    assert first(tried).code == f"form.browser.{code}"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("no_browser", UnknownReason.NOT_CONFIGURED),
        ("not_allowed", UnknownReason.NOT_ALLOWED),
        ("unreachable", UnknownReason.UNAVAILABLE),
        ("limit", UnknownReason.UNAVAILABLE),
        ("broke", UnknownReason.UNAVAILABLE),
    ],
)
def test_what_could_not_be_looked_at_is_unknown_with_its_reason_and_what_to_do(
    code: str, reason: UnknownReason
) -> None:
    [finding] = findings_of(Tried(PAGE, why="the reason", code=code), FORM)
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, reason)
    assert "the reason" in finding.summary and finding.remedy and finding.remedy.text


def test_a_try_that_broke_before_it_was_pressed_passes_nothing() -> None:
    assert first(unsent(reached="filled", code="broke")).verdict is Verdict.UNKNOWN


def test_an_error_of_another_plugin_beside_a_form_that_works_accuses_nobody() -> None:
    tried = sent(200, message="Thank you", message_kind="thanks", errors=(THROWN,))
    assert [(each.code, each.verdict) for each in findings_of(tried, FORM)] == [
        ("form.browser.works", Verdict.PASS), ("form.browser.errors_beside", Verdict.PASS),
    ]  # fmt: skip


def test_the_empty_press_is_judged_beside_the_form() -> None:
    taken = sent(200, message="Thanks", message_kind="thanks", refused_empty=False, required=("mail",))
    unsaid = sent(200, message="Thanks", message_kind="thanks", refused_empty=True, said_accessibly=False)
    assert [each.code for each in findings_of(taken, FORM)][1:] == ["form.browser.accepts_empty"]
    assert [each.code for each in findings_of(unsaid, FORM)][1:] == ["form.browser.refused_unsaid"]


def test_a_plugins_error_is_named_before_the_pages_own() -> None:
    errors = (
        ConsoleError("a", PAGE, 1, "page", True),
        THROWN,
        ConsoleError("b", "https://x/", 1, "third-party:x", True),
    )
    finding = first(unsent(errors=errors))
    assert finding.evidence["component"] == "plugin:slider" and "the plugin slider" in finding.summary


def test_a_script_that_we_held_back_ourselves_is_no_fault() -> None:
    ours = script("https://shop.example/wp-content/plugins/a/a.js", 0, "held back by this test")
    assert first(unsent(requests=(ours,))).code == "form.browser.nothing_happens"


def test_words_have_all_that_their_templates_name() -> None:
    for code in CODES:
        assert code.code.startswith("form.browser.") and code.meaning and code.proof
        assert code.verdict is Verdict.PASS or code.remedy


def test_without_a_form_the_page_is_the_subject() -> None:
    [finding] = findings_of(sent(200, message="Thank you", message_kind="thanks", title="Contact – Shop"))
    assert finding.subject == PAGE and "The form on Contact – Shop" in finding.summary
