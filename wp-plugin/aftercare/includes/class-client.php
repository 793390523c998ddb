<?php
/**
 * Asks the sidecar, signed, and believes only signed answers (docs/protocol.md). Never throws.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Client {

	/** A larger answer is cut, and then its signature is wrong. */
	const LARGEST_ANSWER = 2097152;

	/** What the sidecar's doors take. It signs "too large" before it reads: of a smaller body somebody else said so. */
	const LARGEST_BODY = 1048576;

	/**
	 * One signed message and its answer.
	 *
	 * A clock that is off is put right once; a rotation whose answer was lost is finished with the next secret.
	 *
	 * @param string               $door      events, results, fetch, runs or pairing.
	 * @param string               $path      Below `/api/v1`, with its slash: `/events`.
	 * @param array<string, mixed>|\Closure $body A JSON object, or what makes it: for each try anew, as our clock may have been put right between.
	 * @param float                $timeout_s For all of it.
	 */
	public static function post( string $door, string $path, $body, float $timeout_s ): Answer {
		if ( ! Pairing::paired() || '' === Pairing::secret() ) {
			return Answer::none( 'not_paired', __( 'This site is not paired with a sidecar.', 'aftercare' ) );
		}
		if ( ! Pairing::at_home() ) {
			return Answer::none( 'moved', __( 'This site is not at the address that it was paired at, so nothing is sent.', 'aftercare' ) );
		}
		return self::as_site( $door, $path, $body, $timeout_s );
	}

	/**
	 * The same, wherever the site is now: only for telling the sidecar where that is.
	 *
	 * @param string               $door      As in post().
	 * @param string               $path      As in post().
	 * @param array<string, mixed>|\Closure $body As in post().
	 * @param float                $timeout_s As in post().
	 */
	public static function as_site( string $door, string $path, $body, float $timeout_s ): Answer {
		try {
			$until  = microtime( true ) + $timeout_s;
			$answer = self::ask( Pairing::secret(), $door, $path, $body, $timeout_s );
			if ( 'clock' === $answer->error && isset( $answer->body['time'] ) ) {
				Pairing::learn_time( (string) $answer->body['time'] );
				$answer = self::ask( Pairing::secret(), $door, $path, $body, max( 1.0, $until - microtime( true ) ) );
			}
			if ( 'signature' === $answer->error && '' !== Pairing::next_secret() ) {
				$again = self::ask( Pairing::next_secret(), $door, $path, $body, max( 1.0, $until - microtime( true ) ) );
				if ( $again->ok ) {
					Pairing::promote();
					return $again;
				}
			}
			return $answer;
		} catch ( \Throwable $fault ) {
			Loader::report( $fault );
			return Answer::none( 'unreachable', $fault->getMessage() );
		}
	}

	/**
	 * One try.
	 *
	 * @param string               $secret    To sign with.
	 * @param string               $door      As in post().
	 * @param string               $path      As in post().
	 * @param array<string, mixed>|\Closure $body As in post().
	 * @param float                $timeout_s As in post().
	 */
	private static function ask( string $secret, string $door, string $path, $body, float $timeout_s ): Answer {
		$id   = 'msg_' . bin2hex( random_bytes( 12 ) );
		$time = (string) Pairing::now();
		$text = Json::of( $body instanceof \Closure ? $body() : $body );
		$came = self::http(
			'POST',
			Pairing::sidecar() . '/api/v1' . $path,
			$timeout_s,
			$text,
			array(
				'aftercare-site'    => Pairing::site_id(),
				'webhook-id'        => $id,
				'webhook-timestamp' => $time,
				'webhook-signature' => Signature::sign( Keys::derive( $secret, $door, Keys::TO_SIDECAR ), $id, $time, $text ),
			)
		);
		$answer = $came instanceof Answer ? $came : self::read( $came, Keys::derive( $secret, $door, Keys::TO_SITE ), $id );
		// Before the sidecar knows us it cannot sign; whatever else is unsigned could come from anybody in between.
		if ( ! $answer->ok && ! $answer->signed && in_array( $answer->status, array( 400, 404, 409, 413, 426 ), true ) && 'answer_nonsense' !== $answer->error ) {
			return Answer::none( 'answer_unsigned', $answer->message );
		}
		if ( 'too_large' === $answer->error && strlen( $text ) <= self::LARGEST_BODY ) {
			return Answer::none( 'answer_unsigned', $answer->message );
		}
		return $answer;
	}

	/**
	 * Believes an answer only if it is signed for this very message. An unsigned one can do no more than say no.
	 *
	 * @param array<string, mixed> $came What wp_remote_request() returned.
	 * @param string               $key  The door's key to us.
	 * @param string               $id   The message's id.
	 */
	public static function read( array $came, string $key, string $id ): Answer {
		$status = (int) wp_remote_retrieve_response_code( $came );
		$text   = wp_remote_retrieve_body( $came );
		$body   = Json::object( $text );
		$header = static function ( string $name ) use ( $came ): string {
			$value = wp_remote_retrieve_header( $came, $name );
			return is_array( $value ) ? (string) end( $value ) : (string) $value;
		};
		$signed = Signature::RIGHT === Signature::verify( $key, $id, $header( 'webhook-timestamp' ), $header( 'webhook-signature' ), $text, null )
			&& hash_equals( $id, $header( 'webhook-id' ) );
		if ( null === $body ) {
			/* translators: %d: HTTP status. */
			return Answer::none( 'answer_nonsense', sprintf( __( 'The sidecar’s address answered with status %d and something that is not JSON.', 'aftercare' ), $status ), $status );
		}
		if ( $status >= 200 && $status < 300 ) {
			return $signed
				? new Answer( $status, $body )
				: Answer::none( 'answer_unsigned', __( 'The answer was not signed by the sidecar that this site is paired with.', 'aftercare' ), $status );
		}
		$error = is_string( $body['error'] ?? null ) && '' !== $body['error'] ? $body['error'] : "http_$status";
		if ( 'clock' === $error && ! $signed ) {
			$error = 'answer_unsigned'; // Nobody else sets our clock.
		}
		$wait = (int) $header( 'retry-after' );
		$message        = is_string( $body['message'] ?? null ) ? $body['message'] : $error;
		$answer         = new Answer( $status, $body, $error, $message, max( 0, min( 86400, $wait ) ) );
		$answer->signed = $signed;
		return $answer;
	}

	/**
	 * One HTTP request to the sidecar: no redirects, a size and a time limit.
	 *
	 * @param string                $method    GET or POST.
	 * @param string                $url       Where.
	 * @param float                 $timeout_s For all of it.
	 * @param string                $text      The body.
	 * @param array<string, string> $headers   Further ones.
	 * @return array<string, mixed>|Answer What came, or why nothing did.
	 */
	public static function http( string $method, string $url, float $timeout_s, string $text = '', array $headers = array() ) {
		$came = wp_remote_request(
			$url,
			array(
				'method'              => $method,
				'timeout'             => $timeout_s,
				'redirection'         => 0,
				'limit_response_size' => self::LARGEST_ANSWER,
				'user-agent'          => 'Aftercare/' . AFTERCARE_VERSION,
				'headers'             => $headers + array( 'Content-Type' => 'application/json' ),
				'body'                => 'GET' === $method ? null : $text,
			)
		);
		if ( is_wp_error( $came ) ) {
			/* translators: 1: address, 2: what the HTTP library said. */
			$words = __( 'The sidecar at %1$s cannot be reached: %2$s', 'aftercare' );
			return Answer::none( 'unreachable', sprintf( $words, (string) wp_parse_url( $url, PHP_URL_HOST ), $came->get_error_message() ) );
		}
		return $came;
	}
}
