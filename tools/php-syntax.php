<?php
/**
 * Says for each file named on the command line whether this PHP can parse it. Exit code 1 if one cannot.
 */

$failed = 0;
foreach ( array_slice( $argv, 1 ) as $file ) {
	try {
		token_get_all( file_get_contents( $file ), TOKEN_PARSE );
	} catch ( ParseError $error ) {
		++$failed;
		fwrite( STDERR, "{$file}:{$error->getLine()}: {$error->getMessage()}\n" );
	}
}
printf( "PHP %s parses %d of %d files.\n", PHP_VERSION, $argc - 1 - $failed, $argc - 1 );
exit( $failed ? 1 : 0 );
