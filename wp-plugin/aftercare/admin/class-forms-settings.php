<?php
/**
 * What the admin wishes for tests of forms: which are never tried, where a test's mails go, when it is quiet, who else may tell.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\Beacon;
use Aftercare\Form_Wishes;
use Aftercare\Kept_Entries;
use Aftercare\Plugins;

final class Forms_Settings {

	/**
	 * The section.
	 *
	 * @param array<string, mixed>[] $forms `forms` of Forms::told().
	 */
	public static function show( array $forms ): void {
		$wishes = Form_Wishes::all();
		echo '<section class="aftercare-panel"><h2>' . esc_html__( 'Settings of the tests', 'aftercare' ) . '</h2>';
		Form::open( 'wishes' );
		self::mails( $wishes['mails'] );
		self::lost( $wishes['write_to'], $wishes['keep'] );
		self::quiet( is_array( $wishes['quiet'] ) ? $wishes['quiet'] : array() );
		self::lists( $forms, $wishes );
		echo '<fieldset><legend>' . esc_html__( 'Further', 'aftercare' ) . '</legend>';
		self::tick( 'unexempted', $wishes['unexempted'], __( 'Try each form a second time without exemption from the spam filters, to see whether a visitor would pass. Your spam filter may learn from it.', 'aftercare' ) );
		self::tick( 'conflict', $wishes['conflict'], __( 'When a form is broken, find out which plugin breaks it: for the search’s own requests plugins are left out in turn, and for nobody else. A must-use file is put there for the search and taken away after it. Plugins for security, privacy, caching and two-factor log-in are never left out.', 'aftercare' ) );
		$beacon = __( 'Let visitors’ browsers tell when a form does nothing, refuses somebody again and again, or a script breaks, and how often each form is shown and its button pressed. It adds 1.5 KB to pages with a form, sets no cookie and sends nothing that was typed; the words for your privacy policy stand under Settings → Privacy.', 'aftercare' );
		if ( Beacon::possible() ) {
			self::tick( 'beacon', $wishes['beacon'], $beacon );
		} else {
			echo '<p>' . esc_html__( 'Visitors’ browsers cannot tell of this site: its plugins do not lie within WordPress’s own folder.', 'aftercare' ) . '</p>';
		}
		echo '</fieldset>';
		self::never_off( $wishes['never_off'] );
		echo '<p><button type="submit" class="button button-primary">' . esc_html__( 'Save', 'aftercare' ) . '</button></p></form></section>';
	}

	/**
	 * The wishes that were sent, for Form_Wishes::set().
	 *
	 * @param array<string, mixed> $posted Unslashed.
	 * @return array<string, mixed>
	 */
	public static function wishes( array $posted ): array {
		$list = static function ( string $name ) use ( $posted ): array {
			return array_values( array_map( 'sanitize_text_field', array_filter( (array) ( $posted[ $name ] ?? array() ), 'is_string' ) ) );
		};
		$text = static function ( string $name ) use ( $posted ): string {
			return is_string( $posted[ $name ] ?? null ) ? sanitize_text_field( $posted[ $name ] ) : '';
		};
		return array(
			'excluded'   => $list( 'excluded' ),
			'allowed'    => $list( 'allowed' ),
			'mails'      => $text( 'mails' ),
			'quiet'      => array(
				'from'  => $text( 'quiet_from' ),
				'until' => $text( 'quiet_until' ),
			),
			'never_off'  => $list( 'never_off' ),
			'conflict'   => '1' === $text( 'conflict' ),
			'unexempted' => '1' === $text( 'unexempted' ),
			'beacon'     => '1' === $text( 'beacon' ),
			'write_to'   => $text( 'write_to' ),
			'keep'       => '1' === $text( 'keep' ),
		);
	}

	/**
	 * Where a test's mails go.
	 *
	 * @param string $chosen mailbox or marked.
	 */
	private static function mails( string $chosen ): void {
		echo '<fieldset><legend>' . esc_html__( 'Where the mails of a test go', 'aftercare' ) . '</legend>';
		$ways = array(
			'mailbox' => __( 'To the test mailbox of the people who look after your site; nobody else gets one.', 'aftercare' ),
			'marked'  => __( 'To those whom the form’s mails go to, with “[Test]” before the subject: this proves their mailbox too.', 'aftercare' ),
		);
		foreach ( $ways as $way => $words ) {
			echo '<p><label><input type="radio" name="mails" value="' . esc_attr( $way ) . '"' . checked( $chosen, $way, false ) . '> ' . esc_html( $words ) . '</label></p>';
		}
		echo '</fieldset>';
	}

	/**
	 * What becomes of a visitor whose form failed.
	 *
	 * @param string $to   The address that is told.
	 * @param bool   $keep Whether the entry is kept.
	 */
	private static function lost( string $to, bool $keep ): void {
		echo '<fieldset><legend>' . esc_html__( 'When a visitor’s form fails', 'aftercare' ) . '</legend>';
		echo '<p><label>' . esc_html__( 'Tell the visitor that it was noticed, and to write to', 'aftercare' ) . ' <input type="email" name="write_to" autocomplete="off" value="' . esc_attr( $to ) . '"></label></p>';
		echo '<p class="description">' . esc_html__( 'Shown where Contact Form 7 says that it could not send, on WordPress’s page after a fatal error and, where visitors’ browsers may tell (below), under a form that does nothing. Empty: nothing is said.', 'aftercare' ) . '</p>';
		/* translators: %d: days. */
		self::tick( 'keep', $keep, sprintf( __( 'Keep an entry that its form lost on this site, for %d days: you find it above. Passwords, card numbers and files are left out. It holds what visitors wrote, so your privacy policy must say it; the words stand under Settings → Privacy.', 'aftercare' ), Kept_Entries::DAYS ) );
		echo '</fieldset>';
	}

	/**
	 * When no form is tried by itself.
	 *
	 * @param array<string, string> $quiet from and until.
	 */
	private static function quiet( array $quiet ): void {
		echo '<fieldset><legend>' . esc_html__( 'Quiet hours', 'aftercare' ) . '</legend><p>';
		echo '<label>' . esc_html__( 'From', 'aftercare' ) . ' <input type="time" name="quiet_from" value="' . esc_attr( $quiet['from'] ?? '' ) . '"></label> ';
		echo '<label>' . esc_html__( 'until', 'aftercare' ) . ' <input type="time" name="quiet_until" value="' . esc_attr( $quiet['until'] ?? '' ) . '"></label></p>';
		/* translators: %s: a time zone. */
		echo '<p class="description">' . esc_html( sprintf( __( 'Between the two no form is tested by itself; your own button always works. Time zone: %s. Leave both empty for none.', 'aftercare' ), wp_timezone_string() ) ) . '</p></fieldset>';
	}

	/**
	 * Forms that are never tried, and those that are although something cannot be held back.
	 *
	 * @param array<string, mixed>[] $forms  `forms` of Forms::told().
	 * @param array<string, mixed>   $wishes All of them.
	 */
	private static function lists( array $forms, array $wishes ): void {
		if ( ! $forms ) {
			return;
		}
		echo '<fieldset><legend>' . esc_html__( 'Never test these', 'aftercare' ) . '</legend>';
		foreach ( $forms as $form ) {
			self::choice( 'excluded', $form, $wishes['excluded'], self::named( $form ) );
		}
		echo '</fieldset>';
		$loose = array_filter( array_map( array( self::class, 'loose' ), $forms ) );
		if ( ! $loose ) {
			return;
		}
		echo '<fieldset><legend>' . esc_html__( 'Test these although not all can be held back', 'aftercare' ) . '</legend>';
		foreach ( $loose as $index => $names ) {
			/* translators: 1: a form, 2: names of services. */
			self::choice( 'allowed', $forms[ $index ], $wishes['allowed'], sprintf( __( '%1$s: each test reaches %2$s', 'aftercare' ), self::named( $forms[ $index ] ), implode( ', ', $names ) ) );
		}
		echo '</fieldset>';
	}

	/**
	 * Plugins that stay even in a search for the one that breaks a form.
	 *
	 * @param string[] $chosen Their slugs.
	 */
	private static function never_off( array $chosen ): void {
		echo '<fieldset><legend>' . esc_html__( 'Never leave these plugins out in that search', 'aftercare' ) . '</legend>';
		foreach ( array_filter( Plugins::all(), static function ( array $plugin ): bool { return ! $plugin['must_use']; } ) as $plugin ) {
			echo '<p><label><input type="checkbox" name="never_off[]" value="' . esc_attr( $plugin['slug'] ) . '"' . checked( in_array( $plugin['slug'], $chosen, true ), true, false ) . '> ' . esc_html( $plugin['name'] ) . '</label></p>';
		}
		echo '</fieldset>';
	}

	/**
	 * What a test of this form would reach; nothing where it may not be asked for.
	 *
	 * @param array<string, mixed> $form One of the list.
	 * @return string[]
	 */
	private static function loose( array $form ): array {
		$names = array();
		foreach ( $form['does'] as $deed ) {
			if ( ! $deed['held'] && 'payment' === $deed['what'] ) {
				return array();
			}
			if ( ! $deed['held'] ) {
				$names[] = '' === $deed['name'] ? $deed['what'] : $deed['name'];
			}
		}
		return $names;
	}

	/**
	 * One form with a box to tick.
	 *
	 * @param string               $name   Of the list.
	 * @param array<string, mixed> $form   One.
	 * @param string[]             $chosen Keys that are ticked.
	 * @param string               $words  Beside it.
	 */
	private static function choice( string $name, array $form, array $chosen, string $words ): void {
		$key = $form['plugin'] . ':' . $form['form'];
		echo '<p><label><input type="checkbox" name="' . esc_attr( $name ) . '[]" value="' . esc_attr( $key ) . '"' . checked( in_array( $key, $chosen, true ), true, false ) . '> ' . esc_html( $words ) . '</label></p>';
	}

	/**
	 * A switch.
	 *
	 * @param string $name  Of the wish.
	 * @param bool   $on    As it is.
	 * @param string $words Beside it.
	 */
	private static function tick( string $name, bool $on, string $words ): void {
		echo '<p><label><input type="checkbox" name="' . esc_attr( $name ) . '" value="1"' . checked( $on, true, false ) . '> ' . esc_html( $words ) . '</label></p>';
	}

	/**
	 * A form's name with its plugin's.
	 *
	 * @param array<string, mixed> $form One.
	 */
	private static function named( array $form ): string {
		return ( '' === $form['title'] ? $form['form'] : $form['title'] ) . ' (' . $form['plugin'] . ')';
	}
}
