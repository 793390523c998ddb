<?php
/**
 * "Also try to log in": an administrator gives the log-in at the relay, and the diagnosis tries it once.
 *
 * A form of its own: what a browser fills in by itself never goes along with the plain Diagnose button.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Mail_Log_In;
use Aftercare\Module;

final class Log_In implements Module {

	const DEED = 'log_in';

	/** The playbook that tries it. */
	const PLAYBOOK = 'emails-not-sending';

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'admin_post_aftercare_' . self::DEED, 'run', 10, 0, 'admin' ),
		);
	}

	/** Whoever may set the mail settings and may diagnose. */
	private static function allowed(): bool {
		return Access::may_manage() && Access::may_diagnose();
	}

	/** Seals what was given, and starts the run that tries it. */
	public static function run(): void {
		check_admin_referer( 'aftercare_' . self::DEED );
		if ( ! self::allowed() ) {
			wp_die( esc_html( Words::said( 'not_allowed' ) ), '', array( 'response' => 403 ) );
		}
		$sealed = '1' === self::given( 'aftercare_stored' )
			? Mail_Log_In::seal_stored()
			: Mail_Log_In::seal( trim( self::given( 'aftercare_username' ) ), self::given( 'aftercare_password' ) );
		unset( $_POST['aftercare_password'], $_REQUEST['aftercare_password'] ); // Nobody who logs requests needs it.
		if ( ! $sealed->ok ) {
			$args = Actions::said( $sealed, '' );
		} else {
			$answer = Actions::start( self::PLAYBOOK, wp_get_current_user()->display_name, array( 'login' => (string) $sealed->body['login'] ) );
			$args   = Actions::shown( $answer, 'log_in_busy' );
		}
		wp_safe_redirect( Screen::url( $args ) );
		exit;
	}

	/**
	 * The part of the screen, folded.
	 *
	 * @param string $playbook The button above.
	 * @param bool   $there    Whether the sidecar answers now.
	 */
	public static function show( string $playbook, bool $there ): void {
		if ( self::PLAYBOOK !== $playbook || ! self::allowed() ) {
			return;
		}
		$ground = Mail_Log_In::ground();
		echo '<details class="aftercare-log-in"><summary>' . esc_html__( 'Also try to log in', 'aftercare' ) . '</summary>';
		if ( '' !== $ground['obstacle'] ) {
			echo '<p>' . esc_html( Words::said( "log_in_{$ground['obstacle']}" ) ) . '</p></details>';
			return;
		}
		/* translators: %s: name and port of a mail server. */
		$words = esc_html__( 'Is the password right? The sidecar can log in once at %s, and the diagnosis says what the mail server answered.', 'aftercare' );
		echo '<p>' . sprintf( $words, '<code>' . esc_html( "{$ground['host']}:{$ground['port']}" ) . '</code>' ) . '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
		self::promise();
		self::form( $there );
		echo '</details>';
	}

	/** What happens to a password. */
	private static function promise(): void {
		$words = array(
			__( 'It is encrypted before it leaves this site, so that only the sidecar can open it. This screen does not store it.', 'aftercare' ),
			__( 'The sidecar keeps it in memory only, for five minutes at most, and never writes it down.', 'aftercare' ),
			__( 'It is tried once, at this mail server only, and only over a connection on which the server has proved its name. Then it is dropped.', 'aftercare' ),
			__( 'The people who look after your site see whether it was accepted, not the password.', 'aftercare' ),
		);
		echo '<p>' . esc_html__( 'What happens to the password:', 'aftercare' ) . '</p><ul class="aftercare-promise">';
		foreach ( $words as $each ) {
			echo '<li>' . esc_html( $each ) . '</li>';
		}
		echo '</ul>';
	}

	/**
	 * Type it, or use what is stored.
	 *
	 * @param bool $there Whether the sidecar answers now.
	 */
	private static function form( bool $there ): void {
		Form::open( self::DEED, 'aftercare-log-in-form' );
		if ( Mail_Log_In::is_stored() ) {
			echo '<p><label><input type="checkbox" name="aftercare_stored" value="1"> ' . esc_html__( 'Use the user name and password that are stored in this site’s mail settings now. Nothing has to be typed then.', 'aftercare' ) . '</label></p>';
		}
		// "new-password": browsers fill what they know into a password field that says "off", and they know the one of this site.
		echo '<div class="aftercare-typed"><p><label for="aftercare-username">' . esc_html__( 'User name at the mail server', 'aftercare' ) . '</label>';
		echo '<input type="text" id="aftercare-username" name="aftercare_username" class="regular-text" autocomplete="off" autocapitalize="off" spellcheck="false"></p>';
		echo '<p><label for="aftercare-password">' . esc_html__( 'Password at the mail server', 'aftercare' ) . '</label>';
		echo '<input type="password" id="aftercare-password" name="aftercare_password" class="regular-text" autocomplete="new-password" spellcheck="false"></p></div>';
		echo '<p><button type="submit" class="button"' . ( $there ? '' : ' disabled' ) . '>' . esc_html__( 'Diagnose, and try to log in', 'aftercare' ) . '</button></p></form>';
	}

	/**
	 * A posted text as it was typed: a password may hold anything. The nonce was verified in run().
	 *
	 * @param string $name Its name.
	 */
	private static function given( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized -- run() did; cleaned, it would be another password.
		return isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? substr( wp_unslash( $_POST[ $name ] ), 0, 1000 ) : '';
	}
}
