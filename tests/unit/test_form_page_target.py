"""Where an entry goes: mixed content, other hosts, other origins, and the roads that are closed to visitors."""

from __future__ import annotations

import pytest

from diagnostics.finding import Finding
from diagnostics.forms.page.fetch import Answer, Visit
from diagnostics.network import HostUnknown, Silent
from tests.unit.form_pages import (
    AJAX,
    CF7,
    CF7_SCRIPTS,
    COMMENT,
    FLUENT,
    FLUENT_SCRIPTS,
    FORMIDABLE,
    FORMIDABLE_SCRIPTS,
    GRAVITY,
    GRAVITY_SCRIPTS,
    REST,
    SITE,
    WPFORMS,
    WPFORMS_SCRIPTS,
    accused,
    answer,
    fetched,
    form,
    html,
    judged,
    unknown,
    visit,
)


def look(body: str, scripts: str, plugin: str, *roads: Visit, number: str = "5") -> list[Finding]:
    return judged(fetched(html(body, scripts), roads=roads), form(plugin, number))


def road(url: str, text: str, status: int = 200, **headers: str) -> Visit:
    return visit(Answer(url, status, tuple((name.replace("_", "-"), v) for name, v in headers.items()), text.encode()))


def test_an_insecure_target_on_a_secure_page_is_mixed_content() -> None:
    body = WPFORMS.replace('action="/contact/"', 'action="http://bakery.example/contact/"')
    assert accused(look(body, WPFORMS_SCRIPTS, "wpforms")) == ["mixed_content"]
    scripts = FLUENT_SCRIPTS.replace("https://bakery.example/wp-admin", "http://bakery.example/wp-admin")
    assert accused(look(FLUENT, scripts, "fluentform")) == ["mixed_content"]


def test_a_rest_root_of_http_in_the_script_object_is_mixed_content() -> None:
    scripts = CF7_SCRIPTS.replace(r"https:\/\/bakery", r"http:\/\/bakery")
    findings = look(CF7, scripts, "contact-form-7")
    assert accused(findings) == ["mixed_content"] and "script object" in findings[0].evidence["where"]


def test_an_action_of_another_host_sends_the_entries_away() -> None:
    body = GRAVITY.replace('action="/contact/"', 'action="https://old-bakery.example.net/contact/"')
    findings = look(body, GRAVITY_SCRIPTS, "gravityforms")
    assert accused(findings) == ["posts_elsewhere"] and findings[0].evidence["target_host"] == "old-bakery.example.net"


def test_a_base_element_counts_when_the_action_is_resolved() -> None:
    page = html(GRAVITY, GRAVITY_SCRIPTS, head='<base href="https://staging.other.example/">')
    assert accused(judged(fetched(page), form("gravityforms"))) == ["posts_elsewhere"]


def test_a_form_s_own_page_on_www_is_no_fault_of_a_plain_form() -> None:
    body = WPFORMS.replace('action="/contact/"', 'action="https://www.bakery.example/contact/"')
    assert accused(look(body, WPFORMS_SCRIPTS, "wpforms")) == []


def test_a_script_that_sends_to_www_from_a_page_without_is_stopped_by_browsers() -> None:
    scripts = FLUENT_SCRIPTS.replace("https://bakery.example/wp-admin", "https://www.bakery.example/wp-admin")
    findings = look(FLUENT, scripts, "fluentform", road(AJAX.replace("//", "//www."), "0", 400))
    assert accused(findings) == ["other_origin"]
    assert findings[0].evidence["target_origin"] == "https://www.bakery.example"


def test_wordpress_s_rest_lets_another_origin_in_unless_it_is_redirected() -> None:
    scripts = CF7_SCRIPTS.replace(r"https:\/\/bakery", r"https:\/\/www.bakery")
    url = REST.replace("//", "//www.")
    let_in = road(url, '{"a": 1}', access_control_allow_origin=SITE)
    assert accused(look(CF7, scripts, "contact-form-7", let_in)) == []
    moved = Visit(url, (answer("", 301, url=url, location=REST),), answer('{"a": 1}', url=REST))
    assert accused(look(CF7, scripts, "contact-form-7", moved)) == ["other_origin"]


@pytest.mark.parametrize("action", ["mailto:office@bakery.example", "javascript:void(0)", "about:blank", "http://[bad"])
def test_an_action_that_is_no_web_address_leads_nowhere(action: str) -> None:
    body = WPFORMS.replace('action="/contact/"', f'action="{action}"')
    told = accused(look(body, WPFORMS_SCRIPTS, "wpforms"))
    assert told == ([] if action == "http://[bad" else ["target_unusable"])  # a browser then posts to the page itself


def test_a_host_that_does_not_exist_leads_nowhere() -> None:
    scripts = FLUENT_SCRIPTS.replace("https://bakery.example/wp-admin", "https://www.bakery.example/wp-admin")
    nowhere = Visit(AJAX.replace("//", "//www."), (), None, HostUnknown("www.bakery.example"))
    assert accused(look(FLUENT, scripts, "fluentform", nowhere)) == ["target_unusable"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"code":"rest_not_logged_in","message":"You are not currently logged in.","data":{"status":401}}', 401),
        ('{"code":"rest_cannot_access","message":"Only authenticated users"}', 403),
        ("<h1>Forbidden</h1>", 403),
        ("<h1>Not Found</h1>", 404),
        ("oops", 500),
        ("<html>the front page</html>", 200),
    ],
)
def test_a_rest_interface_that_refuses_visitors_stops_contact_form_7(text: str, status: int) -> None:
    findings = look(CF7, CF7_SCRIPTS, "contact-form-7", road(REST, text, status))
    assert accused(findings) == ["rest_blocked"] and findings[0].evidence["status"] == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"code":"rest_no_route","message":"No route","data":{"status":404}}', 404),
        ('{"code":"wpcf7_not_found","message":"The requested contact form was not found."}', 404),
        ('{"version":"1","locale":"en_US","rules":[]}', 200),
    ],
)
def test_wordpress_s_own_word_that_a_route_is_not_there_is_an_open_road(text: str, status: int) -> None:
    assert accused(look(CF7, CF7_SCRIPTS, "contact-form-7", road(REST, text, status))) == []


@pytest.mark.parametrize(("text", "status"), [("Forbidden", 403), ("", 404), ("<html>log in</html>", 200), ("x", 401)])
def test_an_admin_ajax_that_refuses_visitors_stops_forms_that_send_by_it(text: str, status: int) -> None:
    closed = road(AJAX, text, status)
    assert accused(look(FLUENT, FLUENT_SCRIPTS, "fluentform", closed)) == ["ajax_blocked"]
    # Who posts to the page does not need it.
    assert accused(look(GRAVITY, GRAVITY_SCRIPTS, "gravityforms", closed)) == []
    assert accused(look(WPFORMS, WPFORMS_SCRIPTS, "wpforms", closed)) == []


@pytest.mark.parametrize(
    ("plugin", "body", "scripts"),
    [
        ("wpforms", WPFORMS.replace('wpforms-form"', 'wpforms-form wpforms-ajax-form"'), WPFORMS_SCRIPTS),
        ("formidable", FORMIDABLE.replace("frm-show-form", "frm-show-form frm_ajax_submit"), FORMIDABLE_SCRIPTS),
        ("gravityforms", GRAVITY.replace('value="postback"', 'value="ajax"'), GRAVITY_SCRIPTS),
    ],
)
def test_the_form_s_own_setting_says_whether_it_needs_admin_ajax(plugin: str, body: str, scripts: str) -> None:
    assert accused(look(body, scripts, plugin)) == []
    assert accused(look(body, scripts, plugin, road(AJAX, "no", 403))) == ["ajax_blocked"]


def test_an_admin_ajax_that_says_0_is_open_in_old_and_new_wordpress() -> None:
    for status in (200, 400):
        assert accused(look(FLUENT, FLUENT_SCRIPTS, "fluentform", road(AJAX, "0", status))) == []


def test_comments_that_are_blocked_where_they_are_sent_to() -> None:
    url = f"{SITE}/wp-comments-post.php"
    assert accused(look(COMMENT, "", "core", road(url, "", 405), number="comment")) == []
    assert accused(look(COMMENT, "", "core", road(url, "no", 403), number="comment")) == ["post_blocked"]


@pytest.mark.parametrize("given", [Visit(AJAX, (), None, Silent("bakery.example", 443)), road(AJAX, "slow down", 429)])
def test_a_road_that_could_not_be_looked_at_is_unknown(given: Visit) -> None:
    findings = look(FLUENT, FLUENT_SCRIPTS, "fluentform", given)
    assert unknown(findings) == ["road_unseen"] and accused(findings) == []
