<?php
/**
 * WPForms (Lite and Pro), from 1.6: one event for each submission.
 *
 * `wpforms_process_complete` fires after the mails. A refusal passes `wpforms_process_initial_errors`, later ones only stay
 * in the processor's list of errors, read when the request is over. A filled honeypot is thanked and thrown away. Lite
 * keeps no entries. With "Optimize Email Sending" the mails leave in a later request: the outcome is then `mails_later`.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Watch;
use Aftercare\Includes\Forms\Late_Hold;
use Aftercare\Includes\Forms\Wpforms_Forms;

final class Wpforms extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'wpforms';

	const VERIFIED    = '2.0.0.2';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'wpforms_process_initial_errors' => array( 'checked', PHP_INT_MAX ),
		'wpforms_process_honeypot'       => array( 'honeypot', PHP_INT_MAX ),
		'wpforms_process_antispam'       => array( 'token', PHP_INT_MAX ),
		'wpforms_tasks_entry_emails_trigger_send_same_process' => array( 'mails', PHP_INT_MAX ),
		'wpforms_process_entry_saved'    => array( 'saved', 0 ),
		'wpforms_process_complete'       => array( 'complete', PHP_INT_MAX ),
	);

	/** @var bool The mails are left to a task. */
	private $later = false;

	/** @inheritDoc */
	public function version(): string {
		return defined( 'WPFORMS_VERSION' ) ? (string) WPFORMS_VERSION : '';
	}

	/** A POST to any page, or by admin-ajax. */
	public function posted( string $path, array $post ): ?array {
		if ( ! is_array( $post['wpforms'] ?? null ) || ( is_admin() && ! self::by_ajax( $path, $post, array( 'wpforms_submit' ) ) ) ) {
			return null;
		}
		$id   = self::whole( $post['wpforms']['id'] ?? '' );
		$form = $id > 0 ? get_post( $id ) : null;
		if ( ! $form instanceof \WP_Post || 'wpforms' !== $form->post_type || 'publish' !== $form->post_status ) {
			return null;
		}
		return array(
			'form'  => (string) $id,
			'title' => $form->post_title,
		);
	}

	/** @inheritDoc */
	public function forms(): array {
		return Wpforms_Forms::all();
	}

	/** The filters by which WPForms lets an add-on switch its looks off; a custom captcha is a field, taken out of the form. */
	public function exempt(): void {
		$yes = array(
			'wpforms_process_bypass_captcha', // Also Akismet; in Pro, where spam is kept, the filters by country and keyword.
			'wpforms_process_anti_spam_honeypot_bypass',
			'wpforms_process_time_limit_check_bypass',
			'wpforms_process_antispam',
		);
		foreach ( $yes as $hook ) {
			add_filter( $hook, '__return_true', PHP_INT_MAX - 1 );
		}
		add_filter( 'wpforms_process_honeypot', '__return_false', PHP_INT_MAX - 1 );
		add_filter(
			'wpforms_process_before_form_data',
			static function ( $form ) {
				foreach ( is_array( $form ) ? (array) ( $form['fields'] ?? array() ) : array() as $id => $field ) {
					if ( 'captcha' === ( $field['type'] ?? '' ) ) {
						unset( $form['fields'][ $id ] );
					}
				}
				return $form;
			},
			PHP_INT_MAX
		);
	}

	/** Mails leave in this request; no count, cloud copy, log, provider or other plugin hears of it. */
	public function hold(): array {
		add_filter( 'wpforms_tasks_entry_emails_trigger_send_same_process', '__return_true', PHP_INT_MAX - 1 );
		foreach ( array( 'wpforms_dash_widget_allow_entries_count_lite', 'wpforms_analytics_should_track_user', 'wpforms_integrations_lite_connect_is_allowed' ) as $hook ) {
			add_filter( $hook, '__return_false', PHP_INT_MAX );
		}
		add_filter(
			'wpforms_setting',
			static function ( $value, $key = '' ) {
				return 'logs-enable' === $key ? false : $value;
			},
			PHP_INT_MAX,
			2
		);
		add_filter(
			'wpforms_process_before_form_data',
			static function ( $form ) {
				return is_array( $form ) ? array( 'providers' => array() ) + $form : $form;
			},
			PHP_INT_MAX
		);
		$id    = self::whole( substr( Form_Watch::form(), strlen( self::PLUGIN ) + 1 ) );
		$data  = json_decode( (string) get_post_field( 'post_content', $id, 'raw' ), true );
		$named = array_column( Wpforms_Forms::deeds( $id, is_array( $data ) ? $data : array() ), 'name' );
		Late_Hold::off( Wpforms_Forms::hooks( $id ), Wpforms_Forms::OWN );
		return $named;
	}

	/** @inheritDoc */
	public function show( string $entry ): ?array {
		$id    = self::whole( $entry );
		$pro   = self::entries();
		$found = 0 === $id || null === $pro ? null : $pro->get( $id, array( 'cap' => false ) );
		return ! is_object( $found ) ? null : array(
			'form'    => (string) $found->form_id,
			'at'      => (int) strtotime( "$found->date UTC" ),
			'spam'    => 'spam' === $found->status,
			'spam_by' => '',
		);
	}

	/** Pro keeps entries, with their answers, notes and files; Lite keeps nothing, and what it counts was held. */
	public function forget( string $entry ): bool {
		$id  = self::whole( $entry );
		$pro = self::entries();
		if ( 0 === $id || null === $pro ) {
			return true;
		}
		$pro->delete( $id, array( 'cap' => false ) ); // Its answer is false too where there were no notes to delete.
		return empty( $pro->get( $id, array( 'cap' => false ) ) );
	}

	/** Pro's handler of entries; Lite has none. */
	private static function entries(): ?object {
		$all = function_exists( 'wpforms' ) ? \wpforms() : null;
		$pro = is_object( $all ) && is_callable( array( $all, 'obj' ) ) ? $all->obj( 'entry' ) : null;
		return is_object( $pro ) && is_callable( array( $pro, 'delete' ) ) ? $pro : null;
	}

	/**
	 * Fields, captcha and upload size were looked at.
	 *
	 * @param mixed $errors Form id → field id, `recaptcha`, `header` or `footer` → what is wrong.
	 * @param mixed $form   The form's data.
	 */
	public function checked( $errors, $form = array() ): ?Event {
		return is_array( $errors ) && is_array( $form ) ? $this->judged( $errors, $form ) : null;
	}

	/**
	 * The old honeypot: thanked, neither kept nor mailed.
	 *
	 * @param mixed $filled Words where it was filled.
	 */
	public function honeypot( $filled ): ?Event {
		return $filled ? $this->spam_by( 'honeypot' ) : null;
	}

	/**
	 * The page's token.
	 *
	 * @param mixed $valid True; else false, or the words of the refusal.
	 */
	public function token( $valid ): ?Event {
		return $valid && ! is_string( $valid ) ? null : $this->spam_by( 'token' );
	}

	/**
	 * Whether the mails leave now.
	 *
	 * @param mixed $now Forced by a filter.
	 */
	public function mails( $now ): void {
		$this->later = ! $now && (bool) \wpforms_setting( 'email-async', false );
	}

	/**
	 * The entry is in the table; one that is spam may be kept too.
	 *
	 * @param mixed $fields Not looked at.
	 * @param mixed $entry  Not looked at.
	 * @param mixed $form   The form's data.
	 * @param mixed $id     The entry's.
	 */
	public function saved( $fields, $entry = null, $form = null, $id = 0 ): void {
		$this->entry( $id );
	}

	/**
	 * Kept and mailed.
	 *
	 * @param mixed $fields Not looked at.
	 * @param mixed $entry  Not looked at.
	 * @param mixed $form   The form's data.
	 * @param mixed $id     The entry's; 0 where none is kept.
	 */
	public function complete( $fields, $entry = null, $form = null, $id = 0 ): ?Event {
		$this->entry( $id );
		return $this->taken( $this->later ? 'mails_later' : 'submitted' );
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		$process = self::process();
		if ( '' === $fatal && is_object( $process ) ) {
			$form = (array) ( $process->form_data ?? array() );
			$why  = $process->spam_reason ?? $form['spam_reason'] ?? ''; // From 1.9; such an entry may be kept.
			if ( is_string( $why ) && '' !== $why ) {
				return $this->spam_by( $why );
			}
			$event = $this->judged( (array) $process->errors, $form );
			if ( null !== $event ) {
				return $event;
			}
		}
		return parent::ended( $fatal, $http_status );
	}

	/**
	 * What a list of errors comes to; nothing where it is empty.
	 *
	 * @param array<int|string, mixed> $errors As in checked().
	 * @param array<string, mixed>     $form   The form's data.
	 */
	private function judged( array $errors, array $form ): ?Event {
		$of_form = $errors[ self::whole( $form['id'] ?? '' ) ] ?? array();
		if ( ! is_array( $of_form ) || ! $of_form || ! $this->under_way() ) {
			return null;
		}
		if ( isset( $of_form['recaptcha'] ) ) {
			return $this->spam_by( 'captcha' );
		}
		$this->seen += array( 'kept' => false );
		$names       = array();
		foreach ( array_filter( array_keys( $of_form ), 'is_int' ) as $id ) {
			$names[] = Wpforms_Forms::field( (array) ( $form['fields'] ?? array() ), $id );
		}
		return $names ? $this->refused( $names ) : $this->outcome( 'form.rejected', 'form_error' );
	}

	/**
	 * Spam, by whose word.
	 *
	 * @param string $who Who says so.
	 */
	private function spam_by( string $who ): ?Event {
		$this->seen['spam_by'] = $who;
		$this->seen           += array( 'kept' => false );
		return $this->spam();
	}

	/** The plugin's processor, by the name that this version has for it: 1.9, 1.7, 1.6. */
	private static function process(): ?object {
		$all = function_exists( 'wpforms' ) ? \wpforms() : null;
		if ( ! is_object( $all ) ) {
			return null;
		}
		$found = array(
			is_callable( array( $all, 'obj' ) ) ? $all->obj( 'process' ) : null,
			is_callable( array( $all, 'get' ) ) ? $all->get( 'process' ) : null,
			$all->process ?? null,
		);
		foreach ( $found as $process ) {
			if ( is_object( $process ) && property_exists( $process, 'errors' ) ) {
				return $process;
			}
		}
		return null;
	}
}
