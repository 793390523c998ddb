<?php
/**
 * The second road for commands, where the REST API is blocked: XML-RPC's `aftercare.command` with the same signed message.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Xmlrpc implements Module {

	const METHOD = 'aftercare.command';

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'xmlrpc_methods', 'methods', 10, 1, 'everywhere' ),
		);
	}

	/**
	 * Adds our method; runs in xmlrpc.php only.
	 *
	 * @param mixed $methods Name → callable.
	 * @return mixed
	 */
	public static function methods( $methods ) {
		return is_array( $methods ) ? $methods + array( self::METHOD => array( self::class, 'command' ) ) : $methods;
	}

	/**
	 * Positional strings: site, webhook-id, webhook-timestamp, webhook-signature, body.
	 *
	 * @param mixed $params As the XML-RPC server hands them over.
	 * @return array<string, string>|\IXR_Error A struct: id, timestamp, signature, body.
	 */
	public static function command( $params ) {
		$params = array_values( is_array( $params ) ? $params : array() );
		if ( 5 !== count( $params ) || array_filter( $params, 'is_string' ) !== $params ) {
			return new \IXR_Error( 400, 'aftercare.command takes five strings: site, id, timestamp, signature, body.' );
		}
		$message = array_combine( array( 'site', 'id', 'timestamp', 'signature', 'body' ), $params );
		try {
			$verdict = Command_Door::verify( $message );
			if ( ! in_array( $verdict['verdict'], array( Signature::RIGHT, Signature::CLOCK ), true ) ) {
				return new \IXR_Error( 'too_large' === $verdict['verdict'] ? 413 : 401, $verdict['verdict'] );
			}
			$answer = Command_Door::answer( $message, $verdict );
		} catch ( \Throwable $fault ) {
			Loader::report( $fault );
			return new \IXR_Error( 500, 'The command could not be carried out.' );
		}
		unset( $answer['status'] );
		return $answer;
	}
}
