<?php
/**
 * "My account": registration and lost password.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- The nonces are looked at below.

/** A customer who registers. */
function woocommerce_stand_in_register(): void {
	if ( ! isset( $_POST['register'], $_POST['email'] ) || ! wp_verify_nonce( $_POST['woocommerce-register-nonce'] ?? '', 'woocommerce-register' ) ) {
		return;
	}
	$email = sanitize_email( wp_unslash( $_POST['email'] ) );
	if ( email_exists( $email ) ) {
		wc_add_notice( 'An account is already registered with your email address.', 'error' );
		return;
	}
	$errors = apply_filters( 'woocommerce_registration_errors', new WP_Error(), '', $email );
	if ( $errors->has_errors() ) {
		wc_add_notice( $errors->get_error_message(), 'error' );
		return;
	}
	$id = wp_create_user( $email, wp_generate_password(), $email );
	do_action( 'woocommerce_created_customer', $id, array(), true );
	wp_safe_redirect( home_url( '/' ) );
	exit;
}

/** A customer who forgot the password. */
function woocommerce_stand_in_lost(): void {
	if ( ! isset( $_POST['wc_reset_password'], $_POST['user_login'] ) || ! wp_verify_nonce( $_POST['woocommerce-lost-password-nonce'] ?? '', 'lost_password' ) ) {
		return;
	}
	$user   = get_user_by( 'email', wp_unslash( $_POST['user_login'] ) );
	$errors = new WP_Error();
	do_action( 'lostpassword_post', $errors, $user );
	$errors = apply_filters( 'lostpassword_errors', $errors, $user );
	if ( $errors->has_errors() || ! $user ) {
		wc_add_notice( 'Invalid username or email.', 'error' );
		return;
	}
	WC()->mailer()->get_emails()['WC_Email_Customer_Reset_Password']->trigger( $user->user_email );
	wp_safe_redirect( home_url( '/' ) );
	exit;
}

add_action(
	'init',
	static function (): void {
		add_rewrite_endpoint( 'lost-password', EP_PAGES );
	}
);
add_action( 'wp_loaded', 'woocommerce_stand_in_register', 20 );
add_action( 'wp_loaded', 'woocommerce_stand_in_lost', 20 );

add_shortcode(
	'woocommerce_my_account',
	static function (): string {
		return '<form class="woocommerce-form-register" method="post"><input name="email">'
			. wp_nonce_field( 'woocommerce-register', 'woocommerce-register-nonce', true, false ) . '<button name="register" value="Register"></button></form>'
			. '<form class="lost_reset_password" method="post"><input name="user_login"><input type="hidden" name="wc_reset_password" value="true">'
			. wp_nonce_field( 'lost_password', 'woocommerce-lost-password-nonce', true, false ) . '</form>';
	}
);
