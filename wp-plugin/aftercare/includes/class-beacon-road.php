<?php
/**
 * Takes a visitor's message if the beacon is on and the minute's budget allows it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Beacon_Road {

	/** Option, not autoloaded: "minute:messages", of the last minute that had any. */
	const BUDGET = 'aftercare_beacon';

	/** Messages that are taken in one minute, of all visitors together. */
	const A_MINUTE = 20;

	/**
	 * One message.
	 *
	 * @param string $json As it came.
	 */
	public static function take( string $json ): void {
		if ( ! Form_Wishes::get( 'beacon' ) || ! Pairing::paired() ) {
			return;
		}
		$event = Beacon_Message::read( $json );
		if ( $event && self::affordable() ) {
			Outbox::add( $event );
			Outbox::write();
		}
	}

	/** Counts this message, if the minute has room; of two at the same instant one may be left out. */
	private static function affordable(): bool {
		global $wpdb;
		$minute = intdiv( time(), 60 );
		$before = (string) get_option( self::BUDGET, '' );
		list( $of, $count ) = array_map( 'intval', explode( ':', $before . ':0' ) );
		$count = $of === $minute ? $count : 0;
		if ( $count >= self::A_MINUTE ) {
			return false;
		}
		if ( '' === $before ) {
			return add_option( self::BUDGET, "$minute:1", '', false );
		}
		$written = $wpdb->update(
			$wpdb->options,
			array( 'option_value' => $minute . ':' . ( $count + 1 ) ),
			array(
				'option_name'  => self::BUDGET,
				'option_value' => $before,
			)
		);
		wp_cache_delete( self::BUDGET, 'options' );
		return 1 === $written;
	}
}
