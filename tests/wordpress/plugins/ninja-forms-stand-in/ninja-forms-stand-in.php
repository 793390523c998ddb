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
 *
 * The code is our own; nothing of theirs was copied. Ninja Forms itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable Generic.Files.OneObjectStructurePerFile, WordPress.NamingConventions, PSR2 -- The original's names, in one file.

defined( 'ABSPATH' ) || exit;

/** A form or a field, as far as its settings go. */
final class NF_Stand_In_Model {
	/** @var array<string, string> */
	private $settings;

	public function __construct( array $settings ) {
		$this->settings = $settings;
	}

	public function get(): self {
		return $this;
	}

	public function get_setting( string $name ): ?string {
		return $this->settings[ $name ] ?? null;
	}

	public function field( int $id ): self {
		$labels = array( 1 => 'Name', 2 => 'Email', 3 => 'Message', 4 => 'reCAPTCHA' );
		$type   = 4 === $id ? 'recaptcha' : 'textbox';
		return new self( isset( $labels[ $id ] ) ? array( 'label' => $labels[ $id ], 'type' => $type ) : array() );
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
		foreach ( $sent['fields'] as $id => $field ) {
			if ( '' === trim( (string) ( $field['value'] ?? '' ) ) ) {
				$this->_errors['fields'][ $id ] = array( 'slug' => 'required-error' );
				$this->respond();
			}
			if ( isset( $sent['errors']['fields'][ $id ] ) ) {
				$this->_errors['fields'][ $id ] = $sent['errors']['fields'][ $id ];
				$this->respond();
			}
		}
		$actions = apply_filters( 'ninja_forms_submission_actions', array( 'save', 'email' ), array(), $sent );
		foreach ( $actions as $type ) {
			if ( ! apply_filters( "ninja_forms_run_action_type_$type", true ) ) {
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
			$id = 1 + (int) get_option( 'ninja_forms_stand_in', 0 );
			update_option( 'ninja_forms_stand_in', $id, false );
			do_action( 'nf_before_save_sub', $id );
			do_action( 'nf_save_sub', $id );
			$data['actions']['save']['sub_id'] = $id;
		} else {
			$data['actions']['email']['sent'] = wp_mail( get_option( 'admin_email' ), 'Ninja Forms Submission', 'Message' );
		}
		return $data;
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
		return new NF_Stand_In_Model( 1 === (int) $id ? array( 'title' => 'Contact Me' ) : array() );
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
