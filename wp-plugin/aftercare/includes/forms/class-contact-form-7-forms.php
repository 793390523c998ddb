<?php
/**
 * What Contact Form 7 knows of its forms: fields by their tags, the two mails, and what its own validator finds wrong.
 *
 * Properties and services as in includes/contact-form.php, includes/config-validator/ and modules/ of 6.1.6.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Address;
use Aftercare\Forms;

final class Contact_Form_7_Forms {

	/** Kinds of tags that stand for a captcha. */
	const CAPTCHAS = array(
		'quiz'      => 'quiz',
		'captchar'  => 'image',
		'honeypot'  => 'honeypot',
		'recaptcha' => 'recaptcha',
		'turnstile' => 'turnstile',
	);

	/** Tags with a name that no visitor fills. */
	const NO_FIELDS = array( 'captchac', 'submit', 'honeypot', 'response', 'count' );

	/**
	 * All forms.
	 *
	 * @param array<int, array<string, mixed>> ...$deeds What other plugins do with an entry.
	 * @return array<int, array<string, mixed>>
	 */
	public static function told( array ...$deeds ): array {
		$does  = array_merge( ...$deeds );
		$forms = array();
		foreach ( \WPCF7_ContactForm::find( array( 'posts_per_page' => Forms::MOST ) ) as $form ) {
			$forms[] = self::form( $form, $does );
		}
		return $forms;
	}

	/** Whether Brevo (Sendinblue) gets entries. */
	public static function uses_brevo(): bool {
		return class_exists( 'WPCF7_Sendinblue' ) && \WPCF7_Sendinblue::get_instance()->is_active();
	}

	/**
	 * One form.
	 *
	 * @param \WPCF7_ContactForm               $form The form.
	 * @param array<int, array<string, mixed>> $does What other plugins do with an entry.
	 * @return array<string, mixed>
	 */
	private static function form( \WPCF7_ContactForm $form, array $does ): array {
		$id     = $form->id();
		$fields = array();
		$kinds  = self::services();
		foreach ( $form->scan_form_tags() as $tag ) {
			$kinds[] = self::CAPTCHAS[ $tag->basetype ] ?? '';
			if ( 'stripe' === $tag->basetype ) {
				$does[] = array(
					'what' => 'payment',
					'name' => 'Stripe',
					'held' => false,
				);
			} elseif ( '' !== (string) $tag->name && ! in_array( $tag->basetype, self::NO_FIELDS, true ) ) {
				$fields[ $tag->name ] = array(
					'name'     => $tag->name,
					'type'     => 'acceptance' === $tag->basetype ? 'consent' : $tag->basetype,
					'label'    => self::label( (string) $form->prop( 'form' ), $tag->name ),
					'required' => $tag->is_required() || ( 'acceptance' === $tag->basetype && ! self::is_optional( $tag ) ),
				);
			}
		}
		if ( self::uses_brevo() && ! empty( ( (array) $form->prop( 'sendinblue' ) )['enable_contact_list'] ) ) {
			$does[] = array(
				'what' => 'newsletter',
				'name' => 'Brevo',
				'held' => true,
			);
		}
		$hash = method_exists( $form, 'hash' ) ? (string) $form->hash() : '';
		return array(
			'form'          => (string) $id,
			'title'         => (string) $form->title(),
			'on'            => ! $form->is_true( 'subscribers_only' ),
			'keeps'         => class_exists( 'Flamingo_Inbound_Message' ) && ! $form->is_true( 'do_not_store' ),
			'by'            => 'rest',
			'fields'        => array_values( $fields ),
			'notifications' => self::notifications( $form ),
			'captcha'       => array_values( array_filter( array_unique( $kinds ) ) ),
			'does'          => $does,
			'marks'         => array_merge(
				array( "[contact-form-7 %id=\"$id\"", "<!-- wp:contact-form-7/contact-form-selector %\"id\":$id" ),
				'' === $hash ? array() : array( "[contact-form-7 %id=\"$hash%" ) // A longer piece of it is the same form.
			),
		);
	}

	/**
	 * Its two mails; of the second only where it was ever written.
	 *
	 * @param \WPCF7_ContactForm $form The form.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( \WPCF7_ContactForm $form ): array {
		$problems = self::problems( $form );
		$mails    = array();
		foreach ( array( 'mail', 'mail_2' ) as $name ) {
			$mail = (array) $form->prop( $name );
			if ( '' === trim( (string) ( $mail['recipient'] ?? '' ) ) && 'mail_2' === $name ) {
				continue;
			}
			$mails[] = array(
				'id'      => $name,
				'title'   => 'mail' === $name ? 'Mail' : 'Mail (2)',
				'on'      => ( 'mail' === $name || ! empty( $mail['active'] ) ) && ! $form->is_true( 'skip_mail' ) && ! $form->is_true( 'demo_mode' ),
				'problem' => $problems[ $name ] ?? '',
			)
			+ Form_Address::recipients( (string) ( $mail['recipient'] ?? '' ) )
			+ Form_Address::sender( (string) ( $mail['sender'] ?? '' ) );
		}
		return $mails;
	}

	/**
	 * What the plugin's own validator found when the form was last saved: "sender: … (email_not_in_site_domain)".
	 *
	 * @param \WPCF7_ContactForm $form The form.
	 * @return array<string, string> By mail and mail_2.
	 */
	private static function problems( \WPCF7_ContactForm $form ): array {
		$found = array();
		foreach ( (array) get_post_meta( $form->id(), '_config_validation', true ) as $section => $errors ) {
			if ( ! preg_match( '/^(mail(?:_2)?)\.(\w+)$/D', (string) $section, $part ) ) {
				continue;
			}
			foreach ( (array) $errors as $error ) {
				$says                = trim( (string) ( $error['args']['message'] ?? '' ) );
				$found[ $part[1] ][] = "$part[2]: " . ( '' === $says ? '' : "$says " ) . '(' . (string) ( $error['code'] ?? '' ) . ')';
			}
		}
		return array_map(
			static function ( array $lines ): string {
				return implode( '; ', $lines );
			},
			$found
		);
	}

	/**
	 * Captchas that are on for all forms.
	 *
	 * @return string[]
	 */
	private static function services(): array {
		$on = array();
		foreach ( array( 'recaptcha' => 'WPCF7_RECAPTCHA', 'turnstile' => 'WPCF7_Turnstile' ) as $kind => $class ) {
			if ( class_exists( $class ) && $class::get_instance()->is_active() ) {
				$on[] = $kind;
			}
		}
		return $on;
	}

	/**
	 * The words of the label around a field's tag.
	 *
	 * @param string $template The form's.
	 * @param string $name     The field's.
	 */
	private static function label( string $template, string $name ): string {
		$tag = '\[[a-z_]+\*?\s+' . preg_quote( $name, '/' ) . '(?=[\s\]])';
		return preg_match( "/<label[^>]*>((?:(?!<\/label>).)*?)$tag/s", $template, $found ) ? trim( wp_strip_all_tags( $found[1] ) ) : '';
	}

	/**
	 * Whether an acceptance box may be left empty.
	 *
	 * @param object $tag The form's tag.
	 */
	private static function is_optional( $tag ): bool {
		return method_exists( $tag, 'has_option' ) && $tag->has_option( 'optional' );
	}
}
