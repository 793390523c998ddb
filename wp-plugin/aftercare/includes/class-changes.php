<?php
/**
 * Notices what somebody changed: the answer to "what happened just before".
 *
 * Options are seen as they are written; plugins, themes, core and constants by comparing with the last look, at the
 * end of a request that touched them and once a minute; who sends the mail, and whether, once a minute.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Changes implements Module {

	/** Options that are watched, and what each is about. */
	const WATCHED = array(
		'siteurl'                => 'address',
		'home'                   => 'address',
		'permalink_structure'    => 'permalinks',
		'admin_email'            => 'mail',
		'wp_mail_smtp'           => 'mail',
		'fluentmail-settings'    => 'mail',
		'postman_options'        => 'mail',
		'mailgun'                => 'mail',
		'swpsmtp_options'        => 'mail',
		'easy_wp_smtp'           => 'mail',
		'smtp_mailer_options'    => 'mail',
		'gravitysmtp_config'     => 'mail',
		'wp_smtp_options'        => 'mail',
		'sendgrid_settings'      => 'mail',
		'postmark_settings'      => 'mail',
		'wp_ses_options'         => 'mail',
		'sendinblue_main_option' => 'mail',
		'mailserver_url'         => 'mail',
	);

	/** Names within a mail plugin's settings whose value may be told; of every other only that it changed. */
	const OPEN = array(
		'host', 'port', 'encryption', 'auth', 'auth_type', 'autotls', 'auto_tls', 'mailer', 'provider', 'do_not_send', 'simulate_emails', 'run_mode', 'transport_type',
		'hostname', 'enc_type', 'security_type', 'authentication_type', 'smtp_server', 'smtp_host', 'smtp_port', 'smtp_ssl', 'smtp_auth', 'type_encryption', 'type_of_encryption', 'autentication', 'authentication',
		'from_email_force', 'from_name_force', 'force_from_email', 'return_path', 'region', 'useapi', 'useAPI', 'secure', 'track-clicks', 'default_connection', 'fallback_connection', 'log_emails',
	);

	/** Names whose value is an address: told as domain and hash. */
	const ADDRESSES = array( 'admin_email', 'from_email', 'sender_email', 'envelope_sender', 'from-address', 'reply_to_email' );

	/** Changes told of one write. */
	const MOST = 20;

	/** @var bool Something was touched that only a look can tell. */
	private static $touched = false;

	/** @var bool The update was WordPress's own doing. */
	private static $automatic = false;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'updated_option', 'updated', 10, 3, 'everywhere' ),
			array( 'added_option', 'added', 10, 2, 'everywhere' ),
			array( 'delete_option', 'deleted', 10, 1, 'everywhere' ),
			array( 'activated_plugin', 'touched', 10, 0, 'everywhere' ),
			array( 'deactivated_plugin', 'touched', 10, 0, 'everywhere' ),
			array( 'deleted_plugin', 'touched', 10, 0, 'everywhere' ),
			array( 'switch_theme', 'touched', 10, 0, 'everywhere' ),
			array( 'upgrader_process_complete', 'touched', 10, 0, 'everywhere' ),
			array( '_core_updated_successfully', 'touched', 10, 0, 'everywhere' ),
			array( 'pre_auto_update', 'automatic', 10, 0, 'everywhere' ),
		);
	}

	/**
	 * A watched option was written: one event for each value in it that differs.
	 *
	 * @param mixed $option Its name.
	 * @param mixed $old    Before.
	 * @param mixed $value  After.
	 */
	public static function updated( $option, $old = null, $value = null ): void {
		if ( is_string( $option ) && isset( self::WATCHED[ $option ] ) && Pairing::paired() ) {
			foreach ( self::compare( $option, $old, $value ) as $change ) {
				self::tell( $change + array( 'group' => self::WATCHED[ $option ] ) );
			}
		}
	}

	/**
	 * A watched option was made.
	 *
	 * @param mixed $option Its name.
	 * @param mixed $value  What it is.
	 */
	public static function added( $option, $value = null ): void {
		self::updated( $option, null, $value );
	}

	/**
	 * A watched option is about to go.
	 *
	 * @param mixed $option Its name.
	 */
	public static function deleted( $option ): void {
		if ( is_string( $option ) && isset( self::WATCHED[ $option ] ) ) {
			self::updated( $option, get_option( $option ), null );
		}
	}

	/** A plugin, a theme or core was touched: look when the request ends. */
	public static function touched(): void {
		self::$touched = true;
	}

	/** WordPress updates by itself. */
	public static function automatic(): void {
		self::$automatic = true;
	}

	/** The request is over. */
	public static function at_end(): void {
		if ( self::$touched ) {
			self::look();
		}
	}

	/** Compares with the last look, tells what differs, keeps the new one. */
	public static function look(): void {
		$mixed         = self::$touched;
		self::$touched = false;
		if ( ! Pairing::paired() || wp_installing() ) {
			return;
		}
		$was = Inventory::kept();
		$is  = Inventory::look( $was, $mixed );
		if ( $was === $is ) {
			return;
		}
		Inventory::keep( $is );
		if ( null === $was ) {
			return; // The first look has nothing to compare with.
		}
		foreach ( Inventory::differences( $was, $is ) as $change ) {
			$change['automatic'] = self::$automatic;
			Outbox::add( new Event( 'plugin.changed', $change ) );
		}
		foreach ( array_merge( Inventory::constant_differences( $was, $is ), Inventory::mail_differences( $was, $is ) ) as $change ) {
			self::tell( $change );
		}
	}

	/**
	 * What differs between two values of an option, as `config.changed` has it.
	 *
	 * @param string $option Its name.
	 * @param mixed  $old    Before.
	 * @param mixed  $value  After.
	 * @return array<int, array<string, mixed>>
	 */
	public static function compare( string $option, $old, $value ): array {
		$from  = self::leaves( $option, $old );
		$to    = self::leaves( $option, $value );
		$found = array();
		foreach ( array_keys( $from + $to ) as $what ) {
			if ( ( $from[ $what ] ?? null ) === ( $to[ $what ] ?? null ) ) {
				continue;
			}
			$leaf   = (string) substr( (string) strrchr( ".$what", '.' ), 1 );
			$change = array(
				'what'   => $what,
				'secret' => false,
			);
			if ( in_array( $leaf, self::ADDRESSES, true ) ) {
				$change['from'] = self::address( $from[ $what ] ?? null );
				$change['to']   = self::address( $to[ $what ] ?? null );
			} elseif ( in_array( $leaf, self::OPEN, true ) || in_array( $option, array( 'siteurl', 'home', 'permalink_structure', 'mailserver_url' ), true ) ) {
				$change['from'] = self::open( $from[ $what ] ?? null );
				$change['to']   = self::open( $to[ $what ] ?? null );
			} else {
				$change['secret'] = true;
			}
			$found[] = $change;
		}
		if ( count( $found ) > self::MOST ) {
			$found   = array_slice( $found, 0, self::MOST );
			$found[] = array(
				'what'   => $option,
				'secret' => true,
			);
		}
		return $found;
	}

	/**
	 * An option's values by dotted name. A name that is an address (FluentSMTP's mappings) is hashed.
	 *
	 * @param string $name  So far.
	 * @param mixed  $value Any.
	 * @param int    $depth How deep.
	 * @return array<string, mixed>
	 */
	private static function leaves( string $name, $value, int $depth = 0 ): array {
		if ( null === $value || false === $value && 0 === $depth ) {
			return array();
		}
		if ( ! is_array( $value ) || $depth > 5 ) {
			return array( $name => is_scalar( $value ) ? $value : md5( (string) wp_json_encode( $value ) ) );
		}
		$leaves = array();
		foreach ( $value as $key => $inner ) {
			$leaves += self::leaves( $name . '.' . Redactor::text( Redactor::cut( (string) $key, 80 ) ), $inner, $depth + 1 );
		}
		return $leaves;
	}

	/** A value that may be told. */
	private static function open( $value ): string {
		return is_bool( $value ) ? ( $value ? 'true' : 'false' ) : Redactor::text( Redactor::cut( is_scalar( $value ) ? (string) $value : '', 300 ) );
	}

	/** An address that may be told. */
	private static function address( $value ): string {
		return is_string( $value ) && '' !== $value ? Redactor::address( $value ) : '';
	}

	/** One event. */
	private static function tell( array $change ): void {
		Outbox::add( new Event( 'config.changed', $change + array( 'by' => self::by() ) ) );
	}

	/** Who did it. */
	private static function by(): string {
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			return 'cli';
		}
		if ( wp_doing_cron() ) {
			return 'cron';
		}
		return function_exists( 'get_current_user_id' ) && get_current_user_id() > 0 ? 'user' : 'unknown';
	}
}
