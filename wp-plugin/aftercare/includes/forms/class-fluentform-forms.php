<?php
/**
 * What Fluent Forms knows of its forms: fields out of their JSON, mails and feeds out of the form's meta.
 *
 * Tables as in database/Migrations/ of 6.2.2; a field's shape as in app/Services/FormBuilder/DefaultElements.php.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Address;
use Aftercare\Forms;

final class Fluentform_Forms {

	/** The plugin's elements, as browsers know them; what is not here is called as the plugin calls it. */
	const TYPES = array(
		'input_text'          => 'text',
		'input_mask'          => 'text',
		'input_name'          => 'text',
		'input_email'         => 'email',
		'input_password'      => 'password',
		'input_url'           => 'url',
		'input_number'        => 'number',
		'rangeslider'         => 'number',
		'phone'               => 'tel',
		'input_date'          => 'date',
		'input_file'          => 'file',
		'input_image'         => 'file',
		'input_radio'         => 'radio',
		'ratings'             => 'radio',
		'net_promoter_score'  => 'radio',
		'input_checkbox'      => 'checkbox',
		'multi_select'        => 'select',
		'select_country'      => 'select',
		'input_hidden'        => 'hidden',
		'terms_and_condition' => 'consent',
		'gdpr_agreement'      => 'consent',
	);

	/** Elements that are captchas. */
	const CAPTCHAS = array( 'recaptcha', 'hcaptcha', 'turnstile' );

	/** Feeds that are no mails: what they do, by a part of their name. */
	const DEEDS = array(
		'newsletter' => 'mailchimp|mailerlite|sendfox|convertkit|getresponse|campaign|sendinblue|brevo|mailjet|moosend|mailster|mailpoet|newsletter|drip|constantcontact|icontact|sendy|klaviyo|automizy|cleverreach',
		'crm'        => 'crm|hubspot|salesforce|zoho|pipedrive|ontraport|insightly|amocrm|platformly|salesflare|helpscout',
		'webhook'    => 'webhook|zapier|slack|discord|telegram|pabbly|google_sheet|googlesheet|airtable|notion|trello|clicksend|twilio|sms',
	);

	/**
	 * All forms.
	 *
	 * @param array<int, array<string, mixed>> $does What other plugins do with an entry.
	 * @return array<int, array<string, mixed>>
	 */
	public static function told( array $does ): array {
		global $wpdb;
		$sql   = "SELECT id, title, status, type, has_payment, form_fields FROM {$wpdb->prefix}fluentform_forms ORDER BY id LIMIT %d";
		$forms = array();
		foreach ( (array) $wpdb->get_results( $wpdb->prepare( $sql, Forms::MOST + 1 ) ) as $form ) { // phpcs:ignore WordPress.DB
			$forms[] = self::form( $form, $does );
		}
		return $forms;
	}

	/**
	 * The feeds of a form that are no mails.
	 *
	 * @param int $id The form's.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function feeds( int $id ): array {
		$deeds = array();
		foreach ( array_keys( (array) apply_filters( 'fluentform/global_notification_active_types', array(), $id ) ) as $key ) {
			$key = (string) $key;
			if ( 'notifications' === $key || ! self::is_on( self::meta( $id, $key ) ) ) {
				continue;
			}
			$what = 'other';
			foreach ( self::DEEDS as $kind => $names ) {
				$what = 'other' === $what && preg_match( "/$names/i", $key ) ? $kind : $what;
			}
			$deeds[] = array(
				'what' => $what,
				'name' => $key,
				'held' => true,
			);
		}
		return $deeds;
	}

	/**
	 * One form.
	 *
	 * @param object                           $form Its row.
	 * @param array<int, array<string, mixed>> $does What other plugins do with an entry.
	 * @return array<string, mixed>
	 */
	private static function form( $form, array $does ): array {
		$id       = (int) $form->id;
		$content  = (array) json_decode( (string) $form->form_fields, true );
		$settings = self::meta( $id, 'formSettings' )[0] ?? array();
		$fields   = self::fields( (array) ( $content['fields'] ?? array() ) );
		$captchas = array_intersect( array_column( $fields, 'type' ), self::CAPTCHAS );
		if ( $form->has_payment ) {
			$does[] = array(
				'what' => 'payment',
				'name' => 'Payment',
				'held' => false,
			);
		}
		if ( 'post' === $form->type ) {
			$does[] = array(
				'what' => 'other',
				'name' => 'Post creation',
				'held' => true,
			);
		}
		return array(
			'form'          => (string) $id,
			'title'         => (string) $form->title,
			'on'            => 'published' === $form->status && self::takes_entries( $form, $settings ),
			'keeps'         => 'yes' !== ( $settings['delete_entry_on_submission'] ?? '' ),
			'by'            => 'ajax',
			'fields'        => array_values(
				array_filter(
					$fields,
					static function ( array $field ): bool {
						return ! in_array( $field['type'], self::CAPTCHAS, true );
					}
				)
			),
			'notifications' => self::notifications( $id ),
			'captcha'       => array_merge( array_values( $captchas ), self::captchas_of_all() ),
			'does'          => array_merge( $does, self::feeds( $id ) ),
			'marks'         => array( "[fluentform %id=\"$id\"", "[fluentform_modal %form_id=\"$id\"", "<!-- wp:fluentfom/guten-block {%\"formId\":\"$id\"" ),
		);
	}

	/**
	 * Fields, those in columns, names and addresses too.
	 *
	 * @param array<int|string, mixed> $elements As in the form's JSON.
	 * @param string                   $within   The name of the element that holds them.
	 * @return array<int, array<string, mixed>>
	 */
	private static function fields( array $elements, string $within = '' ): array {
		$fields = array();
		foreach ( $elements as $key => $element ) {
			$kind     = (string) ( $element['element'] ?? '' );
			$name     = (string) ( $element['attributes']['name'] ?? $key );
			$settings = (array) ( $element['settings'] ?? array() );
			foreach ( (array) ( $element['columns'] ?? array() ) as $column ) {
				$fields = array_merge( $fields, self::fields( (array) ( $column['fields'] ?? array() ) ) );
			}
			if ( is_array( $element['fields'] ?? null ) ) {
				$fields = array_merge( $fields, self::fields( $element['fields'], in_array( $kind, array( 'input_name', 'address' ), true ) ? $name : '' ) );
			} elseif ( in_array( $kind, self::CAPTCHAS, true ) || isset( $element['attributes']['name'] ) ) {
				if ( '' !== $within && false === ( $settings['visible'] ?? true ) ) {
					continue;
				}
				$fields[] = array(
					'name'     => '' === $within ? $name : "{$within}[$name]",
					'type'     => self::TYPES[ $kind ] ?? $kind,
					'label'    => (string) ( ( $settings['label'] ?? '' ) ? $settings['label'] : ( $settings['admin_field_label'] ?? '' ) ),
					'required' => ! empty( $settings['validation_rules']['required']['value'] ),
				);
			}
		}
		return $fields;
	}

	/**
	 * The mails of a form.
	 *
	 * @param int $id The form's.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( int $id ): array {
		$mails = array();
		foreach ( self::meta( $id, 'notifications' ) as $row => $mail ) {
			$to   = (array) ( $mail['sendTo'] ?? array() );
			$kind = $to['type'] ?? 'email';
			if ( 'field' === $kind ) {
				$who = array(
					'to'       => array(),
					'to_field' => trim( (string) ( $to['field'] ?? '' ), '{}' ),
				);
			} else {
				$line = 'routing' === $kind ? implode( ',', array_column( (array) ( $to['routing'] ?? array() ), 'input_value' ) ) : (string) ( $to['email'] ?? '' );
				$who  = Form_Address::recipients( $line );
			}
			// The plugin sends none of these two, and says so in its own log only.
			$lacks   = '' === trim( (string) ( $mail['subject'] ?? '' ) ) ? 'no subject' : ( $who['to'] || '' !== $who['to_field'] ? '' : 'no recipient' );
			$mails[] = array(
				'id'      => (string) $row,
				'title'   => (string) ( $mail['name'] ?? '' ),
				'on'      => ! empty( $mail['enabled'] ),
				'problem' => '' === $lacks ? '' : "$lacks: Fluent Forms skips this mail",
			)
			+ $who
			+ Form_Address::sender( (string) ( $mail['fromEmail'] ?? '' ) );
		}
		return $mails;
	}

	/**
	 * Whether the form takes entries now: a limit, a schedule, a log-in.
	 *
	 * @param object               $form     Its row.
	 * @param array<string, mixed> $settings Its own.
	 */
	private static function takes_entries( $form, array $settings ): bool {
		$form->settings = $settings;
		$says           = apply_filters(
			'fluentform/is_form_renderable',
			array(
				'status'  => true,
				'message' => '',
			),
			$form
		);
		return ! is_array( $says ) || ! empty( $says['status'] );
	}

	/**
	 * Captchas that are on for all forms.
	 *
	 * @return string[]
	 */
	private static function captchas_of_all(): array {
		$settings = get_option( '_fluentform_global_form_settings' );
		$misc     = is_array( $settings ) ? (array) ( $settings['misc'] ?? array() ) : array();
		$on       = 'yes' === ( $misc['honeypotStatus'] ?? '' ) ? array( 'honeypot' ) : array();
		if ( ! empty( $misc['autoload_captcha'] ) && in_array( $misc['captcha_type'] ?? '', self::CAPTCHAS, true ) ) {
			$on[] = $misc['captcha_type'];
		}
		return $on;
	}

	/**
	 * What a form's meta holds under a name, each by its row's id.
	 *
	 * @param int    $id   The form's.
	 * @param string $name Of the meta.
	 * @return array<int, array<string, mixed>> The settings at 0 where there is one row only for the whole form.
	 */
	private static function meta( int $id, string $name ): array {
		global $wpdb;
		$found = array();
		$sql   = "SELECT id, value FROM {$wpdb->prefix}fluentform_form_meta WHERE form_id = %d AND meta_key = %s ORDER BY id LIMIT 50";
		foreach ( (array) $wpdb->get_results( $wpdb->prepare( $sql, $id, $name ) ) as $row ) { // phpcs:ignore WordPress.DB
			$found[ 'formSettings' === $name ? 0 : (int) $row->id ] = (array) json_decode( (string) $row->value, true );
		}
		return $found;
	}

	/**
	 * Whether one of these feeds is on.
	 *
	 * @param array<int, array<string, mixed>> $feeds As meta() gives them.
	 */
	private static function is_on( array $feeds ): bool {
		foreach ( $feeds as $feed ) {
			if ( in_array( $feed['enabled'] ?? false, array( true, 1, '1', 'true', 'yes' ), true ) ) {
				return true;
			}
		}
		return false;
	}
}
