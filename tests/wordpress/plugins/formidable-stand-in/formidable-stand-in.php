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
 *
 * The code is our own; nothing of theirs was copied. Formidable itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable Generic.Files.OneObjectStructurePerFile, WordPress.NamingConventions -- The original's names, in one file.

defined( 'ABSPATH' ) || exit;

final class FrmAppHelper {
	public static function plugin_version(): string {
		return '6.34';
	}

	public static function get_settings(): object {
		return (object) array( 'wp_spam_check' => 0 );
	}
}

final class FrmForm {
	/** The only form there is; it is on AJAX too. */
	public static function getOne( $id ): ?object {
		return 1 === (int) $id ? (object) array(
			'id'      => 1,
			'name'    => 'Contact Form Demo',
			'options' => array( 'no_save' => (int) get_option( 'formidable_stand_in_no_save', 0 ) ),
		) : null;
	}
}

final class FrmField {
	/** One of its four fields. */
	public static function getOne( $id ): ?object {
		$labels = array( 1 => 'Name', 2 => 'Email', 3 => 'Subject', 4 => 'Message' );
		return isset( $labels[ $id ] ) ? (object) array(
			'id'   => $id,
			'name' => $labels[ $id ],
		) : null;
	}
}

final class FrmEntryValidate {
	/** What is wrong with it. */
	public static function validate( array $values ): array {
		$errors = array();
		foreach ( array( 2, 4 ) as $id ) {
			if ( '' === trim( $values['item_meta'][ $id ] ?? '' ) ) {
				$errors[ "field$id" ] = 'This field cannot be blank.';
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
		return false;
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
		$entries = (array) get_option( 'formidable_stand_in', array() );
		$print   = md5( wp_json_encode( $values['item_meta'] ) );
		if ( $within && time() - ( $entries[ $print ] ?? 0 ) < $within ) {
			return 0;
		}
		$entries[ $print ] = time();
		update_option( 'formidable_stand_in', $entries, false );
		$id = count( $entries );
		do_action( 'frm_after_create_entry', $id, $form->id, array( 'is_child' => false ) );
		return $id;
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

// The mail is an action behind the entry.
add_action(
	'frm_after_create_entry',
	static function () {
		$to      = (string) get_option( 'admin_email' );
		$subject = 'Contact Form Demo Form submitted on Corner Bakery';
		// phpcs:ignore WordPress.PHP.NoSilencedErrors -- The lab has no mailer of PHP's own.
		wp_mail( $to, $subject, 'Message' ) || @mail( $to, $subject, 'Message' );
		do_action( 'frm_notification', $to, $subject, 'Message' );
	},
	20,
	0
);
