<?php
/**
 * What the sidecar last said of this site: playbooks, the last run, open tickets. Kept, with its time, for when it is away.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Overview implements Module {

	/** Transient: body and at. */
	const KEPT = 'aftercare_overview';

	/** Asked again by the heartbeat when it is older: the dashboard and Site Health never ask. */
	const OLD_S = 600;

	const TIMEOUT_S = 5.0;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( Heartbeat::HOOK, 'refresh', 20, 0, 'cron' ),
		);
	}

	/** Asks again when what is kept is old. */
	public static function refresh(): void {
		if ( Pairing::at_home() && time() - self::kept()['at'] > self::OLD_S ) {
			self::ask();
		}
	}

	/** Asks the sidecar now; a good answer is kept. */
	public static function ask(): Answer {
		$answer = Client::post( 'runs', '/runs/overview', array(), self::TIMEOUT_S );
		if ( $answer->ok ) {
			set_transient(
				self::KEPT,
				array(
					'body' => $answer->body,
					'at'   => time(),
				),
				7 * DAY_IN_SECONDS
			);
		}
		return $answer;
	}

	/**
	 * What was last answered, and when.
	 *
	 * @return array{body: array<string, mixed>, at: int} At 0: never.
	 */
	public static function kept(): array {
		$kept = get_transient( self::KEPT );
		return is_array( $kept ) && is_array( $kept['body'] ?? null )
			? array(
				'body' => $kept['body'],
				'at'   => (int) ( $kept['at'] ?? 0 ),
			)
			: array(
				'body' => array(),
				'at'   => 0,
			);
	}

	/** Forgets it; with the pairing. */
	public static function forget(): void {
		delete_transient( self::KEPT );
	}
}
