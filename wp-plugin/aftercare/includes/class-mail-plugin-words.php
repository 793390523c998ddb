<?php
/**
 * What mail plugins say of their own mails beside WordPress's hooks: refusals of an API, transcripts, modes.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Mail_Plugin_Words implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'wp_mail_smtp_mailcatcher_send_failed', 'wp_mail_smtp_failed', 10, 5, 'everywhere' ),
			array( 'wp_mail_smtp_mailcatcher_send_after', 'wp_mail_smtp_asked_api', 10, 1, 'everywhere' ),
			array( 'wp_mail_smtp_mail_catcher_send_blocked', 'wp_mail_smtp_blocked', 10, 1, 'everywhere' ),
			array( 'post_smtp_on_failed', 'post_smtp_failed', 10, 5, 'everywhere' ),
			array( 'mailgun_error_track', 'mailgun_failed', 10, 1, 'everywhere' ),
		);
	}

	/**
	 * WP Mail SMTP, by SMTP or by API: what its mailer was answered.
	 *
	 * @param mixed $message   The error.
	 * @param mixed $phpmailer Its mailer.
	 * @param mixed $slug      Which of its mailers.
	 * @param mixed $code      Its own code.
	 * @param mixed $http_code HTTP status, 0 where there is none.
	 */
	public static function wp_mail_smtp_failed( $message, $phpmailer = null, $slug = '', $code = '', $http_code = 0 ): void {
		$mail = Mail_Watch::innermost();
		if ( null !== $mail ) {
			$mail->said      = trim( wp_strip_all_tags( (string) $message ) );
			$mail->http_code = (int) $http_code;
		}
	}

	/**
	 * WP Mail SMTP asked an API. Before 3.5 a refusal ends in `wp_mail_succeeded` all the same.
	 *
	 * @param mixed $mailer Its mailer.
	 */
	public static function wp_mail_smtp_asked_api( $mailer ): void {
		$mail = Mail_Watch::innermost();
		if ( null !== $mail && is_object( $mailer ) && method_exists( $mailer, 'is_email_sent' ) && true !== $mailer->is_email_sent() ) {
			$mail->refused   = true;
			$mail->said      = method_exists( $mailer, 'get_response_error' ) ? trim( wp_strip_all_tags( (string) $mailer->get_response_error() ) ) : '';
			$mail->http_code = method_exists( $mailer, 'get_response_code' ) ? (int) $mailer->get_response_code() : 0;
		}
	}

	/** WP Mail SMTP is set to "Do Not Send": core will say that the mail was sent. */
	public static function wp_mail_smtp_blocked(): void {
		$mail = Mail_Watch::innermost();
		if ( null !== $mail ) {
			$mail->kept_in = 'wp-mail-smtp is set to "Do Not Send"';
		}
	}

	/**
	 * Post SMTP's own engine: the transcript of its conversation.
	 *
	 * @param mixed $log        Its log entry, not needed.
	 * @param mixed $message    Its message, not needed.
	 * @param mixed $transcript The conversation.
	 * @param mixed $transport  Its transport, not needed.
	 * @param mixed $error      The error.
	 */
	public static function post_smtp_failed( $log, $message = null, $transcript = '', $transport = null, $error = '' ): void {
		$mail = Mail_Watch::innermost();
		if ( null === $mail ) {
			return;
		}
		$mail->said = is_scalar( $error ) ? trim( (string) $error ) : '';
		if ( is_string( $transcript ) && '' !== $transcript ) {
			$mail->dialogue = new Dialogue( '__return_null' );
			$mail->dialogue->adopt( $transcript );
		}
	}

	/**
	 * Mailgun by API: the only word it says of a failure.
	 *
	 * @param mixed $error The error.
	 */
	public static function mailgun_failed( $error ): void {
		$mail = Mail_Watch::innermost();
		if ( null !== $mail ) {
			$mail->mailer = 'api';
			$mail->owner  = 'mailgun';
			$text         = $error instanceof \WP_Error ? $error->get_error_message() : ( is_scalar( $error ) ? (string) $error : '' );
			Mail_Watch::end( $mail, 'mail.failed', array( 'error' => $text ) );
		}
	}
}
