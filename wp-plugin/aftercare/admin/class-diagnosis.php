<?php
/**
 * The heart of the screen: Diagnose buttons, the run as it goes, open tickets, and what can be said with the sidecar away.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\Answer;
use Aftercare\Trouble;

final class Diagnosis {

	/**
	 * One button for each playbook that is ready.
	 *
	 * @param array<string, mixed> $overview As last answered.
	 * @param bool                 $there    Whether the sidecar answers now.
	 */
	public static function buttons( array $overview, bool $there ): void {
		echo '<section class="aftercare-panel" aria-labelledby="aftercare-diagnose"><h2 id="aftercare-diagnose">' . esc_html__( 'Diagnose', 'aftercare' ) . '</h2>';
		$playbooks = array_filter( (array) ( $overview['playbooks'] ?? array() ), 'is_array' );
		if ( ! $playbooks ) {
			echo '<p>' . esc_html__( 'The sidecar has not said yet what it can diagnose.', 'aftercare' ) . '</p>';
		}
		echo '<ul class="aftercare-playbooks">';
		foreach ( $playbooks as $playbook ) {
			$title = (string) ( $playbook['title'] ?? '' );
			echo '<li>';
			Form::open( 'diagnose' );
			echo '<input type="hidden" name="playbook" value="' . esc_attr( (string) ( $playbook['id'] ?? '' ) ) . '">';
			$says = is_scalar( $playbook['says'] ?? null ) ? (string) $playbook['says'] : '';
			/* translators: %s: name of a playbook, or what is wrong in the words of people. */
			$label = sprintf( __( 'Diagnose: %s', 'aftercare' ), '' === $says ? $title : $says );
			echo '<button type="submit" class="button button-primary button-hero"' . ( $there ? '' : ' disabled' ) . '>' . esc_html( $label ) . '</button></form>';
			echo '<p>' . ( '' === $says ? '' : '<strong>' . esc_html( $title ) . '.</strong> ' ) . esc_html( (string) ( $playbook['summary'] ?? '' ) ) . '</p>';
			Log_In::show( (string) ( $playbook['id'] ?? '' ), $there );
			echo '</li>';
		}
		echo '</ul></section>';
	}

	/**
	 * A run, live where the browser can.
	 *
	 * @param array<string, mixed> $run As the sidecar answered it.
	 * @param string               $id  Its id.
	 */
	public static function run( array $run, string $id ): void {
		$view  = new Run_View( $run );
		$title = (string) ( $run['title'] ?? '' );
		echo '<section class="aftercare-panel aftercare-run" aria-labelledby="aftercare-run"';
		if ( ! $view->ended() ) {
			echo ' data-aftercare-run="' . esc_attr( $id ) . '" data-nonce="' . esc_attr( wp_create_nonce( Live::NONCE ) ) . '"';
			echo ' data-ajax="' . esc_url( admin_url( 'admin-ajax.php' ) ) . '"';
			echo ' data-lost="' . esc_attr__( 'This page lost its connection to the site. It tries again.', 'aftercare' ) . '"';
		}
		echo '>';
		echo '<h2 id="aftercare-run">' . esc_html( $title ) . '</h2>';
		echo '<p class="aftercare-status" role="status" aria-live="polite">' . esc_html( $view->status() ) . '</p>';
		if ( ! $view->ended() ) {
			echo '<noscript><p>' . esc_html__( 'This page looks again every 3 seconds.', 'aftercare' ) . '</p></noscript>';
		}
		echo '<div data-aftercare-body>' . $view->html() . '</div></section>'; // phpcs:ignore WordPress.Security.EscapeOutput -- Run_View escapes each value.
	}

	/**
	 * The last run, one line.
	 *
	 * @param array<string, mixed> $overview As last answered.
	 */
	public static function last( array $overview ): void {
		$run = $overview['last'] ?? null;
		if ( ! is_array( $run ) || empty( $run['id'] ) ) {
			echo '<p class="aftercare-empty">' . esc_html__( 'Nothing was diagnosed yet. When a mail or a form fails, Aftercare looks by itself.', 'aftercare' ) . '</p>';
			return;
		}
		$at = Words::time( (string) ( $run['ended_at'] ?? ( $run['created_at'] ?? '' ) ) );
		/* translators: 1: name of a playbook, 2: date and time. */
		$words = sprintf( esc_html__( 'Last looked at: %1$s, %2$s.', 'aftercare' ), esc_html( (string) ( $run['title'] ?? '' ) ), $at );
		$link  = '<a href="' . esc_url( Screen::url( array( 'run' => (string) $run['id'] ) ) ) . '">' . esc_html__( 'Show what was found', 'aftercare' ) . '</a>';
		echo '<p class="aftercare-last">' . $words . ' ' . $link . '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
	}

	/**
	 * Tickets of this site.
	 *
	 * @param array<string, mixed> $overview As last answered.
	 */
	public static function tickets( array $overview ): void {
		$tickets = array_filter( (array) ( $overview['tickets'] ?? array() ), 'is_array' );
		if ( ! $tickets ) {
			return;
		}
		echo '<section class="aftercare-panel"><table class="widefat striped aftercare-table"><caption>' . esc_html__( 'Tickets of this site', 'aftercare' ) . '</caption><thead><tr>';
		foreach ( array( __( 'Number', 'aftercare' ), __( 'What', 'aftercare' ), __( 'Priority', 'aftercare' ), __( 'State', 'aftercare' ), __( 'Since', 'aftercare' ) ) as $head ) {
			echo '<th scope="col">' . esc_html( $head ) . '</th>';
		}
		echo '</tr></thead><tbody>';
		foreach ( $tickets as $ticket ) {
			$state = 'open' === ( $ticket['state'] ?? '' ) ? __( 'open', 'aftercare' ) : __( 'resolved', 'aftercare' );
			echo '<tr><td>#' . (int) ( $ticket['id'] ?? 0 ) . '</td><td>' . esc_html( (string) ( $ticket['title'] ?? '' ) ) . '</td>';
			echo '<td>' . esc_html( (string) ( $ticket['priority'] ?? '' ) ) . '</td>';
			echo '<td>' . esc_html( $state ) . '</td><td>' . Words::time( (string) ( $ticket['opened_at'] ?? '' ) ) . '</td></tr>'; // phpcs:ignore WordPress.Security.EscapeOutput -- Words::time escapes.
		}
		echo '</tbody></table></section>';
	}

	/**
	 * The sidecar does not answer: say so, and what the site knows by itself.
	 *
	 * @param Answer $answer Without ok.
	 * @param int    $at     When it last answered, Unix seconds; 0 never.
	 */
	public static function away( Answer $answer, int $at ): void {
		echo '<div class="notice notice-warning inline aftercare-away" role="status"><p>';
		echo '<strong>' . esc_html__( 'The sidecar does not answer.', 'aftercare' ) . '</strong> ' . esc_html( Words::why( $answer ) ) . '</p><p>';
		echo esc_html__( 'Your site works without it. Whatever breaks meanwhile is kept and reported when it is back.', 'aftercare' ) . ' ';
		if ( $at > 0 ) {
			/* translators: %s: date and time. */
			printf( esc_html__( 'What stands below is from %s.', 'aftercare' ), Words::time( gmdate( 'c', $at ) ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Words::time escapes.
		}
		echo '</p>';
		$mail = Trouble::mail();
		if ( $mail ) {
			/* translators: %s: date and time. */
			echo '<p>' . sprintf( esc_html__( 'This site saw by itself that mail fails since %s. The mailer says:', 'aftercare' ), Words::time( $mail['at'] ) ) . '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput
			echo '<pre tabindex="0">' . esc_html( $mail['error'] ) . '</pre>';
		} elseif ( Trouble::mailed() ) {
			echo '<p>' . esc_html__( 'As far as this site can tell by itself, its last mail was handed over.', 'aftercare' ) . '</p>';
		}
		echo '</div>';
	}
}
