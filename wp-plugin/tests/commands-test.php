<?php
/** The ledger of commands: each at most once, on whichever road, with its result kept for whoever asks again. */

declare( strict_types = 1 );

use Aftercare\Command_Ledger;
use Aftercare\Commands;

/** An envelope for this site, good for a minute. */
function envelope( array $change = array() ): array {
	return array_replace(
		array(
			'id'         => 'cmd_1',
			'site'       => 'site_1',
			'name'       => 'unpair',
			'args'       => array(),
			'expires_at' => gmdate( 'Y-m-d\TH:i:s\Z', time() + 60 ),
		),
		$change
	);
}

return array(
	'only the first who begins may act' => static function (): void {
		same( true, Command_Ledger::begin( 'cmd_1', 'snapshot' ) );
		same( false, Command_Ledger::begin( 'cmd_1', 'snapshot' ) );
		same( 'unknown', Command_Ledger::known( 'cmd_1' )['state'] );
	},
	'a result is kept as it was, empty objects too' => static function (): void {
		Command_Ledger::begin( 'cmd_1', 'mail.probe' );
		Command_Ledger::finish( 'cmd_1', 'done', array( 'ports' => new stdClass(), 'list' => array() ), '' );
		same( '{"ports":{},"list":[]}', json_encode( Command_Ledger::known( 'cmd_1' )['result'] ) );
	},
	'an id that was never seen is not known' => static function (): void {
		same( null, Command_Ledger::known( 'cmd_1' ) );
	},
	'results older than seven days are forgotten' => static function (): void {
		Command_Ledger::begin( 'cmd_old', 'snapshot' );
		$GLOBALS['wpdb']->query( 'UPDATE wp_aftercare_commands SET started_at = ' . ( time() - 8 * 86400 ) );
		Command_Ledger::begin( 'cmd_new', 'snapshot' );
		same( null, Command_Ledger::known( 'cmd_old' ) );
	},
	'asked again, a command is not done again' => static function (): void {
		Command_Ledger::begin( 'cmd_1', 'unpair' );
		Command_Ledger::finish( 'cmd_1', 'done', array( 'kept' => true ), '' );
		$answer = Commands::carry_out( envelope() );
		same( array( 'done', true ), array( $answer['state'], $answer['result']->kept ) );
		same( 'site_1', Aftercare\Pairing::site_id() ); // It was not unpaired.
		// Also when the answer got lost for so long that the command expired meanwhile.
		same( 'done', Commands::carry_out( envelope( array( 'expires_at' => gmdate( 'c', time() - 60 ) ) ) )['state'] );
	},
	'begun and not ended is unknown, never done a second time' => static function (): void {
		Command_Ledger::begin( 'cmd_1', 'unpair' );
		$answer = Commands::carry_out( envelope() );
		same( array( 'unknown', 'started, outcome unknown' ), array( $answer['state'], $answer['error'] ) );
		same( 'site_1', Aftercare\Pairing::site_id() );
	},
	'what is expired, for another site, not on the list or without an id is refused and not written down' => static function (): void {
		foreach (
			array(
				array( 'expires_at' => gmdate( 'c', time() - 1 ) ),
				array( 'expires_at' => 'soon' ),
				array( 'expires_at' => array() ),
				array( 'site' => 'site_2' ),
				array( 'name' => 'file.read' ),
				array( 'name' => 'history' ),
				array( 'id' => '' ),
				array( 'id' => "cmd\n" ),
				array( 'id' => str_repeat( 'x', 65 ) ),
			) as $change
		) {
			same( 'failed', Commands::carry_out( envelope( $change ) )['state'] );
		}
		same( null, Command_Ledger::known( 'cmd_1' ) );
	},
	'a copy at another address carries nothing out' => static function (): void {
		$GLOBALS['options']['home'] = 'https://staging.shop.example';
		same( 'failed', Commands::carry_out( envelope() )['state'] );
		same( 'site_1', Aftercare\Pairing::site_id() );
	},
	'http and https are the same place, another host, port or path is not' => static function (): void {
		foreach ( array( 'http://shop.example' => true, 'https://SHOP.example/' => true, 'https://www.shop.example' => false, 'https://shop.example:8443' => false, 'https://shop.example/new' => false ) as $home => $at_home ) {
			$GLOBALS['options']['home'] = $home;
			same( $at_home, Aftercare\Pairing::at_home() );
		}
	},
	'a site that is not paired carries nothing out' => static function (): void {
		unset( $GLOBALS['options']['aftercare']['pairing'] );
		same( 'failed', Commands::carry_out( envelope() )['state'] );
		same( 'failed', Commands::carry_out( envelope( array( 'site' => '' ) ) )['state'] );
	},
);
