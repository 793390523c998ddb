<?php
/**
 * One field of a form: `[type* name]`, the star makes it required.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

final class WPCF7_FormTag {

	public string $type;
	public string $basetype;
	public string $name;

	public function __construct( string $type, string $name ) {
		$this->type     = $type;
		$this->basetype = rtrim( $type, '*' );
		$this->name     = $name;
	}

	public function is_required(): bool {
		return '*' === substr( $this->type, -1 );
	}

	/** As it stands on the page. */
	public function html( string $value, string $trouble ): string {
		$name  = esc_attr( $this->name );
		$field = array(
			'textarea'   => sprintf( '<textarea name="%s" class="wpcf7-form-control">%s</textarea>', $name, esc_textarea( $value ) ),
			'acceptance' => sprintf( '<input type="checkbox" name="%s" value="1" class="wpcf7-form-control">', $name ),
		);
		$plain = sprintf( '<input type="%s" name="%s" value="%s" class="wpcf7-form-control">', esc_attr( $this->basetype ), $name, esc_attr( $value ) );
		$tip   = '' === $trouble ? '' : sprintf( '<span class="wpcf7-not-valid-tip">%s</span>', esc_html( $trouble ) );
		$label = ucfirst( str_replace( '-', ' ', preg_replace( '/^your-/', '', $this->name ) ) );
		return sprintf( '<p><label>%s<br>%s</label>%s</p>', esc_html( $label ), $field[ $this->basetype ] ?? $plain, $tip );
	}
}
