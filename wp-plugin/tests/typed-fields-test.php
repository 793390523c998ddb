<?php
/** What a visitor typed, out of what was posted: every plugin's way, nothing of the machinery, no secret. */

declare( strict_types = 1 );

use Aftercare\Typed_Fields;

return array(
	'plain fields, lists and fields within fields' => static function (): void {
		$posted = array(
			'your-name' => ' Vera ',
			'days'      => array( 'Mon', 'Tue' ),
			'wpforms'   => array( 'fields' => array( 3 => array( 'first' => 'Vera' ) ) ),
			'empty'     => ' ',
		);
		same( array( 'your-name' => 'Vera', 'days[0]' => 'Mon', 'days[1]' => 'Tue', 'wpforms[fields][3][first]' => 'Vera' ), Typed_Fields::of( $posted ) );
	},
	'what a plugin packs into one field is unpacked' => static function (): void {
		$ninja = json_encode( array( 'id' => 1, 'fields' => array( '7' => array( 'id' => 7, 'value' => 'Hello' ) ), 'settings' => array( 'x' => 1 ) ) );
		same( array( '7' => 'Hello' ), Typed_Fields::of( array( 'action' => 'nf_ajax_submit', 'formData' => $ninja ) ) );
		$fluent = array( 'action' => 'fluentform_submit', 'form_id' => '1', 'data' => 'names%5Bfirst_name%5D=Vera&_fluentform_1_fluentformnonce=abc&message=Hello' );
		same( array( 'names[first_name]' => 'Vera', 'message' => 'Hello' ), Typed_Fields::of( $fluent ) );
	},
	'the machinery of the form is no part of it' => static function (): void {
		foreach ( array( '_wpcf7', '_wpnonce', 'g-recaptcha-response', 'cf-turnstile-response', 'h-captcha-response', 'action', 'gform_submit', 'frm_action', 'form_id', 'post_id', 'wpforms_token', 'some_nonce', 'state_1', 'is_submit_1', 'wpforms[post_id]', '_wp_http_referer' ) as $name ) {
			same( array(), Typed_Fields::of( array( $name => 'x1' ) ), $name );
		}
	},
	'what only sounds like machinery was typed' => static function (): void {
		$plain = array( 'state_province' => 'Texas', 'submitted_by' => 'Vera', 'platform_id' => '7', 'announcement' => 'Yes', 'referred_by' => 'Ada', 'token_of_thanks' => 'Tea' );
		same( $plain, Typed_Fields::of( $plain ) );
	},
	'what was left out takes no room' => static function (): void {
		$long = str_repeat( 'x', 9000 );
		same( 'Hello', Typed_Fields::of( array_fill_keys( array_map( static function ( int $n ): string { return "_$n"; }, range( 1, 20 ) ), $long ) + array( 'message' => 'Hello' ) )['message'] ?? '' );
	},
	'passwords and card numbers are left out, passengers and telephone numbers are not' => static function (): void {
		foreach ( array( 'password', 'user_pass', 'pass1', 'pwd', 'form[password]', 'card-number', 'cvc' ) as $name ) {
			same( array(), Typed_Fields::of( array( $name => 'secret-1' ) ), $name );
		}
		same( array(), Typed_Fields::of( array( 'message' => '4111 1111 1111 1111' ) ) );
		$plain = array( 'passengers' => '2', 'compass' => 'north', 'phone' => '0049 30 123456789', 'order' => '4111111111111112' );
		same( $plain, Typed_Fields::of( $plain ) );
	},
	'it has bounds' => static function (): void {
		same( Typed_Fields::MOST, count( Typed_Fields::of( array_fill( 0, 1000, 'x' ) ) ) );
		check( strlen( Typed_Fields::of( array( 'a' => str_repeat( 'x', 20000 ) ) )['a'] ) <= Typed_Fields::LONGEST + 3, 'too long' );
		check( strlen( implode( Typed_Fields::of( array_fill( 0, 100, str_repeat( 'x', 9000 ) ) ) ) ) <= Typed_Fields::WHOLE, 'too much' );
	},
);
