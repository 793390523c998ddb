<?php
/**
 * The screen *Aftercare* in wp-admin: pair, press Diagnose, read what is broken and what to change.
 *
 * It says something useful with the sidecar away, without JavaScript, and to a keyboard or a screen reader alone.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Fetch;
use Aftercare\Module;
use Aftercare\Overview;
use Aftercare\Pairing;

final class Screen implements Module {

	const PAGE = 'aftercare';

	/** @var string The hook name of our page. */
	private static $hook = '';

	/** @var array<string, mixed>|null The run that is shown. */
	private static $run = null;

	/** @var string Why it is not shown. */
	private static $run_error = '';

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'admin_menu', 'menu', 10, 0, 'admin' ),
			array( 'admin_enqueue_scripts', 'assets', 10, 1, 'admin' ),
			array( 'script_loader_tag', 'as_module', 10, 2, 'admin' ),
			array( 'plugin_action_links_' . plugin_basename( AFTERCARE_FILE ), 'link', 10, 1, 'admin' ),
		);
	}

	/**
	 * The screen's address.
	 *
	 * @param array<string, string> $args Further ones.
	 */
	public static function url( array $args = array() ): string {
		return add_query_arg( array( 'page' => self::PAGE ) + $args, admin_url( 'admin.php' ) );
	}

	/** Adds it to the menu. */
	public static function menu(): void {
		$title      = __( 'Aftercare', 'aftercare' );
		self::$hook = (string) add_menu_page( $title, $title, Access::DIAGNOSE, self::PAGE, array( self::class, 'show' ), 'dashicons-sos', 75 );
		add_action( 'load-' . self::$hook, array( self::class, 'load' ) );
	}

	/**
	 * On our screen and no other.
	 *
	 * @param string $hook Of the screen.
	 */
	public static function assets( string $hook ): void {
		if ( $hook === self::$hook && '' !== $hook ) {
			self::looks();
		}
	}

	/** Style and script of the plugin's screens. */
	public static function looks(): void {
		wp_enqueue_style( 'aftercare', plugins_url( 'assets/screen.css', AFTERCARE_FILE ), array(), AFTERCARE_VERSION );
		wp_enqueue_script( 'aftercare', plugins_url( 'assets/screen.js', AFTERCARE_FILE ), array(), AFTERCARE_VERSION, true );
	}

	/**
	 * Our script is a module; WordPress knows modules only from 6.5.
	 *
	 * @param mixed $tag    Of a script.
	 * @param mixed $handle Its name.
	 * @return mixed
	 */
	public static function as_module( $tag, $handle ) {
		return 'aftercare' === $handle && is_string( $tag ) ? str_replace( '<script ', '<script type="module" ', preg_replace( '/ type=([\'"])text\/javascript\1/', '', $tag ) ) : $tag;
	}

	/**
	 * A link in the list of plugins.
	 *
	 * @param mixed $links There already.
	 * @return mixed
	 */
	public static function link( $links ) {
		if ( is_array( $links ) ) {
			array_unshift( $links, '<a href="' . esc_url( self::url() ) . '">' . esc_html__( 'Open', 'aftercare' ) . '</a>' );
		}
		return $links;
	}

	/** Before anything is printed: look at the run, so that the head can say when to look again. */
	public static function load(): void {
		$id = self::asked( 'run' );
		if ( '' === $id || ! Access::may_diagnose() || ! Pairing::paired() ) {
			return;
		}
		$plain       = '' !== self::asked( 'plain' ); // The page of those without JavaScript does what the module does.
		$answer      = Live::look( $id );
		self::$run   = $answer->ok ? $answer->body : null;
		$waits       = self::$run && ! empty( self::$run['waits_for_site'] );
		if ( $plain && $waits ) {
			Fetch::run( true );
			$answer    = Live::look( $id );
			self::$run = $answer->ok ? $answer->body : self::$run;
		}
		self::$run_error = self::$run ? '' : Words::why( $answer );
		if ( self::$run && ! ( new Run_View( self::$run ) )->ended() ) {
			add_action( 'admin_head', array( self::class, 'again' ) );
		}
	}

	/** Without JavaScript the page comes again by itself. */
	public static function again(): void {
		$url = self::url(
			array(
				'run'   => self::asked( 'run' ),
				'plain' => '1',
			)
		);
		echo '<noscript><meta http-equiv="refresh" content="3;url=' . esc_url( $url ) . '"></noscript>' . "\n";
	}

	/** The page. */
	public static function show(): void {
		if ( ! Access::may_diagnose() ) {
			wp_die( esc_html( Words::said( 'not_allowed' ) ), '', array( 'response' => 403 ) );
		}
		echo '<div class="wrap aftercare"><h1>' . esc_html__( 'Aftercare', 'aftercare' ) . '</h1>';
		self::told();
		if ( ! Pairing::paired() ) {
			Connection::pair_form();
		} elseif ( ! Pairing::at_home() ) {
			Connection::moved();
		} else {
			$overview = Overview::ask();
			$kept     = Overview::kept();
			if ( ! $overview->ok ) {
				Diagnosis::away( $overview, $kept['at'] );
			}
			Diagnosis::buttons( $kept['body'], $overview->ok );
			if ( self::$run ) {
				Diagnosis::run( self::$run, self::asked( 'run' ) );
			} elseif ( '' !== self::$run_error ) {
				self::notice( self::$run_error, 'error' );
			} else {
				Diagnosis::last( $kept['body'] );
			}
			Diagnosis::tickets( $kept['body'] );
			Paste_Box::show( $overview->ok );
		}
		History_Chart::show();
		Forwarded::show();
		Connection::settings();
		echo '</div>';
	}

	/** What came of the last deed. */
	public static function told(): void {
		$code = self::asked( 'said' );
		$good = array( 'paired', 'unpaired', 'copy', 'moved_on', 'rotated', 'saved', 'running', 'forgotten_entry' );
		$said = Words::said( $code );
		if ( '' === $said && '' !== $code ) {
			/* translators: %s: a code. */
			$said = sprintf( __( 'The sidecar refused: %s.', 'aftercare' ), $code );
		}
		if ( '' !== $said ) {
			self::notice( $said, in_array( $code, $good, true ) ? 'success' : 'error' );
		}
	}

	/**
	 * A notice on our screen.
	 *
	 * @param string $text  Plain.
	 * @param string $class success, warning or error.
	 */
	public static function notice( string $text, string $class ): void {
		$role = 'error' === $class ? 'alert' : 'status';
		echo '<div class="notice notice-' . esc_attr( $class ) . ' inline" role="' . esc_attr( $role ) . '"><p>' . esc_html( $text ) . '</p></div>';
	}

	/**
	 * A short word from the address bar.
	 *
	 * @param string $name Its name.
	 */
	public static function asked( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only what to show; nothing is changed by it.
		$value = isset( $_GET[ $name ] ) && is_string( $_GET[ $name ] ) ? sanitize_text_field( wp_unslash( $_GET[ $name ] ) ) : '';
		return preg_match( '/^[A-Za-z0-9_.:-]{1,100}$/D', $value ) ? $value : '';
	}
}
