<?php
/**
 * Adds every hook that we take, and keeps our faults from becoming the visitor's.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Loader {

	/** @var array<string, Adapter> Adapters made so far, by class. */
	private static $adapters = array();

	/** Takes all hooks: modules by includes/modules.php, adapters by being there, each where its plugin is. */
	public static function start(): void {
		register_shutdown_function( array( At_End::class, 'run' ) );
		foreach ( require __DIR__ . '/modules.php' as $class => $where ) {
			// A file may be missing for a moment while an update replaces the folder.
			if ( ! self::here( $where ) || ! class_exists( $class ) ) {
				continue;
			}
			foreach ( $class::hooks() as list( $hook, $method, $priority, $accepted, $only ) ) {
				if ( self::here( $only ) ) {
					add_filter( $hook, self::guarded( array( $class, $method ) ), $priority, $accepted );
				}
			}
		}
		// A page that is only read posts no form. Which form plugins are here is known when all are loaded.
		if ( ! in_array( $_SERVER['REQUEST_METHOD'] ?? '', array( 'GET', 'HEAD' ), true ) ) {
			add_action( 'plugins_loaded', self::guarded( array( self::class, 'take_adapters' ) ), PHP_INT_MIN );
		}
	}

	/** Takes the hooks of each adapter whose plugin is here. */
	public static function take_adapters(): void {
		foreach ( self::adapter_classes() as $class ) {
			if ( '' === self::adapter( $class )->version() ) {
				continue;
			}
			foreach ( $class::HOOKS as $hook => $taken ) {
				list( $method, $priority ) = array_pad( (array) $taken, 2, 10 );
				add_filter( $hook, self::guarded_adapter( $class, $method ), $priority, 20 );
			}
		}
	}

	/**
	 * A callback that never throws: what it was given comes back unchanged when it fails.
	 *
	 * @param callable $callback Ours.
	 */
	public static function guarded( callable $callback ): \Closure {
		return static function ( ...$args ) use ( $callback ) {
			try {
				return $callback( ...$args );
			} catch ( \Throwable $fault ) {
				self::report( $fault );
				return $args[0] ?? null;
			}
		};
	}

	/**
	 * The same for an adapter's method: its event goes to the form watch, what was filtered comes back unchanged.
	 *
	 * @param string $class  Of the adapter.
	 * @param string $method Its method.
	 */
	private static function guarded_adapter( string $class, string $method ): \Closure {
		return static function ( ...$args ) use ( $class, $method ) {
			try {
				$event = self::adapter( $class )->$method( ...$args );
				if ( $event instanceof Event ) {
					Form_Watch::outcome( $class, $event );
				}
			} catch ( \Throwable $fault ) {
				self::report( $fault );
			}
			return $args[0] ?? null;
		};
	}

	/**
	 * The one instance of an adapter.
	 *
	 * @param string $class Of the adapter.
	 */
	public static function adapter( string $class ): Adapter {
		if ( ! isset( self::$adapters[ $class ] ) ) {
			self::$adapters[ $class ] = new $class();
		}
		return self::$adapters[ $class ];
	}

	/**
	 * All adapters that are there.
	 *
	 * @return string[] Class names.
	 */
	public static function adapter_classes(): array {
		$classes = array();
		foreach ( (array) glob( AFTERCARE_DIR . '/adapters/class-*.php' ) as $file ) {
			$class = 'Aftercare\\Adapters\\' . str_replace( '-', '_', ucwords( substr( basename( (string) $file, '.php' ), 6 ), '-' ) );
			if ( class_exists( $class ) && is_subclass_of( $class, Adapter::class ) ) {
				$classes[] = $class;
			}
		}
		return $classes;
	}

	/**
	 * A fault of ours: told to developers, to nobody else.
	 *
	 * @param \Throwable $fault What was thrown.
	 */
	public static function report( \Throwable $fault ): void {
		if ( defined( 'WP_DEBUG' ) && WP_DEBUG ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log
			error_log( 'Aftercare: ' . get_class( $fault ) . ': ' . $fault->getMessage() . ' in ' . $fault->getFile() . ':' . $fault->getLine() );
		}
	}

	/**
	 * Whether this request is one of those.
	 *
	 * @param string $where As in Module::hooks().
	 */
	private static function here( string $where ): bool {
		switch ( $where ) {
			case 'admin':
				return is_admin();
			case 'cron':
				// ALTERNATE_WP_CRON runs cron within a visitor's request.
				return wp_doing_cron() || self::cli() || ( defined( 'ALTERNATE_WP_CRON' ) && ALTERNATE_WP_CRON );
			case 'cli':
				return self::cli();
			case 'beacon':
				return Pairing::paired() && Form_Wishes::get( 'beacon' );
			default:
				return true;
		}
	}

	/** Whether WP-CLI runs us. */
	private static function cli(): bool {
		return defined( 'WP_CLI' ) && WP_CLI;
	}
}
