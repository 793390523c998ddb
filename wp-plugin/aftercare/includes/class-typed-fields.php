<?php
/**
 * What a visitor typed into a form, out of the fields that were posted: for an entry that is kept on the site itself.
 *
 * What the form plugin added for itself, passwords and card numbers are no part of it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Typed_Fields {

	const MOST = 200;

	/** Octets of one value, and of all. */
	const LONGEST = 10000;
	const WHOLE   = 65536;

	/** Names of the machinery: nonces, ids, captchas, traps. */
	const MACHINERY = '/(?:^|\[)(?:_|(?:action|submit|is_submit_\d+|state_\d+)\]?$|gform_|frm_)|(?:^|[^a-z])(?:nonce|token|referer|honeypot|(?:post|form|page)_?id)\]?$|captcha|turnstile/i';

	/** Names of what nobody but its owner may have. */
	const SECRET = '/(?:^|[^a-z])(?:pass(?:word|wd|phrase|code)?\d?|pwd|card[_-]?(?:number|no)|cc[_-]?num(?:ber)?|cvc|cvv)(?:[^a-z]|$)/i';

	/**
	 * The fields.
	 *
	 * @param array<mixed> $posted Unslashed, as PHP took it apart.
	 * @return array<string, string> Name, as `outer[inner]`, → value. Nothing where nothing was typed.
	 */
	public static function of( array $posted ): array {
		$typed = array();
		$whole = 0;
		foreach ( self::flat( self::unfolded( $posted ), '' ) as $name => $value ) {
			$value = Redactor::cut( trim( $value ), self::LONGEST );
			if ( '' === $value || preg_match( self::MACHINERY, $name ) || preg_match( self::SECRET, $name ) || self::is_card( $value ) ) {
				continue;
			}
			$whole += strlen( $name ) + strlen( $value );
			if ( count( $typed ) >= self::MOST || $whole > self::WHOLE ) {
				break;
			}
			$typed[ $name ] = $value;
		}
		return $typed;
	}

	/**
	 * Some plugins post their fields within one, as JSON or as a query of its own.
	 *
	 * @param array<mixed> $posted As in of().
	 * @return array<mixed>
	 */
	private static function unfolded( array $posted ): array {
		if ( is_string( $posted['formData'] ?? null ) ) { // Ninja Forms: fields by id, each with its value.
			$data = json_decode( $posted['formData'], true, 16 );
			return array_column( (array) ( $data['fields'] ?? array() ), 'value', 'id' );
		}
		if ( is_string( $posted['data'] ?? null ) && isset( $posted['form_id'] ) ) { // Fluent Forms.
			parse_str( $posted['data'], $data );
			return $data;
		}
		return $posted;
	}

	/**
	 * Every value with its whole name.
	 *
	 * @param array<mixed> $fields One level.
	 * @param string       $outer  Name of the level above.
	 * @return iterable<string, string>
	 */
	private static function flat( array $fields, string $outer ): iterable {
		foreach ( $fields as $name => $value ) {
			$whole = '' === $outer ? (string) $name : "{$outer}[$name]";
			if ( is_array( $value ) ) {
				yield from self::flat( $value, $whole );
			} elseif ( is_scalar( $value ) ) {
				yield $whole => (string) $value;
			}
		}
	}

	/**
	 * Whether it is the number of a payment card: 13 to 19 digits with a right check digit (ISO/IEC 7812-1).
	 *
	 * @param string $value Of a field.
	 */
	private static function is_card( string $value ): bool {
		$digits = (string) preg_replace( '/[ -]/', '', $value );
		if ( ! preg_match( '/^\d{13,19}$/D', $digits ) ) {
			return false;
		}
		$sum = 0;
		foreach ( array_reverse( str_split( $digits ) ) as $place => $digit ) {
			$twice = $place % 2 ? 2 * (int) $digit : (int) $digit;
			$sum  += $twice > 9 ? $twice - 9 : $twice;
		}
		return 0 === $sum % 10;
	}
}
