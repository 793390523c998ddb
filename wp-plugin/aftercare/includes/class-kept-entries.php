<?php
/**
 * Entries that their form lost, kept on the site where the admin wishes it: 30 days, the newest 500, seen by nobody else.
 *
 * An entry that the form plugin kept itself is not kept twice. Files that were sent with it are not kept.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Kept_Entries {

	const TABLE = 'aftercare_entries';

	const DAYS = 30;
	const ROWS = 500;

	/** A log-in, a registration and a checkout hold what is not ours to keep. */
	const NEVER = array( 'core:register', 'core:lostpassword', 'woocommerce:' );

	/** The table's columns, for Install. */
	const COLUMNS = '
		id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
		kept_at int(10) unsigned NOT NULL,
		form varchar(191) NOT NULL,
		title varchar(200) NOT NULL,
		why varchar(40) NOT NULL,
		fields longtext NOT NULL,
		PRIMARY KEY  (id)
	';

	/**
	 * A visitor's form came to this end: kept, if it lost the entry.
	 *
	 * @param Event $event Of the form, complete.
	 * @return bool Whether it is kept now.
	 */
	public static function look( Event $event ): bool {
		$key  = $event->data['plugin'] . ':' . $event->data['form'];
		$lost = in_array( $event->type, array( 'form.failed', 'form.lost' ), true ) && true !== ( $event->data['kept'] ?? null );
		foreach ( self::NEVER as $form ) {
			$lost = $lost && 0 !== strncmp( $key, $form, strlen( $form ) );
		}
		if ( ! $lost || ! Form_Wishes::get( 'keep' ) ) {
			return false;
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- shown escaped, to the admin only.
		$typed = Typed_Fields::of( wp_unslash( $_POST ) );
		return $typed && self::keep( $key, $event->data['title'], '' === $event->data['status'] ? $event->type : $event->data['status'], $typed );
	}

	/**
	 * Writes one down, and lets go of the oldest.
	 *
	 * @param string                $key   plugin:form.
	 * @param string                $title Of the form.
	 * @param string                $why   The status.
	 * @param array<string, string> $typed From Typed_Fields.
	 * @return bool Whether it could.
	 */
	private static function keep( string $key, string $title, string $why, array $typed ): bool {
		global $wpdb;
		$table = $wpdb->prefix . self::TABLE;
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		$sql = "INSERT INTO $table (kept_at, form, title, why, fields) VALUES (%d, %s, %s, %s, %s)";
		$kept = 1 === Quiet_Db::query( $wpdb->prepare( $sql, time(), Redactor::cut( $key, 191 ), $title, Redactor::cut( $why, 40 ), Json::of( $typed ) ) );
		if ( $kept ) {
			Quiet_Db::query( $wpdb->prepare( "DELETE FROM $table WHERE id <= %d", (int) $wpdb->insert_id - self::ROWS ) );
		}
		// phpcs:enable
		return $kept;
	}

	/**
	 * All, newest first.
	 *
	 * @return array<int, array{id: int, kept_at: int, form: string, title: string, why: string, fields: array<string, string>}>
	 */
	public static function all(): array {
		global $wpdb;
		$entries = array();
		// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- our own table.
		foreach ( Quiet_Db::rows( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}" . self::TABLE . ' ORDER BY id DESC LIMIT %d', self::ROWS ) ) as $row ) {
			$entries[] = array(
				'id'      => (int) $row['id'],
				'kept_at' => (int) $row['kept_at'],
				'form'    => $row['form'],
				'title'   => $row['title'],
				'why'     => $row['why'],
				'fields'  => array_map( 'strval', (array) json_decode( $row['fields'], true ) ),
			);
		}
		return $entries;
	}

	/**
	 * Those in which this address was typed.
	 *
	 * @param string $address E-mail.
	 * @return array<int, array<string, mixed>> As all() has them.
	 */
	public static function with( string $address ): array {
		return array_values(
			array_filter(
				self::all(),
				static function ( array $entry ) use ( $address ): bool {
					return '' !== $address && false !== stripos( implode( "\n", $entry['fields'] ), $address );
				}
			)
		);
	}

	/**
	 * Deletes one.
	 *
	 * @param int $id Its number.
	 * @return bool Whether it was there.
	 */
	public static function delete( int $id ): bool {
		global $wpdb;
		// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- our own table.
		return 1 === Quiet_Db::query( $wpdb->prepare( "DELETE FROM {$wpdb->prefix}" . self::TABLE . ' WHERE id = %d', $id ) );
	}

	/** Lets go of what is too old. */
	public static function trim(): void {
		global $wpdb;
		// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- our own table.
		Quiet_Db::query( $wpdb->prepare( "DELETE FROM {$wpdb->prefix}" . self::TABLE . ' WHERE kept_at < %d', time() - self::DAYS * DAY_IN_SECONDS ) );
	}
}
