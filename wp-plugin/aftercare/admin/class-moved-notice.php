<?php
/**
 * On every screen of wp-admin, as long as the question is open: did this site move, or is it a copy?
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Access;
use Aftercare\Module;
use Aftercare\Pairing;

final class Moved_Notice implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'admin_notices', 'show', 10, 0, 'admin' ),
		);
	}

	/** To those who can answer; our own screen asks by itself. */
	public static function show(): void {
		$screen = get_current_screen();
		if ( ! Pairing::paired() || Pairing::at_home() || ! Access::may_manage() || ( $screen && 'toplevel_page_' . Screen::PAGE === $screen->id ) ) {
			return;
		}
		echo '<div class="notice notice-warning"><p><strong>' . esc_html__( 'Aftercare: did this site move, or is this a copy?', 'aftercare' ) . '</strong></p>';
		Connection::question();
		echo '</div>';
	}
}
