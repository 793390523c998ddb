<?php
/**
 * What the open page asks its own site, by admin-ajax: how far is the run, and carry out what waits for this site.
 *
 * Two requests, so that a test mail that takes its time does not stop the view.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Answer;
use Aftercare\Client;
use Aftercare\Fetch;
use Aftercare\Module;

final class Live implements Module {

	const NONCE = 'aftercare_live';

	const TIMEOUT_S = 6.0;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'wp_ajax_aftercare_look', 'answer_look', 10, 0, 'admin' ),
			array( 'wp_ajax_aftercare_carry', 'answer_carry', 10, 0, 'admin' ),
		);
	}

	/**
	 * A run as the sidecar has it.
	 *
	 * @param string $id Of the run.
	 */
	public static function look( string $id ): Answer {
		return Client::post( 'runs', '/runs/show', array( 'run' => $id ), self::TIMEOUT_S );
	}

	/** How far the run is, rendered. */
	public static function answer_look(): void {
		self::guard();
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- guard() did.
		$id     = isset( $_POST['run'] ) && is_string( $_POST['run'] ) ? sanitize_text_field( wp_unslash( $_POST['run'] ) ) : '';
		$answer = self::look( $id );
		if ( ! $answer->ok ) {
			$gone = 404 === $answer->status;
			wp_send_json(
				array(
					'error'  => $gone ? Words::said( 'gone' ) : Words::why( $answer ),
					'ended'  => $gone,
					'wait_s' => max( 3, $answer->retry_after ),
				)
			);
		}
		$view = new Run_View( $answer->body );
		wp_send_json(
			array(
				'status' => $view->status(),
				'html'   => $view->html(),
				'ended'  => $view->ended(),
				'waits'  => ! empty( $answer->body['waits_for_site'] ),
				'wait_s' => 1.5,
			)
		);
	}

	/** Fetches the commands that wait and carries them out. */
	public static function answer_carry(): void {
		self::guard();
		$answer = Fetch::run( true );
		wp_send_json( array( 'ok' => $answer->ok ) );
	}

	/** Nonce, then capability. */
	private static function guard(): void {
		if ( ! check_ajax_referer( self::NONCE, false, false ) || ! Access::may_diagnose() ) {
			wp_send_json( array( 'error' => Words::said( 'not_allowed' ), 'ended' => true ), 403 );
		}
		if ( session_id() ) {
			session_write_close(); // Else the view waits for the work.
		}
	}
}
