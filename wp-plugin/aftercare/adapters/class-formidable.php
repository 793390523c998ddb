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
use Aftercare\Form_Watch;
use Aftercare\Includes\Forms\Formidable_Forms;
use Aftercare\Includes\Forms\Late_Hold;

final class Formidable extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

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

	/** @inheritDoc */
	public function forms(): array {
		return Formidable_Forms::all();
	}

	/** Captchas are no fields that are looked at, the filters of Formidable's spam checks say no, and so do the settings of those without. */
	public function exempt(): void {
		foreach ( array( 'frm_run_antispam', 'frm_run_honeypot', 'frm_check_blacklist', 'frm_check_denylist' ) as $hook ) {
			add_filter( $hook, '__return_false', PHP_INT_MAX - 1 );
		}
		add_filter(
			'frm_fields_to_validate',
			static function ( $fields ) {
				return ! is_array( $fields ) ? $fields : array_filter(
					$fields,
					static function ( $field ): bool {
						return 'captcha' !== ( $field->type ?? '' );
					}
				);
			},
			PHP_INT_MAX
		);
		add_filter(
			'frm_form_object',
			static function ( $form ) {
				if ( is_object( $form ) && is_array( $form->options ?? null ) ) {
					$form                           = clone $form; // The plugin's cache keeps its own.
					$form->options['akismet']       = '';
					$form->options['stopforumspam'] = 0;
				}
				return $form;
			},
			PHP_INT_MAX
		);
		\FrmAppHelper::get_settings()->wp_spam_check = 0; // In memory: it is read in this request only.
		// What a person sends twice within a minute is a duplicate; two tries of one form are none.
		add_filter( 'frm_time_to_check_duplicates', '__return_zero', PHP_INT_MAX - 1 );
	}

	/** Of the form's actions only mail and answer run; no other plugin hears of it. */
	public function hold(): array {
		$id = self::whole( substr( Form_Watch::form(), strlen( self::PLUGIN ) + 1 ) );
		add_filter( 'frm_skip_form_action', array( self::class, 'skips' ), PHP_INT_MAX, 2 );
		add_filter( 'frm_email_header', array( self::class, 'without_php_mail' ), PHP_INT_MAX );
		Late_Hold::off( Formidable_Forms::hooks( $id ), Formidable_Forms::OWN );
		return array_column( Formidable_Forms::deeds( $id ), 'name' );
	}

	/**
	 * Whether an action is left out; of its own accord Formidable also runs some when an entry is deleted.
	 *
	 * @param mixed $skip  Whether it is anyway.
	 * @param mixed $about Its `action`, a post, and the `event`.
	 * @return mixed
	 */
	public static function skips( $skip, $about = array() ) {
		$harmless = in_array( $about['action']->post_excerpt ?? '', Formidable_Forms::HARMLESS, true );
		return ! $harmless || 'delete' === ( $about['event'] ?? '' ) ? true : $skip;
	}

	/**
	 * Where wp_mail() fails Formidable hands the same mail to PHP's mail(), with the recipients of the form, past every hook.
	 * An empty line among the headers is nothing to wp_mail(), and mail() refuses it.
	 *
	 * @param mixed $headers A list of lines, or text.
	 * @return mixed
	 */
	public static function without_php_mail( $headers ) {
		$first = array( 'X-Aftercare-Test: 1', '' );
		return is_array( $headers ) ? array_merge( $first, $headers ) : implode( "\r\n", $first ) . "\r\n" . ( is_string( $headers ) ? $headers : '' );
	}

	/** What is spam to Formidable is refused, never kept. */
	public function show( string $entry ): ?array {
		$id    = self::whole( $entry );
		$found = 0 === $id ? null : \FrmEntry::getOne( $id );
		return ! is_object( $found ) ? null : array(
			'form'    => (string) $found->form_id,
			'at'      => (int) strtotime( "$found->created_at UTC" ),
			'spam'    => false,
			'spam_by' => '',
		);
	}

	/** The entry with its answers; its actions for a deletion do not run. */
	public function forget( string $entry ): bool {
		$id = self::whole( $entry );
		if ( 0 === $id ) {
			return true;
		}
		add_filter( 'frm_skip_form_action', '__return_true', PHP_INT_MAX );
		try {
			\FrmEntry::destroy( $id );
		} finally {
			remove_filter( 'frm_skip_form_action', '__return_true', PHP_INT_MAX );
		}
		return ! \FrmEntry::getOne( $id );
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
		return is_object( $field ) ? Formidable_Forms::field( $field ) : $found[0];
	}
}
