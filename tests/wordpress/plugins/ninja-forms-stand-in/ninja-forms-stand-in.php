<?php
/**
 * Plugin Name: Ninja Forms stand-in
 * Description: A contact form for tests. It fires Ninja Forms' hooks, in their order.
 * Version:     3.14.3
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of Ninja Forms 3.14.3 (3.2.9 alike):
 *
 * - includes/AJAX/Controllers/Submission.php   nonce (a fresh one is answered), the first wrong field ends it, actions in
 *                                              their order, an action's error or halt ends it, `ninja_forms_after_submission`
 * - includes/Abstracts/Controller.php          `_data`, `_errors`, and the answer that ends the request
 * - includes/Actions/Save.php, Email.php       `nf_save_sub`; the visitor sees success whatever the mail did
 * - includes/Abstracts/ModelFactory.php        what lists forms, fields and actions
 * - includes/Database/Models/Submission.php, Form.php   an entry is a post `nf_sub` with `_form_id` and `_seq_num`, the next
 *                                              number stands in `nf3_form_meta` and `nf3_forms`
 *
 * The code is our own; nothing of theirs was copied. Ninja Forms itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable Generic.Files.OneObjectStructurePerFile, WordPress.NamingConventions, PSR2 -- The original's names, in one file.

defined( 'ABSPATH' ) || exit;

/** A form, a field or an action, as far as its settings go. */
final class NF_Stand_In_Model {
	/** @var array<string, mixed> */
	private $settings;

	public function __construct( array $settings ) {
		$this->settings = $settings;
	}

	public function get(): self {
		return $this;
	}

	public function get_id(): int {
		return (int) ( $this->settings['id'] ?? 0 );
	}

	public function get_settings(): array {
		return $this->settings;
	}

	public function get_setting( string $name ) {
		return $this->settings[ $name ] ?? null;
	}

	/** Those of all forms: there is one. */
	public function get_forms(): array {
		return array( Ninja_Forms()->form( 1 ) );
	}

	public function field( int $id ): self {
		return $this->get_fields()[ $id ] ?? new self( array() );
	}

	/** @return array<int, self> */
	public function get_fields(): array {
		$fields = array();
		foreach ( array( 1 => 'Name', 2 => 'Email', 3 => 'Message', 4 => 'reCAPTCHA' ) as $id => $label ) {
			$type          = array( 2 => 'email', 3 => 'textarea', 4 => 'recaptcha' )[ $id ] ?? 'textbox';
			$fields[ $id ] = new self( array( 'id' => $id, 'key' => strtolower( $label ), 'label' => $label, 'type' => $type, 'required' => 4 === $id ? 0 : 1 ) );
		}
		return get_option( 'ninja_forms_stand_in_captcha' ) || 0 === $this->get_id() ? $fields : array_slice( $fields, 0, 3, true );
	}

	/** @return self[] */
	public function get_actions(): array {
		$actions = array(
			array( 'type' => 'save', 'label' => 'Record Submission' ),
			array( 'type' => 'email', 'label' => 'Email Notification', 'to' => (string) get_option( 'ninja_forms_stand_in_to' ), 'from_address' => '' ),
		);
		$actions[] = array( 'type' => 'akismet', 'label' => 'Akismet' );
		$actions   = array_merge( $actions, (array) get_option( 'ninja_forms_stand_in_actions', array() ) );
		return array_map(
			static function ( array $action, int $number ): self {
				return new self( $action + array( 'id' => $number + 1, 'active' => 1 ) );
			},
			$actions,
			array_keys( $actions )
		);
	}
}

abstract class NF_Abstracts_Controller {
	/** @var array<string, mixed> */
	protected $_data = array();

	/** @var array<int|string, mixed> */
	protected $_errors = array();
}

final class NF_AJAX_Controllers_Submission extends NF_Abstracts_Controller {
	public function submit(): void {
		// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- Looked at below.
		$name = 'ninja_forms_display_nonce' . ( empty( $_REQUEST['nonce_ts'] ) ? '' : '_' . $_REQUEST['nonce_ts'] );
		if ( ! check_ajax_referer( $name, 'security', false ) ) {
			$this->_errors['nonce'] = array( 'new_nonce' => wp_create_nonce( 'ninja_forms_display_nonce_' . time() ) );
			$this->respond();
		}
		$sent = json_decode( wp_unslash( $_POST['formData'] ?? '' ), true );
		// phpcs:enable
		if ( ! $sent ) {
			$this->_errors[] = 'An unexpected error occurred.';
			$this->respond();
		}
		foreach ( $sent['fields'] as $id => $field ) {
			if ( (string) $id !== (string) ( $field['id'] ?? '' ) ) {
				$this->_errors['fields'][ $id ] = 'The submitted data is invalid.';
				$this->respond();
			}
		}
		$sent = apply_filters( 'ninja_forms_submit_data', $sent );
		apply_filters( 'ninja_forms_validate_fields', true, $this->_data );
		$form = Ninja_Forms()->form( (int) $sent['id'] );
		foreach ( $form->get_fields() as $id => $field ) {
			$value    = $sent['fields'][ $id ]['value'] ?? '';
			$settings = apply_filters( 'ninja_forms_pre_validate_field_settings', compact( 'id', 'value' ) + $field->get_settings() );
			if ( is_string( $settings['type'] ) && ( $settings['required'] || 'recaptcha' === $settings['type'] ) && '' === trim( (string) $value ) ) {
				$this->_errors['fields'][ $id ] = array( 'slug' => 'required-error' );
				$this->respond();
			}
			if ( isset( $sent['errors']['fields'][ $id ] ) ) {
				$this->_errors['fields'][ $id ] = $sent['errors']['fields'][ $id ];
				$this->respond();
			}
		}
		$actions = array();
		foreach ( $form->get_actions() as $action ) {
			$actions[] = array( 'id' => $action->get_id(), 'settings' => $action->get_settings() );
		}
		$actions = apply_filters( 'ninja_forms_submission_actions', $actions, array(), $sent );
		foreach ( $actions as $action ) {
			$type = $action['settings']['type'];
			if ( ! $action['settings']['active'] || ! apply_filters( "ninja_forms_run_action_type_$type", true ) ) {
				continue;
			}
			$this->_data = apply_filters( "ninja_forms_post_run_action_type_$type", $this->run( $type, $this->_data ) );
			if ( ! empty( $this->_data['errors'] ) || ! empty( $this->_data['halt'] ) ) {
				$this->respond();
			}
		}
		do_action( 'ninja_forms_after_submission', $this->_data );
		$this->respond();
	}

	private function run( string $type, array $data ): array {
		if ( 'save' === $type ) {
			$id = wp_insert_post( array( 'post_type' => 'nf_sub', 'post_status' => 'publish' ) );
			update_post_meta( $id, '_form_id', 1 );
			update_post_meta( $id, '_seq_num', self::next_number() );
			foreach ( array( 'nf_before_save_sub', 'nf_save_sub', 'nf_create_sub', 'ninja_forms_save_sub' ) as $hook ) {
				do_action( $hook, $id );
			}
			$data['actions']['save']['sub_id'] = $id;
		} elseif ( 'email' === $type ) {
			$to = get_option( 'ninja_forms_stand_in_to' );
			if ( ! apply_filters( 'ninja_forms_action_email_send', false, array(), 'Message', array(), array() ) ) {
				$data['actions']['email']['sent'] = wp_mail( $to, 'Ninja Forms Submission', 'Message' );
			}
		} elseif ( 'custom' === $type ) {
			do_action( 'ninja_forms_stand_in_hook', $data );
		} elseif ( 'akismet' === $type && 'spam' === get_option( 'ninja_forms_stand_in_akismet' ) ) {
			$data['errors']['form']['spam'] = 'There was an error trying to send your message.';
		}
		return $data;
	}

	/** What the tables hold is kept for the next request. */
	public static function keep_number(): void {
		update_option( 'ninja_forms_stand_in_number', self::number() );
	}

	private static function number(): int {
		global $wpdb;
		// phpcs:ignore WordPress.DB -- The stand-in's own table.
		return (int) $wpdb->get_var( "SELECT value FROM {$wpdb->prefix}nf3_form_meta WHERE `key` = '_seq_num' AND parent_id = 1" );
	}

	/** The entry's number; the one after it is written down. */
	private static function next_number(): int {
		global $wpdb;
		// phpcs:disable WordPress.DB -- The stand-in's own tables.
		$number = self::number();
		$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}nf3_form_meta SET value = %d, meta_value = %d", $number + 1, $number + 1 ) );
		$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}nf3_forms SET seq_num = %d WHERE id = 1", $number + 1 ) );
		return $number;
		// phpcs:enable
	}

	private function respond(): void {
		$this->_errors = array_merge( $this->_errors, $this->_data['errors'] ?? array() );
		echo wp_json_encode( array( 'data' => $this->_data, 'errors' => $this->_errors ) );
		wp_die();
	}
}

final class Ninja_Forms {
	const VERSION = '3.14.3';

	/** @var array<string, object> */
	public $controllers = array();

	public function form( $id = 0 ): NF_Stand_In_Model {
		return new NF_Stand_In_Model( 1 === (int) $id ? array( 'id' => 1, 'title' => 'Contact Me' ) : array() );
	}
}

/** The one instance. */
function Ninja_Forms(): Ninja_Forms {
	static $one;
	$one = $one ?? new Ninja_Forms();
	return $one;
}

Ninja_Forms()->controllers['submission'] = new NF_AJAX_Controllers_Submission();
add_action( 'wp_ajax_nf_ajax_submit', array( Ninja_Forms()->controllers['submission'], 'submit' ) );
add_action( 'wp_ajax_nopriv_nf_ajax_submit', array( Ninja_Forms()->controllers['submission'], 'submit' ) );

// Tables of this request only: no hook tells that the stand-in goes, and the original makes its own of these names.
add_action(
	'plugins_loaded',
	static function () {
		global $wpdb;
		$number = (int) get_option( 'ninja_forms_stand_in_number', 1 );
		// phpcs:disable WordPress.DB
		$wpdb->query( "CREATE TEMPORARY TABLE {$wpdb->prefix}nf3_form_meta ( id int, parent_id int, `key` varchar(40), value longtext, meta_value longtext )" );
		$wpdb->query( "CREATE TEMPORARY TABLE {$wpdb->prefix}nf3_forms ( id int, seq_num int )" );
		$wpdb->query( "INSERT INTO {$wpdb->prefix}nf3_form_meta VALUES ( 1, 1, '_seq_num', '$number', '$number' )" );
		$wpdb->query( "INSERT INTO {$wpdb->prefix}nf3_forms VALUES ( 1, $number )" );
		// phpcs:enable
	}
);

add_action(
	'shutdown',
	static function () {
		register_shutdown_function( array( 'NF_AJAX_Controllers_Submission', 'keep_number' ) ); // After all that ends with the request.
	}
);
