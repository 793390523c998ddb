<?php
/**
 * Who may press Diagnose: the capability `aftercare_diagnose`, with administrators by default. Pairing and settings ask for manage_options.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Access {

	const DIAGNOSE = 'aftercare_diagnose';
	const MANAGE   = 'manage_options';

	/** Gives administrators the capability. Once: whoever takes it away from them later is obeyed. */
	public static function grant(): void {
		$role = get_role( 'administrator' );
		if ( $role && ! Options::get( 'granted' ) ) {
			$role->add_cap( self::DIAGNOSE );
			Options::set( 'granted', true );
		}
	}

	/** Takes the capability from every role; for uninstall.php. */
	public static function revoke(): void {
		foreach ( wp_roles()->role_objects as $role ) {
			$role->remove_cap( self::DIAGNOSE );
		}
	}

	/** Whether the current user may see and press. A super admin may everywhere. */
	public static function may_diagnose(): bool {
		return current_user_can( self::DIAGNOSE );
	}

	/** Whether the current user may pair, unpair and set. */
	public static function may_manage(): bool {
		return current_user_can( self::MANAGE );
	}
}
