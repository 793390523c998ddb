<?php
/**
 * An adapter whose plugin tells the visitor when an entry failed, and lets us add to it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

interface Tells_A_Visitor extends Adapter {

	/**
	 * This request's form says this too, if it fails.
	 *
	 * @param string $line Plain text.
	 */
	public function tell( string $line ): void;
}
