<?php
/**
 * Plugin Name: Fluent Forms stand-in
 * Description: A contact form for tests. It fires Fluent Forms' hooks, in their order.
 * Version:     6.2.2
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of Fluent Forms 6.2.2:
 *
 * - app/Hooks/Ajax.php                                admin-ajax `fluentform_submit`
 * - app/Services/Form/FormValidationService.php       429, restriction, nonce, captcha, fields (423), Akismet (422)
 * - app/Services/Form/SubmissionHandlerService.php    spam, `before_insert_submission`, `notify_on_form_submit`,
 *                                                     `submission_inserted` (whose exceptions it swallows),
 *                                                     `before_submission_confirmation`, `submission_confirmation`
 * - app/Modules/Form/HoneyPot.php                     `honeypot_spam_message`, 422 and the end
 * - app/Services/FormBuilder/Notifications/EmailNotification.php   `log_data` of a mail that is skipped
 *
 * The code is our own; nothing of theirs was copied. Fluent Forms itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

if ( defined( 'FLUENTFORM_VERSION' ) ) {
	return;
}

const FLUENTFORM_VERSION = '6.2.2';

/** Of the original's API, what finds a form. */
function fluentFormApi(): object { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName -- The original's name.
	return new class() {

		/** The only form there is. */
		public function find( int $id ): ?object {
			return 1 === $id ? (object) array(
				'id'    => 1,
				'title' => 'Contact Form Demo',
				'type'  => 'form',
			) : null;
		}
	};
}

/** Refuses: an exception of the original's that ends in this answer. */
function fluentform_stand_in_refuses( array $errors, int $http_status ): void {
	wp_send_json( array( 'errors' => $errors ), $http_status );
}

/** What the original does with a posted form. */
function fluentform_stand_in_submit(): void {
	// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- A visitor's form has no nonce, as the original's.
	parse_str( wp_unslash( $_POST['data'] ?? '' ), $data );
	$form = fluentFormApi()->find( (int) ( $_POST['form_id'] ?? 0 ) );
	// phpcs:enable
	if ( null === $form ) {
		fluentform_stand_in_refuses( array( 'Sorry, No corresponding form found' ), 422 );
	}
	do_action( 'fluentform/before_form_validation', array(), $data );
	$entries = (array) get_option( 'fluentform_stand_in', array() );
	if ( apply_filters( 'fluentform/prevent_malicious_attacks', true, $form->id ) && count( $entries ) >= apply_filters( 'fluentform/max_submission_count', 5, $form->id ) ) {
		fluentform_stand_in_refuses( array( 'restricted' => array( apply_filters( 'fluentform/too_many_requests', 'Too Many Requests.', $form->id ) ) ), 429 );
	}
	$allowed = apply_filters( 'fluentform/is_form_renderable', array( 'status' => true ), $form );
	if ( ! $allowed['status'] ) {
		fluentform_stand_in_refuses( array( 'restricted' => array( $allowed['message'] ?? '' ) ), 422 );
	}
	foreach ( array( 'recaptcha', 'hcaptcha', 'turnstile' ) as $kind ) {
		$asked = ! apply_filters( 'fluentform/disable_captcha', false, $form, $kind ) && apply_filters( "fluentform/has_$kind", false );
		if ( $asked && empty( $data[ "$kind-response" ] ) ) {
			fluentform_stand_in_refuses( array( "$kind-response" => array( 'verification failed' ) ), 422 );
		}
	}
	apply_filters( 'fluentform/validations', array( array(), array() ), $form, $data );
	$errors = array();
	foreach ( array( 'email', 'subject', 'message' ) as $name ) {
		if ( '' === trim( $data[ $name ] ?? '' ) ) {
			$errors[ $name ] = array( 'required' => 'This field is required' );
		}
	}
	$errors = apply_filters( 'fluentform/validation_errors', $errors, $data, $form, array() );
	if ( $errors ) {
		fluentform_stand_in_refuses( $errors, 423 );
	}
	$is_spam  = apply_filters( 'fluentform/akismet_spam_result', false, $form->id, $data );
	$settings = get_option( '_fluentform_global_form_settings' );
	$then     = $settings['misc']['akismet_validation'] ?? '';
	if ( $is_spam && 'validation_failed' === $then ) {
		fluentform_stand_in_refuses( array( '_fluentformakismet' => 'Submission marked as spammed. Please try again' ), 422 );
	}
	$id = count( $entries ) + 1;
	if ( $is_spam ) {
		update_option( 'fluentform_stand_in', array_merge( $entries, array( $id ) ), false );
		if ( 'mark_as_spam_and_skip_processing' === $then ) {
			fluentform_stand_in_thanks( $id, $data, $form );
		}
	}
	do_action( 'fluentform/before_insert_submission', array( 'form_id' => $form->id ), $data, $form );
	if ( 'yes' === ( $settings['misc']['honeypotStatus'] ?? '' ) && ! empty( $data['item_1__fluent_sf'] ) ) {
		wp_send_json( array( 'errors' => apply_filters( 'fluentform/honeypot_spam_message', 'Sorry!', $form->id ) ), 422 );
	}
	if ( ! $is_spam ) {
		update_option( 'fluentform_stand_in', array_merge( $entries, array( $id ) ), false );
		do_action( 'fluentform/notify_on_form_submit', $id, $data, $form );
	}
	try {
		do_action( 'fluentform/submission_inserted', $id, $data, $form );
		// phpcs:ignore Generic.CodeAnalysis.EmptyStatement.DetectedCatch -- As the original does.
	} catch ( Exception $swallowed ) {
	}
	do_action( 'fluentform/before_submission_confirmation', $id, $data, $form );
	fluentform_stand_in_thanks( $id, $data, $form );
}

/** The visitor is thanked. */
function fluentform_stand_in_thanks( int $id, array $data, object $form ): void {
	$answer = apply_filters( 'fluentform/submission_confirmation', array( 'message' => 'Thank you' ), $form, array(), $id, $data );
	wp_send_json(
		array(
			'insert_id' => $id,
			'result'    => $answer,
		),
		200
	);
}

// The notification is an action behind the entry, as the original's.
add_action(
	'fluentform/submission_inserted',
	static function ( $id, $data ) {
		$to = (string) get_option( 'fluentform_stand_in_to', get_option( 'admin_email' ) );
		if ( ! is_email( $to ) ) {
			$line = array(
				'source_id' => $id,
				'component' => 'EmailNotification',
				'status'    => 'error',
				'title'     => 'Email sending skipped',
			);
			do_action( 'fluentform/log_data', $line );
			return;
		}
		wp_mail( $to, 'New Form Submission', (string) $data['message'], array( 'Content-Type: text/html; charset=UTF-8' ) );
	},
	10,
	2
);

add_action( 'wp_ajax_nopriv_fluentform_submit', 'fluentform_stand_in_submit' );
add_action( 'wp_ajax_fluentform_submit', 'fluentform_stand_in_submit' );
