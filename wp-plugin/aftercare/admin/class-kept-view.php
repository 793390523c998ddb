<?php
/**
 * The entries that their form lost and the site kept, on the screen *Aftercare → Forms*: read them, answer, delete them.
 *
 * For those who manage the site; nobody else sees what visitors wrote.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Kept_Entries;
use Aftercare\Module;

final class Kept_View implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'admin_post_aftercare_forget', 'forget', 10, 0, 'admin' ),
		);
	}

	/**
	 * The section; nothing where no entry is kept.
	 *
	 * @param array<string, mixed>[] $entries From Kept_Entries.
	 * @param array<string, mixed>[] $forms   `forms` of Forms::told(), for the fields' labels.
	 */
	public static function show( array $entries, array $forms ): void {
		if ( ! $entries ) {
			return;
		}
		echo '<section class="aftercare-panel aftercare-cause" aria-labelledby="aftercare-kept"><h2 id="aftercare-kept">';
		/* translators: %d: how many. */
		echo esc_html( sprintf( _n( '%d entry was lost by its form and is kept here', '%d entries were lost by their forms and are kept here', count( $entries ), 'aftercare' ), count( $entries ) ) ) . '</h2><p>';
		/* translators: 1: days, 2: how many. */
		echo esc_html( sprintf( __( 'Nobody has got them: answer them, then delete them. Files that were sent with them are not here. They stay on this site, and are deleted after %1$d days, or when %2$d newer ones have come.', 'aftercare' ), Kept_Entries::DAYS, Kept_Entries::ROWS ) ) . '</p>';
		foreach ( $entries as $entry ) {
			self::entry( $entry, self::labels( $forms, $entry['form'] ) );
		}
		echo '</section>';
	}

	/**
	 * One entry, folded.
	 *
	 * @param array<string, mixed>  $entry  From Kept_Entries.
	 * @param array<string, string> $labels Name → label.
	 */
	private static function entry( array $entry, array $labels ): void {
		$title = '' === $entry['title'] ? $entry['form'] : $entry['title'];
		echo '<details class="aftercare-finding"><summary>' . Words::time( gmdate( 'c', $entry['kept_at'] ) ) . ' · <strong>' . esc_html( $title ) . '</strong> · ' . esc_html( self::why( $entry['why'] ) ) . '</summary><dl>'; // phpcs:ignore WordPress.Security.EscapeOutput -- time() escapes.
		foreach ( $entry['fields'] as $name => $value ) {
			$inner = trim( (string) strrchr( (string) $name, '[' ), '[]' );
			echo '<dt>' . esc_html( $labels[ $name ] ?? $labels[ $inner ] ?? (string) $name ) . '</dt><dd>' . nl2br( esc_html( $value ) ) . '</dd>';
		}
		echo '</dl>';
		Form::button( 'forget', __( 'Delete this entry', 'aftercare' ), 'button', array( 'entry' => (string) $entry['id'] ) );
		echo '</details>';
	}

	/** Deletes one. */
	public static function forget(): void {
		check_admin_referer( 'aftercare_forget' );
		if ( ! Access::may_manage() ) {
			wp_die( esc_html( Words::said( 'not_allowed' ) ), '', array( 'response' => 403 ) );
		}
		$id = isset( $_POST['entry'] ) && is_string( $_POST['entry'] ) ? absint( $_POST['entry'] ) : 0;
		wp_safe_redirect( Forms_Screen::url( array( 'said' => Kept_Entries::delete( $id ) ? 'forgotten_entry' : 'no_entry' ) ) );
		exit;
	}

	/**
	 * A form's labels.
	 *
	 * @param array<string, mixed>[] $forms As in show().
	 * @param string                 $key   plugin:form.
	 * @return array<string, string> Name of a field → label.
	 */
	private static function labels( array $forms, string $key ): array {
		foreach ( $forms as $form ) {
			if ( "{$form['plugin']}:{$form['form']}" === $key ) {
				return array_filter( array_column( $form['fields'], 'label', 'name' ), 'strlen' );
			}
		}
		return array();
	}

	/**
	 * How it was lost.
	 *
	 * @param string $status Of the form's outcome.
	 */
	private static function why( string $status ): string {
		$words = array(
			'mail_failed' => __( 'its mail failed', 'aftercare' ),
			'fatal'       => __( 'the site broke off', 'aftercare' ),
			'no_outcome'  => __( 'the form came to no end', 'aftercare' ),
		);
		return $words[ $status ] ?? $status;
	}
}
