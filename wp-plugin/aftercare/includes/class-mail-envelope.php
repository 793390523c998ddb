<?php
/**
 * What shows of a mail from outside: its headers, its size, and who called wp_mail().
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Envelope {

	/** Core's callers of wp_mail(), and what kind of mail each sends. */
	const KINDS = array(
		'retrieve_password'               => 'password-reset',
		'wp_new_user_notification'        => 'new-user',
		'wp_password_change_notification' => 'core',
		'wp_notify_postauthor'            => 'comment',
		'wp_notify_moderator'             => 'comment',
	);

	/**
	 * One header's value, nothing when it is not there.
	 *
	 * @param mixed  $headers A string, a list of lines, or name → value.
	 * @param string $wanted  Its name.
	 */
	public static function header( $headers, string $wanted ): string {
		foreach ( is_array( $headers ) ? $headers : explode( "\n", (string) $headers ) as $name => $line ) {
			$line = is_scalar( $line ) ? trim( (string) $line ) : '';
			$line = is_string( $name ) ? "$name: $line" : $line;
			if ( 0 === stripos( $line, "$wanted:" ) ) {
				return trim( substr( $line, strlen( $wanted ) + 1 ) );
			}
		}
		return '';
	}

	/**
	 * Headers with ours, which replaces one that is there: a mail that was queued comes by a second time.
	 *
	 * @param mixed  $headers As wp_mail() takes them.
	 * @param string $name    Our header's.
	 * @param string $id      Of the mail.
	 * @return mixed Of the same kind.
	 */
	public static function with_header( $headers, string $name, string $id ) {
		$ours = $name . ': ' . $id;
		if ( is_array( $headers ) ) {
			$headers   = array_filter(
				$headers,
				static function ( $line ) use ( $name ): bool {
					return ! is_string( $line ) || 0 !== stripos( ltrim( $line ), $name . ':' );
				}
			);
			$headers[] = $ours;
			return $headers;
		}
		$headers = (string) preg_replace( '/^' . $name . ':.*(?:\R|$)/mi', '', (string) $headers );
		return '' === trim( $headers ) ? $ours : rtrim( $headers, "\r\n" ) . "\r\n" . $ours;
	}

	/**
	 * What kind of mail this is, by who called wp_mail().
	 *
	 * @param Mail $mail Is filled.
	 */
	public static function classify( Mail $mail ): void {
		$below = false;
		foreach ( debug_backtrace( DEBUG_BACKTRACE_IGNORE_ARGS, 40 ) as $frame ) { // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			$function = (string) $frame['function'];
			if ( ! $below ) {
				if ( 'wp_mail' === $function && ! isset( $frame['class'] ) ) {
					$below        = true;
					$owner        = Callbacks::owner( (string) ( $frame['file'] ?? '' ) );
					$mail->caller = $owner['slug'];
					$mail->kind   = 'core' === $owner['kind'] ? 'core' : 'other';
				}
				continue;
			}
			if ( isset( self::KINDS[ $function ] ) && ! isset( $frame['class'] ) ) {
				$mail->kind = self::KINDS[ $function ];
				break;
			}
		}
		if ( '' !== $mail->canary ) {
			$mail->kind = 'canary';
		} elseif ( '' !== $mail->form && in_array( $mail->kind, array( 'core', 'other' ), true ) ) {
			$mail->kind = 'form';
		}
	}

	/**
	 * Bytes of a mail, about: attachments grow by a third on the way.
	 *
	 * @param array<string, mixed> $atts As wp_mail() has them.
	 */
	public static function size( array $atts ): int {
		$size = is_string( $atts['message'] ?? null ) ? strlen( $atts['message'] ) : 0;
		foreach ( is_array( $atts['attachments'] ?? null ) ? $atts['attachments'] : explode( "\n", (string) ( $atts['attachments'] ?? '' ) ) as $file ) {
			$size += is_string( $file ) && '' !== trim( $file ) && is_file( trim( $file ) ) ? (int) ( filesize( trim( $file ) ) * 4 / 3 ) : 0;
		}
		return $size;
	}
}
