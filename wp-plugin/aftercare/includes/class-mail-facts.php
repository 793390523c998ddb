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
			$mail->mailer = Mail_Plugins::settings( 'fluent-smtp', $from )['mailer'] ?? 'mail';
		}
		if ( 'smtp' !== $mail->mailer ) {
			return;
		}
		$server           = Mail_Settings::server( (string) ( $phpmailer->Host ?? '' ), (int) ( $phpmailer->Port ?? 0 ), (string) ( $phpmailer->SMTPSecure ?? '' ) );
		$mail->host       = Redactor::cut( Redactor::text( $server['host'] ), 253 );
		$mail->port       = $server['port'];
		$mail->encryption = $server['encryption'];
		$mail->auth       = (bool) ( $phpmailer->SMTPAuth ?? false );
		// phpcs:enable
	}
}
