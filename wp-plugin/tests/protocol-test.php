<?php
/** Keys and signatures are those of the vectors that the sidecar's tests read too; a pairing code is read as people paste it. */

declare( strict_types = 1 );

use Aftercare\Json;
use Aftercare\Keys;
use Aftercare\Pairing_Code;
use Aftercare\Signature;

$vectors = json_decode( (string) file_get_contents( dirname( __DIR__, 2 ) . '/tests/vectors/protocol.json' ), true );
$secret  = (string) base64_decode( $vectors['secret'], true );

/** A code that holds this. */
function code_of( array $held ): string {
	return 'aftercare-' . rtrim( strtr( base64_encode( json_encode( $held ) ), '+/', '-_' ), '=' );
}

return array(
	'each door and direction has the key of the vectors' => static function () use ( $vectors, $secret ): void {
		check( count( $vectors['derive'] ) >= 12 );
		foreach ( $vectors['derive'] as $vector ) {
			same( $vector['key'], base64_encode( Keys::derive( $secret, $vector['door'], $vector['direction'] ) ) );
		}
	},
	'a message is signed as in the vectors, and a changed one is wrong' => static function () use ( $vectors, $secret ): void {
		foreach ( $vectors['sign'] as $vector ) {
			$key = Keys::derive( $secret, $vector['door'], $vector['direction'] );
			same( $vector['signature'], Signature::sign( $key, $vector['id'], $vector['timestamp'], $vector['body'] ) );
			$now = (int) $vector['timestamp'];
			same( Signature::RIGHT, Signature::verify( $key, $vector['id'], $vector['timestamp'], $vector['signature'], $vector['body'], $now ) );
			same( Signature::WRONG, Signature::verify( $key, $vector['id'], $vector['timestamp'], $vector['signature'], $vector['body'] . ' ', $now ) );
			same( Signature::WRONG, Signature::verify( $key, $vector['id'] . 'x', $vector['timestamp'], $vector['signature'], $vector['body'], $now ) );
			same( Signature::WRONG, Signature::verify( $key, $vector['id'], (string) ( $now + 1 ), $vector['signature'], $vector['body'], $now ) );
			same( Signature::RIGHT, Signature::verify( $key, $vector['id'], $vector['timestamp'], 'v1,AAAA ' . $vector['signature'], $vector['body'], $now ) );
		}
	},
	'an empty secret has no key, and an empty key never compares' => static function (): void {
		same( '', Keys::derive( '', 'commands', Keys::TO_SITE ) );
		same( '', Signature::sign( '', 'id', '1', '' ) );
		same( Signature::WRONG, Signature::verify( '', 'id', '1', '', '', 1 ) );
		same( Signature::WRONG, Signature::verify( '', 'id', '1', 'v1,' . base64_encode( hash_hmac( 'sha256', 'id.1.', '', true ) ), '', 1 ) );
	},
	'five minutes either way are of now, more is the clock' => static function () use ( $secret ): void {
		$key = Keys::derive( $secret, 'commands', Keys::TO_SITE );
		foreach ( array( 0 => Signature::RIGHT, 300 => Signature::RIGHT, -300 => Signature::RIGHT, 301 => Signature::CLOCK, -301 => Signature::CLOCK ) as $off => $verdict ) {
			same( $verdict, Signature::verify( $key, 'id', '1795512000', Signature::sign( $key, 'id', '1795512000', 'x' ), 'x', 1795512000 + $off ) );
		}
		same( Signature::RIGHT, Signature::verify( $key, 'id', '1', Signature::sign( $key, 'id', '1', 'x' ), 'x', null ) );
		same( Signature::WRONG, Signature::verify( $key, 'id', '1e9', Signature::sign( $key, 'id', '1e9', 'x' ), 'x', 1000000000 ) );
		same( Signature::WRONG, Signature::verify( $key, 'id', "1\n", Signature::sign( $key, 'id', "1\n", 'x' ), 'x', 1 ) );
	},
	'a pairing code is read with line breaks, spaces and quotes around it' => static function (): void {
		$code = code_of( array( 'u' => 'https://care.example.net:8470/sidecar/', 'n' => 'nonce_0123456789-ab', 'f' => '0123456789abcdef' ) );
		foreach ( array( $code, " $code\n", chunk_split( $code, 40 ), "\u{201c}$code\u{201d}", "<$code>" ) as $pasted ) {
			$read = Pairing_Code::parse( $pasted );
			check( null !== $read, $pasted );
			same( array( 'https://care.example.net:8470/sidecar', 'nonce_0123456789-ab', '0123456789abcdef' ), array( $read->url, $read->nonce, $read->fingerprint ) );
		}
	},
	'what is no whole pairing code is none' => static function (): void {
		$held = array( 'u' => 'https://care.example.net', 'n' => 'nonce_0123456789-ab', 'f' => '0123456789abcdef' );
		$bad  = array( '', 'hello', 'aftercare-', 'aftercare-%%%', "\xff\xfe", substr( code_of( $held ), 0, -20 ), 'x' . code_of( $held ) );
		foreach (
			array(
				array( 'u' => 'ftp://care.example.net' ),
				array( 'u' => 'https://me@care.example.net' ),
				array( 'u' => 'https://' ),
				array( 'u' => 'https://care.example.net/?x=1' ),
				array( 'u' => array( 'https://care.example.net' ) ),
				array( 'n' => array( 'x' ) ),
				array( 'n' => 'short' ),
				array( 'n' => "nonce_0123456789\n" ),
				array( 'f' => '0123' ),
				array( 'f' => '0123456789ABCDEF' ),
				array( 'x' => str_repeat( 'y', 3000 ) ),
			) as $change
		) {
			$bad[] = code_of( array_replace( $held, $change ) );
		}
		foreach ( $bad as $code ) {
			same( null, Pairing_Code::parse( $code ) );
		}
	},
	'an empty object stays an object on the wire, and bad bytes do not make a body fail' => static function (): void {
		same( '{}', Json::of( array() ) );
		same( '{"a":"\u00fc/"}', Json::of( array( 'a' => 'ü/' ) ) );
		check( null !== Json::object( Json::of( array( 'a' => "\xff" ) ) ) );
		same( null, Json::object( '[]' ) );
		same( null, Json::object( '"x"' ) );
		same( '{"a":{}}', Json::of( (array) Json::thing( '{"a":{}}' ) ) );
	},
);
