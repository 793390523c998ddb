<?php
/**
 * One fact that the site forwards (docs/protocol.md, Events).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Event {

	/**
	 * How dear an event is when the outbox is full: the lowest go first. A type not named here counts 1.
	 */
	const WEIGHTS = array(
		'mail.sent'      => 0,
		'php.error'      => 1,
		'cron.late'      => 1,
		'js.error'       => 1,
		'form.stalled'   => 3,
		'form.struggled' => 2,
		'config.changed' => 2,
		'plugin.changed' => 2,
		'form.submitted' => 3,
		'form.rejected'  => 3,
		'form.spam'      => 3,
		'form.failed'    => 4,
		'form.lost'      => 4,
		'mail.hung'      => 4,
		'mail.failed'    => 4,
	);

	/** Somebody should look at once: worth waking the sender for. */
	const URGENT = array( 'mail.failed', 'mail.hung', 'form.failed', 'form.lost' );

	/** @var string 1 to 64 characters of A-Za-z0-9_- */
	public $id;

	/** @var string */
	public $type;

	/** @var string ISO 8601, UTC */
	public $occurred_at;

	/** @var array<string, mixed> Names, counts and outcomes, never what a visitor typed. */
	public $data;

	/**
	 * A fact of now.
	 *
	 * @param string               $type One of the protocol's types.
	 * @param array<string, mixed> $data Its facts.
	 */
	public function __construct( string $type, array $data ) {
		$this->id          = bin2hex( random_bytes( 16 ) );
		$this->type        = $type;
		$this->occurred_at = self::time( microtime( true ) );
		$this->data        = $data;
	}

	/** How dear this event is. */
	public function weight(): int {
		return self::WEIGHTS[ $this->type ] ?? 1;
	}

	/** Whether somebody should look at once. */
	public function urgent(): bool {
		return in_array( $this->type, self::URGENT, true )
			|| ( 'php.error' === $this->type && 'fatal' === ( $this->data['level'] ?? '' ) );
	}

	/**
	 * An instant as the wire writes it, with milliseconds.
	 *
	 * @param float $instant Unix seconds.
	 */
	public static function time( float $instant ): string {
		$millis = (int) floor( $instant * 1000 );
		return gmdate( 'Y-m-d\TH:i:s', intdiv( $millis, 1000 ) ) . sprintf( '.%03dZ', $millis % 1000 );
	}
}
