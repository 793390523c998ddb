<?php
/**
 * Looks whether WordPress's cron keeps its times: what hangs on it (queued mails, updates, our heartbeat) is late too.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Cron_Watch {

	/** Option, not autoloaded: when it was first seen late, and when that was told. */
	const SEEN = 'aftercare_cron_late';

	/** Late by so many seconds is late. Where the system's own cron does the work, it may come but once an hour. */
	const LATE_S          = 900;
	const LATE_DISABLED_S = 3600;

	/** A visit to a quiet site wakes cron itself: so long it has to catch up before it is called late. */
	const GRACE_S = 90;

	/** Told again after so long. */
	const AGAIN_S = 86400;

	/**
	 * How late cron is.
	 *
	 * @return array{oldest_due_at: string|null, late_s: int, disabled: bool}
	 */
	public static function facts(): array {
		$times  = array_filter( array_keys( (array) _get_cron_array() ), 'is_int' );
		$oldest = $times ? min( $times ) : 0;
		return array(
			'oldest_due_at' => $oldest ? Event::time( (float) $oldest ) : null,
			'late_s'        => $oldest ? max( 0, time() - $oldest ) : 0,
			'disabled'      => defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON,
		);
	}

	/** Tells once when cron is late and does not catch up. Costs no query while it is on time. */
	public static function look(): void {
		$facts = self::facts();
		$late  = $facts['late_s'] > ( $facts['disabled'] ? self::LATE_DISABLED_S : self::LATE_S );
		if ( ! $late ) {
			if ( Options::get( 'cron_late' ) ) {
				Options::delete( 'cron_late' );
				delete_option( self::SEEN );
			}
			return;
		}
		$now  = time();
		$seen = get_option( self::SEEN, array() );
		$seen = is_array( $seen ) ? $seen + array( 'first' => $now, 'told' => 0 ) : array( 'first' => $now, 'told' => 0 );
		if ( ! Options::get( 'cron_late' ) ) {
			$seen = array( 'first' => $now, 'told' => 0 );
			Options::set( 'cron_late', true );
			update_option( self::SEEN, $seen, false );
		}
		if ( $now - $seen['first'] >= self::GRACE_S && $now - $seen['told'] >= self::AGAIN_S ) {
			$seen['told'] = $now;
			update_option( self::SEEN, $seen, false );
			Outbox::add( new Event( 'cron.late', $facts ) );
		}
	}
}
