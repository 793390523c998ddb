<?php
/**
 * The test entries that the sidecar announced: each token by its keyed hash, what it is good for, and what came of it.
 *
 * The row is the lock: of two requests that carry the same token at once, only the one whose update counts is the canary.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Canary_Ledger {

	const TABLE = 'aftercare_canaries';

	/** How long rows are kept: 7 days. */
	const KEPT_S = 604800;

	/** A canary's request that has not ended by then never will. */
	const DEAD_S = 300;

	/** The table's columns, for Install. */
	const COLUMNS = "
		token varchar(64) NOT NULL,
		plugin varchar(64) NOT NULL,
		form varchar(64) NOT NULL,
		armed_at int(10) unsigned NOT NULL,
		expires_at int(10) unsigned NOT NULL,
		spent_at int(10) unsigned NOT NULL DEFAULT 0,
		ended_at int(10) unsigned NOT NULL DEFAULT 0,
		entry varchar(191) NOT NULL DEFAULT '',
		forgotten tinyint(1) unsigned NOT NULL DEFAULT 0,
		facts longtext NOT NULL,
		PRIMARY KEY  (token),
		KEY armed_at (armed_at)
	";

	/**
	 * A token becomes good for one POST of one form. An unspent one of the same name starts again.
	 *
	 * @param string               $token      As it will come.
	 * @param string               $plugin     Of the form.
	 * @param string               $form       Its id.
	 * @param int                  $expires_at Unix seconds.
	 * @param array<string, mixed> $facts      How it is to be taken.
	 * @return bool Whether it is armed now.
	 */
	public static function arm( string $token, string $plugin, string $form, int $expires_at, array $facts ): bool {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		Quiet_Db::query( $wpdb->prepare( "DELETE FROM $table WHERE armed_at < %d OR ( token = %s AND spent_at = 0 )", time() - self::KEPT_S, self::hash( $token ) ) );
		$sql = "INSERT IGNORE INTO $table (token, plugin, form, armed_at, expires_at, facts) VALUES (%s, %s, %s, %d, %d, %s)";
		return 1 === Quiet_Db::query( $wpdb->prepare( $sql, self::hash( $token ), $plugin, $form, time(), $expires_at, Json::of( $facts ) ) );
		// phpcs:enable
	}

	/**
	 * Spends a token: the facts it was armed with, for the one request that may have them.
	 *
	 * @param string $token  As it came.
	 * @param string $plugin Of the form that was posted.
	 * @param string $form   Its id.
	 * @return array<string, mixed>|null Null where it is wrong, late, spent, or another form's.
	 */
	public static function spend( string $token, string $plugin, string $form ): ?array {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		$now   = time();
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		$sql = "UPDATE $table SET spent_at = %d WHERE token = %s AND plugin = %s AND form = %s AND spent_at = 0 AND expires_at >= %d";
		if ( 1 !== Quiet_Db::query( $wpdb->prepare( $sql, $now, self::hash( $token ), $plugin, $form, $now ) ) ) {
			return null;
		}
		// phpcs:enable
		$row = self::row( $token );
		// The database compares without regard to case or accents; what follows it does not.
		$same = null !== $row && hash_equals( $row['token'], self::hash( $token ) ) && $row['plugin'] === $plugin && $row['form'] === $form;
		return $same ? (array) json_decode( $row['facts'], true ) : null;
	}

	/**
	 * The row of a token.
	 *
	 * @param string $token As it came.
	 * @return array<string, string>|null
	 */
	public static function row( string $token ): ?array {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		return Quiet_Db::rows( $wpdb->prepare( "SELECT * FROM $table WHERE token = %s", self::hash( $token ) ) )[0] ?? null; // phpcs:ignore WordPress.DB.PreparedSQL
	}

	/**
	 * Writes down how far it came.
	 *
	 * @param string               $token As it came.
	 * @param array<string, mixed> $facts What is known so far.
	 * @param string               $entry The entry's id, nothing as long as there is none.
	 * @param bool                 $ended The request is over.
	 */
	public static function note( string $token, array $facts, string $entry, bool $ended ): void {
		global $wpdb;
		$sql = "UPDATE {$wpdb->prefix}" . self::TABLE . ' SET facts = %s, entry = %s, ended_at = %d WHERE token = %s';
		Quiet_Db::query( $wpdb->prepare( $sql, Json::of( $facts ), $entry, $ended ? time() : 0, self::hash( $token ) ) ); // phpcs:ignore WordPress.DB.PreparedSQL
	}

	/**
	 * The entry is deleted again.
	 *
	 * @param string $hash Of the token.
	 */
	public static function forgotten( string $hash ): void {
		global $wpdb;
		Quiet_Db::query( $wpdb->prepare( "UPDATE {$wpdb->prefix}" . self::TABLE . ' SET forgotten = 1 WHERE token = %s', $hash ) ); // phpcs:ignore WordPress.DB.PreparedSQL
	}

	/**
	 * Entries of canaries that are over, or dead, and still there.
	 *
	 * @return array<int, array<string, string>>
	 */
	public static function left_over(): array {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		$sql   = "SELECT token, plugin, entry FROM $table WHERE entry <> '' AND forgotten = 0 AND ( ended_at > 0 OR spent_at < %d ) LIMIT 50";
		return Quiet_Db::rows( $wpdb->prepare( $sql, time() - self::DEAD_S ) ); // phpcs:ignore WordPress.DB.PreparedSQL
	}

	/** Forgets all; with the pairing. */
	public static function clear(): void {
		global $wpdb;
		Quiet_Db::query( "DELETE FROM {$wpdb->prefix}" . self::TABLE );
	}

	/**
	 * What the database knows of a token.
	 *
	 * @param string $token As it came.
	 */
	private static function hash( string $token ): string {
		return hash_hmac( 'sha256', "canary $token", (string) Options::get( 'hash_key', '' ) );
	}
}
