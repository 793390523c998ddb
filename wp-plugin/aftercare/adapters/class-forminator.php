<?php
/**
 * Forminator, from 1.15: one event for each submission of a form (its polls and quizzes are none).
 *
 * `forminator_form_after_save_entry` fires after entry and mails, and after a refusal too; without AJAX it is
 * `…_after_handle_submit`. A filled honeypot is answered as a success and not kept. A nonce that is too old, on a page that
 * was cached for longer than a day, is refused before any hook.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Includes\Forms\Forminator_Forms;
use Aftercare\Includes\Forms\Late_Hold;

final class Forminator extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'forminator';

	const VERIFIED    = '1.50.3';
	const VERIFIED_ON = 'plugin';

	const ACTION = 'forminator_submit_form_custom-forms';

	const HOOKS = array(
		'forminator_form_before_save_entry'       => array( 'begun', 0 ),
		'forminator_form_before_handle_submit'    => array( 'begun', 0 ),
		'forminator_custom_form_submit_errors'    => array( 'checked', PHP_INT_MAX ),
		'forminator_captcha_user_response'        => array( 'asks_captcha', PHP_INT_MAX ),
		'forminator_spam_protection'              => array( 'filtered', PHP_INT_MAX ),
		'forminator_custom_form_submit_before_set_fields' => array( 'kept', 0 ),
		'forminator_form_after_save_entry'        => array( 'answered', PHP_INT_MAX ),
		'forminator_form_after_handle_submit'     => array( 'answered', PHP_INT_MAX ),
	);

	/** @var bool The nonce was good, and the form is being looked at. */
	private $begun = false;

	/** @var bool A captcha was asked. */
	private $captcha = false;

	/** @var bool The spam filters were asked: captcha and honeypot were passed. */
	private $filtered = false;

	/** @inheritDoc */
	public function version(): string {
		return defined( 'FORMINATOR_VERSION' ) ? (string) FORMINATOR_VERSION : '';
	}

	/** By admin-ajax, or a POST to any page; a draft that a visitor keeps for later is no submission. */
	public function posted( string $path, array $post ): ?array {
		$id = self::ACTION === ( $post['action'] ?? '' ) ? self::whole( $post['form_id'] ?? '' ) : 0;
		if ( 0 === $id || in_array( $post['save_draft'] ?? '', array( 'true', '1' ), true ) || ! empty( $post['abandoned_form'] ) ) {
			return null;
		}
		$form = get_post( $id );
		if ( ! $form instanceof \WP_Post || 'forminator_forms' !== $form->post_type ) {
			return null;
		}
		$meta = get_post_meta( $id, 'forminator_form_meta', true ); // The post's own title is a slug; its API is not ready yet.
		$name = is_array( $meta ) ? ( $meta['settings']['formName'] ?? '' ) : '';
		return array(
			'form'  => (string) $id,
			'title' => is_string( $name ) && '' !== $name ? $name : $form->post_title,
		);
	}

	/** The nonce was good. */
	public function begun(): void {
		$this->begun = true;
	}

	/**
	 * The fields were looked at.
	 *
	 * @param mixed $errors A list of: field id → what is wrong.
	 */
	public function checked( $errors ): ?Event {
		if ( ! is_array( $errors ) || ! $errors || ! $this->under_way() ) {
			return null;
		}
		$this->seen['kept'] = false;
		$names              = array();
		foreach ( $errors as $key => $error ) {
			$names = array_merge( $names, is_array( $error ) ? array_keys( $error ) : array( $key ) );
		}
		return $this->refused( array_unique( $names ) );
	}

	/** The captcha's answer is about to be checked. */
	public function asks_captcha(): void {
		$this->captcha = true;
	}

	/**
	 * The spam filters were asked.
	 *
	 * @param mixed $is Whether one of them says spam.
	 */
	public function filtered( $is ): void {
		$this->filtered = true;
		if ( $is ) {
			$this->seen['spam_by'] = class_exists( '\Akismet' ) ? 'akismet' : 'forminator_spam_protection';
		}
	}

	/**
	 * The entry is in the table; with "do not store" it has no number.
	 *
	 * @param mixed $entry The plugin's entry: only its number is looked at.
	 */
	public function kept( $entry ): void {
		$this->entry( is_object( $entry ) ? ( $entry->entry_id ?? 0 ) : 0 );
	}

	/**
	 * All is over, and the answer is made.
	 *
	 * @param mixed $form     Its id.
	 * @param mixed $response success, message.
	 */
	public function answered( $form, $response = array() ): ?Event {
		$success     = is_array( $response ) && ! empty( $response['success'] );
		$this->seen += array( 'kept' => false );
		if ( ! $this->filtered && ( $success || $this->captcha ) ) {
			$this->seen['spam_by'] = $success ? 'honeypot' : 'captcha';
		}
		if ( isset( $this->seen['spam_by'] ) ) {
			return $this->spam();
		}
		if ( $success ) {
			return $this->taken();
		}
		// An add-on, a payment or a registration that failed behind the entry.
		return $this->seen['kept'] ? $this->outcome( 'form.failed', 'actions_failed' ) : $this->outcome( 'form.rejected', 'form_error' );
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		if ( '' === $fatal && ! $this->begun ) {
			$id = explode( ':', \Aftercare\Form_Watch::form() )[1] ?? '';
			// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- it is verified here, and nothing is done.
			$nonce = $_POST['forminator_nonce'] ?? '';
			if ( ! is_string( $nonce ) || ! wp_verify_nonce( $nonce, "forminator_submit_form$id" ) ) {
				return $this->outcome( 'form.rejected', 'nonce', array( 'kept' => false ) );
			}
		}
		return parent::ended( $fatal, $http_status );
	}

	/** @inheritDoc */
	public function forms(): array {
		return Forminator_Forms::all();
	}

	/** The captcha's judge is answered for and not asked, nor is Akismet; what fell into the trap is taken out of it. */
	public function exempt(): void {
		add_filter( 'forminator_captcha_user_response', array( self::class, 'is_human' ), PHP_INT_MAX );
		add_filter( 'forminator_invalid_captcha_message', '__return_empty_string', PHP_INT_MAX );
		add_filter( 'forminator_prepared_data', array( Forminator_Forms::class, 'untrapped' ), PHP_INT_MAX, 2 );
		add_filter( 'forminator_spam_protection', array( self::class, 'not_to_akismet' ), PHP_INT_MIN );
		add_filter( 'forminator_spam_protection', '__return_false', PHP_INT_MAX - 1 ); // Before we look at it.
	}

	/**
	 * The next call is the one that asks whether a visitor is human.
	 *
	 * @param mixed $response What the visitor's browser says.
	 * @return mixed
	 */
	public static function is_human( $response ) {
		$answer = static function () use ( &$answer ): array {
			remove_filter( 'pre_http_request', $answer );
			return array(
				'headers'  => array(),
				'body'     => '{"success":true}',
				'response' => array(
					'code'    => 200,
					'message' => 'OK',
				),
				'cookies'  => array(),
			);
		};
		add_filter( 'pre_http_request', $answer );
		return $response;
	}

	/**
	 * Akismet learns nothing of a test entry.
	 *
	 * @param mixed $is Whether it is spam.
	 * @return mixed
	 */
	public static function not_to_akismet( $is ) {
		if ( class_exists( 'Forminator_Akismet' ) ) {
			remove_filter( 'forminator_spam_protection', array( \Forminator_Akismet::get_instance(), 'process_spam_protection' ), 10 );
		}
		return $is;
	}

	/** @inheritDoc */
	public function hold(): array {
		// Which integrations there are is known later; before the entry is looked at.
		add_action( 'forminator_form_before_save_entry', array( Forminator_Forms::class, 'disconnect' ), PHP_INT_MIN );
		add_action( 'forminator_form_before_handle_submit', array( Forminator_Forms::class, 'disconnect' ), PHP_INT_MIN );
		return array_merge( array( 'integrations' ), Late_Hold::off( Forminator_Forms::HOOKS, Forminator_Forms::OWN ) );
	}

	/** @inheritDoc */
	public function show( string $entry ): ?array {
		return Forminator_Forms::entry( self::whole( $entry ) );
	}

	/** @inheritDoc */
	public function forget( string $entry ): bool {
		return Forminator_Forms::forget( self::whole( $entry ) );
	}
}
