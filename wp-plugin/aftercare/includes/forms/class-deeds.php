<?php
/**
 * What else runs when a form is sent: a CRM, a newsletter, a payment. Tells what kind it is by its name.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Deeds {

	/** Words in the names of actions and plugins, by the protocol's kinds; the first that fits. */
	const WORDS = array(
		'payment'     => 'stripe paypal square mollie braintree authorize payment payments collectpayment credit checkout recurly',
		'newsletter'  => 'newsletter mailchimp mc4wp mailerlite mailpoet mailster klaviyo brevo sendinblue aweber getresponse convertkit
			activecampaign constantcontact constant campaignmonitor cleverreach rapidmail sendfox drip moosend omnisend emailoctopus',
		'crm'         => 'crm hubspot salesforce zoho pipedrive highrise insightly fluentcrm bitrix bitrix24 freshsales keap infusionsoft mautic',
		'webhook'     => 'webhook webhooks zapier n8n make integromat integrately automator uncanny pabbly api googlespreadsheet sheets airtable slack trello',
		'advertising' => 'pixel pixelyoursite gtm tagmanager analytics googleanalytics conversion conversions facebook adwords monsterinsights',
		'stock'       => 'stock inventory',
	);

	/**
	 * One of them, as the protocol has it.
	 *
	 * @param string $slug Of an action or a plugin.
	 * @param string $name As people know it.
	 * @param bool   $held Whether a test entry does not reach it.
	 * @return array{what: string, name: string, held: bool}
	 */
	public static function one( string $slug, string $name, bool $held ): array {
		return array(
			'what' => self::kind( $slug ),
			'name' => $name,
			'held' => $held,
		);
	}

	/**
	 * Which of the protocol's kinds a name tells.
	 *
	 * @param string $slug Of an action or a plugin.
	 */
	public static function kind( string $slug ): string {
		$tokens = (array) preg_split( '/[^a-z0-9]+/', strtolower( $slug ), -1, PREG_SPLIT_NO_EMPTY );
		foreach ( self::WORDS as $kind => $words ) {
			if ( array_intersect( $tokens, (array) preg_split( '/\s+/', $words ) ) ) {
				return $kind;
			}
		}
		return 'other';
	}
}
