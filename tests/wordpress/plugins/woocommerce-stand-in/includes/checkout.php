<?php
/**
 * The classic checkout.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- The nonce is looked at below.

/** From nonce to payment; refusals are notices. */
function woocommerce_stand_in_process(): void {
	try {
		if ( ! wp_verify_nonce( $_POST['woocommerce-process-checkout-nonce'] ?? '', 'woocommerce-process_checkout' ) ) {
			throw new Exception( 'We were unable to process your order, please try again.' );
		}
		do_action( 'woocommerce_before_checkout_process' );
		if ( WC()->cart->is_empty() ) {
			throw new Exception( 'Sorry, your session has expired.' );
		}
		do_action( 'woocommerce_checkout_process' );
		$errors = new WP_Error();
		foreach ( array( 'billing_first_name', 'billing_city', 'billing_email' ) as $key ) {
			if ( '' === ( $_POST[ $key ] ?? '' ) ) {
				$errors->add( "{$key}_required", 'is a required field.', array( 'id' => $key ) );
			}
		}
		do_action( 'woocommerce_after_checkout_validation', $_POST, $errors );
		foreach ( $errors->get_error_messages() as $message ) {
			wc_add_notice( $message, 'error' );
		}
		if ( ! WC()->notices ) {
			$order = WC_Order::create();
			do_action( 'woocommerce_checkout_update_order_meta', $order->get_id(), $_POST );
			do_action( 'woocommerce_checkout_order_processed', $order->get_id(), $_POST, $order );
			$result = WC()->pay( $_POST['payment_method'] ?? '', $order );
			if ( 'success' === $result['result'] ) {
				$result = apply_filters( 'woocommerce_payment_successful_result', $result, $order->get_id() );
				if ( 'checkout' !== ( $_GET['wc-ajax'] ?? '' ) ) {
					wp_redirect( $result['redirect'] ); // phpcs:ignore WordPress.Security.SafeRedirect
					exit;
				}
				wp_send_json( $result );
			}
		}
	} catch ( Exception $e ) {
		wc_add_notice( $e->getMessage(), 'error' );
	}
	if ( 'checkout' === ( $_GET['wc-ajax'] ?? '' ) ) {
		wp_send_json( array( 'result' => 'failure' ) );
	}
}

add_action(
	'wp_loaded',
	static function (): void {
		if ( isset( $_POST['woocommerce_checkout_place_order'] ) ) {
			woocommerce_stand_in_process();
		}
	},
	20
);

add_action(
	'template_redirect',
	static function (): void {
		if ( 'checkout' === ( $_GET['wc-ajax'] ?? '' ) ) {
			woocommerce_stand_in_process();
		}
	},
	0
);

add_shortcode(
	'woocommerce_checkout',
	static function (): string {
		return '<form name="checkout" class="checkout woocommerce-checkout" method="post">'
			. wp_nonce_field( 'woocommerce-process_checkout', 'woocommerce-process-checkout-nonce', true, false ) . '</form>';
	}
);
