<?php
/**
 * How often each form's page was shown and its button pressed, by the hour: estimates, for one visit in four is counted.
 *
 * The road adds, the heartbeat tells an hour once it is over. One row an hour and form: a view is no event.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Visits {

	/** Without the prefix of the site. */
	const TABLE = 'aftercare_visits';

	/** `name`: `plugin:id`, or a page's path; "" in an hour that was not counted whole. */
	const COLUMNS = 'hour int(10) unsigned NOT NULL,
				name varchar(100) NOT NULL,
				shown int(10) unsigned NOT NULL DEFAULT 0,
				pressed int(10) unsigned NOT NULL DEFAULT 0,
				PRIMARY KEY  (hour,name)';

	/** Option, not autoloaded: the last hour since the epoch that needs no telling any more. */
	const TOLD = 'aftercare_visits_told';

	/** One visit in so many is counted, and counts for as many: `hear` in assets/beacon.js. */
	const ONE_IN = 4;

	/** Names of one hour: what a forger can fill. */
	const MOST_NAMES = 60;

	/** Hours that wait for a sidecar that is away. */
	const KEPT_HOURS = 48;

	/**
	 * One visit was told. One statement, but for the first of an hour.
	 *
	 * @param array<string, int> $visit Name → presses.
	 */
	public static function count( array $visit ): void {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		$hour  = self::hour();
		$wpdb->suppress_errors( true ); // The table is made when a page is next drawn: this road cannot.
		foreach ( $visit as $name => $presses ) {
			// phpcs:disable WordPress.DB -- our own table.
			$sql   = "UPDATE $table SET shown = shown + %d, pressed = pressed + %d WHERE hour = %d AND name = %s";
			$known = $wpdb->query( $wpdb->prepare( $sql, self::ONE_IN, $presses * self::ONE_IN, $hour, $name ) );
			// phpcs:enable
			if ( 0 === $known ) {
				self::begin( (string) $name, $presses, $hour );
			}
		}
	}

	/** This hour had more than was counted. */
	public static function overflow(): void {
		self::add( '', 0, 0, self::hour() );
	}

	/**
	 * The oldest hour that is over and not told yet; null where there is none, or nothing is counted.
	 *
	 * @return array<string, mixed>|null As docs/protocol.md has it, The heartbeat's visits.
	 */
	public static function facts(): ?array {
		global $wpdb;
		if ( ! Form_Wishes::get( 'beacon' ) || ! Beacon::possible() ) {
			self::forget();
			return null;
		}
		$now  = self::hour();
		$told = (int) get_option( self::TOLD, 0 );
		if ( 0 === $told ) {
			update_option( self::TOLD, $now, false ); // An hour that is counted in part is told as none.
			return null;
		}
		$hour = max( $told + 1, $now - self::KEPT_HOURS, intdiv( Pairing::paired_at(), HOUR_IN_SECONDS ) + 1 );
		if ( $hour >= $now ) {
			return null;
		}
		$table = $wpdb->prefix . self::TABLE;
		$rows  = Quiet_Db::rows( $wpdb->prepare( "SELECT name, shown, pressed FROM $table WHERE hour = %d ORDER BY name", $hour ) ); // phpcs:ignore WordPress.DB -- our own table.
		$names = array_column( $rows, 'name' );
		$facts = array(
			'at'     => gmdate( 'Y-m-d\TH:30:00\Z', $hour * HOUR_IN_SECONDS ), // Its middle: a clock that is put right leaves it in its hour.
			'one_in' => self::ONE_IN,
			'whole'  => ! in_array( '', $names, true ),
			'counts' => array(),
		);
		foreach ( $rows as $row ) {
			if ( '' !== $row['name'] ) {
				$facts['counts'][ $row['name'] ] = array( (int) $row['shown'], (int) $row['pressed'] );
			}
		}
		return $facts;
	}

	/**
	 * The sidecar has that hour.
	 *
	 * @param array<string, mixed> $facts As facts() gave them.
	 */
	public static function told( array $facts ): void {
		$hour = intdiv( (int) strtotime( (string) $facts['at'] ), HOUR_IN_SECONDS );
		update_option( self::TOLD, $hour, false );
		self::drop( $hour - 1 ); // Of this one a request that began before may just be telling.
	}

	/** Counting begins anew with the next whole hour: what lies before was not counted throughout. */
	public static function forget(): void {
		if ( false !== get_option( self::TOLD ) ) {
			delete_option( self::TOLD );
			self::drop( self::hour() );
		}
	}

	/**
	 * The first visit of a name in its hour.
	 *
	 * @param string $name    As COLUMNS has it.
	 * @param int    $presses Of its button.
	 * @param int    $hour    Since the epoch.
	 */
	private static function begin( string $name, int $presses, int $hour ): void {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		self::drop( $hour - self::KEPT_HOURS - 1 );
		$names = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $table WHERE hour = %d", $hour ) ); // phpcs:ignore WordPress.DB -- our own table.
		if ( $names < self::MOST_NAMES && strlen( $name ) <= 100 ) {
			self::add( $name, self::ONE_IN, $presses * self::ONE_IN, $hour );
		} else {
			self::overflow();
		}
	}

	/**
	 * Adds to a row that may not be there yet; another visitor may make it at the same instant.
	 *
	 * @param string $name    As COLUMNS has it.
	 * @param int    $shown   Estimate.
	 * @param int    $pressed Estimate.
	 * @param int    $hour    Since the epoch.
	 */
	private static function add( string $name, int $shown, int $pressed, int $hour ): void {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		$sql   = "INSERT INTO $table (hour, name, shown, pressed) VALUES (%d, %s, %d, %d) ON DUPLICATE KEY UPDATE shown = shown + VALUES(shown), pressed = pressed + VALUES(pressed)";
		$wpdb->query( $wpdb->prepare( $sql, $hour, $name, $shown, $pressed ) ); // phpcs:ignore WordPress.DB -- our own table.
	}

	/**
	 * Forgets hours.
	 *
	 * @param int $until The last of them, since the epoch.
	 */
	private static function drop( int $until ): void {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		Quiet_Db::query( $wpdb->prepare( "DELETE FROM $table WHERE hour <= %d", $until ) ); // phpcs:ignore WordPress.DB -- our own table.
	}

	/** The hour that is now, since the epoch. */
	private static function hour(): int {
		return intdiv( time(), HOUR_IN_SECONDS );
	}
}
