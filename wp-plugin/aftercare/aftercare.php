<?php
/**
 * Aftercare: notices that a form, a mail or a page broke, and tells the sidecar.
 *
 * @package Aftercare
 *
 * @wordpress-plugin
 * Plugin Name:       Aftercare
 * Description:       Post-launch support: notices that a form, an email or a page broke, proves why, and says what to do.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * Author:            The Aftercare contributors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       aftercare
 * Domain Path:       /languages
 */

declare( strict_types = 1 );

namespace Aftercare;

if ( ! defined( 'ABSPATH' ) || defined( 'AFTERCARE_VERSION' ) ) {
	return; // Asked for directly, or a second copy of the plugin.
}

define( 'AFTERCARE_VERSION', '0.1.0' );
define( 'AFTERCARE_FILE', __FILE__ );
define( 'AFTERCARE_DIR', __DIR__ );

require_once __DIR__ . '/includes/autoload.php';

Loader::start();
