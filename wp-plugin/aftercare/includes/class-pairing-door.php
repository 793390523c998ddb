<?php
/**
 * Pairs, rotates the secret, says that the site moved, and ends the pairing (docs/protocol.md, Doors).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Pairing_Door {

	const TIMEOUT_S = 15.0;

	/**
	 * Pairs this site with the sidecar that a code names.
	 *
	 * @param string $pasted The code, as pasted.
	 * @return Answer Errors, beside the sidecar's own: malformed, fingerprint, paired_already, no_sodium.
	 */
	public static function pair( string $pasted ): Answer {
		if ( Pairing::paired() ) {
			return Answer::none( 'paired_already', __( 'This site is paired already. End that pairing first.', 'aftercare' ) );
		}
		$code = Pairing_Code::parse( $pasted );
		if ( ! $code ) {
			return Answer::none( 'malformed', __( 'That is not a whole pairing code.', 'aftercare' ) );
		}
		$key = self::public_key( $code->url, $code->fingerprint );
		if ( ! $key->ok ) {
			return $key;
		}
		$secret = random_bytes( 32 );
		$theirs = strtotime( (string) ( $key->body['time'] ?? '' ) );
		$offset = false === $theirs ? 0 : $theirs - time();
		$sealed = self::seal(
			self::whereabouts() + array(
				'secret' => self::b64( $secret ),
				'nonce'  => $code->nonce,
				'time'   => gmdate( 'Y-m-d\TH:i:s\Z' ),
			),
			$key->body['key']
		);
		if ( '' === $sealed ) {
			return self::no_sodium();
		}
		$text = Json::of( array( 'nonce' => $code->nonce, 'sealed' => $sealed ) );
		$id   = 'msg_' . bin2hex( random_bytes( 12 ) );
		$came = Client::http( 'POST', $code->url . '/api/v1/pair', self::TIMEOUT_S, $text, array( 'webhook-id' => $id ) );
		if ( $came instanceof Answer ) {
			return $came;
		}
		// The answer's id is the sidecar's own here: no message of ours was signed before we had a common secret.
		$answer = Client::read( $came, Keys::derive( $secret, 'pairing', Keys::TO_SITE ), (string) wp_remote_retrieve_header( $came, 'webhook-id' ) );
		if ( ! $answer->ok ) {
			return $answer;
		}
		$site = $answer->body['site'] ?? '';
		if ( ! is_string( $site ) || ! preg_match( '/^[A-Za-z0-9_-]{1,80}$/D', $site ) ) {
			return Answer::none( 'answer_nonsense', __( 'The sidecar did not say which site this is.', 'aftercare' ), $answer->status );
		}
		Pairing::keep(
			$secret,
			array(
				'site'      => $site,
				'sidecar'   => $code->url,
				'key'       => $key->body['hash'],
				'home'      => Pairing::home_now(),
				'paired_at' => time(),
				'offset_s'  => $offset,
			)
		);
		Changes::look(); // From now on: the first change has something to be compared with.
		return $answer;
	}

	/** Makes a new secret. The address goes with it: this is how a site that moved keeps its pairing. */
	public static function rotate(): Answer {
		if ( ! Pairing::paired() ) {
			return Answer::none( 'not_paired', __( 'This site is not paired with a sidecar.', 'aftercare' ) );
		}
		$key = self::public_key( Pairing::sidecar(), substr( Pairing::key_hash(), 0, 16 ) );
		if ( ! $key->ok ) {
			return $key;
		}
		// An earlier rotation whose answer was lost is asked again with the same secret.
		$next   = '' !== Pairing::next_secret() ? Pairing::next_secret() : random_bytes( 32 );
		$sealed = self::seal(
			self::whereabouts() + array(
				'secret' => self::b64( $next ),
				'site'   => Pairing::site_id(),
			),
			$key->body['key']
		);
		if ( '' === $sealed ) {
			return self::no_sodium();
		}
		Pairing::keep_next( $next );
		$answer = Client::as_site( 'pairing', '/pair/rotate', array( 'sealed' => $sealed ), self::TIMEOUT_S );
		if ( $answer->ok ) {
			Pairing::promote();
		}
		return $answer;
	}

	/** The admin's answer "it moved": the same pairing, at the new address. */
	public static function moved(): Answer {
		$answer = self::rotate();
		if ( $answer->ok ) {
			Pairing::settle_here();
		}
		return $answer;
	}

	/**
	 * Ends the pairing on both sides; here in any case.
	 *
	 * A copy is not the paired site: it only forgets, and the original goes on.
	 */
	public static function unpair(): Answer {
		$answer = Pairing::at_home()
			? Client::post( 'pairing', '/pair/end', array(), self::TIMEOUT_S )
			: Answer::none( 'moved', __( 'Forgotten here only: the site at the other address stays paired.', 'aftercare' ) );
		self::end_here();
		Command_Ledger::clear();
		Canary_Ledger::clear();
		return $answer;
	}

	/** Forgets the pairing here, and what waits to be told: it is nobody else's, and a copy's belongs to the original. */
	public static function end_here(): void {
		global $wpdb;
		Pairing::forget();
		Overview::forget();
		Sender::reset();
		Quiet_Db::query( "DELETE FROM {$wpdb->prefix}aftercare_outbox" );
	}

	/**
	 * The sidecar's public key, if it is the one that the fingerprint vouches for.
	 *
	 * @param string $url         The sidecar.
	 * @param string $fingerprint 16 hex digits.
	 * @return Answer Body: `key` (raw), `hash`, `time`.
	 */
	public static function public_key( string $url, string $fingerprint ): Answer {
		$came = Client::http( 'GET', $url . '/api/v1/pair/key', self::TIMEOUT_S );
		if ( $came instanceof Answer ) {
			return $came;
		}
		$status = (int) wp_remote_retrieve_response_code( $came );
		$body   = Json::object( wp_remote_retrieve_body( $came ) );
		$key    = base64_decode( (string) ( $body['public_key'] ?? '' ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		if ( 200 !== $status || ! is_string( $key ) || 32 !== strlen( $key ) ) {
			/* translators: 1: address, 2: HTTP status. */
			return Answer::none( 'not_a_sidecar', sprintf( __( '%1$s answered with status %2$d, but not as a sidecar does.', 'aftercare' ), $url, $status ), $status );
		}
		$hash = hash( 'sha256', $key );
		if ( ! hash_equals( $fingerprint, substr( $hash, 0, 16 ) ) ) {
			return Answer::none( 'fingerprint', __( 'The key that answered is not the one this code was made with.', 'aftercare' ), $status );
		}
		$supported = $body['supported'] ?? array( '1' );
		if ( ! is_array( $supported ) || ! in_array( '1', array_map( 'strval', $supported ), true ) ) {
			return Answer::none( 'version', __( 'This sidecar does not understand this version of the plugin.', 'aftercare' ), $status );
		}
		return new Answer( $status, array( 'key' => $key, 'hash' => $hash, 'time' => $body['time'] ?? '' ) );
	}

	/**
	 * Where this site can be found.
	 *
	 * @return array<string, string>
	 */
	private static function whereabouts(): array {
		return array(
			'url'        => Pairing::home_now(),
			'name'       => wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES ),
			'rest_url'   => get_rest_url(),
			'xmlrpc_url' => site_url( 'xmlrpc.php' ),
			'plugin'     => AFTERCARE_VERSION,
		);
	}

	/**
	 * Seals to the sidecar's key: only it can open (libsodium's crypto_box_seal; WordPress ships a PHP twin of it).
	 *
	 * @param array<string, mixed> $object     What to seal.
	 * @param string               $public_key 32 bytes.
	 * @return string Base64, or nothing where PHP cannot.
	 */
	public static function seal( array $object, string $public_key ): string {
		if ( ! function_exists( 'sodium_crypto_box_seal' ) && is_readable( ABSPATH . WPINC . '/sodium_compat/autoload.php' ) ) {
			require_once ABSPATH . WPINC . '/sodium_compat/autoload.php';
		}
		return function_exists( 'sodium_crypto_box_seal' ) ? self::b64( sodium_crypto_box_seal( Json::of( $object ), $public_key ) ) : '';
	}

	/** PHP without libsodium, and WordPress without its twin. */
	public static function no_sodium(): Answer {
		return Answer::none( 'no_sodium', __( 'This PHP has no libsodium, so the secret cannot be sealed. Ask your host to enable it.', 'aftercare' ) );
	}

	/**
	 * Base64, the wire's encoding of bytes.
	 *
	 * @param string $bytes Any.
	 */
	private static function b64( string $bytes ): string {
		return base64_encode( $bytes ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode
	}
}
