<?php
/**
 * The end of a request: what happened is written down, the visitor is let go, and only then is anything sent.
 *
 * A shutdown function of PHP's and not WordPress's `shutdown` action: it also runs after a fatal error.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class At_End {

	/** Seconds that a batch may take once the visitor is gone. */
	const BUDGET_S = 3.0;

	/** @var bool Something asked for a delivery although nothing was added (an admin page, an overdue heartbeat). */
	private static $asked = false;

	/** Ask for a delivery after this response, where the response can be ended first. */
	public static function deliver(): void {
		self::$asked = true;
	}

	/** PHP calls this when the script is over, whatever ended it. Each part on its own. */
	public static function run(): void {
		$fatal = ( Loader::guarded( array( Php_Errors::class, 'at_end' ) ) )() ?? '';
		foreach ( array( Mail_Watch::class, Form_Watch::class, Changes::class ) as $watch ) {
			( Loader::guarded( array( $watch, 'at_end' ) ) )( $fatal );
		}
		$written = ( Loader::guarded( array( Outbox::class, 'write' ) ) )();
		if ( $written || self::$asked ) {
			// Registered now, it runs after every shutdown function that was there before: all output is made.
			register_shutdown_function( Loader::guarded( array( self::class, 'send' ) ) );
		}
	}

	/** Sends, where nobody waits any more; else another request of our own is asked to. */
	public static function send(): void {
		$free = self::let_go();
		Heartbeat::schedule(); // Two requests that write WordPress's cron list at once can lose our event.
		if ( $free ) {
			Sender::flush( self::BUDGET_S );
		} elseif ( Outbox::urgent() ) {
			Heartbeat::wake();
		}
	}

	/** Ends the response if the server lets us; true when nobody waits for this process. */
	private static function let_go(): bool {
		if ( wp_doing_cron() || ( defined( 'WP_CLI' ) && WP_CLI ) ) {
			return true;
		}
		foreach ( array( 'fastcgi_finish_request', 'litespeed_finish_request' ) as $finish ) {
			if ( function_exists( $finish ) ) {
				if ( PHP_SESSION_ACTIVE === session_status() ) {
					session_write_close(); // Else the visitor's next request waits for the session's lock.
				}
				$finish();
				return true;
			}
		}
		return false;
	}
}
