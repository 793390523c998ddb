<?php
/**
 * Whether an address is plainly public: everybody's to ask, and nobody's own network.
 *
 * PHP's own filter lets through IPv6 forms that carry an IPv4 address inside (::ffff:127.0.0.1 reaches loopback), carrier-grade
 * NAT, benchmarking and multicast. So ranges are named here: the registries of RFC 6890, and the one IPv6 block in use.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Public_Address {

	/** All of IPv6 that is handed out: what lies outside of it is local, mapped, translated or multicast. */
	const IPV6_IN_USE = '2000::/3';

	/** Not public within IPv4 and within that block. */
	const NOT_PUBLIC = array(
		'0.0.0.0/8',
		'10.0.0.0/8',
		'100.64.0.0/10',    // Carrier-grade NAT.
		'127.0.0.0/8',
		'168.63.129.16/32', // Azure's wire server: a public address that is not.
		'169.254.0.0/16',   // Link-local, and the clouds' metadata.
		'172.16.0.0/12',
		'192.0.0.0/24',
		'192.0.2.0/24',
		'192.88.99.0/24',
		'192.168.0.0/16',
		'198.18.0.0/15',
		'198.51.100.0/24',
		'203.0.113.0/24',
		'224.0.0.0/3',
		'2001::/23',        // Teredo among them.
		'2001:db8::/32',
		'2002::/16',        // 6to4.
		'3fff::/20',
	);

	/**
	 * Whether it is.
	 *
	 * @param string $address IPv4 or IPv6; anything else is not.
	 */
	public static function is( string $address ): bool {
		$bytes = filter_var( $address, FILTER_VALIDATE_IP ) ? inet_pton( $address ) : false;
		if ( false === $bytes || ( 16 === strlen( $bytes ) && ! self::within( $bytes, self::IPV6_IN_USE ) ) ) {
			return false;
		}
		foreach ( self::NOT_PUBLIC as $range ) {
			if ( self::within( $bytes, $range ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether it lies in a range.
	 *
	 * @param string $bytes Of inet_pton().
	 * @param string $range As 10.0.0.0/8.
	 */
	private static function within( string $bytes, string $range ): bool {
		list( $base, $bits ) = explode( '/', $range );
		$base                = (string) inet_pton( $base );
		$whole               = intdiv( (int) $bits, 8 );
		$rest                = (int) $bits % 8;
		if ( strlen( $base ) !== strlen( $bytes ) || 0 !== strncmp( $base, $bytes, $whole ) ) {
			return false;
		}
		return 0 === $rest || 0 === ( ( ord( $base[ $whole ] ) ^ ord( $bytes[ $whole ] ) ) >> ( 8 - $rest ) );
	}
}
