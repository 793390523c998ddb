<?php
/** What is told of a PHP error: types and names, never values. */

declare( strict_types = 1 );

use Aftercare\Php_Errors;

return array(
	'what PHP itself says is kept, with the class' => static function (): void {
		foreach (
			array(
				"Uncaught Error: Call to undefined function foo\\bar() in /srv/site/a.php:3\nStack trace:\n#0 {main}" => array( 'Error', 'Call to undefined function foo\\bar()' ),
				'Uncaught TypeError: foo(): Argument #1 ($x) must be of type int, string given, called in /srv/site/a.php on line 3' => array( 'TypeError', 'foo(): Argument #1 ($x) must be of type int, string given' ),
				'Uncaught TypeError: {closure:/srv/site/a.php:3}(): Argument #1 ($x) must be of type int, string given, called in /srv/site/a.php on line 3' => array( 'TypeError', '{closure}(): Argument #1 ($x) must be of type int, string given' ),
				'Uncaught TypeError: Argument 1 passed to foo() must be of the type int, string given, called in /srv/site/a.php on line 3' => array( 'TypeError', 'Argument 1 passed to foo() must be of the type int, string given' ),
				'Uncaught ArgumentCountError: Too few arguments to function A\\B::c(), 1 passed in /srv/x.php on line 2 and exactly 2 expected' => array( 'ArgumentCountError', 'Too few arguments to function A\\B::c(), 1 passed' ),
				'Allowed memory size of 41943040 bytes exhausted (tried to allocate 2097152 bytes)' => array( '', 'Allowed memory size of 41943040 bytes exhausted (tried to allocate 2097152 bytes)' ),
				'Maximum execution time of 30 seconds exceeded' => array( '', 'Maximum execution time of 30 seconds exceeded' ),
				'Cannot redeclare wp_mail() (previously declared in /srv/site/x.php:3)' => array( '', 'Cannot redeclare wp_mail()' ),
				'Uncaught Error: Class "Foo\\Bar" not found in /srv/site/x.php:9' => array( 'Error', 'Class "Foo\\Bar" not found' ),
				"Uncaught UnhandledMatchError: Unhandled match case 'jane@example.com' in /srv/x.php:3" => array( 'UnhandledMatchError', 'Unhandled match case' ),
			) as $message => $expected
		) {
			same( $expected, Php_Errors::reduce( $message ) );
		}
	},
	'what code throws is withheld' => static function (): void {
		same( array( 'RuntimeException', 'RuntimeException (message withheld)' ), Php_Errors::reduce( 'Uncaught RuntimeException: no order for jane@example.com in /srv/x.php:3' ) );
		same( array( 'Acme\\Oops', 'Acme\\Oops (message withheld)' ), Php_Errors::reduce( "Uncaught Acme\\Oops: Call to undefined function secret()\n#0" ) );
		same( array( '', '(message withheld)' ), Php_Errors::reduce( 'Jane Doe, 4111 1111 1111 1111' ) );
	},
	'no path on the disk is told' => static function (): void {
		list( , $text ) = Php_Errors::reduce( "Uncaught Error: Failed opening required '/srv/site/wp-content/x.php' (include_path='.') in /srv/site/y.php:3" );
		check( false === strpos( $text, '/srv' ), $text );
	},
);
