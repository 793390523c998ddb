<?php
/** Which addresses the sidecar may have a site ask: those that are everybody's. */

declare( strict_types = 1 );

use Aftercare\Public_Address;

return array(
	'what is local, private, mapped, translated or multicast is not public' => static function (): void {
		foreach ( array( '127.0.0.1', '10.1.2.3', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '100.127.255.255', '0.0.0.0', '192.0.0.1', '198.19.0.1', '224.0.0.1', '255.255.255.255', '168.63.129.16', '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:169.254.169.254', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', 'fe80::1', 'fec0::1', 'fd00::1', 'ff02::1', '127.1', '2130706433', '0x7f.1', 'localhost', '' ) as $address ) {
			check( ! Public_Address::is( $address ), $address );
		}
	},
	'what is everybody\'s is public' => static function (): void {
		foreach ( array( '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.32.0.1', '198.20.0.1', '223.255.255.255', '2606:4700::1', '2a00:1450:4001::1b', '2001:4860:4860::8888' ) as $address ) {
			check( Public_Address::is( $address ), $address );
		}
	},
);
