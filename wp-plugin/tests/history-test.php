<?php
/** What the site remembers of its mails. */

declare( strict_types = 1 );

use Aftercare\History;
use Aftercare\Mail;

/** A mail that began so many seconds ago and ended so, or not. */
function mail_ago( int $seconds, string $outcome = '', string $error = '' ): Mail {
	$mail        = new Mail();
	$mail->began = (float) ( time() - $seconds );
	History::begin( $mail );
	if ( '' !== $outcome ) {
		History::end( $mail, $outcome, $error );
	}
	return $mail;
}

return array(
	'outcomes are counted by day and hour, empty ones too' => static function (): void {
		mail_ago( 0, 'sent' );
		mail_ago( 0, 'sent' );
		mail_ago( 0, 'failed', 'SMTP Error' );
		mail_ago( 86400 * 29, 'failed' );
		mail_ago( 86400 * 40, 'failed' );
		$told = History::report();
		same( array( 30, 48 ), array( count( $told['days'] ), count( $told['hours'] ) ) );
		same( array( 'day' => gmdate( 'Y-m-d' ), 'sent' => 2, 'failed' => 1, 'hung' => 0 ), $told['days'][29] );
		same( 1, $told['days'][0]['failed'] );
		same( gmdate( 'Y-m-d\TH' ), $told['hours'][47]['hour'] );
	},
	'the first failure since the last mail that was sent is named' => static function (): void {
		mail_ago( 500, 'failed', 'old' );
		mail_ago( 400, 'sent' );
		mail_ago( 300, 'failed', 'first' );
		mail_ago( 200, 'failed', 'last' );
		$told = History::report();
		$ago  = static function ( ?string $instant ): int {
			return (int) round( ( time() - strtotime( (string) $instant ) ) / 100 );
		};
		same( array( 4, 3, 2, 'last' ), array( $ago( $told['last_sent_at'] ), $ago( $told['first_failed_at'] ), $ago( $told['last_failed_at'] ), $told['last_error'] ) );
	},
	'a history without a mail is empty, not broken' => static function (): void {
		$told = History::report();
		same( array( null, null, null, '' ), array( $told['last_sent_at'], $told['first_failed_at'], $told['last_failed_at'], $told['last_error'] ) );
	},
	'a mail that never ended is taken once, one that is young not at all' => static function (): void {
		$hung = mail_ago( 200 );
		mail_ago( 20 );
		mail_ago( 200, 'sent' );
		same( array( $hung->id ), array_column( History::take_hung( time() - 150 ), 'mail' ) );
		same( array(), History::take_hung( time() - 150 ) );
		same( 1, History::report()['days'][29]['hung'] + History::report()['days'][28]['hung'] );
	},
	'what is older than 30 days is forgotten' => static function (): void {
		mail_ago( 86400 * 31, 'sent' );
		mail_ago( 86400 * 31, 'sent' );
		mail_ago( 10, 'sent' );
		History::trim();
		same( '1', (string) $GLOBALS['wpdb']->get_results( 'SELECT COUNT(*) AS n FROM wp_aftercare_mails', ARRAY_A )[0]['n'] );
	},
);
