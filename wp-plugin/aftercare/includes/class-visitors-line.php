<?php
/**
 * Where the admin wishes it, a visitor whose form failed reads that it was noticed, and where else to write to.
 *
 * In the form plugin's own words of failure, on WordPress's page after a fatal error, and under a form of which the beacon
 * told that it does nothing.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Visitors_Line {

	/**
	 * This request posts a form: should it fail, the line is there.
	 *
	 * @param Adapter $adapter Of the form.
	 */
	public static function ready( Adapter $adapter ): void {
		$line = self::words();
		if ( '' === $line ) {
			return;
		}
		if ( $adapter instanceof Tells_A_Visitor ) {
			$adapter->tell( $line );
		}
		add_filter(
			'wp_php_error_message',
			static function ( $message ) use ( $line ) {
				return is_string( $message ) ? $message . '<p>' . esc_html( $line ) . '</p>' : $message;
			}
		);
	}

	/** The line; nothing where the admin does not wish it. */
	public static function words(): string {
		$to = (string) Form_Wishes::get( 'write_to' );
		/* translators: %s: an e-mail address. */
		return '' === $to ? '' : sprintf( __( 'We noticed. You can also write to %s.', 'aftercare' ), $to );
	}
}
