<?php
/**
 * The code that staff hand out: where the sidecar is, a nonce, and the fingerprint of its public key (docs/protocol.md, Doors).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Pairing_Code {

	const PREFIX = 'aftercare-';

	/** @var string The sidecar's URL, without a slash at its end. */
	public $url;

	/** @var string Good once. */
	public $nonce;

	/** @var string The first 16 hex digits of SHA-256 of the public key. */
	public $fingerprint;

	/**
	 * @param string $url         Where the sidecar is.
	 * @param string $nonce       Good once.
	 * @param string $fingerprint Of its key.
	 */
	private function __construct( string $url, string $nonce, string $fingerprint ) {
		$this->url         = $url;
		$this->nonce       = $nonce;
		$this->fingerprint = $fingerprint;
	}

	/**
	 * Reads a code as people paste it: with spaces, line breaks and quotes around it.
	 *
	 * @param string $pasted What was pasted.
	 * @return self|null Null for anything that is not a whole code.
	 */
	public static function parse( string $pasted ): ?self {
		$code = (string) preg_replace( '/[\s"\'<>\x{201c}\x{201d}\x{00a0}\x{200b}]+/u', '', $pasted );
		if ( 0 !== strpos( $code, self::PREFIX ) || strlen( $code ) > 2000 ) {
			return null;
		}
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- the code's own encoding, base64url.
		$held = json_decode( (string) base64_decode( strtr( substr( $code, strlen( self::PREFIX ) ), '-_', '+/' ), true ), true );
		if ( ! is_array( $held ) ) {
			return null;
		}
		list( $url, $nonce, $fingerprint ) = array( $held['u'] ?? null, $held['n'] ?? null, $held['f'] ?? null );
		if ( ! is_string( $url ) || ! preg_match( '#^https?://[^\s/?\#@]+(/[^\s?\#]*)?$#Di', $url ) ) {
			return null;
		}
		if ( ! is_string( $nonce ) || ! preg_match( '/^[A-Za-z0-9_-]{8,128}$/D', $nonce ) ) {
			return null;
		}
		if ( ! is_string( $fingerprint ) || ! preg_match( '/^[0-9a-f]{16}$/D', $fingerprint ) ) {
			return null;
		}
		return new self( rtrim( $url, '/' ), $nonce, $fingerprint );
	}
}
