<?php
/**
 * The table of all forms: the last real entry, the last test, the state; and a button to try one.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

use Aftercare\Form_Wishes;

final class Forms_Table {

	/** @var array<string, mixed>[] The site's own list, each with what the sidecar knows of it. */
	private $forms;

	/** @var bool Whether a test can be started now. */
	private $there;

	/**
	 * @param array<string, mixed>[] $forms From rows().
	 * @param bool                   $there Whether the sidecar answers.
	 */
	public function __construct( array $forms, bool $there ) {
		$this->forms = $forms;
		$this->there = $there;
	}

	/**
	 * The site's own list, which is always of now, joined with what the sidecar knows.
	 *
	 * @param array<string, mixed>[] $own     `forms` of Forms::told().
	 * @param array<string, mixed>[] $sidecar `forms` of `/runs/forms`.
	 * @return array<string, mixed>[]
	 */
	public static function rows( array $own, array $sidecar ): array {
		$known = array_column( array_filter( $sidecar, 'is_array' ), null, 'form' );
		$rows  = array();
		foreach ( $own as $form ) {
			$key    = $form['plugin'] . ':' . $form['form'];
			$row    = is_array( $known[ $key ] ?? null ) ? $known[ $key ] : array();
			$state  = '' === $form['not_tried'] ? ( $row['state'] ?? 'untested' ) : ( 'not_on' === $form['not_tried'] ? 'off' : 'not_tried' );
			$rows[] = array(
				'key'       => $key,
				'title'     => $form['title'],
				'plugin'    => $form['plugin'],
				'pages'     => $form['pages'],
				'not_tried' => $form['not_tried'],
				'state'     => in_array( $state, array( 'sound', 'broken', 'unclear', 'off', 'not_tried' ), true ) ? $state : 'untested',
				'entry'     => (string) ( $row['last_entry_at'] ?? '' ),
				'test'      => is_array( $row['last_test'] ?? null ) ? $row['last_test'] : null,
				'ticket'    => is_array( $row['ticket'] ?? null ) ? $row['ticket'] : null,
			);
		}
		return $rows;
	}

	/** The table; what there is to say where there is no form. */
	public function show(): void {
		echo '<section class="aftercare-panel" aria-labelledby="aftercare-forms"><h2 id="aftercare-forms">' . esc_html__( 'Test my forms', 'aftercare' ) . '</h2>';
		if ( ! $this->forms ) {
			echo '<p class="aftercare-empty">' . esc_html__( 'No form was found. Aftercare sees those of the plugins that it knows, once one is made; its list stands in the plugin’s documentation.', 'aftercare' ) . '</p></section>';
			return;
		}
		echo '<p>' . esc_html__( 'A test fills the form in a real browser, sends it, follows the entry through all stages, and takes it away again. What else runs on an entry (a CRM, a newsletter, a payment) is held back.', 'aftercare' ) . '</p>';
		if ( array_filter( array_column( $this->forms, 'not_tried' ), 'strlen' ) !== array_column( $this->forms, 'not_tried' ) ) {
			$this->button( '', __( 'Test all forms', 'aftercare' ), 'button button-primary' );
		}
		echo '<table class="widefat striped aftercare-table aftercare-forms"><caption class="screen-reader-text">' . esc_html__( 'All forms of this site', 'aftercare' ) . '</caption><thead><tr>';
		foreach ( $this->heads() as $head ) {
			echo '<th scope="col">' . esc_html( $head ) . '</th>';
		}
		echo '</tr></thead><tbody>';
		foreach ( $this->forms as $number => $form ) {
			$this->row( $form, (int) $number );
		}
		echo '</tbody></table></section>';
	}

	/**
	 * The columns.
	 *
	 * @return string[]
	 */
	private function heads(): array {
		return array( __( 'Form', 'aftercare' ), __( 'State', 'aftercare' ), __( 'Last real entry', 'aftercare' ), __( 'Last test', 'aftercare' ), __( 'Try it', 'aftercare' ) );
	}

	/**
	 * One form; what its last test saw is folded below.
	 *
	 * @param array<string, mixed> $form   From rows().
	 * @param int                  $number Its row.
	 */
	private function row( array $form, int $number ): void {
		$heads = $this->heads();
		$cells = array(
			$this->named( $form ),
			$this->state( $form ),
			'' === $form['entry'] ? esc_html__( 'none since the pairing', 'aftercare' ) : Words::time( $form['entry'] ),
			$form['test'] ? Words::time( (string) ( $form['test']['at'] ?? '' ) ) : esc_html__( 'never', 'aftercare' ),
		);
		echo '<tr>';
		foreach ( $cells as $index => $cell ) {
			$tag = 0 === $index ? 'th scope="row"' : 'td';
			echo "<$tag data-head=\"" . esc_attr( $heads[ $index ] ) . '">' . $cell . '</' . ( 0 === $index ? 'th' : 'td' ) . '>'; // phpcs:ignore WordPress.Security.EscapeOutput -- each cell is escaped where it is made.
		}
		echo '<td data-head="' . esc_attr( $heads[4] ) . '">';
		if ( '' === $form['not_tried'] ) {
			/* translators: %s: name of a form. */
			$this->button( $form['key'], __( 'Test', 'aftercare' ), 'button', sprintf( __( 'Test %s', 'aftercare' ), $form['title'] ) );
			if ( 'broken' === $form['state'] && Form_Wishes::get( 'conflict' ) ) {
				$this->button( $form['key'], __( 'Which plugin breaks it?', 'aftercare' ), 'button', '', 'conflict' );
			}
		} else {
			echo esc_html( self::why_not( $form['not_tried'] ) );
		}
		echo '</td></tr>';
		$seen = $this->seen( $form );
		if ( '' !== $seen ) {
			echo '<tr class="aftercare-seen"><td colspan="5"><details id="aftercare-form-' . (int) $number . '"' . ( 'broken' === $form['state'] ? ' open' : '' ) . '><summary>';
			/* translators: %s: name of a form. */
			echo esc_html( sprintf( __( 'What the last test of %s saw', 'aftercare' ), $form['title'] ) ) . '</summary>' . $seen . '</details></td></tr>'; // phpcs:ignore WordPress.Security.EscapeOutput -- seen() escapes.
		}
	}

	/**
	 * Its name, plugin and pages.
	 *
	 * @param array<string, mixed> $form From rows().
	 */
	private function named( array $form ): string {
		$html = '<strong>' . esc_html( '' === $form['title'] ? $form['key'] : $form['title'] ) . '</strong><br><span class="aftercare-state">' . esc_html( $form['plugin'] ) . '</span>';
		foreach ( array_slice( $form['pages'], 0, 3 ) as $page ) {
			$html .= '<br><a href="' . esc_url( $page ) . '">' . esc_html( (string) wp_parse_url( $page, PHP_URL_PATH ) ) . '</a>';
		}
		$more = count( $form['pages'] ) - 3;
		/* translators: %d: how many. */
		return $html . ( $more > 0 ? '<br>' . esc_html( sprintf( _n( 'and %d more page', 'and %d more pages', $more, 'aftercare' ), $more ) ) : '' );
	}

	/**
	 * Its state, with a shape beside the word.
	 *
	 * @param array<string, mixed> $form From rows().
	 */
	private function state( array $form ): string {
		$states = array(
			'sound'     => array( 'pass', '✓', __( 'Works', 'aftercare' ) ),
			'broken'    => array( 'fail', '✕', __( 'Broken', 'aftercare' ) ),
			'unclear'   => array( 'unknown', '?', __( 'Could not look', 'aftercare' ) ),
			'off'       => array( 'unknown', '–', __( 'Switched off', 'aftercare' ) ),
			'not_tried' => array( 'unknown', '–', __( 'Not tested', 'aftercare' ) ),
			'untested'  => array( 'unknown', '·', __( 'Not tested yet', 'aftercare' ) ),
		);
		list( $class, $shape, $word ) = $states[ $form['state'] ];
		return '<span class="aftercare-verdict aftercare-' . $class . '"><span class="aftercare-shape" aria-hidden="true">' . $shape . '</span> ' . esc_html( $word ) . '</span>';
	}

	/**
	 * What the last test saw: its words, the way of the entry, the ticket.
	 *
	 * @param array<string, mixed> $form From rows().
	 */
	private function seen( array $form ): string {
		$html = '';
		if ( $form['test'] ) {
			$summary = (string) ( $form['test']['summary'] ?? '' );
			$html   .= '' === $summary ? '' : '<p>' . esc_html( $summary ) . '</p>';
			$html   .= Trace_View::html( is_array( $form['test']['trace'] ?? null ) ? $form['test']['trace'] : array() );
			$run     = (string) ( $form['test']['run'] ?? '' );
			$html   .= '' === $run ? '' : '<p><a href="' . esc_url( Screen::url( array( 'run' => $run ) ) ) . '">' . esc_html__( 'Show what was found, and what to do', 'aftercare' ) . '</a></p>';
		}
		if ( $form['ticket'] && 'open' === ( $form['ticket']['state'] ?? '' ) ) {
			/* translators: %d: number of the ticket. */
			$words = sprintf( __( 'Ticket #%d is open. The people who look after your site have it.', 'aftercare' ), (int) ( $form['ticket']['id'] ?? 0 ) );
			$html .= '<p class="aftercare-ticket"><strong>' . esc_html( $words ) . '</strong></p>';
		}
		return $html;
	}

	/**
	 * A button that starts a test.
	 *
	 * @param string $key   Of the form; nothing for all.
	 * @param string $label On it.
	 * @param string $class Of it.
	 * @param string $said  Read out in its place.
	 * @param string $how   test, or conflict: the search for the plugin that breaks it.
	 */
	private function button( string $key, string $label, string $class, string $said = '', string $how = 'test' ): void {
		Form::open( 'try', 'aftercare-inline' );
		echo '<input type="hidden" name="how" value="' . esc_attr( $how ) . '">';
		echo '<input type="hidden" name="form" value="' . esc_attr( $key ) . '"><button type="submit" class="' . esc_attr( $class ) . '"';
		echo ( '' === $said ? '' : ' aria-label="' . esc_attr( $said ) . '"' ) . ( $this->there ? '' : ' disabled' ) . '>' . esc_html( $label ) . '</button></form>';
	}

	/**
	 * Why a form is not tried, in words.
	 *
	 * @param string $reason As in docs/protocol.md, forms.list.
	 */
	public static function why_not( string $reason ): string {
		$words = array(
			'excluded' => __( 'You excluded it below.', 'aftercare' ),
			'payment'  => __( 'It takes payments, and those are never tried.', 'aftercare' ),
			'checkout' => __( 'A checkout is never completed.', 'aftercare' ),
			'not_held' => __( 'Not all that runs on an entry can be held back, or its entry could not be taken away again.', 'aftercare' ),
			'no_page'  => __( 'It stands on no published page.', 'aftercare' ),
			'not_on'   => __( 'It takes no entries now.', 'aftercare' ),
		);
		return $words[ $reason ] ?? __( 'It cannot be tried.', 'aftercare' );
	}
}
