<?php
/**
 * Takes down an SMTP conversation while PHPMailer holds it: given to it as its debug output, it prints nothing.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Dialogue {

	/** Lines kept from the beginning and from the end. */
	const HEAD = 60;
	const TAIL = 40;

	/** The client's words that are written where a later request sees them: five at most for one mail. */
	const MILESTONES = array( 'EHLO', 'HELO', 'STARTTLS', 'AUTH', 'MAIL', '.' );

	/** @var string[] As `C: …`, `S: …` and `N: …`; only what Redactor::dialogue() has yet to see. */
	private $lines = array();

	/** @var bool A message is being sent: nothing of it is kept. */
	private $body = false;

	/** @var array<string, bool> Milestones already told. */
	private $told = array();

	/** @var callable Called at each milestone, so that a conversation that hangs leaves its last line. */
	private $milestone;

	/**
	 * @param callable $milestone Called without arguments.
	 */
	public function __construct( callable $milestone ) {
		$this->milestone = $milestone;
	}

	/**
	 * PHPMailer calls this for each piece of the conversation.
	 *
	 * @param mixed $text  What was said.
	 * @param mixed $level PHPMailer's debug level, not needed.
	 */
	public function __invoke( $text, $level = 0 ): void {
		try {
			$this->take( (string) $text );
		} catch ( \Throwable $fault ) {
			Loader::report( $fault );
		}
	}

	/**
	 * The conversation without credentials and bodies.
	 *
	 * @return string[]
	 */
	public function lines(): array {
		return Redactor::dialogue( $this->lines );
	}

	/** The last line, clean. */
	public function last_line(): string {
		$lines = $this->lines();
		return $lines ? (string) end( $lines ) : '';
	}

	/** The basic code of the last refusal, 0 when there was none. */
	public function refusal(): int {
		$code = 0;
		foreach ( $this->lines as $line ) {
			if ( preg_match( '/^S: ([45]\d\d)[ -]/', "$line ", $found ) ) {
				$code = (int) $found[1];
			}
		}
		return $code;
	}

	/**
	 * A conversation that a mail plugin took down itself.
	 *
	 * @param string $transcript Its text.
	 */
	public function adopt( string $transcript ): void {
		foreach ( preg_split( '/\R/', $transcript ) as $line ) {
			$line = trim( $line );
			if ( preg_match( '/^\d{3}(?:[ -]|$)/', $line ) ) {
				$this->said( 'S: ', $line );
			} elseif ( '' !== $line ) {
				$this->said( 'C: ', $line );
			}
		}
	}

	/**
	 * One piece of PHPMailer's debug output.
	 *
	 * @param string $text Level 3: what both sides said, and its own notices.
	 */
	private function take( string $text ): void {
		if ( 0 === strncmp( $text, 'CLIENT -> SERVER: ', 18 ) ) {
			$said = rtrim( substr( $text, 18 ), "\r\n" );
			if ( $this->body && '.' !== $said ) {
				return;
			}
			$this->body = false;
			$this->said( 'C: ', $said );
			$verb = strtoupper( (string) strtok( $said, " \r\n" ) );
			if ( in_array( $verb, self::MILESTONES, true ) && ! isset( $this->told[ $verb ] ) ) {
				$this->told[ $verb ] = true;
				( $this->milestone )();
			}
		} elseif ( 0 === strncmp( $text, 'SERVER -> CLIENT: ', 18 ) ) {
			$said       = trim( substr( $text, 18 ) );
			$this->body = 0 === strncmp( $said, '354', 3 );
			foreach ( '' === $said ? array( '' ) : preg_split( '/\R/', $said ) as $line ) {
				$this->said( 'S: ', $line );
			}
		} else {
			// PHPMailer's own words: time-outs, TLS. Without the place on the disk that it adds.
			$this->said( 'N: ', trim( (string) preg_replace( '/\s*\[\S+ line \d+\]\s*$|, options=.*$/s', '', $text ) ) );
		}
	}

	/** Keeps a line; of a conversation without end, the beginning and the end. */
	private function said( string $who, string $line ): void {
		$this->lines[] = $who . Redactor::cut( $line, 1000 );
		if ( count( $this->lines ) > self::HEAD + 2 * self::TAIL ) {
			array_splice( $this->lines, self::HEAD, self::TAIL, array( 'N: …' ) );
		}
	}
}
