"""WooCommerce: what becomes of each order is told; on its stand-in, and on the plugin where it is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests

from tests.servers.lab import DOMAIN, OFFICE, OPS
from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import arm, listed, new_token
from tests.wordpress.form_contract import TYPED, FormContract, Posting
from tests.wordpress.plugin_doors import Road

PRODUCT = 987001  # a download for 10.00: nothing to ship

_SETUP = """
update_option( 'woocommerce_coming_soon', 'no' );
update_option( 'woocommerce_default_country', 'DE' );
update_option( 'woocommerce_bacs_settings', array( 'enabled' => 'yes', 'title' => 'Bank transfer' ) );
update_option( 'woocommerce_new_order_settings', array( 'enabled' => 'yes', 'recipient' => '{office}' ) );
update_option( 'woocommerce_customer_on_hold_order_settings', array( 'enabled' => 'no' ) );
update_option( 'woocommerce_email_from_address', '{office}' );
update_option( 'woocommerce_enable_myaccount_registration', 'yes' );
foreach ( array( 'checkout' => 'woocommerce_checkout', 'account' => 'woocommerce_my_account' ) as $slug => $code ) {
	$page = array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => $slug, 'post_name' => $slug,
		'post_content' => "[$code]" );
	$found = get_page_by_path( $slug );
	$ids[] = wp_insert_post( array( 'ID' => $found ? $found->ID : 0 ) + $page );
}
update_option( 'woocommerce_checkout_page_id', $ids[0] );
update_option( 'woocommerce_myaccount_page_id', $ids[1] );
wp_insert_post( array( 'import_id' => PRODUCT, 'post_type' => 'product', 'post_status' => 'publish',
	'post_title' => 'Book' ) );
if ( function_exists( 'wc_get_product' ) ) {
	$product = wc_get_product( PRODUCT );
	$product->set_virtual( true );
	$product->set_regular_price( '10' );
	$product->save();
}
flush_rewrite_rules();
echo 'checkout';
""".replace("PRODUCT", str(PRODUCT))

BILLING = {
    "first_name": TYPED[0],
    "last_name": "Visitor",
    "country": "DE",
    "address_1": "Private way 1",
    "postcode": "10115",
    "city": "Berlin",
    "phone": "+49 30 1234567",
    "email": TYPED[1],
}

# Ways to pay: a card is declined, and a customer pays on another site. The stand-in knows both.
_GATEWAYS = """
add_filter( 'woocommerce_payment_gateways', function ( $all ) {
	foreach ( array( 'declines', 'elsewhere' ) as $how ) {
		$all[] = new class( $how ) extends WC_Payment_Gateway {
			function __construct( $how ) { $this->id = $how; $this->enabled = 'yes'; }
			function process_payment( $id ) {
				if ( 'elsewhere' === $this->id ) {
					return array( 'result' => 'success', 'redirect' => 'https://pay.example' );
				}
				wc_add_notice( 'Declined', 'error' );
				return array( 'result' => 'failure' );
			}
		};
	}
	return $all;
} );
"""
_CUSTOMERS_MAIL = "add_filter( 'woocommerce_email_enabled_customer_on_hold_order', '__return_true' );"
_OFF = "add_filter( 'woocommerce_email_enabled_new_order', '__return_false' );"
_TO_NOBODY = "add_filter( 'woocommerce_email_recipient_new_order', '__return_empty_string' );"


class TestWooCommerce(FormContract):
    slug = "woocommerce"
    keeps_when_lost = False  # an order holds what is not ours to keep
    setup = _SETUP
    stand_in_setup = _SETUP
    title = "Checkout"
    required = ("billing_city", "billing_city")
    lost_on = "woocommerce_checkout_process"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        visitor.get(f"/?add-to-cart={PRODUCT}")
        page = visitor.get("/checkout/").text
        nonce = re.search(r'name="woocommerce-process-checkout-nonce" value="(\w+)"', page)
        fields: dict[str, str | None] = {f"billing_{name}": value for name, value in BILLING.items()}
        fields |= {"woocommerce-process-checkout-nonce": nonce[1] if nonce else "", "payment_method": "bacs", **changes}
        posted = {name: value for name, value in fields.items() if value is not None}
        if "woocommerce_checkout_place_order" in posted:  # without JavaScript
            return visitor.post("/checkout/", posted)
        return visitor.post(f"/?wc-ajax={form}", posted)

    @staticmethod
    def order(
        posting: Posting, *, cart: bool = True, headers: Mapping[str, str] | None = None, **changes: Any
    ) -> requests.Response:
        """As the block checkout posts it."""
        visitor = posting.site.visitor()
        if cart:
            visitor.get(f"/?add-to-cart={PRODUCT}")
        api = f"{posting.site.rest_root}wc/store/v1"
        nonce = visitor.get(f"{api}/cart").headers["Nonce"]
        body = {"billing_address": BILLING, "payment_method": "bacs", **changes}
        return visitor.session.post(
            f"{api}/checkout", json=body, headers={"Nonce": nonce, **(headers or {})}, timeout=30
        )

    def test_without_javascript_the_same_is_told(self, posting: Posting) -> None:
        place = {"woocommerce_checkout_place_order": "Place order"}
        posting.send(place)
        assert posting.outcome()["type"] == "form.submitted"
        posting.told.forget()
        posting.send({**place, "billing_city": ""})
        assert posting.outcome()["invalid"] == ["billing_city"]

    def test_the_shop_and_the_customer_both_get_their_mail(self, posting: Posting) -> None:
        with posting.running(_CUSTOMERS_MAIL):
            posting.send({"billing_email": OPS})
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.submitted", "submitted")
        assert len(told["mails"]) == 2 and told["mails_failed"] == []

    @pytest.mark.parametrize(
        ("code", "kind", "status"),
        [
            (_OFF, "form.submitted", "mails_off"),
            (_TO_NOBODY, "form.failed", "mail_skipped"),
            (_TO_NOBODY + _CUSTOMERS_MAIL, "form.submitted", "mail_skipped"),
            (
                "add_filter( 'woocommerce_defer_transactional_emails', '__return_true' );",
                "form.submitted",
                "mails_later",
            ),
        ],
        ids=["off", "to nobody", "to nobody but the customer", "later"],
    )
    def test_an_order_whose_mail_does_not_reach_the_shop_is_told_so(
        self, posting: Posting, code: str, kind: str, status: str
    ) -> None:
        with posting.running(code):
            posting.send({"billing_email": OPS})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == (kind, status, True)

    def test_a_page_whose_nonce_is_too_old_is_told(self, posting: Posting) -> None:
        posting.send({"woocommerce-process-checkout-nonce": "0123456789"})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == ("form.rejected", "nonce", False)

    def test_an_empty_cart_is_told_and_no_loss(self, posting: Posting) -> None:
        posting.site.visitor().post("/?wc-ajax=checkout", {"billing_email": TYPED[1]})
        assert posting.outcome()["status"] == "cart_empty"

    @pytest.mark.parametrize(
        ("method", "kind", "status"),
        [("declines", "form.rejected", "payment_failed"), ("elsewhere", "form.submitted", "payment_pending")],
    )
    @pytest.mark.parametrize("blocks", [False, True], ids=["classic", "block"])
    def test_an_order_that_is_not_paid_yet_is_kept_and_told_as_that(
        self, posting: Posting, method: str, kind: str, status: str, blocks: bool
    ) -> None:
        with posting.running(_GATEWAYS):
            if blocks:
                self.order(posting, payment_method=method)
            else:
                posting.send({"payment_method": method})
        told = posting.outcome()
        assert (told["type"], told["status"], told["kept"]) == (kind, status, True)
        assert told["entry"] and told["mails"] == []

    def test_a_captcha_that_was_not_solved_is_spam_by_that_captcha(self, posting: Posting) -> None:
        refuses = "fn( $data, $errors ) => $errors->add( 'turnstile_failed', 'no' )"
        with posting.running(f"add_action( 'woocommerce_after_checkout_validation', {refuses}, 10, 2 );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["spam_by"], told["kept"]) == ("form.spam", "turnstile", False)

    def test_what_a_plugin_refuses_with_words_only_is_told(self, posting: Posting) -> None:
        with posting.running("add_action( 'woocommerce_checkout_process', fn() => wc_add_notice( 'No', 'error' ) );"):
            posting.send()
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.rejected", "refused")

    def test_the_block_checkout_is_told_with_its_mails_and_its_order(self, posting: Posting) -> None:
        assert self.order(posting).ok
        told = posting.outcome()
        assert (told["type"], told["form"], told["kept"]) == ("form.submitted", "checkout", True)
        assert told["entry"] and len(told["mails"]) == 1 and told["mails_failed"] == []

    def test_what_the_block_checkout_refuses_is_told(self, posting: Posting) -> None:
        self.order(posting, billing_address={**BILLING, "city": ""})
        told = posting.outcome()
        assert (told["type"], told["invalid"], told["kept"]) == ("form.rejected", ["billing_city"], False)
        assert "Vera" not in posting.told.text()

    def test_the_block_checkouts_old_nonce_is_told(self, posting: Posting) -> None:
        self.order(posting, headers={"Nonce": "0123456789"})
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.rejected", "nonce")

    def test_the_block_checkouts_empty_cart_is_told(self, posting: Posting) -> None:
        self.order(posting, cart=False)
        assert posting.outcome()["status"] == "cart_empty"

    def test_an_exception_of_a_plugin_in_the_block_checkout_is_a_failure(self, posting: Posting) -> None:
        code = "function () { throw new Exception( 'ERP' ); }"
        with posting.running(f"add_action( 'woocommerce_store_api_checkout_order_processed', {code} );"):
            assert self.order(posting).status_code == 500
        told = posting.outcome()
        assert (told["type"], told["status"]) == ("form.failed", "server_error")

    def test_a_change_of_address_in_the_block_checkout_is_no_order(self, posting: Posting) -> None:
        self.order(posting, headers={"X-HTTP-Method-Override": "PUT"})  # as wp.apiFetch sends it
        posting.told.flush()
        assert posting.told.all("form.submitted", "form.lost", "form.rejected", "form.failed") == []

    def test_a_registration_is_told_with_its_mail(self, posting: Posting, road: Road) -> None:
        visitor = posting.site.visitor()
        form = visitor.form("/account/", "woocommerce-register-nonce")
        for _ in range(2):
            visitor.submit(form, email=OPS, register="Register")
            visitor = posting.site.visitor()
        posting.told.flush()
        [told] = posting.told.all("form.submitted")
        assert (told["form"], told["kept"], len(told["mails"])) == ("register", True, 1)
        [refused] = posting.told.all("form.rejected")
        assert refused["form"] == "register" and OPS not in posting.told.text()
        asked = {"plugin": self.slug, "form": "register", "entry": told["entry"]}
        assert road.ask("form.entry", asked).result["found"] is True
        posting.site.php_eval(f"wp_delete_user( get_user_by( 'email', '{OPS}' )->ID );")

    def test_a_lost_password_is_told_with_its_mail(self, posting: Posting) -> None:
        posting.site.php_eval(f"wp_create_user( 'customer', 'wp-7', '{OPS}' );")
        for known in (OPS, "nobody@visitor.example"):
            visitor = posting.site.visitor()
            form = visitor.form("/account/lost-password/", "woocommerce-lost-password-nonce")
            visitor.post(form.action, {**form.fields, "user_login": known})
        posting.told.flush()
        posting.site.php_eval(f"wp_delete_user( get_user_by( 'email', '{OPS}' )->ID );")
        [told] = posting.told.all("form.submitted")
        assert (told["form"], len(told["mails"]), told["mails_failed"]) == ("lostpassword", 1, [])
        [refused] = posting.told.all("form.rejected", "form.failed", "form.lost")
        assert (refused["type"], refused["form"]) == ("form.rejected", "lostpassword")

    @pytest.fixture
    def road(self, posting: Posting) -> Road:
        """The sidecar's way to the site."""
        return Road(posting.site, posting.told.doors, posting.told.id)

    def test_the_checkout_is_listed_with_its_mails_and_never_tried(self, posting: Posting, road: Road) -> None:
        told = listed(posting, road)
        assert (told["on"], told["by"], told["pages"]) == (True, "ajax", [f"{posting.site.url}/checkout/"])
        fields = {field["name"]: (field["type"], field["required"]) for field in told["fields"]}
        assert fields["billing_email"] == ("email", True) and fields["billing_city"] == ("text", True)
        shop, *others = told["notifications"]
        assert (shop["id"], shop["on"], [to["domain"] for to in shop["to"]]) == ("new_order", True, [DOMAIN])
        [customers] = [mail for mail in others if mail["id"] == "customer_on_hold_order"]
        assert (customers["on"], customers["to_field"]) == (False, "billing_email")
        assert ("payment", "bacs", False) in {(deed["what"], deed["name"], deed["held"]) for deed in told["does"]}
        assert OFFICE not in json.dumps(told)
        given = arm(posting, road, new_token())
        assert (told["not_tried"], given["armed"], given["why"]) == ("checkout", False, "checkout")

    def test_the_list_says_which_mail_goes_to_nobody(self, posting: Posting, road: Road) -> None:
        with posting.running(_TO_NOBODY):
            [shop] = [mail for mail in listed(posting, road)["notifications"] if mail["id"] == "new_order"]
        assert shop["to"] == [] and "nobody" in shop["problem"]

    def test_a_block_checkout_is_known_by_its_page(self, posting: Posting, road: Road) -> None:
        put = "wp_update_post( array( 'ID' => get_option( 'woocommerce_checkout_page_id' ), 'post_content' => '{}' ) );"
        posting.site.php_eval(put.format("<!-- wp:woocommerce/checkout {} --><!-- /wp:woocommerce/checkout -->"))
        try:
            assert listed(posting, road)["by"] == "rest"
        finally:
            posting.site.php_eval(put.format("[woocommerce_checkout]"))

    def test_the_forms_of_my_account_are_listed_and_not_tried(self, posting: Posting, road: Road) -> None:
        for form, fits in (("register", "/account/"), ("lostpassword", "/account/lost-password/")):
            told = listed(replace(posting, form=form), road)
            assert (told["pages"], told["not_tried"]) == ([posting.site.url + fits], "not_held")
            assert told["notifications"][0]["to_field"] == told["fields"][0]["name"]

    def test_mails_that_wait_in_a_queue_that_nobody_runs_are_named(self, posting: Posting, road: Road) -> None:
        late = "time() - 7200, 'woocommerce_send_queued_transactional_email', array( 'x', array() )"
        posting.site.php_eval(f"as_schedule_single_action( {late} );")
        try:
            with posting.running("add_filter( 'woocommerce_defer_transactional_emails', '__return_true' );"):
                [shop] = [mail for mail in listed(posting, road)["notifications"] if mail["id"] == "new_order"]
        finally:
            posting.site.php_eval("as_unschedule_all_actions( 'woocommerce_send_queued_transactional_email' );")
        assert "Action Scheduler" in shop["problem"]

    def test_what_became_of_an_order_can_be_asked(self, posting: Posting, road: Road) -> None:
        posting.send()
        told = posting.outcome()
        asked = {"plugin": self.slug, "form": posting.form, "entry": told["entry"]}
        way = road.ask("form.entry", asked).result
        assert (way["found"], way["spam"], bool(way["at"])) == (True, None, True)
        assert [(mail["mail"], mail["outcome"]) for mail in way["mails"]] == [(told["mails"][0], "sent")]
        assert road.ask("form.entry", {**asked, "entry": "987654"}).result["found"] is False
