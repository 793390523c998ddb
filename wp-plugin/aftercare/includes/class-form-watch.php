<?php
/**
 * Follows a posted form to its outcome, and notices the one that has none: silent losses leave no hook.
 *
 * What a visitor typed is not looked at; where the admin wishes, an entry that was lost is kept on the site.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Watch implements Module {

	/** @var array{class: string, plugin: string, form: string, title: string}|null The form that this request posts. */
	private static $posted = null;

	/** @var bool It reached an outcome. */
	private static $outcome = false;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'init', 'look', 0, 0, 'everywhere' ),
		);
	}

	/** Notes which form this request posts. */
	public static function look(): void {
		if ( 'POST' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) || ! Pairing::paired() ) {
			return;
		}
		// phpcs:disable WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- only names are looked at, nothing is done.
		$path = (string) wp_parse_url( (string) ( $_SERVER['REQUEST_URI'] ?? '' ), PHP_URL_PATH );
		if ( isset( $_GET['rest_route'] ) && is_string( $_GET['rest_route'] ) ) {
			$path = $_GET['rest_route'];
		}
		foreach ( Loader::adapter_classes() as $class ) {
			$adapter = Loader::adapter( $class );
			$found   = '' === $adapter->version() ? null : Loader::guarded( array( $adapter, 'posted' ) )( $path, $_POST );
			if ( is_array( $found ) ) {
				self::$posted = array(
					'class'  => $class,
					'plugin' => $class::PLUGIN,
					'form'   => (string) $found['form'],
					'title'  => (string) $found['title'],
				);
				Form_Canary::take( $class, $class::PLUGIN, self::$posted['form'] );
				Visitors_Line::ready( $adapter );
				return;
			}
		}
		// phpcs:enable
	}

	/** The form that this request posts, as `plugin:form`; nothing when it posts none. */
	public static function form(): string {
		return null === self::$posted ? '' : self::$posted['plugin'] . ':' . self::$posted['form'];
	}

	/** Whether it reached an outcome. */
	public static function settled(): bool {
		return self::$outcome;
	}

	/**
	 * An adapter tells an outcome.
	 *
	 * @param string $class Of the adapter.
	 * @param Event  $event Its event.
	 */
	public static function outcome( string $class, Event $event ): void {
		self::$outcome = self::$outcome || 0 === strncmp( $event->type, 'form.', 5 );
		$event->data   = self::complete( $event->data + array( 'plugin' => $class::PLUGIN ) );
		if ( Form_Canary::under_way() ) {
			Form_Canary::outcome( $event ); // A test is told to whoever sent it, to nobody as a visitor's.
		} else {
			$event->data += Kept_Entries::look( $event ) ? array( 'safe' => true ) : array();
			Outbox::add( $event );
			self::bind( $event->data );
		}
	}

	/**
	 * An entry that is kept and the mails of its request belong together from here on.
	 *
	 * @param array<string, mixed> $data Of the event.
	 */
	private static function bind( array $data ): void {
		if ( '' !== (string) ( $data['entry'] ?? '' ) && $data['mails'] && Pairing::paired() ) {
			History::bind( $data['mails'], "{$data['plugin']}:{$data['form']}:{$data['entry']}" );
		}
	}

	/**
	 * The request is over: what a form that was posted came to, and the end of a test entry.
	 *
	 * @param string $fatal The class of the fatal error that ended the request, nothing when there was none.
	 */
	public static function at_end( string $fatal ): void {
		try {
			self::settle( $fatal );
		} finally {
			Form_Canary::at_end( $fatal );
		}
	}

	/**
	 * A posted form without an outcome is lost, unless its adapter can read what became of it.
	 *
	 * @param string $fatal As in at_end().
	 */
	private static function settle( string $fatal ): void {
		if ( null === self::$posted || self::$outcome ) {
			return;
		}
		$http_status = (int) http_response_code();
		$adapter     = Loader::adapter( self::$posted['class'] );
		if ( $adapter instanceof Reads_The_End ) {
			$event = Loader::guarded( array( $adapter, 'ended' ) )( $fatal, $http_status );
			if ( $event instanceof Event ) {
				self::outcome( self::$posted['class'], $event );
				return;
			}
		}
		self::outcome(
			self::$posted['class'],
			new Event(
				'form.lost',
				array(
					'status'      => '' === $fatal ? 'no_outcome' : 'fatal',
					'http_status' => $http_status,
					'error'       => $fatal,
				)
			)
		);
	}

	/**
	 * Fills in what the protocol wants and the adapter left out.
	 *
	 * @param array<string, mixed> $data From the adapter.
	 * @return array<string, mixed>
	 */
	private static function complete( array $data ): array {
		$mails = Mail_Watch::outcomes();
		$data += array(
			'form'         => self::$posted['form'] ?? '',
			'title'        => self::$posted['title'] ?? '',
			'invalid'      => array(),
			'status'       => '',
			'spam_by'      => '',
			'mails'        => array_keys( $mails ),
			'mails_failed' => array_keys( array_filter( $mails ) ),
		);
		$data['form']    = (string) $data['form'];
		$data['title']   = Redactor::text( Redactor::cut( (string) $data['title'], 200 ) );
		$data['invalid'] = array_slice( array_map( 'strval', array_values( (array) $data['invalid'] ) ), 0, 50 );
		return $data;
	}
}
