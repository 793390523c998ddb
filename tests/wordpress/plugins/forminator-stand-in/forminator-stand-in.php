<?php
/**
 * Plugin Name: Forminator stand-in
 * Description: A contact form for tests. It fires Forminator's hooks, in their order.
 * Version:     1.50.3
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of Forminator 1.50.3:
 *
 * - library/abstracts/abstract-class-front-action.php          `save_entry()` by AJAX and its nonce, `maybe_handle_submit()` on
 *                                                              `wp`, `get_nonce()`
 * - library/modules/custom-forms/front/front-action.php        `handle_form()`: fields, captcha, honeypot (answered as a
 *                                                              success), spam filters, entry, mails; an exception is an error
 * - library/model/class-base-form-model.php                    the form's name in the post meta `forminator_form_meta`
 *
 * The code is our own; nothing of theirs was copied. Forminator itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- The nonce is looked at below.

defined( 'ABSPATH' ) || exit;

const FORMINATOR_VERSION = '1.50.3';

/** Whether the posted nonce is good. */
function forminator_stand_in_nonce(): bool {
	return (bool) wp_verify_nonce( $_POST['forminator_nonce'] ?? '', 'forminator_submit_form' . ( $_POST['form_id'] ?? '' ) );
}

/** What becomes of it: an exception's words are the refusal. */
function forminator_stand_in_handle( int $id ): array {
	$response = array(
		'message' => 'Thanks',
		'success' => true,
		'form_id' => $id,
	);
	try {
		$errors = array();
		foreach ( array( 'email-1', 'textarea-1' ) as $name ) {
			if ( '' === trim( $_POST[ $name ] ?? '' ) ) {
				$errors[] = array( $name => 'This field is required.' );
			}
		}
		if ( apply_filters( 'forminator_custom_form_submit_errors', $errors, $id, array() ) ) {
			throw new Exception( 'Invalid form.' );
		}
		if ( get_option( 'forminator_stand_in_captcha' ) && ! apply_filters( 'forminator_captcha_user_response', '', $id, array() ) ) {
			throw new Exception( 'Captcha failed.' );
		}
		if ( ! empty( $_POST['input_5'] ) ) {
			return $response; // Not kept.
		}
		$spam = apply_filters( 'forminator_spam_protection', false, array(), $id, 'form' );
		if ( $spam && 'fail' === get_option( 'forminator_stand_in_spam', 'spam' ) ) {
			throw new Exception( 'Something went wrong.' );
		}
		$entry = (object) array( 'entry_id' => null );
		if ( ! get_option( 'forminator_stand_in_prevent_store' ) ) {
			$entry->entry_id = 1 + (int) get_option( 'forminator_stand_in', 0 );
			update_option( 'forminator_stand_in', $entry->entry_id, false );
		}
		do_action( 'forminator_custom_form_submit_before_set_fields', $entry, $id, array() );
		if ( ! $spam ) {
			wp_mail( get_option( 'admin_email' ), 'New Form Entry', 'Message' );
		}
	} catch ( Exception $refusal ) {
		$response['success'] = false;
		$response['message'] = $refusal->getMessage();
	}
	return $response;
}

add_action(
	'init',
	static function () {
		register_post_type( 'forminator_forms', array( 'labels' => array( 'name' => 'Forms' ) ) );
	}
);

$forminator_stand_in_save = static function () {
	$id = (int) ( $_POST['form_id'] ?? 0 );
	if ( ! get_post( $id ) ) {
		wp_send_json_error( array( 'message' => 'Error: Module object is corrupted!' ) );
	}
	if ( ! forminator_stand_in_nonce() ) {
		wp_send_json_error( 'Invalid nonce. Please refresh your browser.' );
	}
	do_action( 'forminator_form_before_save_entry', $id );
	$response = forminator_stand_in_handle( $id );
	do_action( 'forminator_form_after_save_entry', $id, $response );
	$response['success'] ? wp_send_json_success( $response ) : wp_send_json_error( $response );
};
add_action( 'wp_ajax_nopriv_forminator_submit_form_custom-forms', $forminator_stand_in_save );
add_action( 'wp_ajax_forminator_submit_form_custom-forms', $forminator_stand_in_save );

add_action(
	'wp',
	static function () {
		$id = (int) ( $_POST['form_id'] ?? 0 );
		if ( 'forminator_submit_form_custom-forms' === ( $_POST['action'] ?? '' ) && get_post( $id ) && forminator_stand_in_nonce() ) {
			do_action( 'forminator_form_before_handle_submit', $id );
			do_action( 'forminator_form_after_handle_submit', $id, forminator_stand_in_handle( $id ) );
		}
	},
	9
);

add_action(
	'wp_ajax_nopriv_forminator_get_nonce',
	static function () {
		wp_send_json_success( wp_create_nonce( 'forminator_submit_form' . ( $_POST['form_id'] ?? '' ) ) );
	}
);
