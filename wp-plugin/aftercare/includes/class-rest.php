<?php
/**
 * The first road for commands: `POST aftercare/v1/command`, open to a right signature and to nothing else.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Rest implements Module {

	const SPACE = 'aftercare/v1';
	const ROUTE = '/command';

	/** @var array{verdict: string, secret: string}|null What was found out about the request. */
	private static $verdict = null;

	/** @var string|null The very bytes that were signed. */
	private static $signed = null;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'rest_api_init', 'routes', 10, 0, 'everywhere' ),
		);
	}

	/** Runs in REST requests only. */
	public static function routes(): void {
		register_rest_route(
			self::SPACE,
			self::ROUTE,
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'command' ),
				'permission_callback' => array( self::class, 'permission' ),
			)
		);
		add_filter( 'rest_request_after_callbacks', Loader::guarded( array( self::class, 'refused' ) ), 10, 3 );
		add_filter( 'rest_pre_serve_request', Loader::guarded( array( self::class, 'serve' ) ), PHP_INT_MAX, 3 );
	}

	/**
	 * Verifies the signature over the raw body. Also for a clock that is off: that answer is signed and tells the time.
	 *
	 * @param \WP_REST_Request $request The message.
	 * @return true|\WP_Error
	 */
	public static function permission( $request ) {
		try {
			self::$verdict = Command_Door::verify( self::message( $request ) );
		} catch ( \Throwable $fault ) {
			Loader::report( $fault );
			return new \WP_Error( 'aftercare_fault', 'The site could not verify the message.', array( 'status' => 500 ) );
		}
		if ( in_array( self::$verdict['verdict'], array( Signature::RIGHT, Signature::CLOCK ), true ) ) {
			return true;
		}
		$status = 'too_large' === self::$verdict['verdict'] ? 413 : 401;
		return new \WP_Error( 'aftercare_' . self::$verdict['verdict'], self::$verdict['verdict'], array( 'status' => $status ) );
	}

	/**
	 * Carries the command out.
	 *
	 * @param \WP_REST_Request $request The message.
	 * @return \WP_REST_Response|\WP_Error
	 */
	public static function command( $request ) {
		try {
			$answer = Command_Door::answer( self::message( $request ), (array) self::$verdict );
		} catch ( \Throwable $fault ) {
			Loader::report( $fault );
			return new \WP_Error( 'aftercare_fault', 'The command could not be carried out.', array( 'status' => 500 ) );
		}
		self::$signed = $answer['body'];
		return self::response(
			Json::object( $answer['body'] ) ?? array(),
			$answer['status'],
			array(
				'webhook-id'        => $answer['id'],
				'webhook-timestamp' => $answer['timestamp'],
				'webhook-signature' => $answer['signature'],
			)
		);
	}

	/**
	 * A refusal in the protocol's shape instead of WordPress's.
	 *
	 * @param mixed            $response What will be answered.
	 * @param mixed            $handler  The route's.
	 * @param \WP_REST_Request $request  The message.
	 * @return mixed
	 */
	public static function refused( $response, $handler, $request ) {
		if ( ! self::ours( $request ) || ! is_wp_error( $response ) || '' !== ( self::$verdict['secret'] ?? '' ) ) {
			return $response;
		}
		if ( ! self::$verdict ) { // WordPress looked at the body before we were asked.
			return self::response( Command_Door::refusal( 'not_json' ), 400, array() );
		}
		return self::response( Command_Door::refusal( self::$verdict['verdict'] ), 'too_large' === self::$verdict['verdict'] ? 413 : 401, array() );
	}

	/**
	 * Sends the bytes that were signed, not WordPress's own rendering of them.
	 *
	 * @param mixed            $served  Whether somebody answered already.
	 * @param mixed            $result  The response.
	 * @param \WP_REST_Request $request The message.
	 * @return mixed
	 */
	public static function serve( $served, $result, $request ) {
		if ( $served || null === self::$signed || ! self::ours( $request ) ) {
			return $served;
		}
		echo self::$signed; // phpcs:ignore WordPress.Security.EscapeOutput -- JSON, as application/json.
		return true;
	}

	/**
	 * The message's parts.
	 *
	 * @param \WP_REST_Request $request It.
	 * @return array{site: string, id: string, timestamp: string, signature: string, body: string}
	 */
	private static function message( $request ): array {
		return array(
			'site'      => (string) $request->get_header( 'aftercare-site' ),
			'id'        => (string) $request->get_header( 'webhook-id' ),
			'timestamp' => (string) $request->get_header( 'webhook-timestamp' ),
			'signature' => (string) $request->get_header( 'webhook-signature' ),
			'body'      => (string) $request->get_body(),
		);
	}

	/**
	 * An answer that no cache keeps.
	 *
	 * @param array<string, mixed>  $body    JSON object.
	 * @param int                   $status  HTTP status.
	 * @param array<string, string> $headers Further ones.
	 */
	private static function response( array $body, int $status, array $headers ): \WP_REST_Response {
		$response = new \WP_REST_Response( $body, $status, $headers );
		$response->header( 'Cache-Control', 'no-store, private, max-age=0' );
		return $response;
	}

	/**
	 * Whether a request is to our route.
	 *
	 * @param mixed $request A request.
	 */
	private static function ours( $request ): bool {
		return $request instanceof \WP_REST_Request && '/' . self::SPACE . self::ROUTE === $request->get_route();
	}
}
