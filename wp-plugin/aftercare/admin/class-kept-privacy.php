<?php
/**
 * Entries that are kept on the site, for Tools → Export Personal Data and Erase Personal Data.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Kept_Entries;
use Aftercare\Module;

final class Kept_Privacy implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'wp_privacy_personal_data_exporters', 'exporters', 10, 1, 'everywhere' ),
			array( 'wp_privacy_personal_data_erasers', 'erasers', 10, 1, 'everywhere' ),
		);
	}

	/**
	 * Adds ours.
	 *
	 * @param mixed $exporters There already.
	 * @return mixed
	 */
	public static function exporters( $exporters ) {
		return self::with( $exporters, array( 'callback' => array( self::class, 'export' ), 'exporter_friendly_name' => self::title() ) );
	}

	/**
	 * Adds ours.
	 *
	 * @param mixed $erasers There already.
	 * @return mixed
	 */
	public static function erasers( $erasers ) {
		return self::with( $erasers, array( 'callback' => array( self::class, 'erase' ), 'eraser_friendly_name' => self::title() ) );
	}

	/**
	 * What is kept of a person.
	 *
	 * @param string $address E-mail.
	 * @return array{data: array<int, array<string, mixed>>, done: bool}
	 */
	public static function export( $address ): array {
		$data = array();
		foreach ( Kept_Entries::with( (string) $address ) as $entry ) {
			$items = array(
				array(
					'name'  => __( 'Time', 'aftercare' ),
					'value' => Event::time( (float) $entry['kept_at'] ),
				),
			);
			foreach ( $entry['fields'] as $name => $value ) {
				$items[] = array(
					'name'  => (string) $name,
					'value' => esc_html( $value ),
				);
			}
			$data[] = array(
				'group_id'    => 'aftercare-entries',
				'group_label' => self::title(),
				'item_id'     => "aftercare-entry-{$entry['id']}",
				'data'        => $items,
			);
		}
		return array(
			'data' => $data,
			'done' => true,
		);
	}

	/**
	 * Deletes it.
	 *
	 * @param string $address E-mail.
	 * @return array{items_removed: bool, items_retained: bool, messages: string[], done: bool}
	 */
	public static function erase( $address ): array {
		$entries = Kept_Entries::with( (string) $address );
		$gone    = array_filter( array_map( array( Kept_Entries::class, 'delete' ), array_column( $entries, 'id' ) ) );
		return array(
			'items_removed'  => (bool) $gone,
			'items_retained' => count( $gone ) < count( $entries ),
			'messages'       => array(),
			'done'           => true,
		);
	}

	/**
	 * One more.
	 *
	 * @param mixed                $list There already.
	 * @param array<string, mixed> $ours To add.
	 * @return mixed
	 */
	private static function with( $list, array $ours ) {
		return is_array( $list ) ? array_merge( $list, array( 'aftercare' => $ours ) ) : $list;
	}

	/** What it is called. */
	private static function title(): string {
		return __( 'Entries that a form lost (Aftercare)', 'aftercare' );
	}
}
