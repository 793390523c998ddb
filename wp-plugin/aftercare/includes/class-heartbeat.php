<?php
/**
 * Once a minute: look for mails that hang and for late cron, send what waits, fetch what the sidecar asks.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Heartbeat implements Module {

	/** The cron event. */
	const HOOK = 'aftercare_heartbeat';

	/** Its schedule. */
	const EVERY_MINUTE = 'aftercare_minute';

	/** Option, not autoloaded: when it last ran, Unix seconds. */
	const LAST = 'aftercare_last_beat';

	/** An admin's page does the work itself when cron did not for this long. */
	const OVERDUE_S = 180;

	/** Seconds that the connection to ourselves may take. */
	const WAKE_S = 0.5;

	/** The mark of our own call to wp-cron.php. */
	const WAKE = 'aftercare_wake';

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'cron_schedules', 'schedules', 10, 1, 'everywhere' ),
			array( self::HOOK, 'beat', 10, 0, 'cron' ),
			array( 'wp_loaded', 'woken', 10, 0, 'cron' ),
			array( 'admin_init', 'on_admin_page', 20, 0, 'admin' ),
		);
	}

	/**
	 * Adds "every minute".
	 *
	 * @param mixed $schedules Name → interval and display.
	 * @return mixed
	 */
	public static function schedules( $schedules ) {
		if ( is_array( $schedules ) ) {
			// Not translated: cron may ask before translations may be loaded (6.7).
			$schedules[ self::EVERY_MINUTE ] = array(
				'interval' => 60,
				'display'  => 'Aftercare: every minute',
			);
		}
		return $schedules;
	}

	/** Makes sure that the cron event is there. */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time(), self::EVERY_MINUTE, self::HOOK );
		}
	}

	/** The work of a minute. Each part on its own: one that fails does not keep the next from running. */
	public static function beat(): void {
		update_option( self::LAST, time(), false );
		foreach (
			array(
				array( Mail_Watch::class, 'sweep' ),
				array( History::class, 'trim' ),
				array( Kept_Entries::class, 'trim' ),
				array( Cron_Watch::class, 'look' ),
				array( Conflict::class, 'sweep' ),
				array( Changes::class, 'look' ),
				array( Php_Errors::class, 'tell' ),
				array( Outbox::class, 'trim' ),
				array( Outbox::class, 'write' ),
				array( self::class, 'send' ),
				array( Fetch::class, 'run' ),
			) as $part
		) {
			( Loader::guarded( $part ) )();
		}
	}

	/** Sends what waits; nobody waits for a cron run. */
	public static function send(): void {
		Sender::flush( 20.0 );
	}

	/** When it last ran, Unix seconds; 0 for never. */
	public static function last(): int {
		return (int) get_option( self::LAST, 0 );
	}

	/** Where cron does not run, the admin's visit does what it would have done, after the response. */
	public static function on_admin_page(): void {
		if ( ! Pairing::paired() ) {
			return;
		}
		Cron_Watch::look();
		if ( time() - self::last() > self::OVERDUE_S ) {
			Mail_Watch::sweep();
			At_End::deliver();
			self::schedule();
		}
	}

	/**
	 * What the heartbeat tells the sidecar (docs/protocol.md, `POST /commands/fetch`).
	 *
	 * @return array<string, mixed>
	 */
	public static function facts(): array {
		return array(
			'waiting'      => Outbox::size(),
			'dropped'      => Outbox::dropped(),
			'last_beat_at' => self::last() ? Event::time( (float) self::last() ) : null,
			'cron'         => Cron_Watch::facts(),
			'visits'       => Visits::facts(),
		);
	}

	/**
	 * The sidecar has these facts: what was counted starts again.
	 *
	 * @param array<string, mixed> $facts As facts() gave them.
	 */
	public static function told( array $facts ): void {
		if ( ! empty( $facts['dropped'] ) ) {
			Outbox::count_dropped( - (int) $facts['dropped'] );
		}
		if ( ! empty( $facts['visits'] ) ) {
			Visits::told( $facts['visits'] );
		}
	}

	/**
	 * Asks a request of our own to send, without waiting for it: where PHP cannot end a response before it goes on
	 * (php -S, Apache's module), this is how a mail that failed is told within seconds and the visitor pays nothing.
	 *
	 * Not by wp_remote_post(): even when told not to block it waits up to a second for an answer.
	 */
	public static function wake(): void {
		if ( Sender::state()['next'] > time() ) {
			return; // The sidecar is away: the heartbeat tries again.
		}
		$url  = add_query_arg( self::WAKE, '1', site_url( 'wp-cron.php' ) );
		$to   = (array) wp_parse_url( $url );
		$tls  = 'https' === ( $to['scheme'] ?? '' );
		$host = (string) ( $to['host'] ?? '' );
		$port = (int) ( $to['port'] ?? ( $tls ? 443 : 80 ) );
		$open = stream_context_create(
			array(
				'ssl' => array( // Nothing is told and nothing believed: it is ourselves, or nobody.
					'verify_peer'      => false,
					'verify_peer_name' => false,
					'peer_name'        => $host,
				),
			)
		);
		// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
		$socket = @stream_socket_client( ( $tls ? 'ssl' : 'tcp' ) . "://$host:$port", $code, $error, self::WAKE_S, STREAM_CLIENT_CONNECT, $open );
		if ( false !== $socket ) {
			stream_set_timeout( $socket, 0, 200000 );
			$name = $host . ( isset( $to['port'] ) ? ":$port" : '' );
			@fwrite( $socket, 'POST ' . ( $to['path'] ?? '/' ) . '?' . ( $to['query'] ?? '' ) . " HTTP/1.0\r\nHost: $name\r\nUser-Agent: Aftercare/" . AFTERCARE_VERSION . "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" );
			fclose( $socket );
		}
		// phpcs:enable
	}

	/**
	 * In that request: send, and be gone before cron's own work begins. Anybody may ask this; it sends at most what
	 * waits, once, and not before the delays allow.
	 */
	public static function woken(): void {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- nothing is taken from it.
		if ( ! wp_doing_cron() || ! isset( $_GET[ self::WAKE ] ) ) {
			return;
		}
		Sender::flush( 5.0 );
		exit;
	}
}
