<?php
/**
 * One port of one host, asked without blocking so that many are asked at once: connect, greeting, EHLO, STARTTLS, certificate.
 *
 * Nothing is sent beyond STARTTLS and QUIT. RFC 5321 §3.1, RFC 3207, RFC 8314 §3.3 for TLS from the first byte.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Smtp_Talk {

	/** Seconds for the connection, and for each answer. */
	const PATIENCE_S = 5.0;

	/** A greeting without end is cut. */
	const LONGEST = 8192;

	/** @var string */
	private $address;

	/** @var int */
	private $port;

	/** @var string The name that the certificate must bear. */
	private $host;

	/** @var bool TLS from the first byte. */
	private $implicit;

	/** @var resource|null */
	private $stream = null;

	/** @var string connecting, greeting, ehlo, starttls, tls, over. */
	private $phase = 'connecting';

	/** @var float When this phase began. */
	private $since;

	/** @var float When it all began. */
	private $began;

	/** @var string What was read and not yet understood. */
	private $buffer = '';

	/** @var string What PHP said when it refused the certificate. */
	private $tls_error = '';

	/** @var array<string, mixed> As docs/protocol.md has it. */
	private $report = array(
		'tcp'      => 'timeout',
		'error'    => '',
		'seconds'  => 0.0,
		'banner'   => '',
		'starttls' => null,
		'ehlo'     => array(),
		'tls'      => null,
	);

	/**
	 * Begins to connect.
	 *
	 * @param string $address  IPv4 or IPv6.
	 * @param int    $port     The port.
	 * @param string $host     The name asked for.
	 * @param bool   $implicit Whether TLS comes first.
	 */
	public function __construct( string $address, int $port, string $host, bool $implicit ) {
		$this->address  = $address;
		$this->port     = $port;
		$this->host     = $host;
		$this->implicit = $implicit;
		$this->began    = microtime( true );
		$this->since    = $this->began;
		$at             = false === strpos( $address, ':' ) ? $address : "[$address]";
		$flags          = STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT;
		$stream         = @stream_socket_client( "tcp://$at:$port", $code, $said, self::PATIENCE_S, $flags, Certificate::context( $host, true ) ); // phpcs:ignore WordPress.PHP.NoSilencedErrors
		if ( false === $stream ) {
			$this->not_open( (int) $code, (string) $said );
			return;
		}
		stream_set_blocking( $stream, false );
		$this->stream = $stream;
	}

	/**
	 * Lets all talk until each is over or the time is up.
	 *
	 * @param Smtp_Talk[] $talks Begun.
	 * @param float       $until Unix seconds.
	 */
	public static function all( array $talks, float $until ): void {
		while ( microtime( true ) < $until ) {
			list( $read, $write ) = array( array(), array() );
			foreach ( $talks as $key => $talk ) {
				if ( 'over' === $talk->phase || ! $talk->stream ) {
					continue;
				}
				if ( 'connecting' === $talk->phase ) {
					$write[ $key ] = $talk->stream;
				} else {
					$read[ $key ] = $talk->stream;
				}
			}
			if ( ! $read && ! $write ) {
				return;
			}
			$except = null;
			@stream_select( $read, $write, $except, 0, 100000 ); // phpcs:ignore WordPress.PHP.NoSilencedErrors -- a signal is no fault.
			foreach ( $talks as $key => $talk ) {
				$talk->go_on( isset( $read[ $key ] ) || isset( $write[ $key ] ) );
			}
		}
	}

	/**
	 * What was seen.
	 *
	 * @param float $until A refused certificate is looked at once more, if there is time.
	 * @return array<string, mixed>
	 */
	public function report( float $until ): array {
		if ( 'connecting' === $this->phase && $this->stream ) {
			$this->report['error'] = 'no answer within ' . self::PATIENCE_S . ' s';
		}
		$this->close();
		if ( is_array( $this->report['tls'] ) && ! $this->report['tls']['ok'] && '' === $this->report['tls']['subject'] && microtime( true ) < $until ) {
			$left                = min( self::PATIENCE_S, $until - microtime( true ) );
			$read                = Certificate::unverified( $this->address, $this->port, $this->host, $this->implicit, $left );
			$this->report['tls'] = array_replace( $read, array( 'error' => $this->tls_error ) );
		}
		return $this->report;
	}

	/**
	 * A turn.
	 *
	 * @param bool $ready Whether the socket has something for us.
	 */
	private function go_on( bool $ready ): void {
		if ( 'over' === $this->phase || ! $this->stream ) {
			return;
		}
		if ( ! $ready && microtime( true ) - $this->since > self::PATIENCE_S ) {
			$words = array(
				'connecting' => 'no answer within 5 s',
				'greeting'   => 'connected, but no greeting within 5 s',
				'ehlo'       => 'no answer to EHLO within 5 s',
				'starttls'   => 'no answer to STARTTLS within 5 s',
				'tls'        => 'the TLS handshake did not end within 5 s',
			);
			$this->end( $words[ $this->phase ] );
			return;
		}
		if ( 'connecting' === $this->phase ) {
			if ( $ready ) {
				$this->connected();
			}
		} elseif ( 'tls' === $this->phase ) {
			$this->shake_hands();
		} elseif ( $ready ) {
			$this->listen();
		}
	}

	/** The connection is made, or refused. */
	private function connected(): void {
		if ( false === @stream_socket_get_name( $this->stream, true ) ) { // phpcs:ignore WordPress.PHP.NoSilencedErrors
			fclose( $this->stream ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			$this->stream = null;
			$at           = false === strpos( $this->address, ':' ) ? $this->address : "[$this->address]";
			// Only a connect that blocks says why; one that was refused is refused again at once.
			$again = @stream_socket_client( "tcp://$at:$this->port", $code, $said, 1.0 ); // phpcs:ignore WordPress.PHP.NoSilencedErrors
			if ( $again ) {
				fclose( $again ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			}
			$this->not_open( (int) $code, (string) $said );
			return;
		}
		$this->report['tcp']     = 'open';
		$this->report['seconds'] = round( microtime( true ) - $this->began, 3 );
		$this->turn( $this->implicit ? 'tls' : 'greeting' );
		if ( $this->implicit ) {
			$this->shake_hands();
		}
	}

	/** Reads what came; goes on after a whole answer. */
	private function listen(): void {
		$more = fread( $this->stream, 4096 ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		if ( ( false === $more || '' === $more ) && feof( $this->stream ) ) {
			$this->end( 'the server closed the connection' );
			return;
		}
		$this->buffer .= (string) $more;
		$whole         = preg_match( '/^\d{3}(?: [^\r\n]*)?\r?\n/m', $this->buffer );
		if ( ! $whole && strlen( $this->buffer ) > self::LONGEST ) {
			$this->end( 'an answer without end' );
			return;
		}
		if ( ! $whole ) {
			return;
		}
		$lines        = preg_split( '/\r?\n/', trim( $this->buffer ) );
		$code         = substr( (string) end( $lines ), 0, 3 );
		$this->buffer = '';
		if ( 'greeting' === $this->phase ) {
			$this->report['banner'] = Redactor::text( implode( ' ', $lines ) );
			if ( '220' !== $code ) {
				$this->end( 'the greeting is a refusal' );
				return;
			}
			$this->ask( 'EHLO ' . self::own_name(), 'ehlo' );
		} elseif ( 'ehlo' === $this->phase ) {
			$offers                   = array_map(
				static function ( string $line ): string {
					return substr( $line, 4 );
				},
				array_slice( $lines, 1 )
			);
			$this->report['ehlo']     = array_slice( array_map( array( Redactor::class, 'text' ), $offers ), 0, 40 );
			$this->report['starttls'] = (bool) preg_grep( '/^STARTTLS\b/i', $offers );
			if ( $this->report['starttls'] && ! $this->implicit ) {
				$this->ask( 'STARTTLS', 'starttls' );
			} else {
				$this->end( '250' === $code ? '' : 'EHLO was refused' );
			}
		} else {
			if ( '220' !== $code ) {
				$this->end( 'STARTTLS was refused: ' . Redactor::text( implode( ' ', $lines ) ) );
				return;
			}
			$this->turn( 'tls' );
			$this->shake_hands();
		}
	}

	/** A part of the TLS handshake; the certificate is judged as PHP judges it. */
	private function shake_hands(): void {
		$said = '';
		set_error_handler( // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- why TLS failed is told in warnings only.
			static function ( int $level, string $text ) use ( &$said ): bool {
				$said .= ( '' === $said ? '' : ' ' ) . $text;
				return true;
			}
		);
		$done = stream_socket_enable_crypto( $this->stream, true, STREAM_CRYPTO_METHOD_TLS_CLIENT );
		restore_error_handler();
		if ( 0 === $done ) {
			return;
		}
		$this->tls_error     = true === $done ? '' : ( '' === $said ? 'the TLS handshake failed' : $said );
		$this->report['tls'] = Certificate::seen( $this->stream, true === $done, $this->tls_error );
		if ( true !== $done ) {
			$this->end( '' );
		} elseif ( $this->implicit ) {
			$this->turn( 'greeting' );
		} else {
			$this->end( '' );
		}
	}

	/**
	 * Says a line and waits for its answer.
	 *
	 * @param string $line  What.
	 * @param string $phase The next one.
	 */
	private function ask( string $line, string $phase ): void {
		fwrite( $this->stream, "$line\r\n" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		$this->turn( $phase );
	}

	/**
	 * The next phase begins.
	 *
	 * @param string $phase Its name.
	 */
	private function turn( string $phase ): void {
		$this->phase = $phase;
		$this->since = microtime( true );
	}

	/**
	 * It is over.
	 *
	 * @param string $error Why, if not by design.
	 */
	private function end( string $error ): void {
		$this->report['error'] = $error;
		if ( 'open' !== $this->report['tcp'] ) {
			$this->report['seconds'] = round( microtime( true ) - $this->began, 3 );
		}
		$this->phase = 'over';
		$this->close();
	}

	/** Takes leave. */
	private function close(): void {
		if ( is_resource( $this->stream ) ) {
			@fwrite( $this->stream, "QUIT\r\n" ); // phpcs:ignore
			fclose( $this->stream ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
		$this->stream = null;
	}

	/**
	 * The port is not open: in which way?
	 *
	 * @param int    $code errno.
	 * @param string $said Its words.
	 */
	private function not_open( int $code, string $said ): void {
		$kinds = array(
			'/refused/i'                   => 'refused',
			'/timed out/i'                 => 'timeout',
			'/unreachable|no route|host is down/i' => 'unreachable',
		);
		$tcp   = 'error';
		foreach ( $kinds as $words => $kind ) {
			if ( preg_match( $words, $said ) ) {
				$tcp = $kind;
			}
		}
		$this->report['tcp'] = $tcp;
		$this->end( trim( "$said ($code)" ) );
	}

	/** The name that we greet with. */
	private static function own_name(): string {
		$host = (string) wp_parse_url( Pairing::home_now(), PHP_URL_HOST );
		return preg_match( '/^[A-Za-z0-9.-]+$/D', $host ) && ! preg_match( '/^[\d.]+$/D', $host ) ? $host : 'localhost.localdomain';
	}
}
