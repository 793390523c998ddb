<?php
/**
 * Ninja Forms, from 3.2: one event for each submission.
 *
 * `ninja_forms_after_submission` fires after all actions: entry and mails are among them. A refusal ends the request with
 * JSON and no hook, in the controller's own list of errors: its keys are read when the request is over.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Watch;
use Aftercare\Includes\Forms\Late_Hold;
use Aftercare\Includes\Forms\Ninja_Forms_Forms;

final class Ninja_Forms extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'ninja-forms';

	const VERIFIED    = '3.14.3';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'check_ajax_referer'           => array( 'nonce', PHP_INT_MAX ),
		'nf_save_sub'                  => array( 'kept', 0 ),
		'ninja_forms_after_submission' => array( 'submitted', PHP_INT_MAX ),
	);

	/** Actions that call an entry spam: the key of their error, and who that is. */
	const SPAM = array(
		'spam'      => 'akismet',
		'recaptcha' => 'recaptcha',
	);

	/** @inheritDoc */
	public function version(): string {
		return class_exists( '\Ninja_Forms' ) ? (string) \Ninja_Forms::VERSION : '';
	}

	/** By admin-ajax only: the form is drawn by JavaScript. A preview is nobody's submission. */
	public function posted( string $path, array $post ): ?array {
		if ( ! self::by_ajax( $path, $post, array( 'nf_ajax_submit' ) ) || ! is_string( $post['formData'] ?? null ) ) {
			return null;
		}
		$sent = json_decode( wp_unslash( $post['formData'] ), true );
		// The same form twice on a page: its second is `3_2`.
		$id = is_array( $sent ) && is_scalar( $sent['id'] ?? null ) ? self::whole( strtok( (string) $sent['id'], '_' ) ) : 0;
		if ( 0 === $id || ! empty( $sent['settings']['is_preview'] ) ) {
			return null;
		}
		$title = (string) \Ninja_Forms()->form( $id )->get()->get_setting( 'title' );
		return '' === $title ? null : array(
			'form'  => (string) $id,
			'title' => $title,
		);
	}

	/** @inheritDoc */
	public function forms(): array {
		return Ninja_Forms_Forms::all();
	}

	/** The actions that judge do not run, and captchas are no fields that are looked at. The nonce stays: it is every visitor's. */
	public function exempt(): void {
		add_filter( 'ninja_forms_run_action_type_akismet', '__return_false', PHP_INT_MAX );
		add_filter( 'ninja_forms_run_action_type_recaptcha', '__return_false', PHP_INT_MAX );
		add_filter(
			'ninja_forms_pre_validate_field_settings',
			static function ( $field ) {
				$captcha = is_array( $field ) && isset( Ninja_Forms_Forms::CAPTCHAS[ $field['type'] ?? '' ] );
				return $captcha ? array( 'type' => null ) + $field : $field; // What has no type is not validated.
			},
			PHP_INT_MAX
		);
	}

	/** Of the form's actions only those run that keep, mail and answer; no other plugin hears of it. */
	public function hold(): array {
		$id = self::whole( substr( Form_Watch::form(), strlen( self::PLUGIN ) + 1 ) );
		add_filter(
			'ninja_forms_submission_actions',
			static function ( $actions ) {
				return ! is_array( $actions ) ? $actions : array_filter(
					$actions,
					static function ( $action ): bool {
						return in_array( $action['settings']['type'] ?? '', Ninja_Forms_Forms::HARMLESS, true );
					}
				);
			},
			PHP_INT_MAX
		);
		$named = array_column( Ninja_Forms_Forms::deeds( Ninja_Forms_Forms::actions( $id ) ), 'name' );
		Late_Hold::off( Ninja_Forms_Forms::HOOKS, Ninja_Forms_Forms::OWN );
		return $named;
	}

	/** What is spam to Ninja Forms is refused, never kept. */
	public function show( string $entry ): ?array {
		$post = self::kept_as( $entry );
		return null === $post ? null : array(
			'form'    => (string) get_post_meta( $post->ID, '_form_id', true ),
			'at'      => (int) strtotime( "$post->post_date_gmt UTC" ),
			'spam'    => false,
			'spam_by' => '',
		);
	}

	/** The entry is a post. Its running number is given back, unless the next visitor has taken one since. */
	public function forget( string $entry ): bool {
		global $wpdb;
		$post = self::kept_as( $entry );
		if ( null === $post ) {
			return true;
		}
		$form   = self::whole( get_post_meta( $post->ID, '_form_id', true ) );
		$number = self::whole( get_post_meta( $post->ID, '_seq_num', true ) );
		wp_delete_post( $post->ID, true );
		if ( $form > 0 && $number > 0 ) {
			// phpcs:disable WordPress.DB.DirectDatabaseQuery -- The plugin's own tables; it has no function for it.
			$next = array( 'value' => $number + 1 );
			$back = array(
				'value'      => $number,
				'meta_value' => $number,
			);
			$wpdb->update(
				$wpdb->prefix . 'nf3_form_meta',
				$back,
				$next + array(
					'parent_id' => $form,
					'key'       => '_seq_num',
				)
			);
			$wpdb->update(
				$wpdb->prefix . 'nf3_forms',
				array( 'seq_num' => $number ),
				array(
					'id'      => $form,
					'seq_num' => $number + 1,
				)
			);
			// phpcs:enable
		}
		return null === get_post( $post->ID );
	}

	/**
	 * An entry's post.
	 *
	 * @param string $entry Its id.
	 */
	private static function kept_as( string $entry ): ?\WP_Post {
		$id   = self::whole( $entry ); // Asked for post 0, core answers with the one of the page.
		$post = 0 === $id ? null : get_post( $id );
		return $post instanceof \WP_Post && 'nf_sub' === $post->post_type ? $post : null;
	}

	/**
	 * A nonce was looked at. Where it is too old, newer versions answer with a fresh one and the page sends the form again.
	 *
	 * @param mixed $action What it is for.
	 * @param mixed $valid  1 or 2, or false.
	 */
	public function nonce( $action, $valid = false ): ?Event {
		$ours = is_string( $action ) && 0 === strncmp( $action, 'ninja_forms_display_nonce', 25 );
		return $ours && ! $valid ? $this->outcome( 'form.rejected', 'nonce', array( 'kept' => false ) ) : null;
	}

	/**
	 * The action "Store Submission" ran.
	 *
	 * @param mixed $id The entry's.
	 */
	public function kept( $id ): void {
		$this->entry( $id );
	}

	/** All actions ran; a form without "Store Submission" keeps nothing. */
	public function submitted(): ?Event {
		$this->seen += array( 'kept' => false );
		return $this->taken();
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		$controller = \Ninja_Forms()->controllers['submission'] ?? null;
		if ( '' !== $fatal || ! is_object( $controller ) ) {
			return parent::ended( $fatal, $http_status );
		}
		list( $errors, $halted ) = self::inside( $controller );
		$this->seen             += array( 'kept' => false );
		if ( isset( $errors['fields'] ) && is_array( $errors['fields'] ) ) {
			return $this->refused_by( array_keys( $errors['fields'] ) );
		}
		foreach ( self::SPAM as $key => $who ) {
			if ( isset( $errors['form'][ $key ] ) ) {
				$this->seen['spam_by'] = $who;
				return $this->spam();
			}
		}
		if ( $errors ) {
			return $this->outcome( 'form.rejected', 'form_error' );
		}
		return $halted ? $this->outcome( 'form.submitted', 'payment_pending' ) : parent::ended( $fatal, $http_status );
	}

	/**
	 * Refused by fields; a captcha that was failed is spam.
	 *
	 * @param array<int|string> $ids Of the fields; where the posted ones do not fit the form, a visitor's word may be among them.
	 */
	private function refused_by( array $ids ): ?Event {
		$names = array();
		foreach ( array_filter( array_map( array( self::class, 'whole' ), $ids ) ) as $id ) {
			$field = \Ninja_Forms()->form()->field( $id )->get();
			if ( 'recaptcha' === $field->get_setting( 'type' ) ) {
				$this->seen['spam_by'] = 'recaptcha';
				return $this->spam();
			}
			$names[] = Ninja_Forms_Forms::field( $field );
		}
		return $names ? $this->refused( $names ) : $this->outcome( 'form.rejected', 'form_error' );
	}

	/**
	 * What the controller holds when it has answered: its errors, and whether an action (a payment) halted it. There is no
	 * other way to either: both are protected, and no hook passes them on.
	 *
	 * @param object $controller The plugin's NF_AJAX_Controllers_Submission.
	 * @return array{0: array<int|string, mixed>, 1: bool}
	 */
	private static function inside( object $controller ): array {
		$read = function (): array {
			// phpcs:disable PSR2.Classes.PropertyDeclaration -- The plugin's own names.
			$data   = (array) ( $this->_data ?? array() );
			$errors = (array) ( $this->_errors ?? array() ) + (array) ( $data['errors'] ?? array() );
			// phpcs:enable
			return array( $errors, ! empty( $data['halt'] ) );
		};
		return $read->call( $controller );
	}
}
