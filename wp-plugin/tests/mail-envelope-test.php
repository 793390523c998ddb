<?php
/** What shows of a mail from outside. */

declare( strict_types = 1 );

use Aftercare\Mail_Envelope;

return array(
	'our header is added to headers of either kind, and replaces an earlier one' => static function (): void {
		same( 'X-Us: 1', Mail_Envelope::with_header( '', 'X-Us', '1' ) );
		same( "From: a@b.example\r\nX-Us: 2", Mail_Envelope::with_header( "From: a@b.example\r\nX-Us: 1\r\n", 'X-Us', '2' ) );
		same( array( 'From: a@b.example', 'X-Us: 2' ), array_values( Mail_Envelope::with_header( array( 'From: a@b.example', 'X-Us: 1' ), 'X-Us', '2' ) ) );
	},
	'a header is found in a text, a list and a map' => static function (): void {
		foreach ( array( "From: x\r\nx-us: 7\r\n", array( 'From: x', 'X-Us: 7' ), array( 'X-Us' => '7' ) ) as $headers ) {
			same( '7', Mail_Envelope::header( $headers, 'X-Us' ) );
		}
		same( '', Mail_Envelope::header( array( 'X-Usual: 7', null, array() ), 'X-Us' ) );
	},
	'attachments count a third more than they weigh' => static function (): void {
		$file = tempnam( sys_get_temp_dir(), 'mail' );
		file_put_contents( $file, str_repeat( 'x', 300 ) );
		same( 405, Mail_Envelope::size( array( 'message' => 'hello', 'attachments' => array( $file, '/nowhere' ) ) ) );
		unlink( $file );
	},
);
