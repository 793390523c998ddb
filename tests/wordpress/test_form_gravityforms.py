"""Gravity Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from tests.servers.visitor import Visitor
from tests.wordpress.form_contract import ORIGINAL, TYPED, FormContract, Posting

_SETUP = """
gf_upgrade()->install();
$fields = array();
foreach ( array( 'Name', 'Email', 'Subject', 'Message' ) as $i => $label ) {
	$fields[] = array( 'id' => $i + 1, 'type' => 'Email' === $label ? 'email' : 'text', 'label' => $label,
		'isRequired' => 1 === $i % 2 );
}
$notification = array( 'id' => 'n1', 'name' => 'Office', 'event' => 'form_submission', 'to' => '{office}',
	'toType' => 'email', 'subject' => 'New submission', 'message' => '{all_fields}', 'isActive' => true,
	'from' => '{office}' );
$form = GFAPI::add_form( array( 'title' => 'Contact Form Demo', 'fields' => $fields, 'is_active' => true,
	'button' => array( 'type' => 'text', 'text' => 'Submit' ), 'notifications' => array( 'n1' => $notification ),
	'confirmations' => array( 'c1' => array( 'id' => 'c1', 'name' => 'Default', 'isDefault' => true,
		'type' => 'message', 'message' => 'Thanks' ) ) ) );
update_option( 'gform_enable_async_notifications', 0 );
echo $form;
"""


class TestGravityForms(FormContract):
    slug = "gravityforms"
    setup = _SETUP
    required = ("Message", "Message")
    lost_on = "gform_pre_submission"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        labels = ("Name", "Email", "Subject", "Message")
        answers: dict[str, str | None] = {**dict(zip(labels, TYPED, strict=True)), **changes}
        posted = {"gform_submit": form, f"is_submit_{form}": "1", "gform_unique_id": "", f"state_{form}": ""}
        posted |= {f"gform_target_page_number_{form}": "0", f"gform_source_page_number_{form}": "1"}
        posted |= {f"input_{n}": answers[label] or "" for n, label in enumerate(labels, 1)}
        posted |= {name: value for name, value in changes.items() if name not in labels and value is not None}
        if "action" in posted:
            return visitor.post("/wp-admin/admin-ajax.php", posted | {"form_id": form})
        return visitor.post("/", posted)

    def test_spam_is_told_with_the_filter_that_said_so_and_that_it_was_kept(self, posting: Posting) -> None:
        code = "add_filter( 'gform_entry_is_spam', function ( $is, $form ) { "
        code += "GFCommon::set_spam_filter( $form['id'], 'Akismet Spam Filter', '' ); return true; }, 10, 2 );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "Akismet Spam Filter", True)

    def test_a_submission_that_is_dropped_behind_a_thank_you_is_spam_and_not_kept(self, posting: Posting) -> None:
        with posting.running("add_filter( 'gform_abort_submission_with_confirmation', '__return_true' );"):
            assert posting.send().ok
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "abort_with_confirmation", False)

    def test_an_add_on_that_refuses_without_a_field_is_told_as_that(self, posting: Posting) -> None:
        code = "add_filter( 'gform_validation', fn( $r ) => array( 'is_valid' => false ) + $r );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["invalid"]) == ("form.rejected", "form_error", [])

    def test_notifications_that_go_in_the_background_are_told_as_later(self, posting: Posting) -> None:
        with posting.running("add_filter( 'gform_is_asynchronous_notifications_enabled', '__return_true' );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.submitted", "mails_later")

    def test_a_notification_without_an_address_is_a_failure(self, posting: Posting) -> None:
        code = "add_filter( 'gform_notification', fn( $n ) => array( 'to' => 'nobody' ) + $n );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.failed", "mail_skipped", True)

    def test_a_page_of_a_form_and_a_draft_are_no_submissions(self, posting: Posting) -> None:
        posting.send({f"gform_target_page_number_{posting.form}": "2"})
        posting.send({"gform_save": "1"})
        posting.told.flush()
        assert posting.told.all("form.submitted", "form.rejected", "form.lost") == []

    def test_a_nonce_of_a_page_that_was_cached_too_long_is_told_as_that(self, posting: Posting) -> None:
        by_ajax = {"action": "gform_submit_form", "gform_submission_method": "ajax"}
        posting.send({**by_ajax, "gform_ajax_nonce": "old"})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "nonce", False)

    def test_a_form_that_was_switched_off_is_told_as_that(self, posting: Posting) -> None:
        change = "update_option( 'gravityforms_stand_in_inactive', {0} );"
        if posting.which == ORIGINAL:
            change = f"GFFormsModel::update_form_active( {posting.form}, ! {{0}} );"
        posting.site.php_eval(change.format(1))
        try:
            posting.send()
        finally:
            posting.site.php_eval(change.format(0))
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.rejected", "inactive")
