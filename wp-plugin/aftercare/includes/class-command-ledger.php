<?php
/**
 * Writes a command's id down before it is carried out, and keeps the result for whoever asks again.
 *
 * The row is the lock: of two roads that bring the same command at once, only the one whose insert counts may act.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Command_Ledger {

	const TABLE = 'aftercare_commands';

	/** How long results are kept: 7 days. */
	const KEPT_S = 604800;

	/** The table's columns, for Install. */
	const COLUMNS = "
		id varchar(64) NOT NULL,
		name varchar(32) NOT NULL,
		state varchar(10) NOT NULL DEFAULT 'started',
		result longtext NOT NULL,
		error text NOT NULL,
		started_at int(10) unsigned NOT NULL,
		ended_at int(10) unsigned NOT NULL DEFAULT 0,
		PRIMARY KEY  (id),
		KEY started_at (started_at)
	";

	/**
	 * Claims an id: true for the one caller who may act.
	 *
	 * @param string $id   The command's.
	 * @param string $name Its name.
	 */
	public static function begin( string $id, string $name ): bool {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		// phpcs:disable WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- our own table.
		Quiet_Db::query( $wpdb->prepare( "DELETE FROM $table WHERE started_at < %d", time() - self::KEPT_S ) );
		$sql = $wpdb->prepare( "INSERT IGNORE INTO $table (id, name, state, result, error, started_at) VALUES (%s, %s, 'started', '', '', %d)", $id, $name, time() );
		// phpcs:enable
		return 1 === Quiet_Db::query( $sql );
	}

	/**
	 * Keeps what came of it.
	 *
	 * @param string               $id     The command's.
	 * @param string               $state  done or failed.
	 * @param array<string, mixed> $result Its result.
	 * @param string               $error  One sentence.
	 */
	public static function finish( string $id, string $state, array $result, string $error ): void {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- our own table.
		Quiet_Db::query( $wpdb->prepare( "UPDATE $table SET state = %s, result = %s, error = %s, ended_at = %d WHERE id = %s", $state, Json::of( $result ), $error, time(), $id ) );
	}

	/**
	 * What is known of an id: the kept result, or that it was started.
	 *
	 * @param string $id The command's.
	 * @return array{state: string, result: object, error: string}|null Null for an id never seen.
	 */
	public static function known( string $id ): ?array {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- our own table.
		$row = Quiet_Db::rows( $wpdb->prepare( "SELECT state, result, error FROM $table WHERE id = %s", $id ) )[0] ?? null;
		if ( null === $row ) {
			return null;
		}
		if ( 'started' === $row['state'] ) {
			return array(
				'state'  => 'unknown',
				'result' => new \stdClass(),
				'error'  => 'started, outcome unknown',
			);
		}
		return array(
			'state'  => $row['state'],
			'result' => Json::thing( $row['result'] ),
			'error'  => $row['error'],
		);
	}

	/** Forgets all; with the pairing. */
	public static function clear(): void {
		global $wpdb;
		Quiet_Db::query( "DELETE FROM {$wpdb->prefix}" . self::TABLE );
	}
}
