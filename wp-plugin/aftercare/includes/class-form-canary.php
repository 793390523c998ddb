<?php
/**
 * The commands `form.arm` and `form.canary`, and between them the one POST that carries the token: a test entry that takes
 * a visitor's way, reaches nothing that cannot be taken back, is told to nobody as a visitor's, and is deleted again.
 *
 * A wrong, late, spent or foreign token changes nothing: that entry is an ordinary visitor's.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Canary implements Module {

	/** The request's header, as PHP has it. */
	const HEADER = 'HTTP_AFTERCARE_CANARY';

	/** What a token looks like. */
	const TOKEN = '/^[A-Za-z0-9_-]{16,80}$/D';

	/** A token is good for no longer. */
	const LONGEST_S = 600;

	/** Seconds that the answer waits for a canary's request that is just ending. */
	const PATIENCE_S = 3.0;

	/** @var string The token that this request has spent; nothing in every other request. */
	private static $token = '';

	/** @var string The adapter's class. */
	private static $class = '';

	/** @var string The entry's id. */
	private static $entry = '';

	/** @var array<string, mixed> What is known of it so far. */
	private static $facts = array();

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( Heartbeat::HOOK, 'sweep', 15, 0, 'cron' ),
		);
	}

	/**
	 * Carries out `form.arm`.
	 *
	 * @param array<string, mixed> $args plugin, form, token, expires_at, exempt, mailbox.
	 * @return array{armed: bool, why: string, holds: string[], cannot_hold: string[]}
	 */
	public static function arm( array $args ): array {
		list( $plugin, $id, $mailbox ) = array( self::text( $args, 'plugin' ), self::text( $args, 'form' ), self::text( $args, 'mailbox' ) );
		$token                         = self::token_of( $args );
		$good_s                        = min( self::LONGEST_S, (int) strtotime( self::text( $args, 'expires_at' ) ) - Pairing::now() );
		if ( $good_s <= 0 || ( '' !== $mailbox && ! is_email( $mailbox ) ) ) {
			throw new \InvalidArgumentException( 'form.arm needs a time that is to come, and a mailbox or none' );
		}
		$exempt = false !== ( $args['exempt'] ?? true );
		$form   = Forms::one( $plugin, $id );
		$why    = null === $form ? 'not_on' : $form['not_tried'];
		if ( '' === $why && ! $exempt && ! Form_Wishes::get( 'unexempted' ) ) {
			$why = 'excluded';
		}
		$facts = array(
			'exempt'  => $exempt,
			'mailbox' => $mailbox,
			'marked'  => 'marked' === Form_Wishes::get( 'mails' ),
		);
		if ( '' === $why && ! Canary_Ledger::arm( $token, $plugin, $id, time() + $good_s, $facts ) ) {
			throw new \RuntimeException( 'this token was spent before, or the site could not write it down' );
		}
		$holds = array( array(), array() );
		foreach ( $form['does'] ?? array() as $deed ) {
			$holds[ $deed['held'] ? 0 : 1 ][] = $deed['name'];
		}
		return array(
			'armed'       => '' === $why,
			'why'         => $why,
			'holds'       => $holds[0],
			'cannot_hold' => $holds[1],
		);
	}

	/**
	 * Carries out `form.canary`.
	 *
	 * @param array<string, mixed> $args token.
	 * @return array<string, mixed>
	 */
	public static function answer( array $args ): array {
		$token = self::token_of( $args );
		$until = microtime( true ) + self::PATIENCE_S;
		$row   = Canary_Ledger::row( $token );
		while ( null !== $row && $row['spent_at'] > 0 && ! $row['ended_at'] && time() - $row['spent_at'] < Canary_Ledger::DEAD_S && microtime( true ) < $until ) {
			usleep( 100000 );
			$row = Canary_Ledger::row( $token );
		}
		if ( null !== $row && '' !== $row['entry'] && ! $row['forgotten'] ) {
			self::sweep(); // The request could not, or was cut short.
			$row = Canary_Ledger::row( $token );
		}
		return self::told( $row );
	}

	/**
	 * This request posts a form: takes the token that it carries, where it is that form's.
	 *
	 * @param string $class  Of the adapter.
	 * @param string $plugin Its plugin.
	 * @param string $form   The form's id.
	 */
	public static function take( string $class, string $plugin, string $form ): void {
		$token = $_SERVER[ self::HEADER ] ?? ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- matched in the next line.
		if ( ! is_string( $token ) || ! preg_match( self::TOKEN, $token ) || ! is_subclass_of( $class, Takes_A_Canary::class ) || ! Pairing::at_home() ) {
			return;
		}
		$facts = Canary_Ledger::spend( $token, $plugin, $form );
		if ( null === $facts ) {
			return;
		}
		self::$token = $token;
		self::$class = $class;
		self::$facts = $facts + array(
			'event' => null,
			'mails' => array(),
			'held'  => array(),
		);
		$adapter     = Loader::adapter( $class );
		Form_Hold::spread();
		self::$facts['held'] = (array) Loader::guarded( array( $adapter, 'hold' ) )();
		if ( $facts['exempt'] ) {
			Loader::guarded( array( $adapter, 'exempt' ) )();
		}
		nocache_headers(); // Of an answer to a test no visitor gets a copy.
	}

	/** Whether this request is a canary's. */
	public static function under_way(): bool {
		return '' !== self::$token;
	}

	/**
	 * The outcome of the form, as it would have been told of a visitor's; the first counts.
	 *
	 * @param Event $event The form's.
	 */
	public static function outcome( Event $event ): void {
		if ( null === self::$facts['event'] && 0 === strncmp( $event->type, 'form.', 5 ) ) {
			self::$facts['event'] = array(
				'type' => $event->type,
				'data' => $event->data,
			);
			self::entry( (string) ( $event->data['entry'] ?? '' ) );
		}
	}

	/**
	 * The entry is in the database: written down at once, for the request may end here.
	 *
	 * @param string $entry Its id.
	 */
	public static function entry( string $entry ): void {
		if ( self::under_way() && '' !== $entry && $entry !== self::$entry ) {
			self::$entry = Redactor::cut( $entry, 180 );
			self::note( false );
		}
	}

	/**
	 * A mail of the test entry is about to begin.
	 *
	 * @param array<string, mixed> $atts As wp_mail() has them.
	 * @param Mail                 $mail The mail.
	 * @return array<string, mixed> As it is to be sent.
	 */
	public static function mail_begins( array $atts, Mail $mail ): array {
		$mail->canary                     = self::$token;
		self::$facts['mails'][ $mail->id ] = array(
			'mail'    => $mail->id,
			'to'      => array_values( array_unique( array_column( $mail->to, 'domain' ) ) ),
			'outcome' => 'hung', // As long as nothing else is known.
			'error'   => '',
		);
		self::note( false );
		return Canary_Mail::redirected( $atts, $mail->id, self::$token, self::$facts['mailbox'], self::$facts['marked'] );
	}

	/**
	 * It is over.
	 *
	 * @param Mail   $mail    The mail.
	 * @param string $outcome sent, failed, held, or unknown where the mailer never says.
	 * @param string $error   Redacted.
	 */
	public static function mail_ended( Mail $mail, string $outcome, string $error = '' ): void {
		$facts = array(
			'outcome'    => $outcome,
			'error'      => Redactor::cut( $error, 1000 ),
			'mailer'     => $mail->mailer,
			'owner'      => $mail->owner,
			'host'       => $mail->host,
			'port'       => $mail->port,
			'encryption' => $mail->encryption,
			'reply'      => self::reply( $mail ),
			'dialogue'   => 'sent' === $outcome || null === $mail->dialogue ? array() : array_slice( $mail->dialogue->lines(), -40 ),
			'seconds'    => $mail->seconds(),
		);
		self::$facts['mails'][ $mail->id ] = $facts + ( self::$facts['mails'][ $mail->id ] ?? array() );
		self::note( false );
	}

	/**
	 * The request is over: what came of it is kept, then the entry goes.
	 *
	 * @param string $fatal The class of the fatal error that ended the request, nothing when there was none.
	 */
	public static function at_end( string $fatal ): void {
		if ( ! self::under_way() ) {
			return;
		}
		$began                       = (float) ( $_SERVER['REQUEST_TIME_FLOAT'] ?? microtime( true ) );
		self::$facts['http_status']  = (int) http_response_code();
		self::$facts['fatal']        = $fatal;
		self::$facts['fatal_in']     = '' === $fatal ? null : self::culprit();
		self::$facts['seconds']      = round( microtime( true ) - $began, 3 );
		self::$facts['held']         = array_values( array_unique( array_merge( self::$facts['held'], Form_Hold::names() ) ) );
		self::$facts['mailbox']      = '';
		self::note( true );
		// After a fatal error nobody knows what the form plugin's own classes are worth; behind a redirect the visitor's
		// browser is yet to be shown what became of the entry. Then whoever asks for the answer, or the heartbeat, deletes it.
		if ( '' === $fatal && intdiv( self::$facts['http_status'], 100 ) !== 3 ) {
			self::sweep();
		}
	}

	/** Deletes what canaries of this site have left over; their plugins do it, each in its own way. */
	public static function sweep(): void {
		foreach ( Canary_Ledger::left_over() as $row ) {
			$class   = Forms::adapter_of( $row['plugin'] );
			$adapter = '' === $class ? null : Loader::adapter( $class );
			if ( $adapter instanceof Takes_A_Canary && true === Loader::guarded( array( $adapter, 'forget' ) )( $row['entry'] ) ) {
				Canary_Ledger::forgotten( $row['token'] );
			}
		}
	}

	/**
	 * Writes down how far it came.
	 *
	 * @param bool $ended The request is over.
	 */
	private static function note( bool $ended ): void {
		Canary_Ledger::note( self::$token, self::$facts, self::$entry, $ended );
	}

	/**
	 * A row as docs/protocol.md has it for `form.canary`.
	 *
	 * @param array<string, string>|null $row The ledger's.
	 * @return array<string, mixed>
	 */
	private static function told( ?array $row ): array {
		$facts = null === $row ? array() : (array) json_decode( $row['facts'], true );
		$spent = (int) ( $row['spent_at'] ?? 0 );
		$data  = $facts['event']['data'] ?? array();
		$state = 0 !== $spent ? 'spent' : ( (int) ( $row['expires_at'] ?? 0 ) >= time() ? 'armed' : 'expired' );
		$entry = (string) ( $row['entry'] ?? '' );
		return array(
			'state'       => null === $row ? 'unknown' : $state,
			'spent_at'    => 0 === $spent ? null : Event::time( (float) $spent ),
			'ended'       => (int) ( $row['ended_at'] ?? 0 ) > 0,
			'event'       => $facts['event'] ?? null,
			'mails'       => array_values( $facts['mails'] ?? array() ),
			'kept'        => '' !== $entry ? true : ( $data['kept'] ?? null ),
			'entry'       => $entry,
			'forgotten'   => '' !== $entry && '1' === (string) $row['forgotten'],
			'spam_by'     => (string) ( $data['spam_by'] ?? '' ),
			'held'        => $facts['held'] ?? array(),
			'http_status' => (int) ( $facts['http_status'] ?? 0 ),
			'fatal'       => (string) ( $facts['fatal'] ?? '' ),
			'fatal_in'    => $facts['fatal_in'] ?? null,
			'seconds'     => (float) ( $facts['seconds'] ?? 0 ),
		);
	}

	/**
	 * What the relay answered to the whole message: its own words are the proof that it took it.
	 *
	 * @param Mail $mail The mail.
	 */
	private static function reply( Mail $mail ): string {
		$lines = null === $mail->dialogue ? array() : $mail->dialogue->lines();
		$end   = array_search( 'C: .', $lines, true );
		return false === $end ? '' : Redactor::cut( substr( (string) ( $lines[ (int) $end + 1 ] ?? '' ), 3 ), 300 );
	}

	/**
	 * Whose code the fatal error lies in.
	 *
	 * @return array{kind: string, slug: string, file: string, line: int}|null
	 */
	private static function culprit(): ?array {
		$last = error_get_last();
		if ( null === $last ) {
			return null;
		}
		return Callbacks::owner( $last['file'] ) + array(
			'file' => Callbacks::relative( $last['file'] ),
			'line' => (int) $last['line'],
		);
	}

	/**
	 * The token among the arguments.
	 *
	 * @param array<string, mixed> $args Of the command.
	 */
	private static function token_of( array $args ): string {
		$token = self::text( $args, 'token' );
		if ( ! preg_match( self::TOKEN, $token ) ) {
			throw new \InvalidArgumentException( 'a token has 16 to 80 characters of A-Za-z0-9_-' );
		}
		return $token;
	}

	/**
	 * A text among the arguments.
	 *
	 * @param array<string, mixed> $args Of the command.
	 * @param string               $name Its name.
	 */
	private static function text( array $args, string $name ): string {
		$value = $args[ $name ] ?? '';
		return is_string( $value ) ? $value : ( is_int( $value ) ? (string) $value : '' );
	}
}
