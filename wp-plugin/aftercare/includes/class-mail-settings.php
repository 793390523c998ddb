<?php
/**
 * The mail settings in force and who set each (docs/protocol.md, The snapshot): measured, then completed from the plugins
 * that send by themselves. Passwords and keys are never read into it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Settings {

	/** Constants that overrule a plugin's setting: plugin → setting → constant. */
	const CONSTANTS = array(
		'wp-mail-smtp' => array(
			'mailer'     => 'WPMS_MAILER',
			'host'       => 'WPMS_SMTP_HOST',
			'port'       => 'WPMS_SMTP_PORT',
			'encryption' => 'WPMS_SSL',
			'auth'       => 'WPMS_SMTP_AUTH',
			'username'   => 'WPMS_SMTP_USER',
			'from'       => 'WPMS_MAIL_FROM',
		),
	);

	/**
	 * The snapshot's `mail`.
	 *
	 * @return array<string, mixed>
	 */
	public static function read(): array {
		$reading  = new Mail_Reading();
		$owner    = Mail_Owner::current();
		$settings = self::measured( $reading );
		$own      = Mail_Plugins::settings( $owner['slug'], $settings['from_address'] );
		$settings = array_replace( $settings, $own );
		$mode     = Mail_Mode::find( $owner, $settings + array( 'recipients' => $reading->recipients() ) );
		$from     = self::person( $settings['from_address'] );
		$local    = (string) strtok( $settings['from_address'], '@' );
		unset( $owner['kind'] );
		return array(
			'owner'              => $owner,
			'owners'             => Mail_Owner::all(),
			'mailer'             => $settings['mailer'],
			'provider'           => $settings['provider'],
			'host'               => Redactor::text( $settings['host'] ), // An address in the wrong field.
			'port'               => $settings['port'],
			'encryption'         => $settings['encryption'],
			'auto_tls'           => $settings['auto_tls'],
			'auth'               => $settings['auth'],
			'auth_type'          => $settings['auth_type'],
			'username'           => self::person( $settings['username'] ),
			'username_set'       => '' !== $settings['username'],
			'password_set'       => $settings['password_set'],
			'verify_peer'        => $settings['verify_peer'],
			'timeout_s'          => $settings['timeout_s'],
			'from'               => $from + array( 'local' => 'wordpress' === strtolower( $local ) ? 'wordpress' : 'other' ),
			'from_name_set'      => $settings['from_name_set'],
			'set_by'             => (object) $settings['set_by'],
			'short_circuit'      => Callbacks::plain( self::short_circuits() ),
			'phpmailer_init'     => Callbacks::plain( Callbacks::on( 'phpmailer_init' ) ),
			'fault'              => $own ? '' : Redactor::text( $reading->fault() ), // It sends its own way, not that one.
			'mode'               => $mode['mode'],
			'mode_by'            => $mode['mode_by'],
			'environment_blocks' => 'normal' === $mode['mode'] ? '' : Mail_Mode::environment(),
		);
	}

	/**
	 * Where mail goes, for the probe and for a log-in.
	 *
	 * @return array{host: string, port: int, encryption: string, auth: bool, verify_peer: bool} Host: nothing where no relay is spoken to.
	 */
	public static function relay(): array {
		$settings = self::measured( new Mail_Reading() );
		$settings = array_replace( $settings, Mail_Plugins::settings( Mail_Owner::current()['slug'], $settings['from_address'] ) );
		return array(
			'host'        => 'smtp' === $settings['mailer'] ? $settings['host'] : '',
			'port'        => $settings['port'],
			'encryption'  => $settings['encryption'],
			'auth'        => $settings['auth'],
			'verify_peer' => $settings['verify_peer'],
		);
	}

	/**
	 * Callbacks that may end wp_mail() before it sends; those that always hand on what they were given are left out.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	public static function short_circuits(): array {
		return array_values(
			array_filter(
				Callbacks::on( 'pre_wp_mail' ),
				static function ( array $callback ): bool {
					return ! Inert_Code::hands_on( $callback['function'] );
				}
			)
		);
	}

	/**
	 * What the reading shows.
	 *
	 * @param Mail_Reading $reading Done.
	 * @return array<string, mixed>
	 */
	private static function measured( Mail_Reading $reading ): array {
		$mailer = $reading->mailer();
		$get    = static function ( string $name, $fallback ) use ( $mailer ) {
			return isset( $mailer->$name ) && is_scalar( $mailer->$name ) ? $mailer->$name : $fallback;
		};
		$named  = strtolower( (string) $get( 'Mailer', 'mail' ) );
		$known  = in_array( $named, array( 'smtp', 'mail', 'sendmail', 'qmail' ), true );
		$smtp   = 'smtp' === $named;
		$server = self::server( (string) $get( 'Host', '' ), (int) $get( 'Port', 25 ), (string) $get( 'SMTPSecure', '' ) );
		$ssl    = isset( $mailer->SMTPOptions['ssl'] ) ? (array) $mailer->SMTPOptions['ssl'] : array();
		$set_by = array();
		foreach ( array_keys( Mail_Reading::LOOKED_AT ) as $setting ) {
			$set_by[ $setting ] = self::author( $setting, $reading->author( $setting ) );
		}
		return array(
			'mailer'        => $known ? $named : 'api', // Plugins put their provider's name here.
			'provider'      => $known ? '' : $named,
			'host'          => $smtp ? $server['host'] : '',
			'port'          => $smtp ? $server['port'] : 0,
			'encryption'    => $smtp ? $server['encryption'] : '',
			'auto_tls'      => (bool) $get( 'SMTPAutoTLS', true ),
			'auth'          => $smtp && (bool) $get( 'SMTPAuth', false ),
			'auth_type'     => (string) $get( 'AuthType', '' ),
			'username'      => $smtp ? (string) $get( 'Username', '' ) : '',
			'password_set'  => $smtp && '' !== (string) $get( 'Password', '' ),
			'verify_peer'   => ( $ssl['verify_peer'] ?? true ) && ( $ssl['verify_peer_name'] ?? true ) && empty( $ssl['allow_self_signed'] ),
			'timeout_s'     => (int) $get( 'Timeout', 300 ),
			'from_address'  => (string) $get( 'From', '' ),
			'from_name_set' => ! in_array( (string) $get( 'FromName', '' ), array( '', 'WordPress' ), true ),
			'set_by'        => $set_by,
		);
	}

	/**
	 * PHPMailer's Host may be a list, each with a scheme and a port: what it tries first.
	 *
	 * @param string $host       As set.
	 * @param int    $port       As set.
	 * @param string $encryption As set.
	 * @return array{host: string, port: int, encryption: string}
	 */
	public static function server( string $host, int $port, string $encryption ): array {
		$first      = trim( explode( ';', $host )[0] );
		$encryption = in_array( strtolower( $encryption ), array( 'ssl', 'tls' ), true ) ? strtolower( $encryption ) : '';
		if ( preg_match( '/^(?:(ssl|tls):\/\/)?(.+?)(?::(\d+))?$/Di', $first, $found ) ) {
			$first      = trim( $found[2], '[]' );
			$encryption = '' === $found[1] ? $encryption : strtolower( $found[1] );
			$port       = (int) ( $found[3] ?? $port );
		}
		return array(
			'host'       => $first,
			'port'       => $port,
			'encryption' => $encryption,
		);
	}

	/**
	 * Who set a value, in the wire's words.
	 *
	 * @param string                    $setting  One of Mail_Reading::LOOKED_AT.
	 * @param array<string, mixed>|null $callback That set it, or null for core's default.
	 */
	private static function author( string $setting, ?array $callback ): string {
		if ( null === $callback ) {
			return 'core';
		}
		if ( 'plugin' !== $callback['kind'] ) {
			return "hook:phpmailer_init ({$callback['slug']})";
		}
		$slug     = (string) preg_replace( '/-pro$/', '', $callback['slug'] );
		$constant = self::CONSTANTS[ $slug ][ $setting ] ?? '';
		$in_force = '' !== $constant && defined( $constant ) && ( ! defined( 'WPMS_ON' ) || true === constant( 'WPMS_ON' ) );
		return $in_force && defined( 'WPMS_ON' ) ? "constant:$constant" : "plugin:{$callback['slug']}";
	}

	/**
	 * A user name or sender without the person.
	 *
	 * @param string $address May be no address at all.
	 * @return array{domain: string, hash: string}
	 */
	private static function person( string $address ): array {
		return '' === $address ? array(
			'domain' => '',
			'hash'   => '',
		) : Redactor::parts( $address );
	}
}
