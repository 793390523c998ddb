<?php
/**
 * Elementor Pro's forms where they lie: widgets in the post meta `_elementor_data` of pages, templates and pop-ups.
 *
 * There is no list of them. Names of settings: modules/forms/widgets/form.php of the plugin.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Elementor_Pro_Forms {

	/** Where a document's elements lie, as JSON. */
	const DATA = '_elementor_data';

	/** Where the plugin keeps name and fields of each form that had an entry, also when it is gone. */
	const SNAPSHOT = '__elementor_forms_snapshot';

	/** The fields of a widget that nobody touched. */
	const DEFAULT_FIELDS = array(
		array(
			'custom_id'   => 'name',
			'field_label' => 'Name',
		),
		array(
			'custom_id'   => 'email',
			'field_type'  => 'email',
			'field_label' => 'Email',
			'required'    => 'true',
		),
		array(
			'custom_id'   => 'message',
			'field_type'  => 'textarea',
			'field_label' => 'Message',
		),
	);

	/** An element in an element, at most so deep: a section, a column, an inner section, containers. */
	const DEPTH = 30;

	/**
	 * The form's name; null where the document holds no such form.
	 *
	 * @param int    $post_id The document's.
	 * @param string $element The widget's id.
	 */
	public static function title( int $post_id, string $element ): ?string {
		$settings = self::settings( "$post_id-$element" );
		return null === $settings ? null : self::name( $settings );
	}

	/**
	 * The name of a form that the document once held; null where it never had an entry.
	 *
	 * @param int    $post_id The document's.
	 * @param string $element The widget's id.
	 */
	public static function former_title( int $post_id, string $element ): ?string {
		foreach ( self::decoded( $post_id, self::SNAPSHOT ) as $form ) {
			if ( is_array( $form ) && $element === ( $form['id'] ?? '' ) ) {
				return self::name( array( 'form_name' => $form['name'] ?? '' ) );
			}
		}
		return null;
	}

	/**
	 * The fields of a form.
	 *
	 * @param array<string, mixed> $settings The widget's.
	 * @return array<int, array{name: string, type: string, label: string, required: bool}>
	 */
	public static function fields( array $settings ): array {
		$fields = array();
		foreach ( (array) ( $settings['form_fields'] ?? self::DEFAULT_FIELDS ) as $field ) {
			if ( is_array( $field ) && is_string( $field['custom_id'] ?? null ) ) {
				$fields[] = array(
					'name'     => $field['custom_id'],
					'type'     => is_string( $field['field_type'] ?? null ) ? $field['field_type'] : 'text',
					'label'    => trim( wp_strip_all_tags( is_string( $field['field_label'] ?? null ) ? $field['field_label'] : '' ) ),
					'required' => in_array( $field['required'] ?? '', array( 'true', 'yes', true ), true ),
				);
			}
		}
		return $fields;
	}

	/**
	 * A field's name as the events have it: its label.
	 *
	 * @param array<string, mixed> $field As fields() has it.
	 */
	public static function field_name( array $field ): string {
		return '' === $field['label'] ? $field['name'] : $field['label'];
	}

	/**
	 * The form's "Actions After Submit".
	 *
	 * @param array<string, mixed> $settings The widget's.
	 * @return string[]
	 */
	public static function actions( array $settings ): array {
		// phpcs:ignore WordPress.NamingConventions -- The plugin's filter: what is not saved is its default.
		$actions = $settings['submit_actions'] ?? apply_filters( 'elementor_pro/forms/default_submit_actions', array( 'email' ) );
		return array_values( array_filter( (array) $actions, 'is_string' ) );
	}

	/**
	 * The settings of one form; null where the document holds no such form.
	 *
	 * @param string $form Its id, as the events have it: document and widget.
	 * @return array<string, mixed>|null
	 */
	public static function settings( string $form ): ?array {
		list( $post_id, $element ) = array_pad( explode( '-', $form, 2 ), 2, '' );
		return self::of( (int) $post_id )[ $element ] ?? null;
	}

	/**
	 * Whether a type of field is a captcha; add-ons bring their own.
	 *
	 * @param string $type reCAPTCHA's two are the plugin's.
	 */
	public static function is_captcha( string $type ): bool {
		return 1 === preg_match( '/captcha|turnstile/i', $type );
	}

	/**
	 * A document's forms: widget id → settings. A global widget's are those of its template.
	 *
	 * @param int $post_id The document's.
	 * @return array<string, array<string, mixed>>
	 */
	public static function of( int $post_id ): array {
		return self::among( self::decoded( $post_id, self::DATA ), self::DEPTH );
	}

	/**
	 * The forms among elements, at any depth.
	 *
	 * @param array<int|string, mixed> $elements As in `_elementor_data`.
	 * @param int                      $depth    How much deeper to look.
	 * @return array<string, array<string, mixed>>
	 */
	private static function among( array $elements, int $depth ): array {
		$forms = array();
		foreach ( $elements as $element ) {
			if ( ! is_array( $element ) || $depth <= 0 ) {
				continue;
			}
			$id = is_scalar( $element['id'] ?? null ) ? (string) $element['id'] : '';
			if ( 'form' === ( $element['widgetType'] ?? '' ) ) {
				$forms[ $id ] = (array) ( $element['settings'] ?? array() );
			} elseif ( 'global' === ( $element['widgetType'] ?? '' ) && is_numeric( $element['templateID'] ?? null ) ) {
				$forms += array_fill_keys( array( $id ), current( self::among( self::decoded( (int) $element['templateID'], self::DATA ), 1 ) ) );
			}
			$forms += self::among( (array) ( $element['elements'] ?? array() ), $depth - 1 );
		}
		return array_filter( $forms, 'is_array' );
	}

	/**
	 * What a form is called.
	 *
	 * @param array<string, mixed> $settings The widget's.
	 */
	public static function name( array $settings ): string {
		$name = is_string( $settings['form_name'] ?? null ) ? trim( wp_strip_all_tags( $settings['form_name'] ) ) : '';
		return '' === $name ? 'Form' : $name;
	}

	/**
	 * A post's meta that holds JSON.
	 *
	 * @param int    $post_id The post's.
	 * @param string $key     The meta's.
	 * @return array<int|string, mixed>
	 */
	private static function decoded( int $post_id, string $key ): array {
		$json = get_post_meta( $post_id, $key, true );
		$data = is_string( $json ) ? json_decode( $json, true ) : null;
		return is_array( $data ) ? $data : array();
	}
}
