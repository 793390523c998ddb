"""WPForms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, arm, armed, listed, mails_of, new_token
from tests.wordpress.form_contract import ORIGINAL, STAND_IN, TYPED, Posting
from tests.wordpress.plugin_doors import Road

_SETUP = """
$id = wp_insert_post( array( 'post_type' => 'wpforms', 'post_status' => 'publish',
	'post_title' => 'Contact Form Demo' ) );
$fields = array();
$types = array( 'Name' => 'text', 'Email' => 'email', 'Subject' => 'text', 'Message' => 'textarea' );
foreach ( $types as $label => $type ) {
	$fields[ count( $fields ) + 1 ] = array( 'id' => count( $fields ) + 1, 'type' => $type, 'label' => $label,
		'required' => in_array( $label, array( 'Email', 'Message' ), true ) ? '1' : '' );
}
$settings = array( 'form_title' => 'Contact Form Demo', 'notification_enable' => '1', 'honeypot' => '1',
	'antispam' => '', 'notifications' => array( 1 => array( 'email' => '{office}', 'subject' => 'New Entry',
		'sender_name' => 'Bakery', 'sender_address' => '{office}', 'replyto' => '', 'message' => '{all_fields}' ) ),
	'confirmations' => array( 1 => array( 'type' => 'message', 'message' => 'Thanks', 'message_scroll' => '1' ) ) );
wp_update_post( array( 'ID' => $id, 'post_content' => wp_slash( wp_json_encode(
	array( 'id' => (string) $id, 'field_id' => 5, 'fields' => $fields, 'settings' => $settings ) ) ) ) );
echo $id;
"""
_WITH_TOKEN = """
add_filter( 'wpforms_process_before_form_data', function ( $form ) {
	$form['settings']['antispam'] = '1';
	return $form;
} );
"""
_LATER = """
foreach ( array( 'option', 'default_option' ) as $when ) {
	add_filter( $when . '_wpforms_settings', fn( $all ) => array( 'email-async' => true ) + (array) $all );
}
"""


# Pro keeps the entry under this number; its handler of entries is the stand-in's.
_PRO = """
add_filter( 'pre_option_wpforms_stand_in_pro', fn() => 1 );
add_action( 'wpforms_process_entry_save', function () {
	wpforms()->process->entry_id = 77;
	update_option( 'wpforms_stand_in_entries', array( 76, 77 ), false );
} );
"""
_CONNECTIONS = "add_action( 'wpforms_process_complete', "
_CONNECTIONS += "fn( $f, $e, $form ) => update_option( 'connections', count( $form['providers'] ) ), 10, 3 );"
_SNAPSHOTS = (
    'global $wpdb; echo $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}wpforms_analytics_snapshots" ), '
    "' ', $wpdb->get_var( \"SELECT COUNT(*) FROM {$wpdb->prefix}wpforms_logs\" );"
)
# One callback from the start, one that comes when the request is under way.
_LATE_PLUGIN = """<?php
/* Plugin Name: Our HubSpot */
function our_hubspot() { update_option( 'heard', 1 + get_option( 'heard', 0 ) ); }
add_action( 'wpforms_process_complete', 'our_hubspot' );
add_action( 'wp', fn() => add_action( 'wpforms_process_entry_saved', 'our_hubspot' ), 1 );
"""
_HEARD = "echo (int) get_option( 'heard', 0 ); delete_option( 'heard' );"
_CLOUD = """
add_filter( 'wpforms_integrations_lite_connect_is_allowed', '__return_true' );
add_filter( 'wpforms_integrations_lite_connect_is_enabled', '__return_true' );
add_action( 'wpforms_process_entry_saved', fn() => update_option( 'cloud',
	(int) WPForms\\Integrations\\LiteConnect\\LiteConnect::is_allowed() ), 1 );
"""
_LOGS = """
add_filter( 'wpforms_setting', fn( $value, $key ) => 'logs-enable' === $key ? '1' : $value, 10, 2 );
add_action( 'wpforms_process_complete', fn() => wpforms_log( 'Sent', 'Sent', array( 'type' => array( 'error' ) ) ) );
"""


class TestWPForms(CanaryContract):
    slug = "wpforms"
    setup = stand_in_setup = _SETUP
    required = ("Message", "Message")
    lost_on = "wpforms_process_filter"
    fatal_on = "wpforms_process_entry_saved"
    shown = '<!-- wp:wpforms/form-selector {"clientId":"a1","formId":"{form}"} /-->'
    fields: ClassVar = {
        "Name": ("text", False),
        "Email": ("email", True),
        "Subject": ("text", False),
        "Message": ("textarea", True),
    }
    after = "wpforms_process_complete"
    spam = _WITH_TOKEN
    keeps = False  # Lite

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        labels = ("Name", "Email", "Subject", "Message")
        answers: dict[str, str | None] = {**dict(zip(labels, TYPED, strict=True)), **changes}
        posted = {"wpforms[id]": form, "wpforms[hp]": changes.get("hp") or ""}
        posted |= {f"wpforms[fields][{n}]": answers[label] or "" for n, label in enumerate(labels, 1)}
        posted |= {key: value or "" for key, value in changes.items() if key.startswith("wpforms[")}
        return visitor.post("/", posted)

    def test_an_entry_that_pro_keeps_is_told_with_its_number(self, posting: Posting) -> None:
        code = "add_action( 'wpforms_process_entry_save', function () { wpforms()->process->entry_id = 77; } );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["kept"], told["entry"]) == ("form.submitted", True, "77")

    def test_a_filled_honeypot_is_spam_although_the_visitor_is_thanked(self, posting: Posting) -> None:
        assert posting.send({"hp": "robot"}).ok
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "honeypot", False)

    def test_a_page_without_its_token_is_spam_by_the_token(self, posting: Posting) -> None:
        with posting.running(_WITH_TOKEN):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "token")

    def test_a_captcha_that_was_failed_is_spam(self, posting: Posting) -> None:
        code = "add_filter( 'wpforms_process_initial_errors', function ( $errors, $form ) { "
        code += "$errors[ $form['id'] ]['recaptcha'] = 'No.'; return $errors; }, 10, 2 );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "captcha")

    def test_an_add_on_that_refuses_late_is_told_when_the_request_is_over(self, posting: Posting) -> None:
        code = "add_action( 'wpforms_process', function ( $f, $e, $form ) { "
        code += "wpforms()->process->errors[ $form['id'] ]['header'] = 'No.'; }, 10, 3 );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["invalid"]) == ("form.rejected", "form_error", [])

    def test_mails_that_are_left_to_a_task_are_told_as_later(self, posting: Posting) -> None:
        with posting.running(_LATER):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["mails"]) == ("form.submitted", "mails_later", [])

    def test_a_spam_reason_is_told_and_that_the_entry_was_kept(self, posting: Posting) -> None:
        """It may be kept: then `wpforms_process_entry_saved` fires, and `wpforms_process_complete` does not."""
        code = "add_action( 'wpforms_process_entry_save', function () { "
        code += "wpforms()->process->entry_id = 12; wpforms()->process->spam_reason = 'Keyword Filter'; "
        code += "remove_all_actions( 'wpforms_process_complete' ); } );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "Keyword Filter", True)

    def test_a_test_is_not_counted(self, posting: Posting, road: Road, token: str) -> None:
        count = f"echo (int) get_post_meta( {posting.form}, 'wpforms_entries_count', true );"
        before = int(posting.site.php_eval(count))
        posting.send(token=token)
        assert int(posting.site.php_eval(count)) == before
        posting.send()
        assert int(posting.site.php_eval(count)) == before + 1

    def test_a_tests_mails_are_not_left_to_a_task(self, posting: Posting, road: Road, page: str) -> None:
        with posting.running(_LATER):
            token = armed(posting, road)
            posting.send(token=token)
        came = answer(road, token)
        assert came["event"]["data"]["status"] == "submitted"
        assert [mail["outcome"] for mail in came["mails"]] == ["sent"] and len(mails_of(posting, token)) == 1

    def test_a_newsletter_hears_of_a_visitors_entry_and_not_of_a_test(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        connected = {"providers": {"constant-contact-v3": {"c1": {"id": "c1", "name": "Leads"}}}}
        with changed(posting, connected), posting.running(_CONNECTIONS):
            [deed] = listed(posting, road)["does"]
            assert deed == {"what": "newsletter", "name": "constant-contact-v3", "held": True}
            token = armed(posting, road)
            posting.send(token=token)
            by_the_test = posting.site.php_eval("echo get_option( 'connections' );")
            posting.send()
            by_a_visitor = posting.site.php_eval("echo get_option( 'connections' );")
        assert (by_the_test, by_a_visitor) == ("0", "1")
        assert "constant-contact-v3" in answer(road, token)["held"]

    def test_a_form_that_takes_money_is_not_tried(self, posting: Posting, road: Road, page: str) -> None:
        with changed(posting, {"payments": {"stripe": {"enable_one_time": "1"}, "square": {"enable": ""}}}):
            form = listed(posting, road)
            assert form["does"] == [{"what": "payment", "name": "stripe", "held": False}]
            assert form["not_tried"] == "payment"
            assert arm(posting, road, new_token())["armed"] is False

    def test_a_second_mail_is_told_as_one_that_lite_never_sends(self, posting: Posting, road: Road, page: str) -> None:
        thanks = {"notification_name": "Thanks", "email": '{field_id="2"}', "sender_address": '{field_id="2"}'}
        with changed(posting, {"settings": {"notifications": {"2": thanks}}}):
            first, second = listed(posting, road)["notifications"]
        assert (first["title"], first["on"], first["problem"]) == ("New Entry", True, "")
        assert (second["on"], second["to"], second["to_field"], second["from_field"]) == (False, [], "Email", "Email")
        assert "only the first notification" in second["problem"]

    def test_a_mail_to_nobody_is_told_as_that(self, posting: Posting, road: Road, page: str) -> None:
        with changed(posting, {"settings": {"notifications": {"1": {"email": "the office"}}}}):
            [mail] = listed(posting, road)["notifications"]
        assert mail["on"] is True and mail["to"] == [] and "no address" in mail["problem"]

    def test_exempt_it_passes_captchas(self, posting: Posting, road: Road, page: str) -> None:
        keys = "add_filter( 'wpforms_setting', fn( $value, $key ) => array( 'captcha-provider' => 'turnstile', "
        keys += "'turnstile-site-key' => 'k', 'turnstile-secret-key' => 's' )[ $key ] ?? $value, 10, 2 );"
        question = {"9": {"id": "9", "type": "captcha", "label": "2 + 2", "required": "1"}}
        with changed(posting, {"settings": {"recaptcha": "1"}, "fields": question}), posting.running(keys):
            form = listed(posting, road)
            assert form["captcha"] == ["turnstile", "question"] and "2 + 2" not in json.dumps(form["fields"])
            token = armed(posting, road)
            posting.send(token=token)
            posting.send()
        assert answer(road, token)["event"]["type"] == "form.submitted"
        assert posting.outcome()["type"] in ("form.spam", "form.rejected")

    def test_an_entry_that_pro_keeps_is_deleted_again(self, posting: Posting, road: Road, page: str) -> None:
        if posting.which != STAND_IN:
            pytest.skip("Pro's source is not public: its handler of entries is the stand-in's")
        with posting.running(_PRO):
            assert listed(posting, road)["keeps"] is True
            token = armed(posting, road)
            posting.send(token=token)
            came = answer(road, token)
            shown = road.ask("form.entry", {"plugin": "wpforms", "form": "5", "entry": "76"}).result
            gone = road.ask("form.entry", {"plugin": "wpforms", "form": "5", "entry": "77"}).result
        assert (came["kept"], came["entry"], came["forgotten"]) == (True, "77", True)
        assert (shown["found"], shown["spam"], shown["at"][:16], gone["found"]) == (
            True,
            True,
            "2026-11-24T10:00",
            False,
        )
        left = posting.site.php_eval("echo json_encode( array_values( get_option( 'wpforms_stand_in_entries' ) ) );")
        assert json.loads(left) == [76]

    def test_another_plugin_that_comes_late_to_a_hook_does_not_hear_of_a_test(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        folder = posting.site.content / "plugins/our-hubspot"
        folder.mkdir(exist_ok=True)
        (folder / "our-hubspot.php").write_text(_LATE_PLUGIN)
        posting.site.wp("plugin", "activate", "our-hubspot")
        try:
            [deed] = listed(posting, road)["does"]
            assert deed == {"what": "crm", "name": "Our HubSpot", "held": True}
            token = armed(posting, road)
            posting.send(token=token)
            by_the_test = posting.site.php_eval(_HEARD)
            posting.send()
            by_a_visitor = posting.site.php_eval(_HEARD)
        finally:
            posting.site.wp("plugin", "deactivate", "our-hubspot")
            shutil.rmtree(folder)
        assert (by_the_test, by_a_visitor) == ("0", "2")
        assert "Our HubSpot" in answer(road, token)["held"]

    def test_the_vendors_cloud_does_not_hear_of_a_test(self, posting: Posting, road: Road, page: str) -> None:
        if posting.which != ORIGINAL:
            pytest.skip("only the plugin itself has one")
        with posting.running(_CLOUD):
            [deed] = listed(posting, road)["does"]
            assert deed == {"what": "other", "name": "WPForms Lite Connect", "held": True}
            token = armed(posting, road)
            posting.send(token=token)
        assert posting.site.php_eval("echo (int) get_option( 'cloud' );") == "0"

    def test_statistics_and_logs_do_not_hear_of_a_test(self, posting: Posting, road: Road, token: str) -> None:
        if posting.which != ORIGINAL:
            pytest.skip("only the plugin itself keeps them")
        seen = {"session_id": "a1", "form_visible": 1, "payload": {"page": 1, "fields": []}}
        as_the_page_does = {"wpforms[analytics]": json.dumps(seen)}
        with posting.running(_LOGS):
            before = posting.site.php_eval(_SNAPSHOTS)
            posting.send(as_the_page_does, token=token)
            by_the_test = posting.site.php_eval(_SNAPSHOTS)
            posting.send(as_the_page_does)
            by_a_visitor = posting.site.php_eval(_SNAPSHOTS)
        assert by_the_test == before
        assert [int(n) for n in by_a_visitor.split()] == [int(n) + 1 for n in before.split()]


@contextmanager
def changed(posting: Posting, settings: Mapping[str, object]) -> Iterator[None]:
    """The form has other settings, beside its own."""
    read = f"$form = json_decode( get_post( {posting.form} )->post_content, true );"
    write = f"wp_update_post( array( 'ID' => {posting.form}, 'post_content' => wp_slash( wp_json_encode( $form ) ) ) );"
    before = posting.site.php_eval(f"{read} echo base64_encode( wp_json_encode( $form ) );")
    given = base64.b64encode(json.dumps(settings).encode()).decode()
    posting.site.php_eval(
        f"{read} $form = array_replace_recursive( $form, json_decode( base64_decode( '{given}' ), true ) ); {write}"
    )
    try:
        yield
    finally:
        posting.site.php_eval(f"$form = json_decode( base64_decode( '{before}' ), true ); {write}")
