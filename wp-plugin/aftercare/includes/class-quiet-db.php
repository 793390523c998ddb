<?php
/**
 * Asks the database for our tables without a word on the page: a missing table is made and asked again, once.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Quiet_Db {

	/** @var bool The tables were made in this request: not a second time. */
	private static $made = false;

	/**
	 * Writes.
	 *
	 * @param string $sql Prepared.
	 * @return int Rows concerned, 0 when it could not.
	 */
	public static function query( string $sql ): int {
		return (int) self::asked(
			static function () use ( $sql ) {
				global $wpdb;
				return $wpdb->query( $sql ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			}
		);
	}

	/**
	 * Reads rows.
	 *
	 * @param string $sql Prepared.
	 * @return array<int, array<string, string>>
	 */
	public static function rows( string $sql ): array {
		return (array) self::asked(
			static function () use ( $sql ) {
				global $wpdb;
				return $wpdb->get_results( $sql, ARRAY_A ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			}
		);
	}

	/**
	 * Reads the first column.
	 *
	 * @param string $sql Prepared.
	 * @return string[]
	 */
	public static function column( string $sql ): array {
		return array_map(
			static function ( array $row ): string {
				return (string) reset( $row );
			},
			self::rows( $sql )
		);
	}

	/**
	 * Asks once more after the tables were made, if that was what failed.
	 *
	 * @param callable $question What to ask.
	 * @return mixed
	 */
	private static function asked( callable $question ) {
		global $wpdb;
		$suppressed = $wpdb->suppress_errors( true );
		$answer     = $question();
		if ( ! self::$made && '' !== (string) $wpdb->last_error && false !== stripos( (string) $wpdb->last_error, 'aftercare_' ) ) {
			self::$made = true;
			Install::tables();
			$answer = $question();
		}
		$wpdb->suppress_errors( $suppressed );
		return $answer;
	}
}
