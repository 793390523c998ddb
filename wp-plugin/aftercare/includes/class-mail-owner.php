<?php
/**
 * Who owns wp_mail(): the plugin whose definition was loaded first wins, and any other that defines it is silently dead.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Owner {

	/** Bounds of the search for definitions that lost. */
	const FILES_PER_PLUGIN = 150;
	const LARGEST_FILE     = 262144;
	const LONGEST_S        = 2.0;

	/**
	 * The owner in force, by the file that wp_mail() was read from.
	 *
	 * @return array{slug: string, name: string, file: string, kind: string}
	 */
	public static function current(): array {
		$file  = Callbacks::file( 'wp_mail' );
		$owner = Callbacks::named( $file );
		return array(
			'slug' => $owner['slug'],
			'name' => $owner['name'],
			'file' => Callbacks::relative( $file ),
			'kind' => $owner['kind'],
		);
	}

	/**
	 * Every active plugin that defines wp_mail(), the one in force first; core's own definition is not counted.
	 *
	 * @return array<int, array{slug: string, name: string, file: string}>
	 */
	public static function all(): array {
		$until  = microtime( true ) + self::LONGEST_S;
		$owners = array();
		$first  = self::current();
		if ( 'core' !== $first['kind'] ) {
			unset( $first['kind'] );
			$owners[ $first['slug'] ] = $first;
		}
		foreach ( Plugins::all() as $plugin ) {
			if ( isset( $owners[ $plugin['slug'] ] ) || 'aftercare' === $plugin['slug'] ) {
				continue;
			}
			foreach ( self::files( $plugin ) as $file ) {
				if ( microtime( true ) > $until ) {
					break 2;
				}
				if ( self::defines( $file ) ) {
					$owners[ $plugin['slug'] ] = array(
						'slug' => $plugin['slug'],
						'name' => $plugin['name'],
						'file' => Callbacks::relative( $file ),
					);
					break;
				}
			}
		}
		return array_values( $owners );
	}

	/**
	 * Whether a file defines the function, and not a method of that name: methods are indented deeper or declared public.
	 *
	 * @param string $file Absolute.
	 */
	private static function defines( string $file ): bool {
		if ( ! is_readable( $file ) || (int) filesize( $file ) > self::LARGEST_FILE ) {
			return false;
		}
		$text = (string) file_get_contents( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a local file.
		if ( ! preg_match( '/^\s*function\s+wp_mail\s*\(/mi', $text ) ) {
			return false;
		}
		// A definition beside others is asked for by function_exists(), or stands in no class at all.
		return (bool) preg_match( '/function_exists\s*\(\s*[\'"]\\\\?wp_mail[\'"]\s*\)/i', $text ) || ! preg_match( '/^\s*(abstract\s+|final\s+)?(class|trait)\s+\w+/mi', $text );
	}

	/**
	 * The plugin's main file, then those near it.
	 *
	 * @param array{file: string, must_use: bool} $plugin One of Plugins::all().
	 * @return string[]
	 */
	private static function files( array $plugin ): array {
		$folder = dirname( $plugin['file'] );
		if ( $plugin['must_use'] || wp_normalize_path( WP_PLUGIN_DIR ) === $folder ) {
			return array( $plugin['file'] );
		}
		$files = array( $plugin['file'] );
		foreach ( array( '/*.php', '/*/*.php' ) as $depth ) {
			foreach ( (array) glob( $folder . $depth ) as $file ) {
				$file = wp_normalize_path( (string) $file );
				if ( ! preg_match( '#/(vendor|node_modules|tests?|languages?)/#', substr( $file, strlen( $folder ) ) ) ) {
					$files[] = $file;
				}
			}
		}
		return array_slice( array_unique( $files ), 0, self::FILES_PER_PLUGIN );
	}
}
