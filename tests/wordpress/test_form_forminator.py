"""Forminator: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ClassVar

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, arm, armed, listed, new_token
from tests.wordpress.form_contract import ORIGINAL, TYPED, Posting
from tests.wordpress.plugin_doors import Road

_STAND_IN_SETUP = """
echo wp_insert_post( array( 'post_type' => 'forminator_forms', 'post_status' => 'publish',
	'post_title' => 'contact-form-demo', 'meta_input' => array( 'forminator_form_meta' => array( 'settings' => array(
		'formName' => 'Contact Form Demo' ) ) ) ) );
"""
_SETUP = """
$wrappers = array();
$labels = array( 'text-1' => 'Name', 'email-1' => 'Email', 'text-2' => 'Subject', 'textarea-1' => 'Message' );
foreach ( $labels as $id => $label ) {
	$wrappers[] = array( 'wrapper_id' => 'wrapper-' . $id, 'fields' => array( array( 'element_id' => $id, 'cols' => 12,
		'type' => strtok( $id, '-' ), 'field_label' => $label, 'validation' => '',
		'required' => in_array( $label, array( 'Email', 'Message' ), true ) ) ) );
}
$settings = array( 'formName' => 'Contact Form Demo', 'form-type' => 'default', 'enable-ajax' => '',
	'submission-behaviour' => 'behaviour-thankyou', 'thankyou-message' => 'Thanks', 'honeypot' => 'true',
	'store_submissions' => true, 'validation' => 'on_submit', 'akismet-protection-behavior' => 'spam' );
$form = Forminator_API::add_form( 'Contact Form Demo', $wrappers, $settings );
$model = Forminator_Base_Form_Model::get_model( $form );
$model->notifications = array( array( 'slug' => 'notification-1', 'label' => 'Admin Email',
	'email-recipients' => 'default', 'recipients' => '{office}', 'email-subject' => 'New Form Entry',
	'email-editor' => '{all_fields}', 'email-attachment' => 'true', 'type' => 'default' ) );
$model->save();
echo $form;
"""


class TestForminator(CanaryContract):
    slug = "forminator"
    setup, stand_in_setup = _SETUP, _STAND_IN_SETUP
    required = ("textarea-1", "textarea-1")
    lost_on, fatal_on = "forminator_custom_form_submit_errors", "forminator_custom_form_submit_before_set_fields"
    after = "forminator_form_after_save_entry"
    shown = '[forminator_form id="{form}"]'
    fields: ClassVar = {
        "text-1": ("text", False),
        "email-1": ("email", True),
        "text-2": ("text", False),
        "textarea-1": ("textarea", True),
    }
    entries = 'global $wpdb; echo $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}frmt_form_entry" );'
    stand_in_entries = "echo count( get_option( 'forminator_stand_in_entries', array() ) );"
    spam = "add_filter( 'forminator_spam_protection', '__return_true' );"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        ajax, action = "/wp-admin/admin-ajax.php", "forminator_submit_form_custom-forms"
        nonce = visitor.post(ajax, {"action": "forminator_get_nonce", "form_id": form}).json()["data"]
        answers: dict[str, str | None] = dict(zip(("text-1", "email-1", "text-2", "textarea-1"), TYPED, strict=True))
        answers |= {
            "action": action,
            "form_id": form,
            "form_type": "default",
            "page_id": "1",
            "current_url": posting.site.url,
        }
        answers |= {"forminator_nonce": nonce, "to": ajax, **changes}
        to = answers.pop("to") or ajax
        return visitor.post(to, {name: value for name, value in answers.items() if value is not None})

    def test_without_ajax_the_same_is_told(self, posting: Posting) -> None:
        posting.send({"to": "/"})
        assert posting.outcome()["type"] == "form.submitted"
        posting.told.forget()
        posting.send({"to": "/", "email-1": ""})
        assert posting.outcome()["invalid"] == ["email-1"]

    @pytest.mark.parametrize("to", ["/wp-admin/admin-ajax.php", "/"], ids=["by AJAX", "by page"])
    def test_a_nonce_that_is_too_old_is_told_as_that(self, posting: Posting, to: str) -> None:
        posting.send({"forminator_nonce": "old", "to": to})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "nonce", False)

    def test_a_filled_honeypot_is_spam_although_the_visitor_is_thanked(self, posting: Posting) -> None:
        assert posting.send({"input_5": "robot"}).json()["success"]
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "honeypot", False)

    @pytest.mark.parametrize("kept", [True, False], ids=["kept as spam", "refused"])
    def test_what_a_spam_filter_says_is_told_with_whether_it_was_kept(self, posting: Posting, kept: bool) -> None:
        code = "add_filter( 'forminator_spam_protection', '__return_true' ); class Akismet {}"
        if not kept and posting.which == ORIGINAL:
            code += "add_action( 'forminator_form_before_save_entry', fn() => "
            code += "Forminator_Front_Action::$module_settings['akismet-protection-behavior'] = 'fail' );"
        elif not kept:
            code += "add_filter( 'pre_option_forminator_stand_in_spam', fn() => 'fail' );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "akismet", kept)

    def test_a_captcha_that_was_failed_is_spam(self, posting: Posting) -> None:
        if posting.which == ORIGINAL:
            pytest.skip("the plugin asks the captcha's own server")
        with posting.running("add_filter( 'pre_option_forminator_stand_in_captcha', fn() => 1 );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "captcha", False)

    def test_what_fails_behind_the_entry_is_a_failure(self, posting: Posting) -> None:
        code = "add_action( 'forminator_custom_form_submit_before_set_fields', function () { "
        code += "throw new Exception( 'CRM' ); } );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.failed", "actions_failed", True)

    def test_a_draft_is_no_submission(self, posting: Posting) -> None:
        posting.send({"save_draft": "true"})
        posting.told.flush()
        assert posting.told.all("form.submitted", "form.lost", "form.rejected") == []

    def test_a_test_entry_passes_captcha_and_trap_and_asks_no_judge(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        # Whoever is asked says no.
        code = "add_filter( 'pre_http_request', function ( $a, $args, $url ) { "
        code += "if ( $a || ! strpos( $url, 'siteverify' ) ) { return $a; } "
        code += "update_option( 'judges', 1 + get_option( 'judges', 0 ) ); return new WP_Error( 'x' ); }, 11, 3 );"
        asked = "echo (int) get_option( 'judges' ); delete_option( 'judges' );"
        with with_captcha(posting), posting.running(code):
            assert listed(posting, road)["captcha"] == ["hcaptcha"]
            posting.send({"input_5": "robot"}, token=(token := armed(posting, road)))
            of_the_test = posting.site.php_eval(asked)
            posting.send()
        assert (of_the_test, posting.site.php_eval(asked)) == ("0", "1")
        assert answer(road, token)["event"]["type"] == "form.submitted"
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "captcha")

    def test_an_integration_is_named_and_a_test_entry_does_not_reach_it(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        called = "add_filter( 'pre_http_request', function ( $a, $args, $url ) { if ( strpos( $url, '203.0.113.9' ) ) {"
        called += "update_option( 'forminator_stand_in_fed', 1 + (int) get_option( 'forminator_stand_in_fed' ) ); "
        called += "return array( 'response' => array( 'code' => 200 ), 'body' => '' ); } return $a; }, 10, 3 );"
        ran = "echo (int) get_option( 'forminator_stand_in_fed' ); delete_option( 'forminator_stand_in_fed' );"
        with with_webhook(posting), posting.running(called):
            assert {"what": "webhook", "name": "Webhook", "held": True} in listed(posting, road)["does"]
            posting.send(token=armed(posting, road))
            by_the_test = posting.site.php_eval(ran)
            posting.send()
            by_a_visitor = posting.site.php_eval(ran)
        assert (by_the_test, by_a_visitor) == ("0", "1")

    def test_a_form_that_registers_a_user_is_not_tried(self, posting: Posting, road: Road, page: str) -> None:
        with settings(posting, "'form-type' => 'registration'"):
            form = listed(posting, road)
            assert {"what": "other", "name": "registers a user", "held": False} in form["does"]
            assert arm(posting, road, new_token())["why"] == "not_held"

    def test_a_form_that_takes_no_entries_now_is_told_as_off(self, posting: Posting, road: Road) -> None:
        posting.send()
        limits = ("'logged-users' => 'true'", "'form-expire' => 'submits', 'expire_submits' => 1")
        for limit in (*limits, "'form-expire' => 'date', 'expire_date' => '1 Jan 2020'"):
            with settings(posting, limit):
                assert listed(posting, road)["on"] is False

    def test_mails_without_a_subject_or_a_recipient_are_told_with_what_is_wrong(
        self, posting: Posting, road: Road
    ) -> None:
        mails = "array( array( 'slug' => 'a', 'label' => 'Copy', 'recipients' => '{email-1}', 'email-editor' => 'x', "
        mails += "'email-subject' => '', 'form-email' => '{email-1}' ), array( 'slug' => 'b', 'label' => 'Lost', "
        mails += (
            "'recipients' => '', 'email-subject' => 'x', 'email-editor' => 'x' ), array( 'type' => 'save_draft' ) )"
        )
        with settings(posting, "", mails):
            copy, lost = listed(posting, road)["notifications"]
        assert (copy["to_field"], copy["from_field"], copy["to"]) == ("email-1", "email-1", [])
        assert copy["problem"] and lost["problem"] and copy["problem"] != lost["problem"]

    def test_nothing_of_a_test_entry_is_left_in_the_plugins_tables(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        if posting.which != ORIGINAL:
            pytest.skip("the tables are the plugin's own")
        count = "global $wpdb; foreach ( $wpdb->get_col( \"SHOW TABLES LIKE '%frmt\\_%'\" ) as $table ) { "
        count += 'echo $table, \' \', $wpdb->get_var( "SELECT COUNT(*) FROM $table" ), "\\n"; }'
        posting.send()
        before = posting.site.php_eval(count)
        assert "frmt_form_entry_meta" in before
        posting.send(token=armed(posting, road))
        assert posting.site.php_eval(count) == before

    def test_one_kept_entrys_way_can_be_asked_for(self, posting: Posting, road: Road) -> None:
        posting.send()
        told = posting.outcome()
        asked = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
        way = road.ask("form.entry", asked).result
        assert (way["found"], way["spam"]) == (True, False)
        # The stand-in's entries had the same numbers.
        assert [(mail["mail"], mail["outcome"]) for mail in way["mails"]][-1:] == [(told["mails"][0], "sent")]
        assert abs((datetime.now(UTC) - datetime.fromisoformat(way["at"])).total_seconds()) < 120
        posting.told.forget()
        with posting.running("add_filter( 'forminator_spam_protection', '__return_true' );"):
            posting.send()
        way = road.ask("form.entry", {**asked, "entry": posting.outcome()["entry"]}).result
        assert (way["spam"], way["spam_by"]) == (True, "")
        assert road.ask("form.entry", {**asked, "entry": "987654"}).result["found"] is False


@contextmanager
def settings(posting: Posting, change: str, mails: str = "") -> Iterator[None]:
    """The form's settings, and mails, are others."""
    meta = f"get_post_meta( {posting.form}, 'forminator_form_meta', true )"
    mail = f"$m['notifications'] = {mails};" if mails else ""
    posting.site.php_eval(
        f"update_option( 'form_before', $m = {meta} ); $m['settings'] = array( {change} ) + $m['settings']; {mail}"
        f"update_post_meta( {posting.form}, 'forminator_form_meta', $m );"
    )
    try:
        yield
    finally:
        posting.site.php_eval(
            f"update_post_meta( {posting.form}, 'forminator_form_meta', get_option( 'form_before' ) );"
        )


@contextmanager
def with_captcha(posting: Posting) -> Iterator[None]:
    """The form asks for a captcha."""
    meta = f"get_post_meta( {posting.form}, 'forminator_form_meta', true )"
    code = "update_option( 'forminator_stand_in_captcha', 1 );"
    if posting.which == ORIGINAL:
        field = "array( 'id' => 'captcha-1', 'element_id' => 'captcha-1', 'type' => 'captcha', 'cols' => 12, "
        field += "'captcha_provider' => 'hcaptcha', 'form_id' => 'wrapper-captcha-1' )"
        code = f"update_option( 'form_before', $m = {meta} ); $m['fields'][] = {field};"
        code += f"update_post_meta( {posting.form}, 'forminator_form_meta', $m );"
        code += "update_option( 'forminator_hcaptcha_key', 'k' ); update_option( 'forminator_hcaptcha_secret', 's' );"
    posting.site.php_eval(code)
    try:
        yield
    finally:
        back = "delete_option( 'forminator_stand_in_captcha' );"
        if posting.which == ORIGINAL:
            back = f"update_post_meta( {posting.form}, 'forminator_form_meta', get_option( 'form_before' ) );"
        posting.site.php_eval(back)


@contextmanager
def with_webhook(posting: Posting) -> Iterator[None]:
    """The form is connected with the plugin's own webhooks."""
    code, back = "update_option( 'forminator_stand_in_webhook', 1 );", "delete_option( 'forminator_stand_in_webhook' );"
    if posting.which == ORIGINAL:
        hook = (
            "array( 'h1' => array( 'name' => 'CRM', 'webhook_url' => 'https://203.0.113.9/in', 'file_option' => '' ) )"
        )
        code = "Forminator_Integration_Loader::get_instance()->activate_addon( 'webhook' );"
        code += f"update_post_meta( {posting.form}, 'forminator_addon_webhook_form_settings', {hook} );"
        back = f"delete_post_meta( {posting.form}, 'forminator_addon_webhook_form_settings' );"
    posting.site.php_eval(code)
    try:
        yield
    finally:
        posting.site.php_eval(back)
