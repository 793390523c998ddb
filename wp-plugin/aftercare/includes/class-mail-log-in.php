<?php
/**
 * A log-in for the sidecar to try once (docs/protocol.md, A log-in that an admin gives): bound to this site and its relay, and sealed.
 *
 * It is made only when an administrator asks for it, and kept nowhere: what leaves here only the sidecar can open.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail_Log_In {

	/** Seconds until what was sealed is of no use any more. */
	const LIFE_S = 300;

	/**
	 * Where a log-in would be tried, and why it cannot be.
	 *
	 * @return array{host: string, port: int, obstacle: string} Obstacle: nothing, no_relay, no_log_in or no_tls.
	 */
	public static function ground(): array {
		$relay    = Mail_Settings::relay();
		$obstacle = '';
		if ( '' === $relay['host'] ) {
			$obstacle = 'no_relay';
		} elseif ( ! $relay['auth'] ) {
			$obstacle = 'no_log_in';
		} elseif ( '' === $relay['encryption'] ) {
			$obstacle = 'no_tls';
		}
		return array(
			'host'     => $relay['host'],
			'port'     => $relay['port'],
			'obstacle' => $obstacle,
		);
	}

	/** Whether the settings in force hold a user name and a password that can be read as wp_mail() would. */
	public static function is_stored(): bool {
		return (bool) self::stored();
	}

	/**
	 * Seals what is stored now.
	 *
	 * @return Answer As sealed(); error, beside those: unreadable.
	 */
	public static function seal_stored(): Answer {
		$stored = self::stored();
		if ( ! $stored ) {
			return Answer::none( 'log_in_unreadable', __( 'The mail settings in force hold no password that can be read.', 'aftercare' ) );
		}
		return self::seal( $stored['username'], $stored['password'], true );
	}

	/**
	 * Seals what was typed, or what is stored.
	 *
	 * @param string $username At the relay.
	 * @param string $password At the relay.
	 * @param bool   $stored   Whether it came from the settings.
	 * @return Answer Body: `login`. Errors: log_in_ and an obstacle or empty, and what asking for the sidecar's key can end with.
	 */
	public static function seal( string $username, string $password, bool $stored = false ): Answer {
		$ground = self::ground();
		if ( '' !== $ground['obstacle'] ) {
			return Answer::none( "log_in_{$ground['obstacle']}", __( 'There is no log-in to try at the mail settings in force.', 'aftercare' ) );
		}
		if ( '' === $username || '' === $password || ! preg_match( '//u', $username . $password ) ) {
			return Answer::none( 'log_in_empty', __( 'A user name and a password are needed.', 'aftercare' ) );
		}
		$key = Pairing_Door::public_key( Pairing::sidecar(), substr( Pairing::key_hash(), 0, 16 ) );
		if ( ! $key->ok ) {
			return $key;
		}
		// The code vouched for 16 digits; since then the whole of it is known.
		if ( ! hash_equals( Pairing::key_hash(), $key->body['hash'] ) ) {
			return Answer::none( 'fingerprint', __( 'The key that answered is not the one that this site was paired with.', 'aftercare' ) );
		}
		$login = Pairing_Door::seal(
			array(
				'username'   => $username,
				'password'   => $password,
				'host'       => $ground['host'],
				'port'       => $ground['port'],
				'stored'     => $stored,
				'site'       => Pairing::site_id(),
				'expires_at' => gmdate( 'Y-m-d\TH:i:s\Z', Pairing::now() + self::LIFE_S ),
			),
			$key->body['key']
		);
		return '' === $login ? Pairing_Door::no_sodium() : new Answer( 200, array( 'login' => $login ) );
	}

	/**
	 * What PHPMailer would log in with; nothing where a mail plugin sends by itself: that one's password is its own.
	 *
	 * @return array{username: string, password: string}|array{}
	 */
	private static function stored(): array {
		$mailer = ( new Mail_Reading() )->mailer();
		$own    = Mail_Plugins::settings( Mail_Owner::current()['slug'], (string) ( $mailer->From ?? '' ) );
		$stored = array(
			'username' => (string) ( $mailer->Username ?? '' ),
			'password' => (string) ( $mailer->Password ?? '' ),
		);
		return $own || in_array( '', $stored, true ) ? array() : $stored;
	}
}
