<?php
/** What becomes of a test entry's mails: nobody but the mailbox, or the form's own recipient, reads them. */

declare( strict_types = 1 );

use Aftercare\Canary_Mail;

/** A mail as wp_mail() has it, redirected. */
function redirected( array $atts, bool $marked, string $mailbox = 'canary@sidecar.example' ): array {
	return Canary_Mail::redirected( $atts + array( 'to' => 'office@shop.example', 'subject' => 'Hello', 'headers' => '' ), bin2hex( random_bytes( 4 ) ), 'token-of-a-test', $mailbox, $marked );
}

return array(
	'to the mailbox: recipients, Cc and Bcc are replaced, in every notation' => static function (): void {
		foreach (
			array(
				"From: a@shop.example\r\nCc: boss@shop.example,\r\n two@shop.example\r\nBCC: spy@shop.example\r\nReply-To: v@x.example",
				array( 'From: a@shop.example', 'cc: boss@shop.example', 'Bcc: spy@shop.example', 'Reply-To: v@x.example' ),
				array( 'From' => 'a@shop.example', 'Cc' => 'boss@shop.example', 'bcc' => array( 'spy@shop.example' ), 'Reply-To' => 'v@x.example' ),
			) as $headers
		) {
			$mail = redirected( array( 'headers' => $headers, 'to' => array( 'office@shop.example', 'Two <two@shop.example>' ) ), false );
			same( array( 'canary@sidecar.example' ), $mail['to'] );
			$text = (string) json_encode( $mail['headers'] );
			foreach ( array( 'boss@', 'spy@', 'two@' ) as $copy ) {
				check( false === strpos( $text, $copy ), "a copy goes to $copy: $text" );
			}
			foreach ( array( 'a@shop.example', 'v@x.example', 'Aftercare-Canary: token-of-a-test', 'Auto-Submitted: auto-generated' ) as $stays ) {
				check( false !== strpos( $text, $stays ), "$stays is gone: $text" );
			}
			same( 'Hello', $mail['subject'] );
		}
	},
	'marked: to the form\'s own recipient, and what the test typed itself goes to the mailbox' => static function (): void {
		$_POST = array( 'your-email' => 'Vera@visitor.example', 'data' => 'mail=other%40visitor.example' );
		$mail  = redirected( array(), true );
		same( array( array( 'office@shop.example' ), '[Test] Hello' ), array( $mail['to'], $mail['subject'] ) );
		foreach ( array( 'vera@visitor.example', 'Vera <vera@visitor.example>', 'other@visitor.example' ) as $typed ) {
			same( array( 'canary@sidecar.example' ), redirected( array( 'to' => $typed ), true )['to'] );
		}
		same( array( 'office@shop.example', 'canary@sidecar.example' ), redirected( array( 'to' => 'office@shop.example, vera@visitor.example' ), true )['to'] );
		$_POST = array();
	},
	'without a mailbox it goes to nobody, and is held' => static function (): void {
		same( array(), redirected( array(), false, '' )['to'] );
		check( isset( $GLOBALS['filters']['pre_wp_mail'] ), 'nothing holds it' );
	},
);
