"""WPForms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from tests.servers.visitor import Visitor
from tests.wordpress.form_contract import TYPED, FormContract, Posting

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


class TestWPForms(FormContract):
    slug = "wpforms"
    setup = stand_in_setup = _SETUP
    required = ("Message", "Message")
    lost_on = "wpforms_process_filter"
    keeps = False  # Lite

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        labels = ("Name", "Email", "Subject", "Message")
        answers: dict[str, str | None] = {**dict(zip(labels, TYPED, strict=True)), **changes}
        posted = {"wpforms[id]": form, "wpforms[hp]": changes.get("hp") or ""}
        posted |= {f"wpforms[fields][{n}]": answers[label] or "" for n, label in enumerate(labels, 1)}
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
