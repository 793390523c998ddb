<?php
/** What the redactor lets out, and what it does not. */

declare( strict_types = 1 );

use Aftercare\Redactor;

return array(
	'an address becomes a hash that is the same every time, and keeps its domain' => static function (): void {
		$hashed = Redactor::address( 'Jane@Example.com' );
		check( 1 === preg_match( '/^hashed-[0-9a-f]{12}@example\.com$/', $hashed ), $hashed );
		same( $hashed, Redactor::address( 'Jane Doe <jane@example.com>' ) );
		check( $hashed !== Redactor::address( 'john@example.com' ) );
	},
	'another site makes another hash of the same address' => static function (): void {
		$here = Redactor::address( 'jane@example.com' );
		$GLOBALS['options']['aftercare']['hash_key'] = str_repeat( 'x', 64 );
		check( $here !== Redactor::address( 'jane@example.com' ) );
	},
	'addresses in a text are hashed, also quoted, plus-addressed, unicode and without a dot in the domain' => static function (): void {
		foreach ( array( 'jane+tag@example.com', '"jane doe"@example.com', 'jürgen@müller.example', 'root@localhost', "o'hara@example.com", 'a.b@[192.0.2.1]' ) as $address ) {
			$text = Redactor::text( "550 5.1.1 <$address>: User unknown" );
			check( false === strpos( $text, $address ) && false !== strpos( $text, 'hashed-' ), $text );
			check( false !== strpos( $text, '550 5.1.1' ) && false !== strpos( $text, 'User unknown' ), $text );
		}
	},
	'a text that was redacted is left as it is' => static function (): void {
		$once = Redactor::text( '550 5.1.1 <jane@example.com>: User unknown' );
		same( $once, Redactor::text( $once ) );
	},
	'credentials are masked wherever they stand' => static function (): void {
		foreach (
			array(
				'smtp://site:S3cr3t@relay.example:587'                                 => 'S3cr3t',
				'password=S3cr3t&x=1'                                                  => 'S3cr3t',
				'{"api_key":"S3cr3t","a":1}'                                           => 'S3cr3t',
				"'passphrase' => 'S3cr3t'"                                             => 'S3cr3t',
				'Authorization: Bearer abcdefgh12345678'                               => 'abcdefgh12345678',
				'AUTH PLAIN AHNpdGUAUzNjcjN0'                                          => 'AHNpdGUAUzNjcjN0',
				'SG.abcdefghijklmnop.qrstuvwxyz012345'                                 => 'abcdefghijklmnop',
				'535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6'                 => 'UGFzc3dvcmQ6',
				'https://shop.example/wp-login.php?action=rp&key=Zz9&login=admin here' => 'Zz9',
				'access_token: S3cr3t'                                                 => 'S3cr3t',
			) as $text => $secret
		) {
			$clean = Redactor::text( $text );
			check( false === strpos( $clean, $secret ), "$text became $clean" );
		}
	},
	'the list of mechanisms that a server offers stays readable' => static function (): void {
		same( '250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2', Redactor::text( '250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2' ) );
	},
	'what a relay says stays readable' => static function (): void {
		foreach ( array( '535 5.7.8 Username and Password not accepted. For more information, go to 535 5.7.8 https://support.google.com/mail/?p=BadCredentials', '421 4.7.0 Temporary System Problem. Try again later (10). a640c23a62f3a-sm1' ) as $text ) {
			same( $text, Redactor::text( $text ) );
		}
	},
	'a dialogue keeps its course and loses credentials, challenges and the message' => static function (): void {
		$said = array( 'S: 220 relay ESMTP', 'C: EHLO shop', 'S: 250 AUTH LOGIN', 'C: AUTH LOGIN', 'S: 334 VXNlcm5hbWU6', 'C: c2l0ZQ==', 'S: 334 UGFzc3dvcmQ6', 'C: UzNjcjN0', 'S: 235 ok', 'C: MAIL FROM:<a@b.example>', 'S: 250 ok', 'C: DATA', 'S: 354 go', 'C: Subject: private', 'C: private words', 'C: .', 'S: 552 5.3.4 too large' );
		$kept = Redactor::dialogue( $said );
		$text = implode( "\n", $kept );
		foreach ( array( 'c2l0ZQ', 'UzNjcjN0', 'VXNlcm5hbWU6', 'private', 'a@b.example' ) as $secret ) {
			check( false === strpos( $text, $secret ), $text );
		}
		foreach ( array( 'C: AUTH LOGIN', 'S: 334 ***', 'C: ***', 'S: 235 ok', 'C: .', 'S: 552 5.3.4 too large' ) as $line ) {
			check( in_array( $line, $kept, true ), "$line\n$text" );
		}
	},
	'credentials in the AUTH command itself are masked' => static function (): void {
		same( array( 'C: AUTH XOAUTH2 ***', 'S: 334 ***', 'C: ***', 'S: 535 no' ), Redactor::dialogue( array( 'C: AUTH XOAUTH2 dXNlcj0=', 'S: 334 eyJzdGF0dXMiOiI0MDAi', 'C: AA==', 'S: 535 no' ) ) );
	},
	'of a dialogue whose middle is missing no line of the message stays' => static function (): void {
		$kept = Redactor::dialogue( array( 'C: MAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME', 'N: …', 'C: Dear shop,', 'C: Data about me: private', 'C: MAIL FROM: me, private', 'C: ', 'C: .', 'S: 250 ok', 'C: QUIT' ) );
		$text = implode( "\n", $kept );
		check( false === strpos( $text, 'private' ) && false === strpos( $text, 'Dear' ), $text );
		check( 1 === preg_match( '/^C: MAIL FROM:<hashed-[0-9a-f]{12}@b\.example> SIZE=10 BODY=8BITMIME\nN: …\nC: \*\*\*\nC: \.\nS: 250 ok\nC: QUIT$/', $text ), $text );
	},
	'what PHPMailer repeats of the mail itself is no part of a dialogue' => static function (): void {
		$kept = Redactor::dialogue( array( 'N: Sending with mail()', 'N: To: Jane Doe <jane@example.com>', 'N: Subject: private', "N: Headers: From: Jane Doe <jane@example.com>\r\nReply-To: private", 'N: Result: false' ) );
		same( array( 'N: Sending with mail()', 'N: Result: false' ), $kept );
	},
	'what a mailer or relay quotes from a mail is masked, and what it says stays' => static function (): void {
		foreach (
			array(
				'Invalid address:  (From): Jane Private'                        => 'Invalid address:  (From): ***',
				'Ungültige Adresse: (Reply-To): jane@private words'             => 'Ungültige Adresse: (Reply-To): ***',
				'Could not access file: /srv/uploads/Jane Private CV.pdf'       => 'Could not access file: ***',
				'554 5.7.1 Rejected, Subject: Private matter'                   => '554 5.7.1 Rejected, Subject: ***',
				'554 5.6.0 Bad header From: "Jane Private" <office@shop.example>' => '554 5.6.0 Bad header From: ***',
			) as $said => $kept
		) {
			$clean = Redactor::text( $said );
			check( 0 === strpos( $clean, $kept ) && false === strpos( $clean, 'rivate' ), "$said became $clean" );
			same( $clean, Redactor::text( $clean ) );
		}
		check( 1 === preg_match( '/^Invalid address:  \(From\): hashed-[0-9a-f]{12}@localhost$/', Redactor::text( 'Invalid address:  (From): wordpress@localhost' ) ) );
	},
	'an address that only looks hashed is hashed' => static function (): void {
		check( false === strpos( Redactor::text( 'to hashed-jane@example.com' ), 'jane' ) );
	},
	'what stands after the @ leaves only if it is a domain' => static function (): void {
		same( '', Redactor::parts( 'jane@private words' )['domain'] );
		same( '[192.0.2.1]', Redactor::parts( 'jane@[192.0.2.1]' )['domain'] );
		same( 'müller.example', Redactor::parts( 'jane@müller.example' )['domain'] );
	},
	'bytes that are no UTF-8 become a text that JSON can hold' => static function (): void {
		$text = Redactor::text( "550 Empf\xE4nger unbekannt\0" );
		same( '550 Empfänger unbekannt', $text );
		check( false !== json_encode( $text ) );
	},
	'a long text is cut between characters' => static function (): void {
		$text = Redactor::cut( str_repeat( 'ä', 50 ), 11 );
		same( str_repeat( 'ä', 5 ) . '…', $text );
	},
	'a huge text is redacted in no time' => static function (): void {
		$began = microtime( true );
		Redactor::text( str_repeat( 'a.', 500000 ) . '@' );
		Redactor::text( str_repeat( '"', 8000 ) );
		foreach ( array( 'Could not open file: ', 'From: "', '(From): ', 'Subject: ', 'Subject ', 'To' ) as $piece ) {
			$text = str_repeat( $piece . str_repeat( ' ', 20 ), 8000 );
			check( '(text withheld' !== substr( Redactor::text( $text ), 0, 14 ), $piece );
		}
		check( microtime( true ) - $began < 2.0 );
	},
	'recipients are a list, a string with commas, or nothing' => static function (): void {
		same( array( 'a.example', 'b.example' ), array_column( Redactor::recipients( 'x@a.example, Y <y@b.example>' ), 'domain' ) );
		same( array( 'a.example' ), array_column( Redactor::recipients( array( 'x@a.example' ) ), 'domain' ) );
		same( array(), Redactor::recipients( '' ) );
	},
);
