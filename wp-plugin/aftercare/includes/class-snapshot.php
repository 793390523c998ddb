<?php
/**
 * What this site is made of, without a secret in it (docs/protocol.md, The snapshot).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Snapshot {

	/**
	 * The whole of it.
	 *
	 * @return array<string, mixed>
	 */
	public static function take(): array {
		$theme = wp_get_theme();
		return array(
			'plugin'      => AFTERCARE_VERSION,
			'wordpress'   => get_bloginfo( 'version' ),
			'php'         => PHP_VERSION,
			'server'      => isset( $_SERVER['SERVER_SOFTWARE'] ) ? sanitize_text_field( wp_unslash( $_SERVER['SERVER_SOFTWARE'] ) ) : '',
			'home_url'    => Pairing::home_now(),
			'site_url'    => (string) get_option( 'siteurl' ),
			'multisite'   => is_multisite(),
			'environment' => wp_get_environment_type(),
			'time'        => gmdate( 'Y-m-d\TH:i:s\Z' ),
			'php_limits'  => self::php_limits(),
			'plugins'     => self::plugins(),
			'forms'       => self::forms(),
			'theme'       => array(
				'slug'    => (string) $theme->get_stylesheet(),
				'name'    => (string) $theme->get( 'Name' ),
				'version' => (string) $theme->get( 'Version' ),
			),
			'cron'        => self::cron(),
			'disk'        => self::disk(),
			'mail'        => Mail_Settings::read(),
		);
	}

	/**
	 * The form plugins whose outcomes are told, each with the version that is here and the one that we were tried with.
	 *
	 * @return array<int, array<string, string>>
	 */
	private static function forms(): array {
		$forms = array();
		foreach ( Loader::adapter_classes() as $class ) {
			$version = Loader::adapter( $class )->version();
			if ( '' !== $version ) {
				$forms[] = array(
					'plugin'      => $class::PLUGIN,
					'version'     => $version,
					'verified'    => $class::VERIFIED,
					'verified_on' => $class::VERIFIED_ON,
				);
			}
		}
		return $forms;
	}

	/**
	 * PHP's limits, and whether mail() can work at all.
	 *
	 * @return array<string, mixed>
	 */
	private static function php_limits(): array {
		$disabled = array_values( array_filter( array_map( 'trim', explode( ',', (string) ini_get( 'disable_functions' ) ) ), 'strlen' ) );
		$path     = (string) ini_get( 'sendmail_path' );
		return array(
			'memory_limit'        => (string) ini_get( 'memory_limit' ),
			'max_execution_time'  => (string) ini_get( 'max_execution_time' ),
			'post_max_size'       => (string) ini_get( 'post_max_size' ),
			'upload_max_filesize' => (string) ini_get( 'upload_max_filesize' ),
			'disable_functions'   => $disabled,
			'sendmail_path'       => Redactor::text( $path ), // Hosts put the account's address into it.
			'sendmail_found'      => self::executable( $path ),
			'mail_function'       => function_exists( 'mail' ) && ! in_array( 'mail', $disabled, true ),
		);
	}

	/**
	 * Whether the program that mail() calls is there; null where PHP may not look (open_basedir) or none is set.
	 *
	 * @param string $command As in php.ini, with its arguments.
	 */
	private static function executable( string $command ): ?bool {
		$program = preg_match( '/^\s*(?:"([^"]+)"|(\S+))/', $command, $found ) ? ( '' !== $found[1] ? $found[1] : $found[2] ) : '';
		if ( '' === $program ) {
			return null;
		}
		if ( '/' !== $program[0] ) {
			foreach ( explode( PATH_SEPARATOR, (string) getenv( 'PATH' ) ) as $folder ) {
				if ( '' !== $folder && @is_executable( "$folder/$program" ) ) { // phpcs:ignore WordPress.PHP.NoSilencedErrors -- open_basedir warns.
					return true;
				}
			}
			return '' === (string) ini_get( 'open_basedir' ) ? false : null;
		}
		if ( @is_executable( $program ) ) { // phpcs:ignore WordPress.PHP.NoSilencedErrors
			return true;
		}
		return '' === (string) ini_get( 'open_basedir' ) ? false : null;
	}

	/**
	 * Active and must-use plugins.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	private static function plugins(): array {
		return array_map(
			static function ( array $plugin ): array {
				unset( $plugin['file'] );
				return $plugin;
			},
			Plugins::all()
		);
	}

	/**
	 * Whether scheduled work is done on time.
	 *
	 * @return array{disabled: bool, oldest_due_at: string|null, late_s: int, last_run_at: string|null}
	 */
	private static function cron(): array {
		$due  = array_filter( array_keys( (array) _get_cron_array() ), 'is_int' );
		$due  = $due ? min( $due ) : 0;
		$late = $due > 0 && $due < time() ? time() - $due : 0;
		$last = Heartbeat::last();
		return array(
			'disabled'      => defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON,
			'oldest_due_at' => $late > 0 ? gmdate( 'Y-m-d\TH:i:s\Z', $due ) : null,
			'late_s'        => $late,
			'last_run_at'   => $last > 0 ? gmdate( 'Y-m-d\TH:i:s\Z', $last ) : null,
		);
	}

	/**
	 * Room on the disk, and whether uploads can be written.
	 *
	 * @return array{free_bytes: int|null, writable: bool}
	 */
	private static function disk(): array {
		$folder = (string) ( wp_upload_dir( null, false )['basedir'] ?? WP_CONTENT_DIR );
		$folder = is_dir( $folder ) ? $folder : WP_CONTENT_DIR;
		$free   = function_exists( 'disk_free_space' ) ? @disk_free_space( $folder ) : false; // phpcs:ignore WordPress.PHP.NoSilencedErrors -- hosts forbid it.
		return array(
			'free_bytes' => false === $free ? null : (int) $free,
			'writable'   => wp_is_writable( $folder ),
		);
	}
}
