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
 * - library/model/class-form-entry-model.php                   `delete_by_entry()`
 * - library/class-api.php, library/helpers/helper-addon.php    `get_forms()`, the integrations that a form is connected with
 * - library/class-captcha-verification.php                     the captcha's judge is called
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
		$form = Forminator_API::get_forms( array( $id ) )[0];
		if ( get_option( 'forminator_stand_in_captcha' ) ) {
			apply_filters( 'forminator_captcha_user_response', '', $id, array() );
			$said = json_decode( wp_remote_retrieve_body( wp_remote_post( 'https://hcaptcha.com/siteverify', array( 'timeout' => 1 ) ) ), true );
			if ( empty( $said['success'] ) && '' !== apply_filters( 'forminator_invalid_captcha_message', 'Captcha failed.', 'captcha-1', array(), null ) ) {
				throw new Exception( 'Captcha failed.' );
			}
		}
		if ( ! empty( apply_filters( 'forminator_prepared_data', $_POST, $form )['input_5'] ) ) {
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
			$entries = array( $entry->entry_id => array( $id, current_time( 'mysql' ), (int) $spam ) );
			update_option( 'forminator_stand_in_entries', $entries + get_option( 'forminator_stand_in_entries', array() ), false );
		}
		do_action( 'forminator_custom_form_submit_before_set_fields', $entry, $id, array() );
		if ( ! $spam && forminator_get_registered_addons_grouped_by_module_connected( $id, 'form', true )['connected'] ) {
			update_option( 'forminator_stand_in_fed', 1 + (int) get_option( 'forminator_stand_in_fed' ), false );
		}
		if ( ! $spam ) {
			wp_mail( get_option( 'admin_email' ), 'New Form Entry', 'Message' );
		}
	} catch ( Exception $refusal ) {
		$response['success'] = false;
		$response['message'] = $refusal->getMessage();
	}
	return $response;
}

/** One field of a form. */
final class Forminator_Form_Field_Model {
	/** @var string */
	public $slug;

	/** @var array<string, mixed> */
	private $raw;

	public function __construct( string $slug, array $raw ) {
		$this->slug = $slug;
		$this->raw  = $raw;
	}

	public function to_formatted_array(): array {
		return $this->raw;
	}
}

/** One form. */
final class Forminator_Form_Model {
	/** @var int */
	public $id;

	/** @var string */
	public $name;

	/** @var string */
	public $status;

	/** @var array<string, mixed> */
	public $settings;

	/** @var array<int, array<string, mixed>> */
	public $notifications;

	public function __construct( WP_Post $post ) {
		$meta                = (array) get_post_meta( $post->ID, 'forminator_form_meta', true );
		$this->id            = $post->ID;
		$this->name          = $post->post_title;
		$this->status        = $post->post_status;
		$this->settings      = $meta['settings'] ?? array();
		$office              = array(
			'slug'          => 'notification-1',
			'label'         => 'Admin Email',
			'recipients'    => get_option( 'admin_email' ),
			'email-subject' => 'New Form Entry',
			'email-editor'  => '{all_fields}',
		);
		$this->notifications = $meta['notifications'] ?? array( $office );
	}

	public function get_fields(): array {
		$fields = array();
		foreach ( array( 'text-1', 'email-1', 'text-2', 'textarea-1' ) as $number => $slug ) {
			$fields[] = new Forminator_Form_Field_Model(
				$slug,
				array(
					'type'        => strtok( $slug, '-' ),
					'field_label' => $slug,
					'required'    => 1 === $number % 2,
				)
			);
		}
		if ( get_option( 'forminator_stand_in_captcha' ) ) {
			$fields[] = new Forminator_Form_Field_Model(
				'captcha-1',
				array(
					'type'             => 'captcha',
					'captcha_provider' => 'hcaptcha',
				)
			);
		}
		return $fields;
	}

	public function get_real_fields(): array {
		return array_slice( $this->get_fields(), 0, 4 );
	}

	public function is_prevent_store(): bool {
		return (bool) get_option( 'forminator_stand_in_prevent_store' );
	}

	public function is_ajax_submit(): bool {
		return false;
	}
}

final class Forminator_API {
	public static function get_forms( $ids = null ): array {
		$posts = get_posts(
			array(
				'post_type'   => 'forminator_forms',
				'numberposts' => 500,
				'include'     => (array) $ids,
			)
		);
		return array_map(
			static function ( WP_Post $post ): Forminator_Form_Model {
				return new Forminator_Form_Model( $post );
			},
			$posts
		);
	}
}

/** One entry. */
final class Forminator_Form_Entry_Model {
	/** @var int|null */
	public $entry_id = null;

	/** @var int */
	public $form_id = 0;

	/** @var string The site's own time. */
	public $date_created_sql = '';

	/** @var int */
	public $is_spam = 0;

	public function __construct( $id ) {
		$entries = get_option( 'forminator_stand_in_entries', array() );
		if ( isset( $entries[ (int) $id ] ) ) {
			$this->entry_id = (int) $id;

			list( $this->form_id, $this->date_created_sql, $this->is_spam ) = $entries[ $this->entry_id ];
		}
	}

	public static function delete_by_entry( $id ): void {
		update_option( 'forminator_stand_in_entries', array_diff_key( get_option( 'forminator_stand_in_entries', array() ), array( (int) $id => 1 ) ), false );
	}

	public static function count_entries(): int {
		return count( get_option( 'forminator_stand_in_entries', array() ) );
	}
}

/** The integrations that are there. */
final class Forminator_Integration_Loader {
	public static function get_instance(): self {
		return new self();
	}

	public function get_addons(): ArrayObject {
		return new class( array( 'webhook' => 1 ) ) extends ArrayObject {
			public function to_array(): array {
				return $this->getArrayCopy();
			}
		};
	}
}

/** The integrations that a form is connected with. */
function forminator_get_registered_addons_grouped_by_module_connected( int $id, string $type, bool $only = false ): array {
	$webhook = array(
		'slug'  => 'webhook',
		'title' => 'Webhook',
	);
	$is      = apply_filters( "forminator_addon_webhook_is_{$type}_connected", (bool) get_option( 'forminator_stand_in_webhook' ), $id, null );
	return array( 'connected' => $is ? array( $webhook ) : array() );
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
