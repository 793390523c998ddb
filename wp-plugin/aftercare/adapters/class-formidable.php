<?php
/**
 * Formidable Forms, from 6.0: one event for each submission.
 *
 * `frm_process_entry` fires after entry and mails, by page and by AJAX. Errors pass `frm_validate_entry`, those of add-ons
 * `frm_entries_before_create`: a spam verdict among them says nothing of whose it is, so the filter that was asked last
 * does. Where wp_mail() fails, Formidable calls PHP's own mail(), past every hook: the mail is told as failed all the same.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;

final class Formidable extends \Aftercare\Form_Adapter {

	const PLUGIN = 'formidable';

	const VERIFIED    = '6.34';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'frm_process_antispam'         => array( 'token', PHP_INT_MAX ),
		'frm_process_honeypot'         => array( 'honeypot', PHP_INT_MAX ),
		'frm_check_blacklist'          => array( 'asks_disallowed', PHP_INT_MAX ),
		'frm_check_denylist'           => array( 'asks_denylist', PHP_INT_MAX ),
		'frm_stopforumspam_api_url'    => array( 'asks_stopforumspam', PHP_INT_MAX ),
		'frm_akismet_values'           => array( 'asks_akismet', PHP_INT_MAX ),
		'frm_validate_entry'           => array( 'validated', PHP_INT_MAX ),
		'frm_entries_before_create'    => array( 'checked', PHP_INT_MAX ),
		'frm_time_to_check_duplicates' => array( 'asks_duplicate', PHP_INT_MAX ),
		'frm_after_create_entry'       => array( 'kept', 0 ),
		'frm_process_entry'            => array( 'processed', PHP_INT_MAX ),
	);

	/** @var string The spam filter that was asked last; it said so if anybody did. */
	private $asked = '';

	/** @var bool Whether the same answers came a minute ago is asked: one that is not kept then is a duplicate. */
	private $duplicate = false;

	/** @inheritDoc */
	public function version(): string {
		return class_exists( 'FrmAppHelper' ) ? (string) \FrmAppHelper::plugin_version() : '';
	}

	/** A POST to any page, or by admin-ajax; not the pages of a form before its last, which keep nothing. */
	public function posted( string $path, array $post ): ?array {
		$by_ajax = self::by_ajax( $path, $post, array( 'frm_entries_create' ) );
		$id      = self::whole( $post['form_id'] ?? '' );
		$creates = isset( $post['item_key'] ) && 'create' === ( $post['frm_action'] ?? '' ) && ( $by_ajax || ! is_admin() );
		if ( 0 === $id || ! $creates || isset( $post['frm_next_page'] ) || isset( $post[ "frm_page_order_$id" ] ) ) {
			return null;
		}
		$form = \FrmForm::getOne( $id );
		return is_object( $form ) && (int) $form->id === $id ? array(
			'form'  => (string) $id,
			'title' => (string) $form->name,
		) : null;
	}

	/**
	 * The page's token: text where it is missing or too old, as a cached page's is after two days.
	 *
	 * @param mixed $valid True, or the words of the refusal.
	 */
	public function token( $valid ): void {
		$this->asked = true === $valid ? '' : 'token';
	}

	/**
	 * The field that only robots fill.
	 *
	 * @param mixed $filled Whether it was.
	 */
	public function honeypot( $filled ): void {
		$this->asked = $filled ? 'honeypot' : '';
	}

	/**
	 * WordPress's list of disallowed words is asked.
	 *
	 * @param mixed $on Whether it is.
	 */
	public function asks_disallowed( $on ): void {
		$this->asked = $on ? 'disallowed_list' : '';
	}

	/**
	 * Formidable's own list is asked.
	 *
	 * @param mixed $on Whether it is.
	 */
	public function asks_denylist( $on ): void {
		$this->asked = $on ? 'denylist' : $this->asked;
	}

	/** Stop Forum Spam is asked. */
	public function asks_stopforumspam(): void {
		$this->asked = 'stopforumspam';
	}

	/** Akismet is asked. */
	public function asks_akismet(): void {
		$this->asked = 'akismet';
	}

	/**
	 * Fields and spam were looked at; by AJAX this is the last word before the answer.
	 *
	 * @param mixed $errors `spam`, `form`, or `field<id>` → what is wrong.
	 * @param mixed $values What was posted.
	 * @param mixed $args   `exclude`: a part of the form only.
	 */
	public function validated( $errors, $values = array(), $args = array() ): ?Event {
		return empty( $args['exclude'] ) ? $this->checked( $errors ) : null;
	}

	/**
	 * Add-ons looked too.
	 *
	 * @param mixed $errors As in validated().
	 */
	public function checked( $errors ): ?Event {
		if ( ! is_array( $errors ) || ! $errors || ! $this->under_way() ) {
			return null;
		}
		$this->seen['kept'] = false;
		if ( isset( $errors['spam'] ) ) {
			$this->seen['spam_by'] = $this->spam_by();
			return $this->spam();
		}
		$fields = array_filter( array_map( array( self::class, 'field' ), array_keys( $errors ) ), 'strlen' );
		return $fields ? $this->refused( $fields ) : $this->outcome( 'form.rejected', 'form_error' );
	}

	/** Whether the same answers came within a minute is asked next. */
	public function asks_duplicate(): void {
		$this->duplicate = true;
	}

	/**
	 * The entry is in the table; those of a form within the form do not count.
	 *
	 * @param mixed $id   Its id.
	 * @param mixed $form The form's id.
	 * @param mixed $args is_child.
	 */
	public function kept( $id, $form = 0, $args = array() ): void {
		if ( empty( $args['is_child'] ) ) {
			$this->entry( $id );
		}
	}

	/**
	 * Kept and mailed, or neither.
	 *
	 * @param mixed $params Of the request.
	 * @param mixed $errors None: those were told before.
	 * @param mixed $form   The form.
	 */
	public function processed( $params, $errors = array(), $form = null ): ?Event {
		if ( ! isset( $this->seen['entry'] ) ) {
			$this->seen['kept'] = false;
			return $this->outcome( 'form.rejected', $this->duplicate ? 'duplicate' : 'not_created' );
		}
		if ( is_object( $form ) && ! empty( $form->options['no_save'] ) ) {
			$this->entry( 0 ); // It is deleted again after the answer.
		}
		return $this->taken();
	}

	/** Whose word the spam verdict is, as far as it can be told. */
	private function spam_by(): string {
		$settings = \FrmAppHelper::get_settings();
		// The comments' spam filters come after the lists and pass no hook of Formidable's.
		$unsure = ! empty( $settings->wp_spam_check ) && in_array( $this->asked, array( 'disallowed_list', 'denylist', 'stopforumspam' ), true );
		return '' === $this->asked || $unsure ? 'formidable' : $this->asked;
	}

	/**
	 * A field by its label, nothing where the error is not of a field.
	 *
	 * @param mixed $key `field12`, or `field12-3` within another form.
	 */
	private static function field( $key ): string {
		if ( ! preg_match( '/^field(\d+)/', (string) $key, $found ) ) {
			return '';
		}
		$field = \FrmField::getOne( (int) $found[1] );
		$label = is_object( $field ) ? trim( wp_strip_all_tags( (string) $field->name ) ) : '';
		return '' === $label ? $found[0] : $label;
	}
}
