<?php
/**
 * A form's notification is told without the person, and what else runs on an entry by its kind.
 */

declare( strict_types = 1 );

use Aftercare\Includes\Forms\Deeds;
use Aftercare\Includes\Forms\Form_Mail;

/** The mails of a form with one field, `field:email`, called E-mail. */
function form_mail(): Form_Mail {
	return new Form_Mail(
		static function ( string $tag ): string {
			return 'field:email' === $tag ? 'E-mail' : $tag;
		},
		array( 'shop' => 'shop@bakery.example' )
	);
}

return array(
	'A field that a mail goes to is told by its name, an address by domain and hash' => static function (): void {
		$told = form_mail()->told( '1', 'Thanks', true, '{field:email}, {shop}', 'Bakery <office@bakery.example>' );
		same( 'E-mail', $told['to_field'] );
		same( array( 'bakery.example' ), array_column( $told['to'], 'domain' ) );
		same( 'bakery.example', $told['from']['domain'] );
		same( '', $told['problem'] );
		check( false === strpos( (string) json_encode( $told ), 'office' ) );
	},
	'A mail that nobody gets is told with the reason' => static function (): void {
		check( false !== strpos( form_mail()->told( '1', '', true, ' ', '' )['problem'], 'no recipient' ) );
		check( false !== strpos( form_mail()->told( '1', '', true, 'the office', '' )['problem'], 'no address' ) );
		same( 'Off.', form_mail()->told( '1', '', false, '', '', 'Off.' )['problem'] );
	},
	'A list of recipients is read like a line of them' => static function (): void {
		$told = form_mail()->told( '1', '', true, array( 'a@bakery.example', 'b@bakery.example', null ), '' );
		same( 2, count( $told['to'] ) );
	},
	'What else runs is told by its kind, and what no word tells is other' => static function (): void {
		$kinds = array(
			'collectpayment'         => 'payment',
			'stripe'                 => 'payment',
			'constant-contact-v3'    => 'newsletter',
			'Mailchimp for WordPress' => 'newsletter',
			'hubspot'                => 'crm',
			'FluentCRM'              => 'crm',
			'n8n'                    => 'webhook',
			'Meta Pixel'             => 'advertising',
			'custom'                 => 'other',
			'Remaker'                => 'other',
			''                       => 'other',
		);
		foreach ( $kinds as $name => $kind ) {
			same( $kind, Deeds::kind( (string) $name ) );
		}
	},
);
