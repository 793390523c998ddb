<?php
/**
 * Plugin Name: Jetpack stand-in
 * Description: Contact forms for tests. It fires the hooks of Jetpack's forms, in their order.
 * Version:     16.1.2
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of Jetpack 16.1.2 (its package jetpack-forms 7.24.0):
 *
 * - src/contact-form/class-contact-form-plugin.php   `process_form_submission()` on `template_redirect`, `ajax_request()`
 *                                                    by admin-ajax, the spam filters, the widget that is being shown
 * - src/contact-form/class-contact-form.php          `process_submission()`, `compute_id()`, `validate()`, the token
 * - src/contact-form/class-contact-form-field.php    a field's name
 * - src/blocks/contact-form/class-contact-form-block.php   outside of a page a link stands for the form
 *
 * The code is our own; nothing of theirs was copied. Jetpack itself must not be active beside it.
 *
 * @package Aftercare
 */

// phpcs:disable Generic.Files.OneObjectStructurePerFile, WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput, Universal.Namespaces -- The original's names, in one file; a visitor's form has no nonce, as the original's.

namespace Automattic\Jetpack\Forms\ContactForm {

	defined( 'ABSPATH' ) || exit;

	/** One field. */
	final class Contact_Form_Field {
		/** @var Contact_Form */
		public $form;

		/** @var array<string, string> */
		private $attributes;

		public function __construct( array $attributes, Contact_Form $form ) {
			$this->attributes = $attributes;
			$this->form       = $form;
		}

		public function get_attribute( string $name ): ?string {
			return $this->attributes[ $name ] ?? null;
		}

		public function validate(): void {
			if ( '1' === $this->get_attribute( 'required' ) && '' === trim( (string) ( $_POST[ $this->get_attribute( 'id' ) ] ?? '' ) ) ) {
				$this->form->add_error( (string) $this->get_attribute( 'id' ), 'This field is required.' );
			}
		}
	}

	/** One form, as a page shows it or as its token has it. */
	final class Contact_Form {
		/** @var array<string, Contact_Form> */
		public static $forms = array();

		/** @var array<string, int> */
		public static $forms_context = array();

		/** @var array<string, \WP_Error> */
		public static $static_errors = array();

		/** @var Contact_Form|null */
		public static $current_form = null;

		/** @var array<string, mixed> */
		public $attributes;

		/** @var array<string, string> */
		public $defaults;

		/** @var array<string, Contact_Form_Field> */
		public $fields = array();

		/** @var \WP_Error|null */
		public $errors = null;

		/** @var string */
		public $hash;

		/** @var bool */
		public $is_response_without_reload_enabled = true;

		public function __construct( array $attributes, array $fields, bool $count = true ) {
			$post = get_post();
			if ( $count ) {
				$at = $post instanceof \WP_Post ? (string) $post->ID : 'jp-form';
				if ( ! empty( $attributes['widget'] ) ) {
					$at = 'widget-' . $attributes['widget'];
				} elseif ( ! empty( $attributes['block_template_part'] ) ) {
					$at = 'block-template-part-' . $attributes['block_template_part'];
				}
				$number                     = self::$forms_context[ $at ] ?? 0;
				self::$forms_context[ $at ] = $number + 1;
				$attributes['id']           = $at . ( $number ? "-$number" : '' );
			}
			$this->hash     = sha1( (string) wp_json_encode( $attributes ) );
			$this->defaults = array( 'to' => $post instanceof \WP_Post ? (string) get_the_author_meta( 'user_email', (int) $post->post_author ) : get_option( 'admin_email' ) );
			$this->attributes = $attributes + array(
				'to'                 => $this->defaults['to'],
				'subject'            => get_bloginfo( 'name' ),
				'saveResponses'      => 'yes',
				'emailNotifications' => 'yes',
				'webhooks'           => array(),
			);
			foreach ( $fields as $field ) {
				$id                  = empty( $field['id'] ) ? sanitize_title_with_dashes( 'g' . $attributes['id'] . '-' . str_replace( ' ', '', $field['label'] ) ) : $field['id'];
				$this->fields[ $id ] = new Contact_Form_Field( array( 'id' => $id ) + $field, $this );
			}
			self::$current_form = $this;
			if ( $count ) {
				self::$forms[ $this->hash ] = $this;
			}
		}

		public function get_attribute( string $name ) {
			return $this->attributes[ $name ] ?? null;
		}

		public function add_error( string $code, string $message ): void {
			$id = $this->get_attribute( 'id' );
			if ( ! isset( self::$static_errors[ $id ] ) ) {
				self::$static_errors[ $id ] = new \WP_Error();
			}
			self::$static_errors[ $id ]->add( $code, $message );
			$this->errors = self::$static_errors[ $id ];
		}

		/** What the page carries of it. */
		public function get_jwt(): string {
			$told = wp_json_encode(
				array( $this->attributes, array_map(
					static function ( $field ) {
					return array( 'id' => $field->get_attribute( 'id' ), 'label' => $field->get_attribute( 'label' ), 'type' => $field->get_attribute( 'type' ), 'required' => $field->get_attribute( 'required' ) );
					}, array_values( $this->fields )
				) )
			);
			return bin2hex( (string) $told ) . '.' . hash_hmac( 'sha256', (string) $told, wp_salt() );
		}

		public static function get_instance_from_jwt( string $token ): ?self {
			list( $told, $signature ) = explode( '.', "$token." );
			$told = ctype_xdigit( $told ) && 0 === strlen( $told ) % 2 ? (string) hex2bin( $told ) : '';
			if ( '' === $told || ! hash_equals( hash_hmac( 'sha256', $told, wp_salt() ), $signature ) ) {
				return apply_filters( 'jetpack_forms_jwt_decode_failure', null, $token, new \Exception( 'Signature verification failed' ) );
			}
			list( $attributes, $fields ) = json_decode( $told, true );
			return new self( $attributes, $fields, false );
		}

		/** As a page shows it. */
		public function html(): string {
			$html = '<form action="' . esc_url( (string) get_permalink() ) . '" method="post" class="contact-form">';
			foreach ( $this->fields as $id => $field ) {
				$html .= '<input name="' . esc_attr( (string) $id ) . '">';
			}
			foreach ( array( 'jetpack_contact_form_jwt' => $this->get_jwt(), 'contact-form-id' => $this->get_attribute( 'id' ), 'action' => 'grunion-contact-form', 'contact-form-hash' => $this->hash ) as $name => $value ) {
				$html .= '<input type="hidden" name="' . $name . '" value="' . esc_attr( $value ) . '">';
			}
			return $html . '<button>Send</button></form>';
		}

		/** What an entry keeps of its form: where it stands, and its fields. */
		private function source(): array {
			$fields = array_map(
				static function ( $id ): array {
				return array( 'form_field_id' => (string) $id );
				}, array_keys( $this->fields )
			);
			$widget = (string) ( $this->attributes['widget'] ?? '' );
			return array( 'source_id' => '' === $widget ? (int) $this->get_attribute( 'id' ) : $widget, 'source_type' => '' === $widget ? 'single' : 'widget', 'fields' => $fields );
		}

		/** Spam filters, entry, mail. */
		public function process_submission() {
			$is_spam = apply_filters( 'jetpack_contact_form_is_spam', false, array() );
			if ( is_wp_error( $is_spam ) ) {
				return $is_spam;
			}
			$disallowed = apply_filters( 'jetpack_contact_form_in_comment_disallowed_list', false, array() );
			$status     = 'no' === $this->get_attribute( 'saveResponses' ) ? 'jp-temp-feedback' : 'publish';
			$id         = wp_insert_post( array( 'post_type' => 'feedback', 'post_status' => $disallowed ? 'trash' : ( $is_spam ? 'spam' : $status ), 'post_title' => 'Feedback', 'post_content' => wp_slash( (string) wp_json_encode( $this->source() ) ) ) );
			update_post_meta( $id, '_feedback_email', 'Message' );
			Contact_Form_Plugin::recalculate_unread_count();
			if ( apply_filters( 'jetpack_forms_webhooks_enabled', true ) ) {
				add_action( 'grunion_after_feedback_post_inserted', array( Contact_Form_Plugin::class, 'send_webhooks' ), 10, 2 );
			}
			do_action( 'grunion_after_feedback_post_inserted', $id, $this->fields, $is_spam, array() );
			$wanted = apply_filters( 'grunion_should_send_email', null, $id );
			$wanted = null === $wanted ? 'no' !== $this->get_attribute( 'emailNotifications' ) : $wanted;
			if ( ! $is_spam && $wanted ) {
				do_action( 'grunion_pre_message_sent', $id, array(), array() );
				wp_mail( array_filter( explode( ',', $this->get_attribute( 'to' ) ), 'is_email' ) ?: $this->defaults['to'], $this->get_attribute( 'subject' ), 'Message' );
			}
			do_action( 'grunion_after_message_sent', $id, $this->get_attribute( 'to' ), '', '', array(), array(), array() );
			if ( false !== strpos( $_SERVER['HTTP_ACCEPT'] ?? '', 'application/json' ) ) {
				wp_send_json( array( 'success' => true ) );
			}
			wp_safe_redirect( add_query_arg( 'contact-form-sent', $id, (string) wp_get_referer() ) );
			exit;
		}
	}

	/** Where forms come in. */
	final class Contact_Form_Plugin {
		/** @var string */
		private $widget = '';

		public static function init(): self {
			static $one = null;
			$one = $one ?? new self();
			return $one;
		}

		public function track_current_widget( array $widget ): void {
			$this->widget = $widget['id'];
		}

		public function track_current_widget_after(): void {
			$this->widget = '';
		}

		public function get_current_widget_context(): string {
			return $this->widget;
		}

		public static function recalculate_unread_count(): void {
			global $wpdb;
			update_option( 'jetpack_feedback_unread_count', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts WHERE post_type = 'feedback' AND post_status = 'publish'" ) );
		}

		public static function send_webhooks( $id, $fields ): void {
			foreach ( reset( $fields )->form->attributes['webhooks'] ?? array() as $hook ) {
				empty( $hook['enabled'] ) || wp_safe_remote_post( $hook['url'], array( 'body' => array( 'id' => $id ) ) );
			}
		}

		/** A form among a page's blocks; elsewhere a link stands for it. */
		public static function block( array $attributes, string $content, \WP_Block $block ): string {
			if ( ! apply_filters( 'jetpack_is_frontend', ! wp_doing_ajax() && ! defined( 'REST_REQUEST' ) && ! defined( 'WP_CLI' ), true ) ) {
				return '<a href="' . esc_url( (string) get_permalink() ) . '">Submit a form.</a>';
			}
			$fields = array();
			foreach ( $block->parsed_block['innerBlocks'] as $inner ) {
				if ( 0 === strpos( $inner['blockName'], 'jetpack/field-' ) ) {
					$fields[] = array( 'type' => substr( $inner['blockName'], 14 ), 'label' => $inner['attrs']['label'] ?? '', 'id' => $inner['attrs']['id'] ?? '', 'required' => empty( $inner['attrs']['required'] ) ? '' : '1' );
				}
			}
			return self::shown( $block->parsed_block['attrs'], $fields );
		}

		/** A form that is a shortcode. */
		public static function shortcode( $attributes, $content = '' ): string {
			preg_match_all( '/\[contact-field([^\]]*)\/\]/', (string) $content, $found );
			$fields = array_map(
				static function ( string $words ): array {
				$given = (array) shortcode_parse_atts( $words );
				return array( 'required' => in_array( $given['required'] ?? '', array( '1', 'true' ), true ) ? '1' : '' ) + $given + array( 'type' => 'text', 'label' => '' );
				}, $found[1]
			);
			return self::shown( is_array( $attributes ) ? $attributes : array(), $fields );
		}

		private static function shown( array $attributes, array $fields ): string {
			$attributes['widget']              = self::init()->get_current_widget_context();
			$attributes['block_template_part'] = $GLOBALS['grunion_block_template_part_id'] ?? '';
			return ( new Contact_Form( $attributes, $fields ) )->html();
		}

		/** What becomes of a POST: text, or an error. */
		public static function process_form_submission() {
			$id = (string) ( $_POST['contact-form-id'] ?? '' );
			if ( is_user_logged_in() ) {
				check_admin_referer( "contact-form_$id" );
			}
			if ( ! isset( $_POST['jetpack_contact_form_jwt'] ) ) {
				do_action( 'jetpack_forms_log', 'submission_missing_jwt' );
				return new \WP_Error( 'form_not_found', 'Form not found.', 'system' );
			}
			$form = Contact_Form::get_instance_from_jwt( $_POST['jetpack_contact_form_jwt'] );
			if ( null === $form ) {
				return new \WP_Error( 'invalid_jwt', 'Failed to decode JWT token.', 'system' );
			}
			if ( is_numeric( $id ) && in_array( get_post_status( (int) $id ), array( false, 'trash' ), true ) ) {
				do_action( 'jetpack_forms_log', 'submission_rejected_parent_trashed_or_deleted' );
				return new \WP_Error( 'form_unavailable', 'This form is no longer available.', 'system' );
			}
			array_map(
				static function ( Contact_Form_Field $field ): void {
				$field->validate();
				}, $form->fields
			);
			return $form->errors ?? $form->process_submission();
		}

		public static function ajax_request(): void {
			$result = self::process_form_submission();
			if ( is_wp_error( $result ) && 'system' === $result->get_error_data() ) {
				do_action( 'jetpack_forms_log', 'submission_failed', $result->get_error_code(), $result->get_error_message() );
				wp_send_json_error( array( 'code' => $result->get_error_code() ), 500 );
			}
			do_action( 'jetpack_forms_log', $result->get_error_message() );
			wp_send_json_error( array( 'error' => $result->get_error_message() ), 400 );
		}

		public static function start(): void {
			register_post_type( 'feedback', array( 'labels' => array( 'name' => 'Form Responses' ) ) );
			register_post_status( 'spam', array( 'protected' => true ) );
			register_post_status( 'jp-temp-feedback', array( 'protected' => true ) );
			register_block_type( 'jetpack/contact-form', array( 'render_callback' => array( self::class, 'block' ) ) );
			add_shortcode( 'contact-form', array( self::class, 'shortcode' ) );
			add_action( 'wp_ajax_grunion-contact-form', array( self::class, 'ajax_request' ) );
			add_action( 'wp_ajax_nopriv_grunion-contact-form', array( self::class, 'ajax_request' ) );
			if ( 'grunion-contact-form' === ( $_POST['action'] ?? '' ) && isset( $_POST['contact-form-id'] ) ) {
				add_action( 'template_redirect', array( self::class, 'process_form_submission' ) );
			}
		}
	}

	add_action( 'init', array( Contact_Form_Plugin::class, 'start' ), 9 );
	add_action(
		'render_block_core_template_part_post', static function ( $id ): void {
		$GLOBALS['grunion_block_template_part_id'] = $id;
		}
	);
	add_filter(
		'render_block', static function ( $html, $block ) {
		if ( 'core/template-part' === $block['blockName'] ) {
			unset( $GLOBALS['grunion_block_template_part_id'] );
		}
		return $html;
		}, 10, 2
	);
}

namespace {
	const JETPACK__VERSION = '16.1.2';

	final class Jetpack {
		public static function is_module_active( string $module ): bool {
			return 'contact-form' === $module && ! get_option( 'jetpack_stand_in_off' );
		}
	}
}
