<?php
/**
 * An adapter that can tell, when the request is over, what became of a form whose plugin fired no hook for it.
 *
 * Many form plugins answer a refused visitor and end the request: only the traces on the way there tell.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

interface Reads_The_End extends Adapter {

	/**
	 * The outcome of this plugin's form that this request posted and no hook told; null when it is lost without a trace.
	 *
	 * @param string $fatal       The class of the fatal error that ended the request, nothing when there was none.
	 * @param int    $http_status What the visitor was answered; 0 where PHP does not know.
	 */
	public function ended( string $fatal, int $http_status ): ?Event;
}
