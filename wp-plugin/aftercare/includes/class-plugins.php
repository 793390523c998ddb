<?php
/**
 * The plugins in force on this site: active, network-active and must-use, with versions and files.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Plugins {

	/** @var array<int, array{slug: string, name: string, version: string, must_use: bool, file: string}>|null Read once a request. */
	private static $all = null;

	/** @var string[]|null Slugs of those in force, read once a request. */
	private static $slugs = null;

	/**
	 * All of them.
	 *
	 * @return array<int, array{slug: string, name: string, version: string, must_use: bool, file: string}> File: absolute, of the main file.
	 */
	public static function all(): array {
		if ( null !== self::$all ) {
			return self::$all;
		}
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		self::$all = array();
		foreach ( self::in_force() as $plugin ) {
			if ( is_readable( WP_PLUGIN_DIR . "/$plugin" ) ) {
				self::$all[] = self::read( WP_PLUGIN_DIR . "/$plugin", $plugin, false );
			}
		}
		foreach ( wp_get_mu_plugins() as $file ) {
			if ( Conflict::FILE !== basename( $file ) ) { // Ours, and there for a check only.
				self::$all[] = self::read( $file, basename( $file ), true );
			}
		}
		return self::$all;
	}

	/**
	 * Whether a plugin is in force. Reads none of their files: it is asked for each mail.
	 *
	 * @param string $slug Its folder.
	 */
	public static function active( string $slug ): bool {
		if ( null === self::$slugs ) {
			self::$slugs = array_map( array( self::class, 'slug' ), array_merge( self::in_force(), array_map( 'basename', wp_get_mu_plugins() ) ) );
		}
		return in_array( $slug, self::$slugs, true );
	}

	/**
	 * The main files of those that are active here or in the whole network, below the plugins folder.
	 *
	 * @return string[]
	 */
	private static function in_force(): array {
		$active = (array) get_option( 'active_plugins', array() );
		if ( is_multisite() ) {
			$active = array_merge( $active, array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) );
		}
		return array_unique( array_map( 'strval', $active ) );
	}

	/**
	 * The name of its folder, or of its one file.
	 *
	 * @param string $relative Below the plugins folder.
	 */
	private static function slug( string $relative ): string {
		return (string) preg_replace( '/\.php$/D', '', explode( '/', $relative )[0] );
	}

	/**
	 * One plugin's own words.
	 *
	 * @param string $file     Absolute.
	 * @param string $relative Below the plugins folder.
	 * @param bool   $must_use Whether it is a must-use plugin.
	 * @return array{slug: string, name: string, version: string, must_use: bool, file: string}
	 */
	private static function read( string $file, string $relative, bool $must_use ): array {
		$data = get_plugin_data( $file, false, false );
		$slug = self::slug( $relative );
		return array(
			'slug'     => $slug,
			'name'     => '' === (string) $data['Name'] ? $slug : wp_strip_all_tags( (string) $data['Name'] ),
			'version'  => (string) $data['Version'],
			'must_use' => $must_use,
			'file'     => wp_normalize_path( $file ),
		);
	}
}
