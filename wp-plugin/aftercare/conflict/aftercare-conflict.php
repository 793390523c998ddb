<?php
/**
 * Plugin Name: Aftercare: one check of plugin conflicts
 * Description: Put here by Aftercare for one check, and taken away after it. For requests that the check has signed, and for nobody who is logged in, it leaves the named plugins out. For everybody else it does nothing.
 *
 * @package Aftercare
 */

defined( 'ABSPATH' ) || exit;

( static function () {
	// phpcs:disable WordPress.Security.ValidatedSanitizedInput -- looked at byte by byte; nothing is believed without the signature.
	$said = $_SERVER['HTTP_AFTERCARE_OFF'] ?? '';
	if ( ! is_string( $said ) || ! preg_match( '/^(\d{10})\.([A-Za-z0-9_-]{1,4000})\.([0-9a-f]{64})$/D', $said, $part ) ) {
		return;
	}
	foreach ( array_keys( $_COOKIE ) as $name ) {
		if ( 0 === strpos( (string) $name, 'wordpress_logged_in_' ) ) {
			return;
		}
	}
	// phpcs:enable
	$kept = get_option( 'aftercare_conflict' );
	if ( ! is_array( $kept ) || 64 !== strlen( (string) ( $kept['key'] ?? '' ) ) || (int) $part[1] < time() || (int) $part[1] > (int) ( $kept['until'] ?? 0 ) ) {
		return;
	}
	if ( ! hash_equals( hash_hmac( 'sha256', $part[1] . '.' . $part[2], (string) $kept['key'] ), $part[3] ) ) {
		return;
	}
	$off = array_intersect( explode( ',', (string) base64_decode( strtr( $part[2], '-_', '+/' ), true ) ), (array) ( $kept['may'] ?? array() ) );
	defined( 'DONOTCACHEPAGE' ) || define( 'DONOTCACHEPAGE', true );
	header( 'Cache-Control: no-store, private' );
	$slug = static function ( $file ) {
		$folder = dirname( (string) $file );
		return '.' === $folder ? basename( (string) $file, '.php' ) : $folder;
	};
	add_filter(
		'option_active_plugins',
		static function ( $active ) use ( $off, $slug ) {
			$stays = static function ( $file ) use ( $off, $slug ) {
				return ! in_array( $slug( $file ), $off, true );
			};
			return is_array( $active ) ? array_values( array_filter( $active, $stays ) ) : $active;
		}
	);
	add_filter(
		'site_option_active_sitewide_plugins',
		static function ( $active ) use ( $off, $slug ) {
			foreach ( is_array( $active ) ? array_keys( $active ) : array() as $file ) {
				if ( in_array( $slug( $file ), $off, true ) ) {
					unset( $active[ $file ] );
				}
			}
			return $active;
		}
	);
} )();
