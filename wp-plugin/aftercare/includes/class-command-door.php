<?php
/**
 * The door that commands come in by, the same behind REST and XML-RPC: verify, carry out, sign the answer (docs/protocol.md, The door of the site).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Command_Door {

	/** An envelope is small. */
	const LARGEST = 65536;

	/**
	 * Who knocks: decided before anything is read from the body.
	 *
	 * @param array{site: string, id: string, timestamp: string, signature: string, body: string} $message As it came.
	 * @return array{verdict: string, secret: string} Verdict: right, clock, signature, not_paired or too_large; the secret it was signed with.
	 */
	public static function verify( array $message ): array {
		if ( strlen( $message['body'] ) > self::LARGEST ) {
			return self::verdict( 'too_large' );
		}
		if ( ! Pairing::paired() || '' === Pairing::secret() ) {
			return self::verdict( 'not_paired' );
		}
		if ( ! hash_equals( Pairing::site_id(), $message['site'] ) ) {
			return self::verdict( Signature::WRONG );
		}
		foreach ( array_filter( array( Pairing::secret(), Pairing::next_secret() ), 'strlen' ) as $secret ) {
			$key     = Keys::derive( $secret, 'commands', Keys::TO_SITE );
			$verdict = Signature::verify( $key, $message['id'], $message['timestamp'], $message['signature'], $message['body'], Pairing::now() );
			if ( Signature::WRONG !== $verdict ) {
				return self::verdict( $verdict, $secret );
			}
		}
		return self::verdict( Signature::WRONG );
	}

	/**
	 * Answers a message whose verdict is right or clock; both answers are signed.
	 *
	 * @param array{id: string, body: string}                $message As it came.
	 * @param array{verdict: string, secret: string} $verdict What verify() said.
	 * @return array{status: int, id: string, timestamp: string, signature: string, body: string}
	 */
	public static function answer( array $message, array $verdict ): array {
		$status = 200;
		if ( Signature::CLOCK === $verdict['verdict'] ) {
			$status = 401;
			$answer = array(
				'error'   => 'clock',
				'message' => 'The message is not of now by the clock of this site.',
				'time'    => gmdate( 'Y-m-d\TH:i:s\Z' ),
			);
		} else {
			if ( hash_equals( $verdict['secret'], Pairing::next_secret() ) ) {
				Pairing::promote(); // A rotation whose answer was lost: the sidecar uses the new secret.
			}
			Heartbeat::schedule(); // As in At_End.
			$envelope = Json::object( $message['body'] );
			$answer   = null === $envelope ? null : Commands::carry_out( $envelope );
			if ( null === $answer ) {
				$status = 400;
				$answer = self::refusal( 'not_json' );
			}
		}
		$body = Json::of( $answer );
		$time = (string) Pairing::now();
		return array(
			'status'    => $status,
			'id'        => $message['id'],
			'timestamp' => $time,
			'signature' => Signature::sign( Keys::derive( $verdict['secret'], 'commands', Keys::TO_SIDECAR ), $message['id'], $time, $body ),
			'body'      => $body,
		);
	}

	/**
	 * The words of an unsigned refusal.
	 *
	 * @param string $error Its code.
	 * @return array{error: string, message: string}
	 */
	public static function refusal( string $error ): array {
		$messages = array(
			'not_paired' => 'This site is not paired.',
			'signature'  => 'The signature is not right for this site and this door.',
			'too_large'  => 'A command is at most 64 KiB.',
			'not_json'   => 'The body is not a JSON object.',
		);
		return array(
			'error'   => $error,
			'message' => $messages[ $error ] ?? $error,
		);
	}

	/**
	 * As verify() returns it.
	 *
	 * @param string $verdict Its word.
	 * @param string $secret  What it was signed with.
	 * @return array{verdict: string, secret: string}
	 */
	private static function verdict( string $verdict, string $secret = '' ): array {
		return compact( 'verdict', 'secret' );
	}
}
