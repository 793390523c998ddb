<?php
/**
 * The command `mail.test`: a canary through the site's own mailer, and how far it demonstrably went.
 *
 * What wp_mail() returns is not believed alone. "Accepted by a relay" needs the relay's 250 in the dialogue, "by an API" an
 * HTTP answer seen during the mail; a mode, a filter or a stand-in that says yes without either accepted nothing.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

use PHPMailer\PHPMailer\PHPMailer;

final class Mail_Test {

	/** PHPMailer waits 300 s for each answer; a command may not. */
	const CONNECT_S = 8;
	const REPLY_S   = 12;
	const ALL_S     = 22;

	/** @var float When it began. */
	private $began;

	/** @var Dialogue What both sides said. */
	private $dialogue;

	/** @var float When either side last said something. */
	private $heard;

	/** @var string The client's line that got no answer. */
	private $unanswered = '';

	/** @var string What the client did last, while no answer came; first of all it connects and waits for a greeting. */
	private $pending = 'C: CONNECT';

	/** @var PHPMailer|null The mailer that was used. */
	private $mailer = null;

	/** @var array{debug: mixed, output: mixed, timeout: int}|null The mailer as it was: the same object sends the next mail. */
	private $before = null;

	/** @var string What wp_mail_failed said. */
	private $error = '';

	/** @var array{slug: string, name: string, callback: string}|null Who ended wp_mail() before it sent. */
	private $short = null;

	/** @var array{code: int, said: string} The last HTTP answer during the mail. */
	private $http = array(
		'code' => 0,
		'said' => '',
	);

	/** Begins the clock. */
	private function __construct() {
		$this->began    = microtime( true );
		$this->heard    = $this->began;
		$this->dialogue = new Dialogue( static function (): void {} );
	}

	/**
	 * Sends one canary.
	 *
	 * @param array<string, mixed> $args token and recipient.
	 * @return array<string, mixed> As docs/protocol.md has it.
	 */
	public static function run( array $args ): array {
		$token     = is_string( $args['token'] ?? null ) ? $args['token'] : '';
		$recipient = is_string( $args['recipient'] ?? null ) ? $args['recipient'] : '';
		if ( ! preg_match( '/^[A-Za-z0-9_-]{4,80}$/D', $token ) || ! is_email( $recipient ) ) {
			throw new \InvalidArgumentException( 'mail.test needs a token and the address of a mailbox' );
		}
		return ( new self() )->send( $token, $recipient );
	}

	/**
	 * Sends it, with our ears on every hook of the way.
	 *
	 * @param string $token     Of the canary.
	 * @param string $recipient A mailbox that staff set.
	 * @return array<string, mixed>
	 */
	private function send( string $token, string $recipient ): array {
		$mode = Mail_Settings::read();
		$ears = array(
			array( 'phpmailer_init', array( $this, 'hurry' ), PHP_INT_MAX, 1 ),
			array( 'wp_mail_failed', array( $this, 'failed' ), 1, 1 ),
			array( 'http_api_debug', array( $this, 'asked_http' ), 1, 5 ),
		);
		foreach ( Mail_Settings::short_circuits() as $callback ) {
			$ears[] = array( 'pre_wp_mail', $this->watch_for( $callback ), $callback['priority'], 1 ); // Added last, so it runs just after.
		}
		foreach ( $ears as list( $hook, $ear, $priority, $accepted ) ) {
			add_filter( $hook, $ear, $priority, $accepted );
		}
		$sent = false;
		try {
			/* translators: %s: a token. */
			$subject = sprintf( __( 'Aftercare test mail %s', 'aftercare' ), $token );
			/* translators: 1: site address, 2: token. */
			$body = sprintf( __( "This mail was sent by %1\$s to see whether its mail arrives. Nothing needs to be done.\n\nToken: %2\$s\n", 'aftercare' ), Pairing::home_now(), $token );
			$sent = (bool) wp_mail( $recipient, $subject, $body, array( "X-Aftercare-Canary: $token", 'Auto-Submitted: auto-generated' ) );
		} catch ( \Throwable $thrown ) {
			// A hook or mail plugin threw: every visitor's form request dies of the same.
			$this->error = get_class( $thrown ) . ': ' . $thrown->getMessage();
		} finally {
			foreach ( $ears as list( $hook, $ear, $priority ) ) {
				remove_filter( $hook, $ear, $priority );
			}
			if ( $this->mailer ) {
				$this->restore();
			}
		}
		return $this->outcome( $sent, $mode );
	}

	/**
	 * Last of all phpmailer_init: listen, and do not wait for minutes. For this mail only.
	 *
	 * @param mixed $mailer The mailer.
	 */
	public function hurry( $mailer ): void {
		if ( ! $mailer instanceof PHPMailer ) {
			return;
		}
		$this->mailer        = $mailer;
		$this->before        = array(
			'debug'   => $mailer->SMTPDebug,
			'output'  => $mailer->Debugoutput,
			'timeout' => $mailer->Timeout,
		);
		$other               = is_callable( $mailer->Debugoutput ) && ! is_string( $mailer->Debugoutput ) ? $mailer->Debugoutput : null;
		$mailer->SMTPDebug   = 2;
		$mailer->Timeout     = min( $mailer->Timeout, self::CONNECT_S );
		$mailer->Debugoutput = function ( $text, $level = 0 ) use ( $other ): void {
			$this->hear( (string) $text );
			if ( $other ) {
				$other( $text, $level );
			}
		};
		$mailer->getSMTPInstance()->Timelimit = self::REPLY_S;
	}

	/**
	 * Each line of the conversation: what is left of the time becomes the limit of the next wait.
	 *
	 * @param string $text PHPMailer's debug output.
	 */
	private function hear( string $text ): void {
		$now    = microtime( true );
		$client = 0 === strncmp( $text, 'CLIENT -> SERVER: ', 18 );
		$silent = $now - $this->heard >= self::REPLY_S - 1 || trim( $text ) === 'SERVER -> CLIENT:';
		if ( '' === $this->unanswered && '' !== $this->pending && $silent && $now - $this->heard > 2 ) {
			$this->unanswered = $this->pending;
		}
		$this->pending = $client ? 'C: ' . trim( substr( $text, 18 ) ) : ( 0 === strncmp( $text, 'SERVER -> CLIENT: ', 18 ) ? '' : $this->pending );
		$this->heard   = $now;
		( $this->dialogue )( $text );
		if ( $this->mailer ) {
			$left = self::ALL_S - (int) ceil( $now - $this->began );
			// A relay may scan a message for a while before it takes it: there all that is left.
			$limit = 'C: .' === $this->pending ? $left : min( self::REPLY_S, $left );
			$this->mailer->getSMTPInstance()->Timelimit = '' === $this->unanswered ? max( 1, $limit ) : 1;
		}
	}

	/** Gives the mailer back as it was. */
	private function restore(): void {
		$this->mailer->getSMTPInstance()->Timelimit = 300;
		$this->mailer->SMTPDebug                    = $this->before['debug'];
		$this->mailer->Debugoutput                  = $this->before['output'];
		$this->mailer->Timeout                      = $this->before['timeout'];
	}

	/**
	 * What went wrong, as the mailer says it.
	 *
	 * @param mixed $error WP_Error.
	 */
	public function failed( $error ): void {
		if ( is_wp_error( $error ) ) {
			$this->error = $error->get_error_message();
		}
	}

	/**
	 * An HTTP answer while the mail was under way: how mailers by API send.
	 *
	 * @param mixed  $response What came.
	 * @param string $context  Not needed.
	 * @param string $class    Not needed.
	 * @param mixed  $args     Of the request.
	 * @param string $url      Where.
	 */
	public function asked_http( $response, $context = '', $class = '', $args = array(), $url = '' ): void {
		if ( Pairing::place( (string) $url ) === Pairing::place( Pairing::sidecar() ) || empty( $args['blocking'] ) ) {
			return;
		}
		$this->http = array(
			'code' => is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response ),
			'said' => is_wp_error( $response ) ? $response->get_error_message() : substr( wp_remote_retrieve_body( $response ), 0, 2000 ),
		);
	}

	/**
	 * An ear just behind one callback of pre_wp_mail.
	 *
	 * @param array<string, mixed> $callback As Callbacks::on() gives it.
	 */
	private function watch_for( array $callback ): \Closure {
		return function ( $value ) use ( $callback ) {
			if ( null !== $value && null === $this->short ) {
				$this->short = Callbacks::plain( array( $callback ) )[0];
			}
			return $value;
		};
	}

	/**
	 * How far it went.
	 *
	 * @param bool                 $sent     What wp_mail() said.
	 * @param array<string, mixed> $settings The snapshot's `mail`.
	 * @return array<string, mixed>
	 */
	private function outcome( bool $sent, array $settings ): array {
		$lines = $this->dialogue->lines();
		$error = $this->error;
		if ( '' !== $this->unanswered ) {
			$after = (string) ( Redactor::dialogue( array( $this->unanswered ) )[0] ?? '' );
			$verb  = strtoupper( (string) strtok( substr( $after, 3 ), ' ' ) );
			$verb  = in_array( $verb[0] ?? '', array( '[', '*' ), true ) ? 'AUTH' : $verb; // What was said is hidden: credentials.
			$error = "The relay went silent after $verb: no answer within " . self::REPLY_S . " s. $error";
		}
		if ( '' === $error && ! $sent && '' !== $this->http['said'] && ( $this->http['code'] < 200 || $this->http['code'] > 299 ) ) {
			$error = "HTTP {$this->http['code']}: {$this->http['said']}";
		}
		return array(
			'sent'             => $sent,
			'accepted'         => $this->accepted( $sent, $settings, $lines ),
			'error'            => Redactor::text( trim( $error ) ),
			'dialogue'         => $lines,
			'silent_after'     => '' === $this->unanswered ? '' : ( $verb ?? '' ),
			'short_circuit_by' => $this->short,
			'http_code'        => $this->http['code'],
			'mode'             => $settings['mode'],
			'host'             => $settings['host'],
			'port'             => $settings['port'],
			'encryption'       => $settings['encryption'],
			'auth'             => $settings['auth'],
			'mailer'           => $settings['mailer'],
			'owner'            => $settings['owner']['slug'],
			'seconds'          => round( microtime( true ) - $this->began, 3 ),
			'message_id'       => $sent && $this->mailer && ! $this->short ? trim( $this->mailer->getLastMessageID(), '<>' ) : '',
		);
	}

	/**
	 * Who has it now: relay, local queue, api or none.
	 *
	 * @param bool                 $sent     What wp_mail() said.
	 * @param array<string, mixed> $settings The snapshot's `mail`.
	 * @param string[]             $lines    The dialogue.
	 */
	private function accepted( bool $sent, array $settings, array $lines ): string {
		if ( ! $sent || 'normal' !== $settings['mode'] ) {
			return 'none';
		}
		$by_api = $this->http['code'] >= 200 && $this->http['code'] < 300;
		if ( $this->short ) {
			return $by_api ? 'api' : 'none';
		}
		$end = array_search( 'C: .', $lines, true );
		if ( false !== $end && preg_match( '/^S: 250\b/', (string) ( $lines[ (int) $end + 1 ] ?? '' ) ) ) {
			return 'relay';
		}
		if ( $by_api && 'api' === $settings['mailer'] ) {
			return 'api';
		}
		return in_array( $settings['mailer'], array( 'mail', 'sendmail', 'qmail' ), true ) ? 'local queue' : 'none';
	}
}
