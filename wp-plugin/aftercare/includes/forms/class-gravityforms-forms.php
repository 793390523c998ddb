<?php
/**
 * The forms of Gravity Forms as its own API tells them, and what else its add-ons do with an entry.
 *
 * Known from Gravity Forms 2.10.2 (includes/api.php, common.php, form_display.php, includes/addon/class-gf-feed-addon.php).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Gravityforms_Forms {

	/** Classes that are the plugin's own; its add-ons have folders of their own. */
	const OWN = array( 'GFForms' );

	/** Behind the looks at the entry; each once more with `_` and the form's id. */
	const HOOKS = array( 'gform_entry_created', 'gform_entry_post_save', 'gform_after_submission', 'gform_post_submission' );

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'name'         => 'text',
		'phone'        => 'tel',
		'website'      => 'url',
		'fileupload'   => 'file',
		'post_image'   => 'file',
		'multiselect'  => 'select',
		'image_choice' => 'radio',
		'creditcard'   => 'payment',
		'product'      => 'number',
		'quantity'     => 'number',
		'post_content' => 'textarea',
		'post_excerpt' => 'textarea',
		'post_title'   => 'text',
		'post_tags'    => 'text',
		'textarea'     => 'textarea',
	);

	/** What takes no answer. */
	const NO_FIELDS = array( 'html', 'section', 'page', 'honeypot', 'submit', 'total', 'shipping', 'captcha', 'turnstile', 'hcaptcha' );

	/** Fields that ask whether a visitor is human, by what they are called for people. */
	const CAPTCHAS = array(
		'captcha'   => 'recaptcha',
		'turnstile' => 'turnstile',
		'hcaptcha'  => 'hcaptcha',
	);

	/**
	 * All that are not in the trash.
	 *
	 * @return array<int, array<string, mixed>> As Lists_Forms has them.
	 */
	public static function all(): array {
		$does  = Late_Hold::deeds( self::HOOKS, self::OWN );
		$forms = array();
		foreach ( array_merge( (array) \GFAPI::get_forms( true ), (array) \GFAPI::get_forms( false ) ) as $form ) {
			if ( is_array( $form ) && ! empty( $form['id'] ) ) {
				$forms[] = self::one( $form, $does );
			}
		}
		return $forms;
	}

	/**
	 * The hooks behind the looks at one form's entry.
	 *
	 * @param int $id Of the form.
	 * @return string[]
	 */
	public static function hooks( int $id ): array {
		$hooks = self::HOOKS;
		foreach ( self::HOOKS as $hook ) {
			$hooks[] = "{$hook}_$id";
		}
		return $hooks;
	}

	/**
	 * A form that asks no visitor whether he is human.
	 *
	 * @param mixed $form The form that is about to be looked at.
	 * @return mixed
	 */
	public static function unguarded( $form ) {
		if ( ! is_array( $form ) || ! is_array( $form['fields'] ?? null ) ) {
			return $form;
		}
		$form['enableHoneypot']         = false;
		$form['enableSubmitSpeedCheck'] = false;
		$form['fields']                 = array_values(
			array_filter(
				$form['fields'],
				static function ( $field ): bool {
					return ! isset( self::CAPTCHAS[ (string) ( $field['type'] ?? '' ) ] );
				}
			)
		);
		return $form;
	}

	/**
	 * An entry as Shows_An_Entry has it. Who called it spam stands in the plugin's own note.
	 *
	 * @param int $id Its id.
	 * @return array{form: string, at: int, spam: bool, spam_by: string}|null
	 */
	public static function entry( int $id ): ?array {
		$entry = \GFAPI::get_entry( $id );
		if ( ! is_array( $entry ) ) {
			return null;
		}
		$spam  = 'spam' === $entry['status'];
		$words = __( 'This entry has been flagged as spam.', 'gravityforms' ); // phpcs:ignore WordPress.WP.I18n.TextDomainMismatch -- as that plugin wrote it.
		$by    = '';
		foreach ( $spam && method_exists( 'GFAPI', 'get_notes' ) ? (array) \GFAPI::get_notes( array( 'entry_id' => $id ) ) : array() as $note ) {
			$by = is_object( $note ) && 0 === strpos( (string) $note->value, $words ) ? (string) $note->user_name : $by;
		}
		return array(
			'form'    => (string) $entry['form_id'],
			'at'      => (int) strtotime( $entry['date_created'] . ' UTC' ),
			'spam'    => $spam,
			'spam_by' => $by,
		);
	}

	/**
	 * A field's name as the events have it: its label.
	 *
	 * @param array<string, mixed> $form Its form.
	 * @param string               $id   Of the field, or of one of its inputs.
	 */
	private static function field( array $form, string $id ): string {
		foreach ( (array) ( $form['fields'] ?? array() ) as $field ) {
			if ( (string) (int) $id === (string) ( $field['id'] ?? '' ) ) {
				return self::label( $field );
			}
		}
		return $id;
	}

	/**
	 * What a field is called.
	 *
	 * @param mixed $field The plugin's own.
	 */
	private static function label( $field ): string {
		$label = trim( wp_strip_all_tags( (string) ( $field['label'] ?? '' ) ) );
		return '' === $label ? (string) ( $field['id'] ?? '' ) : $label;
	}

	/**
	 * One form.
	 *
	 * @param array<string, mixed>             $form The plugin's own.
	 * @param array<int, array<string, mixed>> $does What other plugins do with every entry.
	 * @return array<string, mixed>
	 */
	private static function one( array $form, array $does ): array {
		$id      = (int) $form['id'];
		$fields  = array();
		$captcha = array();
		$posts   = false;
		foreach ( (array) ( $form['fields'] ?? array() ) as $field ) {
			$type  = (string) ( $field['type'] ?? '' );
			$posts = $posts || in_array( $type, array( 'post_title', 'post_content', 'post_excerpt' ), true );
			if ( isset( self::CAPTCHAS[ $type ] ) ) {
				$asked     = (string) ( $field['captchaType'] ?? '' );
				$captcha[] = in_array( $asked, array( 'math', 'simple_captcha' ), true ) ? 'question' : self::CAPTCHAS[ $type ];
			}
			if ( in_array( $type, self::NO_FIELDS, true ) || 'administrative' === ( $field['visibility'] ?? '' ) ) {
				continue;
			}
			$fields[] = array(
				'name'     => self::label( $field ),
				'type'     => self::TYPES[ $type ] ?? $type,
				'label'    => self::label( $field ),
				'required' => ! empty( $field['isRequired'] ),
			);
		}
		$hooks = array_values( array_diff( self::hooks( $id ), self::HOOKS ) );
		$posts = $posts ? array( Deeds::one( 'post', 'a post of the entry', true ) ) : array();
		return array(
			'form'          => (string) $id,
			'title'         => (string) ( $form['title'] ?? '' ),
			'on'            => ! empty( $form['is_active'] ) && self::open( $form ),
			'keeps'         => true,
			'by'            => 'page',
			'fields'        => $fields,
			'notifications' => self::notifications( $form ),
			'captcha'       => array_values( array_unique( $captcha ) ),
			'does'          => array_merge( self::feeds( $id ), $posts, $does, Late_Hold::deeds( $hooks, self::OWN ) ),
			'marks'         => self::marks( $id ),
		);
	}

	/**
	 * Whether a visitor who is not logged in may send it now.
	 *
	 * @param array<string, mixed> $form The plugin's own.
	 */
	private static function open( array $form ): bool {
		if ( ! empty( $form['requireLogin'] ) ) {
			return false;
		}
		if ( empty( $form['scheduleForm'] ) && empty( $form['limitEntries'] ) ) {
			return true;
		}
		require_once \GFCommon::get_base_path() . '/form_display.php';
		return ! \GFFormDisplay::validate_form_schedule( $form ) && ! \GFFormDisplay::validate_entry_limit( $form );
	}

	/**
	 * The mails that a submission sends; those of a draft, a payment or a refund are others.
	 *
	 * @param array<string, mixed> $form The plugin's own.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( array $form ): array {
		$mail = new Form_Mail(
			static function ( string $tag ) use ( $form ): string {
				return preg_match( '/(?:^|:)(\d+(?:\.\d+)?)(?::|$)/', $tag, $found ) ? self::field( $form, $found[1] ) : $tag;
			}
		);
		$told = array();
		foreach ( (array) ( $form['notifications'] ?? array() ) as $id => $set ) {
			if ( ! is_array( $set ) || 'form_submission' !== ( $set['event'] ?? 'form_submission' ) ) {
				continue;
			}
			$to = $set['to'] ?? '';
			if ( 'field' === ( $set['toType'] ?? '' ) ) {
				$to = '{:' . ( empty( $set['toField'] ) ? $to : $set['toField'] ) . '}';
			} elseif ( 'routing' === ( $set['toType'] ?? '' ) && is_array( $set['routing'] ?? null ) ) {
				$to = array_column( $set['routing'], 'email' );
			}
			$on     = ! isset( $set['isActive'] ) || $set['isActive'];
			$from   = empty( $set['from'] ) ? '{admin_email}' : $set['from'];
			$told[] = $mail->told( (string) $id, (string) ( $set['name'] ?? '' ), (bool) $on, $to, $from );
		}
		return $told;
	}

	/**
	 * What the add-ons that are here do with an entry. A payment is taken while the form is looked at: it is not held.
	 *
	 * @param int $id Of the form.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	private static function feeds( int $id ): array {
		$deeds  = array();
		$addons = class_exists( 'GFAddOn' ) ? \GFAddOn::get_registered_addons( true ) : array();
		$feeds  = \GFAPI::get_feeds( null, $id );
		foreach ( is_array( $feeds ) ? $feeds : array() as $feed ) {
			foreach ( $addons as $addon ) {
				if ( ! is_object( $addon ) || $addon->get_slug() !== ( $feed['addon_slug'] ?? '' ) ) {
					continue;
				}
				$deed = Deeds::one( (string) preg_replace( '/^gravityforms-?/', '', $addon->get_slug() ), (string) $addon->get_short_title(), true );
				$pays = is_a( $addon, 'GFPaymentAddOn' );
				// The name of another may well sound like a payment's.
				$what = 'payment' === $deed['what'] ? 'other' : $deed['what'];

				$deeds[ $addon->get_slug() ] = array(
					'what' => $pays ? 'payment' : $what,
					'held' => ! $pays,
				) + $deed;
			}
		}
		return array_values( $deeds );
	}

	/**
	 * Ways in which a page's content shows this form.
	 *
	 * @param int $id Of the form.
	 * @return string[]
	 */
	private static function marks( int $id ): array {
		$marks = array( "<!-- wp:gravityforms/form {%\"formId\":\"$id\"", "<!-- wp:gravityforms/form {%\"formId\":$id" );
		foreach ( array( '[gravityform ', '[gravityforms ' ) as $code ) {
			array_push( $marks, "$code%id=\"$id\"", "$code%id='$id'", "$code%id=$id" );
		}
		return $marks;
	}
}
