<?php
/**
 * A module says which hooks it takes; only the loader adds them.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

interface Module {

	/**
	 * The hooks of this module, each: hook, name of a public static method, priority, accepted arguments, where.
	 *
	 * `where` is `everywhere`, `admin` (is_admin, admin-ajax too), `cron` (wp-cron and WP-CLI), `cli`, or `beacon` (where the admin switched it on). Elsewhere it is not added.
	 *
	 * @return array<int, array{0: string, 1: string, 2: int, 3: int, 4: string}>
	 */
	public static function hooks(): array;
}
