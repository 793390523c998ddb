<?php
/**
 * The command `forms.list`: every form of every form plugin that is here, where it stands, and whether it may be tried.
 *
 * The adapters say what their plugins know; this puts each into the protocol's shape, finds the pages and adds the admin's
 * wishes. No address leaves the site: adapters give domain and hash, and whatever text an author wrote is redacted.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Forms {

	/** Forms in one answer; the rest is counted. */
	const MOST = 500;

	/** Of one form. */
	const FIELDS        = 200;
	const NOTIFICATIONS = 50;

	/** What may run on an entry beside the mails. */
	const DEEDS = array( 'crm', 'newsletter', 'payment', 'webhook', 'stock', 'advertising', 'other' );

	/**
	 * Carries out the command.
	 *
	 * @return array<string, mixed>
	 */
	public static function told(): array {
		$forms = array();
		$more  = 0;
		foreach ( Loader::adapter_classes() as $class ) {
			foreach ( self::of( $class ) as $form ) {
				if ( count( $forms ) < self::MOST ) {
					$forms[] = $form;
				} else {
					++$more;
				}
			}
		}
		return array(
			'forms'  => self::told_of( $forms ),
			'more'   => $more,
			'wishes' => Form_Wishes::told(),
		);
	}

	/**
	 * One form, as told() has it; null where there is no such form.
	 *
	 * @param string $plugin Its plugin's slug.
	 * @param string $id     Its id.
	 * @return array<string, mixed>|null
	 */
	public static function one( string $plugin, string $id ): ?array {
		foreach ( self::of( self::adapter_of( $plugin ) ) as $form ) {
			if ( $form['form'] === $id ) {
				return self::told_of( array( $form ) )[0];
			}
		}
		return null;
	}

	/**
	 * The adapter of a plugin that is here; nothing where there is none.
	 *
	 * @param string $plugin Its slug.
	 */
	public static function adapter_of( string $plugin ): string {
		foreach ( Loader::adapter_classes() as $class ) {
			if ( $class::PLUGIN === $plugin && '' !== Loader::adapter( $class )->version() ) {
				return $class;
			}
		}
		return '';
	}

	/**
	 * The forms of one adapter, each with its `marks`.
	 *
	 * @param string $class Of the adapter.
	 * @return array<int, array<string, mixed>>
	 */
	private static function of( string $class ): array {
		if ( '' === $class || ! is_subclass_of( $class, Lists_Forms::class ) ) {
			return array();
		}
		$adapter = Loader::adapter( $class );
		$forms   = '' === $adapter->version() ? array() : Loader::guarded( array( $adapter, 'forms' ) )();
		$shaped  = array();
		foreach ( is_array( $forms ) ? $forms : array() as $form ) {
			if ( is_array( $form ) && '' !== (string) ( $form['form'] ?? '' ) ) {
				$shaped[] = self::shaped( $class, $form );
			}
		}
		return $shaped;
	}

	/**
	 * Finds the pages of all, and says which are not tried.
	 *
	 * @param array<int, array<string, mixed>> $forms As of() gives them.
	 * @return array<int, array<string, mixed>>
	 */
	private static function told_of( array $forms ): array {
		$pages = Form_Pages::showing( array_column( $forms, 'marks' ) );
		foreach ( $forms as $index => $form ) {
			$form['pages'] = array_slice( array_values( array_unique( array_merge( $form['pages'], $pages[ $index ] ) ) ), 0, Form_Pages::MOST );
			if ( '' === $form['not_tried'] ) {
				$form['not_tried'] = self::not_tried( $form );
			}
			unset( $form['marks'] );
			$forms[ $index ] = $form;
		}
		return $forms;
	}

	/**
	 * Why no test entry is sent to this form; nothing where it may be.
	 *
	 * @param array<string, mixed> $form With its pages.
	 */
	private static function not_tried( array $form ): string {
		$key   = $form['plugin'] . ':' . $form['form'];
		$takes = is_subclass_of( self::adapter_of( $form['plugin'] ), Takes_A_Canary::class );
		$loose = array_filter(
			$form['does'],
			static function ( array $deed ): bool {
				return ! $deed['held'];
			}
		);
		if ( in_array( $key, Form_Wishes::get( 'excluded' ), true ) ) {
			return 'excluded';
		}
		if ( in_array( 'payment', array_column( $loose, 'what' ), true ) ) {
			return 'payment';
		}
		if ( ! $takes || ( $loose && ! in_array( $key, Form_Wishes::get( 'allowed' ), true ) ) ) {
			return 'not_held';
		}
		if ( ! $form['on'] ) {
			return 'not_on';
		}
		return $form['pages'] ? '' : 'no_page';
	}

	/**
	 * One form in the protocol's shape.
	 *
	 * @param string               $class Of the adapter.
	 * @param array<string, mixed> $form  As the adapter has it.
	 * @return array<string, mixed>
	 */
	private static function shaped( string $class, array $form ): array {
		$by = $form['by'] ?? '';
		return array(
			'plugin'        => $class::PLUGIN,
			'form'          => Redactor::cut( (string) $form['form'], 64 ),
			'title'         => self::text( $form['title'] ?? '' ),
			'on'            => (bool) ( $form['on'] ?? true ),
			'keeps'         => is_bool( $form['keeps'] ?? null ) ? $form['keeps'] : null,
			'by'            => in_array( $by, array( 'rest', 'ajax' ), true ) ? $by : 'page',
			'pages'         => array_values( array_filter( (array) ( $form['pages'] ?? array() ), 'is_string' ) ),
			'fields'        => array_map( array( self::class, 'field' ), self::some( $form['fields'] ?? array(), self::FIELDS ) ),
			'notifications' => array_map( array( self::class, 'notification' ), self::some( $form['notifications'] ?? array(), self::NOTIFICATIONS ) ),
			'captcha'       => array_values( array_unique( array_filter( (array) ( $form['captcha'] ?? array() ), 'is_string' ) ) ),
			'does'          => array_map( array( self::class, 'deed' ), self::some( $form['does'] ?? array(), self::NOTIFICATIONS ) ),
			'not_tried'     => (string) ( $form['not_tried'] ?? '' ),
			'marks'         => array_values( array_filter( (array) ( $form['marks'] ?? array() ), 'is_string' ) ),
		);
	}

	/**
	 * One field.
	 *
	 * @param array<string, mixed> $field As the adapter has it.
	 * @return array<string, mixed>
	 */
	private static function field( array $field ): array {
		return array(
			'name'     => self::text( $field['name'] ?? '' ),
			'type'     => Redactor::cut( (string) ( $field['type'] ?? 'text' ), 40 ),
			'label'    => self::text( $field['label'] ?? '' ),
			'required' => (bool) ( $field['required'] ?? false ),
		);
	}

	/**
	 * One notification.
	 *
	 * @param array<string, mixed> $mail As the adapter has it.
	 * @return array<string, mixed>
	 */
	private static function notification( array $mail ): array {
		$from = self::people( array( $mail['from'] ?? null ) );
		return array(
			'id'         => Redactor::cut( (string) ( $mail['id'] ?? '' ), 64 ),
			'title'      => self::text( $mail['title'] ?? '' ),
			'on'         => (bool) ( $mail['on'] ?? true ),
			'to'         => self::people( (array) ( $mail['to'] ?? array() ) ),
			'to_field'   => self::text( $mail['to_field'] ?? '' ),
			'from'       => $from[0] ?? null,
			'from_field' => self::text( $mail['from_field'] ?? '' ),
			'problem'    => self::text( $mail['problem'] ?? '', 500 ),
		);
	}

	/**
	 * What else runs on an entry.
	 *
	 * @param array<string, mixed> $deed As the adapter has it.
	 * @return array{what: string, name: string, held: bool}
	 */
	private static function deed( array $deed ): array {
		$what = (string) ( $deed['what'] ?? '' );
		return array(
			'what' => in_array( $what, self::DEEDS, true ) ? $what : 'other',
			'name' => self::text( $deed['name'] ?? '' ),
			'held' => true === ( $deed['held'] ?? false ),
		);
	}

	/**
	 * Domain and hash of some people, nothing else.
	 *
	 * @param array<int, mixed> $people As Form_Address gives them.
	 * @return array<int, array{domain: string, hash: string}>
	 */
	private static function people( array $people ): array {
		$sound = array();
		foreach ( $people as $one ) {
			if ( is_array( $one ) && isset( $one['domain'], $one['hash'] ) ) {
				$sound[] = array(
					'domain' => (string) $one['domain'],
					'hash'   => (string) $one['hash'],
				);
			}
		}
		return array_slice( $sound, 0, 20 );
	}

	/**
	 * The first so many that are arrays.
	 *
	 * @param mixed $list Anything.
	 * @param int   $most So many.
	 * @return array<int, array<string, mixed>>
	 */
	private static function some( $list, int $most ): array {
		return array_slice( array_values( array_filter( (array) $list, 'is_array' ) ), 0, $most );
	}

	/**
	 * An author's words, without addresses, tags and length.
	 *
	 * @param mixed $text Any.
	 * @param int   $most Bytes.
	 */
	private static function text( $text, int $most = 200 ): string {
		$text = is_scalar( $text ) ? trim( wp_strip_all_tags( (string) $text, true ) ) : '';
		return Redactor::text( Redactor::cut( html_entity_decode( $text, ENT_QUOTES, 'UTF-8' ), $most ) );
	}
}
