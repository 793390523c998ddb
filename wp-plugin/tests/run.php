<?php
/**
 * Runs the plugin's unit tests on any PHP, without WordPress: `php wp-plugin/tests/run.php [part of a name]`.
 *
 * A file *-test.php beside this one returns an array: a sentence => a function that calls check() or same().
 * What WordPress itself does is tested on a real one, in tests/wordpress/.
 */

declare( strict_types = 1 );

error_reporting( E_ALL );

$GLOBALS['checks'] = 0;

/** A warning, notice or deprecation of ours fails the test. */
set_error_handler(
	static function ( int $level, string $message, string $file, int $line ): bool {
		if ( error_reporting() & $level ) {
			throw new ErrorException( $message, 0, $level, $file, $line );
		}
		return true;
	}
);

/** Fails unless it is true. */
function check( bool $true, string $says = 'it is not so' ): void {
	++$GLOBALS['checks'];
	if ( ! $true ) {
		throw new RuntimeException( $says );
	}
}

/** Fails unless both are the same. */
function same( $expected, $found ): void {
	check( $expected === $found, "expected\n    " . var_export( $expected, true ) . "\n  found\n    " . var_export( $found, true ) );
}

require __DIR__ . '/wordpress-doubles.php';
require dirname( __DIR__ ) . '/aftercare/includes/autoload.php';

$wanted = (string) ( $argv[1] ?? '' );
$passed = 0;
$failed = 0;
foreach ( glob( __DIR__ . '/*-test.php' ) as $file ) {
	foreach ( require $file as $sentence => $test ) {
		if ( '' !== $wanted && false === stripos( $sentence, $wanted ) ) {
			continue;
		}
		try {
			fresh_site();
			$before = $GLOBALS['checks'];
			$test();
			check( $GLOBALS['checks'] > $before, 'it checked nothing' );
			++$passed;
		} catch ( Throwable $fault ) {
			++$failed;
			echo 'FAILED ', $sentence, ' (', basename( $file ), ")\n  ", get_class( $fault ), ': ', $fault->getMessage(), ' at ', basename( $fault->getFile() ), ':', $fault->getLine(), "\n";
		}
	}
}
echo 'PHP ', PHP_VERSION, ': ', $passed, ' passed, ', $failed, " failed\n";
exit( $failed || ! $passed ? 1 : 0 );
