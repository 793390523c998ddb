<?php
/**
 * What the site can tell of itself, sidecar or not: is something wrong with its mail, its pairing, its heartbeat?
 *
 * Read by the dashboard widget, by Site Health and by the screen, so that all three say the same.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Trouble {

	/** A heartbeat is due every minute; cron on a quiet site may take its time. */
	const BEAT_LATE_S = 900;

	/** Events that cannot be delivered for so many tries in a row. */
	const FAILED_TRIES = 3;

	/**
	 * The last mail that failed, if none was sent since.
	 *
	 * @return array{at: string, error: string}|null
	 */
	public static function mail(): ?array {
		$history = History::report();
		if ( null === $history['first_failed_at'] ) {
			return null;
		}
		return array(
			'at'    => (string) $history['first_failed_at'],
			'error' => (string) $history['last_error'],
		);
	}

	/** Whether any mail was handed over in the last 30 days. */
	public static function mailed(): bool {
		return null !== History::report()['last_sent_at'];
	}

	/** Seconds since the last heartbeat where that is too long, else 0. */
	public static function heartbeat_late_s(): int {
		$since = time() - max( Heartbeat::last(), Pairing::paired_at() );
		return Pairing::paired() && $since > self::BEAT_LATE_S ? $since : 0;
	}

	/** Whether events wait because the sidecar does not take them. */
	public static function sending(): bool {
		return Pairing::paired() && Sender::state()['fails'] >= self::FAILED_TRIES;
	}

	/**
	 * Open tickets, as last heard.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	public static function tickets(): array {
		$open = array();
		foreach ( (array) ( Overview::kept()['body']['tickets'] ?? array() ) as $ticket ) {
			if ( is_array( $ticket ) && 'open' === ( $ticket['state'] ?? '' ) ) {
				$open[] = $ticket;
			}
		}
		return $open;
	}

	/** Whether there is anything that somebody should look at. */
	public static function any(): bool {
		return Pairing::paired()
			&& ( ! Pairing::at_home() || self::mail() || self::heartbeat_late_s() || self::sending() || self::tickets() );
	}
}
