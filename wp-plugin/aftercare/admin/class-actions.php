<?php
/**
 * What the screen's buttons do. Each: nonce, capability, then the work; then back to the screen, which says what came of it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Answer;
use Aftercare\Client;
use Aftercare\Module;
use Aftercare\Options;
use Aftercare\Pairing;
use Aftercare\Pairing_Door;

final class Actions implements Module {

	/** Deed → who may. */
	const DEEDS = array(
		'pair'     => Access::MANAGE,
		'unpair'   => Access::MANAGE,
		'rotate'   => Access::MANAGE,
		'where'    => Access::MANAGE,
		'settings' => Access::MANAGE,
		'diagnose' => Access::DIAGNOSE,
	);

	/** @inheritDoc */
	public static function hooks(): array {
		$hooks = array();
		foreach ( array_keys( self::DEEDS ) as $deed ) {
			$hooks[] = array( "admin_post_aftercare_$deed", 'run', 10, 0, 'admin' );
		}
		return $hooks;
	}

	/** Does what was pressed. */
	public static function run(): void {
		$deed = (string) preg_replace( '/^admin_post_aftercare_/', '', current_action() );
		check_admin_referer( "aftercare_$deed" );
		if ( ! isset( self::DEEDS[ $deed ] ) || ! current_user_can( self::DEEDS[ $deed ] ) ) {
			wp_die( esc_html( Words::said( 'not_allowed' ) ), '', array( 'response' => 403 ) );
		}
		wp_safe_redirect( Screen::url( self::$deed() ) );
		exit;
	}

	/**
	 * Pairs.
	 *
	 * @return array<string, string> For the screen's address.
	 */
	private static function pair(): array {
		return self::said( Pairing_Door::pair( self::posted( 'code' ) ), 'paired' );
	}

	/**
	 * Ends the pairing.
	 *
	 * @return array<string, string>
	 */
	private static function unpair(): array {
		$answer = Pairing_Door::unpair();
		return array( 'said' => $answer->ok || in_array( $answer->error, array( 'not_paired', 'signature' ), true ) ? 'unpaired' : 'forgotten' );
	}

	/**
	 * Makes a new secret.
	 *
	 * @return array<string, string>
	 */
	private static function rotate(): array {
		return self::said( Pairing_Door::rotate(), 'rotated' );
	}

	/**
	 * Moved, or a copy? Nothing is done where the question was answered meanwhile.
	 *
	 * @return array<string, string>
	 */
	private static function where(): array {
		if ( Pairing::at_home() ) {
			return array();
		}
		if ( 'moved' === self::posted( 'answer' ) ) {
			return self::said( Pairing_Door::moved(), 'moved_on' );
		}
		if ( 'copy' === self::posted( 'answer' ) ) {
			Pairing_Door::unpair();
			return array( 'said' => 'copy' );
		}
		return array();
	}

	/**
	 * Keeps the settings.
	 *
	 * @return array<string, string>
	 */
	private static function settings(): array {
		Options::set( 'count_warnings', '1' === self::posted( 'count_warnings' ) );
		return array( 'said' => 'saved' );
	}

	/**
	 * Starts a run and shows it.
	 *
	 * @return array<string, string>
	 */
	private static function diagnose(): array {
		return self::shown( self::start( self::posted( 'playbook' ), wp_get_current_user()->display_name ), 'running' );
	}

	/**
	 * The run that was started, or the one that is under way.
	 *
	 * @param Answer $answer Of start().
	 * @param string $busy   What to say of one that was under way.
	 * @return array<string, string> For the screen's address.
	 */
	public static function shown( Answer $answer, string $busy ): array {
		$run = is_string( $answer->body['run'] ?? null ) ? $answer->body['run'] : '';
		if ( '' !== $run && ( $answer->ok || 'running' === $answer->error ) ) {
			return array( 'run' => $run ) + ( $answer->ok ? array() : array( 'said' => $busy ) );
		}
		return self::said( $answer, '' );
	}

	/**
	 * Asks the sidecar to start a run.
	 *
	 * @param string                $playbook Its id.
	 * @param string                $by       Who pressed.
	 * @param array<string, string> $more `login` of Mail_Log_In, to be tried once; `form` that it is about.
	 */
	public static function start( string $playbook, string $by, array $more = array() ): Answer {
		$body = array(
			'playbook' => $playbook,
			'by'       => $by,
		);
		return Client::post( 'runs', '/runs', $body + $more, 10.0 );
	}

	/**
	 * What to say of an answer.
	 *
	 * @param Answer $answer The sidecar's.
	 * @param string $good   Code when it is ok.
	 * @return array<string, string>
	 */
	public static function said( Answer $answer, string $good ): array {
		return array( 'said' => $answer->ok ? $good : (string) preg_replace( '/[^A-Za-z0-9_.-]/', '', $answer->error ) );
	}

	/**
	 * A posted text; the nonce was verified in run().
	 *
	 * @param string $name Its name.
	 */
	private static function posted( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- run() did.
		return isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? sanitize_textarea_field( wp_unslash( $_POST[ $name ] ) ) : '';
	}
}
