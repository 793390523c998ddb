<?php
/**
 * JSON as the wire has it: objects stay objects, plain ASCII, and nothing that cannot be written makes it fail.
 *
 * ASCII, because the same bytes also travel inside XML-RPC, where proxies and encodings rewrite the rest.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Json {

	/** The protocol's own depth is 8; snapshots and envelopes stay below this. */
	const DEPTH = 32;

	/**
	 * A body.
	 *
	 * @param array<string, mixed> $object An empty one is `{}`.
	 */
	public static function of( array $object ): string {
		// phpcs:ignore WordPress.WP.AlternativeFunctions.json_encode_json_encode -- wp_json_encode drops the flags on bad UTF-8.
		return (string) json_encode( $object ? $object : new \stdClass(), JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR );
	}

	/**
	 * The object that a body holds, or null.
	 *
	 * @param string $text Raw bytes.
	 * @return array<string, mixed>|null
	 */
	public static function object( string $text ): ?array {
		$read = json_decode( $text, true, self::DEPTH );
		return is_array( $read ) && '{' === substr( ltrim( $text ), 0, 1 ) ? $read : null;
	}

	/**
	 * The same with objects as objects: an empty one stays `{}` when it is written again.
	 *
	 * @param string $text Raw bytes.
	 */
	public static function thing( string $text ): \stdClass {
		$read = json_decode( $text, false, self::DEPTH );
		return $read instanceof \stdClass ? $read : new \stdClass();
	}
}
