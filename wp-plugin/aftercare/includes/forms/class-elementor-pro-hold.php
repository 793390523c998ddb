<?php
/**
 * What keeps a test entry of Elementor Pro from running more than entry, mail and answer, and lets it past who asks whether
 * a visitor is human.
 *
 * The form's list of actions is no filter's: what is held is taken out of the registrar that the handler reads next
 * (modules/forms/classes/ajax-handler.php, core/utils/registrar.php). Where that fails the submission ends.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Callbacks;
use Aftercare\Form_Hold;

final class Elementor_Pro_Hold {

	/** Actions that a test entry may run. */
	const HARMLESS = array( 'save-to-database', 'email', 'email2', 'redirect', 'popup' );

	/** Behind the actions: what other plugins do with an entry. */
	const HOOKS = array( 'elementor_pro/forms/actions/after_run', 'elementor_pro/forms/mail_sent', 'elementor_pro/forms/new_record' );

	/** Parts of the module that keep an entry elsewhere: the Activity Log plugin, Contact Form DB. */
	const PARTS = array( 'activity_log', 'cf7db' );

	/** Whose looks at an entry are passed: by the names of their classes and plugins. */
	const JUDGES = '/captcha|turnstile|honeypot|akismet|anti-?spam|spam|cleantalk/i';

	/**
	 * Slugs whose callbacks are the form plugin's own.
	 *
	 * @return string[]
	 */
	public static function own(): array {
		$own = array( 'elementor-pro', 'elementor' );
		foreach ( array( 'ElementorPro\\Modules\\Forms\\Module', 'Elementor\\Plugin' ) as $class ) {
			if ( class_exists( $class ) ) {
				$own[] = Callbacks::owner( (string) ( new \ReflectionClass( $class ) )->getFileName() )['slug'];
			}
		}
		return array_values( array_unique( $own ) );
	}

	/**
	 * The actions of a form that a test entry does not run.
	 *
	 * @param string[] $actions Of the form.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function deeds( array $actions ): array {
		$deeds = array();
		foreach ( array_diff( $actions, self::HARMLESS ) as $name ) {
			$deeds[] = Deeds::one( $name, $name, true );
		}
		foreach ( self::PARTS as $name ) {
			if ( null !== self::part( $name ) ) {
				$deeds[] = Deeds::one( $name, $name, true );
			}
		}
		return $deeds;
	}

	/**
	 * Holds them, in this request.
	 *
	 * @param string[] $actions Of the form.
	 * @return string[] Their names.
	 */
	public static function hold( array $actions ): array {
		add_action(
			'elementor_pro/forms/process',
			static function ( $record, $answer = null ): void {
				Form_Hold::remove_others( self::HOOKS, self::own() );
				if ( is_object( $answer ) && ! self::emptied() ) {
					$answer->add_error_message( 'A test entry ends here: what else this form does could not be held.' )->send();
				}
			},
			PHP_INT_MAX - 1,
			2
		);
		add_action( 'elementor_pro/forms/new_record', array( self::class, 'without_files' ), PHP_INT_MAX );
		return array_column( self::deeds( $actions ), 'name' );
	}

	/**
	 * A file that came with the entry goes again.
	 *
	 * @param mixed $record Form_Record: its `files` are field id → url and path, each a list.
	 */
	public static function without_files( $record ): void {
		foreach ( is_object( $record ) ? (array) $record->get( 'files' ) : array() as $files ) {
			foreach ( (array) ( $files['path'] ?? array() ) as $path ) {
				if ( is_string( $path ) && is_file( $path ) ) {
					wp_delete_file( $path );
				}
			}
		}
	}

	/**
	 * Lets this request past captchas, honeypots and spam filters; their fields are no part of the entry.
	 *
	 * @param array<int, array<string, mixed>> $fields As Elementor_Pro_Forms::fields() has them.
	 */
	public static function exempt( array $fields ): void {
		$asked = array();
		foreach ( $fields as $field ) {
			if ( 'honeypot' === $field['type'] || Elementor_Pro_Forms::is_captcha( $field['type'] ) ) {
				$asked[] = $field['name'];
				$hook    = "elementor_pro/forms/validation/{$field['type']}";
				add_action(
					$hook,
					static function () use ( $hook ): void {
						remove_all_actions( $hook );
					},
					PHP_INT_MIN
				);
			}
		}
		add_action(
			'elementor_pro/forms/validation',
			static function ( $record ) use ( $asked ): void {
				foreach ( Callbacks::on( 'elementor_pro/forms/validation' ) as $judge ) {
					$names = preg_replace( '/^.*\\\\Modules\\\\/', '', $judge['callback'] );
					if ( preg_match( self::JUDGES, "$names {$judge['slug']}" ) ) {
						remove_action( 'elementor_pro/forms/validation', $judge['function'], $judge['priority'] );
					}
				}
				foreach ( is_object( $record ) ? $asked : array() as $field ) {
					$record->remove_field( $field );
				}
			},
			PHP_INT_MIN
		);
	}

	/** Takes what is held out of registrar and module; whether nothing of it is left there. */
	private static function emptied(): bool {
		$module    = \ElementorPro\Modules\Forms\Module::instance();
		$registrar = $module->actions_registrar ?? null;
		if ( ! is_object( $registrar ) ) {
			return false;
		}
		$harmless = self::HARMLESS;
		self::within(
			$registrar,
			'items',
			static function ( array $items ) use ( $harmless ): array {
				return array_filter(
					$items,
					static function ( $action ) use ( $harmless ): bool {
						return in_array( $action->get_name(), $harmless, true );
					}
				);
			}
		);
		self::within(
			$module,
			'components',
			static function ( array $parts ): array {
				return array_diff_key( $parts, array_flip( self::PARTS ) );
			}
		);
		foreach ( (array) $registrar->get() as $action ) {
			if ( ! in_array( $action->get_name(), $harmless, true ) ) {
				return false;
			}
		}
		return ! array_filter( array_map( array( self::class, 'part' ), self::PARTS ) );
	}

	/**
	 * One of the module's parts; null where it is not there, or not yet: asked before Elementor is ready, it would break.
	 *
	 * @param string $name Its name.
	 */
	private static function part( string $name ): ?object {
		if ( ! did_action( 'elementor_pro/init' ) ) {
			return null;
		}
		$module = \ElementorPro\Modules\Forms\Module::instance();
		$part   = method_exists( $module, 'get_component' ) ? $module->get_component( $name ) : null;
		return is_object( $part ) ? $part : null;
	}

	/**
	 * Changes a list that an object keeps to itself, whichever of its classes declares it.
	 *
	 * @param object   $owner    Whose.
	 * @param string   $property Its name.
	 * @param callable $change   Gets the list, gives the new one.
	 */
	private static function within( object $owner, string $property, callable $change ): void {
		for ( $class = get_class( $owner ); false !== $class; $class = get_parent_class( $class ) ) {
			$reflected = new \ReflectionClass( $class );
			if ( $reflected->hasProperty( $property ) && $reflected->getProperty( $property )->getDeclaringClass()->getName() === $class ) {
				$list = $reflected->getProperty( $property );
				$list->setAccessible( true ); // Nothing from PHP 8.1 on.
				$list->setValue( $owner, $change( (array) $list->getValue( $owner ) ) );
				return;
			}
		}
	}
}
