<?php
/**
 * The screen *Aftercare → Forms*: every form of the site with its state, a button to test it, and what the admin wishes.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Client;
use Aftercare\Conflict;
use Aftercare\Form_Wishes;
use Aftercare\Forms;
use Aftercare\Kept_Entries;
use Aftercare\Module;
use Aftercare\Pairing;

final class Forms_Screen implements Module {

	const PAGE = 'aftercare-forms';

	/** The playbooks that a press runs. */
	const PLAYBOOKS = array(
		'test'     => 'form-not-submitting',
		'conflict' => 'form-plugin-conflict',
	);

	const TIMEOUT_S = 6.0;

	/** @var string The hook name of our page. */
	private static $hook = '';

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'admin_menu', 'menu', 11, 0, 'admin' ),
			array( 'admin_enqueue_scripts', 'assets', 10, 1, 'admin' ),
			array( 'admin_post_aftercare_try', 'try_it', 10, 0, 'admin' ),
			array( 'admin_post_aftercare_wishes', 'keep', 10, 0, 'admin' ),
		);
	}

	/** Adds it to the menu, below the plugin's own. */
	public static function menu(): void {
		$title      = __( 'Forms', 'aftercare' );
		self::$hook = (string) add_submenu_page( Screen::PAGE, $title, $title, Access::DIAGNOSE, self::PAGE, array( self::class, 'show' ) );
	}

	/**
	 * The looks of the plugin's screen, here too.
	 *
	 * @param string $hook Of the screen.
	 */
	public static function assets( string $hook ): void {
		if ( $hook === self::$hook && '' !== $hook ) {
			Screen::looks();
		}
	}

	/** The page. */
	public static function show(): void {
		if ( ! Access::may_diagnose() ) {
			wp_die( esc_html( Words::said( 'not_allowed' ) ), '', array( 'response' => 403 ) );
		}
		echo '<div class="wrap aftercare"><h1>' . esc_html__( 'Forms', 'aftercare' ) . '</h1>';
		Screen::told();
		$entries = Access::may_manage() ? Kept_Entries::all() : array();
		$paired  = Pairing::paired() && Pairing::at_home();
		$own     = $paired || $entries ? Forms::told() : array( 'forms' => array() );
		Kept_View::show( $entries, $own['forms'] );
		if ( ! $paired ) {
			$link = '<a href="' . esc_url( Screen::url() ) . '">' . esc_html__( 'Aftercare', 'aftercare' ) . '</a>';
			/* translators: %s: link to the plugin's screen. */
			echo '<p>' . sprintf( esc_html__( 'Forms can be tested once this site is paired: %s.', 'aftercare' ), $link ) . '</p></div>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
			return;
		}
		$answer = Client::post( 'runs', '/runs/forms', array(), self::TIMEOUT_S );
		if ( ! $answer->ok ) {
			Screen::notice( __( 'The sidecar does not answer, so no form can be tested now, and what it found stands not here.', 'aftercare' ) . ' ' . Words::why( $answer ), 'warning' );
		}
		self::running( (array) ( $answer->body['running'] ?? array() ) );
		( new Forms_Table( Forms_Table::rows( $own['forms'], (array) ( $answer->body['forms'] ?? array() ) ), $answer->ok ) )->show();
		if ( Access::may_manage() ) {
			Forms_Settings::show( $own['forms'] );
		}
		echo '</div>';
	}

	/**
	 * A test that is under way.
	 *
	 * @param array<mixed> $runs Their ids.
	 */
	private static function running( array $runs ): void {
		$run = (string) ( array_values( array_filter( $runs, 'is_string' ) )[0] ?? '' );
		if ( '' !== $run ) {
			$link = '<a href="' . esc_url( Screen::url( array( 'run' => $run ) ) ) . '">' . esc_html__( 'watch it', 'aftercare' ) . '</a>';
			/* translators: %s: link. */
			echo '<div class="notice notice-info inline" role="status"><p>' . sprintf( esc_html__( 'A test is under way: %s.', 'aftercare' ), $link ) . '</p></div>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
		}
	}

	/** Starts a test, and shows it. */
	public static function try_it(): void {
		check_admin_referer( 'aftercare_try' );
		self::only( Access::DIAGNOSE );
		$form = isset( $_POST['form'] ) && is_string( $_POST['form'] ) ? sanitize_text_field( wp_unslash( $_POST['form'] ) ) : '';
		$how  = isset( $_POST['how'] ) && 'conflict' === $_POST['how'] ? 'conflict' : 'test';
		$more = '' === $form ? array() : array( 'form' => $form );
		$args = Actions::shown( Actions::start( self::PLAYBOOKS[ $how ], wp_get_current_user()->display_name, $more ), 'running' );
		wp_safe_redirect( isset( $args['run'] ) ? Screen::url( $args ) : self::url( $args ) );
		exit;
	}

	/** Keeps what the admin wishes. */
	public static function keep(): void {
		check_admin_referer( 'aftercare_wishes' );
		self::only( Access::MANAGE );
		$wishes = Forms_Settings::wishes( wp_unslash( $_POST ) );
		if ( '' !== $wishes['write_to'] && ! Form_Wishes::is_address( $wishes['write_to'] ) ) {
			wp_safe_redirect( self::url( array( 'said' => 'no_address' ) ) );
			exit;
		}
		Form_Wishes::set( $wishes );
		if ( ! Form_Wishes::get( 'conflict' ) ) {
			Conflict::end(); // What was allowed is allowed no longer.
		}
		wp_safe_redirect( self::url( array( 'said' => 'saved' ) ) );
		exit;
	}

	/**
	 * Nobody else.
	 *
	 * @param string $capability That is needed.
	 */
	private static function only( string $capability ): void {
		if ( ! current_user_can( $capability ) ) {
			wp_die( esc_html( Words::said( 'not_allowed' ) ), '', array( 'response' => 403 ) );
		}
	}

	/**
	 * The screen's address.
	 *
	 * @param array<string, string> $args Further ones.
	 */
	public static function url( array $args = array() ): string {
		return add_query_arg( array( 'page' => self::PAGE ) + $args, admin_url( 'admin.php' ) );
	}
}
