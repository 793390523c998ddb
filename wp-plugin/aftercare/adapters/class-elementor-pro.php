<?php
/**
 * Elementor Pro forms, from 3.5: one event for each submission, the forms, and test entries.
 *
 * `elementor_pro/forms/validation` holds what refuses, captcha and honeypot too; `elementor_pro/forms/new_record` fires when
 * all actions ran, also where one failed: the others go on, and the visitor is shown an error for an entry that is kept. So
 * `elementor_pro/forms/actions/after_run` says which. A form that an old page posts and that its document holds no more is
 * refused without a hook; the plugin's own list of former forms knows it from a robot's.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Watch;
use Aftercare\Includes\Forms\Elementor_Pro_Forms;
use Aftercare\Includes\Forms\Elementor_Pro_Hold;
use Aftercare\Includes\Forms\Elementor_Pro_List;

final class Elementor_Pro extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'elementor-pro';

	const VERIFIED    = '3.33.1';
	const VERIFIED_ON = 'hooks';

	const HOOKS = array(
		'elementor_pro/forms/validation'        => array( 'validated', PHP_INT_MAX ),
		'elementor_pro/forms/process'           => array( 'processed', PHP_INT_MAX ),
		'elementor_pro/forms/webhooks/response' => array( 'webhook_answered', PHP_INT_MAX ),
		'elementor_pro/forms/actions/after_run' => array( 'acted', PHP_INT_MAX ),
		'elementor_pro/forms/new_record'        => array( 'recorded', PHP_INT_MAX ),
	);

	/** @var string[] What failed behind the entry, by the action's name. */
	private $failed = array();

	/** @var int What the webhook's receiver answered: all but 200 is a failure to Elementor. */
	private $webhook_said = 0;

	/** @var bool The page that posted this form is older than the document: the form is no more. */
	private $outdated = false;

	/** @inheritDoc */
	public function version(): string {
		return defined( 'ELEMENTOR_PRO_VERSION' ) ? (string) ELEMENTOR_PRO_VERSION : '';
	}

	/** By admin-ajax only: the form does nothing without JavaScript. */
	public function posted( string $path, array $post ): ?array {
		$post_id = self::by_ajax( $path, $post, array( 'elementor_pro_forms_send_form' ) ) ? self::whole( $post['post_id'] ?? '' ) : 0;
		$element = $post['form_id'] ?? '';
		if ( 0 === $post_id || ! is_string( $element ) || ! preg_match( '/^[0-9a-z]{1,20}$/', $element ) ) {
			return null;
		}
		$title = Elementor_Pro_Forms::title( $post_id, $element );
		if ( null === $title ) {
			$title          = Elementor_Pro_Forms::former_title( $post_id, $element );
			$this->outdated = null !== $title;
		}
		return null === $title ? null : array(
			'form'  => "$post_id-$element",
			'title' => $title,
		);
	}

	/** @inheritDoc */
	public function forms(): array {
		return Elementor_Pro_List::all();
	}

	/** @inheritDoc */
	public function exempt(): void {
		Elementor_Pro_Hold::exempt( Elementor_Pro_Forms::fields( self::settings() ) );
	}

	/** @inheritDoc */
	public function hold(): array {
		return Elementor_Pro_Hold::hold( Elementor_Pro_Forms::actions( self::settings() ) );
	}

	/** The submission, its answers, and the log of its actions. */
	public function forget( string $entry ): bool {
		global $wpdb;
		$id = self::whole( $entry );
		if ( 0 === $id ) {
			return true;
		}
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- The plugin's own tables; its class for them is not loaded in every request.
		$wpdb->delete( $wpdb->prefix . 'e_submissions_values', array( 'submission_id' => $id ) );
		$wpdb->delete( $wpdb->prefix . 'e_submissions_actions_log', array( 'submission_id' => $id ) );
		$wpdb->delete( $wpdb->prefix . 'e_submissions', array( 'id' => $id ) );
		return null === $wpdb->get_var( $wpdb->prepare( "SELECT id FROM {$wpdb->prefix}e_submissions WHERE id = %d", $id ) );
		// phpcs:enable
	}

	/** Elementor refuses what it calls spam and keeps none. A global widget's entry is its template's: `meta` has the page. */
	public function show( string $entry ): ?array {
		global $wpdb;
		$sql = "SELECT post_id, element_id, meta, created_at_gmt FROM {$wpdb->prefix}e_submissions WHERE id = %d";
		$row = $wpdb->get_row( $wpdb->prepare( $sql, self::whole( $entry ) ) ); // phpcs:ignore WordPress.DB
		if ( null === $row ) {
			return null;
		}
		$meta = json_decode( (string) $row->meta, true );
		$page = self::whole( $meta['edit_post_id'] ?? '' );
		return array(
			'form'    => ( $page > 0 ? $page : (int) $row->post_id ) . "-$row->element_id",
			'at'      => (int) strtotime( "$row->created_at_gmt UTC" ),
			'spam'    => null,
			'spam_by' => '',
		);
	}

	/**
	 * Fields, captcha, honeypot and Akismet were looked at.
	 *
	 * @param mixed $record Form_Record.
	 * @param mixed $answer Ajax_Handler: its `errors` are field id → what is wrong.
	 */
	public function validated( $record, $answer = null ): ?Event {
		$errors = self::errors( $answer );
		if ( ! $errors || ! is_object( $record ) ) {
			return null;
		}
		$this->seen['kept'] = false;
		foreach ( (array) $record->get_field( array( 'type' => 'honeypot' ) ) as $field ) {
			if ( ! empty( $field['value'] ) ) {
				return $this->spam_by( 'honeypot' );
			}
		}
		if ( isset( $errors['akismet'] ) ) {
			return $this->spam_by( 'akismet' );
		}
		list( $names, $captcha ) = self::sorted( $record, $errors );
		if ( ! $names && '' !== $captcha ) {
			return $this->spam_by( $captcha );
		}
		return $names ? $this->refused( $names ) : $this->outcome( 'form.rejected', 'form_error' );
	}

	/**
	 * The fields were worked on: an upload that cannot be stored refuses here.
	 *
	 * @param mixed $record Form_Record.
	 * @param mixed $answer Ajax_Handler.
	 */
	public function processed( $record, $answer = null ): ?Event {
		return $this->validated( $record, $answer );
	}

	/**
	 * The webhook's receiver answered.
	 *
	 * @param mixed $response Of wp_remote_post().
	 */
	public function webhook_answered( $response ): void {
		$this->webhook_said = (int) wp_remote_retrieve_response_code( $response );
	}

	/**
	 * One of the form's "Actions After Submit" ran.
	 *
	 * @param mixed $action    Action_Base.
	 * @param mixed $exception Why it failed; null where it did not.
	 */
	public function acted( $action, $exception = null ): void {
		if ( ! is_object( $action ) || ! method_exists( $action, 'get_name' ) ) {
			return;
		}
		$name = (string) $action->get_name();
		if ( $exception instanceof \Throwable ) {
			$this->failed[] = 'webhook' === $name && $this->webhook_said ? "webhook (HTTP $this->webhook_said)" : $name;
		}
		if ( 'save-to-database' === $name ) {
			$this->entry( self::inside( $action, 'submission_id' ) );
		}
	}

	/** All actions ran. */
	public function recorded(): ?Event {
		$this->seen += array( 'kept' => false ); // "Collect Submissions" is not among the actions.
		$event       = $this->taken();
		if ( null !== $event && $this->failed && 'form.failed' !== $event->type ) {
			// One of two mails, a webhook: the visitor is shown an error and may send it all again.
			return $this->outcome( 'form.failed', 'actions_failed', array( 'error' => implode( ', ', $this->failed ) ) );
		}
		return $event;
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		if ( '' === $fatal && $this->outdated ) {
			$this->seen['kept'] = false;
			return $this->outcome( 'form.rejected', 'outdated_page' );
		}
		return parent::ended( $fatal, $http_status );
	}

	/**
	 * The settings of the form that this request posts.
	 *
	 * @return array<string, mixed>
	 */
	private static function settings(): array {
		return Elementor_Pro_Forms::settings( substr( Form_Watch::form(), strlen( self::PLUGIN ) + 1 ) ) ?? array();
	}

	/**
	 * The refused fields by label, and the captcha among them.
	 *
	 * @param object               $record Form_Record.
	 * @param array<string, mixed> $errors As in validated().
	 * @return array{string[], string}
	 */
	private static function sorted( object $record, array $errors ): array {
		$names   = array();
		$captcha = '';
		foreach ( Elementor_Pro_Forms::fields( (array) $record->get( 'form_settings' ) ) as $field ) {
			if ( ! isset( $errors[ $field['name'] ] ) ) {
				continue;
			}
			if ( Elementor_Pro_Forms::is_captcha( $field['type'] ) ) {
				$captcha = $field['type'];
			} else {
				$names[] = Elementor_Pro_Forms::field_name( $field );
			}
		}
		return array( $names, $captcha );
	}

	/**
	 * What the visitor will be shown as wrong.
	 *
	 * @param mixed $answer Ajax_Handler.
	 * @return array<string, mixed>
	 */
	private static function errors( $answer ): array {
		return is_object( $answer ) && isset( $answer->errors ) ? (array) $answer->errors : array();
	}

	/**
	 * Spam, by whose word.
	 *
	 * @param string $who Who says so.
	 */
	private function spam_by( string $who ): ?Event {
		$this->seen['spam_by'] = $who;
		return $this->spam();
	}

	/**
	 * A private property that no method tells; null where this version has none of that name.
	 *
	 * @param object $owner    Whose.
	 * @param string $property Its name.
	 * @return mixed
	 */
	private static function inside( object $owner, string $property ) {
		$read = function () use ( $property ) {
			return $this->$property ?? null;
		};
		return \Closure::bind( $read, $owner, get_class( $owner ) )();
	}
}
