<?php
/** What the outbox keeps, in which order, and what it drops first. */

declare( strict_types = 1 );

use Aftercare\Event;
use Aftercare\Outbox;
use Aftercare\Sender;

/** Puts so many events of a type straight into the table. */
function fill( string $type, int $count ): void {
	for ( $done = 0; $done < $count; $done += 400 ) {
		for ( $i = $done; $i < min( $done + 400, $count ); ++$i ) {
			Outbox::add( new Event( $type, array( 'n' => $i ) ) );
		}
		Outbox::write();
	}
}

/** How many of a type wait. */
function waiting( string $type ): int {
	return count( $GLOBALS['wpdb']->get_results( "SELECT seq FROM wp_aftercare_outbox WHERE type = '$type'", ARRAY_A ) );
}

return array(
	'nothing is written before the end of the request' => static function (): void {
		Outbox::add( new Event( 'mail.sent', array() ) );
		same( 0, Outbox::size() );
		check( Outbox::write() );
		same( 1, Outbox::size() );
		check( ! Outbox::write() );
	},
	'a site that is not paired collects nothing' => static function (): void {
		unset( $GLOBALS['options']['aftercare']['pairing'] );
		Outbox::add( new Event( 'mail.failed', array() ) );
		check( ! Outbox::write() );
	},
	'a site at another address than it was paired at collects nothing' => static function (): void {
		$GLOBALS['options']['home'] = 'https://staging.example';
		Outbox::add( new Event( 'mail.failed', array() ) );
		check( ! Outbox::write() );
	},
	'the oldest of the least dear are dropped first, and counted; failures stay' => static function (): void {
		fill( 'mail.failed', 200 );
		fill( 'mail.sent', Outbox::KEPT );
		fill( 'form.failed', 100 );
		Outbox::trim();
		same( Outbox::KEPT, Outbox::size() );
		same( 200, waiting( 'mail.failed' ) );
		same( 100, waiting( 'form.failed' ) );
		same( 300, Outbox::dropped() );
		$oldest = json_decode( $GLOBALS['wpdb']->get_results( "SELECT data FROM wp_aftercare_outbox WHERE type = 'mail.sent' ORDER BY seq LIMIT 1", ARRAY_A )[0]['data'], true );
		same( 300, $oldest['n'] );
	},
	'a flood trims itself without being asked' => static function (): void {
		fill( 'mail.sent', Outbox::KEPT + 900 );
		check( Outbox::size() <= Outbox::KEPT + 400, (string) Outbox::size() );
	},
	'what broke is sent before what went well' => static function (): void {
		fill( 'mail.sent', 3 );
		fill( 'mail.failed', 1 );
		same( array( 'mail.failed', 'mail.sent' ), array_column( Outbox::batch( 2 ), 'type' ) );
	},
	'what the sidecar answered for is forgotten, and only that' => static function (): void {
		fill( 'mail.sent', 3 );
		$ids = array_column( Outbox::batch( 2 ), 'id' );
		same( 2, Outbox::forget( $ids ) );
		same( 1, Outbox::size() );
		same( 0, Outbox::forget( $ids ) );
	},
	'an event whose texts are huge still fits' => static function (): void {
		$json = Outbox::json( array( 'error' => str_repeat( 'x', 500000 ), 'dialogue' => array_fill( 0, 5000, str_repeat( 'y', 100 ) ) ) );
		check( strlen( $json ) <= Outbox::LONGEST, (string) strlen( $json ) );
		check( is_array( json_decode( $json, true ) ) );
	},
	'bytes that are no UTF-8 do not lose the event' => static function (): void {
		check( is_array( json_decode( Outbox::json( array( 'error' => "\xE4", 'n' => 1 ) ), true ) ) );
	},
	'an event has an id that the wire takes and an instant in UTC' => static function (): void {
		$event = new Event( 'mail.sent', array() );
		check( 1 === preg_match( '/^[A-Za-z0-9_-]{1,64}$/', $event->id ) );
		same( '2026-11-24T10:00:00.250Z', Event::time( 1795514400.25 ) );
	},
	'delays grow until a quarter of an hour, and what the sidecar asks for is honoured' => static function (): void {
		same( array( 15, 30, 60, 900 ), array( Sender::delay( 1, 0, 0 ), Sender::delay( 2, 0, 0 ), Sender::delay( 3, 500, 0 ), Sender::delay( 30, 0, 0 ) ) );
		same( 42, Sender::delay( 1, 429, 42 ) );
		same( 120, Sender::delay( 5, 503, 120 ) );
		same( 900, Sender::delay( 1, 401, 0 ) );
	},
);
