<?php
/**
 * Reads a function's source: does it send nothing, whatever it is given? So a mail that "succeeded" and never left is seen before one is lost.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Inert_Code {

	/** A function that calls one of these, or makes an object, may send. */
	const MAY_SEND = '/mail|send|remote|curl|post|request|dispatch|queue|schedule|smtp|socket|fsockopen|call_user_func|enqueue/i';

	/** A function that calls one of these, and nothing that may send, only writes down. */
	const WRITES = '/log|fwrite|fputs|file_put|insert|update_option|add_option|set_transient/i';

	/** WordPress's own that neither send nor write. */
	const HARMLESS = '/^(__|_x|esc_\w+|sanitize_\w+|get_option|get_bloginfo|home_url|wp_json_encode|wp_parse_args|current_time)$/i';

	const LONGEST_LINES = 80;

	/**
	 * What a callback does with a mail: `disabled`, `log_only`, or nothing where it may send or says no constant answer.
	 *
	 * @param mixed $callback A callable.
	 */
	public static function mode( $callback ): string {
		$tokens = self::tokens( $callback );
		$writes = false;
		$counts = count( $tokens );
		$says   = false;
		for ( $i = 0; $i < $counts; $i++ ) {
			$token = $tokens[ $i ];
			$next  = $tokens[ $i + 1 ][1] ?? '';
			if ( T_NEW === $token[0] || ( T_VARIABLE === $token[0] && '(' === $next ) ) {
				return '';
			}
			if ( T_RETURN === $token[0] ) {
				if ( ! in_array( strtolower( ltrim( $next, '\\' ) ), array( 'true', 'false' ), true ) || ';' !== ( $tokens[ $i + 2 ][1] ?? '' ) ) {
					return ''; // Not always the same answer.
				}
				$says = true;
			}
			if ( '(' === $next && self::is_name( $token ) && T_FUNCTION !== ( $tokens[ $i - 1 ][0] ?? 0 ) ) {
				$own = 0 === strcasecmp( (string) strrchr( '\\' . $token[1], '\\' ), '\wp_mail' );
				if ( $own || preg_match( self::MAY_SEND, $token[1] ) ) {
					return '';
				}
				$of_class = in_array( $tokens[ $i - 1 ][0] ?? 0, self::reaches_in(), true );
				if ( preg_match( self::WRITES, $token[1] ) ) {
					$writes = true;
				} elseif ( $of_class || ! self::harmless( ltrim( $token[1], '\\' ) ) ) {
					return ''; // What it calls may send, by whatever name.
				}
			}
		}
		if ( ! $says ) {
			return '';
		}
		return $writes ? 'log_only' : 'disabled';
	}

	/**
	 * Whether a filter's callback always hands on what it was given (a logger's, say): it only returns its first parameter, or null.
	 *
	 * @param mixed $callback A callable.
	 */
	public static function hands_on( $callback ): bool {
		$tokens  = self::tokens( $callback );
		$returns = 0;
		foreach ( $tokens as $i => $token ) {
			if ( T_RETURN === $token[0] ) {
				++$returns;
				$value = $tokens[ $i + 1 ] ?? array( 0, '' );
				$first = '$' . self::first_parameter( $callback );
				$given = T_VARIABLE === $value[0] && $value[1] === $first && ';' === ( $tokens[ $i + 2 ][1] ?? '' );
				if ( ! $given && 'null' !== strtolower( $value[1] ) && ';' !== $value[1] ) {
					return false;
				}
			}
			// Given another value before: what is handed on is not what came.
			if ( T_VARIABLE === $token[0] && '=' === ( $tokens[ $i + 1 ][1] ?? '' ) && '$' . self::first_parameter( $callback ) === $token[1] ) {
				return false;
			}
		}
		return $returns > 0;
	}

	/**
	 * The name of a callback's first parameter.
	 *
	 * @param mixed $callback A callable.
	 */
	private static function first_parameter( $callback ): string {
		$function   = self::reflection( $callback );
		$parameters = $function ? $function->getParameters() : array();
		return $parameters ? $parameters[0]->getName() : '';
	}

	/**
	 * A callable's reflection, or null where it is gone or magic.
	 *
	 * @param mixed $callback A callable.
	 */
	private static function reflection( $callback ): ?\ReflectionFunctionAbstract {
		try {
			if ( is_string( $callback ) && false !== strpos( $callback, '::' ) ) {
				$callback = explode( '::', $callback, 2 );
			}
			if ( is_array( $callback ) ) {
				return new \ReflectionMethod( $callback[0], (string) $callback[1] );
			}
			return is_object( $callback ) && ! $callback instanceof \Closure
				? new \ReflectionMethod( $callback, '__invoke' )
				: new \ReflectionFunction( $callback );
		} catch ( \ReflectionException $gone ) {
			return null;
		}
	}

	/**
	 * The tokens of its source without spaces and comments, each as kind and text.
	 *
	 * @param mixed $callback A callable.
	 * @return array<int, array{0: int, 1: string}>
	 */
	private static function tokens( $callback ): array {
		$function = self::reflection( $callback );
		if ( ! $function ) {
			return array();
		}
		list( $from, $to ) = array( (int) $function->getStartLine(), (int) $function->getEndLine() );
		$file              = (string) $function->getFileName();
		if ( '' === $file || ! is_readable( $file ) || $to - $from > self::LONGEST_LINES ) {
			return array();
		}
		$source = implode( '', array_slice( (array) file( $file ), $from - 1, $to - $from + 1 ) );
		$tokens = array();
		foreach ( token_get_all( "<?php $source" ) as $token ) {
			$token = is_array( $token ) ? $token : array( 0, $token );
			if ( ! in_array( $token[0], array( T_WHITESPACE, T_COMMENT, T_DOC_COMMENT, T_OPEN_TAG ), true ) ) {
				$tokens[] = array( $token[0], $token[1] );
			}
		}
		return self::body( $tokens );
	}

	/**
	 * Only what stands in the function's braces: its line may hold more, as in `add_filter( 'pre_wp_mail', function () { … } );`.
	 *
	 * @param array<int, array{0: int, 1: string}> $tokens Of its lines.
	 * @return array<int, array{0: int, 1: string}>
	 */
	private static function body( array $tokens ): array {
		$kinds = array_column( $tokens, 0 );
		$start = array_search( T_FUNCTION, $kinds, true );
		if ( false === $start ) {
			$arrow = array_search( T_DOUBLE_ARROW, $kinds, true ); // fn () => true.
			$value = false === $arrow ? array() : array_slice( $tokens, $arrow + 1, 2 );
			return $value ? array( array( T_RETURN, 'return' ), $value[0], array( 0, in_array( $value[1][1] ?? '', array( ')', ',', ';' ), true ) ? ';' : '' ) ) : array();
		}
		$depth = 0;
		$body  = array();
		foreach ( array_slice( $tokens, (int) $start ) as $token ) {
			$depth += '{' === $token[1] ? 1 : 0;
			$depth -= '}' === $token[1] ? 1 : 0;
			if ( $depth > 0 ) {
				$body[] = $token;
			} elseif ( $body ) {
				break;
			}
		}
		return $body;
	}

	/**
	 * Whether a function by itself sends nothing: PHP's own (those that may were asked for by name), and a few of WordPress's.
	 *
	 * @param string $name Of the function.
	 */
	private static function harmless( string $name ): bool {
		if ( preg_match( self::HARMLESS, $name ) ) {
			return true;
		}
		return function_exists( $name ) && ( new \ReflectionFunction( $name ) )->isInternal();
	}

	/**
	 * Tokens before the name of a method.
	 *
	 * @return int[]
	 */
	private static function reaches_in(): array {
		return array_merge( array( T_OBJECT_OPERATOR, T_DOUBLE_COLON ), defined( 'T_NULLSAFE_OBJECT_OPERATOR' ) ? array( T_NULLSAFE_OBJECT_OPERATOR ) : array() );
	}

	/**
	 * Whether a token is a name that can be called.
	 *
	 * @param array{0: int, 1: string} $token Kind and text.
	 */
	private static function is_name( array $token ): bool {
		$qualified = defined( 'T_NAME_QUALIFIED' ) ? array( T_NAME_QUALIFIED, T_NAME_FULLY_QUALIFIED, T_NAME_RELATIVE ) : array();
		return T_STRING === $token[0] || in_array( $token[0], $qualified, true );
	}
}
