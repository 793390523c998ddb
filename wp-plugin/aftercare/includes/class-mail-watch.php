<?php
/**
 * Follows each mail from wp_mail() to its end, and notices the one that has none.
 *
 * Mails nest (a log plugin mails about a mail), so those under way lie on a stack; each carries its id in the header
 * X-Aftercare-Mail. A relay that goes silent holds the request past two minutes and no hook ever fires: that mail is
 * found by a later request, in the history.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Mail_Watch implements Module {

	const HEADER = 'X-Aftercare-Mail';

	/** What the command mail.test puts on its mail. */
	const CANARY = 'X-Aftercare-Canary';

	/** Seconds after which a mail without an end is reported. */
	const HUNG_S = 150;

	/** Mail plugins whose every mail ends in a hook: one that did not end went wrong. */
	const TELLS_THE_END = array( 'core', 'wp-mail-smtp', 'fluent-smtp', 'post-smtp' );

	/** @var array<string, Mail> Under way in this request, by id; the last is the innermost. */
	private static $open = array();

	/** @var array<string, bool> Mails that a form's request began: id → whether it failed. */
	private static $ended = array();

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'wp_mail', 'begins', PHP_INT_MAX, 1, 'everywhere' ),
			array( 'pre_wp_mail', 'short_circuited', PHP_INT_MAX, 2, 'everywhere' ),
			array( 'phpmailer_init', 'listen', PHP_INT_MAX, 1, 'everywhere' ),
			array( 'wp_mail_succeeded', 'succeeded', 10, 1, 'everywhere' ),
			array( 'wp_mail_failed', 'failed', 10, 1, 'everywhere' ),
		);
	}

	/**
	 * A mail begins: it gets its id, and its beginning is written down.
	 *
	 * @param mixed $atts to, subject, message, headers, attachments.
	 * @return mixed The same, with our header.
	 */
	public static function begins( $atts ) {
		if ( ! is_array( $atts ) || ! Pairing::paired() ) {
			return $atts;
		}
		$mail         = new Mail();
		$mail->to     = Redactor::recipients( $atts['to'] ?? array() );
		$mail->size   = Mail_Envelope::size( $atts );
		$mail->canary = Mail_Envelope::header( $atts['headers'] ?? '', self::CANARY );
		$mail->form   = Form_Watch::form();
		Mail_Envelope::classify( $mail );
		$atts['headers']         = Mail_Envelope::with_header( $atts['headers'] ?? '', self::HEADER, $mail->id );
		self::$open[ $mail->id ] = $mail;
		if ( Form_Canary::under_way() ) {
			return Form_Canary::mail_begins( $atts, $mail ); // A test's mail: no part of the site's history.
		}
		History::begin( $mail );
		return $atts;
	}

	/**
	 * Whoever answered here ended the mail.
	 *
	 * @param mixed $answer Null to go on.
	 * @param mixed $atts   As in begins().
	 * @return mixed The same.
	 */
	public static function short_circuited( $answer, $atts = array() ) {
		if ( null === $answer || ! Pairing::paired() ) {
			return $answer;
		}
		$mail = self::find( is_array( $atts ) ? ( $atts['headers'] ?? '' ) : '' );
		if ( null === $mail && is_array( $atts ) ) { // Post SMTP asks this before `wp_mail`.
			self::begins( $atts );
			$mail = self::innermost();
		}
		if ( null !== $mail ) {
			$callbacks    = Callbacks::on( 'pre_wp_mail' );
			$slugs        = array_values( array_unique( array_column( $callbacks, 'slug' ) ) );
			$mail->owner  = implode( ', ', $slugs );
			$mail->mailer = 'none';
			$error        = '';
			if ( ! $answer ) {
				$error = 'pre_wp_mail answered false: the mail was stopped before any mailer saw it, by ' . implode( ', ', array_column( $callbacks, 'callback' ) ) . '.';
			} else {
				$keeper = Mail_Mode::keeper( $callbacks );
				if ( null !== $keeper ) {
					$error = self::kept( "{$keeper['callback']} on pre_wp_mail ({$keeper['slug']}) answers for the mailer and sends nothing" );
				}
			}
			$told = array( 'short_circuit' => $slugs );
			if ( '' === $error ) {
				self::end( $mail, 'mail.sent', $told );
			} else {
				self::end( $mail, 'mail.failed', array( 'error' => $error ) + $told );
			}
		}
		return $answer;
	}

	/**
	 * The mailer is set up, and the conversation is about to begin: take it down.
	 *
	 * @param mixed $phpmailer PHPMailer, or what a plugin put in its place.
	 */
	public static function listen( $phpmailer ): void {
		$mail = self::innermost();
		if ( null !== $mail && is_object( $phpmailer ) ) {
			Canary_Mail::enforce( $mail->id, $phpmailer );
			Mail_Ear::listen( $mail, $phpmailer );
			History::note( $mail );
		}
	}

	/**
	 * A mailer took the mail, or says so.
	 *
	 * @param mixed $data to, subject, message, headers, attachments.
	 */
	public static function succeeded( $data ): void {
		$mail = self::find( is_array( $data ) ? ( $data['headers'] ?? '' ) : '' ) ?? self::innermost();
		Mail_Ear::stop( $mail );
		if ( null === $mail ) {
			return;
		}
		if ( '' === $mail->kept_in ) {
			// A mail plugin that is told not to send, to simulate or only to log says "succeeded" too.
			$mode = Mail_Mode::by_plugin();
			$idle = Mail_Mode::by_stand_in();
			if ( null !== $mode ) {
				$mail->kept_in = "$mode[1] is set to \"$mode[2]\"";
			} elseif ( null !== $idle ) {
				$mail->kept_in = "$idle[2] ($idle[1]) stands in for the mailer and sends nothing";
			}
		}
		if ( '' !== $mail->kept_in ) {
			$mail->mailer = 'none';
			self::end( $mail, 'mail.failed', array( 'error' => self::kept( $mail->kept_in ) ) );
			return;
		}
		$mailer = $GLOBALS['phpmailer'] ?? null;
		if ( ! $mail->refused && is_object( $mailer ) && method_exists( $mailer, 'isError' ) && $mailer->isError() ) {
			// send() answered false without throwing: "succeeded" is said of that too.
			$mail->refused = true;
			$mail->said    = (string) ( $mailer->ErrorInfo ?? '' ); // phpcs:ignore WordPress.NamingConventions.ValidVariableName
		}
		if ( $mail->refused ) {
			self::end( $mail, 'mail.failed', array( 'error' => $mail->said ) );
			return;
		}
		self::end( $mail, 'mail.sent', array() );
	}

	/**
	 * A mail failed. The hook's data holds the whole body: nothing of it is kept.
	 *
	 * @param mixed $error WP_Error.
	 */
	public static function failed( $error ): void {
		if ( ! $error instanceof \WP_Error ) {
			return;
		}
		$data = $error->get_error_data();
		$mail = self::find( is_array( $data ) ? ( $data['headers'] ?? '' ) : '' ) ?? self::innermost();
		Mail_Ear::stop( $mail );
		if ( null === $mail ) {
			return;
		}
		$code = is_array( $data ) ? (int) ( $data['phpmailer_exception_code'] ?? 0 ) : 0;
		if ( 'api' === $mail->mailer && 0 === $mail->http_code && $code >= 400 && $code < 600 ) {
			$mail->http_code = $code;
		}
		$text = trim( $error->get_error_message() );
		if ( '' !== $mail->said && false === strpos( $text, $mail->said ) ) {
			$text = trim( "$text\n$mail->said" );
		}
		self::end( $mail, 'mail.failed', array( 'error' => $text ) );
	}

	/**
	 * The request is over: a mail that is still open was cut short here.
	 *
	 * @param string $fatal The class of the fatal error that ended the request, nothing when there was none.
	 */
	public static function at_end( string $fatal ): void {
		Mail_Ear::stop();
		foreach ( array_reverse( self::$open ) as $mail ) {
			if ( '' !== $fatal ) {
				self::end( $mail, 'mail.failed', array( 'error' => "PHP ended the request while the mail was under way: $fatal." ) );
			} elseif ( in_array( '' === $mail->owner ? Mail_Facts::owner() : $mail->owner, self::TELLS_THE_END, true ) ) {
				$mail->owner = '' === $mail->owner ? Mail_Facts::owner() : $mail->owner;
				self::end( $mail, 'mail.failed', array( 'error' => 'The mail began and the request ended without an outcome: code on a mail hook stopped it, by an exception or by ending the request.' ) );
			} elseif ( Form_Canary::under_way() ) {
				Form_Canary::mail_ended( $mail, 'unknown' );
			} else {
				History::end( $mail, 'unknown' ); // This mailer never says how it went.
			}
		}
		self::$open = array();
		if ( self::$ended ) {
			self::sweep(); // Where cron does not run, the next mail finds the one that hangs.
		}
	}

	/** Looks for mails of other requests that began and never ended; each is reported once. */
	public static function sweep(): void {
		if ( ! Pairing::paired() ) {
			return;
		}
		foreach ( History::take_hung( time() - self::HUNG_S ) as $row ) {
			Outbox::add(
				new Event(
					'mail.hung',
					array(
						'mail'     => $row['mail'],
						'began_at' => Event::time( (float) $row['began_at'] ),
					) + $row['facts']
				)
			);
		}
	}

	/**
	 * The mails of this request, by id: true for one that failed.
	 *
	 * @return array<string, bool>
	 */
	public static function outcomes(): array {
		return self::$ended + array_map( '__return_false', self::$open );
	}

	/**
	 * A mail is over: one event, one row.
	 *
	 * @param Mail                 $mail The mail.
	 * @param string               $type mail.sent or mail.failed.
	 * @param array<string, mixed> $more What this outcome tells beside the facts.
	 */
	public static function end( Mail $mail, string $type, array $more ): void {
		unset( self::$open[ $mail->id ] );
		$failed                   = 'mail.failed' === $type;
		self::$ended[ $mail->id ] = $failed;
		$data                     = $mail->facts();
		if ( $failed ) {
			$more['error'] = Redactor::text( (string) ( $more['error'] ?? '' ) );
			$data         += array(
				'dialogue'   => null === $mail->dialogue ? array() : $mail->dialogue->lines(),
				'auth'       => $mail->auth,
				'http_code'  => $mail->http_code,
				'basic_code' => null === $mail->dialogue ? 0 : $mail->dialogue->refusal(),
			);
		}
		// Who answers for the mailer says nothing of what became of the mail: no proof that anything was sent.
		$outcome = isset( $more['short_circuit'] ) && ! $failed ? 'unknown' : ( $failed ? 'failed' : 'sent' );
		if ( Form_Canary::under_way() ) {
			Form_Canary::mail_ended( $mail, Canary_Mail::held( $mail->id ) ? 'held' : $outcome, (string) ( $more['error'] ?? '' ) );
			return;
		}
		Outbox::add( new Event( $type, $data + $more ) );
		History::end( $mail, $outcome, (string) ( $more['error'] ?? '' ) );
	}

	/**
	 * A test entry's mail that goes to nobody was composed, and ends here.
	 *
	 * @param string $id The mail's.
	 */
	public static function held( string $id ): void {
		if ( isset( self::$open[ $id ] ) ) {
			self::end( self::$open[ $id ], 'mail.sent', array() );
		}
	}

	/**
	 * The words for a mail that was kept.
	 *
	 * @param string $how What kept it.
	 */
	private static function kept( string $how ): string {
		return "The mail was not sent: $how. WordPress was told that it was sent.";
	}

	/** The mail that began last and has not ended. */
	public static function innermost(): ?Mail {
		$mail = end( self::$open );
		return false === $mail ? null : $mail;
	}

	/**
	 * The open mail that these headers belong to.
	 *
	 * @param mixed $headers A string, a list of lines, or name → value.
	 */
	private static function find( $headers ): ?Mail {
		return self::$open[ Mail_Envelope::header( $headers, self::HEADER ) ] ?? null;
	}
}
