<?php
/**
 * In a network each site is one of its own: a new one gets its tables at once, and a deleted one takes them along.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Network implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return is_multisite() ? array(
			array( 'wp_initialize_site', 'begin', 100, 1, 'everywhere' ),
			array( 'wpmu_drop_tables', 'tables_of', 10, 1, 'everywhere' ),
		) : array();
	}

	/**
	 * A site was made; where we are active in the whole network, we are in it too.
	 *
	 * @param \WP_Site $site The new one.
	 */
	public static function begin( $site ): void {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		if ( is_plugin_active_for_network( plugin_basename( AFTERCARE_FILE ) ) ) {
			switch_to_blog( (int) $site->blog_id );
			Install::run();
			restore_current_blog();
		}
	}

	/**
	 * A site is deleted; WordPress asks for the tables while that site is switched to.
	 *
	 * @param mixed $tables There already.
	 * @return mixed
	 */
	public static function tables_of( $tables ) {
		global $wpdb;
		foreach ( is_array( $tables ) ? Install::TABLES : array() as $table ) {
			$tables[ $table ] = $wpdb->prefix . $table;
		}
		return $tables;
	}
}
