<?php
/**
 * Where forms of Jetpack stand: in the content of posts, widgets, templates and template parts, as a block or a shortcode.
 *
 * Known from Jetpack 16.1.2 (its package jetpack-forms 7.24.0: class-contact-form.php, class-util.php).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Automattic\Jetpack\Forms\ContactForm\Contact_Form;
use Automattic\Jetpack\Forms\ContactForm\Contact_Form_Plugin;

final class Jetpack_Places {

	/** What a form's content has. Contact Form 7's shortcode begins like this one. */
	const MARKS = array( '<!-- wp:jetpack/contact-form ', '[contact-form ', '[contact-form]' );

	/** Posts that are looked at, the latest first. */
	const MOST = 500;

	/** Blocks that lead to others are followed so deep. */
	const DEEPEST = 5;

	/**
	 * All places that visitors see.
	 *
	 * @return array<int, array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null}>
	 */
	public static function all(): array {
		global $wpdb;
		$marks = self::MARKS;
		$found = self::posts( $marks );
		foreach ( $found as $post ) {
			if ( 'wp_block' === $post->post_type ) { // A synced pattern shows where a post refers to it.
				$marks[] = "<!-- wp:block {\"ref\":$post->ID";
			}
		}
		$places = array();
		foreach ( count( $marks ) > count( self::MARKS ) ? self::posts( $marks ) : $found as $post ) {
			if ( is_post_type_viewable( $post->post_type ) && '' === $post->post_password ) {
				$places[] = self::post( $post );
			}
		}
		return array_merge( $places, self::widgets(), self::templates() );
	}

	/**
	 * The place that an id of a form names; null where there is none.
	 *
	 * @param string $id As `contact-form-id` has it.
	 * @return array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null}|null
	 */
	public static function of( string $id ): ?array {
		if ( preg_match( '/^\d+/', $id, $number ) ) {
			$post = preg_match( '/^\d+(?:-\d+)*$/D', $id ) ? get_post( (int) $number[0] ) : null;
			return $post instanceof \WP_Post ? self::post( $post ) : null;
		}
		foreach ( 0 === strncmp( $id, 'widget-', 7 ) ? self::widgets() : self::templates() as $place ) {
			if ( preg_match( '/^' . preg_quote( $place['id'], '/' ) . '(?:-\d+)*$/D', $id ) ) {
				return $place;
			}
		}
		return null;
	}

	/**
	 * The forms in a content, in order.
	 *
	 * @param string $content Of a post, widget or template.
	 * @param int    $depth   How many blocks led here.
	 * @return array<int, array<string, mixed>|string> Blocks, and shortcodes as text.
	 */
	public static function roots( string $content, int $depth = 0 ): array {
		return $depth > self::DEEPEST ? array() : self::among( parse_blocks( $content ), $depth );
	}

	/**
	 * The plugin's own objects of the forms of a place, in order; nothing else of the place's content is run.
	 *
	 * @param array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null} $place The place.
	 * @return array<int, object|null> Null for one that could not be made up.
	 */
	public static function made( array $place ): array {
		$roots = self::roots( $place['content'] );
		if ( ! property_exists( Contact_Form::class, 'forms_context' ) ) {
			$roots = array_slice( $roots, 0, 1 ); // Before 15.0 all of a page have one name.
		}
		$before = array( $GLOBALS['post'] ?? null, Contact_Form::$forms );
		list( $kind, $name ) = self::kind( $place['id'] );
		$GLOBALS['post'] = $place['post']; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- put back below.
		self::enter( $kind, $name );
		add_filter( 'jetpack_is_frontend', '__return_true', PHP_INT_MAX ); // Elsewhere a link to the page stands for its form.
		$made = array();
		try {
			foreach ( $roots as $root ) {
				$known = Contact_Form::$forms;
				try {
					is_array( $root ) ? render_block( self::within( $root, $kind, $name ) ) : do_shortcode( $root );
				} catch ( \Throwable $fault ) {
					\Aftercare\Loader::report( $fault );
				}
				$new = array_diff_key( Contact_Form::$forms, $known );
				if ( $new || is_string( $root ) || empty( $root['attrs']['ref'] ) ) { // A form that is referred to may be a draft: it is not shown.
					$made[] = $new ? reset( $new ) : null;
				}
			}
		} finally {
			remove_filter( 'jetpack_is_frontend', '__return_true', PHP_INT_MAX );
			self::enter( '', '' );
			list( $GLOBALS['post'], Contact_Form::$forms ) = $before; // phpcs:ignore WordPress.WP.GlobalVariablesOverride
		}
		return $made;
	}

	/**
	 * The plugin numbers a place's forms, and asks where it is.
	 *
	 * @param string $kind widget, block-template-part, block-template, or nothing.
	 * @param string $name Of the widget or template.
	 */
	private static function enter( string $kind, string $name ): void {
		if ( property_exists( Contact_Form::class, 'forms_context' ) ) {
			Contact_Form::$forms_context = array();
		}
		unset( $GLOBALS['grunion_block_template_part_id'], $GLOBALS['grunion_block_template_id'] );
		$plugin = Contact_Form_Plugin::init();
		if ( 'widget' === $kind ) {
			$plugin->track_current_widget( array( 'id' => $name ) );
		} elseif ( method_exists( $plugin, 'track_current_widget_after' ) ) {
			$plugin->track_current_widget_after();
		}
		if ( 'block-template-part' === $kind ) {
			$GLOBALS['grunion_block_template_part_id'] = $name;
		} elseif ( 'block-template' === $kind ) {
			$GLOBALS['grunion_block_template_id'] = $name;
		}
	}

	/**
	 * A block that says which template it stands in, as the plugin writes it there before it shows the page.
	 *
	 * @param array<string, mixed> $block The block.
	 * @param string               $kind  As in enter().
	 * @param string               $name  As in enter().
	 * @return array<string, mixed>
	 */
	private static function within( array $block, string $kind, string $name ): array {
		if ( 'block-template' === $kind ) {
			$block['attrs']['block_template'] = $name;
		}
		return $block;
	}

	/**
	 * What an id says of its place.
	 *
	 * @param string $id Of a place.
	 * @return array{0: string, 1: string} Kind and name; nothing for a post.
	 */
	private static function kind( string $id ): array {
		return preg_match( '/^(widget|block-template-part|block-template)-(.+)$/Ds', $id, $found ) ? array( $found[1], $found[2] ) : array( '', '' );
	}

	/**
	 * The published posts with one of these in their content.
	 *
	 * @param string[] $marks At least one.
	 * @return \WP_Post[]
	 */
	private static function posts( array $marks ): array {
		global $wpdb;
		$likes = array();
		foreach ( $marks as $mark ) {
			$likes[] = '%' . $wpdb->esc_like( $mark ) . '%';
		}
		$any = implode( ' OR ', array_fill( 0, count( $likes ), 'post_content LIKE %s' ) );
		$sql = "SELECT * FROM {$wpdb->posts} WHERE post_status = 'publish' AND ( $any ) ORDER BY ID DESC LIMIT " . self::MOST;
		return array_map( 'get_post', (array) $wpdb->get_results( $wpdb->prepare( $sql, $likes ) ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * A post.
	 *
	 * @param \WP_Post $post The post.
	 * @return array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null}
	 */
	private static function post( \WP_Post $post ): array {
		return array(
			'id'      => (string) $post->ID,
			'title'   => $post->post_title,
			'content' => $post->post_content,
			'pages'   => array_filter( array( (string) get_permalink( $post ) ) ),
			'post'    => $post,
		);
	}

	/**
	 * The widgets in use that show a form: looked for on the front page.
	 *
	 * @return array<int, array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null}>
	 */
	private static function widgets(): array {
		$used   = array_diff_key( (array) get_option( 'sidebars_widgets', array() ), array( 'wp_inactive_widgets' => 1 ) );
		$used   = array_merge( array(), ...array_values( array_filter( $used, 'is_array' ) ) );
		$places = array();
		foreach ( array(
			'block' => 'content',
			'text'  => 'text',
		) as $kind => $part ) {
			foreach ( (array) get_option( "widget_$kind", array() ) as $number => $widget ) {
				$content = is_array( $widget ) ? (string) ( $widget[ $part ] ?? '' ) : '';
				if ( in_array( "$kind-$number", $used, true ) && self::shows( $content ) ) {
					$places[] = self::everywhere( "widget-$kind-$number", (string) ( $widget['title'] ?? '' ), $content );
				}
			}
		}
		return $places;
	}

	/**
	 * The theme's templates and their parts that show a form: looked for on the front page.
	 *
	 * @return array<int, array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null}>
	 */
	private static function templates(): array {
		$places = array();
		foreach ( array( 'wp_template_part', 'wp_template' ) as $type ) {
			foreach ( wp_is_block_theme() ? get_block_templates( array(), $type ) : array() as $template ) {
				if ( self::shows( (string) $template->content ) ) {
					$kind     = 'wp_template' === $type ? 'block-template' : 'block-template-part';
					$places[] = self::everywhere( "$kind-$template->id", (string) $template->title, (string) $template->content );
				}
			}
		}
		return $places;
	}

	/**
	 * A part of every page.
	 *
	 * @param string $id      Of the place.
	 * @param string $title   Of the place; its id where it has none.
	 * @param string $content Of the place.
	 * @return array{id: string, title: string, content: string, pages: string[], post: \WP_Post|null}
	 */
	private static function everywhere( string $id, string $title, string $content ): array {
		return array(
			'id'      => $id,
			'title'   => '' === $title ? $id : $title,
			'content' => $content,
			'pages'   => array( home_url( '/' ) ),
			'post'    => null,
		);
	}

	/**
	 * Whether a content may show a form.
	 *
	 * @param string $content Any.
	 */
	private static function shows( string $content ): bool {
		foreach ( self::MARKS as $mark ) {
			if ( false !== strpos( $content, $mark ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The forms among blocks.
	 *
	 * @param array<int, array<string, mixed>> $blocks As parse_blocks() gives them.
	 * @param int                              $depth  As in roots().
	 * @return array<int, array<string, mixed>|string>
	 */
	private static function among( array $blocks, int $depth ): array {
		$roots = array();
		foreach ( $blocks as $block ) {
			$name = (string) ( $block['blockName'] ?? '' );
			if ( 'jetpack/contact-form' === $name ) {
				$roots[] = $block;
				continue;
			}
			if ( 'core/block' === $name ) {
				$pattern = get_post( (int) ( $block['attrs']['ref'] ?? 0 ) );
				$roots   = array_merge( $roots, $pattern instanceof \WP_Post && 'publish' === $pattern->post_status ? self::roots( $pattern->post_content, $depth + 1 ) : array() );
			}
			foreach ( array( '' === $name || 'core/shortcode' === $name ? (string) $block['innerHTML'] : '' ) as $text ) {
				preg_match_all( '/' . get_shortcode_regex( array( 'contact-form' ) ) . '/s', $text, $found );
				$roots = array_merge( $roots, $found[0] );
			}
			$roots = array_merge( $roots, self::among( (array) $block['innerBlocks'], $depth ) );
		}
		return $roots;
	}
}
