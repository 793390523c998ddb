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

	/** The same of visits that are counted: a busy hour must not keep a broken form from being told. */
	const VISITS_BUDGET   = 'aftercare_beacon_visits';
	const VISITS_A_MINUTE = 60;

	/**
	 * One message.
	 *
	 * @param string $json As it came.
	 * @param string $host This site's own.
	 */
	public static function take( string $json, string $host ): void {
		$said = Form_Wishes::get( 'beacon' ) && Pairing::paired() ? Beacon_Message::said( $json ) : array();
		if ( 'v' === ( $said['k'] ?? '' ) ) {
			self::count( Beacon_Message::visit( $said ) );
			return;
		}
		$event = $said ? Beacon_Message::event( $said, $host ) : null;
		if ( $event && self::place( self::BUDGET, self::A_MINUTE ) > 0 ) {
			Outbox::add( $event );
			Outbox::write();
		}
	}

	/**
	 * Counts a visit. Where the minute is full, its hour says that it was not counted whole.
	 *
	 * @param array<string, int> $visit As Beacon_Message::visit() has it.
	 */
	private static function count( array $visit ): void {
		$place = self::place( self::VISITS_BUDGET, self::VISITS_A_MINUTE );
		if ( $place > 0 ) {
			Visits::count( $visit );
		}
		if ( self::VISITS_A_MINUTE === $place ) {
			Visits::overflow();
		}
	}

	/**
	 * The place of this message in its minute, from 1; 0 where the minute is full. Of two at the same instant one may be left out.
	 *
	 * @param string $budget The option that counts.
	 * @param int    $most   So many in a minute.
	 */
	private static function place( string $budget, int $most ): int {
		global $wpdb;
		$minute = intdiv( time(), 60 );
		$before = (string) get_option( $budget, '' );
		list( $of, $count ) = array_map( 'intval', explode( ':', $before . ':0' ) );
		$count = $of === $minute ? $count : 0;
		if ( $count >= $most ) {
			return 0;
		}
		if ( '' === $before ) {
			return add_option( $budget, "$minute:1", '', false ) ? 1 : 0;
		}
		$written = $wpdb->update(
			$wpdb->options,
			array( 'option_value' => $minute . ':' . ( $count + 1 ) ),
			array(
				'option_name'  => $budget,
				'option_value' => $before,
			)
		);
		wp_cache_delete( $budget, 'options' );
		return 1 === $written ? $count + 1 : 0;
	}
}
