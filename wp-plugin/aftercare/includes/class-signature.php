<?php
/**
 * Signs and verifies messages as Standard Webhooks do (docs/protocol.md, Signatures).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Signature {

	/** Seconds either way. */
	const TOLERANCE_S = 300;

	/** What verify() answers. */
	const RIGHT = 'right';
	const WRONG = 'signature';
	const CLOCK = 'clock';

	/**
	 * The value of `webhook-signature`.
	 *
	 * @param string $key       Of the door and direction.
	 * @param string $id        The message's id.
	 * @param string $timestamp Unix seconds, as sent.
	 * @param string $body      Raw bytes.
	 * @return string Nothing without a key: an unsigned message is refused by the other side.
	 */
	public static function sign( string $key, string $id, string $timestamp, string $body ): string {
		if ( '' === $key ) {
			return '';
		}
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- the wire's encoding of an HMAC.
		return 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$timestamp.$body", $key, true ) );
	}

	/**
	 * Whether a message is from the other side, and of now.
	 *
	 * The header may hold several signatures, divided by spaces. An empty key never compares.
	 *
	 * @param string   $key       Of the door and direction.
	 * @param string   $id        `webhook-id`.
	 * @param string   $timestamp `webhook-timestamp`.
	 * @param string   $signature `webhook-signature`.
	 * @param string   $body      Raw bytes.
	 * @param int|null $now       Our time by the sidecar's clock; null where an answer carries our own fresh id, which proves that it is of now.
	 * @return string RIGHT, WRONG, or CLOCK: the signature is right, the time is not.
	 */
	public static function verify( string $key, string $id, string $timestamp, string $signature, string $body, ?int $now ): string {
		if ( '' === $key || '' === $id || ! preg_match( '/^\d{1,12}$/D', $timestamp ) ) {
			return self::WRONG;
		}
		$right = self::sign( $key, $id, $timestamp, $body );
		$found = false;
		foreach ( explode( ' ', $signature ) as $offered ) {
			$found = hash_equals( $right, $offered ) || $found;
		}
		if ( ! $found ) {
			return self::WRONG;
		}
		return null !== $now && abs( $now - (int) $timestamp ) > self::TOLERANCE_S ? self::CLOCK : self::RIGHT;
	}
}
