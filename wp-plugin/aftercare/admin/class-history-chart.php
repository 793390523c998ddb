<?php
/**
 * The mails of 30 days as a chart drawn here, without a script, and as a table that says the same.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\History;

final class History_Chart {

	const WIDTH  = 640;
	const HEIGHT = 120;

	/** The section, with its empty state. */
	public static function show(): void {
		$history = History::report();
		$days    = $history['days'];
		$total   = array_sum( array_column( $days, 'sent' ) ) + array_sum( array_column( $days, 'failed' ) ) + array_sum( array_column( $days, 'hung' ) );
		echo '<section class="aftercare-panel"><h2>' . esc_html__( 'Mail of the last 30 days', 'aftercare' ) . '</h2>';
		if ( 0 === $total ) {
			echo '<p class="aftercare-empty">' . esc_html__( 'No mail was sent since this plugin is active.', 'aftercare' ) . '</p></section>';
			return;
		}
		echo '<div class="aftercare-history"><figure>' . self::svg( $days ) . '<figcaption>' . self::key() . '</figcaption></figure>'; // phpcs:ignore WordPress.Security.EscapeOutput -- numbers and escaped words.
		self::table( $days );
		echo '</div>';
		if ( null !== $history['first_failed_at'] ) {
			/* translators: %s: date and time. */
			echo '<p>' . sprintf( esc_html__( 'Since %s no mail was handed over. The last error:', 'aftercare' ), Words::time( $history['first_failed_at'] ) ) . '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput
			echo '<pre tabindex="0">' . esc_html( (string) $history['last_error'] ) . '</pre>';
		}
		echo '</section>';
	}

	/**
	 * A bar a day: sent from the ground up, failed and hung on top, each told by pattern as well as colour.
	 *
	 * @param array<int, array<string, mixed>> $days From History.
	 */
	public static function svg( array $days ): string {
		$most = 1;
		foreach ( $days as $day ) {
			$most = max( $most, $day['sent'] + $day['failed'] + $day['hung'] );
		}
		$room  = self::HEIGHT - 1;
		$step  = self::WIDTH / max( 1, count( $days ) );
		$title = __( 'Mails by day. The table beside it has the numbers.', 'aftercare' );
		$svg   = '<svg viewBox="0 0 ' . self::WIDTH . ' ' . self::HEIGHT . '" role="img" aria-label="' . esc_attr( $title ) . '" class="aftercare-chart" preserveAspectRatio="none">';
		$svg  .= '<defs><pattern id="aftercare-failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">';
		$svg  .= '<rect width="6" height="6" class="aftercare-bar-failed"/><line y2="6" stroke="#fff" stroke-width="3"/></pattern></defs>';
		foreach ( array_values( $days ) as $number => $day ) {
			$y = (float) $room;
			foreach ( array( 'sent', 'failed', 'hung' ) as $kind ) {
				$tall = 0 === $day[ $kind ] ? 0.0 : max( 2.0, $day[ $kind ] / $most * ( $room - 4 ) );
				$y   -= $tall;
				if ( $tall > 0 ) {
					$fill = 'failed' === $kind ? ' fill="url(#aftercare-failed)"' : '';
					$box  = array_map( array( self::class, 'number' ), array( $number * $step + 1, $y, $step - 2, $tall ) );
					$says = esc_html( "$day[day]: $day[sent] / $day[failed] / $day[hung]" );
					$svg .= vsprintf( "<rect class=\"aftercare-bar-$kind-area\"$fill x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\">", $box ) . "<title>$says</title></rect>";
				}
			}
		}
		$svg  .= '<line class="aftercare-axis" x1="0" x2="' . self::WIDTH . '" y1="' . $room . '" y2="' . $room . '"/></svg>';
		$first = (string) ( $days[0]['day'] ?? '' );
		$last  = (string) ( end( $days )['day'] ?? '' );
		// Outside of the picture, where they do not shrink with it.
		return $svg . '<p class="aftercare-days" aria-hidden="true"><span>' . esc_html( self::day( $first ) ) . '</span><span>' . esc_html( self::day( $last ) ) . '</span></p>';
	}

	/** What the bars mean. */
	private static function key(): string {
		$html = '';
		$words = array(
			'sent'   => __( 'handed over', 'aftercare' ),
			'failed' => __( 'failed', 'aftercare' ),
			'hung'   => __( 'began and never ended', 'aftercare' ),
		);
		foreach ( $words as $kind => $word ) {
			$html .= '<span class="aftercare-key aftercare-key-' . $kind . '">' . esc_html( $word ) . '</span> ';
		}
		return $html;
	}

	/**
	 * The days on which something was sent.
	 *
	 * @param array<int, array<string, mixed>> $days From History.
	 */
	private static function table( array $days ): void {
		echo '<details><summary>' . esc_html__( 'As a table', 'aftercare' ) . '</summary><table class="widefat striped aftercare-table">';
		echo '<caption>' . esc_html__( 'Mails by day', 'aftercare' ) . '</caption><thead><tr>';
		foreach ( array( __( 'Day', 'aftercare' ), __( 'Handed over', 'aftercare' ), __( 'Failed', 'aftercare' ), __( 'Never ended', 'aftercare' ) ) as $head ) {
			echo '<th scope="col">' . esc_html( $head ) . '</th>';
		}
		echo '</tr></thead><tbody>';
		foreach ( array_reverse( $days ) as $day ) {
			if ( $day['sent'] + $day['failed'] + $day['hung'] > 0 ) {
				echo '<tr><th scope="row">' . esc_html( self::day( $day['day'] ) ) . '</th>';
				echo '<td>' . (int) $day['sent'] . '</td><td>' . (int) $day['failed'] . '</td><td>' . (int) $day['hung'] . '</td></tr>';
			}
		}
		echo '</tbody></table></details>';
	}

	/**
	 * A day as people of this site write it.
	 *
	 * @param string $day 2026-11-24.
	 */
	private static function day( string $day ): string {
		$at = strtotime( "$day 12:00 UTC" );
		return false === $at ? $day : (string) wp_date( get_option( 'date_format' ), $at, new \DateTimeZone( 'UTC' ) );
	}

	/**
	 * A coordinate, with a point whatever the locale (PHP 7.4).
	 *
	 * @param float $value It.
	 */
	public static function number( float $value ): string {
		return rtrim( rtrim( number_format( $value, 2, '.', '' ), '0' ), '.' );
	}
}
