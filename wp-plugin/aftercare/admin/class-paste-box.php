<?php
/**
 * The box to paste an error text into: what does it mean, whose fault is it, what to do? (docs/protocol.md, A reading)
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\Client;

final class Paste_Box {

	const DEED = 'aftercare_read';

	const LONGEST = 20000;

	/**
	 * The form, and the answer to what was pasted.
	 *
	 * @param bool $there Whether the sidecar answers now.
	 */
	public static function show( bool $there ): void {
		$text = self::pasted();
		echo '<section class="aftercare-panel" id="aftercare-read"><h2>' . esc_html__( 'What does this error mean?', 'aftercare' ) . '</h2>';
		if ( '' !== $text ) {
			self::answer( $text );
		}
		echo '<form method="post" action="' . esc_url( Screen::url() . '#aftercare-read' ) . '">';
		wp_nonce_field( self::DEED, '_aftercare_read', false );
		echo '<p><label for="aftercare-text">' . esc_html__( 'Paste what a mailer, a mail server or a form said. It is read and not kept.', 'aftercare' ) . '</label></p>';
		echo '<textarea id="aftercare-text" name="aftercare_text" rows="4" class="large-text code" maxlength="' . (int) self::LONGEST . '" required>' . esc_textarea( $text ) . '</textarea>';
		echo '<p><button type="submit" class="button"' . ( $there ? '' : ' disabled' ) . '>' . esc_html__( 'Read it', 'aftercare' ) . '</button></p></form></section>';
	}

	/** What was pasted, if the nonce is right. */
	private static function pasted(): string {
		if ( ! isset( $_POST['_aftercare_read'], $_POST['aftercare_text'] ) || ! is_string( $_POST['aftercare_text'] ) || ! is_string( $_POST['_aftercare_read'] ) ) {
			return '';
		}
		if ( ! wp_verify_nonce( sanitize_key( wp_unslash( $_POST['_aftercare_read'] ) ), self::DEED ) ) {
			return '';
		}
		// Not sanitised for HTML: "<user@example.com>" in an error text would be lost. It is escaped where it is shown.
		return substr( wp_check_invalid_utf8( wp_unslash( $_POST['aftercare_text'] ), true ), 0, self::LONGEST ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput
	}

	/**
	 * The reading.
	 *
	 * @param string $text What was pasted.
	 */
	private static function answer( string $text ): void {
		$answer = Client::post(
			'runs',
			'/replies',
			array(
				'text'     => $text,
				'stage'    => '',
				'provider' => '',
			),
			8.0
		);
		if ( ! $answer->ok ) {
			Screen::notice( Words::why( $answer ), 'error' );
			return;
		}
		$read   = $answer->body;
		$remedy = is_array( $read['remedy'] ?? null ) ? $read['remedy'] : array();
		$rows   = array(
			__( 'What it means', 'aftercare' )     => $read['meaning'] ?? '',
			__( 'Whose fault it is', 'aftercare' ) => $read['fault'] ?? '',
			__( 'Will it pass?', 'aftercare' )     => ! empty( $read['temporary'] ) ? __( 'Yes, it is temporary: a mailer that tries again will get through.', 'aftercare' ) : __( 'No: it stays until something is changed.', 'aftercare' ),
			__( 'What to do', 'aftercare' )        => $remedy['text'] ?? '',
			__( 'What to try next', 'aftercare' )  => $read['follow_up'] ?? '',
		);
		echo '<div class="aftercare-reading" role="status"><dl>';
		foreach ( $rows as $name => $value ) {
			if ( is_string( $value ) && '' !== $value ) {
				echo '<dt>' . esc_html( $name ) . '</dt><dd>' . nl2br( esc_html( $value ) ) . '</dd>';
			}
		}
		echo '</dl><p><code>' . esc_html( (string) ( is_scalar( $read['code'] ?? null ) ? $read['code'] : '' ) ) . '</code></p></div>';
	}
}
