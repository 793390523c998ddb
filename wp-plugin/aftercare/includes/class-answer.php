<?php
/**
 * What came of asking the sidecar: a verified answer, or the reason why there is none.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Answer {

	/** @var bool A signed 2xx. */
	public $ok;

	/** @var int HTTP status, 0 where nothing answered. */
	public $status;

	/** @var array<string, mixed> The JSON object that was answered. */
	public $body;

	/** @var string The protocol's code, or unreachable, answer_unsigned, answer_nonsense, not_paired, moved. Nothing when ok. */
	public $error;

	/** @var string One sentence for people. */
	public $message;

	/** @var bool Whether a refusal was signed; an ok answer always is. */
	public $signed = false;

	/** @var int Seconds to wait first, 0 when the sidecar did not say. */
	public $retry_after;

	/**
	 * @param int                  $status      HTTP status.
	 * @param array<string, mixed> $body        What was answered.
	 * @param string               $error       Nothing for a signed 2xx.
	 * @param string               $message     For people.
	 * @param int                  $retry_after Seconds.
	 */
	public function __construct( int $status, array $body, string $error = '', string $message = '', int $retry_after = 0 ) {
		$this->ok          = '' === $error;
		$this->status      = $status;
		$this->body        = $body;
		$this->error       = $error;
		$this->message     = $message;
		$this->retry_after = $retry_after;
	}

	/**
	 * Nothing was asked, or nothing usable came back.
	 *
	 * @param string $error   Its code.
	 * @param string $message One sentence.
	 * @param int    $status  HTTP status, if there was one.
	 */
	public static function none( string $error, string $message, int $status = 0 ): self {
		return new self( $status, array(), $error, $message );
	}
}
