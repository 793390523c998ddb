<?php
/**
 * The road of the beacon: takes one message of a visitor's browser without booting plugins or theme.
 *
 * Asked directly, on purpose. Answers 204 whatever it makes of it: who forges messages learns nothing.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

// phpcs:disable WordPress.Security.ValidatedSanitizedInput, WordPress.WP.AlternativeFunctions -- read before WordPress is there, looked at field by field.
if ( 'POST' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) {
	http_response_code( 405 );
	header( 'Allow: POST' );
	exit;
}
http_response_code( 204 );
$aftercare_said = (string) file_get_contents( 'php://input', false, null, 0, 4001 );
$aftercare_load = dirname( __DIR__, 3 ) . '/wp-load.php';
// A browser says where the page that sends it is from: other sites' pages send nothing for this one.
$aftercare_host = parse_url( (string) ( $_SERVER['HTTP_ORIGIN'] ?? '' ), PHP_URL_HOST );
if ( '' === $aftercare_said || ! is_file( $aftercare_load ) || strtok( (string) ( $_SERVER['HTTP_HOST'] ?? '' ), ':' ) !== $aftercare_host ) {
	exit;
}
// phpcs:enable

define( 'SHORTINIT', true );
require $aftercare_load;
require_once ABSPATH . WPINC . '/http.php';
define( 'AFTERCARE_FILE', __DIR__ . '/aftercare.php' );
define( 'AFTERCARE_DIR', __DIR__ );
require_once __DIR__ . '/includes/autoload.php';

Aftercare\Beacon_Road::take( $aftercare_said, $aftercare_host );
