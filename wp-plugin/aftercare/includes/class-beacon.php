<?php
/**
 * Where the admin switched it on: pages with a form carry a small script that tells when the form is dead for a visitor.
 *
 * Whether a page has one is known when it is drawn; a page cache keeps the script with the page, so it holds no nonce.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Beacon implements Module {

	/** Shortcodes that draw a form. */
	const SHORTCODES = array( 'contact-form-7', 'contact-form', 'wpforms', 'gravityform', 'gravityforms', 'ninja_form', 'ninja_forms', 'fluentform', 'formidable', 'forminator_form', 'woocommerce_checkout' );

	/** Hooks that fire where one is drawn: blocks (`render_block_<name>`), plugins' and the theme's own. */
	const DRAWN = array(
		'render_block_contact-form-7/contact-form-selector',
		'render_block_wpforms/form-selector',
		'render_block_gravityforms/form',
		'render_block_ninja-forms/form',
		'render_block_fluentfom/guten-block', // Spelt so by its makers.
		'render_block_formidable/simple-form',
		'render_block_forminator/forms',
		'render_block_jetpack/contact-form',
		'render_block_woocommerce/checkout',
		'wpforms_frontend_output_before',
		'gform_enqueue_scripts',
		'elementor-pro/forms/pre_render',
		'comment_form_before',
	);

	/** @var bool This page has a form. */
	private static $seen = false;

	/** Where the module is loaded at all: includes/modules.php. */
	public static function hooks(): array {
		$hooks = array(
			array( 'do_shortcode_tag', 'shortcode', 10, 2, 'everywhere' ),
			array( 'wp_footer', 'show', PHP_INT_MAX, 0, 'everywhere' ),
		);
		foreach ( self::DRAWN as $hook ) {
			$hooks[] = array( $hook, 'drawn', 10, 1, 'everywhere' );
		}
		return $hooks;
	}

	/**
	 * A shortcode was drawn.
	 *
	 * @param mixed $output Handed on.
	 * @param mixed $tag    Its name.
	 * @return mixed
	 */
	public static function shortcode( $output, $tag = '' ) {
		self::$seen = self::$seen || in_array( $tag, self::SHORTCODES, true );
		return $output;
	}

	/**
	 * A form was drawn.
	 *
	 * @param mixed $output Handed on.
	 * @return mixed
	 */
	public static function drawn( $output = null ) {
		self::$seen = true;
		return $output;
	}

	/** The script, at the end of a page with a form. */
	public static function show(): void {
		if ( self::$seen && self::possible() ) {
			$line = Visitors_Line::words();
			if ( '' !== $line ) {
				echo '<template id="aftercare"><p role="alert">' . esc_html( $line ) . '</p></template>'; // The script shows it under a form that does nothing.
			}
			// phpcs:ignore WordPress.WP.EnqueuedResources.NonEnqueuedScript -- known only now, and it must not be merged with others.
			printf( '<script defer src="%s" data-to="%s"></script>', esc_url( plugins_url( 'assets/beacon.js', AFTERCARE_FILE ) . '?ver=' . AFTERCARE_VERSION ), esc_url( plugins_url( 'beacon.php', AFTERCARE_FILE ) ) );
		}
	}

	/** Whether the road finds WordPress: with the plugins' folder elsewhere it does not. */
	public static function possible(): bool {
		return is_file( dirname( AFTERCARE_FILE, 4 ) . '/wp-load.php' );
	}
}
