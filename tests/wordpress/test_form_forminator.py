"""Forminator: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.form_contract import ORIGINAL, TYPED, FormContract, Posting

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


class TestForminator(FormContract):
    slug = "forminator"
    setup, stand_in_setup = _SETUP, _STAND_IN_SETUP
    required = ("textarea-1", "textarea-1")
    lost_on = "forminator_custom_form_submit_errors"

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
