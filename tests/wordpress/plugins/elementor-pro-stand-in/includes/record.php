<?php
/**
 * What was posted, by the form's own list of fields.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace ElementorPro\Modules\Forms\Classes;

defined( 'ABSPATH' ) || exit;

class Form_Record {

	/** @var array<string, array<string, mixed>> */
	protected $fields = array();

	/** @var array<string, mixed> */
	protected $form_settings;

	/** The answers to the fields of these settings. */
	public function __construct( array $sent, array $form ) {
		$this->form_settings = $form['settings'];
		foreach ( $form['settings']['form_fields'] as $field ) {
			$this->fields[ $field['custom_id'] ] = array(
				'id'       => $field['custom_id'],
				'type'     => $field['field_type'],
				'title'    => $field['field_label'] ?? '',
				'required' => ! empty( $field['required'] ),
				'value'    => (string) ( $sent[ $field['custom_id'] ] ?? '' ),
			);
		}
	}

	/** Whether nothing refuses. */
	public function validate( Ajax_Handler $answer ): bool {
		foreach ( $this->fields as $id => $field ) {
			if ( $field['required'] && '' === $field['value'] && 'upload' !== $field['type'] ) {
				$answer->add_error( $id, 'This field is required.' );
			}
			do_action( "elementor_pro/forms/validation/{$field['type']}", $field, $this, $answer );
		}
		do_action( 'elementor_pro/forms/validation', $this, $answer );
		return ! $answer->errors;
	}

	/** Uploads are stored here, for one. */
	public function process_fields( Ajax_Handler $answer ): void {
		foreach ( $this->fields as $field ) {
			do_action( "elementor_pro/forms/process/{$field['type']}", $field, $this, $answer );
		}
		do_action( 'elementor_pro/forms/process', $this, $answer );
	}

	/** A property. */
	public function get( string $property ) {
		return $this->$property ?? null;
	}

	/** One of the form's settings. */
	public function get_form_settings( string $setting ) {
		return $this->form_settings[ $setting ] ?? null;
	}

	/** The fields of which these things are true. */
	public function get_field( $args ): array {
		return wp_list_filter( $this->fields, (array) $args );
	}

	/** A field that is for no mail. */
	public function remove_field( string $id ): void {
		unset( $this->fields[ $id ] );
	}
}
