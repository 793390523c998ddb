<?php
/**
 * What a visitor's browser says of a page, read field by field: anybody can forge it, so it starts a look or is counted, no more.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Beacon_Message {

	/** Octets; on a page with a form or two the script sends fewer than 1000. */
	const LONGEST = 4000;

	/** Forms of one page that are told apart; more are no page for people. */
	const MOST_FORMS = 5;

	/** Presses that one visit counts for. */
	const MOST_PRESSES = 20;

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
	 * The fields of a message that says where it is from; none of one that makes no sense.
	 *
	 * @param string $json As it came.
	 * @return array<string, mixed> At least `p`, the page's path without its query.
	 */
	public static function said( string $json ): array {
		$said = strlen( $json ) > self::LONGEST ? null : json_decode( $json, true, 4 );
		return is_array( $said ) && '' !== self::text( $said['p'] ?? '', '~^/[\w\-./%]{0,199}$~D' ) ? $said : array();
	}

	/**
	 * The event that a message makes; null for one that makes none.
	 *
	 * @param array<string, mixed> $said As said() has it.
	 * @param string               $host This site's own.
	 */
	public static function event( array $said, string $host ): ?Event {
		$facts = self::form( $said['f'] ?? array() ) + array( 'page' => $said['p'] );
		switch ( $said['k'] ?? '' ) {
			case 's':
				return '' === $facts['form'] ? null : new Event( 'form.stalled', $facts + array( 'count' => 1 ) );
			case 'r':
				$times = self::number( $said['n'] ?? 0, 1, 99 );
				return '' === $facts['form'] ? null : new Event( 'form.struggled', $facts + array( 'count' => $times ) );
			case 'e':
				return self::error( $said, $facts, $host );
			default:
				return null;
		}
	}

	/**
	 * A visit that ended: each form of the page by its name with how often its button was pressed. Where no form's name
	 * is known by its markup, the page stands for those that it shows.
	 *
	 * @param array<string, mixed> $said As said() has it.
	 * @return array<string, int> `plugin:id`, or the page's path → presses.
	 */
	public static function visit( array $said ): array {
		$seen = array();
		foreach ( self::forms( $said['a'] ?? array() ) as $form ) {
			$seen[ $form['plugin'] . ':' . $form['form'] ] = 0;
		}
		$seen    = array_slice( $seen, 0, self::MOST_FORMS, true );
		$pressed = implode( ':', self::form( $said['f'] ?? array() ) );
		if ( isset( $seen[ $pressed ] ) ) {
			$seen[ $pressed ] = self::number( $said['n'] ?? 0, 0, self::MOST_PRESSES );
		}
		return $seen ? $seen : array( $said['p'] => 0 );
	}

	/**
	 * A script's error.
	 *
	 * @param array<string, mixed> $said  c, h, u, l: class, hash of the message, address without its query, line.
	 * @param array<string, mixed> $facts Page, and form where one was used.
	 * @param string               $host  This site's own.
	 */
	private static function error( array $said, array $facts, string $host ): ?Event {
		$url = self::text( $said['u'] ?? '', '~^https?://[\w\-./%:@+]{1,240}$~D' );
		$at  = '' === $url ? array() : (array) wp_parse_url( $url );
		if ( ! isset( $at['host'], $at['path'] ) ) {
			return null;
		}
		$file = ( $at['host'] === $host ? '' : $at['host'] ) . $at['path'];
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
	 * Which form it is, by the ids of the elements around it, the nearest first.
	 *
	 * @param mixed $ids As the page has them; an element without one has an empty one.
	 * @return array{plugin: string, form: string}
	 */
	private static function form( $ids ): array {
		return self::forms( $ids )[0] ?? array(
			'plugin' => '',
			'form'   => '',
		);
	}

	/**
	 * Every form that these ids name.
	 *
	 * @param mixed $ids As the page has them.
	 * @return array<int, array{plugin: string, form: string}>
	 */
	private static function forms( $ids ): array {
		$forms = array();
		foreach ( is_array( $ids ) ? array_filter( $ids, 'is_string' ) : array() as $id ) {
			foreach ( self::FORMS as $pattern => $plugin ) {
				if ( '' !== $id && preg_match( $pattern, $id, $found ) ) {
					$forms[] = array(
						'plugin' => $plugin,
						'form'   => $found[1] ?? 'comment',
					);
				}
			}
		}
		return $forms;
	}

	/**
	 * A whole number within its bounds; the lower one for what is none.
	 *
	 * @param mixed $value What came.
	 * @param int   $least The lower bound.
	 * @param int   $most  The upper one.
	 */
	private static function number( $value, int $least, int $most ): int {
		return is_int( $value ) ? min( $most, max( $least, $value ) ) : $least;
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
