<?php
/**
 * Finds the pages that show a form: looks once through the published posts for the marks of all forms.
 *
 * A synced pattern (`wp_block`) shows where a post refers to it; a template, a template's part and a widget may show
 * anywhere, and are looked for on the front page.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Pages {

	/** Pages told of one form. */
	const MOST = 20;

	/** Posts looked at, the latest first; a site with more posts that show forms has shown enough. */
	const POSTS = 1000;

	/** Posts that are part of every page. */
	const EVERYWHERE = array( 'wp_template', 'wp_template_part' );

	/**
	 * The addresses of the pages that show each form.
	 *
	 * @param array<int, string[]> $marks Of each form, as in Lists_Forms.
	 * @return array<int, string[]> In the same order.
	 */
	public static function showing( array $marks ): array {
		$pages = array_fill_keys( array_keys( $marks ), array() );
		$stems = array();
		$found = array();
		foreach ( $marks as $form => $some ) {
			$found[ $form ] = array_map( array( self::class, 'pattern' ), $some );
			foreach ( $some as $mark ) {
				$stems[ self::stem( $mark ) ] = true;
			}
		}
		if ( ! $stems ) {
			return $pages;
		}
		foreach ( self::posts( array_keys( $stems ) ) as $post ) {
			foreach ( $found as $form => $patterns ) {
				if ( count( $pages[ $form ] ) < self::MOST && self::any( $patterns, $post['content'] ) ) {
					$pages[ $form ] = array_merge( $pages[ $form ], self::addresses( $post ) );
				}
			}
		}
		return $pages;
	}

	/**
	 * A mark as a pattern: `%` is anything inside the same tag, a quote may be the other one, escaped or left out, and what
	 * follows is not more of the same word.
	 *
	 * @param string $mark As in Lists_Forms.
	 */
	public static function pattern( string $mark ): string {
		$parts = array_map(
			static function ( string $part ): string {
				return preg_quote( $part, '/' );
			},
			explode( '%', $mark )
		);
		$quote = '(?:\\\\?["\']|&quot;|)';
		$whole = strtr( implode( '[^\]>]*?', $parts ), array( '"' => $quote, "'" => $quote ) );
		return '/' . $whole . ( preg_match( '/\w["\']?$/D', $mark ) ? '(?![\w-])' : '' ) . '/i';
	}

	/**
	 * What the marks of one plugin have in common, to ask the database for: up to the first number, quote or `%`.
	 *
	 * @param string $mark As in Lists_Forms.
	 */
	public static function stem( string $mark ): string {
		$stem = (string) preg_replace( '/(?:[%"\']|(?<=[=:\s])\d).*$/s', '', $mark );
		return strlen( $stem ) >= 4 ? $stem : $mark;
	}

	/**
	 * The published posts, widgets included, in which one of these stands.
	 *
	 * @param string[] $stems At least one.
	 * @return array<int, array{id: int, type: string, content: string}>
	 */
	private static function posts( array $stems ): array {
		global $wpdb;
		$likes = array();
		foreach ( $stems as $stem ) {
			$likes[] = '%' . $wpdb->esc_like( $stem ) . '%';
		}
		$any = implode( ' OR ', array_fill( 0, count( $likes ), 'post_content LIKE %s' ) );
		$sql = "SELECT ID, post_type, post_content FROM {$wpdb->posts} WHERE post_status = 'publish' AND post_password = '' AND ( $any ) ORDER BY ID DESC LIMIT " . self::POSTS;
		$all = array();
		foreach ( (array) $wpdb->get_results( $wpdb->prepare( $sql, $likes ), ARRAY_A ) as $row ) { // phpcs:ignore WordPress.DB
			$all[] = array(
				'id'      => (int) $row['ID'],
				'type'    => (string) $row['post_type'],
				'content' => (string) $row['post_content'],
			);
		}
		foreach ( array( 'widget_block', 'widget_text', 'widget_custom_html' ) as $option ) {
			$all[] = array(
				'id'      => 0,
				'type'    => 'wp_template_part',
				'content' => self::words( get_option( $option, array() ) ),
			);
		}
		return $all;
	}

	/**
	 * Where a post shows.
	 *
	 * @param array{id: int, type: string, content: string} $post The post.
	 * @return string[]
	 */
	private static function addresses( array $post ): array {
		if ( in_array( $post['type'], self::EVERYWHERE, true ) ) {
			return array( home_url( '/' ) );
		}
		if ( 'wp_block' === $post['type'] ) {
			$used = self::posts( array( '<!-- wp:block {"ref":' . $post['id'] ) );
			$used = array_filter(
				$used,
				static function ( array $other ) use ( $post ): bool {
					return 'wp_block' !== $other['type'] && preg_match( '/<!-- wp:block \{"ref":' . $post['id'] . '\b/', $other['content'] );
				}
			);
			return array_merge( array(), ...array_map( array( self::class, 'addresses' ), array_values( $used ) ) );
		}
		return is_post_type_viewable( $post['type'] ) ? array_filter( array( (string) get_permalink( $post['id'] ) ) ) : array();
	}

	/**
	 * Whether one of the patterns is in a text.
	 *
	 * @param string[] $patterns Of one form.
	 * @param string   $text     A post's content.
	 */
	private static function any( array $patterns, string $text ): bool {
		foreach ( $patterns as $pattern ) {
			if ( preg_match( $pattern, $text ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * All text of a widget's option.
	 *
	 * @param mixed $value The option.
	 */
	private static function words( $value ): string {
		$all = '';
		foreach ( is_array( $value ) ? $value : array( $value ) as $one ) {
			$all .= is_array( $one ) ? self::words( $one ) : ( is_string( $one ) ? "$one\n" : '' );
		}
		return $all;
	}
}
