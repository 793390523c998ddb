<?php
/**
 * The keys of each door, derived from the secret made at pairing (docs/protocol.md, Keys).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Keys {

	const TO_SIDECAR = 'to-sidecar';
	const TO_SITE    = 'to-site';

	/**
	 * HKDF-SHA256 (RFC 5869): what is signed for one door, or one direction, is of use at no other.
	 *
	 * @param string $secret    32 bytes; an empty one has no keys.
	 * @param string $door      events, commands, results, fetch, runs or pairing.
	 * @param string $direction Keys::TO_SIDECAR or Keys::TO_SITE.
	 * @return string 32 bytes, or nothing.
	 */
	public static function derive( string $secret, string $door, string $direction ): string {
		if ( '' === $secret ) {
			return '';
		}
		return (string) hash_hkdf( 'sha256', $secret, 32, "aftercare v1 $door $direction", '' );
	}
}
