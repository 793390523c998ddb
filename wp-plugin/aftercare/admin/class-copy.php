<?php
/**
 * A text to take along: whole, to be marked by keyboard, with a button where there is a script.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

final class Copy {

	/**
	 * The text and its button.
	 *
	 * @param string $text Plain.
	 * @return string Safe HTML.
	 */
	public static function line( string $text ): string {
		$html = '<div class="aftercare-copy"><pre tabindex="0">' . esc_html( $text ) . '</pre>';
		return $html . '<button type="button" class="button" data-aftercare-copy data-copied="' . esc_attr__( 'Copied', 'aftercare' ) . '" hidden>' . esc_html__( 'Copy', 'aftercare' ) . '</button></div>';
	}
}
