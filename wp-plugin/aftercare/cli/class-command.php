<?php
/**
 * `wp aftercare`: what the screen does, for a terminal and for scripts.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\CLI;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Admin\Actions;
use Aftercare\Admin\Live;
use Aftercare\Admin\Log_In;
use Aftercare\Admin\Run_View;
use Aftercare\Admin\Words;
use Aftercare\Answer;
use Aftercare\Fetch;
use Aftercare\Heartbeat;
use Aftercare\Mail_Log_In;
use Aftercare\Module;
use Aftercare\Outbox;
use Aftercare\Overview;
use Aftercare\Pairing;
use Aftercare\Pairing_Door;
use Aftercare\Sender;
use Aftercare\Snapshot;
use Aftercare\Trouble;
use WP_CLI;

/**
 * Notices that a form, a mail or a page broke, proves why, and says what to do.
 *
 * Exit codes: 0 all is well, 1 something is broken or refused, 2 not paired, 3 the sidecar could not be asked or could not tell.
 */
final class Command implements Module {

	const SOUND   = 0;
	const BROKEN  = 1;
	const LONE    = 2;
	const UNCLEAR = 3;

	/** How long `diagnose` waits for the end of a run. */
	const PATIENCE_S = 300;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'cli_init', 'register', 10, 0, 'cli' ),
		);
	}

	/** Makes the command known. */
	public static function register(): void {
		WP_CLI::add_command( 'aftercare', self::class );
	}

	/**
	 * Tells how this site and its pairing are.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table or json.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 * ---
	 *
	 * @param string[]              $args  None.
	 * @param array<string, string> $assoc Options.
	 */
	public function status( $args, $assoc ): void {
		$mail = Trouble::mail();
		self::show(
			array(
				'plugin'           => AFTERCARE_VERSION,
				'paired'           => Pairing::paired(),
				'at_home'          => Pairing::at_home(),
				'site'             => Pairing::site_id(),
				'sidecar'          => Pairing::sidecar(),
				'waiting'          => Outbox::size(),
				'dropped'          => Outbox::dropped(),
				'failed_attempts'  => Sender::state()['fails'],
				'last_heartbeat'   => Heartbeat::last() ? gmdate( 'c', Heartbeat::last() ) : null,
				'mail_fails_since' => $mail['at'] ?? null,
				'last_mail_error'  => $mail['error'] ?? null,
				'open_tickets'     => count( Trouble::tickets() ),
			),
			$assoc
		);
		if ( ! Pairing::paired() ) {
			WP_CLI::halt( self::LONE );
		}
		WP_CLI::halt( Trouble::any() ? self::BROKEN : self::SOUND );
	}

	/**
	 * Pairs this site with the sidecar that made a code.
	 *
	 * ## OPTIONS
	 *
	 * <code>
	 * : The pairing code, or - to read it from the standard input.
	 *
	 * [--format=<format>]
	 * : table or json.
	 *
	 * @param string[]              $args  The code.
	 * @param array<string, string> $assoc Options.
	 */
	public function pair( $args, $assoc ): void {
		$code   = '-' === $args[0] ? (string) stream_get_contents( STDIN ) : $args[0];
		$answer = Pairing_Door::pair( $code );
		if ( ! $answer->ok ) {
			self::refuse( $answer->error, Words::why( $answer ), $assoc );
		}
		self::show(
			array(
				'paired'  => true,
				'site'    => Pairing::site_id(),
				'sidecar' => Pairing::sidecar(),
			),
			$assoc
		);
	}

	/**
	 * Ends the pairing, here and at the sidecar.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table or json.
	 *
	 * @param string[]              $args  None.
	 * @param array<string, string> $assoc Options.
	 */
	public function unpair( $args, $assoc ): void {
		self::need_pairing( $assoc );
		$answer = Pairing_Door::unpair();
		self::show(
			array(
				'paired'       => false,
				'sidecar_told' => $answer->ok,
			),
			$assoc
		);
	}

	/**
	 * Runs a playbook and shows what it found.
	 *
	 * ## OPTIONS
	 *
	 * [<playbook>]
	 * : Its id.
	 * ---
	 * default: emails-not-sending
	 * ---
	 *
	 * [--log-in]
	 * : Also try to log in at the mail server, once, with the user name and password that are stored in the mail settings.
	 * They are encrypted for the sidecar alone, which keeps them in memory only and drops them after that.
	 *
	 * [--format=<format>]
	 * : table or json.
	 *
	 * @param string[]              $args  The playbook.
	 * @param array<string, string> $assoc Options.
	 */
	public function diagnose( $args, $assoc ): void {
		self::need_pairing( $assoc );
		$json   = 'json' === ( $assoc['format'] ?? '' );
		$login  = empty( $assoc['log-in'] ) ? new Answer( 200, array( 'login' => '' ) ) : Mail_Log_In::seal_stored();
		$answer = $login->ok ? Actions::start( $args[0] ?? Log_In::PLAYBOOK, 'WP-CLI', array_filter( array( 'login' => (string) $login->body['login'] ) ) ) : $login;
		$id     = is_string( $answer->body['run'] ?? null ) ? $answer->body['run'] : '';
		if ( '' === $id ) {
			self::refuse( $answer->error, Words::why( $answer ), $assoc );
		}
		if ( 'running' === $answer->error && ! empty( $assoc['log-in'] ) ) {
			WP_CLI::warning( Words::said( 'log_in_busy' ) );
		}
		$until = time() + self::PATIENCE_S;
		$said  = '';
		do {
			$answer = Live::look( $id );
			if ( ! $answer->ok && ! in_array( $answer->error, array( 'unreachable', 'unavailable', 'too_many' ), true ) ) {
				self::refuse( $answer->error, Words::why( $answer ), $assoc );
			}
			$view = new Run_View( $answer->body );
			if ( ! $json && $answer->ok && $view->status() !== $said ) {
				$said = $view->status();
				WP_CLI::log( $said );
			}
			if ( $answer->ok && $view->ended() ) {
				break;
			}
			if ( ! empty( $answer->body['waits_for_site'] ) ) {
				Fetch::run( true );
			} else {
				usleep( 1500000 );
			}
		} while ( time() < $until );
		$run = $answer->body;
		if ( $json ) {
			WP_CLI::line( (string) wp_json_encode( $run ) );
		} else {
			self::tell( $run );
		}
		$codes = array(
			'sound'  => self::SOUND,
			'faults' => self::BROKEN,
		);
		WP_CLI::halt( $codes[ $run['outcome'] ?? '' ] ?? self::UNCLEAR );
	}

	/**
	 * Sends now what waits to be sent.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table or json.
	 *
	 * @param string[]              $args  None.
	 * @param array<string, string> $assoc Options.
	 */
	public function flush( $args, $assoc ): void {
		self::need_pairing( $assoc );
		$sent = Sender::flush( 60.0, true );
		$left = Outbox::size();
		self::show(
			array(
				'sent'    => $sent,
				'waiting' => $left,
			),
			$assoc
		);
		WP_CLI::halt( $left > 0 ? self::UNCLEAR : self::SOUND );
	}

	/**
	 * Shows what the sidecar is told of this site when it asks for a snapshot.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : json only; it has many levels.
	 *
	 * @param string[]              $args  None.
	 * @param array<string, string> $assoc Options.
	 */
	public function snapshot( $args, $assoc ): void {
		$flags = 'json' === ( $assoc['format'] ?? '' ) ? 0 : JSON_PRETTY_PRINT;
		WP_CLI::line( (string) wp_json_encode( Snapshot::take(), $flags | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
	}

	/**
	 * A run's findings, for people.
	 *
	 * @param array<string, mixed> $run As the sidecar answered it.
	 */
	private static function tell( array $run ): void {
		$rows = array();
		foreach ( (array) ( $run['steps'] ?? array() ) as $step ) {
			foreach ( (array) ( $step['findings'] ?? array() ) as $finding ) {
				$rows[] = array(
					'step'    => $step['id'] ?? '',
					'verdict' => Words::verdict( (string) ( $finding['verdict'] ?? '' ) ),
					'summary' => $finding['summary'] ?? '',
				);
			}
		}
		WP_CLI\Utils\format_items( 'table', $rows, array( 'step', 'verdict', 'summary' ) );
		if ( is_array( $run['cause'] ?? null ) ) {
			WP_CLI::line( "\n" . (string) ( $run['cause']['summary'] ?? '' ) );
			WP_CLI::line( (string) ( $run['cause']['remedy']['text'] ?? '' ) );
			WP_CLI::line( (string) ( $run['cause']['remedy']['copy'] ?? '' ) );
		}
		if ( isset( $run['ticket']['id'] ) ) {
			WP_CLI::line( "\nTicket #" . (int) $run['ticket']['id'] . ': ' . (string) ( $run['ticket']['title'] ?? '' ) );
		}
	}

	/**
	 * Ends here where the site is not paired.
	 *
	 * @param array<string, string> $assoc Options.
	 */
	private static function need_pairing( array $assoc ): void {
		if ( ! Pairing::paired() ) {
			self::refuse( 'not_paired', __( 'This site is not paired with a sidecar.', 'aftercare' ), $assoc );
		}
	}

	/**
	 * Says why not, and ends.
	 *
	 * @param string                $error Code.
	 * @param string                $words One sentence.
	 * @param array<string, string> $assoc Options.
	 */
	private static function refuse( string $error, string $words, array $assoc ): void {
		if ( 'json' === ( $assoc['format'] ?? '' ) ) {
			WP_CLI::line(
				(string) wp_json_encode(
					array(
						'error'   => $error,
						'message' => $words,
					)
				)
			);
		} else {
			WP_CLI::error( $words, false );
		}
		$unclear = array( 'unreachable', 'unavailable', 'too_many', 'answer_nonsense', 'answer_unsigned' );
		WP_CLI::halt( 'not_paired' === $error ? self::LONE : ( in_array( $error, $unclear, true ) ? self::UNCLEAR : self::BROKEN ) );
	}

	/**
	 * Names and values.
	 *
	 * @param array<string, mixed>  $facts Name → value.
	 * @param array<string, string> $assoc Options.
	 */
	private static function show( array $facts, array $assoc ): void {
		if ( 'json' === ( $assoc['format'] ?? '' ) ) {
			WP_CLI::line( (string) wp_json_encode( $facts, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
			return;
		}
		foreach ( $facts as $name => $value ) {
			$value = is_bool( $value ) ? ( $value ? 'yes' : 'no' ) : ( null === $value ? '-' : (string) $value );
			WP_CLI::line( str_pad( str_replace( '_', ' ', $name ), 18 ) . $value );
		}
	}
}
