<?php
/**
 * The command `form.entry`: one kept entry's whole way, from the form plugin's table and our own history of mails.
 *
 * Which mails belong to an entry is written down when the form reaches its outcome; mails that a plugin leaves for later are
 * not known to belong to anything.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Form_Entry {

	/**
	 * Carries out the command.
	 *
	 * @param array<string, mixed> $args plugin, form, entry.
	 * @return array<string, mixed> As docs/protocol.md has it.
	 */
	public static function told( array $args ): array {
		foreach ( array( 'plugin', 'form', 'entry' ) as $name ) {
			if ( ! is_scalar( $args[ $name ] ?? null ) || '' === (string) $args[ $name ] ) {
				throw new \InvalidArgumentException( "form.entry needs a $name" );
			}
		}
		list( $plugin, $form, $entry ) = array( (string) $args['plugin'], (string) $args['form'], (string) $args['entry'] );

		$class   = Forms::adapter_of( $plugin );
		$adapter = '' === $class ? null : Loader::adapter( $class );
		$shows   = $adapter instanceof Shows_An_Entry;
		$shown   = $shows ? $adapter->show( $entry ) : null;
		if ( null !== $shown && $shown['form'] !== $form ) {
			$shown = null; // Another form's.
		}
		return array(
			'found'   => $shows ? null !== $shown : null,
			'at'      => null === $shown ? null : Event::time( (float) $shown['at'] ),
			'spam'    => $shown['spam'] ?? null,
			'spam_by' => (string) ( $shown['spam_by'] ?? '' ),
			'mails'   => History::of_entry( "$plugin:$form:$entry" ),
		);
	}
}
