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
 * - app/Hooks/Handlers/GlobalNotificationHandler.php  the types of feeds behind an entry, mails among them
 * - app/Modules/Form/TokenBasedSpamProtection.php     `token_based_spam_protection_status`, 422
 * - app/Services/Submission/SubmissionService.php     `deleteEntries()`
 * - database/Migrations/                              the tables of forms, their meta and submissions, as far as used
 * - app/Services/FormBuilder/DefaultElements.php      the shape of a form's fields
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

require_once __DIR__ . '/includes/class-submissionservice.php';

// One form, the demo that the original brings, with its notification to the site's admin.
register_activation_hook(
	__FILE__,
	static function () {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$id = 'id int unsigned NOT NULL AUTO_INCREMENT';
		dbDelta( "CREATE TABLE {$wpdb->prefix}fluentform_forms ($id, title varchar(255), status varchar(45), form_fields longtext, has_payment tinyint(1) DEFAULT 0, type varchar(45), PRIMARY KEY  (id));" );
		dbDelta( "CREATE TABLE {$wpdb->prefix}fluentform_form_meta ($id, form_id int unsigned, meta_key varchar(255), value longtext, PRIMARY KEY  (id));" );
		dbDelta( "CREATE TABLE {$wpdb->prefix}fluentform_submissions ($id, form_id int unsigned, response longtext, status varchar(45), created_at timestamp NULL, PRIMARY KEY  (id));" );
		if ( fluentFormApi()->find( 1 ) ) {
			return;
		}
		$field = static function ( string $element, string $name, string $label, bool $required ): array {
			return array(
				'element'    => $element,
				'attributes' => array( 'name' => $name ),
				'settings'   => array(
					'label'            => $label,
					'visible'          => true,
					'validation_rules' => array( 'required' => array( 'value' => $required ) ),
				),
			);
		};
		$name  = array(
			'element'    => 'input_name',
			'attributes' => array( 'name' => 'names' ),
			'fields'     => array(
				'first_name' => $field( 'input_text', 'first_name', 'First Name', false ),
				'last_name'  => $field( 'input_text', 'last_name', 'Last Name', false ),
			),
		);
		$form  = array( $name, $field( 'input_email', 'email', 'Email', true ), $field( 'input_text', 'subject', 'Subject', false ), $field( 'textarea', 'message', 'Your Message', true ) );
		$wpdb->insert(
			"{$wpdb->prefix}fluentform_forms",
			array(
				'id'          => 1,
				'title'       => 'Contact Form Demo',
				'status'      => 'published',
				'type'        => 'form',
				'form_fields' => wp_json_encode( array( 'fields' => $form ) ),
			)
		);
		$mail = array(
			'name'      => 'Office',
			'sendTo'    => array(
				'type'  => 'email',
				'email' => '{wp.admin_email}',
			),
			'fromEmail' => '',
			'subject'   => 'New Form Submission',
			'enabled'   => true,
		);
		$wpdb->insert(
			"{$wpdb->prefix}fluentform_form_meta",
			array(
				'form_id'  => 1,
				'meta_key' => 'notifications',
				'value'    => wp_json_encode( $mail ),
			)
		);
	}
);

/** Of the original's API, what finds a form. */
function fluentFormApi(): object { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName -- The original's name.
	return new class() {

		/** A form by its id. */
		public function find( int $id ): ?object {
			global $wpdb;
			return $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}fluentform_forms WHERE id = %d", $id ) );
		}
	};
}

/** Puts an entry into the table; its id. */
function fluentform_stand_in_keeps( array $data, string $status ): int {
	global $wpdb;
	$entry = array(
		'form_id'    => 1,
		'response'   => wp_json_encode( $data ),
		'status'     => $status,
		'created_at' => current_time( 'mysql' ),
	);
	$wpdb->insert( "{$wpdb->prefix}fluentform_submissions", $entry );
	return (int) $wpdb->insert_id;
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
	global $wpdb;
	$since = gmdate( 'Y-m-d H:i:s', time() - 30 );
	$count = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->prefix}fluentform_submissions WHERE created_at >= %s", $since ) );
	if ( apply_filters( 'fluentform/prevent_malicious_attacks', true, $form->id ) && $count >= apply_filters( 'fluentform/max_submission_count', 5, $form->id ) ) {
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
	$is_spam  = apply_filters( 'fluentform/akismet_check_spam', true, $form->id, $data ) && apply_filters( 'fluentform/akismet_spam_result', false, $form->id, $data );
	$settings = get_option( '_fluentform_global_form_settings' );
	$then     = $settings['misc']['akismet_validation'] ?? '';
	if ( $is_spam && 'validation_failed' === $then ) {
		fluentform_stand_in_refuses( array( '_fluentformakismet' => 'Submission marked as spammed. Please try again' ), 422 );
	}
	$id = 0;
	if ( $is_spam ) {
		$id = fluentform_stand_in_keeps( $data, 'spam' );
		if ( 'mark_as_spam_and_skip_processing' === $then ) {
			fluentform_stand_in_thanks( $id, $data, $form );
		}
	}
	do_action( 'fluentform/before_insert_submission', array( 'form_id' => $form->id ), $data, $form );
	if ( apply_filters( 'fluentform/honeypot_status', 'yes' === ( $settings['misc']['honeypotStatus'] ?? '' ), $form->id ) && ! empty( $data['item_1__fluent_sf'] ) ) {
		wp_send_json( array( 'errors' => apply_filters( 'fluentform/honeypot_spam_message', 'Sorry!', $form->id ) ), 422 );
	}
	$token = 'yes' === ( $settings['misc']['tokenBasedProtectionStatus'] ?? '' );
	if ( apply_filters( 'fluentform/token_based_spam_protection_status', $token, $form->id ) && empty( $data["__fluent_protection_token_$form->id"] ) ) {
		wp_send_json( array( 'errors' => 'Suspicious activity detected. Form submission blocked' ), 422 );
	}
	if ( ! $is_spam ) {
		$id = fluentform_stand_in_keeps( $data, 'unread' );
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
	static function ( $id, $data, $form ) {
		if ( ! isset( apply_filters( 'fluentform/global_notification_active_types', array(), $form->id )['notifications'] ) ) {
			return;
		}
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
	3
);
add_filter(
	'fluentform/global_notification_active_types',
	static function ( $types ) {
		return $types + array( 'notifications' => 'email_notifications' );
	}
);

add_action( 'wp_ajax_nopriv_fluentform_submit', 'fluentform_stand_in_submit' );
add_action( 'wp_ajax_fluentform_submit', 'fluentform_stand_in_submit' );
