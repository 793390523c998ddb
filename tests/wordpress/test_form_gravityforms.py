"""Gravity Forms: what becomes of each submission is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ClassVar

import pytest
import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract, answer, arm, armed, listed, mails_of, new_token
from tests.wordpress.form_contract import ORIGINAL, TYPED, Posting
from tests.wordpress.plugin_doors import Road

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


class TestGravityForms(CanaryContract):
    slug = "gravityforms"
    setup = _SETUP
    required = ("Message", "Message")
    lost_on, fatal_on, after = "gform_pre_submission", "gform_entry_created", "gform_after_submission"
    shown = '[gravityform id="{form}" title="false"]'
    fields: ClassVar = {
        "Name": ("text", False),
        "Email": ("email", True),
        "Subject": ("text", False),
        "Message": ("text", True),
    }
    entries = 'global $wpdb; echo $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}gf_entry" );'
    stand_in_entries = "echo count( get_option( 'gravityforms_stand_in_entries', array() ) );"
    spam = "add_filter( 'gform_entry_is_spam', '__return_true' );"

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

    def test_a_test_entry_passes_honeypot_time_trap_and_captcha_and_a_visitor_does_not(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        captcha = "array( 'id' => 9, 'type' => 'captcha', 'label' => 'CAPTCHA', 'isRequired' => true )"
        with changed(posting, "'enableHoneypot' => true, 'enableSubmitSpeedCheck' => true"):
            posting.send(token=(token := armed(posting, road)))
            posting.send()
        assert answer(road, token)["event"]["type"] == "form.submitted"
        told = posting.outcome()
        assert (told["type"], told["spam_by"]) == ("form.spam", "Honeypot Spam Filter")
        posting.told.forget()
        with changed(posting, f"'fields' => array_merge( $form['fields'], array( new $field( {captcha} ) ) )"):
            assert listed(posting, road)["captcha"] == ["recaptcha"]
            assert "CAPTCHA" not in [field["name"] for field in listed(posting, road)["fields"]]
            posting.send(token=(token := armed(posting, road)))
            posting.send()
        assert answer(road, token)["event"]["type"] == "form.submitted"
        assert posting.outcome()["invalid"] == ["CAPTCHA"]

    def test_mails_that_would_go_in_the_background_go_to_the_mailbox_within_the_request(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        queue = 'global $wpdb; echo $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name '
        queue += "LIKE '%_batch_%'\" );"
        before = posting.site.php_eval(queue)
        with posting.running("add_filter( 'gform_is_asynchronous_notifications_enabled', '__return_true' );"):
            posting.send(token=(token := armed(posting, road)))
        assert posting.site.php_eval(queue) == before
        came = answer(road, token)
        assert (came["event"]["data"]["status"], came["forgotten"]) == ("mails_later", True)
        assert [mail["outcome"] for mail in came["mails"]] == ["sent"] and len(mails_of(posting, token)) == 1

    def test_a_visitors_field_is_named_as_the_recipient_and_as_the_sender(self, posting: Posting, road: Road) -> None:
        mails = "array( 'a' => array( 'id' => 'a', 'name' => 'Copy', 'toType' => 'field', 'to' => '2', "
        mails += "'from' => '{Email:2}' ),"
        mails += "'b' => array( 'id' => 'b', 'name' => 'Off', 'to' => '', 'isActive' => false ),"
        mails += "'c' => array( 'id' => 'c', 'name' => 'Draft', 'to' => 'x@aftercare.test', 'event' => 'form_saved' ) )"
        with changed(posting, f"'notifications' => {mails}"):
            copy, off = listed(posting, road)["notifications"]
        assert (copy["title"], copy["to"], copy["to_field"], copy["from_field"]) == ("Copy", [], "Email", "Email")
        assert (off["title"], off["on"], off["to"]) == ("Off", False, []) and off["problem"]

    def test_a_form_that_takes_no_entries_now_is_told_as_off(self, posting: Posting, road: Road, page: str) -> None:
        if posting.which != ORIGINAL:
            pytest.skip("the limits are the plugin's own code")
        posting.send()
        for limit in ("'requireLogin' => true", "'limitEntries' => true, 'limitEntriesCount' => 1"):
            with changed(posting, limit):
                assert listed(posting, road)["on"] is False
                assert arm(posting, road, new_token())["why"] == "not_on"

    def test_what_add_ons_do_with_an_entry_is_named_and_held(self, posting: Posting, road: Road, page: str) -> None:
        if posting.which == ORIGINAL:
            with posting.running(_ADD_ON):
                posting.site.php_eval(f"GFAPI::add_feed( {posting.form}, array( 'feedName' => 'Leads' ), 'probecrm' );")
                try:
                    assert {"what": "other", "name": "Probe CRM", "held": True} in listed(posting, road)["does"]
                    fed = fed_by(posting, road)
                finally:
                    posting.site.php_eval(
                        "array_map( fn( $f ) => GFAPI::delete_feed( $f['id'] ), GFAPI::get_feeds() );"
                    )
        else:
            posting.site.php_eval("update_option( 'gravityforms_stand_in_feeds', array( array( 'id' => 1 ) ) );")
            fed = fed_by(posting, road)
            posting.site.php_eval("delete_option( 'gravityforms_stand_in_feeds' );")
        assert fed == ("0", "1")

    def test_nothing_of_a_test_entry_is_left_in_the_plugins_tables(
        self, posting: Posting, road: Road, page: str
    ) -> None:
        if posting.which != ORIGINAL:
            pytest.skip("the tables are the plugin's own")
        count = "global $wpdb; foreach ( $wpdb->get_col( \"SHOW TABLES LIKE '%gf\\_%'\" ) as $table ) { "
        count += 'echo $table, \' \', $wpdb->get_var( "SELECT COUNT(*) FROM $table" ), "\\n"; }'
        posting.send()
        before = posting.site.php_eval(count)
        assert "gf_entry_meta" in before and "gf_entry_notes" in before
        posting.send(token=armed(posting, road))
        assert posting.site.php_eval(count) == before

    def test_one_kept_entrys_way_can_be_asked_for(self, posting: Posting, road: Road, page: str) -> None:
        posting.send()
        told = posting.outcome()
        asked = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
        way = road.ask("form.entry", asked).result
        assert (way["found"], way["spam"]) == (True, False)
        # The stand-in's entries had the same numbers.
        assert [(mail["mail"], mail["outcome"]) for mail in way["mails"]][-1:] == [(told["mails"][0], "sent")]
        assert abs((datetime.now(UTC) - datetime.fromisoformat(way["at"])).total_seconds()) < 120
        posting.told.forget()
        with changed(posting, "'enableHoneypot' => true"):
            posting.send()
        way = road.ask("form.entry", {**asked, "entry": posting.outcome()["entry"]}).result
        assert (way["spam"], way["spam_by"]) == (True, "Honeypot Spam Filter")
        assert road.ask("form.entry", {**asked, "entry": "987654"}).result["found"] is False


# An add-on with feeds, as the plugin's own are.
_ADD_ON = """
add_action( 'gform_loaded', function () {
	GFForms::include_feed_addon_framework();
	class Probe_Crm extends GFFeedAddOn {
		protected $_version = '1', $_slug = 'probecrm', $_title = 'Probe CRM', $_short_title = 'Probe CRM';
		protected $_path = 'probe/probe.php', $_full_path = __FILE__;
		public static function get_instance() { static $one; return $one = $one ?? new self(); }
		public function process_feed( $feed, $entry, $form ) {
			update_option( 'gravityforms_stand_in_fed', 1 + (int) get_option( 'gravityforms_stand_in_fed' ), false );
		}
	}
	GFAddOn::register( 'Probe_Crm' );
}, 5 );
"""


def fed_by(posting: Posting, road: Road) -> tuple[str, str]:
    """How often a feed ran for a test entry, and for a visitor's."""
    ran = "echo (int) get_option( 'gravityforms_stand_in_fed' ); delete_option( 'gravityforms_stand_in_fed' );"
    posting.send(token=armed(posting, road))
    by_the_test = posting.site.php_eval(ran)
    posting.send()
    return by_the_test, posting.site.php_eval(ran)


@contextmanager
def changed(posting: Posting, change: str) -> Iterator[None]:
    """The form's settings are others."""
    if posting.which == ORIGINAL:
        kept = f"update_option( 'form_before', GFFormsModel::get_form_meta( {posting.form} ) );"
        code = f"{kept} $form = GFAPI::get_form( {posting.form} ); $field = 'GF_Field_CAPTCHA';"
        code += f"GFAPI::update_form( array( {change} ) + $form );"
        back = "GFAPI::update_form( get_option( 'form_before' ) );"
    else:
        code = "$form = GFAPI::get_form( 1 ); $field = 'ArrayObject';"
        code += f"update_option( 'gravityforms_stand_in_form', array( {change} ) );"
        back = "delete_option( 'gravityforms_stand_in_form' );"
    posting.site.php_eval(code)
    try:
        yield
    finally:
        posting.site.php_eval(back)
