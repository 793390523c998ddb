"""Ninja Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.form_contract import ORIGINAL, TYPED, FormContract, Posting

_SETUP = """
global $wpdb;
$form = (int) $wpdb->get_var( "SELECT id FROM {$wpdb->prefix}nf3_forms WHERE title = 'Contact Me' LIMIT 1" );
foreach ( Ninja_Forms()->form( $form )->get_actions() as $action ) {
	if ( 'email' === $action->get_setting( 'type' ) ) {
		$on = 'Email Notification' === $action->get_setting( 'label' ) ? '1' : '';
		$action->update_settings( array( 'to' => '{office}', 'reply_to' => '', 'active' => $on ) )->save();
	}
}
$ids = array();
foreach ( Ninja_Forms()->form( $form )->get_fields() as $field ) {
	$ids[ $field->get_setting( 'label' ) ] = (int) $field->get_id();
}
update_option( 'demo_fields', $ids );
echo $form;
"""


class TestNinjaForms(FormContract):
    slug = "ninja-forms"
    setup = _SETUP
    title = "Contact Me"
    required = ("Message", "Message")
    lost_on = "ninja_forms_submission_actions"
    # Nobody draws the form here: what the page would have been given is taken for granted.
    quiet = (
        "if ( 'nf_ajax_submit' === ( $_POST['action'] ?? '' ) && isset( $_POST['security'] ) ) { add_action( 'init', "
    )
    quiet += "fn() => $_REQUEST['security'] = wp_create_nonce( 'ninja_forms_display_nonce' ) ); }"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        name, email, _, message = TYPED
        answers: dict[str, str | None] = {"Name": name, "Email": email, "Message": message, **changes}
        labels = ("Name", "Email", "Message")
        ids = {label: number for number, label in enumerate(labels, 1)}
        if posting.which == ORIGINAL:
            ids = json.loads(posting.site.php_eval("echo json_encode( get_option( 'demo_fields' ) );"))
        fields = {str(number): {"id": number, "value": answers.get(label, "")} for label, number in ids.items()}
        if unfit := changes.get("unfit"):
            fields[unfit] = {"id": 99, "value": ""}
        settings = {"is_preview": "", "decimal_point": ".", "thousands_sep": ","}
        data = {"id": form, "fields": fields, "settings": settings, "extra": {}}
        posted = {"action": "nf_ajax_submit", "formData": json.dumps(data)}
        if "security" not in changes:
            posted["security"] = "fresh"
        return visitor.post("/wp-admin/admin-ajax.php", posted)

    def test_a_nonce_that_is_too_old_is_told_as_that(self, posting: Posting) -> None:
        posting.send({"security": None})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "nonce", False)

    def test_a_field_that_does_not_fit_the_form_is_refused_and_its_name_not_told(self, posting: Posting) -> None:
        posting.send({"unfit": "Private"})
        told = posting.outcome()
        assert (told["type"], told["status"], told["invalid"]) == ("form.rejected", "form_error", [])
        assert "Private" not in posting.told.text()

    def test_a_form_without_the_action_that_stores_keeps_nothing(self, posting: Posting) -> None:
        with posting.running("add_filter( 'ninja_forms_run_action_type_save', '__return_false' );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["kept"]) == ("form.submitted", False)

    @pytest.mark.parametrize(("key", "who"), [("spam", "akismet"), ("recaptcha", "recaptcha")])
    def test_an_action_that_calls_it_spam_is_told_with_its_name(self, posting: Posting, key: str, who: str) -> None:
        code = "add_filter( 'ninja_forms_post_run_action_type_save', function ( $data ) { "
        code += f"$data['errors']['form']['{key}'] = 'No.'; return $data; }} );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", who)

    def test_an_action_that_refuses_is_told_with_the_entry_that_was_kept_before(self, posting: Posting) -> None:
        code = "add_filter( 'ninja_forms_post_run_action_type_save', function ( $data ) { "
        code += "$data['errors']['form']['crm'] = 'No.'; return $data; } );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "form_error", True)

    def test_a_payment_that_takes_over_is_no_loss(self, posting: Posting) -> None:
        code = "add_filter( 'ninja_forms_post_run_action_type_save', function ( $data ) { "
        code += "$data['halt'] = true; return $data; } );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.submitted", "payment_pending", True)
