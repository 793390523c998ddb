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

final class Mail_Watch implements Module {

	const HEADER = 'X-Aftercare-Mail';

	/** What the command mail.test puts on its mail. */
	const CANARY = 'X-Aftercare-Canary';

	/** Seconds after which a mail without an end is reported. */
	const HUNG_S = 150;

	/** Core's callers of wp_mail(), and what kind of mail each sends. */
	const KINDS = array(
		'retrieve_password'               => 'password-reset',
		'wp_new_user_notification'        => 'new-user',
		'wp_password_change_notification' => 'core',
		'wp_notify_postauthor'            => 'comment',
		'wp_notify_moderator'             => 'comment',
	);

	/** Mail plugins whose every mail ends in a hook: one that did not end went wrong. */
	const TELLS_THE_END = array( 'core', 'wp-mail-smtp', 'fluent-smtp', 'post-smtp' );

	/** @var array<string, Mail> Under way in this request, by id; the last is the innermost. */
	private static $open = array();

	/** @var array<string, bool> Mails that a form's request began: id → whether it failed. */
	private static $ended = array();

	/** @var array{0: object, 1: int, 2: mixed, 3: Dialogue}|null The mailer we listen in on, with its own settings. */
	private static $listening = null;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'wp_mail', 'begins', PHP_INT_MAX, 1, 'everywhere' ),
			array( 'pre_wp_mail', 'short_circuited', PHP_INT_MAX, 2, 'everywhere' ),
			array( 'phpmailer_init', 'listen', PHP_INT_MAX, 1, 'everywhere' ),
			array( 'wp_mail_succeeded', 'succeeded', 10, 1, 'everywhere' ),
			array( 'wp_mail_failed', 'failed', 10, 1, 'everywhere' ),
			array( 'wp_mail_smtp_mailcatcher_send_failed', 'wp_mail_smtp_failed', 10, 5, 'everywhere' ),
			array( 'wp_mail_smtp_mail_catcher_send_blocked', 'wp_mail_smtp_blocked', 10, 1, 'everywhere' ),
			array( 'post_smtp_on_failed', 'post_smtp_failed', 10, 5, 'everywhere' ),
			array( 'mailgun_error_track', 'mailgun_failed', 10, 1, 'everywhere' ),
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
		$mail->size   = self::size( $atts );
		$mail->canary = self::header( $atts['headers'] ?? '', self::CANARY );
		$mail->form   = Form_Watch::form();
		self::classify( $mail );
		$atts['headers']         = self::with_header( $atts['headers'] ?? '', $mail->id );
		self::$open[ $mail->id ] = $mail;
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
			if ( $answer ) {
				self::end( $mail, 'mail.sent', array( 'short_circuit' => $slugs ) );
			} else {
				self::end(
					$mail,
					'mail.failed',
					array(
						'error'         => 'pre_wp_mail answered false: the mail was stopped before any mailer saw it, by ' . implode( ', ', array_column( $callbacks, 'callback' ) ) . '.',
						'short_circuit' => $slugs,
					)
				);
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
		if ( null === $mail || ! is_object( $phpmailer ) ) {
			return;
		}
		self::stop_listening();
		Mail_Facts::read( $mail, $phpmailer );
		// phpcs:disable WordPress.NamingConventions.ValidVariableName -- PHPMailer's names.
		if ( ( $phpmailer->Debugoutput ?? null ) instanceof Dialogue ) { // Of an earlier mail, put back by somebody.
			$phpmailer->SMTPDebug   = 0;
			$phpmailer->Debugoutput = 'echo';
		}
		if ( property_exists( $phpmailer, 'SMTPDebug' ) && property_exists( $phpmailer, 'Debugoutput' ) && 0 === (int) $phpmailer->SMTPDebug ) {
			$mail->dialogue = new Dialogue(
				static function () use ( $mail, $phpmailer ): void {
					Mail_Facts::read( $mail, $phpmailer ); // FluentSMTP names the relay only now.
					History::note( $mail );
				}
			);
			self::$listening        = array( $phpmailer, (int) $phpmailer->SMTPDebug, $phpmailer->Debugoutput, $mail->dialogue );
			$phpmailer->SMTPDebug   = 3;
			$phpmailer->Debugoutput = $mail->dialogue;
			self::tell_open_connection( $phpmailer, 3, $mail->dialogue );
		}
		// phpcs:enable
		History::note( $mail );
	}

	/**
	 * A mailer took the mail, or says so.
	 *
	 * @param mixed $data to, subject, message, headers, attachments.
	 */
	public static function succeeded( $data ): void {
		$mail = self::find( is_array( $data ) ? ( $data['headers'] ?? '' ) : '' ) ?? self::innermost();
		self::stop_listening( $mail );
		if ( null === $mail ) {
			return;
		}
		if ( '' === $mail->kept_in ) {
			// A mail plugin that is told not to send, to simulate or only to log says "succeeded" too.
			$mode = Mail_Mode::by_plugin();
			if ( null !== $mode ) {
				$mail->kept_in = "$mode[1] is set to \"$mode[2]\"";
			}
		}
		if ( '' !== $mail->kept_in ) {
			$mail->mailer = 'none';
			self::end( $mail, 'mail.failed', array( 'error' => 'The mail was not sent: ' . $mail->kept_in . '. WordPress was told that it was sent.' ) );
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
		self::stop_listening( $mail );
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
	 * WP Mail SMTP, by SMTP or by API: what its mailer was answered.
	 *
	 * @param mixed $message   The error.
	 * @param mixed $phpmailer Its mailer.
	 * @param mixed $slug      Which of its mailers.
	 * @param mixed $code      Its own code.
	 * @param mixed $http_code HTTP status, 0 where there is none.
	 */
	public static function wp_mail_smtp_failed( $message, $phpmailer = null, $slug = '', $code = '', $http_code = 0 ): void {
		$mail = self::innermost();
		if ( null !== $mail ) {
			$mail->said      = trim( wp_strip_all_tags( (string) $message ) );
			$mail->http_code = (int) $http_code;
		}
	}

	/** WP Mail SMTP is set to "Do Not Send": core will say that the mail was sent. */
	public static function wp_mail_smtp_blocked(): void {
		$mail = self::innermost();
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
		$mail = self::innermost();
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
		$mail = self::innermost();
		if ( null !== $mail ) {
			$mail->mailer = 'api';
			$mail->owner  = 'mailgun';
			$text         = $error instanceof \WP_Error ? $error->get_error_message() : ( is_scalar( $error ) ? (string) $error : '' );
			self::end( $mail, 'mail.failed', array( 'error' => $text ) );
		}
	}

	/**
	 * The request is over: a mail that is still open was cut short here.
	 *
	 * @param string $fatal The class of the fatal error that ended the request, nothing when there was none.
	 */
	public static function at_end( string $fatal ): void {
		self::stop_listening();
		foreach ( array_reverse( self::$open ) as $mail ) {
			if ( '' !== $fatal ) {
				self::end( $mail, 'mail.failed', array( 'error' => "PHP ended the request while the mail was under way: $fatal." ) );
			} elseif ( in_array( '' === $mail->owner ? Mail_Facts::owner() : $mail->owner, self::TELLS_THE_END, true ) ) {
				$mail->owner = '' === $mail->owner ? Mail_Facts::owner() : $mail->owner;
				self::end( $mail, 'mail.failed', array( 'error' => 'The mail began and the request ended without an outcome: code on a mail hook stopped it, by an exception or by ending the request.' ) );
			} else {
				History::end( $mail, 'unknown' ); // This mailer never says how it went.
			}
		}
		self::$open = array();
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
	private static function end( Mail $mail, string $type, array $more ): void {
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
		Outbox::add( new Event( $type, $data + $more ) );
		// Who answers for the mailer says nothing of what became of the mail: no proof that anything was sent.
		$outcome = isset( $more['short_circuit'] ) && ! $failed ? 'unknown' : ( $failed ? 'failed' : 'sent' );
		History::end( $mail, $outcome, (string) ( $more['error'] ?? '' ) );
	}

	/** The mail that began last and has not ended. */
	private static function innermost(): ?Mail {
		$mail = end( self::$open );
		return false === $mail ? null : $mail;
	}

	/**
	 * The open mail that these headers belong to.
	 *
	 * @param mixed $headers A string, a list of lines, or name → value.
	 */
	private static function find( $headers ): ?Mail {
		return self::$open[ self::header( $headers, self::HEADER ) ] ?? null;
	}

	/**
	 * One header's value, nothing when it is not there.
	 *
	 * @param mixed  $headers A string, a list of lines, or name → value.
	 * @param string $wanted  Its name.
	 */
	private static function header( $headers, string $wanted ): string {
		foreach ( is_array( $headers ) ? $headers : explode( "\n", (string) $headers ) as $name => $line ) {
			$line = is_scalar( $line ) ? trim( (string) $line ) : '';
			$line = is_string( $name ) ? "$name: $line" : $line;
			if ( 0 === stripos( $line, "$wanted:" ) ) {
				return trim( substr( $line, strlen( $wanted ) + 1 ) );
			}
		}
		return '';
	}

	/**
	 * Headers with ours, which replaces one that is there: a mail that was queued comes by a second time.
	 *
	 * @param mixed  $headers As wp_mail() takes them.
	 * @param string $id      Of the mail.
	 * @return mixed Of the same kind.
	 */
	private static function with_header( $headers, string $id ) {
		$ours = self::HEADER . ': ' . $id;
		if ( is_array( $headers ) ) {
			$headers = array_filter(
				$headers,
				static function ( $line ): bool {
					return ! is_string( $line ) || 0 !== stripos( ltrim( $line ), self::HEADER . ':' );
				}
			);
			$headers[] = $ours;
			return $headers;
		}
		$headers = (string) preg_replace( '/^' . self::HEADER . ':.*(?:\R|$)/mi', '', (string) $headers );
		return '' === trim( $headers ) ? $ours : rtrim( $headers, "\r\n" ) . "\r\n" . $ours;
	}

	/**
	 * What kind of mail this is, by who called wp_mail().
	 *
	 * @param Mail $mail Is filled.
	 */
	private static function classify( Mail $mail ): void {
		$below = false;
		foreach ( debug_backtrace( DEBUG_BACKTRACE_IGNORE_ARGS, 40 ) as $frame ) { // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			$function = (string) $frame['function'];
			if ( ! $below ) {
				if ( 'wp_mail' === $function && ! isset( $frame['class'] ) ) {
					$below        = true;
					$owner        = Callbacks::owner( (string) ( $frame['file'] ?? '' ) );
					$mail->caller = $owner['slug'];
					$mail->kind   = 'core' === $owner['kind'] ? 'core' : 'other';
				}
				continue;
			}
			if ( isset( self::KINDS[ $function ] ) && ! isset( $frame['class'] ) ) {
				$mail->kind = self::KINDS[ $function ];
				break;
			}
		}
		if ( '' !== $mail->canary ) {
			$mail->kind = 'canary';
		} elseif ( '' !== $mail->form && in_array( $mail->kind, array( 'core', 'other' ), true ) ) {
			$mail->kind = 'form';
		}
	}

	/**
	 * Bytes of a mail, about: attachments grow by a third on the way.
	 *
	 * @param array<string, mixed> $atts As wp_mail() has them.
	 */
	private static function size( array $atts ): int {
		$size = is_string( $atts['message'] ?? null ) ? strlen( $atts['message'] ) : 0;
		foreach ( is_array( $atts['attachments'] ?? null ) ? $atts['attachments'] : explode( "\n", (string) ( $atts['attachments'] ?? '' ) ) as $file ) {
			$size += is_string( $file ) && '' !== trim( $file ) && is_file( trim( $file ) ) ? (int) ( filesize( trim( $file ) ) * 4 / 3 ) : 0;
		}
		return $size;
	}

	/**
	 * Gives the mailer its own settings back: it is used again for the next mail.
	 *
	 * @param Mail|null $mail Last look at what the mailer did for it.
	 */
	private static function stop_listening( ?Mail $mail = null ): void {
		if ( null === self::$listening ) {
			if ( null !== $mail && isset( $GLOBALS['phpmailer'] ) && is_object( $GLOBALS['phpmailer'] ) && '' !== $mail->owner ) {
				Mail_Facts::read( $mail, $GLOBALS['phpmailer'] );
			}
			return;
		}
		list( $phpmailer, $level, $output, $dialogue ) = self::$listening;
		self::$listening                               = null;
		if ( null !== $mail ) {
			Mail_Facts::read( $mail, $phpmailer );
		}
		// phpcs:disable WordPress.NamingConventions.ValidVariableName -- PHPMailer's names.
		if ( $phpmailer->Debugoutput === $dialogue ) { // Else somebody took it over meanwhile.
			$phpmailer->SMTPDebug   = $level;
			$phpmailer->Debugoutput = $output;
			self::tell_open_connection( $phpmailer, $level, $output );
		}
		// phpcs:enable
	}

	/**
	 * A connection that is kept open between mails has taken its debug settings already.
	 *
	 * @param object $phpmailer The mailer.
	 * @param int    $level     Debug level.
	 * @param mixed  $output    Debug output.
	 */
	private static function tell_open_connection( $phpmailer, int $level, $output ): void {
		if ( ! ( $phpmailer->SMTPKeepAlive ?? false ) || ! method_exists( $phpmailer, 'getSMTPInstance' ) ) { // phpcs:ignore WordPress.NamingConventions.ValidVariableName
			return;
		}
		$smtp = $phpmailer->getSMTPInstance();
		if ( is_object( $smtp ) && method_exists( $smtp, 'setDebugOutput' ) ) {
			$smtp->setDebugLevel( $level );
			$smtp->setDebugOutput( $output );
		}
	}
}
