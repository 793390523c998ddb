<?php
/** What the admin chose for the forms: each of its kind, whatever is stored. */

declare( strict_types = 1 );

use Aftercare\Form_Wishes;

return array(
	'nothing is chosen: mails to the mailbox, nothing excluded, every switch off' => static function (): void {
		same( Form_Wishes::DEFAULTS, Form_Wishes::all() );
	},
	'one is kept and the others stay' => static function (): void {
		Form_Wishes::set( array( 'mails' => 'marked', 'excluded' => array( 'core:comment' ) ) );
		Form_Wishes::set( array( 'beacon' => true ) );
		same( array( 'marked', true, array( 'core:comment' ) ), array( Form_Wishes::get( 'mails' ), Form_Wishes::get( 'beacon' ), Form_Wishes::get( 'excluded' ) ) );
		Form_Wishes::set( array( 'excluded' => array() ) );
		same( array(), Form_Wishes::get( 'excluded' ) );
	},
	'what makes no sense counts as not chosen' => static function (): void {
		foreach ( array( 'x', array( 'excluded' => 7, 'quiet' => 'night', 'beacon' => 'yes', 'mails' => array() ), array( 'quiet' => array( 'from' => '25:00', 'until' => '06:00' ) ) ) as $stored ) {
			update_option( Form_Wishes::OPTION, $stored );
			same( Form_Wishes::DEFAULTS, Form_Wishes::all() );
		}
	},
	'quiet hours are two times of day' => static function (): void {
		Form_Wishes::set( array( 'quiet' => array( 'from' => '22:00', 'until' => '06:00' ) ) );
		same( array( 'from' => '22:00', 'until' => '06:00' ), Form_Wishes::get( 'quiet' ) );
		Form_Wishes::set( array( 'quiet' => null ) );
		same( null, Form_Wishes::get( 'quiet' ) );
	},
	'where to write to is an address, or nothing' => static function (): void {
		Form_Wishes::set( array( 'write_to' => 'office@shop.example' ) );
		same( 'office@shop.example', Form_Wishes::get( 'write_to' ) );
		foreach ( array( 'call us', '<b>@shop.example', array( 'x' ), '' ) as $none ) {
			Form_Wishes::set( array( 'write_to' => $none ) );
			same( '', Form_Wishes::get( 'write_to' ) );
		}
	},
	'a wish that nobody knows is not kept' => static function (): void {
		Form_Wishes::set( array( 'colour' => 'red' ) );
		same( null, Form_Wishes::get( 'colour' ) );
		same( Form_Wishes::DEFAULTS, $GLOBALS['options'][ Form_Wishes::OPTION ] );
	},
);
