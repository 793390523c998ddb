<?php
/**
 * The forms of Jetpack as the pages, widgets and templates have them that they stand in; each is made up by the plugin
 * itself, so that its fields have the names that visitors send.
 *
 * Known from Jetpack 16.1.2 (its package jetpack-forms 7.24.0: class-contact-form.php, class-contact-form-field.php,
 * class-util.php).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Address;
use Automattic\Jetpack\Forms\ContactForm\Contact_Form;
use Automattic\Jetpack\Forms\ContactForm\Contact_Form_Plugin;

final class Jetpack_Forms {

	/** Behind the looks at the entry. */
	const HOOKS = array( 'grunion_after_feedback_post_inserted', 'grunion_pre_message_sent', 'grunion_after_message_sent' );

	/** The attributes of a form by which something else gets its entries, by the protocol's kinds. */
	const CONNECTED = array(
		'webhooks'       => 'webhook',
		'postToUrl'      => 'webhook',
		'salesforceData' => 'crm',
		'mailpoet'       => 'newsletter',
		'hostingerReach' => 'newsletter',
	);

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'name'              => 'text',
		'subject'           => 'text',
		'telephone'         => 'tel',
		'phone'             => 'tel',
		'checkbox-multiple' => 'checkbox',
		'image-select'      => 'radio',
		'rating'            => 'radio',
		'slider'            => 'number',
	);

	/**
	 * All forms that visitors see.
	 *
	 * @param array<int, array<string, mixed>> $does What other plugins do with every entry.
	 * @return array<int, array<string, mixed>> As Lists_Forms has them.
	 */
	public static function all( array $does ): array {
		$forms = array();
		foreach ( Jetpack_Places::all() as $place ) {
			foreach ( Jetpack_Places::made( $place ) as $number => $form ) {
				$forms[] = array( 'does' => array_merge( $does, self::connected_with( $form ) ) ) + self::one( $place, $number, $form );
			}
		}
		return $forms;
	}

	/**
	 * The form that a visitor posts.
	 *
	 * @param string $id     As `contact-form-id` has it.
	 * @param bool   $signed Whether the page's token came with it.
	 * @return array{form: string, title: string}|null Null where there is none.
	 */
	public static function named( string $id, bool $signed ): ?array {
		$place = Jetpack_Places::of( $id );
		if ( null === $place ) {
			return null;
		}
		$count = count( Jetpack_Places::roots( $place['content'] ) );
		if ( 0 === $count && ! $signed ) {
			return null; // A page builder or a theme shows it, or a robot guesses: the token tells.
		}
		// What renders a page twice numbers its forms on.
		$number = (int) substr( (string) strrchr( substr( $id, strlen( $place['id'] ) ), '-' ), 1 ) % max( 1, $count );
		return array(
			'form'  => self::id( $place, $number ),
			'title' => self::title( $place, $number ),
		);
	}

	/**
	 * What the plugin found wrong with the form that was posted.
	 *
	 * @return string[] Its fields' names, and the plugin's own codes.
	 */
	public static function errors(): array {
		if ( ! class_exists( Contact_Form::class, false ) ) {
			return array();
		}
		$all   = property_exists( Contact_Form::class, 'static_errors' ) ? Contact_Form::$static_errors : array_column( Contact_Form::$forms, 'errors' );
		$codes = array();
		foreach ( $all as $errors ) {
			$codes = is_wp_error( $errors ) ? array_merge( $codes, $errors->get_error_codes() ) : $codes;
		}
		return array_values( array_unique( array_map( 'strval', $codes ) ) );
	}

	/**
	 * Nothing else gets this entry, whatever the form is connected with.
	 *
	 * @param mixed $post   Of the entry.
	 * @param mixed $fields The form's.
	 */
	public static function disconnect( $post, $fields = array() ): void {
		foreach ( (array) $fields as $field ) {
			if ( isset( $field->form ) && is_object( $field->form ) ) {
				$field->form->attributes = array_merge( (array) $field->form->attributes, array_fill_keys( array_keys( self::CONNECTED ), array() ), array( 'jetpackCRM' => false ) );
			}
		}
	}

	/**
	 * An entry as Shows_An_Entry has it. It names its place; which form there it is of, its fields' names tell.
	 *
	 * @param int $id Of its post.
	 * @return array{form: string, at: int, spam: bool, spam_by: string}|null
	 */
	public static function entry( int $id ): ?array {
		$post = get_post( $id );
		if ( ! $post instanceof \WP_Post || 'feedback' !== $post->post_type ) {
			return null;
		}
		$data  = json_decode( $post->post_content, true );
		$data  = is_array( $data ) ? $data : array();
		$kind  = str_replace( '_', '-', (string) ( $data['source_type'] ?? 'single' ) );
		$name  = (string) ( $data['source_id'] ?? $post->post_parent );
		$at    = 'single' === $kind ? $name : "$kind-$name";
		$place = Jetpack_Places::of( $at );
		$form  = self::plain( $at );
		$names = array_column( (array) ( $data['fields'] ?? array() ), 'form_field_id' );
		foreach ( null === $place ? array() : Jetpack_Places::made( $place ) as $number => $made ) {
			if ( null !== $made && array_map( 'strval', array_keys( $made->fields ) ) === $names ) {
				$form = self::id( $place, $number );
				break;
			}
		}
		return array(
			'form'    => $form,
			'at'      => (int) get_post_timestamp( $post ),
			'spam'    => in_array( $post->post_status, array( 'spam', 'trash' ), true ),
			'spam_by' => '',
		);
	}

	/**
	 * Deletes an entry, and counts the unread ones again.
	 *
	 * @param int $id Of its post.
	 */
	public static function forget( int $id ): bool {
		$post = get_post( $id );
		if ( $post instanceof \WP_Post && 'feedback' === $post->post_type ) {
			wp_delete_post( $id, true );
			if ( is_callable( array( Contact_Form_Plugin::class, 'recalculate_unread_count' ) ) ) {
				Contact_Form_Plugin::recalculate_unread_count();
			}
		}
		$post = get_post( $id );
		return ! $post instanceof \WP_Post || 'feedback' !== $post->post_type;
	}

	/**
	 * One form.
	 *
	 * @param array<string, mixed> $place  Where it stands.
	 * @param int                  $number Which one there, from 0.
	 * @param object|null          $form   The plugin's own; null where it could not make it up.
	 * @return array<string, mixed>
	 */
	private static function one( array $place, int $number, ?object $form ): array {
		$told = array(
			'form'  => self::id( $place, $number ),
			'title' => self::title( $place, $number ),
			'pages' => $place['pages'],
		);
		if ( null === $form ) {
			return $told;
		}
		$get    = static function ( string $name ) use ( $form ) {
			return $form->get_attribute( $name );
		};
		$fields = array();
		foreach ( (array) $form->fields as $id => $field ) {
			$type     = (string) $field->get_attribute( 'type' );
			$fields[] = array(
				'name'     => (string) $id,
				'type'     => self::TYPES[ $type ] ?? $type,
				'label'    => (string) $field->get_attribute( 'label' ),
				'required' => (bool) $field->get_attribute( 'required' ),
			);
		}
		$ajax = ! empty( $form->is_response_without_reload_enabled ) && ! ( method_exists( $form, 'has_custom_redirect' ) && $form->has_custom_redirect() );
		return $told + array(
			'keeps'         => 'no' !== $get( 'saveResponses' ),
			'by'            => $ajax ? 'ajax' : 'page',
			'fields'        => $fields,
			'notifications' => array( self::notification( $form ) ),
		);
	}

	/**
	 * The one mail of a form: to whom the form says, or else to the page's author or the site's admin.
	 *
	 * @param object $form The plugin's own.
	 * @return array<string, mixed>
	 */
	private static function notification( object $form ): array {
		$written = str_replace( ' ', '', (string) $form->get_attribute( 'to' ) );
		$sound   = array_filter( explode( ',', $written ), 'is_email' );
		$default = (string) ( $form->defaults['to'] ?? '' );
		$host    = (string) preg_replace( '/^www\./', '', (string) wp_parse_url( site_url(), PHP_URL_HOST ) );
		$to      = implode( ',', $sound ? $sound : array( '' === $default ? (string) get_option( 'admin_email' ) : $default ) );
		return array(
			'id'      => 'email',
			'title'   => (string) $form->get_attribute( 'subject' ),
			'on'      => 'no' !== $form->get_attribute( 'emailNotifications' ),
			'problem' => $sound || '' === $written ? '' : 'What stands as its recipient is no address: it goes to the author of the page, or to the site\'s admin.',
		) + Form_Address::recipients( $to ) + Form_Address::sender( "wordpress@$host" );
	}

	/**
	 * What the form itself is connected with.
	 *
	 * @param object|null $form The plugin's own.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	private static function connected_with( ?object $form ): array {
		$deeds = array();
		foreach ( null === $form ? array() : self::CONNECTED as $attribute => $what ) {
			foreach ( self::connected( $attribute, $form->get_attribute( $attribute ) ) as $name ) {
				$deeds[] = array(
					'what' => $what,
					'name' => $name,
					'held' => true,
				);
			}
		}
		return $deeds;
	}

	/**
	 * Names of what an attribute connects.
	 *
	 * @param string $attribute One of CONNECTED.
	 * @param mixed  $value     Its value.
	 * @return string[]
	 */
	private static function connected( string $attribute, $value ): array {
		$value = is_array( $value ) ? $value : array();
		if ( 'salesforceData' === $attribute ) {
			return empty( $value['organizationId'] ) ? array() : array( 'Salesforce' );
		}
		if ( 'mailpoet' === $attribute || 'hostingerReach' === $attribute ) {
			return empty( $value['enabledForForm'] ) ? array() : array( 'mailpoet' === $attribute ? 'MailPoet' : 'Hostinger Reach' );
		}
		$names = array();
		foreach ( 'postToUrl' === $attribute ? array( $value ) : $value as $hook ) {
			if ( is_array( $hook ) && ! empty( $hook['enabled'] ) && ! empty( $hook['url'] ) ) {
				$names[] = 'webhook to ' . (string) wp_parse_url( (string) $hook['url'], PHP_URL_HOST );
			}
		}
		return $names;
	}

	/**
	 * As `contact-form-id` names it, but short and without the slashes of a template's name.
	 *
	 * @param array<string, mixed> $place  Where it stands.
	 * @param int                  $number Which one there.
	 */
	private static function id( array $place, int $number ): string {
		return self::plain( $place['id'] ) . ( $number ? "-$number" : '' );
	}

	/**
	 * A name of at most 60 signs.
	 *
	 * @param string $id Of a place.
	 */
	private static function plain( string $id ): string {
		$plain = (string) preg_replace( '/[^A-Za-z0-9_.-]+/', '-', $id );
		return strlen( $plain ) > 60 ? substr( $plain, 0, 47 ) . '-' . substr( md5( $id ), 0, 12 ) : $plain;
	}

	/**
	 * As people find it.
	 *
	 * @param array<string, mixed> $place  Where it stands.
	 * @param int                  $number Which one there.
	 */
	private static function title( array $place, int $number ): string {
		return $place['title'] . ( $number ? ' (' . ( $number + 1 ) . ')' : '' );
	}
}
