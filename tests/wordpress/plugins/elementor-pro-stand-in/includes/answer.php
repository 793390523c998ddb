<?php
/**
 * The way of a posted form from its document to the answer.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace ElementorPro\Modules\Forms\Classes;

use ElementorPro\Modules\Forms\Module;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- A visitor's form has no nonce, as the original's.

class Ajax_Handler {

	/** @var array<string, string> */
	public $errors = array();

	/** @var array<string, string[]> */
	public $messages = array(
		'error'       => array(),
		'admin_error' => array(),
	);

	/** Taken for the one action. */
	public function __construct() {
		add_action( 'wp_ajax_elementor_pro_forms_send_form', array( $this, 'ajax_send_form' ) );
		add_action( 'wp_ajax_nopriv_elementor_pro_forms_send_form', array( $this, 'ajax_send_form' ) );
	}

	/** From document to answer. */
	public function ajax_send_form(): void {
		$elements = json_decode( (string) get_post_meta( (int) $_POST['post_id'], '_elementor_data', true ), true );
		$form     = self::find( (array) $elements, (string) $_POST['form_id'] );
		if ( empty( $form['settings']['form_fields'] ) ) {
			$this->add_error_message( 'Your submission failed because the form is invalid.' )->send();
		}
		$record = new Form_Record( (array) wp_unslash( $_POST['form_fields'] ?? array() ), $form );
		if ( ! $record->validate( $this ) ) {
			$this->add_error_message( 'Your submission failed because of an error.' )->send();
		}
		$record->process_fields( $this );
		if ( $this->errors ) {
			$this->send();
		}
		$actions = Module::instance()->actions_registrar->get();
		$record  = apply_filters( 'elementor_pro/forms/record/actions_before', $record, $this );
		foreach ( $actions as $action ) {
			if ( ! in_array( $action->get_name(), $form['settings']['submit_actions'], true ) ) {
				continue;
			}
			$exception = null;
			try {
				$action->run( $record, $this );
			} catch ( \Exception $exception ) {
				$this->messages['admin_error'][] = $exception->getMessage();
				$this->add_error_message( 'Your submission failed because of an error.' );
			}
			do_action( 'elementor_pro/forms/actions/after_run', $action, $exception );
		}
		do_action( 'elementor_pro/forms/new_record', $record, $this );
		$this->send();
	}

	/** A field is refused. */
	public function add_error( string $field, string $message ): self {
		$this->errors[ $field ] = $message;
		return $this;
	}

	/** All is refused. */
	public function add_error_message( string $message ): self {
		$this->messages['error'][] = $message;
		return $this;
	}

	/** The answer, and the end. HTTP 200 whatever it is. */
	public function send(): void {
		if ( ! $this->errors && ! $this->messages['error'] ) {
			wp_send_json_success( array( 'message' => 'Your submission was successful.' ) );
		}
		wp_send_json_error(
			array(
				'message' => implode( '<br>', $this->messages['error'] ),
				'errors'  => $this->errors,
			)
		);
	}

	/** An element by its id, at any depth. */
	private static function find( array $elements, string $id ): ?array {
		foreach ( $elements as $element ) {
			$found = $id === $element['id'] ? $element : self::find( $element['elements'] ?? array(), $id );
			if ( null !== $found ) {
				return $found;
			}
		}
		return null;
	}
}
