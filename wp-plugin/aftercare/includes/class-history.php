<?php
/**
 * The mails of 30 days: when each began and how it ended, in a table of the site's own, apart from the outbox.
 *
 * The row is written before the mail begins: a request that never ends leaves it for a later one to find.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class History {

	const DAYS  = 30;
	const HOURS = 48;

	/** Rows kept; a site that mails more has a shorter memory. */
	const ROWS = 20000;

	/** Rows looked at in one delete. */
	const BATCH = 1000;

	/**
	 * A mail is about to begin.
	 *
	 * @param Mail $mail The mail.
	 */
	public static function begin( Mail $mail ): void {
		global $wpdb;
		$sql = "INSERT INTO {$wpdb->prefix}aftercare_mails (mail, began_at, facts) VALUES (%s, %d, %s)";
		Quiet_Db::query( $wpdb->prepare( $sql, $mail->id, (int) $mail->began, Outbox::json( $mail->kept() ) ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
	}

	/**
	 * More is known of a mail that is under way.
	 *
	 * @param Mail $mail The mail.
	 */
	public static function note( Mail $mail ): void {
		global $wpdb;
		$sql = "UPDATE {$wpdb->prefix}aftercare_mails SET facts = %s WHERE mail = %s";
		Quiet_Db::query( $wpdb->prepare( $sql, Outbox::json( $mail->kept() ), $mail->id ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
	}

	/**
	 * A mail ended.
	 *
	 * @param Mail   $mail    The mail.
	 * @param string $outcome sent, failed, or unknown where nobody said.
	 * @param string $error   Redacted.
	 */
	public static function end( Mail $mail, string $outcome, string $error = '' ): void {
		global $wpdb;
		$facts = $mail->kept() + array( 'error' => Redactor::cut( $error, 1000 ) );
		$sql   = "UPDATE {$wpdb->prefix}aftercare_mails SET outcome = %s, ended_at = %d, facts = %s WHERE mail = %s";
		Quiet_Db::query( $wpdb->prepare( $sql, $outcome, time(), Outbox::json( $facts ), $mail->id ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
	}

	/**
	 * These mails belong to an entry that a form plugin keeps.
	 *
	 * @param string[] $mails Their ids.
	 * @param string   $entry plugin:form:entry.
	 */
	public static function bind( array $mails, string $entry ): void {
		global $wpdb;
		$some = implode( ', ', array_fill( 0, count( $mails ), '%s' ) );
		$sql  = "UPDATE {$wpdb->prefix}aftercare_mails SET entry = %s WHERE mail IN ($some)";
		Quiet_Db::query( $wpdb->prepare( $sql, array_merge( array( Redactor::cut( $entry, 180 ) ), $mails ) ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
	}

	/**
	 * The mails that belong to an entry, oldest first.
	 *
	 * @param string $entry plugin:form:entry.
	 * @return array<int, array<string, mixed>>
	 */
	public static function of_entry( string $entry ): array {
		global $wpdb;
		$sql   = "SELECT mail, began_at, outcome, facts FROM {$wpdb->prefix}aftercare_mails WHERE entry = %s ORDER BY seq LIMIT 50";
		$mails = array();
		foreach ( Quiet_Db::rows( $wpdb->prepare( $sql, Redactor::cut( $entry, 180 ) ) ) as $row ) { // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			$facts   = (array) json_decode( $row['facts'], true );
			$mails[] = array(
				'mail'     => $row['mail'],
				'began_at' => Event::time( (float) $row['began_at'] ),
				'outcome'  => '' === $row['outcome'] ? 'under way' : $row['outcome'],
				'error'    => (string) ( $facts['error'] ?? '' ),
				'mailer'   => (string) ( $facts['mailer'] ?? '' ),
				'host'     => (string) ( $facts['host'] ?? '' ),
			);
		}
		return $mails;
	}

	/**
	 * Takes the mails that began before an instant and never ended; each is given out once.
	 *
	 * @param int $before Unix seconds.
	 * @return array<int, array{mail: string, began_at: int, facts: array<string, mixed>}>
	 */
	public static function take_hung( int $before ): array {
		global $wpdb;
		$table = "{$wpdb->prefix}aftercare_mails";
		$taken = array();
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		$rows = Quiet_Db::rows( $wpdb->prepare( "SELECT seq, mail, began_at, facts FROM $table WHERE outcome = '' AND began_at < %d ORDER BY seq LIMIT 50", $before ) );
		foreach ( $rows as $row ) {
			$ours = Quiet_Db::query( $wpdb->prepare( "UPDATE $table SET outcome = 'hung' WHERE seq = %d AND outcome = ''", (int) $row['seq'] ) );
			if ( 1 === $ours ) { // Else another request was first.
				$taken[] = array(
					'mail'     => $row['mail'],
					'began_at' => (int) $row['began_at'],
					'facts'    => (array) json_decode( $row['facts'], true ),
				);
			}
		}
		// phpcs:enable
		return $taken;
	}

	/**
	 * The outcomes, as docs/protocol.md has them for `mail.history`.
	 *
	 * @return array<string, mixed>
	 */
	public static function report(): array {
		global $wpdb;
		$table = "{$wpdb->prefix}aftercare_mails";
		$sent  = self::latest( "outcome = 'sent'" );
		$fails = self::latest( "outcome IN ('failed', 'hung')" );
		$since = $sent ? (int) $sent['seq'] : 0;
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		$first = Quiet_Db::rows( $wpdb->prepare( "SELECT began_at FROM $table WHERE outcome IN ('failed', 'hung') AND seq > %d ORDER BY seq LIMIT 1", $since ) );
		// phpcs:enable
		$facts = $fails ? (array) json_decode( $fails['facts'], true ) : array();
		$error = (string) ( $facts['error'] ?? '' );
		if ( '' === $error && $fails ) {
			$error = 'The mail began and never ended.';
		}
		return array(
			'days'            => self::buckets( 'day', 86400, self::DAYS, 'Y-m-d' ),
			'hours'           => self::buckets( 'hour', 3600, self::HOURS, 'Y-m-d\TH' ),
			'last_sent_at'    => $sent ? Event::time( (float) $sent['began_at'] ) : null,
			'first_failed_at' => $first ? Event::time( (float) $first[0]['began_at'] ) : null,
			'last_failed_at'  => $fails ? Event::time( (float) $fails['began_at'] ) : null,
			'last_error'      => $error,
		);
	}

	/** Forgets what is older than 30 days, and the oldest of too many: by ranges of ids, a batch at a time. */
	public static function trim(): void {
		global $wpdb;
		$table = "{$wpdb->prefix}aftercare_mails";
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		$last = (int) ( Quiet_Db::column( "SELECT MAX(seq) FROM $table" )[0] ?? 0 );
		$keep = (int) ( Quiet_Db::column( $wpdb->prepare( "SELECT MIN(seq) FROM $table WHERE began_at >= %d", time() - self::DAYS * 86400 ) )[0] ?? 0 );
		$keep = max( 0 === $keep ? $last + 1 : $keep, $last - self::ROWS + 1 );
		$from = (int) ( Quiet_Db::column( "SELECT MIN(seq) FROM $table" )[0] ?? 0 );
		for ( $round = 0; $from > 0 && $from < $keep && $round < 50; ++$round ) {
			$to = min( $from + self::BATCH, $keep );
			Quiet_Db::query( $wpdb->prepare( "DELETE FROM $table WHERE seq >= %d AND seq < %d", $from, $to ) );
			$from = $to;
		}
		// phpcs:enable
	}

	/**
	 * Counts by outcome in equal spans of time, the empty ones too.
	 *
	 * @param string $name   What a span is called.
	 * @param int    $length Its seconds.
	 * @param int    $count  So many, the last is now.
	 * @param string $format How it is written.
	 * @return array<int, array<string, mixed>>
	 */
	private static function buckets( string $name, int $length, int $count, string $format ): array {
		global $wpdb;
		$now   = time();
		$first = $now - $now % $length - ( $count - 1 ) * $length;
		$spans = array();
		for ( $at = $first; $at <= $now; $at += $length ) {
			$spans[ $at ] = array(
				$name    => gmdate( $format, $at ),
				'sent'   => 0,
				'failed' => 0,
				'hung'   => 0,
			);
		}
		// phpcs:disable WordPress.DB.PreparedSQL -- our own table.
		$sql = "SELECT (began_at - (began_at %% %d)) AS span, outcome, COUNT(*) AS mails FROM {$wpdb->prefix}aftercare_mails WHERE began_at >= %d GROUP BY span, outcome";
		foreach ( Quiet_Db::rows( $wpdb->prepare( $sql, $length, $first ) ) as $row ) {
			if ( isset( $spans[ (int) $row['span'] ][ $row['outcome'] ] ) && in_array( $row['outcome'], array( 'sent', 'failed', 'hung' ), true ) ) {
				$spans[ (int) $row['span'] ][ $row['outcome'] ] = (int) $row['mails'];
			}
		}
		// phpcs:enable
		return array_values( $spans );
	}

	/**
	 * The latest row with such an outcome.
	 *
	 * @param string $condition A constant of ours.
	 * @return array<string, string>|null
	 */
	private static function latest( string $condition ): ?array {
		global $wpdb;
		return Quiet_Db::rows( "SELECT seq, began_at, facts FROM {$wpdb->prefix}aftercare_mails WHERE $condition ORDER BY seq DESC LIMIT 1" )[0] ?? null; // phpcs:ignore WordPress.DB.PreparedSQL
	}
}
