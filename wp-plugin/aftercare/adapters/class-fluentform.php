<?php
/**
 * Fluent Forms, from 5.0: one event for each submission, its forms, and test entries (past a captcha from 6.0.3).
 *
 * `fluentform/before_submission_confirmation` fires after the mails, for an entry that was kept. A refusal by field names
 * passes `fluentform/validation_errors`; every other one is an exception that ends the request with 422 or 429 and no hook
 * of its own: what was seen on the way says who refused. An exception of an action (mail, CRM) is swallowed by the plugin:
 * the visitor is thanked, the actions behind it never run.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Hold;
use Aftercare\Includes\Forms\Fluentform_Forms;
use Aftercare\Mail_Watch;

final class Fluentform extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'fluentform';

	const VERIFIED    = '6.2.2';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'fluentform/is_form_renderable'                  => array( 'allowed', PHP_INT_MAX ),
		'fluentform/too_many_requests'                   => array( 'too_many', PHP_INT_MAX ),
		'fluentForm/nonce_error'                         => array( 'nonce', PHP_INT_MAX ),
		'fluentform/disable_captcha'                     => array( 'captcha', PHP_INT_MAX ),
		'fluentform/validations'                         => array( 'past_captcha', PHP_INT_MAX ),
		'fluentform/validation_errors'                   => array( 'checked', PHP_INT_MAX ),
		'fluentform/validation_user_registration_errors' => array( 'checked', PHP_INT_MAX ),
		'fluentform/validation_user_update_errors'       => array( 'checked', PHP_INT_MAX ),
		'fluentform/validation_post_update_errors'       => array( 'checked', PHP_INT_MAX ),
		'fluentform/akismet_spam_result'                 => array( 'akismet', PHP_INT_MAX ),
		'fluentform/cleantalk_spam_result'               => array( 'cleantalk', PHP_INT_MAX ),
		'fluentform/honeypot_spam_message'               => array( 'honeypot', PHP_INT_MAX ),
		'fluentform/before_insert_payment_form'          => array( 'pays', 0 ),
		'fluentform/notify_on_form_submit'               => array( 'kept', 0 ),
		'fluentform/log_data'                            => array( 'logged', PHP_INT_MAX ),
		'fluentform/submission_inserted'                 => array( 'acted', PHP_INT_MAX ),
		'fluentform/before_submission_confirmation'      => array( 'confirmed', PHP_INT_MAX ),
		'fluentform/submission_confirmation'             => array( 'answered', PHP_INT_MAX ),
	);

	/** What a test entry is let past: filter → what it says then. The rate limit is five entries of one address in 30 s. */
	const EXEMPTIONS = array(
		'fluentform/prevent_malicious_attacks'          => '__return_false',
		'fluentform/honeypot_status'                    => '__return_false',
		'fluentform/token_based_spam_protection_status' => '__return_false',
		'fluentform/disable_captcha'                    => '__return_true',
		'fluentform/akismet_check_spam'                 => '__return_false',
		'fluentform/cleantalk_check_spam'               => '__return_false',
	);

	/** Once the entry is in: what other plugins do with it. A form that makes posts does so on the last. */
	const AFTER = array( 'fluentform/notify_on_form_submit', 'fluentform_submission_inserted', 'fluentform/submission_inserted', 'fluentform/before_submission_confirmation', 'fluentform/submission_inserted_post_form' );

	/** @var string What refuses where no field does: restricted, too_many_requests, nonce; a captcha's kind is in $asked. */
	private $refusal = 'refused';

	/** @var string The captcha that is being asked. */
	private $asked = '';

	/** @var bool Every action behind the entry ran. */
	private $acted = false;

	/** @var bool A notification has no valid recipient or no subject: it is not sent. */
	private $skipped = false;

	/** @var bool A payment takes over. */
	private $pays = false;

	/** @inheritDoc */
	public function version(): string {
		return defined( 'FLUENTFORM_VERSION' ) ? (string) FLUENTFORM_VERSION : '';
	}

	/** By admin-ajax only: the form does nothing without JavaScript. */
	public function posted( string $path, array $post ): ?array {
		$id = self::by_ajax( $path, $post, array( 'fluentform_submit' ) ) ? self::whole( $post['form_id'] ?? '' ) : 0;
		if ( 0 === $id || ! function_exists( 'fluentFormApi' ) ) {
			return null;
		}
		$form = \fluentFormApi( 'forms' )->find( $id );
		return is_object( $form ) ? array(
			'form'  => (string) $id,
			'title' => (string) $form->title,
		) : null;
	}

	/**
	 * Whether the form takes entries now: a limit, a schedule, a log-in.
	 *
	 * @param mixed $is status and message.
	 */
	public function allowed( $is ): void {
		if ( is_array( $is ) && empty( $is['status'] ) ) {
			$this->refusal = 'restricted';
		}
	}

	/** More than five entries of one address in half a minute: behind a proxy that is everybody's. */
	public function too_many(): ?Event {
		return $this->outcome( 'form.rejected', 'too_many_requests' );
	}

	/** A nonce that is too old. */
	public function nonce(): ?Event {
		return $this->outcome( 'form.rejected', 'nonce' );
	}

	/**
	 * A captcha is about to be asked.
	 *
	 * @param mixed $off  Whether it is not asked after all.
	 * @param mixed $form The form.
	 * @param mixed $kind recaptcha, hcaptcha or turnstile.
	 */
	public function captcha( $off, $form = null, $kind = '' ): void {
		$this->asked = $off ? '' : (string) $kind;
	}

	/** All captchas were passed. */
	public function past_captcha(): void {
		$this->asked = '';
	}

	/**
	 * The fields were looked at.
	 *
	 * @param mixed $errors Field name → what is wrong.
	 */
	public function checked( $errors ): ?Event {
		return is_array( $errors ) && $errors ? $this->refused( array_keys( $errors ) ) : null;
	}

	/**
	 * Akismet's word.
	 *
	 * @param mixed $is Whether it is spam.
	 */
	public function akismet( $is ): void {
		$this->called_spam( $is, 'akismet' );
	}

	/**
	 * CleanTalk's word.
	 *
	 * @param mixed $is Whether it is spam.
	 */
	public function cleantalk( $is ): void {
		$this->called_spam( $is, 'cleantalk' );
	}

	/** The honeypot was filled: refused without being kept. */
	public function honeypot(): ?Event {
		$this->called_spam( true, 'honeypot' );
		$this->seen['kept'] = false;
		return $this->spam();
	}

	/** A form with a payment: a gateway may end the request. */
	public function pays(): void {
		$this->pays = true;
	}

	/**
	 * The entry is in the table.
	 *
	 * @param mixed $id Its id.
	 */
	public function kept( $id ): void {
		$this->entry( $id );
	}

	/**
	 * The plugin writes into its own log; only that of a mail it did not even begin is of use here.
	 *
	 * @param mixed $line component, status, title, description.
	 */
	public function logged( $line ): void {
		$of_mail       = is_array( $line ) && 'EmailNotification' === ( $line['component'] ?? '' );
		$this->skipped = $this->skipped || ( $of_mail && 'error' === ( $line['status'] ?? '' ) );
	}

	/** Every action behind the entry ran: an exception in one of them would have come before. */
	public function acted(): void {
		$this->acted = true;
	}

	/**
	 * Kept, mailed, and about to thank.
	 *
	 * @param mixed $id The entry's.
	 */
	public function confirmed( $id ): ?Event {
		$this->entry( $id );
		if ( isset( $this->seen['spam_by'] ) ) {
			return $this->spam();
		}
		if ( ! $this->acted ) {
			return $this->outcome( 'form.failed', 'actions_failed' );
		}
		return $this->skipped && ! Mail_Watch::outcomes() ? $this->outcome( 'form.failed', 'mail_skipped' ) : $this->taken();
	}

	/**
	 * The answer is made; the first word of an entry that is spam and kept without further ado.
	 *
	 * @param mixed $answer       Handed on.
	 * @param mixed $form         The form.
	 * @param mixed $confirmation How the visitor is thanked.
	 * @param mixed $id           The entry's id.
	 */
	public function answered( $answer, $form = null, $confirmation = null, $id = 0 ): ?Event {
		if ( ! isset( $this->seen['spam_by'] ) ) {
			return null;
		}
		$this->entry( $id );
		return $this->spam();
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		if ( '' === $fatal && 422 === $http_status ) {
			if ( '' !== $this->asked ) {
				$this->called_spam( true, $this->asked );
			}
			$this->seen['kept'] = false;
			return isset( $this->seen['spam_by'] ) ? $this->spam() : $this->outcome( 'form.rejected', $this->refusal );
		}
		if ( '' === $fatal && $this->pays && $http_status < 400 && isset( $this->seen['entry'] ) ) {
			return $this->outcome( 'form.submitted', 'payment_pending' );
		}
		return parent::ended( $fatal, $http_status );
	}

	/** @inheritDoc */
	public function forms(): array {
		return Fluentform_Forms::told( Form_Hold::deeds( self::AFTER, $this->own() ) );
	}

	/** @inheritDoc */
	public function exempt(): void {
		foreach ( self::EXEMPTIONS as $filter => $says ) {
			add_filter( $filter, $says, PHP_INT_MAX );
		}
	}

	/** Of the feeds behind an entry only the mails run, and now. */
	public function hold(): array {
		$held = array_column( Fluentform_Forms::feeds( (int) explode( ':', \Aftercare\Form_Watch::form() )[1] ), 'name' );
		add_filter(
			'fluentform/global_notification_active_types',
			static function ( $types ) {
				return array_intersect_key( (array) $types, array( 'notifications' => true ) );
			},
			PHP_INT_MAX
		);
		add_filter( 'fluentform/notifying_async_email_notifications', '__return_false', PHP_INT_MAX );
		add_action(
			'fluentform/before_insert_submission',
			function () {
				Form_Hold::remove_others( self::AFTER, $this->own() );
				remove_all_actions( 'fluentform/submission_inserted_post_form' );
			},
			PHP_INT_MAX
		);
		return $held;
	}

	/** @inheritDoc */
	public function show( string $entry ): ?array {
		global $wpdb;
		$sql = "SELECT form_id, status, created_at FROM {$wpdb->prefix}fluentform_submissions WHERE id = %d";
		$row = $wpdb->get_row( $wpdb->prepare( $sql, self::whole( $entry ) ), ARRAY_A ); // phpcs:ignore WordPress.DB
		return null === $row ? null : array(
			'form'    => (string) $row['form_id'],
			'at'      => (int) strtotime( get_gmt_from_date( (string) $row['created_at'] ) . ' UTC' ),
			'spam'    => 'spam' === $row['status'],
			'spam_by' => '',
		);
	}

	/** By the plugin's own service: details, meta, logs and files go with it. */
	public function forget( string $entry ): bool {
		global $wpdb;
		$form = $wpdb->prepare( "SELECT form_id FROM {$wpdb->prefix}fluentform_submissions WHERE id = %d", $entry );
		$id   = $wpdb->get_var( $form ); // phpcs:ignore WordPress.DB
		if ( null !== $id ) {
			( new \FluentForm\App\Services\Submission\SubmissionService() )->deleteEntries( array( (int) $entry ), (int) $id );
		}
		return null === $wpdb->get_var( $form ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Whose callbacks are the form plugin's own.
	 *
	 * @return string[]
	 */
	private function own(): array {
		return array( self::PLUGIN, 'fluentformpro', self::slug_of( 'fluentFormApi' ) );
	}

	/**
	 * Notes who says that it is spam.
	 *
	 * @param mixed  $is Whether it is.
	 * @param string $by Who says so.
	 */
	private function called_spam( $is, string $by ): void {
		if ( $is ) {
			$this->seen['spam_by'] = $by;
		}
	}
}
