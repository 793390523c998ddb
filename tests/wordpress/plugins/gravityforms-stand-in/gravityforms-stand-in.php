<?php
/**
 * Plugin Name: Gravity Forms stand-in
 * Description: A contact form for tests. It fires Gravity Forms' hooks, in their order.
 * Version:     2.10.2
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of Gravity Forms 2.10.2:
 *
 * - gravityforms.php                             `maybe_process_form()` on `wp`
 * - form_display.php                             `process_form()`, `handle_submission()`, `$submission`
 * - common.php                                   `set_spam_filter()`, `gform_send_email_failed` of a mail without an address
 * - includes/async/class-gf-notifications-processor.php   `gform_is_asynchronous_notifications_enabled`
 * - includes/ajax/class-gf-ajax-handler.php      admin-ajax `gform_submit_form` and its nonce
 * - includes/api.php                             `get_forms()`, `get_feeds()`, `get_entry()`, `delete_entry()`
 * - includes/honeypot/class-gf-honeypot-handler.php   `enableHoneypot`, `version_hash`
 * - includes/addon/class-gf-feed-addon.php       `gform_addon_pre_process_feeds` on `gform_entry_post_save`
 *
 * The code is our own; nothing of theirs was copied. Gravity Forms itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable Generic.Files.OneObjectStructurePerFile, WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- The original's names, in one file; a visitor's form has no nonce, as the original's.

defined( 'ABSPATH' ) || exit;

final class GFForms {
	/** @var string */
	public static $version = '2.10.2';
}

final class GFFormsModel {
	/** The only form there is, as its row. */
	public static function get_form( $id, $allow_trash = false ): ?object {
		return 1 === (int) $id ? (object) array(
			'id'        => 1,
			'title'     => 'Contact Form Demo',
			'is_active' => ! get_option( 'gravityforms_stand_in_inactive' ),
			'is_trash'  => false,
		) : null;
	}
}

final class GFAPI {
	/** The only form, with what a test changed in it. */
	public static function get_form( $id ) {
		$row = GFFormsModel::get_form( $id );
		if ( null === $row ) {
			return false;
		}
		$fields = array();
		foreach ( array( 1 => 'Name', 2 => 'Email', 3 => 'Subject', 4 => 'Message' ) as $number => $label ) {
			$fields[] = new ArrayObject(
				array(
					'id'         => $number,
					'type'       => 2 === $number ? 'email' : 'text',
					'label'      => $label,
					'isRequired' => 0 === $number % 2,
				)
			);
		}
		$office = array(
			'id'       => 'n1',
			'name'     => 'Office',
			'event'    => 'form_submission',
			'toType'   => 'email',
			'to'       => '{admin_email}',
			'from'     => '{admin_email}',
			'isActive' => true,
		);
		return (array) get_option( 'gravityforms_stand_in_form', array() ) + array(
			'id'            => $row->id,
			'title'         => $row->title,
			'is_active'     => $row->is_active,
			'fields'        => $fields,
			'notifications' => array( 'n1' => $office ),
		);
	}

	public static function get_forms( $active = true ): array {
		$form = self::get_form( 1 );
		return (bool) $form['is_active'] === (bool) $active ? array( $form ) : array();
	}

	public static function get_feeds(): array {
		return (array) get_option( 'gravityforms_stand_in_feeds', array() );
	}

	public static function get_entry( $id ) {
		$entries = get_option( 'gravityforms_stand_in_entries', array() );
		return $entries[ $id ] ?? new WP_Error( 'not_found', 'Entry not found' );
	}

	public static function get_notes( array $search ): array {
		$note = array(
			'user_name' => 'Honeypot Spam Filter',
			'value'     => 'This entry has been flagged as spam.',
		);
		return 'spam' === self::get_entry( $search['entry_id'] )['status'] ? array( (object) $note ) : array();
	}

	public static function delete_entry( $id ): bool {
		$entries = get_option( 'gravityforms_stand_in_entries', array() );
		do_action( 'gform_delete_entry', $id );
		unset( $entries[ $id ] );
		return update_option( 'gravityforms_stand_in_entries', $entries, false );
	}
}

/** What an add-on with feeds does with an entry. */
function gravityforms_stand_in_feeds( $entry, $form ) {
	foreach ( apply_filters( 'gform_addon_pre_process_feeds', GFAPI::get_feeds(), $entry, $form ) as $feed ) {
		update_option( 'gravityforms_stand_in_fed', 1 + (int) get_option( 'gravityforms_stand_in_fed' ), false );
	}
	return $entry;
}
add_filter( 'gform_entry_post_save', 'gravityforms_stand_in_feeds', 10, 2 );

final class GFCommon {
	/** Who calls it spam; the first one counts. */
	public static function set_spam_filter( $form_id, $filter, $reason ): void {
		if ( ! isset( GFFormDisplay::$submission[ $form_id ]['spam_filter'] ) ) {
			GFFormDisplay::$submission[ $form_id ]['spam_filter'] = array(
				'filter' => $filter,
				'reason' => $reason,
			);
		}
	}

	/** Mails, now or in the background. */
	public static function notify( array $form, array $entry ): void {
		if ( apply_filters( 'gform_is_asynchronous_notifications_enabled', false, 'form_submission', array(), $form, $entry, array() ) ) {
			return;
		}
		$notification = apply_filters( 'gform_notification', array( 'to' => get_option( 'admin_email' ) ), $form, $entry );
		if ( ! is_email( $notification['to'] ) ) {
			do_action( 'gform_send_email_failed', new WP_Error( 'invalid_to', 'No valid address.' ), array(), $entry );
			return;
		}
		wp_mail( $notification['to'], 'New submission', 'Message' );
	}
}

final class GFFormDisplay {
	/** @var array<int, array<string, mixed>> */
	public static $submission = array();

	public static function process_form( int $id ): void {
		$row = GFFormsModel::get_form( $id );
		if ( null === $row || ! $row->is_active ) {
			return;
		}
		$form  = apply_filters( 'gform_pre_process', GFAPI::get_form( $id ) );
		$wrong = array();
		foreach ( $form['fields'] as $field ) {
			$field['failed_validation'] = 'captcha' === $field['type'] || ( $field['isRequired'] && '' === trim( $_POST[ "input_{$field['id']}" ] ?? '' ) );
			if ( $field['failed_validation'] ) {
				$wrong[] = $field['id'];
			}
		}
		$valid = apply_filters(
			'gform_validation',
			array(
				'is_valid' => ! $wrong,
				'form'     => $form,
			),
			'form-submit'
		);
		$form  = $valid['form'];
		$entry = array();
		if ( $valid['is_valid'] ) {
			if ( apply_filters( 'gform_abort_submission_with_confirmation', false, $form ) ) {
				$valid['is_valid'] = false;
				self::$submission[ $id ]['abort_with_confirmation'] = true;
			} else {
				do_action( 'gform_pre_submission', $form );
				$entry = self::handle_submission( $form );
				do_action( 'gform_after_submission', $entry, $form );
			}
		}
		self::$submission[ $id ]['is_valid'] = $valid['is_valid'];
		do_action( 'gform_post_process', $form, 0, 1 );
	}

	private static function handle_submission( array $form ): array {
		$id = 1 + (int) get_option( 'gravityforms_stand_in', 0 );
		update_option( 'gravityforms_stand_in', $id, false );
		$entry = array(
			'id'           => $id,
			'form_id'      => $form['id'],
			'date_created' => gmdate( 'Y-m-d H:i:s' ),
			'status'       => 'active',
		);
		$trap  = ! empty( $form['enableHoneypot'] ) && empty( $_POST['version_hash'] );
		if ( $trap ) {
			GFCommon::set_spam_filter( $form['id'], 'Honeypot Spam Filter', '' );
		}
		$spam  = apply_filters( 'gform_entry_is_spam', $trap, $form, $entry );
		if ( $spam ) {
			$entry['status'] = 'spam';
		}
		update_option( 'gravityforms_stand_in_entries', array( $id => $entry ) + get_option( 'gravityforms_stand_in_entries', array() ), false );
		do_action( 'gform_entry_created', $entry, $form );
		$entry = apply_filters( 'gform_entry_post_save', $entry, $form );
		if ( ! $spam ) {
			GFCommon::notify( $form, $entry );
		}
		return $entry;
	}
}

add_action(
	'wp',
	static function () {
		if ( isset( $_POST['gform_submit'] ) ) {
			GFFormDisplay::process_form( (int) $_POST['gform_submit'] );
		}
	},
	9
);

add_action(
	'wp_ajax_nopriv_gform_submit_form',
	static function () {
		if ( ! check_ajax_referer( 'gform_ajax_submission', 'gform_ajax_nonce', false ) ) {
			wp_send_json_error( 'Your session has expired.' );
		}
		GFFormDisplay::process_form( (int) ( $_POST['form_id'] ?? 0 ) );
		wp_send_json_success();
	}
);
