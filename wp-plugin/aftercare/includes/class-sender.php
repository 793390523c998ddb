<?php
/**
 * Brings the outbox to the sidecar in signed batches, one sender at a time, with growing delays while it is away.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Sender {

	/** Option, not autoloaded: the lock and the delays. */
	const STATE = 'aftercare_sender';

	/** Events a batch. */
	const BATCH = 100;

	/** Bytes a batch: the door takes 1 MiB, headers and envelope included. */
	const BATCH_BYTES = 900000;

	/** A sender that died holds the lock no longer than this. */
	const LOCK_S = 30;

	/** First delay after a failure; it doubles until the longest. */
	const FIRST_DELAY_S   = 15;
	const LONGEST_DELAY_S = 900;

	/** The sidecar's codes for a body that it will never take. */
	const REFUSED = array( 'too_large', 'not_json', 'not_utf8', 'too_deep', 'shape' );

	/** A door that does not know us or our version will not change its mind soon. */
	const REFUSED_DELAY_S = 900;

	/**
	 * Sends what waits, until nothing is left, the time is up, or the sidecar does not take it.
	 *
	 * @param float $budget_s  Seconds in all.
	 * @param bool  $impatient A person asked: the delays do not count, the lock does.
	 * @return int Events that the sidecar answered for.
	 */
	public static function flush( float $budget_s, bool $impatient = false ): int {
		if ( ! Pairing::paired() || ! Pairing::at_home() ) {
			return 0;
		}
		$ends_at = microtime( true ) + $budget_s;
		$state   = self::lock( $impatient );
		if ( null === $state ) {
			return 0;
		}
		$sent = 0;
		$size = self::BATCH;
		try {
			while ( true ) {
				$left_s = $ends_at - microtime( true );
				$events = $left_s > 0.2 ? self::batch( $size ) : array();
				if ( ! $events ) {
					break;
				}
				$answer = Client::post(
					'events',
					'/events',
					static function () use ( $events ): array {
						return array(
							'plugin'         => AFTERCARE_VERSION,
							'clock_offset_s' => -Pairing::offset_s(), // Ours minus the sidecar's, as known when this is signed.
							'events'         => $events,
						);
					},
					min( $left_s, 10.0 )
				);
				$ids    = array_column( $events, 'id' );
				if ( 202 === $answer->status && $answer->ok && is_int( $answer->body['accepted'] ?? null ) ) {
					$sent          += count( $ids );
					$state['fails'] = 0;
					$state['next']  = 0;
					// Accepted, seen before, or never acceptable: none is asked for again.
					if ( Outbox::forget( $ids ) < 1 ) {
						break; // The database keeps them: do not send the same batch for ever.
					}
					continue;
				}
				$refused = in_array( $answer->error, self::REFUSED, true );
				if ( ( $refused || 413 === $answer->status ) && count( $ids ) > 1 ) {
					$size = intdiv( count( $ids ) + 1, 2 ); // One event spoils the batch: close in on it.
					continue;
				}
				if ( $refused ) { // By the sidecar itself, signed; not by a proxy in between.
					Outbox::forget( $ids );
					Outbox::count_dropped( 1 );
					$size = self::BATCH;
					continue;
				}
				++$state['fails'];
				$state['next'] = time() + self::delay( $state['fails'], $answer->status, $answer->retry_after );
				break;
			}
		} finally {
			self::unlock( $state );
		}
		return $sent;
	}

	/**
	 * Seconds until the next attempt.
	 *
	 * @param int $fails       Attempts that failed in a row, from 1.
	 * @param int $status      HTTP status, 0 when there was no answer.
	 * @param int $retry_after What the sidecar asked for, 0 when it did not.
	 */
	public static function delay( int $fails, int $status, int $retry_after ): int {
		if ( $retry_after > 0 && in_array( $status, array( 429, 503 ), true ) ) {
			return min( $retry_after, 3600 );
		}
		if ( in_array( $status, array( 401, 403, 404, 426 ), true ) ) {
			return self::REFUSED_DELAY_S;
		}
		return min( self::LONGEST_DELAY_S, self::FIRST_DELAY_S * ( 2 ** min( $fails - 1, 10 ) ) );
	}

	/**
	 * How sending goes, for screens and Site Health.
	 *
	 * @return array{fails: int, next: int, lock: int} Failed attempts in a row; when the next may be made.
	 */
	public static function state(): array {
		return self::decode( self::raw() );
	}

	/** Forgets the delays: a new pairing starts afresh. */
	public static function reset(): void {
		delete_option( self::STATE );
	}

	/**
	 * A batch that fits the door. Instants are by our own clock: the batch says how far it is off, and the sidecar puts them right.
	 *
	 * @param int $size At most so many events.
	 * @return array<int, array<string, mixed>>
	 */
	private static function batch( int $size ): array {
		$bytes = 0;
		$fit   = array();
		foreach ( Outbox::batch( $size ) as $event ) {
			$bytes += strlen( Outbox::json( array( $event ) ) );
			if ( $fit && $bytes > self::BATCH_BYTES ) {
				break;
			}
			$fit[] = $event;
		}
		return $fit;
	}

	/**
	 * Takes the lock: one compare-and-swap in the database, so it holds between processes and with any object cache.
	 *
	 * @param bool $impatient Do not mind the delay.
	 * @return array{fails: int, next: int, lock: int}|null The state, or null when it is not our turn.
	 */
	private static function lock( bool $impatient ): ?array {
		$raw = self::raw();
		if ( '' === $raw ) {
			add_option( self::STATE, '{"fails":0,"next":0,"lock":0}', '', false );
			$raw = self::raw();
		}
		$state = self::decode( $raw );
		$now   = time();
		if ( $state['lock'] > $now || ( $state['next'] > $now && ! $impatient ) ) {
			return null;
		}
		$state['lock'] = $now + self::LOCK_S;
		return self::swap( $raw, $state ) ? $state : null;
	}

	/**
	 * Gives the lock back, unless somebody else took it meanwhile.
	 *
	 * @param array{fails: int, next: int, lock: int} $state With the delays as they are now.
	 */
	private static function unlock( array $state ): void {
		$raw = self::raw();
		if ( self::decode( $raw )['lock'] === $state['lock'] ) {
			$state['lock'] = 0;
			self::swap( $raw, $state );
		}
	}

	/**
	 * Writes the state if nobody else did.
	 *
	 * @param string             $from  As read.
	 * @param array<string, int> $state As it shall be.
	 */
	private static function swap( string $from, array $state ): bool {
		global $wpdb;
		$to      = (string) wp_json_encode( $state );
		$sql     = "UPDATE {$wpdb->options} SET option_value = %s WHERE option_name = %s AND option_value = %s";
		$swapped = 1 === Quiet_Db::query( $wpdb->prepare( $sql, $to, self::STATE, $from ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
		wp_cache_delete( self::STATE, 'options' );
		return $swapped;
	}

	/** The state as it lies in the database, past every cache. */
	private static function raw(): string {
		global $wpdb;
		return (string) ( Quiet_Db::column( $wpdb->prepare( "SELECT option_value FROM {$wpdb->options} WHERE option_name = %s", self::STATE ) )[0] ?? '' );
	}

	/**
	 * Reads the state.
	 *
	 * @param string $raw JSON.
	 * @return array{fails: int, next: int, lock: int}
	 */
	private static function decode( string $raw ): array {
		$state = json_decode( $raw, true );
		$state = is_array( $state ) ? $state : array();
		return array(
			'fails' => (int) ( $state['fails'] ?? 0 ),
			'next'  => (int) ( $state['next'] ?? 0 ),
			'lock'  => (int) ( $state['lock'] ?? 0 ),
		);
	}
}
