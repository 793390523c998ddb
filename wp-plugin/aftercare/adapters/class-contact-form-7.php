<?php
/**
 * Contact Form 7, from 5.7: one event for each submission, its forms, and test entries.
 *
 * `wpcf7_submit` fires last, or never if the relay hangs: the mail watch sees that. The second mail of a form may fail
 * and the status is still `mail_sent`: the event then names it among `mails_failed`. Entries are kept by Flamingo, where it
 * is. Hooks as in includes/submission.php, includes/contact-form.php and modules/ of 6.1.6.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Hold;
use Aftercare\Includes\Forms\Contact_Form_7_Forms;
use Aftercare\Mail_Watch;

final class Contact_Form_7 extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry, \Aftercare\Tells_A_Visitor {

	const PLUGIN = 'contact-form-7';

	const VERIFIED    = '6.1.6';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'wpcf7_after_flamingo'    => array( 'stored', PHP_INT_MAX ),
		'wpcf7_submit'            => array( 'submitted', PHP_INT_MAX ),
		'wpcf7_feedback_response' => array( 'answered', 100 ),
	);

	const EVENTS = array(
		'mail_sent'          => 'form.submitted',
		'mail_failed'        => 'form.failed',
		'aborted'            => 'form.failed',
		'validation_failed'  => 'form.rejected',
		'acceptance_missing' => 'form.rejected',
		'error'              => 'form.rejected',
		'spam'               => 'form.spam',
	);

	/** After the mail: what other plugins do with an entry that is through. */
	const AFTER = array( 'wpcf7_mail_sent', 'wpcf7_mail_failed', 'wpcf7_submit' );

	/** Plugins that take the entry before the mail, on `wpcf7_before_send_mail`: tables of their own, newsletters, CRMs. */
	const TAKERS = array( 'contact-form-cfdb7', 'advanced-cf7-db', 'contact-form-submissions', 'contact-form-entries', 'contact-form-7-mailchimp-extension', 'cf7-hubspot', 'cf7-salesforce', 'cf7-zoho', 'cf7-google-sheets-connector', 'cf7-to-zapier', 'mailchimp-for-wp', 'mailpoet', 'newsletter' );

	/** @inheritDoc */
	public function version(): string {
		return defined( 'WPCF7_VERSION' ) ? (string) WPCF7_VERSION : '';
	}

	/** By REST, or without JavaScript by a POST to the page. */
	public function posted( string $path, array $post ): ?array {
		if ( preg_match( '#/contact-form-7/v1/contact-forms/(\d+)/feedback/?$#', $path, $found ) ) {
			$id = (int) $found[1]; // Also when PHP threw the fields away: post_max_size.
		} elseif ( isset( $post['_wpcf7'] ) && is_scalar( $post['_wpcf7'] ) ) {
			$id = (int) $post['_wpcf7'];
		} else {
			return null;
		}
		$form = $id > 0 ? \wpcf7_contact_form( $id ) : null;
		if ( ! $form instanceof \WPCF7_ContactForm ) {
			return null; // A robot's guess, or a page older than its form.
		}
		return array(
			'form'  => (string) $form->id(),
			'title' => (string) $form->title(),
		);
	}

	/**
	 * Flamingo keeps the entry.
	 *
	 * @param mixed $result With flamingo_inbound_id.
	 */
	public function stored( $result ): void {
		$this->entry( ( (array) $result )['flamingo_inbound_id'] ?? 0 );
	}

	/** Field names and outcome: what the visitor typed stays on the site. */
	public function submitted( \WPCF7_ContactForm $form, array $result ): ?Event {
		$status                = (string) ( $result['status'] ?? '' );
		$this->seen['spam_by'] = 'spam' === $status ? $this->spam_by() : '';
		if ( class_exists( 'Flamingo_Inbound_Message' ) ) {
			$this->seen += array( 'kept' => false );
		}
		if ( 'validation_failed' === $status ) {
			return $this->refused( array_keys( (array) ( $result['invalid_fields'] ?? array() ) ) );
		}
		if ( isset( self::EVENTS[ $status ] ) ) {
			return $this->outcome( self::EVENTS[ $status ], $status );
		}
		// An add-on's own status (Stripe: payment_required): with a mail it went through, without it was turned back.
		return Mail_Watch::outcomes() ? $this->taken( $status ) : $this->outcome( 'form.rejected', $status );
	}

	/**
	 * A form for subscribers only refuses a stranger before `wpcf7_submit`.
	 *
	 * @param mixed $response Handed on.
	 * @param mixed $result   As in submitted().
	 */
	public function answered( $response, $result = array() ): ?Event {
		return is_array( $result ) && 'error' === ( $result['status'] ?? '' ) ? $this->outcome( 'form.rejected', 'error' ) : null;
	}

	/** @inheritDoc */
	public function tell( string $line ): void {
		add_filter(
			'wpcf7_display_message',
			static function ( $message, $status = '' ) use ( $line ) {
				return 'mail_sent_ng' === $status && is_string( $message ) ? "$message $line" : $message;
			},
			PHP_INT_MAX,
			2
		);
	}

	/** @inheritDoc */
	public function forms(): array {
		return Contact_Form_7_Forms::told( Form_Hold::deeds( self::AFTER, $this->own() ), Form_Hold::deeds( array( 'wpcf7_before_send_mail' ), $this->own(), self::TAKERS ) );
	}

	/** @inheritDoc */
	public function exempt(): void {
		add_filter( 'wpcf7_skip_spam_check', '__return_true', PHP_INT_MAX ); // reCAPTCHA, Turnstile, Akismet, disallowed words, nonce.
		foreach ( array( 'wpcf7_validate_quiz', 'wpcf7_validate_captchar' ) as $asks ) {
			remove_all_filters( $asks );
		}
	}

	/** @inheritDoc */
	public function hold(): array {
		// By then every plugin has taken its hooks.
		add_filter(
			'wpcf7_posted_data',
			function ( $data ) {
				Form_Hold::remove_others( self::AFTER, $this->own() );
				Form_Hold::remove_others( array( 'wpcf7_before_send_mail' ), $this->own(), self::TAKERS );
				return $data;
			},
			PHP_INT_MAX
		);
		add_filter( 'wpcf7_do_doi', '__return_false', PHP_INT_MAX );
		add_filter( 'flamingo_add_contact', '__return_empty_array', PHP_INT_MAX ); // Its address book.
		return remove_action( 'wpcf7_submit', 'wpcf7_sendinblue_submit' ) && Contact_Form_7_Forms::uses_brevo() ? array( 'Brevo' ) : array();
	}

	/** What Flamingo kept: its meta says of which form. */
	public function show( string $entry ): ?array {
		$post = $this->message( $entry );
		if ( null === $post ) {
			return null;
		}
		$by = array_column( (array) get_post_meta( $post->ID, '_spam_log', true ), 'agent' );
		return array(
			'form'    => $this->form_of( $post ),
			'at'      => (int) strtotime( "$post->post_date_gmt UTC" ),
			'spam'    => 'flamingo-spam' === $post->post_status,
			'spam_by' => implode( ', ', array_unique( $by ) ),
		);
	}

	/** What Flamingo kept. */
	public function forget( string $entry ): bool {
		return null === $this->message( $entry ) || (bool) wp_delete_post( self::whole( $entry ), true );
	}

	/**
	 * A message that Flamingo keeps.
	 *
	 * @param string $entry Its id.
	 */
	private function message( string $entry ): ?\WP_Post {
		$id   = self::whole( $entry ); // Asked for post 0, core answers with the one of the page.
		$post = 0 === $id ? null : get_post( $id );
		return $post && 'flamingo_inbound' === $post->post_type ? $post : null;
	}

	/**
	 * The form that a message came by: each form has a channel of its own.
	 *
	 * @param \WP_Post $message Flamingo's.
	 */
	private function form_of( \WP_Post $message ): string {
		$channels = wp_get_object_terms( $message->ID, 'flamingo_inbound_channel', array( 'fields' => 'ids' ) );
		foreach ( \WPCF7_ContactForm::find( array( 'posts_per_page' => \Aftercare\Forms::MOST ) ) as $form ) {
			$channel = ( (array) get_post_meta( $form->id(), '_flamingo', true ) )['channel'] ?? 0;
			if ( is_array( $channels ) && $channel && in_array( (int) $channel, array_map( 'intval', $channels ), true ) ) {
				return (string) $form->id();
			}
		}
		return '';
	}

	/**
	 * Whose callbacks are the form plugin's own.
	 *
	 * @return string[]
	 */
	private function own(): array {
		return array( self::PLUGIN, self::slug_of( 'WPCF7_ContactForm' ) );
	}

	/** Who called it spam. */
	private function spam_by(): string {
		$submission = \WPCF7_Submission::get_instance();
		$log        = $submission && method_exists( $submission, 'get_spam_log' ) ? (array) $submission->get_spam_log() : array();
		return implode( ', ', array_unique( array_column( $log, 'agent' ) ) );
	}
}
