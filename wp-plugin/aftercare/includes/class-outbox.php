<?php
/**
 * Events wait here until the sidecar has them: in memory during the request, then in a table of the site's own.
 *
 * Nothing is written on a page where nothing happened.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Outbox {

	/** How many are kept; then the oldest of the least dear go, and are counted. */
	const KEPT = 10000;

	/** Option, not autoloaded: how many were dropped and not yet told. */
	const DROPPED = 'aftercare_dropped';

	/** One request never queues more: a plugin that mails in a loop must not fill memory. */
	const PER_REQUEST = 500;

	/** One event's JSON never grows longer: the door takes 1 MiB for a hundred. */
	const LONGEST = 60000;

	/** @var array<string, Event[]> Collected in this request, not yet written, by the table prefix of the site it happened on. */
	private static $waiting = array();

	/** @var bool Something urgent was added in this request. */
	private static $urgent = false;

	/**
	 * Takes an event. It is written at the end of the request, after the response where that is possible.
	 *
	 * @param Event $event The fact.
	 */
	public static function add( Event $event ): void {
		global $wpdb;
		if ( ! Pairing::paired() || ! Pairing::at_home() ) {
			return;
		}
		if ( $event->urgent() ) {
			self::$urgent = true;
		}
		if ( count( self::$waiting[ $wpdb->prefix ] ?? array() ) >= self::PER_REQUEST ) {
			self::write();
		}
		self::$waiting[ $wpdb->prefix ][] = $event;
	}

	/** Whether this request added something that somebody should see at once. */
	public static function urgent(): bool {
		return self::$urgent;
	}

	/**
	 * Writes what was collected. Safe to call at any time, any number of times.
	 *
	 * @return bool Whether there was anything.
	 */
	public static function write(): bool {
		$waiting       = self::$waiting;
		self::$waiting = array();
		foreach ( $waiting as $prefix => $events ) {
			foreach ( array_chunk( $events, 100 ) as $some ) { // A statement has its longest length too.
				self::insert( (string) $prefix, $some );
			}
		}
		return (bool) $waiting;
	}

	/**
	 * Puts events into one site's table.
	 *
	 * @param string  $prefix Of that site.
	 * @param Event[] $events At least one.
	 */
	private static function insert( string $prefix, array $events ): void {
		global $wpdb;
		$rows   = array();
		$values = array();
		foreach ( $events as $event ) {
			$rows[] = '(%s, %s, %d, %s, %s)';
			array_push( $values, $event->id, $event->type, $event->weight(), $event->occurred_at, self::json( $event->data ) );
		}
		$sql     = "INSERT INTO {$prefix}aftercare_outbox (id, type, weight, occurred_at, data) VALUES " . implode( ', ', $rows );
		$written = Quiet_Db::query( $wpdb->prepare( $sql, $values ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- placeholders only.
		$last    = (int) $wpdb->insert_id;
		// Looking at the whole table is dear: every hundredth event does.
		if ( $written && $prefix === $wpdb->prefix && intdiv( $last, 100 ) !== intdiv( $last + count( $events ), 100 ) ) {
			self::trim();
		}
	}

	/**
	 * Data as JSON that fits: what is too long loses its longest text first.
	 *
	 * @param array<string, mixed> $data Facts.
	 */
	public static function json( array $data ): string {
		$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR;
		$json  = (string) json_encode( $data, $flags ); // phpcs:ignore WordPress.WP.AlternativeFunctions.json_encode_json_encode -- wp_json_encode drops the flags on bad UTF-8.
		foreach ( array( 'dialogue', 'error', 'message', 'to' ) as $name ) {
			if ( strlen( $json ) > self::LONGEST && isset( $data[ $name ] ) ) {
				$data[ $name ] = is_array( $data[ $name ] ) ? array_slice( $data[ $name ], -40 ) : Redactor::cut( (string) $data[ $name ], 4000 );
				$json          = (string) json_encode( $data, $flags ); // phpcs:ignore WordPress.WP.AlternativeFunctions.json_encode_json_encode
			}
		}
		return $json;
	}

	/** Drops the oldest of the least dear until the table fits again, and counts them. */
	public static function trim(): void {
		global $wpdb;
		$table  = "{$wpdb->prefix}aftercare_outbox";
		$excess = self::size() - self::KEPT;
		if ( $excess <= 0 ) {
			return;
		}
		while ( $excess > 0 ) {
			// phpcs:disable WordPress.DB.PreparedSQL -- our own table; ids are integers.
			$ids = array_map( 'intval', Quiet_Db::column( $wpdb->prepare( "SELECT seq FROM $table ORDER BY weight, seq LIMIT %d", min( $excess, 500 ) ) ) );
			if ( ! $ids ) {
				return;
			}
			$gone = Quiet_Db::query( "DELETE FROM $table WHERE seq IN (" . implode( ',', $ids ) . ')' );
			// phpcs:enable
			if ( $gone < 1 ) {
				return;
			}
			self::count_dropped( $gone );
			$excess -= count( $ids );
		}
	}

	/** How many events wait in the table. */
	public static function size(): int {
		global $wpdb;
		return (int) ( Quiet_Db::column( "SELECT COUNT(*) FROM {$wpdb->prefix}aftercare_outbox" )[0] ?? 0 );
	}

	/**
	 * The oldest events, as the wire wants them.
	 *
	 * @param int $limit At most so many.
	 * @return array<int, array{id: string, type: string, occurred_at: string, data: mixed}>
	 */
	public static function batch( int $limit ): array {
		global $wpdb;
		// The dear ones first: what broke must not wait behind ten thousand mails that were sent.
		$sql    = "SELECT id, type, occurred_at, data FROM {$wpdb->prefix}aftercare_outbox ORDER BY weight DESC, seq LIMIT %d";
		$events = array();
		foreach ( Quiet_Db::rows( $wpdb->prepare( $sql, $limit ) ) as $row ) { // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			$row['data'] = json_decode( $row['data'], false, 16 ) ?? new \stdClass();
			$events[]    = $row;
		}
		return $events;
	}

	/**
	 * Forgets events that the sidecar answered for.
	 *
	 * @param string[] $ids Their ids.
	 * @return int How many are gone.
	 */
	public static function forget( array $ids ): int {
		global $wpdb;
		if ( ! $ids ) {
			return 0;
		}
		$marks = implode( ',', array_fill( 0, count( $ids ), '%s' ) );
		return Quiet_Db::query( $wpdb->prepare( "DELETE FROM {$wpdb->prefix}aftercare_outbox WHERE id IN ($marks)", $ids ) ); // phpcs:ignore WordPress.DB
	}

	/** How many were dropped and not yet told. */
	public static function dropped(): int {
		return (int) get_option( self::DROPPED, 0 );
	}

	/**
	 * Counts what was dropped, or takes back what was told.
	 *
	 * @param int $by How many; negative once the sidecar knows.
	 */
	public static function count_dropped( int $by ): void {
		update_option( self::DROPPED, max( 0, self::dropped() + $by ), false );
	}
}
