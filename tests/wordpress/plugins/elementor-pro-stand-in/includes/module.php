<?php
/**
 * The module of forms, its registrar of actions, and who looks for spam.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace ElementorPro\Core\Utils {

	defined( 'ABSPATH' ) || exit;

	class Registrar {

		/** @var array<string, object> */
		private $items = array();

		/** The first of a name stays. */
		public function register( object $instance ): bool {
			$id = $instance->get_id();
			if ( isset( $this->items[ $id ] ) ) {
				return false;
			}
			$this->items[ $id ] = $instance;
			return true;
		}

		/** One, or all. */
		public function get( $id = null ) {
			return $id ? ( $this->items[ $id ] ?? null ) : $this->items;
		}
	}
}

namespace ElementorPro\Modules\Forms\Classes {

	defined( 'ABSPATH' ) || exit;

	class Honeypot_Handler {

		/** Filled by robots only. */
		public function validation( Form_Record $record, Ajax_Handler $answer ): void {
			foreach ( $record->get_field( array( 'type' => 'honeypot' ) ) as $field ) {
				if ( '' !== $field['value'] ) {
					$answer->add_error( 'invalid_form', 'Invalid Form.' );
				} else {
					$record->remove_field( $field['id'] );
				}
			}
		}
	}

	class Recaptcha_Handler {

		/** Nobody is asked here: what the visitor sends is the answer. */
		public function validation( Form_Record $record, Ajax_Handler $answer ): void {
			$field = current( $record->get_field( array( 'type' => 'recaptcha' ) ) );
			if ( false === $field ) {
				return;
			}
			if ( empty( $_POST['g-recaptcha-response'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
				$answer->add_error( $field['id'], 'The Captcha field cannot be blank. Please enter a value.' );
				return;
			}
			$record->remove_field( $field['id'] );
		}
	}

	class Akismet {

		/** Asks the class that Akismet brings. */
		public function validation( Form_Record $record, Ajax_Handler $answer ): void {
			if ( class_exists( '\Akismet' ) && $record->get_form_settings( 'akismet_enabled' ) && 'true' === \Akismet::http_post( '', 'comment-check' )[1] ) {
				$answer->add_error( 'akismet', 'Spam detected' );
			}
		}
	}
}

namespace ElementorPro\Modules\Forms {

	defined( 'ABSPATH' ) || exit;

	class Module {

		/** @var self|null */
		private static $one = null;

		/** @var \ElementorPro\Core\Utils\Registrar */
		public $actions_registrar;

		/** The one module. */
		public static function instance(): self {
			if ( null === self::$one ) {
				self::$one = new self();
			}
			return self::$one;
		}

		/** As the original's, in its order. */
		private function __construct() {
			foreach ( array( new Classes\Recaptcha_Handler(), new Classes\Honeypot_Handler(), new Classes\Akismet() ) as $guard ) {
				add_action( 'elementor_pro/forms/validation', array( $guard, 'validation' ), 10, 2 );
			}
			$this->actions_registrar = new \ElementorPro\Core\Utils\Registrar();
			foreach ( array( new Submissions\Actions\Save_To_Database(), new Actions\Email(), new Actions\Email2(), new Actions\Webhook() ) as $action ) {
				$this->actions_registrar->register( $action );
			}
			do_action( 'elementor_pro/forms/actions/register', $this->actions_registrar );
			// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- compared only.
			if ( wp_doing_ajax() && 'elementor_pro_forms_send_form' === ( $_POST['action'] ?? '' ) ) {
				new Classes\Ajax_Handler();
				do_action( 'elementor_pro/forms/form_submitted', $this );
			}
		}
	}
}
