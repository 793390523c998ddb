<?php
/**
 * Words for the site's privacy policy.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Wishes;
use Aftercare\Kept_Entries;
use Aftercare\Module;

final class Privacy implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'admin_init', 'suggest', 10, 0, 'admin' ),
		);
	}

	/** Offers them under Settings → Privacy. */
	public static function suggest(): void {
		$text  = '<p class="privacy-policy-tutorial">' . esc_html__( 'Name the company that runs the sidecar which your site is paired with, and for how long it keeps events (90 days by default).', 'aftercare' ) . '</p>';
		$text .= '<p><strong class="privacy-policy-tutorial">' . esc_html__( 'Suggested text:', 'aftercare' ) . '</strong> ';
		$text .= esc_html__( 'So that faults are noticed, this site reports technical events to the company that maintains it: that a form was sent, refused or lost, that a mail was handed over or failed, with the mail server’s answer, and errors of the software. What you type into a form, the text of mails and your address are not part of it: of an address only the domain is sent, and a code that nobody but this site can trace back to it. Technical events are deleted after 90 days.', 'aftercare' );
		if ( Form_Wishes::get( 'beacon' ) ) {
			$text .= ' ' . esc_html__( 'On pages with a form a script of this site looks whether the form answers. If it does not, your browser tells this site the page’s address, which form it was, and where a script broke: no cookie is set, nothing that you typed and nothing that tells who you are is sent. Of every fourth visit your browser also tells, when you leave the page, that the form was shown and how often its button was pressed: this is added to a count for the hour, and nothing else of the visit is kept.', 'aftercare' );
		}
		if ( Form_Wishes::get( 'keep' ) ) {
			/* translators: %d: days. */
			$text .= ' ' . esc_html( sprintf( __( 'If a form of this site fails, what you typed into it is kept in the database of this site, so that it can still be answered, and deleted after %d days at the latest. Passwords, card numbers and files are not kept.', 'aftercare' ), Kept_Entries::DAYS ) );
		}
		$text .= '</p>';
		wp_add_privacy_policy_content( __( 'Aftercare', 'aftercare' ), wp_kses_post( $text ) );
	}
}
