<?php
/**
 * Keeps other plugins off a form plugin's hooks in the request of a test entry, those too that come later than `init`.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Callbacks;
use Aftercare\Form_Hold;

final class Late_Hold {

	/**
	 * Takes off what is there, and again when the hook begins.
	 *
	 * @param string[] $hooks   Names.
	 * @param string[] $classes Of the form plugin.
	 * @return string[] Names of the plugins that are known by now.
	 */
	public static function off( array $hooks, array $classes ): array {
		$own   = self::slugs( $classes );
		$named = array_column( Form_Hold::deeds( $hooks, $own ), 'name' );
		foreach ( $hooks as $hook ) {
			add_filter(
				$hook,
				static function ( ...$args ) use ( $hook, $own ) {
					Form_Hold::remove_others( array( $hook ), $own );
					return $args[0] ?? null;
				},
				PHP_INT_MIN,
				20
			);
		}
		Form_Hold::remove_others( $hooks, $own );
		return $named;
	}

	/**
	 * What other plugins run there, by the protocol's kinds; that a plugin of payments is among them makes it no payment.
	 *
	 * @param string[] $hooks   Names.
	 * @param string[] $classes Of the form plugin.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function deeds( array $hooks, array $classes ): array {
		$deeds = Form_Hold::deeds( $hooks, self::slugs( $classes ) );
		foreach ( $deeds as $index => $deed ) {
			$kind                    = Deeds::kind( $deed['name'] );
			$deeds[ $index ]['what'] = 'payment' === $kind ? 'other' : $kind;
		}
		return $deeds;
	}

	/**
	 * The folders that the form plugin lies in: it may have been renamed, its add-ons have their own.
	 *
	 * @param string[] $classes Of the form plugin.
	 * @return string[]
	 */
	private static function slugs( array $classes ): array {
		$slugs = array();
		foreach ( array_filter( $classes, 'class_exists' ) as $class ) {
			$slugs[] = Callbacks::owner( (string) ( new \ReflectionClass( $class ) )->getFileName() )['slug'];
		}
		return array_unique( $slugs );
	}
}
