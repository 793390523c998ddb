<?php
/**
 * What the screens say: one sentence for each thing that can have happened, and what to do next.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\Answer;

final class Words {

	/**
	 * What to tell after a deed.
	 *
	 * @param string $code Of the deed or the error.
	 * @return string Nothing for an unknown code.
	 */
	public static function said( string $code ): string {
		$said = array(
			'paired'            => __( 'This site is paired. It now reports what breaks.', 'aftercare' ),
			'unpaired'          => __( 'The pairing has ended. Nothing is sent any more.', 'aftercare' ),
			'forgotten'         => __( 'The pairing is forgotten on this site. The sidecar could not be told: end it there too, on the site’s page.', 'aftercare' ),
			'copy'              => __( 'The pairing is forgotten on this copy. The original stays paired.', 'aftercare' ),
			'moved_on'          => __( 'The sidecar knows the new address. The pairing goes on.', 'aftercare' ),
			'rotated'           => __( 'A new secret is in use.', 'aftercare' ),
			'saved'             => __( 'Saved.', 'aftercare' ),
			'forgotten_entry'   => __( 'The entry is deleted.', 'aftercare' ),
			'no_entry'          => __( 'That entry is here no more.', 'aftercare' ),
			'no_address'        => __( 'That is no e-mail address, so nothing was changed. Write it as name@example.com, or leave the field empty.', 'aftercare' ),
			'malformed'         => __( 'That is not a whole pairing code. It begins with “aftercare-” and is one long line: copy it again, from its first to its last character.', 'aftercare' ),
			'code'              => __( 'The sidecar does not accept this code: it was used already, or is older than ten minutes. Ask for a new one and paste it right away.', 'aftercare' ),
			'expired'           => __( 'This code is older than ten minutes. Ask for a new one and paste it right away.', 'aftercare' ),
			'used'              => __( 'This code was used already. Each is good for one site, once: ask for a new one.', 'aftercare' ),
			'fingerprint'       => __( 'The sidecar at this address is not the one that made the code: its key differs. Nothing was sent. Ask the people who gave you the code whether the sidecar was set up anew; if not, somebody may be answering in its place.', 'aftercare' ),
			'unreachable'       => __( 'The sidecar cannot be reached from this site. Ask your host whether outgoing connections to it are allowed, and try again.', 'aftercare' ),
			'not_a_sidecar'     => __( 'Something answers at the sidecar’s address, but it is no sidecar. Ask for a new code: the address in it may be wrong.', 'aftercare' ),
			'answer_nonsense'   => __( 'The sidecar’s address answered with something that could not be read. A proxy or firewall may stand in between. Nothing was changed.', 'aftercare' ),
			'answer_unsigned'   => __( 'The answer did not come from the sidecar that this site is paired with. Nothing was changed.', 'aftercare' ),
			'paired_already'    => __( 'This site is paired already. End that pairing first.', 'aftercare' ),
			'not_paired'        => __( 'The sidecar does not know this site any more: the pairing was ended there. End it here too, and pair again with a new code.', 'aftercare' ),
			'signature'         => __( 'The sidecar refuses this site’s signature: it was paired anew from somewhere else. End the pairing here, and pair again with a new code.', 'aftercare' ),
			'clock'             => __( 'The clocks of this site and the sidecar differ, and it could not be put right. Ask your host to set the server’s clock.', 'aftercare' ),
			'moved'             => __( 'This site is not at the address that it was paired at, so nothing is sent or asked.', 'aftercare' ),
			'no_sodium'         => __( 'This PHP cannot seal the secret: libsodium is missing. Ask your host to enable PHP’s sodium extension.', 'aftercare' ),
			'version'           => __( 'The sidecar does not understand this version of the plugin. Update the one that is older.', 'aftercare' ),
			'running'           => __( 'This diagnosis is under way already: here it is.', 'aftercare' ),
			'too_many'          => __( 'The sidecar has too much to do just now. Try again in a minute.', 'aftercare' ),
			'pressed_often'     => __( 'This site was diagnosed 20 times within an hour, which is as often as it may be. What the last diagnosis found still stands; press again in some minutes.', 'aftercare' ),
			'unavailable'       => __( 'The sidecar cannot answer just now. Try again in a minute.', 'aftercare' ),
			'not_allowed'       => __( 'You are not allowed to do that.', 'aftercare' ),
			'log_in_empty'      => __( 'Type both the user name and the password at the mail server. Nothing was sent.', 'aftercare' ),
			'log_in_unreadable' => __( 'The mail settings in force hold no password that can be read: type it on this screen. Nothing was sent.', 'aftercare' ),
			'log_in_no_relay'   => __( 'This site hands its mail to no mail server by SMTP, so there is no log-in to try.', 'aftercare' ),
			'log_in_no_log_in'  => __( 'The mail settings in force do not log in at the mail server, so there is no log-in to try. Switch authentication on there first.', 'aftercare' ),
			'log_in_no_tls'     => __( 'The mail settings in force have no encryption. A password would travel readable for everybody in between, so it is not tried: set TLS on port 587, or SSL on 465, first.', 'aftercare' ),
			'log_in_busy'       => __( 'A diagnosis was under way already: here it is. The password was not used. Press again when this one is done.', 'aftercare' ),
			'gone'              => __( 'The sidecar does not know this run any more.', 'aftercare' ),
		);
		return $said[ $code ] ?? '';
	}

	/**
	 * Why the sidecar gave no answer.
	 *
	 * @param Answer $answer Without ok.
	 */
	public static function why( Answer $answer ): string {
		$said = self::said( $answer->error );
		if ( '' === $said ) {
			/* translators: %s: what the sidecar said. */
			$said = sprintf( __( 'The sidecar says: %s', 'aftercare' ), '' === $answer->message ? $answer->error : $answer->message );
		}
		return 'unreachable' === $answer->error ? $said . ' (' . $answer->message . ')' : $said;
	}

	/**
	 * A verdict as a word.
	 *
	 * @param string $verdict pass, warn, fail or unknown.
	 */
	public static function verdict( string $verdict ): string {
		$words = array(
			'pass'    => __( 'Sound', 'aftercare' ),
			'warn'    => __( 'Advice', 'aftercare' ),
			'fail'    => __( 'Broken', 'aftercare' ),
			'unknown' => __( 'Could not look', 'aftercare' ),
		);
		return $words[ $verdict ] ?? '';
	}

	/**
	 * An instant as people of this site read it, with the machine's form beside.
	 *
	 * @param string $iso ISO 8601.
	 * @return string Safe HTML.
	 */
	public static function time( string $iso ): string {
		$at = strtotime( $iso );
		if ( false === $at ) {
			return '';
		}
		$words = wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $at );
		return '<time datetime="' . esc_attr( gmdate( 'c', $at ) ) . '">' . esc_html( (string) $words ) . '</time>';
	}
}
