"""Formidable Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, arm, armed, listed, new_token
from tests.wordpress.form_contract import ORIGINAL, TYPED, Posting
from tests.wordpress.plugin_doors import Road

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


_ACTION = """
if ( class_exists( 'FrmFormActionsController' ) && post_type_exists( 'frm_form_actions' ) ) {
	wp_insert_post( array( 'post_type' => 'frm_form_actions', 'post_excerpt' => '%(kind)s', 'menu_order' => %(form)s,
		'post_status' => 'publish', 'post_title' => '%(title)s', 'post_name' => '%(form)s_%(kind)s_1',
		'post_content' => wp_slash( wp_json_encode( array( 'event' => array( '%(event)s' ) ) ) ) ) );
} else {
	update_option( 'formidable_stand_in_actions', array( array( 'post_excerpt' => '%(kind)s',
		'post_title' => '%(title)s', 'event' => '%(event)s' ) ) );
}
"""
_NO_ACTION = """
delete_option( 'formidable_stand_in_actions' );
$all = array( 'post_type' => 'frm_form_actions', 'numberposts' => -1, 'post_status' => 'any' );
foreach ( get_posts( $all ) as $post ) {
	str_starts_with( $post->post_title, 'Our ' ) && wp_delete_post( $post->ID, true );
}
"""
_NOTES = "add_action( 'frm_trigger_%s_action', fn() => update_option( 'noted', 1 + get_option( 'noted', 0 ) ) );"
_HEADERS = "add_filter( 'wp_mail', fn( $a ) => update_option( 'given', $a['headers'] ) ? $a : $a, 0 );"
_GIVEN = "echo json_encode( get_option( 'given' ) ); delete_option( 'given' );"
_NOTED = "echo (int) get_option( 'noted', 0 ); delete_option( 'noted' );"


class TestFormidable(CanaryContract):
    slug = "formidable"
    setup = _SETUP
    stand_in_setup = "update_option( 'formidable_stand_in_to', '{office}' ); echo 1;"
    required = ("Message", "Message")
    lost_on = "frm_entries_before_create"
    fatal_on = "frm_after_create_entry"
    shown = "[formidable id={form}]"
    fields: ClassVar = {
        "Name": ("text", False),
        "Email": ("email", True),
        "Subject": ("text", False),
        "Message": ("text", True),
    }
    after = "frm_process_entry"
    entries = (
        'global $wpdb; echo $wpdb->get_var( "SELECT ( SELECT COUNT(*) FROM {$wpdb->prefix}frm_items ) + '
        '( SELECT COUNT(*) FROM {$wpdb->prefix}frm_item_metas )" );'
    )
    stand_in_entries = "echo count( get_option( 'formidable_stand_in', array() ) );"
    spam = "add_filter( 'frm_run_antispam', '__return_true', 20 );"
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

    def test_another_action_runs_on_a_visitors_entry_and_not_on_a_test(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        with action(posting, "hubspot", "Our CRM"), posting.running(_NOTES % "hubspot"):
            assert listed(posting, road)["does"] == [{"what": "crm", "name": "Our CRM", "held": True}]
            token = armed(posting, road)
            posting.send(token=token)
            by_the_test = posting.site.php_eval(_NOTED)
            posting.send()
            by_a_visitor = posting.site.php_eval(_NOTED)
        assert (by_the_test, by_a_visitor) == ("0", "1")
        assert "Our CRM" in answer(road, token)["held"]

    def test_a_mail_for_a_deleted_entry_is_not_sent_when_the_test_is_deleted(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        """Pro sends it, and the stand-in."""
        with action(posting, "email", "Our farewell", event="delete"), posting.running(_NOTES % "email"):
            token = armed(posting, road)
            posting.send(token=token)
            assert answer(road, token)["forgotten"] is True
            assert posting.site.php_eval(_NOTED) == "1"  # the entry's own

    def test_a_form_that_takes_money_is_not_tried(self, posting: Posting, road: Road, page: str) -> None:
        with action(posting, "payment", "Our till"):
            form = listed(posting, road)
            assert form["does"] == [{"what": "payment", "name": "Our till", "held": False}]
            assert form["not_tried"] == "payment"
            assert arm(posting, road, new_token())["armed"] is False

    def test_exempt_it_passes_a_captcha_and_the_spam_checks_that_have_no_filter(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        with captcha_and_spam_comment(posting):
            assert listed(posting, road)["captcha"] == ["turnstile"]
            token = armed(posting, road)
            posting.send(token=token)
            posting.send()
        assert answer(road, token)["event"]["type"] == "form.submitted"
        told = posting.outcome()
        assert (told["type"], told["invalid"]) == ("form.rejected", ["Captcha"])

    def test_where_the_relay_refuses_a_tests_mail_php_does_not_send_it_to_the_forms_recipient(
        self, posting: Posting, road: Road, token: str, tmp_path: Path
    ) -> None:
        """Formidable hands what wp_mail() could not send to PHP's mail(), with the same headers in one text."""
        posting.site.set_mail(smtp_password="guess-7")
        with posting.running(_HEADERS):
            posting.send(token=token)
            by_the_test = posting.site.php_eval(_GIVEN)
            posting.send()
            by_a_visitor = posting.site.php_eval(_GIVEN)
        assert [mail["outcome"] for mail in answer(road, token)["mails"]] == ["failed"]
        assert mailed_by_php(by_a_visitor, tmp_path / "visitor")
        assert not mailed_by_php(by_the_test, tmp_path / "test")

    def test_a_visitors_entry_is_shown_with_its_mail_and_one_that_is_gone_is_not(
        self, posting: Posting, road: Road
    ) -> None:
        posting.send()
        sent = posting.outcome()
        args = {"plugin": self.slug, "form": posting.form, "entry": sent["entry"]}
        shown = road.ask("form.entry", args).result
        assert (shown["found"], shown["spam"], shown["spam_by"]) == (True, False, "")
        assert abs(datetime.fromisoformat(shown["at"]) - datetime.now(UTC)) < timedelta(minutes=2)
        assert [mail["outcome"] for mail in shown["mails"]] == ["sent"]
        assert road.ask("form.entry", {**args, "entry": "987654"}).result["found"] is False


@contextmanager
def action(posting: Posting, kind: str, title: str, event: str = "create") -> Iterator[None]:
    """The form has one more action."""
    posting.site.php_eval(_ACTION % {"kind": kind, "title": title, "form": posting.form, "event": event})
    try:
        yield
    finally:
        posting.site.php_eval(_NO_ACTION)


@contextmanager
def captcha_and_spam_comment(posting: Posting) -> Iterator[None]:
    """The form has a captcha, and an answer is as in a comment that was marked as spam."""
    code = "update_option( 'formidable_stand_in_captcha', 'key' ); update_option( 'formidable_stand_in_wp_spam', 1 );"
    if posting.which == ORIGINAL:
        code = (
            f"echo FrmField::create( array( 'form_id' => {posting.form}, 'field_key' => 'robot', 'name' => 'Captcha', "
            "'type' => 'captcha' ) ), ' ', wp_insert_comment( array( 'comment_approved' => 'spam', "
            "'comment_post_ID' => 1, "
            f"'comment_author_email' => '{TYPED[1]}', 'comment_content' => 'casino' ) ); "
            "$s = FrmAppHelper::get_settings(); $s->active_captcha = 'turnstile'; $s->turnstile_pubkey = 'key'; "
            "$s->turnstile_privkey = 'key'; $s->wp_spam_check = 1; update_option( 'frm_options', $s ); "
            "delete_transient( 'frm_options' );"
        )
    made = posting.site.php_eval(code).split()
    try:
        yield
    finally:
        code = "delete_option( 'formidable_stand_in_captcha' ); delete_option( 'formidable_stand_in_wp_spam' );"
        if posting.which == ORIGINAL:
            code = (
                f"FrmField::destroy( {made[0]} ); wp_delete_comment( {made[1]}, true ); "
                "$s = FrmAppHelper::get_settings(); $s->turnstile_pubkey = ''; $s->wp_spam_check = 0; "
                "update_option( 'frm_options', $s ); delete_transient( 'frm_options' );"
            )
        posting.site.php_eval(code)


def mailed_by_php(headers: str, letter: Path) -> bool:
    """Whether PHP's mail() sends with these headers, a list in JSON."""
    code = "mail( 'office@aftercare.test', 'Hello', 'Words', implode( \"\\r\\n\", json_decode( $argv[1] ) ) );"
    command = ["php", "-d", f"sendmail_path=tee {letter} #", "-r", code, "--", headers]
    subprocess.run(command, check=False, capture_output=True, timeout=30)
    return letter.exists()


def ids_key(label: str, ids: Mapping[str, int]) -> str:
    """The name that the form's HTML gives a field; what is no field keeps its own."""
    return f"item_meta[{ids[label]}]" if label in ids else label
