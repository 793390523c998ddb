<?php
/**
 * Listens in on PHPMailer while it holds a conversation, and gives it its own settings back: it is used again.
 *
 * A site that has switched PHPMailer's debugging on itself is left alone.
 *
 * phpcs:disable WordPress.NamingConventions.ValidVariableName -- PHPMailer's names.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Ear {

	/** @var array{0: object, 1: int, 2: mixed, 3: Dialogue}|null The mailer we listen in on, with its own settings. */
	private static $listening = null;

	/**
	 * Takes the conversation of a mail down.
	 *
	 * @param Mail   $mail      The mail.
	 * @param object $phpmailer PHPMailer, or what a plugin put in its place.
	 */
	public static function listen( Mail $mail, $phpmailer ): void {
		self::stop();
		Mail_Facts::read( $mail, $phpmailer );
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
	}

	/**
	 * Gives the mailer its own settings back: it is used again for the next mail.
	 *
	 * @param Mail|null $mail Last look at what the mailer did for it.
	 */
	public static function stop( ?Mail $mail = null ): void {
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
		if ( $phpmailer->Debugoutput === $dialogue ) { // Else somebody took it over meanwhile.
			$phpmailer->SMTPDebug   = $level;
			$phpmailer->Debugoutput = $output;
			self::tell_open_connection( $phpmailer, $level, $output );
		}
	}

	/**
	 * A connection that is kept open between mails has taken its debug settings already.
	 *
	 * @param object $phpmailer The mailer.
	 * @param int    $level     Debug level.
	 * @param mixed  $output    Debug output.
	 */
	private static function tell_open_connection( $phpmailer, int $level, $output ): void {
		if ( ! ( $phpmailer->SMTPKeepAlive ?? false ) || ! method_exists( $phpmailer, 'getSMTPInstance' ) ) {
			return;
		}
		$smtp = $phpmailer->getSMTPInstance();
		if ( is_object( $smtp ) && method_exists( $smtp, 'setDebugOutput' ) ) {
			$smtp->setDebugLevel( $level );
			$smtp->setDebugOutput( $output );
		}
	}
}
