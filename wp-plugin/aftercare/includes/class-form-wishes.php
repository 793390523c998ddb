<?php
/**
 * What the site's admin chose for its forms: which are never tried, where a test's mails go, when it is quiet.
 *
 * One autoloaded option: reading it costs no query.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Wishes {

	/** The option: an array of what differs from the defaults. */
	const OPTION = 'aftercare_forms';

	/**
	 * `excluded`: forms that are never tried, `plugin:id`. `allowed`: forms that are tried although not all that runs on
	 * their entries can be held. `mails`: a test's mails go to the canary's `mailbox`, or `marked` to the form's own
	 * recipient. `quiet`: from and until, the site's own time, or null. `conflict`: plugins may be halved for a signed
	 * request; `never_off`: those that stay even then. `unexempted`: one more try without exemption from the spam filters. `beacon`: visitors' browsers tell of a
	 * form's troubles. `write_to`: the address that a visitor whose form failed is told, or nothing. `keep`: an entry that
	 * its form lost is kept on the site.
	 */
	const DEFAULTS = array(
		'excluded'   => array(),
		'allowed'    => array(),
		'mails'      => 'mailbox',
		'quiet'      => null,
		'conflict'   => false,
		'never_off'  => array(),
		'unexempted' => false,
		'beacon'     => false,
		'write_to'   => '',
		'keep'       => false,
	);

	/** Forms that one list may name. */
	const LONGEST = 500;

	/**
	 * One wish.
	 *
	 * @param string $name One of DEFAULTS.
	 * @return mixed
	 */
	public static function get( string $name ) {
		return self::all()[ $name ] ?? null;
	}

	/**
	 * All of them; what is stored and makes no sense counts as not chosen.
	 *
	 * @return array<string, mixed>
	 */
	public static function all(): array {
		$stored = get_option( self::OPTION, array() );
		return self::sound( is_array( $stored ) ? $stored : array() );
	}

	/**
	 * Keeps some; the others stay.
	 *
	 * @param array<string, mixed> $wishes Name → value.
	 */
	public static function set( array $wishes ): void {
		update_option( self::OPTION, self::sound( array_intersect_key( $wishes, self::DEFAULTS ) + self::all() ), true );
	}

	/**
	 * As the wire has them (docs/protocol.md, `forms.list`).
	 *
	 * @return array<string, mixed>
	 */
	public static function told(): array {
		$all = self::all();
		return array(
			'mails'      => $all['mails'],
			'quiet'      => $all['quiet'],
			'timezone'   => wp_timezone_string(),
			'conflict'   => $all['conflict'],
			'unexempted' => $all['unexempted'],
		);
	}

	/**
	 * Each of its kind, or the default.
	 *
	 * @param array<string, mixed> $wishes As stored or given.
	 * @return array<string, mixed>
	 */
	private static function sound( array $wishes ): array {
		$sound = self::DEFAULTS;
		foreach ( array( 'excluded', 'allowed', 'never_off' ) as $list ) {
			$forms          = array_filter( (array) ( $wishes[ $list ] ?? array() ), 'is_string' );
			$sound[ $list ] = array_slice( array_values( array_unique( $forms ) ), 0, self::LONGEST );
		}
		foreach ( array( 'conflict', 'unexempted', 'beacon', 'keep' ) as $switch ) {
			$sound[ $switch ] = true === ( $wishes[ $switch ] ?? false );
		}
		$sound['mails'] = 'marked' === ( $wishes['mails'] ?? '' ) ? 'marked' : 'mailbox';
		$to = $wishes['write_to'] ?? '';
		if ( self::is_address( $to ) ) {
			$sound['write_to'] = $to;
		}
		$quiet = $wishes['quiet'] ?? null;
		if ( is_array( $quiet ) && self::is_time( $quiet['from'] ?? '' ) && self::is_time( $quiet['until'] ?? '' ) ) {
			$sound['quiet'] = array(
				'from'  => $quiet['from'],
				'until' => $quiet['until'],
			);
		}
		return $sound;
	}

	/**
	 * Whether it is an e-mail address. Not by is_email(): the beacon's road has no such function.
	 *
	 * @param mixed $text "office@example.com".
	 */
	public static function is_address( $text ): bool {
		return is_string( $text ) && false !== filter_var( $text, FILTER_VALIDATE_EMAIL );
	}

	/**
	 * Whether it is a time of day.
	 *
	 * @param mixed $text "22:00".
	 */
	private static function is_time( $text ): bool {
		return is_string( $text ) && (bool) preg_match( '/^(?:[01]\d|2[0-3]):[0-5]\d$/D', $text );
	}
}
