<?php
/**
 * Contact Form 7, from 5.7: one event for each submission.
 *
 * `wpcf7_submit` fires last, or never if the relay hangs: the mail watch sees that. The second mail of a form may fail
 * and the status is still `mail_sent`: the event then names it among `mails_failed`.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;

final class Contact_Form_7 implements \Aftercare\Adapter {

	const PLUGIN = 'contact-form-7';

	const VERIFIED    = '6.1.6';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'wpcf7_submit'            => 'submitted',
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

	/** Field names and outcome: what the visitor typed stays on the site. */
	public function submitted( \WPCF7_ContactForm $form, array $result ): ?Event {
		$type = self::EVENTS[ $result['status'] ?? '' ] ?? null;
		if ( null === $type ) {
			return null; // An add-on's own status: not ours to judge.
		}
		return new Event(
			$type,
			array(
				'form'    => (string) $form->id(),
				'title'   => (string) $form->title(),
				'invalid' => array_keys( (array) ( $result['invalid_fields'] ?? array() ) ),
				'status'  => (string) $result['status'],
				'spam_by' => 'form.spam' === $type ? $this->spam_by() : '',
			)
		);
	}

	/**
	 * A form for subscribers only refuses a stranger before `wpcf7_submit`.
	 *
	 * @param mixed $response Handed on.
	 * @param mixed $result   As in submitted().
	 */
	public function answered( $response, $result = array() ): ?Event {
		if ( ! is_array( $result ) || 'error' !== ( $result['status'] ?? '' ) || \Aftercare\Form_Watch::settled() ) {
			return null;
		}
		return new Event( 'form.rejected', array( 'status' => 'error' ) );
	}

	/** Who called it spam. */
	private function spam_by(): string {
		$submission = \WPCF7_Submission::get_instance();
		$log        = $submission && method_exists( $submission, 'get_spam_log' ) ? (array) $submission->get_spam_log() : array();
		return implode( ', ', array_unique( array_column( $log, 'agent' ) ) );
	}
}
