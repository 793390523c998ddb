<?php
/**
 * The forms of Formidable as its tables tell them; what runs on an entry are actions, a post each, the mail among them.
 *
 * Known from Formidable Forms 6.34 (classes/models/FrmForm.php, FrmField.php, FrmFormAction.php, FrmEmail.php).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Formidable_Forms {

	/** Classes that are the plugin's own, those of Pro too. */
	const OWN = array( 'FrmAppHelper', 'FrmProAppHelper' );

	/** Behind the looks at the entry. `%d` is the form. */
	const HOOKS = array(
		'frm_after_create_entry',
		'frm_after_create_entry_%d',
		'frm_process_entry',
		'frm_after_entry_processed',
		'frm_notification',
	);

	/** Actions that a test entry may run: the visitor is answered, and a mail is sent. */
	const HARMLESS = array( 'on_submit', 'email' );

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'name'        => 'text',
		'phone'       => 'tel',
		'rte'         => 'textarea',
		'gdpr'        => 'consent',
		'credit_card' => 'payment',
		'product'     => 'payment',
		'scale'       => 'radio',
		'star'        => 'radio',
		'toggle'      => 'checkbox',
		'quantity'    => 'number',
		'range'       => 'number',
	);

	/** What takes no answer. */
	const NO_FIELDS = array( 'html', 'divider', 'end_divider', 'break', 'submit', 'summary', 'captcha', 'user_id', 'gateway', 'total' );

	/** Gateways, by the names of their actions. */
	const PAYMENTS = array( 'payment', 'stripe', 'square', 'paypal', 'paypal-legacy' );

	/**
	 * All that are no templates and no parts of others.
	 *
	 * @return array<int, array<string, mixed>> As the protocol has them, with `marks` for `pages`.
	 */
	public static function all(): array {
		$kept  = array(
			'is_template'    => 0,
			'parent_form_id' => array( null, 0 ),
			'status'         => array( null, '', 'published', 'draft' ),
		);
		$forms = array();
		foreach ( (array) \FrmForm::getAll( $kept, 'id' ) as $form ) {
			if ( is_object( $form ) ) {
				$forms[] = self::one( $form );
			}
		}
		return $forms;
	}

	/**
	 * A field's name as the events have it: its label.
	 *
	 * @param object $field The plugin's row.
	 */
	public static function field( object $field ): string {
		$label = trim( wp_strip_all_tags( (string) $field->name ) );
		return '' === $label ? 'field' . $field->id : $label;
	}

	/**
	 * The hooks of one form.
	 *
	 * @param int $id Of the form.
	 * @return string[]
	 */
	public static function hooks( int $id ): array {
		return array_map(
			static function ( string $hook ) use ( $id ): string {
				return sprintf( $hook, $id );
			},
			self::HOOKS
		);
	}

	/**
	 * The actions of a form that run when an entry comes and that a test entry may not run.
	 *
	 * @param int $id Of the form.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function deeds( int $id ): array {
		$deeds = array();
		foreach ( self::actions( $id ) as $action ) {
			$type = (string) $action->post_excerpt;
			if ( ! in_array( $type, self::HARMLESS, true ) && self::runs( $action ) ) {
				$payment = in_array( $type, self::PAYMENTS, true );
				$deeds[] = array(
					'what' => $payment ? 'payment' : Deeds::kind( $type ),
					'name' => '' === $action->post_title ? $type : $action->post_title,
					'held' => ! $payment,
				);
			}
		}
		return $deeds;
	}

	/**
	 * One form.
	 *
	 * @param object $form The plugin's row.
	 * @return array<string, mixed>
	 */
	private static function one( object $form ): array {
		$id      = (int) $form->id;
		$options = (array) $form->options;
		$fields  = array();
		$names   = array();
		$captcha = array();
		foreach ( (array) \FrmField::get_all_for_form( $id ) as $field ) {
			$type                       = (string) $field->type;
			$names[ $field->id ]        = self::field( $field );
			$names[ $field->field_key ] = self::field( $field );
			if ( 'captcha' === $type ) {
				$captcha = self::captcha();
			} elseif ( ! in_array( $type, self::NO_FIELDS, true ) ) {
				$fields[] = array(
					'name'     => self::field( $field ),
					'type'     => self::TYPES[ $type ] ?? $type,
					'label'    => self::field( $field ),
					'required' => (bool) $field->required,
				);
			}
		}
		return array(
			'plugin'        => 'formidable',
			'form'          => (string) $id,
			'title'         => (string) $form->name,
			// Where only those may send it who are logged in, a visitor may not.
			'on'            => 'draft' !== $form->status && empty( $form->logged_in ),
			'keeps'         => empty( $options['no_save'] ),
			'by'            => empty( $options['ajax_submit'] ) ? 'page' : 'ajax',
			'fields'        => $fields,
			'notifications' => self::notifications( $id, $names ),
			'captcha'       => $captcha,
			'does'          => array_merge( self::deeds( $id ), Late_Hold::deeds( self::hooks( $id ), self::OWN ) ),
			'marks'         => self::marks( $id, (string) $form->form_key ),
		);
	}

	/**
	 * The mails of a form that an entry sends; those of other events (an update, a payment) are not its answer.
	 *
	 * @param int                       $id    Of the form.
	 * @param array<int|string, string> $names Of its fields, by id and by key.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( int $id, array $names ): array {
		$settings = \FrmAppHelper::get_settings();
		$admin    = (string) get_option( 'admin_email' );
		$mail     = new Form_Mail(
			static function ( string $tag ) use ( $names ): string {
				return $names[ $tag ] ?? $tag;
			},
			array(
				'sitename'           => '',
				'default-email'      => empty( $settings->default_email ) ? $admin : (string) $settings->default_email,
				'default-from-email' => empty( $settings->from_email ) ? $admin : (string) $settings->from_email,
			)
		);
		$told     = array();
		foreach ( self::actions( $id ) as $action ) {
			$set = (array) $action->post_content;
			if ( 'email' === $action->post_excerpt && in_array( 'create', (array) ( $set['event'] ?? array() ), true ) ) {
				$from   = empty( $set['from'] ) ? '[default-from-email]' : $set['from'];
				$told[] = $mail->told( (string) $action->ID, (string) $action->post_title, self::runs( $action ), $set['email_to'] ?? '', $from );
			}
		}
		return $told;
	}

	/**
	 * Whether an action runs when an entry comes.
	 *
	 * @param object $action A post.
	 */
	private static function runs( object $action ): bool {
		return 'publish' === $action->post_status && in_array( 'create', (array) ( $action->post_content['event'] ?? array() ), true );
	}

	/**
	 * The actions of a form, those too that are off.
	 *
	 * @param int $id Of the form.
	 * @return object[] Posts; `post_excerpt` is the action's kind, `post_content` its settings.
	 */
	private static function actions( int $id ): array {
		return array_filter( (array) \FrmFormAction::get_action_for_form( $id, 'all', array( 'post_status' => 'any' ) ), 'is_object' );
	}

	/**
	 * The captcha of the site, where it has a key: without one the field shows nothing and asks nothing.
	 *
	 * @return string[]
	 */
	private static function captcha(): array {
		$settings = \FrmAppHelper::get_settings();
		$kind     = (string) ( $settings->active_captcha ?? 'recaptcha' );
		$prefixes = array(
			'recaptcha' => '',
			'hcaptcha'  => 'hcaptcha_',
			'turnstile' => 'turnstile_',
		);
		return isset( $prefixes[ $kind ] ) && ! empty( $settings->{ $prefixes[ $kind ] . 'pubkey' } ) ? array( $kind ) : array();
	}

	/**
	 * Ways in which a page's content shows this form.
	 *
	 * @param int    $id  Of the form.
	 * @param string $key Its other name.
	 * @return string[]
	 */
	private static function marks( int $id, string $key ): array {
		$marks = array( "<!-- wp:formidable/simple-form %\"formId\":\"$id\"" );
		foreach ( array( 'id' => (string) $id, 'key' => $key ) as $by => $what ) {
			if ( '' !== $what ) {
				array_push( $marks, "[formidable %$by=\"$what\"", "[formidable %$by='$what'", "[formidable %$by=$what" );
			}
		}
		return $marks;
	}
}
