<?php
/**
 * Whether mail is switched off, simulated or only logged: "succeeded", and nothing leaves. By whose setting?
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Mode {

	/** Plugins whose only work is to keep mail from leaving. */
	const STOPPERS = array( 'disable-emails', 'stop-emails', 'wp-disable-emails' );

	/** Relays that keep what they are given. */
	const TRAPS = '/(^|\.)(mailtrap\.io|mailtrap\.live|ethereal\.email|mailosaur\.(net|io))$/i';

	/** Programs in place of sendmail that deliver nothing. */
	const TRAP_PROGRAMS = array( 'true', 'false', 'cat', 'tee', 'mhsendmail', 'mailhog', 'mailpit', 'catchmail' );

	/**
	 * The mode in force.
	 *
	 * @param array<string, mixed> $owner    Mail_Owner::current().
	 * @param array<string, mixed> $measured What Mail_Reading measured: mailer, host, port, recipients.
	 * @return array{mode: string, mode_by: array{slug: string, setting: string}}
	 */
	public static function find( array $owner, array $measured ): array {
		foreach ( array( 'by_plugin', 'by_code', 'by_recipients', 'by_trap' ) as $look ) {
			$found = self::$look( $owner, $measured );
			if ( $found ) {
				return array(
					'mode'    => $found[0],
					'mode_by' => array(
						'slug'    => $found[1],
						'setting' => $found[2],
					),
				);
			}
		}
		return array(
			'mode'    => 'normal',
			'mode_by' => array(
				'slug'    => '',
				'setting' => '',
			),
		);
	}

	/** A staging or development mark that explains why mail is blocked, or nothing. */
	public static function environment(): string {
		foreach ( array( 'wpstg_emails_disabled' => 'WP STAGING' ) as $option => $name ) {
			if ( get_option( $option ) ) {
				return "$name: $option";
			}
		}
		$type = wp_get_environment_type();
		return 'production' === $type ? '' : "WP_ENVIRONMENT_TYPE: $type";
	}

	/**
	 * Mail plugins' own settings (read in their source: WP Mail SMTP 4.8, FluentSMTP 2.3, Post SMTP 3.2, Easy WP SMTP 1.5 and 2).
	 *
	 * @return array{0: string, 1: string, 2: string}|null Mode, slug, setting.
	 */
	public static function by_plugin(): ?array {
		foreach ( self::STOPPERS as $slug ) {
			if ( Plugins::active( $slug ) ) {
				return array( 'disabled', $slug, 'the plugin itself' );
			}
		}
		foreach ( array( 'wp-mail-smtp', 'wp-mail-smtp-pro' ) as $slug ) {
			if ( ! Plugins::active( $slug ) ) {
				continue;
			}
			if ( self::on( 'WPMS_ON' ) && self::on( 'WPMS_DO_NOT_SEND' ) ) {
				return array( 'disabled', $slug, 'WPMS_DO_NOT_SEND' );
			}
			if ( self::option( 'wp_mail_smtp', 'general', 'do_not_send' ) ) {
				return array( 'disabled', $slug, 'Do Not Send' );
			}
		}
		if ( Plugins::active( 'easy-wp-smtp' ) ) {
			if ( self::option( 'easy_wp_smtp', 'general', 'do_not_send' ) || self::option( 'swpsmtp_options', 'block_all_emails' ) ) {
				return array( 'disabled', 'easy-wp-smtp', 'Block All Emails' );
			}
		}
		if ( Plugins::active( 'fluent-smtp' ) ) {
			if ( self::on( 'FLUENTMAIL_SIMULATE_EMAILS' ) ) {
				return array( 'simulated', 'fluent-smtp', 'FLUENTMAIL_SIMULATE_EMAILS' );
			}
			if ( 'yes' === self::option( 'fluentmail-settings', 'misc', 'simulate_emails' ) ) {
				return array( 'simulated', 'fluent-smtp', 'Email Simulation' );
			}
		}
		if ( Plugins::active( 'post-smtp' ) ) {
			$run_mode = self::option( 'postman_options', 'run_mode' );
			if ( in_array( $run_mode, array( 'log_only', 'ignore' ), true ) ) {
				return array( 'log_only' === $run_mode ? 'log_only' : 'disabled', 'post-smtp', "Delivery Mode: $run_mode" );
			}
		}
		return null;
	}

	/**
	 * The mode as far as it shows without building a mail, which would run other plugins' hooks: for a look every minute.
	 *
	 * @param array<string, mixed> $owner Mail_Owner::current().
	 * @return array{0: string, 1: string, 2: string}|null Mode, slug, setting.
	 */
	public static function at_rest( array $owner ): ?array {
		return self::by_plugin() ?? self::by_code( $owner );
	}

	/**
	 * Code that sends nothing: before wp_mail(), in it, or in a stand-in for PHPMailer.
	 *
	 * @param array<string, mixed> $owner Mail_Owner::current().
	 * @return array{0: string, 1: string, 2: string}|null
	 */
	private static function by_code( array $owner ): ?array {
		foreach ( Callbacks::on( 'pre_wp_mail' ) as $callback ) {
			$mode = Inert_Code::mode( $callback['function'] );
			if ( '' !== $mode ) {
				return array( $mode, $callback['slug'], 'pre_wp_mail: ' . $callback['callback'] );
			}
		}
		if ( 'core' !== $owner['kind'] ) {
			$mode = Inert_Code::mode( 'wp_mail' );
			if ( '' !== $mode ) {
				return array( $mode, (string) $owner['slug'], 'wp_mail() in ' . $owner['file'] );
			}
		}
		return self::by_stand_in();
	}

	/**
	 * A stand-in for PHPMailer whose send() says yes and does nothing, as staging set-ups bring it.
	 *
	 * @return array{0: string, 1: string, 2: string}|null
	 */
	public static function by_stand_in(): ?array {
		$mailer = $GLOBALS['phpmailer'] ?? null;
		if ( ! is_object( $mailer ) || ! method_exists( $mailer, 'send' ) ) {
			return null;
		}
		$send = new \ReflectionMethod( $mailer, 'send' );
		if ( 'PHPMailer\PHPMailer\PHPMailer' === $send->getDeclaringClass()->getName() ) {
			return null; // The usual case: nothing to read.
		}
		$mode = Inert_Code::mode( array( $mailer, 'send' ) );
		return '' === $mode ? null : array( $mode, Callbacks::owner( (string) $send->getFileName() )['slug'], get_class( $mailer ) . '->send' );
	}

	/**
	 * Of those who answered a mail on pre_wp_mail: the one who kept it. Nobody, where any of them may have sent it by
	 * itself, as mailers by API do.
	 *
	 * @param array<int, array<string, mixed>> $callbacks Callbacks::on( 'pre_wp_mail' ).
	 * @return array<string, mixed>|null One of them.
	 */
	public static function keeper( array $callbacks ): ?array {
		$keeper = null;
		foreach ( $callbacks as $callback ) {
			if ( '' !== Inert_Code::mode( $callback['function'] ) ) {
				$keeper = $keeper ?? $callback;
			} elseif ( ! Inert_Code::hands_on( $callback['function'] ) ) {
				return null;
			}
		}
		return $keeper;
	}

	/**
	 * A hook that takes the recipients away, or puts its own in their place, as staging set-ups do.
	 *
	 * @param array<string, mixed> $owner    Not looked at.
	 * @param array<string, mixed> $measured With `recipients`: fate and callback.
	 * @return array{0: string, 1: string, 2: string}|null
	 */
	private static function by_recipients( array $owner, array $measured ): ?array {
		$fate = (array) ( $measured['recipients'] ?? array() );
		if ( empty( $fate['fate'] ) ) {
			return null;
		}
		$what = 'removed' === $fate['fate'] ? 'removes the recipients' : 'replaces the recipients';
		return array( 'removed' === $fate['fate'] ? 'disabled' : 'simulated', (string) $fate['slug'], "phpmailer_init: {$fate['callback']} $what" );
	}

	/**
	 * A relay or a program that keeps what it is given.
	 *
	 * @param array<string, mixed> $owner    Who sends.
	 * @param array<string, mixed> $measured mailer, host, port.
	 * @return array{0: string, 1: string, 2: string}|null
	 */
	private static function by_trap( array $owner, array $measured ): ?array {
		$host = (string) $measured['host'];
		if ( 'smtp' === $measured['mailer'] ) {
			$local = in_array( $host, array( 'localhost', '127.0.0.1', 'mailhog', 'mailpit' ), true ) && 1025 === $measured['port'];
			return $local || preg_match( self::TRAPS, $host ) ? array( 'simulated', (string) $owner['slug'], "the relay $host:{$measured['port']} keeps mail" ) : null;
		}
		$program = basename( (string) strtok( (string) ini_get( 'sendmail_path' ), ' ' ) );
		if ( in_array( $measured['mailer'], array( 'mail', 'sendmail' ), true ) && in_array( $program, self::TRAP_PROGRAMS, true ) ) {
			return array( 'simulated', 'core', 'sendmail_path: ' . ini_get( 'sendmail_path' ) );
		}
		return null;
	}

	/**
	 * Whether a constant is there and true.
	 *
	 * @param string $name Its name.
	 */
	private static function on( string $name ): bool {
		return defined( $name ) && constant( $name );
	}

	/**
	 * One value inside an option.
	 *
	 * @param string $name Of the option.
	 * @param string ...$path Keys inwards.
	 * @return mixed
	 */
	private static function option( string $name, string ...$path ) {
		$value = get_option( $name );
		foreach ( $path as $key ) {
			$value = is_array( $value ) ? ( $value[ $key ] ?? null ) : null;
		}
		return $value;
	}
}
