<?php
/**
 * What a mail's own request shows of the mailer in charge: cheap enough to look at for each mail.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Facts {

	/** @var string|null Slug, found once a request. */
	private static $definer = null;

	/**
	 * The mail plugin in charge, by slug; `core` where there is none.
	 *
	 * @param object|null $phpmailer The mailer in use, if it is there yet.
	 */
	public static function owner( $phpmailer = null ): string {
		if ( null === self::$definer ) {
			self::$definer = Callbacks::owner( (string) ( new \ReflectionFunction( 'wp_mail' ) )->getFileName() )['slug'];
		}
		if ( 'core' === self::$definer && is_object( $phpmailer ) ) {
			$made = Callbacks::owner( (string) ( new \ReflectionObject( $phpmailer ) )->getFileName() );
			return $made['slug']; // WP Mail SMTP leaves wp_mail() alone and puts its own mailer in.
		}
		return self::$definer;
	}

	/**
	 * What the mailer that is in use will do, as far as it shows.
	 *
	 * @param Mail   $mail      Is filled.
	 * @param object $phpmailer PHPMailer, or what a plugin put in its place.
	 */
	public static function read( Mail $mail, $phpmailer ): void {
		$mail->owner  = self::owner( $phpmailer );
		$mail->mailer = (string) ( $phpmailer->Mailer ?? '' ); // phpcs:disable WordPress.NamingConventions.ValidVariableName
		$from         = (string) ( $phpmailer->From ?? '' );
		if ( '' !== $from ) {
			$mail->from_domain = Redactor::parts( $from )['domain'];
		}
		if ( preg_match( '#^WPMailSMTP/Mailer/(\w+)#', (string) ( $phpmailer->XMailer ?? '' ), $found ) ) {
			if ( ! in_array( $found[1], array( 'mail', 'smtp', 'pepipost' ), true ) ) {
				$mail->mailer = 'api';
			}
		} elseif ( 'fluent-smtp' === $mail->owner && 'smtp' !== $mail->mailer ) {
			$mail->mailer = self::fluent_mailer( $from );
		}
		if ( 'smtp' !== $mail->mailer ) {
			return;
		}
		$mail->encryption = (string) ( $phpmailer->SMTPSecure ?? '' );
		$mail->port       = (int) ( $phpmailer->Port ?? 0 );
		$mail->auth       = (bool) ( $phpmailer->SMTPAuth ?? false );
		// PHPMailer takes a list here, each with a scheme and a port of its own; the first is tried first.
		$first      = explode( ';', (string) ( $phpmailer->Host ?? '' ) )[0];
		$mail->host = Redactor::cut( Redactor::text( trim( $first ) ), 253 );
		if ( preg_match( '#^(?:(ssl|tls)://)?(.+?)(?::(\d+))?$#', trim( $first ), $found ) ) {
			$mail->host       = Redactor::cut( Redactor::text( $found[2] ), 253 );
			$mail->port       = isset( $found[3] ) ? (int) $found[3] : $mail->port;
			$mail->encryption = '' !== $found[1] ? $found[1] : $mail->encryption;
		}
		// phpcs:enable
	}

	/**
	 * FluentSMTP: which way mail of a sender goes.
	 *
	 * @param string $from The sender's address.
	 */
	private static function fluent_mailer( string $from ): string {
		$key         = self::option( 'fluentmail-settings', 'mappings' )[ $from ] ?? ( self::option( 'fluentmail-settings', 'misc' )['default_connection'] ?? '' );
		$connections = self::option( 'fluentmail-settings', 'connections' );
		$connection  = is_scalar( $key ) ? (array) ( $connections[ $key ] ?? array() ) : array();
		$provider    = (string) ( ( (array) ( $connection['provider_settings'] ?? array() ) )['provider'] ?? 'default' );
		return 'smtp' === $provider ? 'smtp' : ( 'default' === $provider ? 'mail' : 'api' );
	}

	/**
	 * One part of an option that is an array of arrays.
	 *
	 * @param string $option Its name.
	 * @param string $part   The part's.
	 * @return array<string, mixed>
	 */
	private static function option( string $option, string $part ): array {
		$all = get_option( $option, array() );
		return is_array( $all ) && is_array( $all[ $part ] ?? null ) ? $all[ $part ] : array();
	}
}
