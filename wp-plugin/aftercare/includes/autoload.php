<?php
/**
 * Finds our classes: `Aftercare\Mail_Watch` lies in includes/class-mail-watch.php,
 * `Aftercare\Admin\Screen` in admin/class-screen.php, an interface in interface-….php.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

spl_autoload_register(
	static function ( string $name ): void {
		if ( 0 !== strncmp( $name, 'Aftercare\\', 10 ) ) {
			return;
		}
		$parts  = explode( '\\', strtolower( str_replace( '_', '-', substr( $name, 10 ) ) ) );
		$file   = array_pop( $parts );
		$folder = dirname( __DIR__ ) . '/' . ( $parts ? implode( '/', $parts ) : 'includes' );
		foreach ( array( 'class', 'interface' ) as $kind ) {
			$path = "$folder/$kind-$file.php";
			if ( is_file( $path ) ) {
				require_once $path;
				return;
			}
		}
	}
);
