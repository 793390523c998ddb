<?php
/**
 * Reads whom a form's notification goes to, or claims to come from, without the person: an address becomes its domain
 * and the keyed hash of this site, a tag that stands for what a visitor will type becomes that field's name.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Address {

	/** A tag of some form plugin: `[your-email]`, `{field:email}`, `{inputs.email}`, `%email%`. */
	const TAG = '/\[([^\[\]\s]{1,100})[^\[\]]{0,200}\]|\{([^{}]{1,100})\}|%([\w.:-]{1,100})%/';

	/** Tags of some form plugin that mean the address in Settings → General. */
	const ADMIN = array( '_site_admin_email', 'admin_email', 'admin-email', 'wp.admin_email', 'wp:admin_email', 'system:admin_email', 'site_admin_email' );

	/**
	 * Reads a line of recipients or a sender.
	 *
	 * @param string                $line     As the form's author wrote it: addresses and tags, with commas or semicolons.
	 * @param array<string, string> $meanings The plugin's own tags that stand for an address of the site: tag → address.
	 * @return array{to: array<int, array{domain: string, hash: string}>, field: string} `field`: the first tag that a visitor fills.
	 */
	public static function read( string $line, array $meanings = array() ): array {
		$to    = array();
		$field = '';
		foreach ( self::ADMIN as $tag ) {
			$meanings += array( $tag => (string) get_option( 'admin_email' ) );
		}
		foreach ( (array) preg_split( '/[,;\r\n]+/', $line ) as $part ) {
			$part = (string) preg_replace_callback(
				self::TAG,
				static function ( array $found ) use ( $meanings, &$field ): string {
					$tag = trim( (string) end( $found ) );
					if ( isset( $meanings[ $tag ] ) ) {
						return $meanings[ $tag ];
					}
					if ( '' === $field && '_' !== $tag[0] ) {
						$field = Redactor::text( Redactor::cut( $tag, 100 ) );
					}
					return '';
				},
				(string) $part
			);
			if ( preg_match( Redactor::ADDRESS, $part ) && count( $to ) < 20 ) {
				$to[] = Redactor::parts( trim( $part ) );
			}
		}
		return array(
			'to'    => $to,
			'field' => $field,
		);
	}

	/**
	 * The sender of a notification, as `forms.list` has it.
	 *
	 * @param string                $line     As in read().
	 * @param array<string, string> $meanings As in read().
	 * @return array{from: array{domain: string, hash: string}|null, from_field: string}
	 */
	public static function sender( string $line, array $meanings = array() ): array {
		// A name before the address is filled by other tags: `[your-name] <office@shop.example>`.
		if ( preg_match( '/<([^<>]*)>\s*$/', $line, $found ) ) {
			$line = $found[1];
		}
		$read = self::read( $line, $meanings );
		return array(
			'from'       => $read['to'][0] ?? null,
			'from_field' => $read['field'],
		);
	}

	/**
	 * The recipients of a notification, as `forms.list` has them.
	 *
	 * @param string                $line     As in read().
	 * @param array<string, string> $meanings As in read().
	 * @return array{to: array<int, array{domain: string, hash: string}>, to_field: string}
	 */
	public static function recipients( string $line, array $meanings = array() ): array {
		$read = self::read( $line, $meanings );
		return array(
			'to'       => $read['to'],
			'to_field' => $read['field'],
		);
	}
}
