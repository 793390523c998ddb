<?php
/**
 * An adapter whose plugin keeps entries and can say what became of one, without a word that a visitor wrote.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

interface Shows_An_Entry extends Adapter {

	/**
	 * One entry as it is in the site's database now; null where it is not there.
	 *
	 * `form`, its form's id; `at`, when it came, Unix seconds; `spam`, whether the plugin holds it for spam (null: it does
	 * not say); `spam_by`, who said so, where the plugin noted it.
	 *
	 * @param string $entry Its id, as the form event has it.
	 * @return array{form: string, at: int, spam: bool|null, spam_by: string}|null
	 */
	public function show( string $entry ): ?array;
}
