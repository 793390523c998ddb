<?php
/**
 * Mail plugins that send by themselves and not by the PHPMailer that core prepared: their settings, from where they keep them.
 *
 * Read in their source: FluentSMTP 2.3, Post SMTP 3.2, Mailgun 2.2. One method a plugin; to add one, copy its neighbour.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Plugins {

	/** Slug of the plugin that owns wp_mail() → who reads its settings. */
	const READERS = array(
		'fluent-smtp' => 'fluent_smtp',
		'post-smtp'   => 'post_smtp',
		'mailgun'     => 'mailgun',
	);

	/**
	 * What differs from the measured settings.
	 *
	 * @param string $slug Of wp_mail()'s owner.
	 * @param string $from The sender's address.
	 * @return array<string, mixed>
	 */
	public static function settings( string $slug, string $from ): array {
		$reader = self::READERS[ $slug ] ?? '';
		return '' === $reader ? array() : self::$reader( $from );
	}

	/**
	 * FluentSMTP: a connection for each sender, and one for the rest.
	 *
	 * @param string $from The sender's address.
	 * @return array<string, mixed>
	 */
	private static function fluent_smtp( string $from ): array {
		$all        = (array) get_option( 'fluentmail-settings', array() );
		$key        = $all['mappings'][ $from ] ?? ( $all['misc']['default_connection'] ?? '' );
		$mapped     = isset( $all['mappings'][ $from ] );
		$connection = (array) ( $all['connections'][ $key ]['provider_settings'] ?? array() );
		if ( ! $connection ) {
			return array(); // None routes this sender: it goes as core prepared it.
		}
		$constants = 'wp_config' === ( $connection['key_store'] ?? '' );
		if ( ! $mapped && 'no' !== ( $connection['force_from_email'] ?? 'yes' ) && is_string( $connection['sender_email'] ?? null ) ) {
			$from = $connection['sender_email'];
		}
		$provider = (string) ( $connection['provider'] ?? '' );
		if ( 'default' === $provider ) { // It tells PHPMailer to use mail(), whatever was set before.
			return array_replace( self::by_api( '', 'fluent-smtp', $from ), array( 'mailer' => 'mail' ) );
		}
		if ( 'smtp' !== $provider ) {
			return self::by_api( $provider, 'fluent-smtp', $from );
		}
		return self::by_smtp(
			'fluent-smtp',
			array(
				'host'         => (string) ( $connection['host'] ?? '' ),
				'port'         => (int) ( $connection['port'] ?? 0 ),
				'encryption'   => (string) ( $connection['encryption'] ?? '' ),
				'auto_tls'     => 'no' !== ( $connection['auto_tls'] ?? 'yes' ),
				'auth'         => 'yes' === ( $connection['auth'] ?? '' ),
				'username'     => $constants ? self::constant( 'FLUENTMAIL_SMTP_USERNAME' ) : (string) ( $connection['username'] ?? '' ),
				'password_set' => '' !== ( $constants ? self::constant( 'FLUENTMAIL_SMTP_PASSWORD' ) : (string) ( $connection['password'] ?? '' ) ),
				'from_address' => $from,
			)
		);
	}

	/**
	 * Post SMTP: one connection.
	 *
	 * @param string $from The sender's address.
	 * @return array<string, mixed>
	 */
	private static function post_smtp( string $from ): array {
		$all  = (array) get_option( 'postman_options', array() );
		$from = '' !== (string) ( $all['sender_email'] ?? '' ) ? (string) $all['sender_email'] : $from;
		$by   = (string) ( $all['transport_type'] ?? 'default' );
		if ( 'default' === $by ) {
			return array();
		}
		if ( 'smtp' !== $by ) {
			return self::by_api( (string) preg_replace( '/_api$/', '', $by ), 'post-smtp', $from );
		}
		return self::by_smtp(
			'post-smtp',
			array(
				'host'         => (string) ( $all['hostname'] ?? '' ),
				'port'         => (int) ( $all['port'] ?? 0 ),
				'encryption'   => (string) ( $all['enc_type'] ?? '' ),
				'auto_tls'     => false,
				'auth'         => 'none' !== ( $all['auth_type'] ?? 'none' ),
				'auth_type'    => strtoupper( (string) ( $all['auth_type'] ?? '' ) ),
				'username'     => defined( 'POST_SMTP_AUTH_USERNAME' ) ? self::constant( 'POST_SMTP_AUTH_USERNAME' ) : (string) ( $all['basic_auth_username'] ?? '' ),
				'password_set' => defined( 'POST_SMTP_AUTH_PASSWORD' ) || '' !== (string) ( $all['basic_auth_password'] ?? '' ),
				'from_address' => $from,
			)
		);
	}

	/**
	 * Mailgun: by its HTTP API, or a relay that core's PHPMailer speaks to.
	 *
	 * @param string $from The sender's address.
	 * @return array<string, mixed>
	 */
	private static function mailgun( string $from ): array {
		$all = (array) get_option( 'mailgun', array() );
		return empty( $all['useAPI'] ) ? array() : self::by_api( 'mailgun', 'mailgun', (string) ( $all['from-address'] ?? $from ) );
	}

	/**
	 * Settings of a plugin that speaks SMTP itself.
	 *
	 * @param string               $slug     The plugin.
	 * @param array<string, mixed> $settings As it keeps them.
	 * @return array<string, mixed>
	 */
	private static function by_smtp( string $slug, array $settings ): array {
		$server = Mail_Settings::server( $settings['host'], $settings['port'], $settings['encryption'] );
		return array_replace(
			$settings,
			$server,
			array(
				'mailer'   => 'smtp',
				'provider' => '',
				'set_by'   => array_fill_keys( array_keys( Mail_Reading::LOOKED_AT ), "plugin:$slug" ),
			)
		);
	}

	/**
	 * Settings of a plugin that asks a provider over HTTP.
	 *
	 * @param string $provider Its name.
	 * @param string $slug     The plugin.
	 * @param string $from     The sender's address.
	 * @return array<string, mixed>
	 */
	private static function by_api( string $provider, string $slug, string $from ): array {
		return array(
			'mailer'       => 'api',
			'provider'     => $provider,
			'host'         => '',
			'port'         => 0,
			'encryption'   => '',
			'auth'         => false,
			'username'     => '',
			'password_set' => false,
			'from_address' => $from,
			'set_by'       => array_fill_keys( array_keys( Mail_Reading::LOOKED_AT ), "plugin:$slug" ),
		);
	}

	/**
	 * A constant as text, or nothing.
	 *
	 * @param string $name Its name.
	 */
	private static function constant( string $name ): string {
		return defined( $name ) && is_scalar( constant( $name ) ) ? (string) constant( $name ) : '';
	}
}
