<?php
/**
 * The fixed list of what the sidecar may ask this site to do, each at most once, on whichever road it came.
 *
 * There are no others: no file, no code, no SQL, no host to probe but the relay in force and the sidecar's control target.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Commands {

	/** Name → what carries it out: takes the arguments, returns the result. */
	const ALL = array(
		'snapshot'     => array( Snapshot::class, 'take' ),
		'mail.test'    => array( Mail_Test::class, 'run' ),
		'mail.probe'   => array( Mail_Probe::class, 'run' ),
		'mail.history' => array( self::class, 'history' ),
		'forms.list'   => array( Forms::class, 'told' ),
		'form.arm'     => array( Form_Canary::class, 'arm' ),
		'form.canary'  => array( Form_Canary::class, 'answer' ),
		'form.entry'   => array( Form_Entry::class, 'told' ),
		'conflict.begin' => array( Conflict::class, 'begin' ),
		'conflict.end'   => array( Conflict::class, 'end' ),
		'rotate'       => array( self::class, 'rotate' ),
		'unpair'       => array( self::class, 'unpair' ),
	);

	/**
	 * Carries out one envelope whose signature was verified.
	 *
	 * @param array<string, mixed> $envelope id, site, name, args, expires_at.
	 * @return array{id: string, state: string, result: object, error: string}
	 */
	public static function carry_out( array $envelope ): array {
		$id = is_string( $envelope['id'] ?? null ) ? $envelope['id'] : '';
		if ( ! preg_match( '/^[A-Za-z0-9_-]{1,64}$/D', $id ) ) {
			return self::outcome( '', 'failed', array(), 'the command has no usable id' );
		}
		if ( ! Pairing::paired() || ! hash_equals( Pairing::site_id(), (string) ( $envelope['site'] ?? '' ) ) ) {
			return self::outcome( $id, 'failed', array(), 'the command is for another site' );
		}
		if ( ! Pairing::at_home() ) {
			return self::outcome( $id, 'failed', array(), 'this site is not at the address that it was paired at' );
		}
		$known = Command_Ledger::known( $id );
		if ( $known ) {
			return self::outcome( $id, $known['state'], $known['result'], $known['error'] );
		}
		$name    = is_string( $envelope['name'] ?? null ) ? $envelope['name'] : '';
		$expires = strtotime( is_string( $envelope['expires_at'] ?? null ) ? $envelope['expires_at'] : '' );
		if ( ! isset( self::ALL[ $name ] ) ) {
			return self::outcome( $id, 'failed', array(), 'there is no such command' );
		}
		if ( false === $expires || $expires < Pairing::now() ) {
			return self::outcome( $id, 'failed', array(), 'the command has expired' );
		}
		$args = is_array( $envelope['args'] ?? null ) ? $envelope['args'] : array();
		return self::act( $id, $name, $args );
	}

	/**
	 * Writes the id, acts, writes the result.
	 *
	 * @param string               $id   The command's.
	 * @param string               $name On the list.
	 * @param array<string, mixed> $args As given.
	 * @return array{id: string, state: string, result: object, error: string}
	 */
	private static function act( string $id, string $name, array $args ): array {
		if ( ! Command_Ledger::begin( $id, $name ) ) {
			$known = Command_Ledger::known( $id );
			return $known
				? self::outcome( $id, $known['state'], $known['result'], $known['error'] )
				: self::outcome( $id, 'failed', array(), 'the site could not write the command down, so it did not act' );
		}
		ignore_user_abort( true ); // The sidecar may hang up; what was begun is finished and kept.
		if ( function_exists( 'set_time_limit' ) ) {
			@set_time_limit( 90 ); // phpcs:ignore WordPress.PHP.NoSilencedErrors -- hosts forbid it with a warning.
		}
		if ( function_exists( 'wp_cache_supports' ) && wp_cache_supports( 'flush_runtime' ) ) {
			wp_cache_flush_runtime(); // A cron run may have read its options long before the setting that is asked about was changed.
		}
		try {
			list( $state, $result, $error ) = array( 'done', call_user_func( self::ALL[ $name ], $args ), '' );
		} catch ( \Throwable $fault ) {
			Loader::report( $fault );
			list( $state, $result, $error ) = array( 'failed', array(), Redactor::text( get_class( $fault ) . ': ' . $fault->getMessage() ) );
		}
		Command_Ledger::finish( $id, $state, $result, $error );
		return self::outcome( $id, $state, $result, $error );
	}

	/**
	 * The outcomes of 30 days.
	 *
	 * @return array<string, mixed>
	 */
	public static function history(): array {
		Mail_Watch::sweep(); // A mail that hangs since then is an outcome too.
		return History::report();
	}

	/**
	 * A new secret.
	 *
	 * @return array<string, mixed>
	 */
	public static function rotate(): array {
		$answer = Pairing_Door::rotate();
		if ( ! $answer->ok ) {
			throw new \RuntimeException( "$answer->error: $answer->message" );
		}
		return array( 'rotated' => true );
	}

	/**
	 * The sidecar ended the pairing: it is forgotten here.
	 *
	 * @return array<string, mixed>
	 */
	public static function unpair(): array {
		Pairing_Door::end_here();
		return array( 'unpaired' => true );
	}

	/**
	 * As the wire has it.
	 *
	 * @param string                      $id     The command's.
	 * @param string                      $state  done, failed or unknown.
	 * @param object|array<string, mixed> $result Its result.
	 * @param string                      $error  One sentence.
	 * @return array{id: string, state: string, result: object, error: string}
	 */
	private static function outcome( string $id, string $state, $result, string $error ): array {
		$result = (object) $result; // An empty one is `{}` on the wire.
		return compact( 'id', 'state', 'result', 'error' );
	}
}
