<?php
/**
 * Whether this site is paired, with which sidecar, under which secret, and whether it still is where it was paired.
 *
 * What a page needs to know lies in the one autoloaded option; the secret lies in an option of its own that no page
 * loads. It is stored as it is: whoever reads the options table reads wp-config.php's salts or makes himself an
 * administrator too, so sealing it with those salts would protect nothing and lose the pairing whenever they change.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Pairing {

	/** Key within the plugin's option: site, sidecar, key (SHA-256 of its public key), home, paired_at, offset_s. */
	const STATE = 'pairing';

	/** Option, not autoloaded: `secret`, and `next` while a rotation is under way; each base64. */
	const SECRET = 'aftercare_secret';

	/** Whether this site is paired. Costs no query. */
	public static function paired(): bool {
		return '' !== self::site_id();
	}

	/** The id that the sidecar gave this site, or nothing. */
	public static function site_id(): string {
		return self::state( 'site' );
	}

	/** The sidecar's URL, without a slash at its end. */
	public static function sidecar(): string {
		return self::state( 'sidecar' );
	}

	/** SHA-256 of the public key that the code's fingerprint vouched for. */
	public static function key_hash(): string {
		return self::state( 'key' );
	}

	/** The address at pairing. */
	public static function home_then(): string {
		return self::state( 'home' );
	}

	/** Unix seconds of the pairing. */
	public static function paired_at(): int {
		return (int) self::state( 'paired_at' );
	}

	/** The sidecar's clock minus ours, in seconds: signed with, and used to judge what is of now. */
	public static function offset_s(): int {
		return (int) self::state( 'offset_s' );
	}

	/** Now, by the sidecar's clock. */
	public static function now(): int {
		return time() + self::offset_s();
	}

	/**
	 * Keeps what the sidecar's clock taught.
	 *
	 * @param string $time ISO 8601, of the sidecar.
	 */
	public static function learn_time( string $time ): void {
		$theirs = strtotime( $time );
		if ( false === $theirs || ! self::paired() ) {
			return;
		}
		$state             = (array) Options::get( self::STATE, array() );
		$state['offset_s'] = $theirs - time();
		Options::set( self::STATE, $state );
	}

	/**
	 * Whether the site's address is the one it was paired at. A clone or a staging copy is not: it sends and fetches nothing.
	 *
	 * Looked at is the stored address, not home_url(): translation plugins change that from page to page. http and
	 * https are the same place. The folder on disk is not looked at: deployments change it with every release.
	 */
	public static function at_home(): bool {
		return self::paired() && self::place( self::home_now() ) === self::place( self::home_then() );
	}

	/** The address now. */
	public static function home_now(): string {
		return (string) get_option( 'home' );
	}

	/**
	 * Host, port and path of an address.
	 *
	 * @param string $url An address.
	 */
	public static function place( string $url ): string {
		$parts = (array) wp_parse_url( $url );
		return strtolower( (string) ( $parts['host'] ?? '' ) ) . ':' . ( $parts['port'] ?? '' ) . '/' . trim( (string) ( $parts['path'] ?? '' ), '/' );
	}

	/** The secret, 32 bytes, or nothing. */
	public static function secret(): string {
		return self::kept( 'secret' );
	}

	/** The secret that a rotation under way wants to be the next, or nothing. */
	public static function next_secret(): string {
		return self::kept( 'next' );
	}

	/**
	 * Writes a new pairing down.
	 *
	 * @param string               $secret 32 bytes.
	 * @param array<string, mixed> $state  As Pairing::STATE names it.
	 */
	public static function keep( string $secret, array $state ): void {
		self::write( $secret, '' );
		Options::set( self::STATE, $state );
	}

	/**
	 * Before a rotation is asked for, so that a lost answer cannot lock us out.
	 *
	 * @param string $next 32 bytes.
	 */
	public static function keep_next( string $next ): void {
		self::write( self::secret(), $next );
	}

	/** The next secret was used and understood: the old one is forgotten. */
	public static function promote(): void {
		$next = self::next_secret();
		if ( '' !== $next ) {
			self::write( $next, '' );
		}
	}

	/** The admin said that the site moved, and the sidecar knows. */
	public static function settle_here(): void {
		$state         = (array) Options::get( self::STATE, array() );
		$state['home'] = self::home_now();
		Options::set( self::STATE, $state );
	}

	/** Forgets the pairing on this site. */
	public static function forget(): void {
		delete_option( self::SECRET );
		Options::delete( self::STATE );
	}

	/**
	 * One value of the state.
	 *
	 * @param string $name Its name.
	 */
	private static function state( string $name ): string {
		$state = Options::get( self::STATE, array() );
		return is_array( $state ) && isset( $state[ $name ] ) && is_scalar( $state[ $name ] ) ? (string) $state[ $name ] : '';
	}

	/**
	 * One of the two secrets; a value that is not 32 bytes is none.
	 *
	 * @param string $which secret or next.
	 */
	private static function kept( string $which ): string {
		$kept  = self::paired() ? get_option( self::SECRET ) : array();
		$bytes = is_array( $kept ) ? base64_decode( (string) ( $kept[ $which ] ?? '' ), true ) : ''; // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		return is_string( $bytes ) && 32 === strlen( $bytes ) ? $bytes : '';
	}

	/**
	 * Stores both secrets.
	 *
	 * @param string $secret 32 bytes.
	 * @param string $next   32 bytes or nothing.
	 */
	private static function write( string $secret, string $next ): void {
		$kept = array_map( 'base64_encode', array_filter( compact( 'secret', 'next' ), 'strlen' ) );
		update_option( self::SECRET, $kept, false );
	}
}
