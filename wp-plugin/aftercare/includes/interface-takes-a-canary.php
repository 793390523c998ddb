<?php
/**
 * An adapter whose forms take a test entry that leaves nothing behind. Form_Canary calls these in the one request that
 * carries the token, and nowhere else: what they add lasts as long as that request.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

interface Takes_A_Canary extends Lists_Forms {

	/**
	 * Lets this one request past captcha, honeypot, time trap, rate limit and spam verdict, by the plugin's own filters.
	 *
	 * Called on `init` at 0, before the plugin looks at what was posted; not called where the try is to meet them.
	 */
	public function exempt(): void;

	/**
	 * Keeps from running what cannot be taken back (CRM, newsletter, webhook, payment), and brings into this request what
	 * the plugin would leave for later (mails in the background): later nothing knows that it was a test.
	 *
	 * What calls other hosts or schedules work is held by Form_Hold whatever it is: only what is known by name belongs here.
	 *
	 * @return string[] The names of what is held, as in `does`.
	 */
	public function hold(): array;

	/**
	 * Deletes the entry again: entries, statistics, logs. Called at the end of the request; after a fatal error by a later
	 * request, where nothing is known but the id. May be called twice.
	 *
	 * @param string $entry Its id, as the form event has it.
	 * @return bool Whether nothing of it is left.
	 */
	public function forget( string $entry ): bool;
}
