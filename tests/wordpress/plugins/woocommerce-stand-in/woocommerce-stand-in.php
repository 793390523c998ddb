<?php
/**
 * Plugin Name: WooCommerce stand-in
 * Description: A checkout for tests. It fires WooCommerce's hooks, in their order.
 * Version:     10.9.1
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of WooCommerce 10.9.1:
 *
 * - includes/class-wc-ajax.php, class-wc-form-handler.php   `wc-ajax=checkout` on `template_redirect`; the checkout, registration and
 *                                                lost password of a page on `wp_loaded`
 * - includes/class-wc-checkout.php               `process_checkout()`: nonce, cart, `after_checkout_validation`, order, payment
 * - includes/class-wc-shortcodes.php             `[woocommerce_checkout]`, `[woocommerce_my_account]`
 * - src/StoreApi/Routes/V1/Checkout.php          POST wc/store/v1/checkout: nonce, fields, order, payment, `payment_result`
 * - includes/emails/class-wc-email.php           `email_disabled`, `email_skipped`, `email_sent`
 * - includes/class-wc-emails.php                 mails at once or queued
 * - includes/wc-user-functions.php, shortcodes/class-wc-shortcode-my-account.php   `registration_errors`, `created_customer`; the link
 *
 * The code is our own; nothing of theirs was copied. WooCommerce itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

if ( defined( 'WC_VERSION' ) ) {
	return;
}

define( 'WC_VERSION', '10.9.1' );

foreach ( array( 'order', 'mails', 'shop', 'checkout', 'store-api', 'account' ) as $aftercare_part ) {
	require __DIR__ . "/includes/$aftercare_part.php";
}
