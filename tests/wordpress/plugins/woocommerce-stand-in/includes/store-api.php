<?php
/**
 * The block checkout's end of the Store API.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

/** From nonce to payment; a refusal is an answer. */
function woocommerce_stand_in_order( WP_REST_Request $request ): WP_REST_Response {
	if ( ! wp_verify_nonce( (string) $request->get_header( 'Nonce' ), 'wc_store_api' ) ) {
		return new WP_REST_Response( array( 'code' => 'woocommerce_rest_missing_nonce' ), 401 );
	}
	if ( WC()->cart->is_empty() ) {
		return new WP_REST_Response( array( 'code' => 'woocommerce_rest_cart_empty' ), 400 );
	}
	$order = WC_Order::create();
	do_action( 'woocommerce_store_api_checkout_update_order_meta', $order );
	if ( '' === ( $request['billing_address']['city'] ?? '' ) ) {
		$missing = array(
			'code' => 'woocommerce_rest_invalid_address',
			'data' => array( 'errors' => array( 'billing' => array( 'Town / City is required' ) ) ),
		);
		return new WP_REST_Response( $missing, 400 );
	}
	try {
		do_action( 'woocommerce_store_api_checkout_order_processed', $order );
	} catch ( Exception $e ) {
		return new WP_REST_Response( array( 'code' => 'woocommerce_rest_unknown_server_error' ), 500 );
	}
	$paid = WC()->pay( (string) $request['payment_method'], $order );
	if ( 'success' !== $paid['result'] ) {
		return new WP_REST_Response( array( 'code' => 'woocommerce_rest_payment_error' ), 400 );
	}
	return new WP_REST_Response(
		array(
			'order_id'       => $order->get_id(),
			'payment_result' => array( 'payment_status' => 'success' ),
		),
		200
	);
}

add_action(
	'rest_api_init',
	static function (): void {
		$open = array( 'permission_callback' => '__return_true' );
		$cart = static function (): WP_REST_Response {
			return new WP_REST_Response( array(), 200, array( 'Nonce' => wp_create_nonce( 'wc_store_api' ) ) );
		};
		register_rest_route( 'wc/store/v1', '/cart', array( 'callback' => $cart ) + $open );
		$checkout = array(
			'methods'  => 'POST',
			'callback' => 'woocommerce_stand_in_order',
			'args'     => array( 'billing_address' => array( 'type' => 'object' ) ),
		);
		register_rest_route( 'wc/store/v1', '/checkout', array( $checkout + $open ) );
	}
);
