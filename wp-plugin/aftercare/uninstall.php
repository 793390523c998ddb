<?php
/**
 * Takes away all that the plugin made: tables, options, cron events, the capability, transients, on each site of a network.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

// Which hooks a module takes is named in its class: the file of the plugin itself is not run here.
defined( 'AFTERCARE_VERSION' ) || define( 'AFTERCARE_VERSION', '0.0.0' );
defined( 'AFTERCARE_FILE' ) || define( 'AFTERCARE_FILE', __DIR__ . '/aftercare.php' );
defined( 'AFTERCARE_DIR' ) || define( 'AFTERCARE_DIR', __DIR__ );
require_once __DIR__ . '/includes/autoload.php';

/** Takes it all away on the current site. The pairing is not ended at the sidecar: an uninstall must not wait for it. */
function aftercare_uninstall_site(): void {
	Aftercare\Install::remove();
	Aftercare\Pairing::forget();
	Aftercare\Overview::forget();
	Aftercare\Access::revoke();
	delete_option( Aftercare\Options::NAME );
}

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $aftercare_site ) {
		switch_to_blog( (int) $aftercare_site );
		aftercare_uninstall_site();
		restore_current_blog();
	}
} else {
	aftercare_uninstall_site();
}
