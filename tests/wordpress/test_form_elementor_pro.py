"""Elementor Pro forms: what becomes of each submission is told; on a stand-in, and on the public GPL copy at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests

from tests.servers.lab import OFFICE, LabSite
from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, armed, listed
from tests.wordpress.conftest import real_plugin
from tests.wordpress.form_contract import TYPED, Posting
from tests.wordpress.plugin_doors import Road

ELEMENT = "a1b2c3d"

# The plugin asks Akismet only where it is: this class stands for it.
_AKISMET = """
class Akismet {
	static function get_api_key() { return 'key'; }
	static function get_ip_address() { return ''; }
	static function http_post() { return array( array(), 'true' ); }
}
"""
_RECAPTCHA_KEYS = """
add_filter( 'pre_option_elementor_pro_recaptcha_site_key', fn() => 'k' );
add_filter( 'pre_option_elementor_pro_recaptcha_secret_key', fn() => 'k' );
"""


def field(name: str, kind: str, required: str = "", **more: str) -> dict[str, str]:
    """One of the widget's fields."""
    return {
        "custom_id": name,
        "field_type": kind,
        "field_label": name.title(),
        "required": required,
        "_id": name,
        **more,
    }


FIELDS = [field("name", "text"), field("email", "email", "true"), field("message", "textarea", "true")]
SETTINGS: dict[str, Any] = {
    "form_name": "Contact Form Demo",
    "form_fields": FIELDS,
    "submit_actions": ["save-to-database", "email"],
    "email_to": "{office}",
    "email_from": "{office}",
    "webhooks": "https://hooks.example/form",
    "akismet_enabled": "yes",  # nobody asks Akismet where it is not
}


def elements(settings: Mapping[str, Any], element: str = ELEMENT) -> list[dict[str, Any]]:
    """A document that holds one form, in a section and a column."""
    widget = {"id": element, "elType": "widget", "widgetType": "form", "settings": settings, "elements": []}
    column = {"id": "c0", "elType": "column", "settings": {}, "elements": [widget]}
    return [{"id": "s0", "elType": "section", "settings": {}, "elements": [column]}]


def page(data: list[dict[str, Any]]) -> str:
    """PHP: a page built of these elements; prints its form's id."""
    stored = json.dumps(data, separators=(",", ":"))  # as wp_json_encode() writes it
    return f"""
$id = wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Contact' ) );
update_post_meta( $id, '_elementor_edit_mode', 'builder' );
update_post_meta( $id, '_elementor_template_type', 'wp-page' );
update_post_meta( $id, '_elementor_version', '3.33.1' );
update_post_meta( $id, '_elementor_data', wp_slash( '{stored}' ) );
echo $id . '-{ELEMENT}';
"""


@pytest.fixture(scope="module")
def real_plugins(real_plugins: Path, _site: LabSite) -> Iterator[Path]:
    """With Elementor in force, without which Elementor Pro does nothing."""
    _site.install_plugin(real_plugin(real_plugins, "elementor"))
    yield real_plugins
    _site.wp("plugin", "deactivate", "elementor", "--skip-plugins")


def changed(posting: Posting, **settings: Any) -> str:
    """Another page with the form, these settings changed; the form's id."""
    data = elements({**SETTINGS, "email_to": OFFICE, "email_from": OFFICE, **settings})
    return posting.site.php_eval(page(data)).splitlines()[-1].strip()


class TestElementorPro(CanaryContract):
    slug = "elementor-pro"
    folder = "pro-elements"  # Elementor Pro's own source is not public
    setup = page(elements(SETTINGS))
    stand_in_setup = setup
    required = ("message", "Message")
    lost_on = "elementor_pro/forms/record/actions_before"
    fatal_on = "elementor_pro/forms/wp_mail_headers"
    fields: ClassVar = {"Name": ("text", False), "Email": ("email", True), "Message": ("textarea", True)}
    after = "elementor_pro/forms/new_record"
    entries = (
        "global $wpdb; foreach ( array( '', '_values', '_actions_log' ) as $t ) {"
        ' $n[] = $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}e_submissions$t" ); } echo array_sum( $n );'
    )
    spam = _AKISMET

    @pytest.fixture(scope="class")
    @classmethod
    def page(cls, _site: LabSite, in_charge: tuple[str, str]) -> str:
        """The document itself."""
        return _site.php_eval(f"echo get_permalink( {int(in_charge[1].partition('-')[0])} );").splitlines()[-1].strip()

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        name, email, _subject, message = TYPED
        fields: dict[str, str | None] = {"name": name, "email": email, "message": message, **changes}
        post_id, _, element = form.partition("-")
        posted = {"action": "elementor_pro_forms_send_form", "post_id": post_id, "form_id": element or "f0f0f0f"}
        posted |= {f"form_fields[{key}]": value for key, value in fields.items() if value is not None}
        return visitor.post("/wp-admin/admin-ajax.php", posted)

    def test_a_filled_honeypot_is_spam_and_not_kept(self, posting: Posting) -> None:
        form = changed(posting, form_fields=[*FIELDS, field("more", "honeypot")])
        posting.send({"more": "robot", "message": ""}, form=form)
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "honeypot", False)
        assert told["form"] == form

    def test_a_captcha_that_was_not_solved_is_spam_by_that_captcha(self, posting: Posting) -> None:
        form = changed(posting, form_fields=[*FIELDS, field("check", "recaptcha")])
        with posting.running(_RECAPTCHA_KEYS):
            posting.send(form=form)
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "recaptcha", False)

    def test_a_captcha_of_an_add_on_is_known_by_its_field(self, posting: Posting) -> None:
        form = changed(posting, form_fields=[*FIELDS, field("check", "turnstile")])
        refuses = "fn( $field, $record, $answer ) => $answer->add_error( 'check', 'no' )"
        code = f"add_action( 'elementor_pro/forms/validation/turnstile', {refuses}, 10, 3 );"
        with posting.running(code):
            posting.send(form=form)
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "turnstile")

    def test_what_akismet_calls_spam_is_told(self, posting: Posting) -> None:
        with posting.running(_AKISMET):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "akismet", False)

    @pytest.mark.parametrize("answer", [204, 500])
    def test_a_webhook_that_does_not_answer_200_is_told_although_mail_and_entry_are_there(
        self, posting: Posting, answer: int
    ) -> None:
        form = changed(posting, submit_actions=["save-to-database", "webhook", "email"])
        code = f"add_filter( 'pre_http_request', fn() => array( 'response' => array( 'code' => {answer} ) ) );"
        with posting.running(code):
            said = posting.send(form=form).json()
        told = posting.outcome()
        assert said["success"] is False  # the visitor will send it again
        assert (told["type"], told["status"], told["kept"]) == ("form.failed", "actions_failed", True)
        assert told["error"] == f"webhook (HTTP {answer})" and len(told["mails"]) == 1 and not told["mails_failed"]

    def test_a_second_mail_that_fails_shows_the_visitor_an_error_and_is_told(self, posting: Posting) -> None:
        form = changed(posting, submit_actions=["save-to-database", "email", "email2"], email_to_2="nobody")
        assert posting.send(form=form).json()["success"] is False
        told = posting.outcome()
        assert (told["type"], told["status"], told["error"]) == ("form.failed", "actions_failed", "email2")
        assert (told["kept"], len(told["mails"]), len(told["mails_failed"])) == (True, 2, 1)

    def test_without_collect_submissions_the_entry_is_not_kept(self, posting: Posting) -> None:
        posting.send(form=changed(posting, submit_actions=["email"]))
        told = posting.outcome()
        assert (told["type"], told["kept"], bool(told.get("entry"))) == ("form.submitted", False, False)

    def test_a_form_that_only_an_old_page_still_has_is_told(self, posting: Posting) -> None:
        form = changed(posting)
        posting.send(form=form)
        posting.told.flush()
        posting.told.forget()
        post_id, _, _ = form.partition("-")
        newer = json.dumps(elements(SETTINGS, "d4e5f6a"))
        posting.site.php_eval(f"update_post_meta( {post_id}, '_elementor_data', wp_slash( '{newer}' ) );")
        posting.send(form=form)
        told = posting.outcome()
        assert (told["type"], told["status"], told["form"]) == ("form.rejected", "outdated_page", form)
        assert (told["title"], told["kept"]) == ("Contact Form Demo", False)

    def test_what_a_form_does_is_listed_and_a_test_entry_does_not_do_it(self, posting: Posting, road: Road) -> None:
        fields = [*FIELDS, field("check", "recaptcha"), field("more", "honeypot"), field("terms", "acceptance")]
        actions = ["save-to-database", "email", "webhook", "mailchimp"]
        form = changed(posting, submit_actions=actions, form_fields=fields, email_to='[field id="email"], office')
        posting = replace(posting, form=form)
        told = listed(posting, road)
        assert [(deed["what"], deed["name"], deed["held"]) for deed in told["does"]] == [
            ("webhook", "webhook", True),
            ("newsletter", "mailchimp", True),
        ]
        assert told["captcha"] == ["recaptcha", "honeypot"] and told["fields"][-1]["type"] == "consent"
        assert (told["notifications"][0]["to"], told["notifications"][0]["to_field"]) == ([], "Email")
        noted = "function ( $args ) { update_option( 'hooked', 1 ); return $args; }"
        called = f"add_filter( 'elementor_pro/forms/webhooks/request_args', {noted} );"
        with posting.running(called + _RECAPTCHA_KEYS):
            token = armed(posting, road)
            assert posting.send({"more": "robot"}, token=token).json()["success"]
        came = answer(road, token)
        assert came["event"]["type"] == "form.submitted" and {"webhook", "mailchimp"} <= set(came["held"])
        assert posting.site.php_eval("echo (int) get_option( 'hooked' );").endswith("0")

    def test_a_pop_up_is_listed_with_the_pages_that_it_is_set_to_show_on(self, posting: Posting, road: Road) -> None:
        form = changed(posting)
        post_id, _, _ = form.partition("-")
        posting.site.php_eval(
            f"$GLOBALS['wpdb']->update( $GLOBALS['wpdb']->posts, array( 'post_type' => 'elementor_library' ), "
            f"array( 'ID' => {post_id} ) ); clean_post_cache( {post_id} );"
            f"update_post_meta( {post_id}, '_elementor_conditions', array( 'include/general', 'exclude/search' ) );"
        )
        told = listed(replace(posting, form=form), road)
        assert told["pages"] == [f"{posting.site.url}/"]

    def test_what_a_widget_leaves_at_its_default_is_known(self, posting: Posting, road: Road) -> None:
        form = posting.site.php_eval(page(elements({"form_name": "Untouched"}))).splitlines()[-1].strip()
        told = listed(replace(posting, form=form), road)
        assert [each["name"] for each in told["fields"]] == ["Name", "Email", "Message"]
        assert [each["id"] for each in told["notifications"]] == ["email"] and told["notifications"][0]["to"]

    def test_what_became_of_a_kept_entry_can_be_asked(self, posting: Posting, road: Road) -> None:
        posting.send()
        told = posting.outcome()
        asked = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
        way = road.ask("form.entry", asked).result
        assert (way["found"], way["spam"], bool(way["at"])) == (True, None, True)
        assert [(mail["mail"], mail["outcome"]) for mail in way["mails"]] == [(told["mails"][0], "sent")]
        assert road.ask("form.entry", {**asked, "entry": "987654"}).result["found"] is False
