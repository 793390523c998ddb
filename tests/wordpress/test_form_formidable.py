"""Formidable Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.form_contract import ORIGINAL, TYPED, FormContract, Posting

_LABELS = ("Name", "Email", "Subject", "Message")
_numbers = itertools.count()

_SETUP = """
FrmAppController::install();
$form = FrmForm::create( array( 'name' => 'Contact Form Demo', 'form_key' => 'demo', 'description' => '',
	'status' => 'published' ) );
global $wpdb;
$options = array( 'ajax_submit' => 1, 'antispam' => 1 ) + FrmForm::getOne( $form )->options;
$wpdb->update( $wpdb->prefix . 'frm_forms', array( 'options' => serialize( $options ) ), array( 'id' => $form ) );
FrmForm::clear_form_cache();
foreach ( array( 'Name', 'Email', 'Subject', 'Message' ) as $i => $label ) {
	$ids[ $label ] = FrmField::create( array( 'form_id' => $form, 'field_key' => strtolower( $label ), 'name' => $label,
		'type' => 'Email' === $label ? 'email' : 'text', 'required' => $i % 2 ) );
}
wp_insert_post( array( 'post_type' => 'frm_form_actions', 'post_excerpt' => 'email', 'menu_order' => $form,
	'post_status' => 'publish', 'post_title' => 'Email', 'post_name' => $form . '_email_1',
	'post_content' => wp_slash( wp_json_encode( array( 'event' => array( 'create' ), 'email_to' => '{office}',
		'email_message' => '[default-message]', 'from' => '{office}', 'reply_to' => '', 'cc' => '', 'bcc' => '',
		'email_subject' => '', 'inc_user_info' => 0, 'plain_text' => 0 ) ) ) ) );
update_option( 'demo_fields_' . $form, $ids );
echo $form;
"""


class TestFormidable(FormContract):
    slug = "formidable"
    setup = _SETUP
    required = ("Message", "Message")
    lost_on = "frm_entries_before_create"
    quiet = "add_filter( 'frm_run_antispam', '__return_false', 5 );"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        name, email, subject, message = TYPED
        # The same answers within a minute are a duplicate.
        answers: dict[str, str | None] = {"Name": name, "Email": email, "Subject": f"{subject} {next(_numbers)}"}
        answers |= {"Message": message, **changes}
        ids = dict(zip(_LABELS, range(1, 5), strict=True))
        if posting.which == ORIGINAL:
            ids |= json.loads(
                posting.site.php_eval(f"echo json_encode( get_option( 'demo_fields_{posting.form}' ) );") or "{}"
            )
        posted = {"frm_action": "create", "form_id": form, "form_key": "demo", "item_key": "", "frm_verify": ""}
        posted |= {ids_key(label, ids): value for label, value in answers.items() if value is not None}
        if "action" in posted:
            return visitor.post("/wp-admin/admin-ajax.php", posted)
        return visitor.post("/", posted)

    @pytest.mark.parametrize("by", [{}, {"action": "frm_entries_create"}], ids=["by page", "by AJAX"])
    def test_by_page_and_by_ajax_the_same_is_told(self, posting: Posting, by: dict[str, str]) -> None:
        posting.send({"Subject": f"Again {next(_numbers)}", **by})
        assert posting.outcome()["type"] == "form.submitted"
        posting.told.forget()
        posting.send({"Email": "", **by})
        told = posting.outcome()
        assert (told["type"], told["invalid"], told["kept"]) == ("form.rejected", ["Email"], False)

    def test_a_page_whose_token_is_missing_is_spam_by_the_token(self, posting: Posting) -> None:
        with posting.running("add_filter( 'frm_run_antispam', '__return_true', 20 );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "token", False)

    def test_a_filled_honeypot_is_spam_by_the_honeypot(self, posting: Posting) -> None:
        posting.send({"frm_verify": "robot"})
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "honeypot")

    def test_a_disallowed_word_is_spam_by_wordpress_s_list(self, posting: Posting) -> None:
        with posting.running("add_filter( 'pre_option_disallowed_keys', fn() => 'casino' );"):
            posting.send({"Message": "casino"})
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "disallowed_list")

    def test_the_same_answers_again_are_told_as_a_duplicate(self, posting: Posting) -> None:
        same = {"Subject": f"Twice {next(_numbers)}"}
        posting.send(same)
        posting.told.flush()
        posting.told.forget()
        posting.send(same)
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "duplicate", False)

    def test_an_add_on_that_refuses_without_a_field_is_told_as_that(self, posting: Posting) -> None:
        code = "add_filter( 'frm_entries_before_create', fn( $e ) => array( 'form' => 'No.' ) + (array) $e );"
        with posting.running(code):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"], told["invalid"]) == ("form.rejected", "form_error", [])

    def test_a_form_that_keeps_no_entries_is_told_as_that(self, posting: Posting) -> None:
        save = "global $wpdb; $f = FrmForm::getOne( {0} ); $wpdb->update( $wpdb->prefix . 'frm_forms', "
        save += "array( 'options' => serialize( array( 'no_save' => {1} ) + $f->options ) ), array( 'id' => {0} ) );"
        if posting.which != ORIGINAL:
            save = "update_option( 'formidable_stand_in_no_save', {1} );"
        posting.site.php_eval(save.format(posting.form, 1))
        try:
            posting.send()
        finally:
            posting.site.php_eval(save.format(posting.form, 0))
        told = posting.outcome()
        assert (told["type"], told["kept"]) == ("form.submitted", False)


def ids_key(label: str, ids: Mapping[str, int]) -> str:
    """The name that the form's HTML gives a field; what is no field keeps its own."""
    return f"item_meta[{ids[label]}]" if label in ids else label
