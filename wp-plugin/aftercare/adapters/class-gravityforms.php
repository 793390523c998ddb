<?php
/**
 * Gravity Forms, from 2.5: one event for each submission.
 *
 * `gform_after_submission` fires after the notifications, for spam too; `gform_post_process` after a refusal, and after a
 * submission that was dropped behind the visitor's back (a spam filter that "aborts with confirmation"). From 2.10 new
 * sites send notifications in the background: the outcome is then `mails_later`.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Includes\Forms\Gravityforms_Forms;
use Aftercare\Includes\Forms\Late_Hold;
use Aftercare\Mail_Watch;

final class Gravityforms extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'gravityforms';

	const VERIFIED    = '2.10.2';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'check_ajax_referer'      => array( 'nonce', PHP_INT_MAX ),
		'gform_entry_created'     => array( 'kept', 0 ),
		'gform_is_asynchronous_notifications_enabled' => array( 'mails', PHP_INT_MAX ),
		'gform_send_email_failed' => array( 'skipped', 10 ),
		'gform_after_submission'  => array( 'submitted', PHP_INT_MAX ),
		'gform_post_process'      => array( 'processed', PHP_INT_MAX ),
	);

	/** @var bool The mails are left to the background. */
	private $later = false;

	/** @var bool A notification has no valid address: it is not sent. */
	private $skipped = false;

	/** @inheritDoc */
	public function version(): string {
		return class_exists( '\GFForms' ) ? (string) \GFForms::$version : '';
	}

	/** A POST to any page, or by admin-ajax; not a page before the last, and not a draft: those are no submissions. */
	public function posted( string $path, array $post ): ?array {
		$by_ajax = self::by_ajax( $path, $post, array( 'gform_submit_form' ) );
		$id      = self::whole( $by_ajax ? ( $post['form_id'] ?? '' ) : ( $post['gform_submit'] ?? '' ) );
		if ( 0 === $id || ( is_admin() && ! $by_ajax ) || ! empty( $post['gform_save'] ) || isset( $post['gform_send_resume_link'] ) ) {
			return null;
		}
		if ( 0 !== self::whole( $post[ "gform_target_page_number_$id" ] ?? '0' ) ) {
			return null;
		}
		$form = \GFFormsModel::get_form( $id, true );
		return is_object( $form ) ? array(
			'form'  => (string) $id,
			'title' => (string) $form->title,
		) : null;
	}

	/**
	 * A nonce was looked at: on a page that was cached for longer than three days it is too old.
	 *
	 * @param mixed $action What it is for.
	 * @param mixed $valid  1 or 2, or false.
	 */
	public function nonce( $action, $valid = false ): ?Event {
		return 'gform_ajax_submission' === $action && ! $valid ? $this->outcome( 'form.rejected', 'nonce', array( 'kept' => false ) ) : null;
	}

	/**
	 * The entry is in the table, and the spam filters were asked.
	 *
	 * @param mixed $entry id, status, and what was typed, which is not looked at.
	 */
	public function kept( $entry ): void {
		$this->entry( is_array( $entry ) ? ( $entry['id'] ?? 0 ) : 0 );
	}

	/**
	 * Whether the notifications are left to the background.
	 *
	 * @param mixed $later Whether they are.
	 */
	public function mails( $later ): void {
		$this->later = (bool) $later;
	}

	/** A notification was given up before any mailer saw it. */
	public function skipped(): void {
		$this->skipped = true;
	}

	/**
	 * Kept and mailed, or kept as spam.
	 *
	 * @param mixed $entry As in kept().
	 * @param mixed $form  The form.
	 */
	public function submitted( $entry, $form = array() ): ?Event {
		$this->kept( $entry );
		if ( is_array( $entry ) && 'spam' === ( $entry['status'] ?? '' ) ) {
			$this->seen['spam_by'] = (string) ( self::submission( $form )['spam_filter']['filter'] ?? '' );
			return $this->spam();
		}
		if ( $this->skipped && ! Mail_Watch::outcomes() ) {
			return $this->outcome( 'form.failed', 'mail_skipped' );
		}
		return $this->taken( $this->later ? 'mails_later' : 'submitted' );
	}

	/**
	 * All is over; the first word of a submission that was refused or dropped.
	 *
	 * @param mixed $form The form, with each field's `failed_validation`.
	 */
	public function processed( $form ): ?Event {
		if ( ! is_array( $form ) || ! $this->under_way() ) {
			return null;
		}
		$this->seen['kept'] = false;
		if ( ! empty( self::submission( $form )['abort_with_confirmation'] ) ) {
			$honeypot              = ! empty( $form['enableHoneypot'] ) && 'abort' === ( $form['honeypotAction'] ?? '' );
			$this->seen['spam_by'] = $honeypot ? 'honeypot' : 'abort_with_confirmation';
			return $this->spam();
		}
		$names = array();
		foreach ( (array) ( $form['fields'] ?? array() ) as $field ) {
			if ( ! empty( $field['failed_validation'] ) ) {
				$label   = trim( wp_strip_all_tags( (string) ( $field['label'] ?? '' ) ) );
				$names[] = '' === $label ? (string) ( $field['id'] ?? '' ) : $label;
			}
		}
		return $names ? $this->refused( $names ) : $this->outcome( 'form.rejected', 'form_error' );
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		$form = '' === $fatal ? \GFFormsModel::get_form( self::posted_id(), true ) : null;
		if ( is_object( $form ) && ( ! $form->is_active || $form->is_trash ) ) {
			return $this->outcome( 'form.rejected', 'inactive', array( 'kept' => false ) );
		}
		return parent::ended( $fatal, $http_status );
	}

	/** @inheritDoc */
	public function forms(): array {
		return Gravityforms_Forms::all();
	}

	/** Captcha, honeypot and time trap are taken out of the form; Akismet is not asked; the last word on spam is ours. */
	public function exempt(): void {
		add_filter( 'gform_pre_process', array( Gravityforms_Forms::class, 'unguarded' ), PHP_INT_MAX );
		foreach ( array( 'gform_akismet_enabled', 'gform_abort_submission_with_confirmation', 'gform_entry_is_spam' ) as $hook ) {
			foreach ( array( $hook, $hook . '_' . self::posted_id() ) as $name ) {
				add_filter( $name, '__return_false', PHP_INT_MAX );
			}
		}
	}

	/** @inheritDoc */
	public function hold(): array {
		$id = self::posted_id();
		foreach ( array(
			'gform_addon_pre_process_feeds'               => '__return_empty_array',
			'gform_disable_post_creation'                 => '__return_true',
			'gform_is_asynchronous_notifications_enabled' => '__return_false',
		) as $hook => $answer ) {
			add_filter( $hook, $answer, PHP_INT_MAX );
			add_filter( "{$hook}_$id", $answer, PHP_INT_MAX );
		}
		return array_merge( array( 'feeds of add-ons', 'a post of the entry' ), Late_Hold::off( Gravityforms_Forms::hooks( $id ), Gravityforms_Forms::OWN ) );
	}

	/** @inheritDoc */
	public function show( string $entry ): ?array {
		return Gravityforms_Forms::entry( self::whole( $entry ) );
	}

	/** @inheritDoc */
	public function forget( string $entry ): bool {
		$id = self::whole( $entry );
		if ( ! is_wp_error( \GFAPI::get_entry( $id ) ) ) {
			\GFAPI::delete_entry( $id );
		}
		return is_wp_error( \GFAPI::get_entry( $id ) );
	}

	/** The form that this request posts. */
	private static function posted_id(): int {
		return self::whole( explode( ':', \Aftercare\Form_Watch::form() )[1] ?? '' );
	}

	/**
	 * What the plugin noted of this request's submission.
	 *
	 * @param mixed $form The form.
	 * @return array<string, mixed>
	 */
	private static function submission( $form ): array {
		$id = self::whole( is_array( $form ) ? ( $form['id'] ?? '' ) : '' );
		return class_exists( '\GFFormDisplay' ) ? (array) ( \GFFormDisplay::$submission[ $id ] ?? array() ) : array();
	}
}
