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

	/** Posts held in memory at once: a page builder's may be large. */
	const AT_ONCE = 50;

	/** Posts that are part of every page. */
	const EVERYWHERE = array( 'wp_template', 'wp_template_part' );

	/** Options in which widgets lie. */
	const WIDGETS = array( 'widget_block', 'widget_text', 'widget_custom_html' );

	/**
	 * The addresses of the pages that show each form.
	 *
	 * @param array<int, string[]> $marks Of each form, as in Lists_Forms.
	 * @return array<int, string[]> In the same order.
	 */
	public static function showing( array $marks ): array {
		$pages = array_fill_keys( array_keys( $marks ), array() );
		$stems = array_values( array_unique( array_map( array( self::class, 'stem' ), array_merge( array(), ...array_values( $marks ) ) ) ) );
		if ( ! $stems ) {
			return $pages;
		}
		$index = self::index( $marks );
		foreach ( self::posts( $stems ) as $post ) {
			foreach ( self::found( $index, $post['content'] ) as $form ) {
				if ( count( $pages[ $form ] ) < self::MOST ) {
					$pages[ $form ] = array_merge( $pages[ $form ], self::addresses( $post ) );
				}
			}
		}
		return $pages;
	}

	/**
	 * The marks of all forms by what stands before the form's own number or name: each post is read once for each of those,
	 * however many forms there are.
	 *
	 * @param array<int, string[]> $marks As in showing().
	 * @return array<string, array<string, int[]>> What stands before → the value → forms. A value that ends in `%` is open.
	 */
	public static function index( array $marks ): array {
		$index = array();
		foreach ( $marks as $form => $some ) {
			foreach ( $some as $mark ) {
				preg_match( '/^(.*?)([\w-]*)["\']?(%?)$/Ds', $mark, $part );
				$index[ $part[1] ][ strtolower( $part[2] ) . ( '' === $part[2] ? '%' : $part[3] ) ][] = $form;
			}
		}
		return $index;
	}

	/**
	 * The forms that a text shows.
	 *
	 * @param array<string, array<string, int[]>> $index As index() gives it.
	 * @param string                              $text  A post's content.
	 * @return int[]
	 */
	public static function found( array $index, string $text ): array {
		$forms = array();
		foreach ( $index as $before => $values ) {
			foreach ( self::values( (string) $before, $text ) as $value ) {
				foreach ( $values as $wanted => $theirs ) {
					$wanted = (string) $wanted;
					$open   = '%' === substr( $wanted, -1 );
					if ( $value === $wanted || ( $open && 0 === strncmp( $value, $wanted, strlen( $wanted ) - 1 ) ) ) {
						$forms = array_merge( $forms, $theirs );
					}
				}
			}
		}
		return array_values( array_unique( $forms ) );
	}

	/**
	 * What the marks of one plugin have in common, to ask the database for: up to the first `%`, quote or number.
	 *
	 * @param string $mark As in Lists_Forms.
	 */
	public static function stem( string $mark ): string {
		$stem = (string) preg_replace( '/(?:[%"\']|(?<=[=:\s])\d).*$/s', '', $mark );
		return strlen( $stem ) >= 4 ? $stem : $mark;
	}

	/**
	 * The values that follow in a text, lower case; `%` is anything inside the same tag.
	 *
	 * @param string $before What stands before them.
	 * @param string $text   A post's content.
	 * @return string[]
	 */
	private static function values( string $before, string $text ): array {
		list( $tag, $attribute ) = array_pad( explode( '%', $before, 2 ), 2, null );
		if ( null === $attribute ) {
			return self::after( (string) $tag, $text );
		}
		$values = array();
		if ( preg_match_all( '/' . self::literal( (string) $tag ) . '[^\]>]*/i', $text, $tags ) ) {
			foreach ( $tags[0] as $one ) {
				$values = array_merge( $values, self::after( $attribute, substr( $one, strlen( (string) $tag ) ) ) );
			}
		}
		return $values;
	}

	/**
	 * The words that follow a text directly.
	 *
	 * @param string $before The text.
	 * @param string $text   Where.
	 * @return string[]
	 */
	private static function after( string $before, string $text ): array {
		$whole = preg_match( '/^\w/', $before ) ? '(?<![\w-])' : ''; // `id=` is not the end of `html_id=`.
		return preg_match_all( "/$whole" . self::literal( $before . '"' ) . '([\w-]*)/i', $text, $found ) ? array_map( 'strtolower', $found[1] ) : array();
	}

	/**
	 * A text as a pattern: a quote may be the other one, escaped, or left out.
	 *
	 * @param string $text Any.
	 */
	private static function literal( string $text ): string {
		$quote = '(?:\\\\?["\']|&quot;|)';
		return strtr( preg_quote( $text, '/' ), array( '"' => $quote, "'" => $quote ) );
	}

	/**
	 * The published posts, widgets included, in which one of these stands.
	 *
	 * @param string[] $stems At least one.
	 * @return iterable<array{id: int, type: string, content: string}>
	 */
	private static function posts( array $stems ): iterable {
		global $wpdb;
		$likes = array();
		foreach ( $stems as $stem ) {
			$likes[] = '%' . $wpdb->esc_like( $stem ) . '%';
		}
		$any  = implode( ' OR ', array_fill( 0, count( $likes ), 'post_content LIKE %s' ) );
		$sql  = "SELECT ID, post_type, post_content FROM {$wpdb->posts} WHERE post_status = 'publish' AND post_password = '' AND ( $any ) AND ID < %d ORDER BY ID DESC LIMIT " . self::AT_ONCE;
		$last = PHP_INT_MAX;
		for ( $seen = 0; $seen < self::POSTS; $seen += self::AT_ONCE ) {
			$rows = (array) $wpdb->get_results( $wpdb->prepare( $sql, array_merge( $likes, array( $last ) ) ), ARRAY_A ); // phpcs:ignore WordPress.DB
			foreach ( $rows as $row ) {
				$last = (int) $row['ID'];
				yield array(
					'id'      => $last,
					'type'    => (string) $row['post_type'],
					'content' => (string) $row['post_content'],
				);
			}
			if ( count( $rows ) < self::AT_ONCE ) {
				break;
			}
		}
		foreach ( self::WIDGETS as $option ) {
			yield array(
				'id'      => 0,
				'type'    => 'wp_template_part',
				'content' => self::words( get_option( $option, array() ) ),
			);
		}
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
			$addresses = array();
			foreach ( self::posts( array( '<!-- wp:block {"ref":' . $post['id'] ) ) as $other ) {
				if ( 'wp_block' !== $other['type'] && preg_match( '/<!-- wp:block \{"ref":' . $post['id'] . '\b/', $other['content'] ) ) {
					$addresses = array_merge( $addresses, self::addresses( $other ) );
				}
			}
			return $addresses;
		}
		return is_post_type_viewable( $post['type'] ) ? array_filter( array( (string) get_permalink( $post['id'] ) ) ) : array();
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
