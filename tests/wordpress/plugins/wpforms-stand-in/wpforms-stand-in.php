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
 * `wpforms_tasks_entry_emails_trigger_send_same_process` is of src/Tasks/Actions/EntryEmailsTask.php and Tasks.php.
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
		apply_filters( 'wpforms_process_filter', array(), $entry, $this->form_data );
		do_action( 'wpforms_process', array(), $entry, $this->form_data );
		if ( ! empty( $this->errors[ $id ] ) ) {
			return;
		}
		do_action( 'wpforms_process_entry_save', array(), $entry, $id, $this->form_data );
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
}

final class WPForms {
	/** @var WPForms_Process */
	public $process;

	public function __construct() {
		$this->process = new WPForms_Process();
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
	return $all[ $key ] ?? $otherwise;
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
