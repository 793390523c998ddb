<?php
/**
 * Plugin Name: WPForms stand-in
 * Description: A contact form for tests. It fires the hooks of WPForms Lite, in their order.
 * Version:     2.0.0.2
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of WPForms Lite 2.0.0.2, includes/class-process.php:
 * `listen()` on `wp`, and `process()` with fields, `wpforms_process_initial_errors`, honeypot (thanked, thrown away), token,
 * `wpforms_process_filter`, the last look at the errors, entry, `wpforms_process_entry_saved`, mails,
 * `wpforms_process_complete` (not for an entry that is kept as spam).
 * `wpforms_tasks_entry_emails_trigger_send_same_process` is of src/Tasks/Tasks.php, the filters by which spam checks are passed
 * by of src/Forms/{AntiSpam,Honeypot,Token}.php, the count of lite/wpforms-lite.php; the handler of entries is Pro's (1.9,
 * pro/includes/class-entry.php), here where the option wpforms_stand_in_pro says so.
 *
 * The code is our own; nothing of theirs was copied. WPForms itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable Generic.Files.OneObjectStructurePerFile, Squiz.Functions.MultipleFunctionsWithSameName -- The original's names, in one file.

defined( 'ABSPATH' ) || exit;

const WPFORMS_VERSION = '2.0.0.2';

final class WPForms_Process {
	/** @var array<int, array<int|string, string>> */
	public $errors = array();

	/** @var array<string, mixed> */
	public $form_data = array();

	/** @var int */
	public $entry_id = 0;

	/** @var string */
	public $spam_reason = '';

	public function process( array $entry ): void {
		$id   = absint( $entry['id'] );
		$form = get_post( $id );
		if ( ! $form || 'publish' !== $form->post_status ) {
			$this->errors[ $id ]['header'] = 'Invalid form.';
			return;
		}
		$this->form_data = apply_filters( 'wpforms_process_before_form_data', json_decode( $form->post_content, true ), $entry );
		do_action( 'wpforms_process_before', $entry, $this->form_data );
		foreach ( $this->form_data['fields'] as $number => $field ) {
			if ( ! empty( $field['required'] ) && '' === trim( $entry['fields'][ $number ] ?? '' ) ) {
				$this->errors[ $id ][ $number ] = 'This field is required.';
			}
		}
		$errors = apply_filters( 'wpforms_process_initial_errors', $this->errors, $this->form_data );
		if ( ! empty( $errors[ $id ] ) ) {
			$this->errors = $errors;
			return;
		}
		$set      = $this->form_data['settings'];
		if ( ! empty( $set['antispam_v3'] ) && ! apply_filters( 'wpforms_process_anti_spam_honeypot_bypass', false, $this->form_data, $entry ) && array_diff_key( $entry['fields'], $this->form_data['fields'] ) ) {
			$this->errors[ $id ]['header'] = 'Anti-spam Honeypot V2 verification was failed, please try again later.';
			$this->spam_reason             = 'Honeypot V2';
			return;
		}
		$honeypot = ! empty( $set['honeypot'] ) && ! empty( $entry['hp'] ) ? 'WPForms honeypot field triggered.' : false;
		if ( apply_filters( 'wpforms_process_honeypot', $honeypot, array(), $entry, $this->form_data ) ) {
			return; // Silently.
		}
		if ( ! empty( $set['antispam'] ) ) {
			if ( ! apply_filters( 'wpforms_process_antispam', ! empty( $entry['token'] ), array(), $entry, $this->form_data ) ) {
				$this->errors[ $id ]['header'] = 'Antispam token is invalid.';
				return;
			}
		}
		if ( ! empty( $set['recaptcha'] ) && wpforms_setting( 'turnstile-secret-key' ) && ! apply_filters( 'wpforms_process_bypass_captcha', false, $entry, $this->form_data ) && empty( $_POST['cf-turnstile-response'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
			$this->errors[ $id ]['recaptcha'] = 'Turnstile verification failed, please try again later.';
		}
		apply_filters( 'wpforms_process_filter', array(), $entry, $this->form_data );
		do_action( 'wpforms_process', array(), $entry, $this->form_data );
		if ( ! empty( $this->errors[ $id ] ) ) {
			return;
		}
		do_action( 'wpforms_process_entry_save', array(), $entry, $id, $this->form_data );
		if ( apply_filters( 'wpforms_dash_widget_allow_entries_count_lite', true ) ) {
			update_post_meta( $id, 'wpforms_entries_count', 1 + (int) get_post_meta( $id, 'wpforms_entries_count', true ) );
		}
		if ( ! empty( $this->form_data['providers'] ) ) {
			add_action( 'wpforms_process_complete', array( __CLASS__, 'provider' ), 5 );
		}
		do_action( 'wpforms_process_entry_saved', array(), $entry, $this->form_data, $this->entry_id, 0 );
		$now = apply_filters( 'wpforms_tasks_entry_emails_trigger_send_same_process', false, array(), $entry, $this->form_data, $this->entry_id, 'entry' );
		if ( $now || ! wpforms_setting( 'email-async', false ) ) {
			foreach ( $set['notifications'] as $notification ) {
				wp_mail( $notification['email'], $notification['subject'], 'Message' );
			}
		}
		if ( '' !== $this->spam_reason ) {
			return;
		}
		do_action( 'wpforms_process_complete', array(), $entry, $this->form_data, $this->entry_id );
	}

	/** A newsletter heard of it. */
	public static function provider(): void {
		update_option( 'wpforms_stand_in_provider', 1, false );
	}
}

/** Pro's. */
final class WPForms_Entry_Handler {
	public function get( $id, $args = array() ) {
		return in_array( (int) $id, (array) get_option( 'wpforms_stand_in_entries', array() ), true ) && empty( $args['cap'] ) ? (object) array( 'entry_id' => $id, 'form_id' => '5', 'status' => 'spam', 'date' => '2026-11-24 10:00:00' ) : null;
	}

	/** False also where there were no notes to delete. */
	public function delete( $id = 0, $args = array() ): bool {
		$cap = $args['cap'] ?? 'delete_entry_single';
		if ( empty( $cap ) || current_user_can( $cap ) ) {
			update_option( 'wpforms_stand_in_entries', array_diff( (array) get_option( 'wpforms_stand_in_entries', array() ), array( $id ) ), false );
		}
		return false;
	}
}

final class WPForms {
	/** @var WPForms_Process */
	public $process;

	public function __construct() {
		$this->process = new WPForms_Process();
	}

	public function is_pro(): bool {
		return (bool) get_option( 'wpforms_stand_in_pro' );
	}

	public function obj( string $name ): ?object {
		return 'process' === $name ? $this->process : ( 'entry' === $name && $this->is_pro() ? new WPForms_Entry_Handler() : null );
	}
}

/** The one instance. */
function wpforms(): WPForms {
	static $one;
	$one = $one ?? new WPForms();
	return $one;
}

/** A setting of the plugin. */
function wpforms_setting( string $key, $otherwise = false ) {
	$all = (array) get_option( 'wpforms_settings', array() );
	return apply_filters( 'wpforms_setting', $all[ $key ] ?? $otherwise, $key, $otherwise, 'wpforms_settings' );
}

add_action(
	'wp',
	static function () {
		// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- A visitor's form has no nonce, as the original's.
		$posted = wp_unslash( $_POST['wpforms'] ?? array() );
		if ( ! empty( $posted['id'] ) ) {
			wpforms()->process->process( $posted );
		}
	}
);
