<?php
/** A test entry's token: known by its hash, good once, for its form, until its time. */

declare( strict_types = 1 );

use Aftercare\Canary_Ledger;

const CANARY = 'token-of-a-test-entry';

/** Armed for form 7 of contact-form-7, for a minute. */
function arm_canary( int $seconds = 60 ): bool {
	return Canary_Ledger::arm( CANARY, 'contact-form-7', '7', time() + $seconds, array( 'exempt' => true ) );
}

return array(
	'the database knows the hash, not the token' => static function (): void {
		arm_canary();
		$row = Canary_Ledger::row( CANARY );
		check( false === strpos( (string) json_encode( $row ), CANARY ), 'the token is in the table' );
		same( 64, strlen( $row['token'] ) );
	},
	'it is spent once' => static function (): void {
		arm_canary();
		same( array( 'exempt' => true ), Canary_Ledger::spend( CANARY, 'contact-form-7', '7' ) );
		same( null, Canary_Ledger::spend( CANARY, 'contact-form-7', '7' ) );
	},
	'another form, another plugin, a wrong token and a late one do not spend it' => static function (): void {
		arm_canary();
		same( null, Canary_Ledger::spend( CANARY, 'contact-form-7', '8' ) );
		same( null, Canary_Ledger::spend( CANARY, 'wpforms', '7' ) );
		same( null, Canary_Ledger::spend( CANARY . 'x', 'contact-form-7', '7' ) );
		same( '0', (string) Canary_Ledger::row( CANARY )['spent_at'] );
		$GLOBALS['wpdb']->query( 'UPDATE wp_aftercare_canaries SET expires_at = ' . ( time() - 1 ) );
		same( null, Canary_Ledger::spend( CANARY, 'contact-form-7', '7' ) );
	},
	'announced twice it starts again, spent it is never armed again' => static function (): void {
		same( array( true, true ), array( arm_canary(), arm_canary() ) );
		Canary_Ledger::spend( CANARY, 'contact-form-7', '7' );
		same( false, arm_canary() );
	},
	'an entry is left over once its request is over or dead, and until it is gone' => static function (): void {
		arm_canary();
		Canary_Ledger::spend( CANARY, 'contact-form-7', '7' );
		Canary_Ledger::note( CANARY, array(), '12', false );
		same( array(), Canary_Ledger::left_over() ); // Its request is under way.
		Canary_Ledger::note( CANARY, array(), '12', true );
		same( array( '12' ), array_column( Canary_Ledger::left_over(), 'entry' ) );
		$GLOBALS['wpdb']->query( 'UPDATE wp_aftercare_canaries SET ended_at = 0, spent_at = ' . ( time() - Canary_Ledger::DEAD_S - 1 ) );
		same( array( '12' ), array_column( Canary_Ledger::left_over(), 'entry' ) );
		Canary_Ledger::forgotten( Canary_Ledger::row( CANARY )['token'] );
		same( array(), Canary_Ledger::left_over() );
	},
	'after a week nothing is known of it' => static function (): void {
		arm_canary();
		$GLOBALS['wpdb']->query( 'UPDATE wp_aftercare_canaries SET armed_at = ' . ( time() - Canary_Ledger::KEPT_S - 1 ) );
		Canary_Ledger::arm( CANARY . '-2', 'contact-form-7', '7', time() + 60, array() );
		same( null, Canary_Ledger::row( CANARY ) );
	},
);
