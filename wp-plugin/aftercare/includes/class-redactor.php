<?php
/**
 * Cuts from a text what may not leave the site: addresses become a keyed hash with their domain, credentials become
 * `***`, message bodies and links that carry a key are cut (docs/protocol.md, Events).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Redactor {

	/** No text that we forward is longer. */
	const LONGEST = 8000;

	/** What stands where a credential stood. */
	const MASK = '***';

	/** An address: what stands before an @ and a name or a literal. Unicode, because SMTPUTF8 and people exist. */
	const ADDRESS = '/"[^"\r\n]{1,64}"@[\p{L}\p{N}.\-]+|[\p{L}\p{N}.!#$%&\'*+\/=?^_`{|}~\-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}\-]*[\p{L}\p{N}])?)*|\[[0-9A-Fa-f:.IPv]+\])/u';

	/** What a client says before and after a message. Whatever else it says is a credential or the message itself. */
	const VERBS = '/^(?:(?:EHLO|HELO|LHLO) \S+|(?:MAIL FROM|RCPT TO): ?<[^<>]*>(?: [\w=:;+.\/-]+)*|STARTTLS|DATA|RSET|NOOP|QUIT|CONNECT|\.)$/iD';

	/** A domain or an address literal, as it may stand after the @. */
	const DOMAIN = '/^(?:[\p{L}\p{N}](?:[\p{L}\p{N}._\-]*[\p{L}\p{N}])?|\[[0-9A-Fa-f:.IPv]+\])$/Du';

	/** Names whose value is a credential, in `name=value`, `name: value`, `"name":"value"`. */
	const SECRET_NAMES = 'pass(?:word|wd|phrase|code)?|pwd|secret|client[_-]?secret|api[_-]?key|apikey|access[_-]?token|refresh[_-]?token|auth[_-]?token|token|authorization|x-api-key|private[_-]?key|key|login_key|nonce|sig|signature';

	/**
	 * A text without what may not leave the site.
	 *
	 * @param string $text Whatever a mailer, a relay or PHP said.
	 */
	public static function text( string $text ): string {
		$text = self::valid( $text );
		$text = self::cut( $text, self::LONGEST );
		$text = self::credentials( $text );
		return self::addresses( self::quoted( $text ) );
	}

	/**
	 * One address as the wire writes it.
	 *
	 * @param string $address As the site wrote it, with or without a name before it.
	 */
	public static function address( string $address ): string {
		$parts = self::parts( $address );
		return 'hashed-' . $parts['hash'] . '@' . $parts['domain'];
	}

	/**
	 * Domain and keyed hash of an address. The same address always gives the same hash on this site, and no other.
	 *
	 * @param string $address As the site wrote it, with or without a name before it.
	 * @return array{domain: string, hash: string}
	 */
	public static function parts( string $address ): array {
		if ( preg_match( '/<([^<>]*)>\s*$/', $address, $found ) ) {
			$address = $found[1];
		}
		$address = strtolower( trim( $address ) );
		$at      = strrpos( $address, '@' );
		$domain  = false === $at ? '' : self::cut( self::valid( substr( $address, $at + 1 ) ), 253 );
		return array(
			'domain' => preg_match( self::DOMAIN, $domain ) ? $domain : '', // Else it is anything that somebody typed.
			'hash'   => substr( hash_hmac( 'sha256', $address, self::key() ), 0, 12 ),
		);
	}

	/**
	 * The recipients of a mail.
	 *
	 * @param mixed $to As wp_mail() takes it: a list, or a string with commas.
	 * @return array<int, array{domain: string, hash: string}>
	 */
	public static function recipients( $to ): array {
		$parts = array();
		foreach ( is_array( $to ) ? $to : explode( ',', (string) $to ) as $address ) {
			if ( is_string( $address ) && '' !== trim( $address ) && count( $parts ) < 20 ) {
				$parts[] = self::parts( $address );
			}
		}
		return $parts;
	}

	/**
	 * A dialogue of lines `C: …`, `S: …` and the mailer's own notices `N: …`: credentials masked, what follows DATA cut.
	 *
	 * @param string[] $lines In order.
	 * @return string[]
	 */
	public static function dialogue( array $lines ): array {
		$clean  = array();
		$secret = false; // The next client line answers a challenge of AUTH.
		$body   = false; // Between 354 and the end of the message.
		foreach ( $lines as $line ) {
			$line   = self::valid( (string) $line );
			if ( preg_match( '/^N:\s*(?:To|Subject|Headers|Body):/i', $line ) ) {
				continue; // Without SMTP, PHPMailer's notices repeat the mail itself.
			}
			$client = 0 === strncmp( $line, 'C: ', 3 );
			$said   = trim( substr( $line, 3 ) );
			if ( $client && $body ) {
				if ( '.' === $said ) {
					$body    = false;
					$clean[] = 'C: .';
				}
				continue;
			}
			if ( $client && preg_match( '/^AUTH\s+(\S+)(.*)$/is', $said, $found ) ) {
				$clean[] = 'C: AUTH ' . strtoupper( self::cut( $found[1], 40 ) ) . ( '' === trim( $found[2] ) ? '' : ' ' . self::MASK );
				$secret  = true;
				continue;
			}
			if ( $client && ( $secret || ! preg_match( self::VERBS, $said ) ) ) {
				if ( $secret || 'C: ' . self::MASK !== end( $clean ) ) {
					$clean[] = 'C: ' . self::MASK;
				}
				continue;
			}
			if ( 0 === strncmp( $line, 'S: ', 3 ) ) {
				$code   = substr( $said, 0, 3 );
				$body   = '354' === $code;
				$secret = $secret && '334' === $code;
				if ( '334' === $code ) {
					$clean[] = 'S: 334 ' . self::MASK; // The challenge names the user or a nonce.
					continue;
				}
			}
			$clean[] = substr( $line, 0, 3 ) . self::text( self::cut( $said, 2000 ) );
		}
		return $clean;
	}

	/**
	 * Every address in a text, hashed.
	 *
	 * @param string $text Valid UTF-8.
	 */
	private static function addresses( string $text ): string {
		$clean = preg_replace_callback(
			self::ADDRESS,
			static function ( array $found ): string {
				return preg_match( '/^hashed-[0-9a-f]{12}@/', $found[0] ) ? $found[0] : self::address( $found[0] );
			},
			$text
		);
		return null === $clean ? '(text withheld: it could not be read)' : $clean;
	}

	/**
	 * A text without what mailers and relays quote from a mail: an address that is none, a name, a subject, a file.
	 *
	 * What a visitor typed or uploaded stands there.
	 *
	 * @param string $text Valid UTF-8.
	 */
	private static function quoted( string $text ): string {
		$mask  = self::MASK;
		$clean = preg_replace_callback(
			'/(\((?:From|Sender|To|Cc|Bcc|Reply-To|ConfirmReadingTo)\): )([^\r\n]*)/i', // PHPMailer, in any language: "Invalid address: (From): …".
			static function ( array $found ) use ( $mask ): string {
				return $found[1] . ( '' === preg_replace( self::ADDRESS, '', trim( $found[2], ' <>' ) ) ? $found[2] : $mask );
			},
			$text
		);
		$clean = preg_replace(
			array(
				'/(Could not (?:access|open) file: )[^\r\n]+/i',
				'/\b(Subject\s*[:=]\s*)[^\r\n]+/i',
				'/\b((?:From|To|Cc|Bcc|Reply-To|Sender)\s*:\s*)"[^"\r\n]{0,300}+"/i',
			),
			"\$1$mask",
			$clean ?? ''
		);
		return null === $clean || ( '' === $clean && '' !== $text ) ? '(text withheld: it could not be read)' : $clean;
	}

	/**
	 * A text without credentials.
	 *
	 * @param string $text Valid UTF-8.
	 */
	private static function credentials( string $text ): string {
		$mask  = self::MASK;
		$names = self::SECRET_NAMES;
		$clean = preg_replace(
			array(
				'#([a-z][a-z0-9+.\-]*://)[^\s/@:]*:[^\s/@]*@#i',                             // User and password in a URL.
				'#((?:wp-login\.php|/(?:reset|lost)-?password)[^\s?]*)\?[^\s"\'<>]*#i',      // Reset links.
				// What follows a mechanism is a credential, unless it is one more mechanism of the server's list.
				'#\b(AUTH\s+[A-Z0-9\-]+)[ \t]+(?!(?:PLAIN|LOGIN|CRAM-|DIGEST-|SCRAM-|NTLM|X?OAUTH|GSSAPI|EXTERNAL|ANONYMOUS))[A-Za-z0-9+/=._\-]{4,}#i',
				'#(authentication failed:)\s+[A-Za-z0-9+/]{8,}={0,2}#i',                     // Postfix repeats the last word said.
				'#\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~\-]{8,}#i',
				'#((?<![A-Za-z0-9])(?:' . $names . ')["\']?\s*(?:=>|[=:])\s*)("[^"]*"|\'[^\']*\'|[^\s,;&"\'<>)}\]]+)#i',
				'#\b(?:SG\.[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}|xkeysib-[a-f0-9\-]{20,}|key-[a-f0-9]{20,}|AKIA[A-Z0-9]{12,}|ya29\.[A-Za-z0-9_\-]{10,}|re_[A-Za-z0-9_]{16,})#', // Providers' keys.
				'#\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*#',            // JSON web tokens.
			),
			array( "\$1$mask@", "\$1?$mask", "\$1 $mask", "\$1 $mask", "\$1 $mask", "\$1$mask", $mask, $mask ),
			$text
		);
		return null === $clean ? '(text withheld: it could not be read)' : $clean;
	}

	/**
	 * The first part of a text, never half a character.
	 *
	 * @param string $text  Any.
	 * @param int    $bytes At most so long.
	 */
	public static function cut( string $text, int $bytes ): string {
		if ( strlen( $text ) <= $bytes ) {
			return $text;
		}
		$text = substr( $text, 0, $bytes );
		while ( '' !== $text && ! preg_match( '//u', $text ) && $bytes - strlen( $text ) < 4 ) {
			$text = substr( $text, 0, -1 );
		}
		return $text . '…';
	}

	/**
	 * A text that JSON can hold: bytes that are no UTF-8 are taken for Latin-1, as old servers mean them.
	 *
	 * @param string $text Any bytes.
	 */
	public static function valid( string $text ): string {
		if ( ! preg_match( '//u', $text ) ) {
			$text = (string) preg_replace_callback(
				'/[\x80-\xFF]/',
				static function ( array $byte ): string {
					$code = ord( $byte[0] );
					return chr( 0xC0 | ( $code >> 6 ) ) . chr( 0x80 | ( $code & 0x3F ) );
				},
				$text
			);
		}
		return str_replace( "\0", '', $text );
	}

	/** The site's own key, made at activation; it is sent nowhere. */
	private static function key(): string {
		$key = Options::get( 'hash_key' );
		if ( ! is_string( $key ) || strlen( $key ) < 32 ) {
			$key = bin2hex( random_bytes( 32 ) );
			Options::set( 'hash_key', $key );
		}
		return $key;
	}
}
