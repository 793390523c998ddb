<?php
/**
 * The way of one entry, stage by stage, as one picture: where it is whole, where it was lost, what could not be seen.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

final class Trace_View {

	/** Beside the colour: a shape that everybody sees. */
	const SHAPES = array(
		'pass'    => '✓',
		'warn'    => '!',
		'fail'    => '✕',
		'unknown' => '?',
		'none'    => '–',
	);

	/**
	 * The picture.
	 *
	 * @param array<string, mixed> $trace docs/protocol.md, A trace.
	 * @return string Safe HTML; nothing where there is no stage.
	 */
	public static function html( array $trace ): string {
		$stages = array_values( array_filter( (array) ( $trace['stages'] ?? array() ), 'is_array' ) );
		if ( ! $stages ) {
			return '';
		}
		$lost = (string) ( $trace['lost_at'] ?? '' );
		$html = '<ol class="aftercare-trace" aria-label="' . esc_attr__( 'The way of the entry', 'aftercare' ) . '">';
		foreach ( $stages as $stage ) {
			$verdict = (string) ( $stage['verdict'] ?? '' );
			$verdict = isset( self::SHAPES[ $verdict ] ) ? $verdict : 'unknown';
			$here    = '' !== $lost && ( $stage['stage'] ?? '' ) === $lost;
			$html   .= '<li class="aftercare-' . $verdict . ( $here ? ' aftercare-lost' : '' ) . '"><span class="aftercare-dot" aria-hidden="true">' . self::SHAPES[ $verdict ] . '</span>';
			$html   .= '<strong>' . esc_html( (string) ( $stage['title'] ?? '' ) ) . '</strong> <span class="aftercare-state">' . esc_html( self::word( $verdict ) ) . '</span>';
			$html   .= $here ? ' <em>' . esc_html__( 'The entry was lost here.', 'aftercare' ) . '</em>' : '';
			$words   = (string) ( $stage['words'] ?? '' );
			$html   .= ( '' === $words ? '' : '<br>' . esc_html( $words ) ) . '</li>';
		}
		return $html . '</ol>';
	}

	/**
	 * A stage's verdict as a word.
	 *
	 * @param string $verdict One of SHAPES.
	 */
	private static function word( string $verdict ): string {
		$words = array(
			'pass' => __( 'done', 'aftercare' ),
			'warn' => __( 'done, with a doubt', 'aftercare' ),
			'fail' => __( 'broken', 'aftercare' ),
			'none' => __( 'this form has no such stage', 'aftercare' ),
		);
		return $words[ $verdict ] ?? __( 'not known', 'aftercare' );
	}
}
