<?php
/**
 * The third road for commands, where nothing leads into the site: it fetches them itself. This is the heartbeat too.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Fetch {

	/** Nothing new is begun after so many seconds: cron's request and the open page's have limits of their own. */
	const BEGIN_WITHIN_S = 20.0;

	const TIMEOUT_S = 8.0;

	/**
	 * Tells how the site is, carries out what waits, and brings the results.
	 *
	 * @param bool $page_open Whether an admin watches a run just now.
	 */
	public static function run( bool $page_open = false ): Answer {
		$began = microtime( true );
		Mail_Watch::sweep();
		$facts  = Heartbeat::facts();
		$answer = Client::post(
			'fetch',
			'/commands/fetch',
			static function () use ( $page_open, $facts ): array {
				return array(
					'plugin'    => AFTERCARE_VERSION,
					'home_url'  => Pairing::home_now(),
					'page_open' => $page_open,
					'heartbeat' => $facts + array(
						'time'           => gmdate( 'Y-m-d\TH:i:s\Z' ), // Our own clock, as it is.
						'clock_offset_s' => -Pairing::offset_s(), // Ours minus the sidecar’s.
					),
				);
			},
			self::TIMEOUT_S
		);
		if ( ! $answer->ok ) {
			return $answer;
		}
		Heartbeat::told( $facts );
		foreach ( (array) ( $answer->body['commands'] ?? array() ) as $envelope ) {
			if ( ! is_array( $envelope ) || microtime( true ) - $began > self::BEGIN_WITHIN_S ) {
				break; // What was not begun waits for the next time.
			}
			// One at a time: a result that is ready does not wait for the next command, nor is it lost with it.
			$outcome = Commands::carry_out( $envelope );
			if ( Pairing::paired() ) { // Unpaired by the command itself: there is no door left.
				Client::post( 'results', '/commands/results', array( 'results' => array( $outcome ) ), self::TIMEOUT_S );
			}
		}
		return $answer;
	}
}
