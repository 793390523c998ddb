<?php
/** Whom a notification goes to: domain and hash of an address, the name of a field, never the address. */

declare( strict_types = 1 );

use Aftercare\Form_Address;

return array(
	'addresses become domain and hash, in any order and notation' => static function (): void {
		$read = Form_Address::recipients( 'Office <office@shop.example>, sales@other.example; third@shop.example' );
		same( array( 'shop.example', 'other.example', 'shop.example' ), array_column( $read['to'], 'domain' ) );
		same( '', $read['to_field'] );
		check( false === strpos( json_encode( $read ), 'office' ), 'an address got out' );
	},
	'a tag that a visitor fills is a field, whichever plugin writes it' => static function (): void {
		foreach ( array( '[your-email]' => 'your-email', '{inputs.email}' => 'inputs.email', '{field:email}' => 'field:email', '[25]' => '25', '%email%' => 'email' ) as $tag => $name ) {
			same( array( 'to' => array(), 'to_field' => $name ), Form_Address::recipients( $tag ) );
		}
	},
	'an address beside a field: both are told' => static function (): void {
		$read = Form_Address::recipients( 'office@shop.example, [your-email]' );
		same( array( 1, 'your-email' ), array( count( $read['to'] ), $read['to_field'] ) );
	},
	'a tag for the admin of the site is that address' => static function (): void {
		$GLOBALS['options']['admin_email'] = 'owner@shop.example';
		foreach ( array( '[_site_admin_email]', '{admin_email}', '{wp.admin_email}', '{system:admin_email}', '[admin_email]' ) as $tag ) {
			same( array( 'shop.example' ), array_column( Form_Address::recipients( $tag )['to'], 'domain' ) );
		}
	},
	'a sender is what stands in the brackets, not the name before it' => static function (): void {
		same( array( 'shop.example', '' ), array( Form_Address::sender( '[your-name] <office@shop.example>' )['from']['domain'], Form_Address::sender( '[your-name] <office@shop.example>' )['from_field'] ) );
		same( array( 'from' => null, 'from_field' => 'your-email' ), Form_Address::sender( '[your-name] <[your-email]>' ) );
		same( array( 'from' => null, 'from_field' => '' ), Form_Address::sender( '' ) );
	},
	'a list without end is cut' => static function (): void {
		same( 20, count( Form_Address::recipients( implode( ',', array_fill( 0, 500, 'a@shop.example' ) ) )['to'] ) );
	},
);
