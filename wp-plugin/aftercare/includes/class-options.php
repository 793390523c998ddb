<?php
/**
 * The small state of the plugin, in one autoloaded option: reading it costs no query.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Options {

	const NAME = 'aftercare';

	/**
	 * One value.
	 *
	 * @param string $key      Its name.
	 * @param mixed  $fallback What to answer when there is none.
	 * @return mixed
	 */
	public static function get( string $key, $fallback = null ) {
		$all = self::all();
		return array_key_exists( $key, $all ) ? $all[ $key ] : $fallback;
	}

	/**
	 * Keeps one value; nothing is written when it is the same already.
	 *
	 * @param string $key   Its name.
	 * @param mixed  $value Anything that JSON could hold.
	 */
	public static function set( string $key, $value ): void {
		self::merge( array( $key => $value ) );
	}

	/**
	 * Keeps several values in one write.
	 *
	 * @param array<string, mixed> $values Name → value; null forgets the name.
	 */
	public static function merge( array $values ): void {
		$all = self::all();
		foreach ( $values as $key => $value ) {
			$all[ $key ] = $value;
			if ( null === $value ) {
				unset( $all[ $key ] );
			}
		}
		update_option( self::NAME, $all, true );
	}

	/**
	 * Forgets one value.
	 *
	 * @param string $key Its name.
	 */
	public static function delete( string $key ): void {
		self::merge( array( $key => null ) );
	}

	/**
	 * All of it; empty before the first activation.
	 *
	 * @return array<string, mixed>
	 */
	public static function all(): array {
		$all = get_option( self::NAME, array() );
		return is_array( $all ) ? $all : array();
	}
}
