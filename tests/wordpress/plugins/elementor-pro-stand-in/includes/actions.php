<?php
/**
 * "Actions After Submit": the entry is kept, mails go, a webhook is told.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace ElementorPro\Modules\Forms\Classes {

	defined( 'ABSPATH' ) || exit;

	abstract class Action_Base {

		/** Its name in the settings. */
		abstract public function get_name();

		/** Its name in the registrar. */
		public function get_id() {
			return $this->get_name();
		}

		/** Does it; throws where it fails. */
		abstract public function run( $record, $answer );
	}
}

namespace ElementorPro\Modules\Forms\Submissions\Actions {

	use ElementorPro\Modules\Forms\Classes\Action_Base;

	defined( 'ABSPATH' ) || exit;

	class Save_To_Database extends Action_Base {

		/** @var int */
		private $submission_id;

		/** Its table. */
		public static function install(): void {
			global $wpdb;
			$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}e_submissions ( id BIGINT AUTO_INCREMENT PRIMARY KEY, post_id BIGINT, element_id VARCHAR(20), form_name TEXT, meta TEXT, created_at_gmt DATETIME )" );
			$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}e_submissions_values ( id BIGINT AUTO_INCREMENT PRIMARY KEY, submission_id BIGINT, `key` VARCHAR(60), value LONGTEXT )" );
			$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}e_submissions_actions_log ( id BIGINT AUTO_INCREMENT PRIMARY KEY, submission_id BIGINT, action_name VARCHAR(60), status VARCHAR(20) )" );
		}

		/** Logs what the other actions came to, as the original. */
		public function __construct() {
			add_action( 'elementor_pro/forms/actions/after_run', array( $this, 'log' ), 10, 2 );
		}

		/** @inheritDoc */
		public function get_name() {
			return 'save-to-database';
		}

		/** @inheritDoc */
		public function run( $record, $answer ) {
			global $wpdb;
			$post_id = (int) $_POST['post_id']; // phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput
			$element = (string) $_POST['form_id']; // phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput
			$name    = (string) $record->get_form_settings( 'form_name' );
			$wpdb->insert(
				$wpdb->prefix . 'e_submissions',
				array(
					'post_id'    => $post_id,
					'element_id' => $element,
					'form_name'  => $name,
					'meta'       => wp_json_encode( array( 'edit_post_id' => $post_id ) ),
					'created_at_gmt' => current_time( 'mysql', true ),
				)
			);
			$this->submission_id = $wpdb->insert_id;
			foreach ( $record->get_field( array() ) as $id => $field ) {
				$wpdb->insert(
					$wpdb->prefix . 'e_submissions_values',
					array(
						'submission_id' => $this->submission_id,
						'key'           => $id,
						'value'         => $field['value'],
					)
				);
			}
			$snapshot = array(
				'id'     => $element,
				'name'   => $name,
				'fields' => array(),
			);
			update_post_meta( $post_id, '__elementor_forms_snapshot', wp_slash( wp_json_encode( array( $snapshot ) ) ) );
		}

		/** One line for each action. */
		public function log( Action_Base $action, ?\Exception $exception = null ): void {
			global $wpdb;
			if ( $this->submission_id && $action->get_name() !== $this->get_name() ) {
				$wpdb->insert(
					$wpdb->prefix . 'e_submissions_actions_log',
					array(
						'submission_id' => $this->submission_id,
						'action_name'   => $action->get_name(),
						'status'        => $exception ? 'failed' : 'success',
					)
				);
			}
		}
	}
}

namespace ElementorPro\Modules\Forms\Actions {

	use ElementorPro\Modules\Forms\Classes\Action_Base;

	defined( 'ABSPATH' ) || exit;

	class Email extends Action_Base {

		/** Behind the names of its settings. */
		const END = '';

		/** @inheritDoc */
		public function get_name() {
			return 'email';
		}

		/** @inheritDoc */
		public function run( $record, $answer ) {
			$settings = $record->get( 'form_settings' );
			$headers  = apply_filters( 'elementor_pro/forms/wp_mail_headers', "Content-Type: text/html; charset=UTF-8\r\n" );
			$text     = implode( '<br>', array_column( $record->get_field( array() ), 'value' ) );
			$sent     = wp_mail( $settings[ 'email_to' . static::END ], 'New message', $text, $headers );
			do_action( 'elementor_pro/forms/mail_sent', $settings, $record );
			if ( ! $sent ) {
				$message = 'Your submission failed because of a server error.';
				$answer->add_error_message( $message );
				throw new \Exception( $message ); // phpcs:ignore WordPress.Security.EscapeOutput
			}
		}
	}

	class Email2 extends Email {

		const END = '_2';

		/** @inheritDoc */
		public function get_name() {
			return 'email2';
		}
	}

	class Webhook extends Action_Base {

		/** @inheritDoc */
		public function get_name() {
			return 'webhook';
		}

		/** @inheritDoc */
		public function run( $record, $answer ) {
			$args     = apply_filters( 'elementor_pro/forms/webhooks/request_args', array( 'body' => array() ), $record );
			$response = wp_safe_remote_post( (string) $record->get_form_settings( 'webhooks' ), $args );
			do_action( 'elementor_pro/forms/webhooks/response', $response, $record );
			if ( 200 !== (int) wp_remote_retrieve_response_code( $response ) ) {
				throw new \Exception( 'Webhook error.' );
			}
		}
	}
}
