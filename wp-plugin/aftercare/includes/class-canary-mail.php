<?php
/**
 * What becomes of the mails of a test entry: they go to the canary's mailbox, or marked to whom the form writes.
 *
 * Where no mailbox is named, and where a marked mail would go only to an address that the test itself typed, it is composed
 * and held. Asked by the mail watch, at the last moment of `wp_mail` and again when the mailer is set up: a plugin may add
 * recipients as late as that.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Canary_Mail {

	/** The header by which the mailbox knows the mail. */
	const HEADER = 'Aftercare-Canary';

	/** @var array<string, array{to: string[], held: bool}> By the mail's id: whom it goes to. */
	private static $sent_to = array();

	/**
	 * A mail of the test entry is about to begin.
	 *
	 * @param array<string, mixed> $atts    As wp_mail() has them, with our header X-Aftercare-Mail.
	 * @param string               $mail    Its id.
	 * @param string               $token   Of the canary.
	 * @param string               $mailbox The canary's; may be nothing.
	 * @param bool                 $marked  It goes to the form's own recipients, marked.
	 * @return array<string, mixed>
	 */
	public static function redirected( array $atts, string $mail, string $token, string $mailbox, bool $marked ): array {
		$meant = self::addresses( $atts['to'] ?? array() );
		$to    = $marked ? self::not_typed( $meant ) : array();
		if ( count( $to ) < count( $meant ) || ! $marked ) {
			$to[] = $mailbox;
		}
		$to                     = array_values( array_unique( array_filter( $to ) ) );
		self::$sent_to[ $mail ] = array(
			'to'   => $to,
			'held' => ! $to,
		);
		$atts['to']             = $to;
		$atts['headers']        = self::without_copies( $atts['headers'] ?? '' );
		$atts['headers']        = Mail_Envelope::with_header( $atts['headers'], self::HEADER, $token );
		$atts['headers']        = Mail_Envelope::with_header( $atts['headers'], 'Auto-Submitted', 'auto-generated' );
		if ( $marked && is_scalar( $atts['subject'] ?? '' ) ) {
			/* translators: %s: the subject of a form's mail. */
			$atts['subject'] = sprintf( __( '[Test] %s', 'aftercare' ), (string) ( $atts['subject'] ?? '' ) );
		}
		if ( ! $to ) {
			remove_all_filters( 'pre_wp_mail' ); // Whoever answers there may keep or send it.
			add_filter( 'pre_wp_mail', Loader::guarded( array( self::class, 'hold' ) ), PHP_INT_MAX, 2 );
		}
		return $atts;
	}

	/**
	 * A mail that goes to nobody is composed, and no mailer sees it.
	 *
	 * @param mixed $answer Null to go on.
	 * @param mixed $atts   As in redirected().
	 * @return mixed
	 */
	public static function hold( $answer, $atts = array() ) {
		$mail = is_array( $atts ) ? Mail_Envelope::header( $atts['headers'] ?? '', Mail_Watch::HEADER ) : '';
		if ( ! self::held( $mail ) ) {
			return $answer;
		}
		Mail_Watch::held( $mail );
		return true;
	}

	/**
	 * Whether this mail goes to nobody.
	 *
	 * @param string $mail Its id.
	 */
	public static function held( string $mail ): bool {
		return self::$sent_to[ $mail ]['held'] ?? false;
	}

	/**
	 * The mailer is set up: nobody is added after us.
	 *
	 * @param string $mail      Its id.
	 * @param object $phpmailer PHPMailer, or what a plugin put in its place.
	 */
	public static function enforce( string $mail, $phpmailer ): void {
		if ( ! isset( self::$sent_to[ $mail ] ) || ! method_exists( $phpmailer, 'clearAllRecipients' ) || ! method_exists( $phpmailer, 'addAddress' ) ) {
			return;
		}
		$phpmailer->clearAllRecipients();
		foreach ( self::$sent_to[ $mail ]['to'] as $address ) {
			$phpmailer->addAddress( $address );
		}
	}

	/**
	 * Bare addresses.
	 *
	 * @param mixed $to As wp_mail() takes it: a list, or a string with commas.
	 * @return string[]
	 */
	private static function addresses( $to ): array {
		$addresses = array();
		foreach ( is_array( $to ) ? $to : explode( ',', (string) $to ) as $one ) {
			$one         = is_scalar( $one ) ? trim( (string) $one ) : '';
			$addresses[] = preg_match( '/<([^<>]*)>\s*$/', $one, $found ) ? trim( $found[1] ) : $one;
		}
		return array_values( array_filter( $addresses ) );
	}

	/**
	 * Those that the test entry did not bring itself: a confirmation goes to whatever address was typed.
	 *
	 * @param string[] $addresses Bare.
	 * @return string[]
	 */
	private static function not_typed( array $addresses ): array {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- only compared.
		$typed = strtolower( rawurldecode( rawurldecode( (string) wp_json_encode( wp_unslash( $_POST ), JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR ) ) ) );
		return array_values(
			array_filter(
				$addresses,
				static function ( string $address ) use ( $typed ): bool {
					return false === strpos( $typed, strtolower( $address ) );
				}
			)
		);
	}

	/**
	 * Headers without Cc and Bcc.
	 *
	 * @param mixed $headers A string, a list of lines, or name → value.
	 * @return mixed Of the same kind.
	 */
	private static function without_copies( $headers ) {
		if ( ! is_array( $headers ) ) {
			return (string) preg_replace( '/^\s*b?cc\s*:.*(?:\R[ \t].*)*(?:\R|$)/mi', '', (string) $headers );
		}
		foreach ( $headers as $name => $line ) {
			$line = is_string( $name ) ? "$name:" : ( is_scalar( $line ) ? (string) $line : '' );
			if ( preg_match( '/^\s*b?cc\s*:/i', $line ) ) {
				unset( $headers[ $name ] );
			}
		}
		return $headers;
	}
}
