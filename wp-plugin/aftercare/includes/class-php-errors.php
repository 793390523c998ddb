<?php
/**
 * Fatal errors, each with the plugin or theme it lies in; warnings are counted only where the site asked for it.
 *
 * A message leaves the site as types and names: what PHP itself says is kept by pattern, what code throws is withheld.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Php_Errors implements Module {

	const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

	const WARNING = E_WARNING | E_USER_WARNING;

	/** Option, not autoloaded: what was seen and not yet sent, by fingerprint. */
	const COUNTS = 'aftercare_php_errors';

	/** The same fatal error is sent at once, and then as a count once in so many seconds. */
	const AGAIN_S = 60;

	/** Warnings are sent as counts once in so many seconds. */
	const WARNINGS_S = 3600;

	/** Fingerprints kept. */
	const KEPT = 50;

	/** PHP's own classes: what other classes say is the site's, and withheld. */
	const ENGINE = array( '', 'Error', 'TypeError', 'ValueError', 'ArgumentCountError', 'ArithmeticError', 'DivisionByZeroError', 'ParseError', 'CompileError', 'UnhandledMatchError' );

	/** What PHP itself says, without the values in it. Groups are names and types. */
	const PATTERNS = array(
		'/^(Allowed memory size of \d+ bytes exhausted(?: at [\w.:]+)? \(tried to allocate \d+ bytes\))/',
		'/^(Out of memory)/',
		'/^(Maximum execution time of \d+ seconds? exceeded)/',
		'/^(Maximum function nesting level of .\d+. reached)/',
		'/^(Call to (?:undefined|private|protected) (?:function|method|constant) [\w\\\\:{}.\/]+\(?\)?(?: from (?:global scope|scope [\w\\\\]+))?)/',
		'/^(Call to a member function \w+\(\) on [\w\\\\]+)/',
		'/^(Call to undefined method [\w\\\\]+::\w+\(\))/',
		'/^((?:Class|Interface|Trait|Enum) ["\'][\w\\\\]+["\'] not found)/',
		'/^(Undefined constant ["\']?[\w\\\\:]+["\']?)/',
		'/^(Undefined (?:variable|property|array key|index|offset))/',
		'/^(Cannot redeclare (?:(?:function|class) )?[\w\\\\:]+(?:\(\))?)/',
		'/^(Cannot declare (?:class|interface|trait|enum|function) [\w\\\\]+)/',
		'/^(Cannot instantiate (?:abstract class|interface|trait|enum) [\w\\\\]+)/',
		'/^(Cannot access (?:private|protected) (?:property|const(?:ant)?) [\w\\\\]+::\$?\w+)/',
		'/^(Cannot use object of type [\w\\\\]+ as array)/',
		'/^([\w\\\\:{}]+\(\): (?:Argument|Return value)(?: #\d+(?: \(\$\w+\))?)? must be (?:of type|of the type|an instance of|compatible with) [\w\\\\|?&() ]+?, [\w\\\\]+ (?:given|returned)|[\w\\\\:{}]+\(\): Return value must be of type [\w\\\\|?]+, (?:none|[\w\\\\]+) returned)/',
		'/^(Argument \d+ passed to [\w\\\\:{}]+\(\) must be (?:of the type|an instance of) [\w\\\\]+(?: or null)?, [\w\\\\ ]+ given)/',
		'/^(Too few arguments to function [\w\\\\:{}]+\(\), \d+ passed)/',
		'/^([\w\\\\:]+\(\) expects (?:exactly|at least|at most) \d+ arguments?, \d+ given)/',
		'/^(Unsupported operand types: [\w\\\\]+ [^\w\s]{1,3} [\w\\\\]+)/',
		'/^(Attempt to (?:read|assign) property)/',
		'/^(Access level to [\w\\\\:$]+(?:\(\))? must be [\w ]+)/',
		'/^(Declaration of [\w\\\\:]+\()/',
		'/^((?:Failed opening|Failed to open) required)/',
		'/^(syntax error, unexpected [^\r\n"\']{1,60})/',
		'/^(Uncaught [\w\\\\]+)/',
		'/^(Division by zero|Modulo by zero|Object of class [\w\\\\]+ could not be converted to \w+|Array to string conversion|Nesting level too deep|Unhandled match case)/',
	);

	/** @var array<string, array<string, mixed>> Warnings of this request, by file and line. */
	private static $warnings = array();

	/** @var callable|null The handler that was there before ours. */
	private static $previous = null;

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'plugins_loaded', 'watch_warnings', 0, 0, 'everywhere' ),
		);
	}

	/** Counts warnings too, where the settings say so. */
	public static function watch_warnings(): void {
		if ( Options::get( 'count_warnings' ) && Pairing::paired() ) {
			self::$previous = set_error_handler( array( self::class, 'warned' ) ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		}
	}

	/**
	 * PHP calls this. It counts in memory and hands on.
	 *
	 * @param mixed $level   E_….
	 * @param mixed $message The text.
	 * @param mixed $file    Where.
	 * @param mixed $line    Where.
	 * @param mixed ...$rest PHP 7 gives the context too.
	 */
	public static function warned( $level, $message = '', $file = '', $line = 0, ...$rest ) {
		if ( ( $level & self::WARNING ) && ( error_reporting() & $level ) && count( self::$warnings ) < self::KEPT ) { // phpcs:ignore WordPress.PHP
			$key                    = "$file:$line";
			self::$warnings[ $key ] = array(
				'message' => (string) $message,
				'file'    => (string) $file,
				'line'    => (int) $line,
				'count'   => ( self::$warnings[ $key ]['count'] ?? 0 ) + 1,
			);
		}
		return null === self::$previous ? false : ( self::$previous )( $level, $message, $file, $line, ...$rest );
	}

	/**
	 * The request is over.
	 *
	 * @return string The class of the fatal error that ended it, nothing when there was none.
	 */
	public static function at_end(): string {
		$last  = error_get_last();
		$fatal = null !== $last && ( $last['type'] & self::FATAL );
		if ( ! $fatal && ! self::$warnings ) {
			return '';
		}
		if ( $fatal && ! self::room( $last['message'] ) ) {
			return 'out of memory';
		}
		if ( ! Pairing::paired() ) {
			return '';
		}
		$seen = array();
		foreach ( self::$warnings as $warning ) {
			$seen[] = self::shape( 'warning', $warning['message'], $warning['file'], $warning['line'], $warning['count'] );
		}
		self::$warnings = array();
		if ( $fatal ) {
			$seen[] = self::shape( 'fatal', $last['message'], $last['file'], (int) $last['line'], 1 );
		}
		self::count( $seen, time() );
		return $fatal ? (string) end( $seen )['class'] : '';
	}

	/** Sends counts that are due. Called once a minute. */
	public static function tell(): void {
		self::count( array(), time() );
	}

	/**
	 * What PHP said, as types and names.
	 *
	 * @param string $message As error_get_last() has it.
	 * @return array{0: string, 1: string} Class and message.
	 */
	public static function reduce( string $message ): array {
		$message = (string) strtok( $message, "\r\n" );
		$class   = '';
		if ( preg_match( '/^(?:PHP Fatal error:\s*)?Uncaught ([\w\\\\]+)(?::\s*(.*))?$/s', $message, $found ) ) {
			$class   = $found[1];
			$message = $found[2] ?? '';
		}
		// PHP 8.4 names a closure by its file and line; earlier ones say {closure}.
		$message = (string) preg_replace( '/\{closure:.*?:\d+\}/', '{closure}', $message );
		foreach ( in_array( $class, self::ENGINE, true ) ? self::PATTERNS : array() as $pattern ) {
			if ( preg_match( $pattern, $message, $found ) ) {
				return array( $class, $found[1] );
			}
		}
		return array( $class, '' === $class ? '(message withheld)' : "$class (message withheld)" );
	}

	/**
	 * One error as the protocol has it.
	 *
	 * @param string $level   fatal or warning.
	 * @param string $message PHP's.
	 * @param string $file    Absolute.
	 * @param int    $line    Its line.
	 * @param int    $count   How often.
	 * @return array<string, mixed>
	 */
	private static function shape( string $level, string $message, string $file, int $line, int $count ): array {
		list( $class, $text ) = self::reduce( $message );
		$file                 = (string) preg_replace( '/\(\d+\) : .*$/', '', $file ); // eval()'d code.
		$owner                = Callbacks::owner( $file );
		$version              = '';
		if ( 'theme' === $owner['kind'] ) {
			$version = (string) wp_get_theme( $owner['slug'] )->get( 'Version' );
		} elseif ( 'core' === $owner['kind'] ) {
			$version = (string) ( $GLOBALS['wp_version'] ?? '' );
		} else {
			foreach ( Plugins::all() as $plugin ) {
				if ( $plugin['slug'] === $owner['slug'] && $plugin['must_use'] === ( 'must-use' === $owner['kind'] ) ) {
					$version = $plugin['version'];
				}
			}
		}
		return array(
			'level'     => $level,
			'class'     => '' === $class ? ( 'fatal' === $level ? 'Fatal error' : 'Warning' ) : $class,
			'component' => array(
				'kind'    => $owner['kind'],
				'slug'    => $owner['slug'],
				'version' => $version,
			),
			'file'      => Callbacks::relative( $file ),
			'line'      => $line,
			'count'     => $count,
			'message'   => $text,
			'where'     => self::where(),
		);
	}

	/**
	 * Adds what was seen to what is kept, and sends what is due.
	 *
	 * @param array<int, array<string, mixed>> $seen Shaped errors.
	 * @param int                              $now  Unix seconds.
	 */
	private static function count( array $seen, int $now ): void {
		$kept = get_option( self::COUNTS, array() );
		$kept = is_array( $kept ) ? $kept : array();
		$was  = $kept;
		foreach ( $seen as $error ) {
			$print = substr( hash( 'sha256', $error['level'] . $error['file'] . ':' . $error['line'] . $error['class'] . $error['message'] ), 0, 16 );
			if ( isset( $kept[ $print ] ) ) {
				$error['count'] += (int) $kept[ $print ]['error']['count'];
			}
			$kept[ $print ] = array(
				'error' => $error,
				'told'  => (int) ( $kept[ $print ]['told'] ?? ( 'warning' === $error['level'] ? $now : 0 ) ),
			);
		}
		foreach ( $kept as $print => $entry ) {
			$pause = 'fatal' === $entry['error']['level'] ? self::AGAIN_S : self::WARNINGS_S;
			if ( $now - $entry['told'] < $pause ) {
				continue;
			}
			if ( $entry['error']['count'] > 0 ) {
				Outbox::add( new Event( 'php.error', $entry['error'] ) );
				$kept[ $print ]['error']['count'] = 0;
				$kept[ $print ]['told']           = $now;
			} else {
				unset( $kept[ $print ] ); // Quiet for as long: forgotten.
			}
		}
		$kept = array_slice( $kept, -self::KEPT, null, true );
		if ( $kept !== $was ) {
			update_option( self::COUNTS, $kept, false );
		}
	}

	/**
	 * Makes room to work in when memory was what ran out.
	 *
	 * @param string $message PHP's.
	 */
	private static function room( string $message ): bool {
		if ( 0 !== strncmp( $message, 'Allowed memory size', 19 ) ) {
			return true;
		}
		// phpcs:ignore WordPress.PHP -- the request is over; this is for what is left of it. A host may forbid it.
		$raised = @ini_set( 'memory_limit', (string) ( memory_get_usage( true ) + 33554432 ) );
		return false !== $raised || wp_convert_hr_to_bytes( ini_get( 'memory_limit' ) ) - memory_get_usage() > 4194304;
	}

	/** Where the request ran. */
	private static function where(): string {
		if ( wp_doing_cron() ) {
			return 'cron';
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			return 'cli';
		}
		if ( defined( 'REST_REQUEST' ) && REST_REQUEST ) {
			return 'rest';
		}
		return is_admin() ? 'admin' : 'front';
	}
}
