<?php
/**
 * Names whose code a callback or a file is: the plugin, must-use plugin, theme, or core.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Callbacks {

	/**
	 * The callbacks on a hook in the order they run, ours left out.
	 *
	 * @param string $hook Its name.
	 * @return array<int, array{slug: string, name: string, callback: string, priority: int, function: callable, kind: string}>
	 */
	public static function on( string $hook ): array {
		global $wp_filter;
		$found = array();
		if ( ! isset( $wp_filter[ $hook ] ) || ! $wp_filter[ $hook ] instanceof \WP_Hook ) {
			return $found;
		}
		foreach ( $wp_filter[ $hook ]->callbacks as $priority => $callbacks ) {
			foreach ( $callbacks as $callback ) {
				$file  = self::file( $callback['function'] );
				$owner = self::named( $file );
				if ( 'aftercare' === $owner['slug'] && '' !== $file ) {
					continue;
				}
				$found[] = array(
					'slug'     => $owner['slug'],
					'name'     => $owner['name'],
					'callback' => self::label( $callback['function'] ),
					'priority' => (int) $priority,
					'function' => $callback['function'],
					'kind'     => $owner['kind'],
				);
			}
		}
		return $found;
	}

	/**
	 * Only what the wire wants to know of a callback.
	 *
	 * @param array<int, array<string, mixed>> $callbacks As on() gives them.
	 * @return array<int, array{slug: string, name: string, callback: string}>
	 */
	public static function plain( array $callbacks ): array {
		return array_map(
			static function ( array $callback ): array {
				return array_intersect_key( $callback, array_flip( array( 'slug', 'name', 'callback' ) ) );
			},
			$callbacks
		);
	}

	/**
	 * Where a callback is written, or nothing for PHP's own functions.
	 *
	 * @param mixed $callback A callable.
	 */
	public static function file( $callback ): string {
		try {
			if ( is_string( $callback ) && false !== strpos( $callback, '::' ) ) {
				$callback = explode( '::', $callback, 2 );
			}
			if ( is_array( $callback ) && isset( $callback[0], $callback[1] ) ) {
				$method = method_exists( $callback[0], (string) $callback[1] )
					? new \ReflectionMethod( $callback[0], (string) $callback[1] )
					: new \ReflectionClass( $callback[0] ); // __call or __callStatic.
				return (string) $method->getFileName();
			}
			if ( is_object( $callback ) && ! $callback instanceof \Closure ) {
				return (string) ( new \ReflectionMethod( $callback, '__invoke' ) )->getFileName();
			}
			return (string) ( new \ReflectionFunction( $callback ) )->getFileName();
		} catch ( \ReflectionException $gone ) {
			return '';
		}
	}

	/**
	 * What to call a callback.
	 *
	 * @param mixed $callback A callable.
	 */
	public static function label( $callback ): string {
		if ( is_array( $callback ) && isset( $callback[0], $callback[1] ) ) {
			return ( is_object( $callback[0] ) ? get_class( $callback[0] ) . '->' : $callback[0] . '::' ) . $callback[1];
		}
		if ( $callback instanceof \Closure ) {
			return 'a closure in ' . self::relative( self::file( $callback ) );
		}
		return is_string( $callback ) ? $callback : ( is_object( $callback ) ? get_class( $callback ) : '' );
	}

	/**
	 * Whose file it is, with the name that people know it by. Reads every plugin's header: not for a visitor's page.
	 *
	 * @param string $file An absolute path.
	 * @return array{kind: string, slug: string, name: string}
	 */
	public static function named( string $file ): array {
		$owner = self::owner( $file );
		$name  = $owner['slug'];
		if ( 'core' === $owner['kind'] ) {
			$name = 'WordPress';
		} elseif ( 'theme' === $owner['kind'] ) {
			$name = (string) wp_get_theme( $owner['slug'] )->get( 'Name' );
		} else {
			foreach ( Plugins::all() as $plugin ) {
				if ( $plugin['slug'] === $owner['slug'] && $plugin['must_use'] === ( 'must-use' === $owner['kind'] ) ) {
					$name = $plugin['name'];
				}
			}
		}
		return $owner + array( 'name' => '' === $name ? $owner['slug'] : $name );
	}

	/**
	 * Whose file it is.
	 *
	 * @param string $file An absolute path.
	 * @return array{kind: string, slug: string} Kind: plugin, must-use, theme, core or unknown.
	 */
	public static function owner( string $file ): array {
		$file = wp_normalize_path( $file );
		foreach (
			array(
				'must-use' => WPMU_PLUGIN_DIR,
				'plugin'   => WP_PLUGIN_DIR,
				'theme'    => get_theme_root(),
				'core'     => ABSPATH . WPINC,
			) as $kind => $root
		) {
			foreach ( array_unique( array( wp_normalize_path( $root ), wp_normalize_path( (string) realpath( $root ) ) ) ) as $folder ) {
				if ( '' === $folder || 0 !== strpos( $file, "$folder/" ) ) {
					continue;
				}
				$slug = explode( '/', substr( $file, strlen( $folder ) + 1 ) )[0];
				return array(
					'kind' => $kind,
					'slug' => 'core' === $kind ? 'core' : (string) preg_replace( '/\.php$/D', '', $slug ),
				);
			}
		}
		// A plugin that is a symbolic link somewhere else.
		foreach ( (array) ( $GLOBALS['wp_plugin_paths'] ?? array() ) as $linked => $real ) {
			if ( is_string( $real ) && 0 === strpos( $file, wp_normalize_path( $real ) . '/' ) ) {
				return array(
					'kind' => 'plugin',
					'slug' => basename( (string) $linked ),
				);
			}
		}
		$core = 0 === strpos( $file, wp_normalize_path( ABSPATH ) );
		return array(
			'kind' => $core ? 'core' : 'unknown',
			'slug' => $core ? 'core' : basename( $file ),
		);
	}

	/**
	 * A path below the site's folder.
	 *
	 * @param string $file An absolute path.
	 */
	public static function relative( string $file ): string {
		$root = wp_normalize_path( ABSPATH );
		$file = wp_normalize_path( $file );
		return 0 === strpos( $file, $root ) ? substr( $file, strlen( $root ) ) : basename( $file );
	}
}
