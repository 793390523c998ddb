<?php
/**
 * Plugin Name: Formidable stand-in
 * Description: A contact form for tests. It fires Formidable Forms' hooks, in their order.
 * Version:     6.34
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of Formidable Forms 6.34:
 *
 * - classes/controllers/FrmEntriesController.php              `process_entry()` on `wp_loaded`
 * - classes/controllers/FrmEntriesAJAXSubmitController.php    admin-ajax `frm_entries_create`
 * - classes/models/FrmEntryValidate.php                       fields, then spam, then `frm_validate_entry`
 * - classes/models/FrmAntiSpam.php, FrmHoneypot.php, FrmSpamCheck*.php   whose filters are asked, in this order
 * - classes/models/FrmEntry.php                               duplicates, `frm_after_create_entry`
 * - classes/models/FrmEmail.php                               wp_mail(), and where it fails PHP's own mail()
 * - classes/controllers/FrmFormActionsController.php          actions behind the entry, `frm_skip_form_action`
 * - classes/models/FrmForm.php, FrmField.php, FrmFormAction.php   what lists forms, fields and actions
 *
 * The code is our own; nothing of theirs was copied. Formidable itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable Generic.Files.OneObjectStructurePerFile, WordPress.NamingConventions -- The original's names, in one file.

defined( 'ABSPATH' ) || exit;

final class FrmAppHelper {
	/** @var object|null */
	private static $settings = null;

	public static function plugin_version(): string {
		return '6.34';
	}

	/** The same object for all who ask. */
	public static function get_settings(): object {
		self::$settings = self::$settings ?? (object) array(
			'wp_spam_check'  => (int) get_option( 'formidable_stand_in_wp_spam', 0 ),
			'denylist_check' => 0,
			'default_email'  => '',
			'from_email'     => '',
			'active_captcha' => 'turnstile',
			'turnstile_pubkey' => (string) get_option( 'formidable_stand_in_captcha', '' ),
		);
		return self::$settings;
	}
}

final class FrmForm {
	/** The only form there is; it is on AJAX too. */
	public static function getOne( $id ): ?object {
		return 1 === (int) $id ? apply_filters(
			'frm_form_object',
			(object) array(
				'id'             => 1,
				'form_key'       => 'demo',
				'name'           => 'Contact Form Demo',
				'status'         => 'published',
				'logged_in'      => 0,
				'parent_form_id' => 0,
				'is_template'    => 0,
				'options'        => array(
					'no_save'       => (int) get_option( 'formidable_stand_in_no_save', 0 ),
					'ajax_submit'   => 1,
					'akismet'       => 'yes',
					'stopforumspam' => 0,
				),
			)
		) : null;
	}

	public static function getAll( $where = array(), $order_by = '' ): array {
		return array( self::getOne( 1 ) );
	}
}

final class FrmField {
	const LABELS = array( 1 => 'Name', 2 => 'Email', 3 => 'Subject', 4 => 'Message', 5 => 'Captcha' );

	/** One of its fields. */
	public static function getOne( $id ): ?object {
		return isset( self::LABELS[ $id ] ) ? (object) array(
			'id'        => $id,
			'field_key' => strtolower( self::LABELS[ $id ] ),
			'name'      => self::LABELS[ $id ],
			'type'      => 2 === $id ? 'email' : ( 5 === $id ? 'captcha' : 'text' ),
			'required'  => in_array( $id, array( 2, 4 ), true ) ? '1' : '0',
		) : null;
	}

	public static function get_all_for_form( $form ): array {
		$last = '' === (string) get_option( 'formidable_stand_in_captcha', '' ) ? 4 : 5;
		return array_map( array( self::class, 'getOne' ), range( 1, $last ) );
	}
}

final class FrmFormAction {
	/** The mail, and what a test adds. */
	public static function get_action_for_form( $form, $type = 'all', $atts = array() ): array {
		$actions = (array) get_option( 'formidable_stand_in_actions', array() );
		$mail    = array( 'email_to' => (string) get_option( 'formidable_stand_in_to' ), 'from' => '[sitename] <[default-from-email]>' );
		array_unshift( $actions, array( 'post_excerpt' => 'email', 'post_title' => 'Email Notification', 'set' => $mail ) );
		$posts = array();
		foreach ( $actions as $number => $action ) {
			$action += array( 'post_status' => 'publish', 'event' => 'create', 'set' => array() );
			if ( in_array( $atts['post_status'] ?? 'publish', array( 'any', $action['post_status'] ), true ) ) {
				$posts[ $number + 1 ] = (object) array(
					'ID'           => $number + 1,
					'post_excerpt' => $action['post_excerpt'],
					'post_title'   => $action['post_title'],
					'post_status'  => $action['post_status'],
					'post_content' => array( 'event' => array( $action['event'] ) ) + $action['set'],
				);
			}
		}
		return $posts;
	}
}

final class FrmEntryValidate {
	/** What is wrong with it. */
	public static function validate( array $values ): array {
		$errors = array();
		foreach ( apply_filters( 'frm_fields_to_validate', FrmField::get_all_for_form( 1 ), compact( 'values' ) ) as $field ) {
			if ( 'captcha' === $field->type && empty( $values['cf-turnstile-response'] ) ) {
				$errors[ "field$field->id" ] = 'The captcha is missing from this form';
			} elseif ( $field->required && '' === trim( $values['item_meta'][ $field->id ] ?? '' ) ) {
				$errors[ "field$field->id" ] = 'This field cannot be blank.';
			}
		}
		if ( ! $errors && self::is_spam( $values ) ) {
			$errors['spam'] = 'Your entry appears to be spam!';
		}
		$args = array(
			'exclude'       => false,
			'posted_fields' => array(),
		);
		return apply_filters( 'frm_validate_entry', $errors, $values, $args );
	}

	private static function is_spam( array $values ): bool {
		$form = FrmForm::getOne( $values['form_id'] );
		if ( apply_filters( 'frm_run_antispam', true, $form->id ) ) {
			$valid = empty( $values['antispam_token'] ) ? 'This page is not loading JavaScript properly.' : true;
			if ( true !== apply_filters( 'frm_process_antispam', $valid ) ) {
				return true;
			}
		}
		$atts = array( 'form' => $form );
		if ( apply_filters( 'frm_run_honeypot', true, $atts ) && apply_filters( 'frm_process_honeypot', '' !== ( $values['frm_verify'] ?? '' ), $atts ) ) {
			return true;
		}
		$text       = implode( "\n", $values['item_meta'] );
		$disallowed = (string) get_option( 'disallowed_keys' );
		if ( apply_filters( 'frm_check_blacklist', true, $values ) && '' !== $disallowed && false !== strpos( $text, $disallowed ) ) {
			return true;
		}
		apply_filters( 'frm_check_denylist', false, $values );
		if ( ! empty( FrmAppHelper::get_settings()->wp_spam_check ) ) {
			return true; // As if a spam comment came from the same address.
		}
		return '' !== $form->options['akismet'] && 'spam' === get_option( 'formidable_stand_in_akismet' ) && apply_filters( 'frm_akismet_values', array( 'comment_type' => 'formidable' ) );
	}
}

final class FrmEntriesController {
	/** By page, or with what AJAX has validated. */
	public static function process_entry( $errors = '', bool $ajax = false ): array {
		// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- A visitor's form has no nonce, as the original's.
		$form = FrmForm::getOne( $_POST['form_id'] ?? 0 );
		if ( null === $form || ! isset( $_POST['item_key'] ) || ( is_admin() && ! wp_doing_ajax() ) ) {
			return array();
		}
		if ( '' === $errors && ! $ajax ) {
			$errors = FrmEntryValidate::validate( wp_unslash( $_POST ) );
		}
		$errors = apply_filters( 'frm_entries_before_create', $errors, $form );
		if ( $errors ) {
			return $errors;
		}
		$params = array(
			'action' => $_POST['frm_action'] ?? '',
			'id'     => self::create( wp_unslash( $_POST ), $form ),
		);
		// phpcs:enable
		do_action( 'frm_process_entry', $params, $errors, $form, array( 'ajax' => $ajax ) );
		return array();
	}

	/** Keeps it, unless the same answers came within a minute. */
	private static function create( array $values, object $form ): int {
		$within  = apply_filters( 'frm_time_to_check_duplicates', 60, $values );
		$entries = FrmEntry::all();
		$print   = md5( wp_json_encode( $values['item_meta'] ) );
		foreach ( $within ? $entries : array() as $entry ) {
			if ( $print === $entry['print'] && time() - $entry['at'] < $within ) {
				return 0;
			}
		}
		$id             = 1 + (int) get_option( 'formidable_stand_in_last', 0 );
		$entries[ $id ] = array( 'print' => $print, 'at' => time() );
		update_option( 'formidable_stand_in_last', $id, false );
		update_option( 'formidable_stand_in', $entries, false );
		do_action( 'frm_after_create_entry', $id, $form->id, array( 'is_child' => false ) );
		do_action( "frm_after_create_entry_$form->id", $id, array( 'is_child' => false ) );
		return $id;
	}
}

final class FrmEntry {
	public static function all(): array {
		return (array) get_option( 'formidable_stand_in', array() );
	}

	public static function getOne( $id ): ?object {
		return isset( self::all()[ $id ] ) ? (object) array( 'id' => (int) $id, 'form_id' => 1, 'created_at' => gmdate( 'Y-m-d H:i:s', self::all()[ $id ]['at'] ) ) : null;
	}

	public static function destroy( $id ) {
		if ( null === self::getOne( $id ) ) {
			return false;
		}
		do_action( 'frm_before_destroy_entry', $id, self::getOne( $id ) );
		FrmFormActionsController::trigger_actions( 'delete', 1, $id ); // Pro does.
		update_option( 'formidable_stand_in', array_diff_key( self::all(), array( $id => 1 ) ), false );
		do_action( 'frm_after_destroy_entry', $id );
		return 1;
	}
}

final class FrmFormActionsController {
	public static function trigger_create_actions( $entry_id, $form_id ): void {
		self::trigger_actions( 'create', $form_id, $entry_id );
	}

	public static function trigger_actions( $event, $form, $entry ): void {
		foreach ( FrmFormAction::get_action_for_form( $form ) as $action ) {
			$skip = ! in_array( $event, $action->post_content['event'], true );
			if ( ! apply_filters( 'frm_skip_form_action', $skip, compact( 'action', 'entry', 'form', 'event' ) ) ) {
				do_action( "frm_trigger_{$action->post_excerpt}_action", $action, $entry, $form, $event );
			}
		}
	}
}

add_action( 'wp_loaded', array( 'FrmEntriesController', 'process_entry' ), 10, 0 );

add_action(
	'wp_loaded',
	static function () {
		// phpcs:disable WordPress.Security.NonceVerification -- As above.
		if ( ! wp_doing_ajax() || 'frm_entries_create' !== ( $_POST['action'] ?? '' ) ) {
			return;
		}
		$found  = isset( $_POST['form_id'] ) && FrmForm::getOne( $_POST['form_id'] );
		$errors = $found ? FrmEntryValidate::validate( wp_unslash( $_POST ) ) : array();
		// phpcs:enable
		if ( $found && ! $errors ) {
			FrmEntriesController::process_entry( '', true );
		}
		echo wp_json_encode( array( 'errors' => $errors ) );
		wp_die();
	},
	5,
	0
);

add_action( 'frm_after_create_entry', array( 'FrmFormActionsController', 'trigger_create_actions' ), 20, 2 );

add_action(
	'frm_trigger_email_action',
	static function () {
		$to      = (string) get_option( 'formidable_stand_in_to' );
		$subject = 'Contact Form Demo Form submitted on Corner Bakery';
		$header  = apply_filters( 'frm_email_header', array( 'From: Corner Bakery <' . $to . '>', 'Content-Type: text/html' ), array( 'to_email' => $to ) );
		// phpcs:ignore WordPress.PHP.NoSilencedErrors -- The lab has no mailer of PHP's own.
		wp_mail( $to, $subject, 'Message', $header ) || @mail( $to, $subject, 'Message', implode( "\r\n", (array) $header ) );
		do_action( 'frm_notification', $to, $subject, 'Message' );
	},
	10,
	0
);
