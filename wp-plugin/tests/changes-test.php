<?php
/** What is told of a setting that changed, and of a plugin. */

declare( strict_types = 1 );

use Aftercare\Changes;
use Aftercare\Inventory;

/** A look at a site with one plugin. */
function look( array $plugin, string $core = '7.1' ): array {
	$plugins = $plugin ? array( 'form/form.php' => $plugin + array( 'kind' => 'plugin', 'slug' => 'form', 'name' => 'Form', 'active' => true ) ) : array();
	$theme   = array( 'kind' => 'theme', 'slug' => 'tt', 'name' => 'TT', 'version' => '1' );
	return array( 'plugins' => $plugins, 'theme' => $theme, 'core' => $core, 'constants' => array() );
}

return array(
	'of a mail plugin\'s settings the open values are told, of every other only that it changed' => static function (): void {
		$old  = array( 'smtp' => array( 'host' => 'a.example', 'pass' => 'one', 'user' => 'x' ), 'mail' => array( 'from_email' => 'a@a.example' ) );
		$new  = array( 'smtp' => array( 'host' => 'b.example', 'pass' => 'two', 'user' => 'x' ), 'mail' => array( 'from_email' => 'b@b.example' ) );
		$told = Changes::compare( 'wp_mail_smtp', $old, $new );
		same( array( 'wp_mail_smtp.smtp.host', 'wp_mail_smtp.smtp.pass', 'wp_mail_smtp.mail.from_email' ), array_column( $told, 'what' ) );
		same( array( 'a.example', 'b.example' ), array( $told[0]['from'], $told[0]['to'] ) );
		same( array( 'what' => 'wp_mail_smtp.smtp.pass', 'secret' => true ), $told[1] );
		check( false === strpos( (string) json_encode( $told ), 'two' ) );
		check( 1 === preg_match( '/^hashed-[0-9a-f]{12}@b\.example$/', $told[2]['to'] ) );
	},
	'names that are addresses are hashed too' => static function (): void {
		$told = Changes::compare( 'fluentmail-settings', array(), array( 'mappings' => array( 'jane@a.example' => 'key' ) ) );
		check( false === strpos( (string) json_encode( $told ), 'jane' ), (string) json_encode( $told ) );
	},
	'nothing is told when nothing changed, and a flood is cut' => static function (): void {
		same( array(), Changes::compare( 'home', 'https://a.example', 'https://a.example' ) );
		check( count( Changes::compare( 'mailgun', array(), range( 1, 500 ) ) ) <= Changes::MOST + 1 );
	},
	'an update, a switch-off and a deletion are told with versions' => static function (): void {
		$whats = static function ( array $was, array $is ): array {
			return array_map(
				static function ( array $change ): array {
					return array( $change['what'], $change['from'], $change['to'] );
				},
				Inventory::differences( $was, $is )
			);
		};
		same( array( array( 'updated', '1.0', '1.1' ) ), $whats( look( array( 'version' => '1.0' ) ), look( array( 'version' => '1.1' ) ) ) );
		same( array( array( 'deactivated', '1.0', '1.0' ) ), $whats( look( array( 'version' => '1.0' ) ), look( array( 'version' => '1.0', 'active' => false ) ) ) );
		same( array( array( 'deleted', '1.0', '' ) ), $whats( look( array( 'version' => '1.0' ) ), look( array() ) ) );
		same( array( array( 'activated', '', '2' ) ), $whats( look( array() ), look( array( 'version' => '2' ) ) ) );
		same( array( array( 'core_updated', '7.1', '7.1.1' ) ), $whats( look( array() ), look( array(), '7.1.1' ) ) );
		same( array(), $whats( look( array() ), look( array() ) ) );
	},
	'another owner of wp_mail and another mode are told as settings of the mail' => static function (): void {
		$mail = array( 'wp_mail owner' => 'core', 'wp_mail not used' => '', 'mail mode' => 'normal' );
		$told = Inventory::mail_differences( array( 'mail' => $mail ), array( 'mail' => array( 'wp_mail owner' => 'parcel', 'wp_mail not used' => 'pigeon' ) + $mail ) );
		same( array( 'wp_mail owner', 'wp_mail not used' ), array_column( $told, 'what' ) );
		same( array( 'core', 'parcel', 'mail', false ), array( $told[0]['from'], $told[0]['to'], $told[0]['group'], $told[0]['secret'] ) );
		same( array(), Inventory::mail_differences( array( 'mail' => $mail ), array( 'mail' => $mail ) ) );
	},
);
