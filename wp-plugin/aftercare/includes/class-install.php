<?php
/**
 * Makes our tables, options and the cron event when the plugin is activated or updated, and takes them all away again.
 *
 * Per site: in a network each site has its own, made when it is first visited.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Install implements Module {

	/** Raised whenever a table changes. */
	const SCHEMA = 4;

	/** Our tables, without the prefix of the site. */
	const TABLES = array( 'aftercare_outbox', 'aftercare_mails', Command_Ledger::TABLE, Canary_Ledger::TABLE, Visits::TABLE, Kept_Entries::TABLE );

	/** What lies in the options table; the rooms beside this one name theirs in uninstall.php. */
	const OPTIONS = array( Options::NAME, Sender::STATE, Outbox::DROPPED, Php_Errors::COUNTS, Heartbeat::LAST, Inventory::KEPT, Cron_Watch::SEEN, Form_Wishes::OPTION, Beacon_Road::BUDGET, Beacon_Road::VISITS_BUDGET, Visits::TOLD );

	/** @inheritDoc */
	public static function hooks(): array {
		$plugin = plugin_basename( AFTERCARE_FILE );
		return array(
			array( "activate_$plugin", 'activate', 10, 0, 'everywhere' ),
			array( "deactivate_$plugin", 'deactivate', 10, 0, 'everywhere' ),
			array( 'init', 'if_needed', 1, 0, 'everywhere' ),
		);
	}

	/** On activation: tables, options, the cron event. */
	public static function activate(): void {
		self::run();
		Visits::forget();
	}

	/** On deactivation: what we made stays until the plugin is deleted, but nothing of ours runs. */
	public static function deactivate(): void {
		wp_clear_scheduled_hook( Heartbeat::HOOK );
		Conflict::end();
	}

	/** After an update, and on a site of a network that never activated us: costs no query when all is there. */
	public static function if_needed(): void {
		if ( self::SCHEMA !== Options::get( 'schema' ) && ! wp_installing() ) {
			self::run();
		}
	}

	/** Makes whatever is missing. May run any number of times. */
	public static function run(): void {
		self::tables();
		Options::merge(
			array(
				'schema'   => self::SCHEMA,
				'hash_key' => Options::get( 'hash_key' ) ?? bin2hex( random_bytes( 32 ) ), // Never leaves the site.
			)
		);
		add_option( Form_Wishes::OPTION, array(), '', true ); // One that is not there is asked for on every page.
		Access::grant();
		Heartbeat::schedule();
	}

	/** Makes or alters the tables. */
	public static function tables(): void {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$charset = $wpdb->get_charset_collate();
		$shown   = $wpdb->hide_errors();
		dbDelta(
			"CREATE TABLE {$wpdb->prefix}aftercare_outbox (
				seq bigint(20) unsigned NOT NULL AUTO_INCREMENT,
				id varchar(64) NOT NULL,
				type varchar(40) NOT NULL,
				weight tinyint(3) unsigned NOT NULL DEFAULT 1,
				occurred_at varchar(32) NOT NULL,
				data longtext NOT NULL,
				PRIMARY KEY  (seq),
				UNIQUE KEY id (id),
				KEY weight (weight,seq)
			) $charset;"
		);
		dbDelta(
			"CREATE TABLE {$wpdb->prefix}aftercare_mails (
				seq bigint(20) unsigned NOT NULL AUTO_INCREMENT,
				mail varchar(64) NOT NULL,
				began_at int(10) unsigned NOT NULL,
				ended_at int(10) unsigned NOT NULL DEFAULT 0,
				outcome varchar(10) NOT NULL DEFAULT '',
				entry varchar(191) NOT NULL DEFAULT '',
				facts longtext NOT NULL,
				PRIMARY KEY  (seq),
				UNIQUE KEY mail (mail),
				KEY began_at (began_at),
				KEY outcome (outcome,began_at),
				KEY entry (entry)
			) $charset;"
		);
		dbDelta( "CREATE TABLE {$wpdb->prefix}" . Command_Ledger::TABLE . ' (' . Command_Ledger::COLUMNS . ") $charset;" );
		dbDelta( "CREATE TABLE {$wpdb->prefix}" . Canary_Ledger::TABLE . ' (' . Canary_Ledger::COLUMNS . ") $charset;" );
		dbDelta( "CREATE TABLE {$wpdb->prefix}" . Visits::TABLE . ' (' . Visits::COLUMNS . ") $charset;" );
		dbDelta( "CREATE TABLE {$wpdb->prefix}" . Kept_Entries::TABLE . ' (' . Kept_Entries::COLUMNS . ") $charset;" );
		if ( $shown ) {
			$wpdb->show_errors();
		}
	}

	/** Takes away all that this side made on the current site; for uninstall.php. */
	public static function remove(): void {
		global $wpdb;
		wp_clear_scheduled_hook( Heartbeat::HOOK );
		foreach ( self::TABLES as $table ) {
			// phpcs:ignore WordPress.DB -- our own table, named by a constant.
			$wpdb->query( "DROP TABLE IF EXISTS {$wpdb->prefix}$table" );
		}
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
	}
}
