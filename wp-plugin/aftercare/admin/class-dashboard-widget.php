<?php
/**
 * On the dashboard, only while something is wrong: what, since when, and the way to Diagnose. It asks nobody.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Module;
use Aftercare\Pairing;
use Aftercare\Trouble;

final class Dashboard_Widget implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'wp_dashboard_setup', 'add', 10, 0, 'admin' ),
		);
	}

	/** Not even there while all is well. */
	public static function add(): void {
		if ( Access::may_diagnose() && Trouble::any() ) {
			wp_add_dashboard_widget( 'aftercare', __( 'Aftercare', 'aftercare' ), array( self::class, 'show' ), null, null, 'normal', 'high' );
		}
	}

	/** What is wrong. */
	public static function show(): void {
		echo '<ul>';
		foreach ( self::lines() as $line ) {
			echo '<li>' . $line . '</li>'; // phpcs:ignore WordPress.Security.EscapeOutput -- lines() escapes.
		}
		echo '</ul><p><a class="button button-primary" href="' . esc_url( Screen::url() ) . '">' . esc_html__( 'Open Aftercare', 'aftercare' ) . '</a></p>';
	}

	/**
	 * One line a trouble.
	 *
	 * @return string[] Safe HTML.
	 */
	private static function lines(): array {
		$lines = array();
		foreach ( Trouble::tickets() as $ticket ) {
			/* translators: 1: number of a ticket, 2: its title. */
			$lines[] = esc_html( sprintf( __( 'Ticket #%1$d: %2$s', 'aftercare' ), (int) ( $ticket['id'] ?? 0 ), (string) ( $ticket['title'] ?? '' ) ) );
		}
		$mail = Trouble::mail();
		if ( $mail ) {
			/* translators: %s: date and time. */
			$lines[] = sprintf( esc_html__( 'Mail fails since %s.', 'aftercare' ), Words::time( $mail['at'] ) );
		}
		if ( ! Pairing::at_home() ) {
			$lines[] = esc_html( Words::said( 'moved' ) );
		}
		if ( Trouble::sending() ) {
			$lines[] = esc_html__( 'The sidecar does not take what this site reports; it is kept until then.', 'aftercare' );
		}
		$late = Trouble::heartbeat_late_s();
		if ( $late ) {
			/* translators: %s: a duration. */
			$lines[] = esc_html( sprintf( __( 'Scheduled work did not run for %s.', 'aftercare' ), human_time_diff( time() - $late ) ) );
		}
		return $lines;
	}
}
