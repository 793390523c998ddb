<?php
/**
 * The forms of Forminator as its own models tell them, and what else it does with an entry. Its polls and quizzes, and the
 * forms that stand before a quiz, are none.
 *
 * Known from Forminator 1.50.3 (library/class-api.php, library/model/class-custom-form-model.php,
 * library/modules/custom-forms/front/front-action.php, front-mail.php, library/helpers/helper-addon.php).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Forminator_Forms {

	/** Classes that are the plugin's own. */
	const OWN = array( 'Forminator' );

	/** Behind the looks at the entry. */
	const HOOKS = array(
		'forminator_custom_form_submit_before_set_fields',
		'forminator_custom_form_mail_after_send_mail',
		'forminator_form_after_save_entry',
		'forminator_form_after_handle_submit',
		'forminator_post_data_field_post_saved',
		'forminator_cform_process_purchase',
	);

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'name'         => 'text',
		'phone'        => 'tel',
		'address'      => 'text',
		'upload'       => 'file',
		'gdprcheckbox' => 'consent',
		'website'      => 'url',
		'calculation'  => 'number',
		'currency'     => 'number',
		'slider'       => 'number',
		'rating'       => 'number',
		'multivalue'   => 'checkbox',
		'paypal'       => 'payment',
		'stripe'       => 'payment',
		'stripe-ocs'   => 'payment',
		'postdata'     => 'text',
	);

	/** What takes no answer. */
	const NO_FIELDS = array( 'html', 'section', 'page-break', 'captcha', 'group' );

	/** Kinds of forms whose entry does what nobody can hold: what it does. */
	const KINDS = array(
		'registration' => 'registers a user',
		'login'        => 'logs a user in',
	);

	/** Fields whose entry does what nobody can hold: the protocol's kind, and the name. */
	const DOES = array(
		'stripe'     => array( 'payment', 'Stripe' ),
		'stripe-ocs' => array( 'payment', 'Stripe' ),
		'paypal'     => array( 'payment', 'PayPal' ),
		'postdata'   => array( 'other', 'a post of the entry' ),
	);

	/**
	 * All forms.
	 *
	 * @return array<int, array<string, mixed>> As Lists_Forms has them.
	 */
	public static function all(): array {
		$does  = Late_Hold::deeds( self::HOOKS, self::OWN );
		$forms = array();
		foreach ( (array) \Forminator_API::get_forms( null, 1, 500 ) as $form ) {
			if ( is_object( $form ) && 'leads' !== self::setting( $form, 'form-type' ) ) {
				$forms[] = self::one( $form, $does );
			}
		}
		return $forms;
	}

	/** No integration is connected with the form, for this request. */
	public static function disconnect(): void {
		foreach ( self::integrations() as $slug ) {
			add_filter( "forminator_addon_{$slug}_is_form_connected", '__return_false', PHP_INT_MAX );
		}
	}

	/**
	 * What was posted, without what a robot filled: the trap has the number after the last field's.
	 *
	 * @param mixed $posted Name → value.
	 * @param mixed $form   The plugin's own.
	 * @return mixed
	 */
	public static function untrapped( $posted, $form ) {
		if ( is_array( $posted ) && is_object( $form ) && method_exists( $form, 'get_real_fields' ) ) {
			unset( $posted[ 'input_' . ( count( $form->get_real_fields() ) + 1 ) ] );
		}
		return $posted;
	}

	/**
	 * An entry as Shows_An_Entry has it. Who called it spam is not noted; the time is the site's own.
	 *
	 * @param int $id Its id.
	 * @return array{form: string, at: int, spam: bool, spam_by: string}|null
	 */
	public static function entry( int $id ): ?array {
		$entry = new \Forminator_Form_Entry_Model( $id );
		return empty( $entry->entry_id ) ? null : array(
			'form'    => (string) $entry->form_id,
			'at'      => (int) strtotime( get_gmt_from_date( (string) $entry->date_created_sql ) . ' UTC' ),
			'spam'    => ! empty( $entry->is_spam ),
			'spam_by' => '',
		);
	}

	/**
	 * Deletes an entry with all that belongs to it.
	 *
	 * @param int $id Its id.
	 */
	public static function forget( int $id ): bool {
		if ( ! class_exists( 'Forminator_Form_Entry_Model' ) ) {
			return false;
		}
		\Forminator_Form_Entry_Model::delete_by_entry( $id );
		return empty( ( new \Forminator_Form_Entry_Model( $id ) )->entry_id );
	}

	/**
	 * One form.
	 *
	 * @param object                           $form The plugin's own.
	 * @param array<int, array<string, mixed>> $does What other plugins do with every entry.
	 * @return array<string, mixed>
	 */
	private static function one( object $form, array $does ): array {
		$id      = (int) $form->id;
		$fields  = array();
		$captcha = array();
		$kind    = self::KINDS[ self::setting( $form, 'form-type' ) ] ?? '';
		if ( '' !== $kind ) {
			$does[] = Deeds::one( 'user', $kind, false );
		}
		foreach ( $form->get_fields() as $field ) {
			$set  = (array) $field->to_formatted_array();
			$type = (string) ( $set['type'] ?? '' );
			if ( 'captcha' === $type ) {
				$captcha[] = (string) ( $set['captcha_provider'] ?? 'recaptcha' );
			}
			if ( isset( self::DOES[ $type ] ) ) {
				$does[] = array(
					'what' => self::DOES[ $type ][0],
					'name' => self::DOES[ $type ][1],
					'held' => false,
				);
			}
			if ( ! in_array( $type, self::NO_FIELDS, true ) ) {
				$fields = array_merge( $fields, self::field( (string) $field->slug, $type, $set ) );
			}
		}
		return array(
			'form'          => (string) $id,
			'title'         => '' === self::setting( $form, 'formName' ) ? (string) $form->name : self::setting( $form, 'formName' ),
			'on'            => 'publish' === $form->status && self::open( $form ),
			'keeps'         => ! $form->is_prevent_store(),
			'by'            => $form->is_ajax_submit() ? 'ajax' : 'page',
			'fields'        => $fields,
			'notifications' => self::notifications( $form ),
			'captcha'       => array_values( array_unique( $captcha ) ),
			'does'          => array_merge( self::connected( $id ), $does ),
			'marks'         => array( "[forminator_form %id=\"$id\"", "[forminator_form %id='$id'", "[forminator_form %id=$id", "<!-- wp:forminator/forms {%\"module_id\":\"$id\"" ),
		);
	}

	/**
	 * A field, or the parts of a name of several.
	 *
	 * @param string               $slug Its id.
	 * @param string               $type The plugin's kind.
	 * @param array<string, mixed> $set  Its settings.
	 * @return array<int, array<string, mixed>>
	 */
	private static function field( string $slug, string $type, array $set ): array {
		$is    = static function ( string $name ) use ( $set ): bool {
			return filter_var( $set[ $name ] ?? false, FILTER_VALIDATE_BOOLEAN );
		};
		$parts = array(
			'prefix' => 'prefix',
			'fname'  => 'first-name',
			'mname'  => 'middle-name',
			'lname'  => 'last-name',
		);
		$told  = array();
		foreach ( 'name' === $type && $is( 'multiple_name' ) ? $parts : array() as $part => $suffix ) {
			if ( $is( $part ) ) {
				$told[] = array(
					'name'     => "$slug-$suffix",
					'type'     => 'prefix' === $part ? 'select' : 'text',
					'label'    => (string) ( $set[ "{$part}_label" ] ?? '' ),
					'required' => $is( "{$part}_required" ),
				);
			}
		}
		return $told ? $told : array(
			array(
				'name'     => $slug,
				'type'     => self::TYPES[ $type ] ?? $type,
				'label'    => (string) ( $set['field_label'] ?? '' ),
				'required' => $is( 'required' ),
			),
		);
	}

	/**
	 * Whether a visitor who is not logged in may send it now.
	 *
	 * @param object $form The plugin's own.
	 */
	private static function open( object $form ): bool {
		if ( filter_var( self::setting( $form, 'logged-users' ), FILTER_VALIDATE_BOOLEAN ) ) {
			return false;
		}
		$ends = self::setting( $form, 'form-expire' );
		if ( 'submits' === $ends && (int) self::setting( $form, 'expire_submits' ) > 0 ) {
			return \Forminator_Form_Entry_Model::count_entries( (int) $form->id ) < (int) self::setting( $form, 'expire_submits' );
		}
		$date = self::setting( $form, 'expire_date' );
		return 'date' !== $ends || '' === $date || time() <= ( is_numeric( $date ) ? (int) $date / 1000 : (int) strtotime( $date ) );
	}

	/**
	 * The mails that a submission sends; that of a draft is another.
	 *
	 * @param object $form The plugin's own.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( object $form ): array {
		$mail = new Form_Mail(
			static function ( string $tag ): string {
				return $tag; // Fields go by their ids.
			}
		);
		$told = array();
		foreach ( (array) $form->notifications as $set ) {
			if ( ! is_array( $set ) || 'save_draft' === ( $set['type'] ?? '' ) ) {
				continue;
			}
			$to      = 'routing' === ( $set['email-recipients'] ?? '' ) ? array_column( (array) ( $set['routing'] ?? array() ), 'email' ) : ( $set['recipients'] ?? '' );
			$from    = (string) ( $set['form-email'] ?? '' );
			$from    = '' === $from && function_exists( 'get_global_sender_email_address' ) ? (string) \get_global_sender_email_address() : $from;
			$empty   = '' === trim( (string) ( $set['email-subject'] ?? '' ) ) || '' === trim( (string) ( $set['email-editor'] ?? '' ) );
			$problem = $empty ? 'Its subject or its text is empty: no mail is sent.' : '';
			$told[]  = $mail->told( (string) ( $set['slug'] ?? '' ), (string) ( $set['label'] ?? '' ), true, $to, $from, $problem );
		}
		return $told;
	}

	/**
	 * The integrations that get this form's entries.
	 *
	 * @param int $id Of the form.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	private static function connected( int $id ): array {
		$deeds   = array();
		$grouped = function_exists( 'forminator_get_registered_addons_grouped_by_module_connected' ) ? \forminator_get_registered_addons_grouped_by_module_connected( $id, 'form', true ) : array();
		foreach ( (array) ( $grouped['connected'] ?? array() ) as $one ) {
			$slug           = (string) ( $one['slug'] ?? '' );
			$deeds[ $slug ] = Deeds::one( 'googlesheet' === $slug ? 'sheets' : $slug, (string) ( $one['title'] ?? $slug ), true );
		}
		return array_values( $deeds );
	}

	/**
	 * The integrations that are there.
	 *
	 * @return string[] Their slugs.
	 */
	private static function integrations(): array {
		return class_exists( 'Forminator_Integration_Loader' ) ? array_map( 'strval', array_keys( \Forminator_Integration_Loader::get_instance()->get_addons()->to_array() ) ) : array();
	}

	/**
	 * One setting of a form.
	 *
	 * @param object $form The plugin's own.
	 * @param string $name Of the setting.
	 */
	private static function setting( object $form, string $name ): string {
		$value = $form->settings[ $name ] ?? '';
		return is_scalar( $value ) ? (string) $value : '';
	}
}
