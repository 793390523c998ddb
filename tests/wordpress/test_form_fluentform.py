"""Fluent Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, armed, listed
from tests.wordpress.form_contract import ORIGINAL, TYPED, Posting
from tests.wordpress.plugin_doors import Road

_NOTIFICATION = {
    "name": "Office",
    "sendTo": {"type": "email", "email": "{office}", "field": "", "routing": []},
    "fromName": "",
    "fromEmail": "",
    "replyTo": "",
    "bcc": "",
    "subject": "New Form Submission",
    "message": "<p>{all_data}</p>",
    "conditionals": {"status": False, "type": "all", "conditions": []},
    "enabled": True,
}

# The plugin asks Akismet only where it is: this class stands for it.
_AKISMET = """
class Akismet {
	static function get_api_key() { return 'key'; }
	static function get_ip_address() { return ''; }
	static function get_user_agent() { return ''; }
	static function http_post() { return array( '', 'true' ); }
}
define( 'AKISMET_VERSION', '5' );
function akismet_init() {}
"""


def settings(misc: str) -> str:
    """PHP: the plugin's global settings have these, whether they were ever saved or not."""
    changed = f"fn( $s ) => array_replace_recursive( (array) $s, array( 'misc' => {misc} ) )"
    hooks = ("option__fluentform_global_form_settings", "default_option__fluentform_global_form_settings")
    return "".join(f"add_filter( '{hook}', {changed} );" for hook in hooks)


class TestFluentForms(CanaryContract):
    slug = "fluentform"
    setup = (
        "use FluentForm\\App\\Models\\FormMeta; FormMeta::where( 'form_id', 1 )->where( 'meta_key', 'notifications' )"
        "->delete(); FormMeta::create( array( 'form_id' => 1, 'meta_key' => 'notifications', 'value' => '"
        f"{json.dumps(_NOTIFICATION)}' ) ); echo 1;"
    )
    required = ("message", "message")
    lost_on = "fluentform/before_insert_submission"
    quiet = "add_filter( 'fluentform/prevent_malicious_attacks', '__return_false' );"
    shown = '<!-- wp:fluentfom/guten-block {"formId":"{form}","themeStyle":""} /-->'
    stand_in_shown = '[fluentform id="{form}"]'
    fields: ClassVar = {
        "names[first_name]": ("text", False),
        "names[last_name]": ("text", False),
        "email": ("email", True),
        "subject": ("text", False),
        "message": ("textarea", True),
    }
    after = "fluentform/before_submission_confirmation"
    fatal_on = "fluentform/submission_inserted"
    entries = 'global $wpdb; echo $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}fluentform_submissions" );'
    spam = (
        "add_filter( 'option__fluentform_hCaptcha_details', fn() => array( 'secretKey' => 'k' ) );"
        "add_filter( 'default_option__fluentform_hCaptcha_details', fn() => array( 'secretKey' => 'k' ) );"
        "add_filter( 'fluentform/has_hcaptcha', '__return_true' );"
    )

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        name, email, subject, message = TYPED
        fields: dict[str, str | None] = {"names[first_name]": name, "names[last_name]": name, "email": email}
        fields |= {"subject": subject, "message": message, "item_1__fluent_sf": "", **changes}
        data = urlencode({field: value for field, value in fields.items() if value is not None})
        posted = {"action": "fluentform_submit", "form_id": form, "data": data}
        return visitor.post("/wp-admin/admin-ajax.php", posted)

    def test_a_filled_honeypot_is_spam_and_not_kept(self, posting: Posting) -> None:
        with posting.running(settings("array( 'honeypotStatus' => 'yes' )")):
            posting.send({"item_1__fluent_sf": "robot"})
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "honeypot", False)

    @pytest.mark.parametrize(
        ("then", "kept"),
        [("validation_failed", False), ("mark_as_spam", True), ("mark_as_spam_and_skip_processing", True)],
    )
    def test_what_akismet_calls_spam_is_told_with_whether_it_was_kept(
        self, posting: Posting, then: str, kept: bool
    ) -> None:
        misc = f"array( 'akismet_status' => 'yes', 'akismet_validation' => '{then}' )"
        code = settings(misc) + _AKISMET + "add_filter( 'fluentform/akismet_spam_result', '__return_true' );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "akismet", kept)
        assert bool(told.get("entry")) is kept

    def test_a_captcha_that_failed_is_spam_by_that_captcha(self, posting: Posting) -> None:
        keys = "add_filter( 'option__fluentform_hCaptcha_details', fn() => array( 'secretKey' => 'k' ) );"
        keys += "add_filter( 'default_option__fluentform_hCaptcha_details', fn() => array( 'secretKey' => 'k' ) );"
        with posting.running(keys + "add_filter( 'fluentform/has_hcaptcha', '__return_true' );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "hcaptcha")

    def test_a_form_that_is_closed_refuses_and_it_is_told_why(self, posting: Posting) -> None:
        code = "add_filter( 'fluentform/is_form_renderable', fn() => array( 'status' => false, 'message' => '' ), 20 );"
        with posting.running(code):
            assert posting.send().status_code == 422
        told = posting.outcome()
        assert (told["type"], told["status"], told["invalid"]) == ("form.rejected", "restricted", [])

    def test_too_many_entries_of_one_address_are_told_as_that(self, posting: Posting) -> None:
        posting.send()
        posting.told.flush()
        posting.told.forget()
        code = "add_filter( 'fluentform/prevent_malicious_attacks', '__return_true', 20 );"
        code += "add_filter( 'fluentform/max_submission_count', fn() => 1 );"
        with posting.running(code):
            assert posting.send().status_code == 429
        assert posting.outcome()["status"] == "too_many_requests"

    def test_an_exception_of_an_action_that_the_plugin_swallows_is_a_failure(self, posting: Posting) -> None:
        code = "add_action( 'fluentform/submission_inserted', function () { throw new Exception( 'CRM' ); }, 5 );"
        with posting.running(code):
            assert posting.send().ok
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.failed", "actions_failed", True)

    def test_a_notification_without_a_recipient_is_a_failure(self, posting: Posting) -> None:
        if posting.which == ORIGINAL:
            code = "add_filter( 'fluentform/email_subject', '__return_empty_string' );"
        else:
            code = "add_filter( 'pre_option_fluentform_stand_in_to', fn() => 'nobody' );"
        with posting.running(code):
            assert posting.send().ok
        told = posting.outcome()
        assert (told["type"], told["status"], told["mails"]) == ("form.failed", "mail_skipped", [])

    def test_a_test_entry_passes_the_limit_of_entries_honeypot_and_token(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        code = settings("array( 'honeypotStatus' => 'yes', 'tokenBasedProtectionStatus' => 'yes' )")
        code += "add_filter( 'fluentform/prevent_malicious_attacks', '__return_true', 20 );"
        code += "add_filter( 'fluentform/max_submission_count', fn() => 0 );"
        with posting.running(code):
            assert posting.send({"item_1__fluent_sf": "robot"}).status_code == 429
            token = armed(posting, road)
            posting.send({"item_1__fluent_sf": "robot"}, token=token)
        assert answer(road, token)["event"]["type"] == "form.submitted"

    def test_of_the_feeds_behind_an_entry_only_the_mails_run(self, posting: Posting, road: Road, page: str) -> None:
        feed = """
            add_filter( 'fluentform/global_notification_active_types', fn( $types ) => $types + array(
                'hubspot_feed' => 'hubspot' ) );
            add_action( 'fluentform/submission_inserted', function () {
                $types = apply_filters( 'fluentform/global_notification_active_types', array(), 1 );
                update_option( 'crm_fed', (int) isset( $types['hubspot_feed'] ), false );
            }, 20 );
        """
        row = "array( 'form_id' => 1, 'meta_key' => 'hubspot_feed', 'value' => '{\"enabled\":true}' )"
        posting.site.php_eval(f"global $wpdb; $wpdb->insert( $wpdb->prefix . 'fluentform_form_meta', {row} );")
        try:
            with posting.running(feed):
                assert {"what": "crm", "name": "hubspot_feed", "held": True} in listed(posting, road)["does"]
                token = armed(posting, road)
                posting.send(token=token)
                fed_by_the_test = posting.site.php_eval("echo get_option( 'crm_fed' );")
                posting.send()
                fed_by_a_visitor = posting.site.php_eval("echo get_option( 'crm_fed' );")
        finally:
            posting.site.php_eval(
                "global $wpdb; $wpdb->delete( $wpdb->prefix . 'fluentform_form_meta', "
                "array( 'meta_key' => 'hubspot_feed' ) );"
            )
        assert (fed_by_the_test, fed_by_a_visitor) == ("0", "1")
        assert "hubspot_feed" in answer(road, token)["held"]

    def test_a_mail_that_the_plugin_will_skip_is_told_with_the_form(self, posting: Posting, road: Road) -> None:
        mail = {**_NOTIFICATION, "name": "Nobody", "sendTo": {"type": "email", "email": ""}}
        row = f"array( 'form_id' => 1, 'meta_key' => 'notifications', 'value' => '{json.dumps(mail)}' )"
        number = posting.site.php_eval(
            f"global $wpdb; $wpdb->insert( $wpdb->prefix . 'fluentform_form_meta', {row} ); echo $wpdb->insert_id;"
        )
        try:
            [skipped] = [each for each in listed(posting, road)["notifications"] if each["title"] == "Nobody"]
        finally:
            posting.site.php_eval(
                f"global $wpdb; $wpdb->delete( $wpdb->prefix . 'fluentform_form_meta', array( 'id' => {number} ) );"
            )
        assert skipped["to"] == [] and skipped["problem"].startswith("no recipient")

    def test_of_a_request_that_was_killed_the_entry_goes_with_a_later_heartbeat(
        self, posting: Posting, road: Road, token: str
    ) -> None:
        before = self.kept(posting)
        with posting.running(
            "add_action( 'fluentform/submission_inserted', fn() => exec( 'kill -9 ' . getmypid() ), 0 );"
        ):
            assert posting.send(token=token).status_code == 502
        kept = self.kept(posting)
        beat = "do_action( 'aftercare_heartbeat' );"
        posting.site.php_eval(beat)
        still_there = self.kept(posting)  # for all that is known, its request is under way
        posting.site.php_eval(
            'global $wpdb; $wpdb->query( "UPDATE {$wpdb->prefix}aftercare_canaries SET spent_at = spent_at - 400 '
            f'WHERE ended_at = 0 AND spent_at > 0" ); {beat}'
        )
        assert (kept, still_there, self.kept(posting)) == (before + 1, before + 1, before)
        came = answer(road, token)
        assert (came["state"], came["ended"], came["event"], came["forgotten"]) == ("spent", False, None, True)

    def test_what_became_of_one_kept_entry_is_told_without_a_word_of_it(self, posting: Posting, road: Road) -> None:
        posting.send()
        told = posting.outcome()
        asked = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
        shown = road.ask("form.entry", asked).result
        assert (shown["found"], shown["spam"]) == (True, False) and shown["at"]
        assert [(mail["mail"], mail["outcome"]) for mail in shown["mails"]] == [(told["mails"][0], "sent")]
        assert not [word for word in TYPED if word in json.dumps(shown)]
        for other in ({"form": "987654"}, {"entry": "987654"}):
            assert road.ask("form.entry", {**asked, **other}).result["found"] is False
