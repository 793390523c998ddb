<?php
/**
 * The command `mail.probe`: from this very host, can the relay be reached, on which ports, and what answers there?
 *
 * This is what tells "the host blocks the port" from "the relay is down". Only the relay in force is looked at, and the
 * sidecar's control target: a public address, or the sidecar's own.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Probe {

	const PORTS = array( 25, 465, 587, 2525 );

	/** Control ports a command may name, at most. */
	const MOST_PORTS = 6;

	/** For everything. */
	const ALL_S = 18.0;

	/**
	 * Both sides at once.
	 *
	 * @param array<string, mixed> $args control: host and ports, or null.
	 * @return array<string, mixed>
	 */
	public static function run( array $args ): array {
		$until   = microtime( true ) + self::ALL_S;
		$relay   = Mail_Settings::relay();
		$sides   = array();
		$talks   = array();
		$control = is_array( $args['control'] ?? null ) ? $args['control'] : array();
		if ( '' !== $relay['host'] ) {
			$ports          = array_unique( array_filter( array_merge( self::PORTS, array( $relay['port'] ) ) ) );
			$sides['relay'] = self::side( $relay['host'], $ports );
		}
		if ( is_string( $control['host'] ?? null ) && is_array( $control['ports'] ?? null ) ) {
			$ports            = array_slice( array_unique( array_filter( array_map( 'intval', $control['ports'] ), array( self::class, 'is_port' ) ) ), 0, self::MOST_PORTS );
			$sides['control'] = self::control( self::side( $control['host'], $ports ), $relay['host'] );
		}
		foreach ( $sides as $name => $side ) {
			foreach ( $side['ask'] as $port ) {
				$implicit                 = 465 === $port || ( 'relay' === $name && $port === $relay['port'] && 'ssl' === $relay['encryption'] );
				$talks[ "$name $port" ] = new Smtp_Talk( $side['addresses'][0], $port, $side['host'], $implicit );
			}
		}
		Smtp_Talk::all( $talks, $until );
		foreach ( $talks as $key => $talk ) {
			list( $name, $port )               = explode( ' ', $key );
			$sides[ $name ]['ports'][ $port ] = $talk->report( $until );
		}
		foreach ( $sides as $name => $side ) {
			unset( $sides[ $name ]['ask'] );
			$sides[ $name ]['ports'] = (object) $side['ports']; // Ports are keys: an object on the wire.
		}
		return array(
			'relay'   => $sides['relay'] ?? null,
			'control' => $sides['control'] ?? null,
		);
	}

	/**
	 * One host and its addresses, as this host's resolver gives them.
	 *
	 * @param string $host  Name or address.
	 * @param int[]  $ports To ask.
	 * @return array<string, mixed>
	 */
	private static function side( string $host, array $ports ): array {
		$host      = trim( $host, '[] ' );
		$addresses = array();
		$error     = '';
		if ( false !== filter_var( $host, FILTER_VALIDATE_IP ) ) {
			$addresses = array( $host );
		} elseif ( preg_match( '/^[A-Za-z0-9_.-]{1,253}$/D', $host ) ) {
			$addresses = (array) gethostbynamel( $host );
			$addresses = array_values( array_filter( $addresses, 'is_string' ) );
			if ( ! $addresses && function_exists( 'dns_get_record' ) ) {
				$found     = @dns_get_record( $host, DNS_AAAA ); // phpcs:ignore WordPress.PHP.NoSilencedErrors -- it warns where DNS is away.
				$addresses = is_array( $found ) ? array_values( array_filter( array_column( $found, 'ipv6' ), 'is_string' ) ) : array();
			}
			$error = $addresses ? '' : "the name $host does not resolve on this host";
		} else {
			$error = 'not a host name';
		}
		return array(
			'host'          => $host,
			'addresses'     => $addresses,
			'resolve_error' => $error,
			'ports'         => array(),
			'ask'           => $addresses ? array_values( $ports ) : array(),
		);
	}

	/**
	 * The control target is asked only where that tells nobody anything about this host's own network.
	 *
	 * @param array<string, mixed> $side  Of the control target.
	 * @param string               $relay The relay in force.
	 * @return array<string, mixed>
	 */
	private static function control( array $side, string $relay ): array {
		$known = array_merge( self::addresses_of( (string) wp_parse_url( Pairing::sidecar(), PHP_URL_HOST ) ), self::addresses_of( $relay ) );
		foreach ( $side['addresses'] as $address ) {
			if ( ! Public_Address::is( $address ) && ! in_array( $address, $known, true ) ) {
				return array_replace(
					$side,
					array(
						'addresses'     => array(),
						'resolve_error' => 'not allowed: a private address that is neither the sidecar’s nor the relay’s',
						'ask'           => array(),
					)
				);
			}
		}
		return $side;
	}

	/**
	 * The addresses of a name.
	 *
	 * @param string $host Name or address.
	 * @return string[]
	 */
	private static function addresses_of( string $host ): array {
		return '' === $host ? array() : (array) gethostbynamel( trim( $host, '[]' ) );
	}

	/**
	 * Whether a number is a port.
	 *
	 * @param int $port A number.
	 */
	private static function is_port( int $port ): bool {
		return $port > 0 && $port < 65536;
	}
}
