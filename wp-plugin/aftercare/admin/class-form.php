<?php
/**
 * A form of ours: what is pressed goes to admin-post.php with a nonce of its own.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

final class Form {

	/**
	 * Opens one.
	 *
	 * @param string $deed  As in Actions::DEEDS.
	 * @param string $class For its looks.
	 */
	public static function open( string $deed, string $class = '' ): void {
		echo self::opened( $deed, $class ); // phpcs:ignore WordPress.Security.EscapeOutput -- escaped there.
	}

	/**
	 * The same, as text.
	 *
	 * @param string $deed  As in Actions::DEEDS.
	 * @param string $class For its looks.
	 * @return string Safe HTML.
	 */
	public static function opened( string $deed, string $class = '' ): string {
		return '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" class="' . esc_attr( $class ) . '">'
			. '<input type="hidden" name="action" value="' . esc_attr( "aftercare_$deed" ) . '">'
			. wp_nonce_field( "aftercare_$deed", '_wpnonce', false, false );
	}

	/**
	 * A form that is one button.
	 *
	 * @param string                $deed   As in Actions::DEEDS.
	 * @param string                $label  On the button.
	 * @param string                $class  Of the button.
	 * @param array<string, string> $hidden Further values.
	 */
	public static function button( string $deed, string $label, string $class = 'button', array $hidden = array() ): void {
		self::open( $deed, 'aftercare-inline' );
		foreach ( $hidden as $name => $value ) {
			echo '<input type="hidden" name="' . esc_attr( $name ) . '" value="' . esc_attr( $value ) . '">';
		}
		echo '<button type="submit" class="' . esc_attr( $class ) . '">' . esc_html( $label ) . '</button></form>';
	}
}
