"""Ninja Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, arm, armed, listed, new_token
from tests.wordpress.form_contract import ORIGINAL, TYPED, Posting
from tests.wordpress.plugin_doors import Road

_SETUP = """
global $wpdb;
$form = (int) $wpdb->get_var( "SELECT id FROM {$wpdb->prefix}nf3_forms WHERE title = 'Contact Me' LIMIT 1" );
foreach ( Ninja_Forms()->form( $form )->get_actions() as $action ) {
	if ( 'email' === $action->get_setting( 'type' ) ) {
		if ( 'Email Notification' === $action->get_setting( 'label' ) ) {
			$action->update_settings( array( 'to' => '{office}', 'reply_to' => '', 'active' => '1' ) )->save();
		} else {
			$action->delete();
		}
	}
}
Ninja_Forms()->form( $form )->action()->get()->update_settings( array( 'type' => 'akismet', 'label' => 'Akismet',
	'active' => '1', 'name' => '', 'email' => '', 'url' => '', 'message' => '' ) )->save();
$ids = array();
foreach ( Ninja_Forms()->form( $form )->get_fields() as $field ) {
	$ids[ $field->get_setting( 'label' ) ] = (int) $field->get_id();
}
update_option( 'demo_fields', $ids );
echo $form;
"""


# To Akismet every entry is spam.
_SPAM = """
if ( ! class_exists( 'Akismet' ) ) {
	class Akismet {
		public static function get_api_key() { return 'key'; }
		public static function verify_key() { return 'valid'; }
		public static function get_ip_address() { return '192.0.2.1'; }
		public static function http_post() { return array( array(), 'true' ); }
	}
}
add_filter( 'pre_option_ninja_forms_stand_in_akismet', fn() => 'spam' );
"""
_NUMBERS = """
global $wpdb;
$where = "WHERE `key` = '_seq_num' AND parent_id = %(form)s";
echo $wpdb->get_var( "SELECT value FROM {$wpdb->prefix}nf3_form_meta $where" ),
	' ', $wpdb->get_var( "SELECT seq_num FROM {$wpdb->prefix}nf3_forms WHERE id = %(form)s" );
"""
_NO_ACTIONS = """
delete_option( 'ninja_forms_stand_in_actions' );
if ( class_exists( 'NF_Database_Models_Action' ) ) {
	foreach ( Ninja_Forms()->form( %s )->get_actions() as $action ) {
		str_starts_with( $action->get_setting( 'label' ), 'Our ' ) && $action->delete();
	}
}
"""
_NOTES = "add_action( 'our_hook', fn() => update_option( 'noted', 1 ) ); "
_NOTES += "add_action( 'ninja_forms_stand_in_hook', fn() => do_action( 'our_hook' ) );"
_NOTED = "echo (int) get_option( 'noted', 0 ); delete_option( 'noted' );"


class TestNinjaForms(CanaryContract):
    slug = "ninja-forms"
    setup = _SETUP
    stand_in_setup = "update_option( 'ninja_forms_stand_in_to', '{office}' ); echo 1;"
    title = "Contact Me"
    required = ("Message", "Message")
    lost_on = "ninja_forms_submission_actions"
    fatal_on = "nf_save_sub"
    shown = "[ninja_form id={form}]"
    fields: ClassVar = {"Name": ("text", True), "Email": ("email", True), "Message": ("textarea", True)}
    after = "ninja_forms_after_submission"
    entries = (
        'global $wpdb; echo $wpdb->get_var( "SELECT ( SELECT COUNT(*) FROM {$wpdb->posts} '
        "WHERE post_type = 'nf_sub' ) + ( SELECT COUNT(*) FROM {$wpdb->postmeta} WHERE meta_key = '_seq_num' )\" );"
    )
    spam = _SPAM
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

    def test_a_tests_number_goes_to_the_next_visitor(self, posting: Posting, road: Road, token: str) -> None:
        numbers = _NUMBERS % {"form": posting.form}
        before = posting.site.php_eval(numbers)
        posting.send(token=token)
        assert answer(road, token)["forgotten"] is True
        assert posting.site.php_eval(numbers) == before != ""
        posting.send()
        assert posting.site.php_eval(numbers).split()[0] == str(int(before.split()[0]) + 1)

    def test_another_action_runs_on_a_visitors_entry_and_not_on_a_test(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        with action(posting, type="custom", label="Our hook", tag="our_hook"), posting.running(_NOTES):
            assert listed(posting, road)["does"] == [{"what": "other", "name": "Our hook", "held": True}]
            token = armed(posting, road)
            posting.send(token=token)
            by_the_test = posting.site.php_eval(_NOTED)
            posting.send()
            by_a_visitor = posting.site.php_eval(_NOTED)
        assert (by_the_test, by_a_visitor) == ("0", "1")
        assert "Our hook" in answer(road, token)["held"]

    def test_a_form_that_takes_money_is_not_tried(self, posting: Posting, road: Road, page: str) -> None:
        with action(posting, type="collectpayment", label="Our till"):
            form = listed(posting, road)
            assert form["does"] == [{"what": "payment", "name": "Our till", "held": False}]
            assert form["not_tried"] == "payment"
            assert arm(posting, road, new_token())["armed"] is False

    def test_a_mail_that_is_off_and_one_to_a_visitors_field_are_told(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        email = "{field:email}"
        with action(posting, type="email", label="Our thanks", to=email, from_address=email, active=""):
            [ours] = [mail for mail in listed(posting, road)["notifications"] if mail["title"] == "Our thanks"]
        assert (ours["on"], ours["to"], ours["to_field"]) == (False, [], "Email")
        assert (ours["from"], ours["from_field"], ours["problem"]) == (None, "Email", "")

    def test_exempt_it_passes_a_captcha(self, posting: Posting, road: Road, page: str) -> None:
        with captcha(posting):
            assert listed(posting, road)["captcha"] == ["recaptcha"]
            token = armed(posting, road)
            posting.send(token=token)
            posting.send()
        assert answer(road, token)["event"]["type"] == "form.submitted"
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "recaptcha")

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
def action(posting: Posting, **settings: str) -> Iterator[None]:
    """The form has one more action."""
    given = json.dumps({"active": "1", **settings})
    code = f"update_option( 'ninja_forms_stand_in_actions', array( json_decode( '{given}', true ) ) );"
    if posting.which == ORIGINAL:
        code = (
            f"Ninja_Forms()->form( {posting.form} )->action()->get()"
            f"->update_settings( json_decode( '{given}', true ) )->save();"
        )
    posting.site.php_eval(code)
    try:
        yield
    finally:
        posting.site.php_eval(_NO_ACTIONS % posting.form)


@contextmanager
def captcha(posting: Posting) -> Iterator[None]:
    """The form has one."""
    put, away = (
        "update_option( 'ninja_forms_stand_in_captcha', 1 );",
        "delete_option( 'ninja_forms_stand_in_captcha' );",
    )
    if posting.which == ORIGINAL:
        form = f"Ninja_Forms()->form( {posting.form} )"
        settings = "array( 'type' => 'recaptcha', 'label' => 'reCAPTCHA', 'key' => 'robot' )"
        put = f"{form}->field()->get()->update_settings( {settings} )->save();"
        put += f"WPN_Helper::delete_nf_cache( {posting.form} );"
        away = (
            f"foreach ( {form}->get_fields() as $f ) {{ 'recaptcha' === $f->get_setting( 'type' ) && $f->delete(); }}"
        )
        away += f"WPN_Helper::delete_nf_cache( {posting.form} );"
    posting.site.php_eval(put)
    try:
        yield
    finally:
        posting.site.php_eval(away)
