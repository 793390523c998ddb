<?php
/**
 * The certificate of a mail server, judged as PHP itself judges it, and read even when it was refused.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Certificate {

	/**
	 * The settings that PHPMailer has by default, or none for reading a certificate that was refused.
	 *
	 * @param string $host   The name it must bear.
	 * @param bool   $verify Whether to judge.
	 * @return resource
	 */
	public static function context( string $host, bool $verify ) {
		return stream_context_create(
			array(
				'ssl' => array(
					'peer_name'         => $host,
					'SNI_enabled'       => true,
					'verify_peer'       => $verify,
					'verify_peer_name'  => $verify,
					'capture_peer_cert' => true,
				),
			)
		);
	}

	/**
	 * What the handshake showed.
	 *
	 * @param resource $stream After it.
	 * @param bool     $ok     Whether PHP took it.
	 * @param string   $error  What PHP said.
	 * @return array<string, mixed> ok, error, subject, names, issuer, not_after, fingerprint.
	 */
	public static function seen( $stream, bool $ok, string $error ): array {
		$options = stream_context_get_options( $stream );
		$held    = $options['ssl']['peer_certificate'] ?? null;
		$read    = $held ? (array) openssl_x509_parse( $held, false ) : array();
		$names   = array();
		foreach ( explode( ',', (string) ( $read['extensions']['subjectAltName'] ?? '' ) ) as $name ) {
			if ( preg_match( '/^\s*(?:DNS|IP Address):(.+)$/D', $name, $found ) ) {
				$names[] = trim( $found[1] );
			}
		}
		return array(
			'ok'          => $ok,
			'error'       => $error,
			'subject'     => self::name( $read['subject'] ?? array() ),
			'names'       => array_slice( $names, 0, 50 ),
			'issuer'      => self::name( $read['issuer'] ?? array() ),
			'not_after'   => isset( $read['validTo_time_t'] ) ? gmdate( 'Y-m-d\TH:i:s\Z', (int) $read['validTo_time_t'] ) : '',
			'fingerprint' => $held ? (string) openssl_x509_fingerprint( $held, 'sha256' ) : '',
		);
	}

	/**
	 * A certificate that was refused, read without judging it: whose is it, until when?
	 *
	 * @param string $address   Where.
	 * @param int    $port      Where.
	 * @param string $host      The name asked for.
	 * @param bool   $implicit  TLS from the first byte.
	 * @param float  $timeout_s For all of it.
	 * @return array<string, mixed> As seen().
	 */
	public static function unverified( string $address, int $port, string $host, bool $implicit, float $timeout_s ): array {
		$at     = false === strpos( $address, ':' ) ? $address : "[$address]";
		$stream = @stream_socket_client( "tcp://$at:$port", $code, $said, $timeout_s, STREAM_CLIENT_CONNECT, self::context( $host, false ) ); // phpcs:ignore WordPress.PHP.NoSilencedErrors
		$none   = array(
			'ok'          => false,
			'error'       => '',
			'subject'     => '',
			'names'       => array(),
			'issuer'      => '',
			'not_after'   => '',
			'fingerprint' => '',
		);
		if ( false === $stream ) {
			return $none;
		}
		stream_set_timeout( $stream, max( 1, (int) $timeout_s ) );
		if ( ! $implicit ) {
			self::answer( $stream );
			fwrite( $stream, "EHLO localhost.localdomain\r\n" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			self::answer( $stream );
			fwrite( $stream, "STARTTLS\r\n" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			self::answer( $stream );
		}
		$done = @stream_socket_enable_crypto( $stream, true, STREAM_CRYPTO_METHOD_TLS_CLIENT ); // phpcs:ignore WordPress.PHP.NoSilencedErrors
		$seen = true === $done ? self::seen( $stream, false, '' ) : $none;
		fclose( $stream ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		return $seen;
	}

	/**
	 * Reads one whole answer and drops it.
	 *
	 * @param resource $stream The connection.
	 */
	private static function answer( $stream ): void {
		for ( $i = 0; $i < 60; $i++ ) {
			$line = fgets( $stream, 1024 );
			if ( false === $line || ! isset( $line[3] ) || '-' !== $line[3] ) {
				return;
			}
		}
	}

	/**
	 * A distinguished name, the common name first.
	 *
	 * @param mixed $parts As openssl_x509_parse() gives it.
	 */
	private static function name( $parts ): string {
		$parts = is_array( $parts ) ? $parts : array();
		$name  = $parts['commonName'] ?? ( $parts['organizationName'] ?? '' );
		return is_array( $name ) ? (string) reset( $name ) : (string) $name;
	}
}
