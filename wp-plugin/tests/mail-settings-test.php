<?php
/** Reading what a mailer is set to, and what a function's code does, without running it. */

declare( strict_types = 1 );

use Aftercare\Inert_Code;
use Aftercare\Mail_Mode;
use Aftercare\Mail_Plugins;
use Aftercare\Mail_Settings;

// Functions as staging and must-use plugins bring them; the reader looks at their source.
function says_yes( $given ) {
	return true; // Nothing leaves.
}
function logs_and_says_yes( $given, $atts ) {
	error_log( 'mail to ' . count( $atts ) );
	return true;
}
function sends_by_api( $given, $atts ) {
	wp_remote_post( 'https://api.example.net', array( 'body' => $atts ) );
	return true;
}
function delivers_by_its_own( $given, $atts ) {
	hand_over( $atts );
	return true;
}
function hand_over( $atts ) {
	wp_remote_post( 'https://api.example.net', array( 'body' => $atts ) );
}
function delivers_by_a_method( $given, $atts ) {
	$GLOBALS['courier']->take( $atts );
	return true;
}
function hands_on( $given, $atts ) {
	if ( ! $atts ) {
		return null;
	}
	return $given;
}
function sometimes( $given, $atts ) {
	if ( $atts ) {
		return true;
	}
	return $given;
}

return array(
	'code that always says yes and calls nothing that sends keeps mail in' => static function (): void {
		same( 'disabled', Inert_Code::mode( 'says_yes' ) );
		same( 'log_only', Inert_Code::mode( 'logs_and_says_yes' ) );
		same( 'disabled', Inert_Code::mode( static function ( $given ) { return false; } ) );
	},
	'code that may send, or does not always say the same, is left alone' => static function (): void {
		same( '', Inert_Code::mode( 'sends_by_api' ) );
		same( '', Inert_Code::mode( 'delivers_by_its_own' ) );
		same( '', Inert_Code::mode( 'delivers_by_a_method' ) );
		same( '', Inert_Code::mode( 'sometimes' ) );
		same( '', Inert_Code::mode( 'hands_on' ) );
		same( '', Inert_Code::mode( 'strlen' ) );
		same( '', Inert_Code::mode( 'no_such_function' ) );
	},
	'a filter that only hands on what it got is known' => static function (): void {
		same( true, Inert_Code::hands_on( 'hands_on' ) );
		same( false, Inert_Code::hands_on( 'sometimes' ) );
		same( false, Inert_Code::hands_on( 'says_yes' ) );
	},
	'a mail is kept only where nobody who answered for it may have sent it' => static function (): void {
		$keeper = static function ( string ...$callbacks ): ?string {
			$found = Mail_Mode::keeper(
				array_map(
					static function ( string $callback ): array {
						return array( 'function' => $callback );
					},
					$callbacks
				)
			);
			return $found['function'] ?? null;
		};
		same( 'says_yes', $keeper( 'hands_on', 'says_yes' ) );
		same( 'logs_and_says_yes', $keeper( 'logs_and_says_yes', 'says_yes' ) );
		same( null, $keeper( 'says_yes', 'sends_by_api' ) );
		same( null, $keeper( 'delivers_by_its_own' ) );
		same( null, $keeper( 'hands_on' ) );
	},
	'FluentSMTP sends by SMTP, by mail() or by an API, as the connection of the sender says' => static function (): void {
		$mailer = static function ( array $connection ): ?string {
			$GLOBALS['options']['fluentmail-settings'] = array(
				'connections' => array( 'office' => array( 'provider_settings' => $connection ) ),
				'mappings'    => array( 'office@example.com' => 'office' ),
			);
			return Mail_Plugins::settings( 'fluent-smtp', 'office@example.com' )['mailer'] ?? null;
		};
		same( 'smtp', $mailer( array( 'provider' => 'smtp', 'host' => 'smtp.example.net' ) ) );
		same( 'mail', $mailer( array( 'provider' => 'default' ) ) );
		same( 'api', $mailer( array( 'provider' => 'mailgun' ) ) );
		same( null, $mailer( array() ) );
	},
	'the first of several servers counts, with the scheme and port it names' => static function (): void {
		$read = static function ( string $host ): array {
			return array_values( Mail_Settings::server( $host, 25, 'tls' ) );
		};
		same( array( 'smtp.example.net', 25, 'tls' ), $read( 'smtp.example.net' ) );
		same( array( 'smtp.example.net', 465, 'ssl' ), $read( 'ssl://smtp.example.net:465;other.example.net' ) );
		same( array( '192.0.2.1', 2525, 'tls' ), $read( '192.0.2.1:2525' ) );
		same( array( '', 25, 'tls' ), $read( '' ) );
	},
);
