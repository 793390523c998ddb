<?php
/**
 * The forms of Ninja Forms as their settings tell them: fields, and actions of which the mail is one.
 *
 * Known from Ninja Forms 3.14.3 (includes/Abstracts/ModelFactory.php, includes/Actions, includes/Config).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Ninja_Forms_Forms {

	/** Classes that are the plugin's own. */
	const OWN = array( 'Ninja_Forms' );

	/** Behind the looks at the entry; the last sends a mail in the place of wp_mail(). */
	const HOOKS = array(
		'nf_before_save_sub',
		'nf_save_sub',
		'nf_create_sub',
		'ninja_forms_save_sub',
		'ninja_forms_after_submission',
		'ninja_forms_action_email_send',
	);

	/** Actions that a test entry may run: it is kept and mailed, and the visitor is answered. */
	const HARMLESS = array( 'save', 'email', 'successmessage', 'redirect', 'akismet', 'recaptcha' );

	/** Captchas, by the type of their field. */
	const CAPTCHAS = array(
		'recaptcha' => 'recaptcha',
		'hcaptcha'  => 'hcaptcha',
		'turnstile' => 'turnstile',
		'spam'      => 'question',
	);

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'textbox'           => 'text',
		'firstname'         => 'text',
		'lastname'          => 'text',
		'address'           => 'text',
		'address2'          => 'text',
		'city'              => 'text',
		'zip'               => 'text',
		'confirm'           => 'text',
		'phone'             => 'tel',
		'listselect'        => 'select',
		'listmultiselect'   => 'select',
		'liststate'         => 'select',
		'listcountry'       => 'select',
		'listradio'         => 'radio',
		'listcheckbox'      => 'checkbox',
		'listimage'         => 'radio',
		'terms'             => 'checkbox',
		'starrating'        => 'radio',
		'quantity'          => 'number',
		'file_upload'       => 'file',
		'passwordconfirm'   => 'password',
		'optin'             => 'consent',
	);

	/** What takes no answer. */
	const NO_FIELDS = array( 'html', 'hr', 'note', 'submit', 'timedsubmit', 'divider', 'part', 'save', 'recaptcha', 'recaptcha_v3', 'hcaptcha', 'turnstile' );

	/**
	 * All of them.
	 *
	 * @return array<int, array<string, mixed>> As the protocol has them, with `marks` for `pages`.
	 */
	public static function all(): array {
		$forms = array();
		foreach ( (array) \Ninja_Forms()->form()->get_forms() as $form ) {
			if ( is_object( $form ) ) {
				$forms[] = self::one( $form );
			}
		}
		return $forms;
	}

	/**
	 * A field's name as the events have it: its label.
	 *
	 * @param object $field The plugin's model of it.
	 */
	public static function field( object $field ): string {
		return self::text( $field->get_setting( 'label' ), (string) $field->get_id() );
	}

	/**
	 * One form.
	 *
	 * @param object $form The plugin's model of it.
	 * @return array<string, mixed>
	 */
	private static function one( object $form ): array {
		$id       = (int) $form->get_id();
		$settings = (array) $form->get_settings();
		$fields   = array();
		$by_key   = array();
		$captcha  = array();
		foreach ( (array) \Ninja_Forms()->form( $id )->get_fields() as $field ) {
			$type                                   = (string) $field->get_setting( 'type' );
			$by_key[ $field->get_setting( 'key' ) ] = self::field( $field );
			if ( isset( self::CAPTCHAS[ $type ] ) ) {
				$captcha[] = self::CAPTCHAS[ $type ];
			}
			if ( ! in_array( $type, self::NO_FIELDS, true ) ) {
				$fields[] = array(
					'name'     => self::field( $field ),
					'type'     => self::TYPES[ $type ] ?? ( 0 === strncmp( $type, 'creditcard', 10 ) ? 'payment' : $type ),
					'label'    => self::field( $field ),
					'required' => 1 === (int) $field->get_setting( 'required' ),
				);
			}
		}
		$told    = array();
		$kept    = false;
		$actions = self::actions( $id );
		foreach ( $actions as $action ) {
			$type = (string) $action->get_setting( 'type' );
			$on   = (bool) $action->get_setting( 'active' );
			if ( 'email' === $type ) {
				$told[] = self::notification( $action, $on, $by_key );
			}
			$kept = $kept || ( $on && 'save' === $type );
			if ( $on && 'recaptcha' === $type ) {
				$captcha[] = 'recaptcha';
			}
		}
		return array(
			'plugin'        => 'ninja-forms',
			'form'          => (string) $id,
			'title'         => (string) ( $settings['title'] ?? '' ),
			'on'            => self::takes_entries( $id, $settings ),
			'keeps'         => $kept,
			'by'            => 'ajax',
			'fields'        => $fields,
			'notifications' => $told,
			'captcha'       => array_values( array_unique( $captcha ) ),
			'does'          => self::deeds( $actions ),
			'marks'         => self::marks( $id ),
		);
	}

	/**
	 * What runs beside entry and mails. A payment is never tried; the rest is taken from the list of actions, or off the hooks.
	 *
	 * @param object[] $actions Of the form.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function deeds( array $actions ): array {
		$deeds = array();
		foreach ( $actions as $action ) {
			$type = (string) $action->get_setting( 'type' );
			if ( $action->get_setting( 'active' ) && ! in_array( $type, self::HARMLESS, true ) ) {
				$deed         = Deeds::one( $type, self::text( $action->get_setting( 'label' ), $type ), true );
				$deed['held'] = 'payment' !== $deed['what'];
				$deeds[]      = $deed;
			}
		}
		return array_merge( $deeds, Late_Hold::deeds( self::HOOKS, self::OWN ) );
	}

	/**
	 * One mail.
	 *
	 * @param object                $action The plugin's model of it.
	 * @param bool                  $on     Whether it is sent.
	 * @param array<string, string> $by_key The fields' names.
	 * @return array<string, mixed>
	 */
	private static function notification( object $action, bool $on, array $by_key ): array {
		$mail   = new Form_Mail(
			static function ( string $tag ) use ( $by_key ): string {
				return preg_match( '/^field:([^:]+)/', $tag, $found ) ? $by_key[ $found[1] ] ?? $found[1] : $tag;
			}
		);
		$sender = $action->get_setting( 'from_address' );
		$title  = self::text( $action->get_setting( 'label' ), '' );
		return $mail->told( (string) $action->get_id(), $title, $on, $action->get_setting( 'to' ), $sender ? $sender : get_option( 'admin_email' ) );
	}

	/**
	 * Whether a visitor may send it: not while the form is being updated, and not where only those may who are logged in.
	 *
	 * @param int                  $id       Of the form.
	 * @param array<string, mixed> $settings Its own.
	 */
	private static function takes_entries( int $id, array $settings ): bool {
		$maintenance = is_callable( array( '\WPN_Helper', 'form_in_maintenance' ) ) && \WPN_Helper::form_in_maintenance( $id );
		return ! $maintenance && empty( $settings['logged_in'] );
	}

	/**
	 * The actions of a form, as they are in the database.
	 *
	 * @param int $id Of the form.
	 * @return object[]
	 */
	public static function actions( int $id ): array {
		return array_filter( (array) \Ninja_Forms()->form( $id )->get_actions(), 'is_object' );
	}

	/**
	 * A label as plain text.
	 *
	 * @param mixed  $written  By the form's author.
	 * @param string $fallback Where there is none.
	 */
	private static function text( $written, string $fallback ): string {
		$text = is_scalar( $written ) ? trim( wp_strip_all_tags( (string) $written ) ) : '';
		return '' === $text ? $fallback : $text;
	}

	/**
	 * Ways in which a page's content shows this form.
	 *
	 * @param int $id Of the form.
	 * @return string[]
	 */
	private static function marks( int $id ): array {
		$marks = array( "<!-- wp:ninja-forms/form %\"formID\":$id" );
		foreach ( array( 'ninja_form', 'ninja_forms', 'ninja_forms_display_form' ) as $name ) {
			array_push( $marks, "[$name %id=\"$id\"", "[$name %id='$id'", "[$name %id=$id" );
		}
		return $marks;
	}
}
