<?php
/**
 * What a visitor's browser says of a page, as an event. Anybody can forge it: it is looked at field by field, and starts a look, no more.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Beacon_Message {

	/** Octets; the script sends fewer than 800. */
	const LONGEST = 1500;

	/** How the elements around a form are called, by the plugin that draws it. */
	const FORMS = array(
		'/^wpcf7-f(\d{1,10})-/D'                        => 'contact-form-7',
		'/^wpforms-(?:form-)?(\d{1,10})$/D'             => 'wpforms',
		'/^gform_(?:wrapper_)?(\d{1,10})$/D'            => 'gravityforms',
		'/^nf-form-(\d{1,10})-cont$/D'                  => 'ninja-forms',
		'/^fluentform_(\d{1,10})$/D'                    => 'fluentform',
		'/^frm_form_(\d{1,10})_container$/D'            => 'formidable',
		'/^forminator-module-(\d{1,10})$/D'             => 'forminator',
		'/^contact-form-([a-z0-9-]{1,40})$/D'           => 'jetpack',
		'/^commentform$/D'                              => 'core',
	);

	/**
	 * The event that a message makes; null for one that makes no sense.
	 *
	 * @param string $json As it came.
	 */
	public static function read( string $json ): ?Event {
		$said = strlen( $json ) > self::LONGEST ? null : json_decode( $json, true, 4 );
		$page = is_array( $said ) ? self::text( $said['p'] ?? '', '~^/[\w\-./%]{0,199}$~D' ) : '';
		if ( '' === $page ) {
			return null;
		}
		$facts = self::form( is_array( $said['f'] ?? null ) ? $said['f'] : array() ) + array( 'page' => $page );
		switch ( $said['k'] ?? '' ) {
			case 's':
				return '' === $facts['form'] ? null : new Event( 'form.stalled', $facts + array( 'count' => 1 ) );
			case 'r':
				$times = is_int( $said['n'] ?? null ) ? min( 99, max( 1, $said['n'] ) ) : 1;
				return '' === $facts['form'] ? null : new Event( 'form.struggled', $facts + array( 'count' => $times ) );
			case 'e':
				return self::error( $said, $facts );
			default:
				return null;
		}
	}

	/**
	 * A script's error.
	 *
	 * @param array<string, mixed> $said  c, h, u, l: class, hash of the message, address without its query, line.
	 * @param array<string, mixed> $facts Page, and form where one was used.
	 */
	private static function error( array $said, array $facts ): ?Event {
		$file = self::text( $said['u'] ?? '', '~^[\w\-./%:@+]{1,200}$~D' );
		if ( '' === $file ) {
			return null;
		}
		return new Event(
			'js.error',
			$facts + array(
				'class'     => self::text( $said['c'] ?? '', '/^[A-Za-z]{1,40}$/D' ),
				'hash'      => is_int( $said['h'] ?? null ) ? sprintf( '%08x', $said['h'] & 0xffffffff ) : '',
				'component' => self::component( $file ),
				'file'      => $file,
				'line'      => is_int( $said['l'] ?? null ) ? max( 0, $said['l'] ) : 0,
				'count'     => 1,
			)
		);
	}

	/**
	 * Whose script it is, by its address.
	 *
	 * @param string $file A path of this site's, or another host with its path.
	 * @return array{kind: string, slug: string}
	 */
	private static function component( string $file ): array {
		$kind = 'page';
		$slug = '';
		if ( preg_match( '~/(plugins|themes|mu-plugins)/([\w\-.]{1,100})~', $file, $found ) ) {
			$kind = array(
				'plugins'    => 'plugin',
				'themes'     => 'theme',
				'mu-plugins' => 'must-use',
			)[ $found[1] ];
			$slug = $found[2];
		} elseif ( false !== strpos( $file, '/wp-includes/' ) ) {
			$kind = 'core';
		} elseif ( '/' !== $file[0] ) {
			$kind = 'third-party';
			$slug = (string) strtok( $file, '/' );
		}
		return array(
			'kind' => $kind,
			'slug' => $slug,
		);
	}

	/**
	 * Which form it is, by the ids of the elements around it.
	 *
	 * @param array<mixed> $ids As the page has them.
	 * @return array{plugin: string, form: string}
	 */
	private static function form( array $ids ): array {
		foreach ( array_filter( array_slice( $ids, 0, 4 ), 'is_string' ) as $id ) {
			foreach ( self::FORMS as $pattern => $plugin ) {
				if ( preg_match( $pattern, $id, $found ) ) {
					return array(
						'plugin' => $plugin,
						'form'   => $found[1] ?? 'comment',
					);
				}
			}
		}
		return array(
			'plugin' => '',
			'form'   => '',
		);
	}

	/**
	 * A text of that shape, or nothing.
	 *
	 * @param mixed  $value   What came.
	 * @param string $pattern Its shape.
	 */
	private static function text( $value, string $pattern ): string {
		return is_string( $value ) && preg_match( $pattern, $value ) ? $value : '';
	}
}
