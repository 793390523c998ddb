<?php
/**
 * The screen's way to and from the sidecar: pair, "moved, or a copy?", end it, and the settings that exist.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\Access;
use Aftercare\Options;
use Aftercare\Pairing;

final class Connection {

	/** Where a pairing code is pasted. */
	public static function pair_form(): void {
		echo '<section class="aftercare-panel"><h2>' . esc_html__( 'Pair this site', 'aftercare' ) . '</h2>';
		if ( ! Access::may_manage() ) {
			echo '<p>' . esc_html__( 'This site is not paired yet. An administrator can do that here.', 'aftercare' ) . '</p></section>';
			return;
		}
		echo '<p>' . esc_html__( 'The people who look after your site give you a code. It is good for ten minutes, once. Until this site is paired, nothing is sent anywhere.', 'aftercare' ) . '</p>';
		Form::open( 'pair' );
		echo '<p><label for="aftercare-code"><strong>' . esc_html__( 'Pairing code', 'aftercare' ) . '</strong></label></p>';
		echo '<textarea id="aftercare-code" name="code" rows="3" class="large-text code" required spellcheck="false" autocomplete="off" aria-describedby="aftercare-code-help"></textarea>';
		echo '<p id="aftercare-code-help" class="description">' . esc_html__( 'It begins with “aftercare-”. Line breaks and spaces do no harm.', 'aftercare' ) . '</p>';
		echo '<p><button type="submit" class="button button-primary">' . esc_html__( 'Pair', 'aftercare' ) . '</button></p></form></section>';
	}

	/** The question of a site that is not where it was paired. */
	public static function moved(): void {
		echo '<section class="aftercare-panel aftercare-cause aftercare-warn"><h2>' . esc_html__( 'Did this site move, or is this a copy?', 'aftercare' ) . '</h2>';
		self::question();
		echo '</section>';
	}

	/** Its words and its two answers; also in the notice on other screens. */
	public static function question(): void {
		/* translators: 1: address at pairing, 2: address now. */
		$words = __( 'It was paired at %1$s and is now at %2$s. Until you answer, nothing is sent, and nobody is told when something breaks.', 'aftercare' );
		echo '<p>' . sprintf( esc_html( $words ), '<code>' . esc_html( Pairing::home_then() ) . '</code>', '<code>' . esc_html( Pairing::home_now() ) . '</code>' ) . '</p>';
		if ( ! Access::may_manage() ) {
			return;
		}
		Form::open( 'where' );
		echo '<p><button type="submit" name="answer" value="moved" class="button button-primary">' . esc_html__( 'It moved: keep the pairing here', 'aftercare' ) . '</button> ';
		echo '<button type="submit" name="answer" value="copy" class="button">' . esc_html__( 'It is a copy: forget the pairing here', 'aftercare' ) . '</button></p></form>';
	}

	/** Settings and the end of the pairing; at the bottom of the screen. */
	public static function settings(): void {
		if ( ! Access::may_manage() ) {
			return;
		}
		echo '<section class="aftercare-panel"><h2>' . esc_html__( 'Settings', 'aftercare' ) . '</h2>';
		Form::open( 'settings' );
		echo '<p><label><input type="checkbox" name="count_warnings" value="1"' . checked( (bool) Options::get( 'count_warnings', false ), true, false ) . '> ';
		echo esc_html__( 'Count PHP warnings too, by plugin, file and line. They are sent as numbers once an hour. Fatal errors are always reported.', 'aftercare' ) . '</label></p>';
		echo '<p><button type="submit" class="button">' . esc_html__( 'Save', 'aftercare' ) . '</button></p></form>';
		if ( Pairing::paired() ) {
			$at = Words::time( gmdate( 'c', Pairing::paired_at() ) );
			/* translators: 1: address, 2: date and time. */
			$words = sprintf( esc_html__( 'Paired with %1$s since %2$s.', 'aftercare' ), '<code>' . esc_html( Pairing::sidecar() ) . '</code>', $at );
			echo '<h3>' . esc_html__( 'Pairing', 'aftercare' ) . '</h3><p>' . $words . '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
			echo '<div class="aftercare-answers">';
			if ( Pairing::at_home() ) {
				Form::button( 'rotate', __( 'Make a new secret', 'aftercare' ) );
			}
			Form::button( 'unpair', __( 'End the pairing', 'aftercare' ), 'button button-link-delete' );
			echo '</div>';
		}
		echo '</section>';
	}
}
