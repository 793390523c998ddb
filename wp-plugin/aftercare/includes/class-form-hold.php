<?php
/**
 * The net under a test entry: in its one request nothing calls another host and nothing is left to be done later, but what
 * the form's own way needs. What a plugin is known to do is held by its adapter; this holds what nobody knows of.
 *
 * A call is answered with an empty "200 OK": an error would be tried again later, when nobody knows that it was a test.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Hold {

	/** Who decides whether a visitor is human: a test that is not exempt meets them. By the end of the host's name. */
	const VERDICTS = array( 'akismet.com', 'google.com', 'recaptcha.net', 'hcaptcha.com', 'cloudflare.com', 'friendlycaptcha.com', 'friendlycaptcha.eu', 'cleantalk.org', 'stopforumspam.com', 'oopspam.com', 'ipinfo.io', 'apip.cc' );

	/** Plugins that are part of a form's way to the mailer, or of nobody's business. */
	const PART_OF_THE_WAY = array( 'aftercare', 'core', 'akismet', 'flamingo', 'wp-mail-smtp', 'fluent-smtp', 'post-smtp', 'easy-wp-smtp' );

	/** @var string[] What was held, by name. */
	private static $held = array();

	/** Spreads the net, for this request. */
	public static function spread(): void {
		add_filter( 'pre_http_request', Loader::guarded( array( self::class, 'calls' ) ), PHP_INT_MAX, 3 );
		add_filter( 'schedule_event', Loader::guarded( array( self::class, 'schedules' ) ), PHP_INT_MAX );
		foreach ( array( 'pre_as_enqueue_async_action', 'pre_as_schedule_single_action' ) as $hook ) {
			add_filter( $hook, Loader::guarded( array( self::class, 'queues' ) ), PHP_INT_MAX, 2 );
		}
	}

	/**
	 * A call to another host.
	 *
	 * @param mixed $answer False to go on.
	 * @param mixed $args   Not looked at.
	 * @param mixed $url    Where to.
	 * @return mixed
	 */
	public static function calls( $answer, $args = array(), $url = '' ) {
		$host = strtolower( (string) wp_parse_url( (string) $url, PHP_URL_HOST ) );
		if ( false !== $answer || null !== Mail_Watch::innermost() || self::may_be_called( $host ) ) {
			return $answer;
		}
		self::$held[] = 'call to ' . Redactor::cut( $host, 100 );
		return array(
			'headers'  => array(),
			'body'     => '{}',
			'response' => array(
				'code'    => 200,
				'message' => 'OK',
			),
			'cookies'  => array(),
			'filename' => null,
		);
	}

	/**
	 * Work for later, by WordPress's cron: once only, what comes again and again is nobody's entry.
	 *
	 * @param mixed $event hook, timestamp, schedule, args.
	 * @return mixed False where it is held.
	 */
	public static function schedules( $event ) {
		if ( ! is_object( $event ) || ! empty( $event->schedule ) || self::is_core( (string) ( $event->hook ?? '' ) ) ) {
			return $event;
		}
		self::$held[] = 'scheduled ' . Redactor::cut( (string) $event->hook, 100 );
		return false;
	}

	/**
	 * Work for later, by Action Scheduler.
	 *
	 * @param mixed $id   Null to go on.
	 * @param mixed $hook What is to run; second for an async action, third for a scheduled one.
	 * @return mixed
	 */
	public static function queues( $id, $hook = '' ) {
		if ( null !== $id ) {
			return $id;
		}
		self::$held[] = is_string( $hook ) ? 'scheduled ' . Redactor::cut( $hook, 100 ) : 'scheduled work';
		return 0;
	}

	/**
	 * Takes from hooks what other plugins run there, for this request. A hook that comes before mails and outcome may hold
	 * what the form needs: there name the plugins that go.
	 *
	 * @param string[] $hooks Names.
	 * @param string[] $own   Slugs that stay.
	 * @param string[] $only  Slugs that go; nothing for all others.
	 */
	public static function remove_others( array $hooks, array $own, array $only = array() ): void {
		foreach ( $hooks as $hook ) {
			foreach ( self::others( $hook, $own, $only ) as $callback ) {
				remove_filter( $hook, $callback['function'], $callback['priority'] );
				self::$held[] = $callback['name'];
			}
		}
	}

	/**
	 * The deeds of other plugins on hooks that remove_others() will empty, as `does` has them.
	 *
	 * @param string[] $hooks Names.
	 * @param string[] $own   Slugs that are not told.
	 * @param string[] $only  As in remove_others().
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function deeds( array $hooks, array $own, array $only = array() ): array {
		$deeds = array();
		foreach ( $hooks as $hook ) {
			foreach ( self::others( $hook, $own, $only ) as $callback ) {
				$deeds[ $callback['name'] ] = array(
					'what' => 'other',
					'name' => $callback['name'],
					'held' => true,
				);
			}
		}
		return array_values( $deeds );
	}

	/**
	 * What was held so far, by name.
	 *
	 * @return string[]
	 */
	public static function names(): array {
		return array_values( array_unique( self::$held ) );
	}

	/**
	 * Callbacks of other plugins. Those of a theme or a must-use plugin run: nobody can say whether the form works without.
	 *
	 * @param string   $hook Its name.
	 * @param string[] $own  Slugs that are left out.
	 * @param string[] $only Slugs that are meant; nothing for all.
	 * @return array<int, array<string, mixed>>
	 */
	private static function others( string $hook, array $own, array $only ): array {
		return array_filter(
			Callbacks::on( $hook ),
			static function ( array $callback ) use ( $own, $only ): bool {
				return 'plugin' === $callback['kind']
					&& ! in_array( $callback['slug'], array_merge( $own, self::PART_OF_THE_WAY ), true )
					&& ( ! $only || in_array( $callback['slug'], $only, true ) );
			}
		);
	}

	/**
	 * Whether this host may be called: ourselves, and who says whether a visitor is human.
	 *
	 * @param string $host Lower case.
	 */
	private static function may_be_called( string $host ): bool {
		if ( strtolower( (string) wp_parse_url( home_url(), PHP_URL_HOST ) ) === $host ) {
			return true;
		}
		foreach ( self::VERDICTS as $end ) {
			if ( $host === $end || substr( $host, -strlen( ".$end" ) ) === ".$end" ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether core or this plugin schedules it for itself.
	 *
	 * @param string $hook The event's.
	 */
	private static function is_core( string $hook ): bool {
		return 1 === preg_match( '/^(?:wp_|do_pings|publish_future_post|delete_expired_transients|recovery_mode_|aftercare_)/', $hook );
	}
}
