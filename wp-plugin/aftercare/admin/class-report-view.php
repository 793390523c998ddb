<?php
/**
 * The report on the site's sending domains: a grade that is explained, and each record to publish as lines to copy
 * (docs/protocol.md, A report).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

final class Report_View {

	/** Reasons that are shown at once; the others stand in the steps. */
	const WHY = 5;

	/** @var array<int, array<string, mixed>> One for each domain. */
	private $sections;

	/** @var string The playbook to run again. */
	private $playbook;

	/**
	 * @param array<string, mixed> $run As the sidecar answered it.
	 */
	public function __construct( array $run ) {
		$report         = is_array( $run['report'] ?? null ) ? $run['report'] : array();
		$this->sections = self::rows( $report, 'sections' );
		$this->playbook = self::text( $run, 'playbook' );
	}

	/** The whole of it; nothing where the run has no report. */
	public function html(): string {
		if ( ! $this->sections ) {
			return '';
		}
		$html = '<h3>' . esc_html__( 'The report', 'aftercare' ) . '</h3>';
		foreach ( $this->sections as $section ) {
			$html .= $this->section( $section );
		}
		return $html . $this->again();
	}

	/**
	 * One domain.
	 *
	 * @param array<string, mixed> $section From the report.
	 */
	private function section( array $section ): string {
		$grade = self::text( $section, 'grade' );
		$class = array(
			'A' => 'pass',
			'B' => 'pass',
			'C' => 'warn',
			'D' => 'fail',
			'F' => 'fail',
		);
		$html  = '<section class="aftercare-report aftercare-' . ( $class[ $grade ] ?? 'unknown' ) . '"><h4><span class="aftercare-grade">';
		/* translators: %s: a grade, A to F, or a question mark. */
		$html .= esc_html( sprintf( __( 'Grade %s', 'aftercare' ), $grade ) ) . '</span> ' . esc_html( self::text( $section, 'domain' ) ) . '</h4>';
		$html .= '<p>' . esc_html( self::text( $section, 'meaning' ) );
		$after = self::text( $section, 'grade_after' );
		if ( '' !== $after ) {
			/* translators: %s: a grade. */
			$html .= ' <strong>' . esc_html( sprintf( __( 'With everything below published: grade %s.', 'aftercare' ), $after ) ) . '</strong>';
		}
		return $html . '</p>' . $this->why( $section ) . $this->records( $section ) . $this->letters( $section ) . $this->rules( $section ) . '</section>';
	}

	/**
	 * What the grade rests on.
	 *
	 * @param array<string, mixed> $section From the report.
	 */
	private function why( array $section ): string {
		$why = self::rows( $section, 'why' );
		if ( ! $why ) {
			return '';
		}
		$html = '<h5>' . esc_html__( 'Why', 'aftercare' ) . '</h5><ul class="aftercare-why">';
		foreach ( array_slice( $why, 0, self::WHY ) as $each ) {
			$html .= '<li><span class="aftercare-state">' . esc_html( Words::verdict( self::text( $each, 'verdict' ) ) ) . ':</span> ' . esc_html( self::text( $each, 'summary' ) ) . '</li>';
		}
		$more = count( $why ) - self::WHY;
		if ( $more > 0 ) {
			/* translators: %d: how many. */
			$html .= '<li>' . esc_html( sprintf( _n( '%d more stands in the steps below.', '%d more stand in the steps below.', $more, 'aftercare' ), $more ) ) . '</li>';
		}
		return $html . '</ul>';
	}

	/**
	 * What to publish at the DNS host.
	 *
	 * @param array<string, mixed> $section From the report.
	 */
	private function records( array $section ): string {
		$records = self::rows( $section, 'records' );
		$html    = '<h5>' . esc_html__( 'What to publish at your DNS host', 'aftercare' ) . '</h5>';
		if ( ! $records ) {
			return $html . '<p>' . esc_html__( 'No record has to be published.', 'aftercare' ) . '</p>';
		}
		$html .= '<p>' . esc_html__( 'Log in where the domain’s DNS is kept, open its list of records, and copy each line into the field of its name.', 'aftercare' ) . '</p>';
		foreach ( $records as $record ) {
			$html .= $this->record( $record );
		}
		return $html;
	}

	/**
	 * One record, line by line.
	 *
	 * @param array<string, mixed> $record From the report.
	 */
	private function record( array $record ): string {
		$rows = array( array( __( 'Type', 'aftercare' ), '<code>' . esc_html( self::text( $record, 'type' ) ) . '</code>' ) );
		$name = Copy::line( self::text( $record, 'name_field' ) );
		$full = '<code>' . esc_html( self::text( $record, 'name' ) ) . '</code>';
		$zone = '<code>' . esc_html( self::text( $record, 'zone' ) ) . '</code>';
		/* translators: 1: a domain, 2: a name in it. */
		$name  .= '<p class="aftercare-state">' . sprintf( esc_html__( 'Where the panel adds %1$s by itself, as most do. In full: %2$s', 'aftercare' ), $zone, $full ) . '</p>';
		$rows[] = array( __( 'Name', 'aftercare' ), $name );
		$value  = self::text( $record, 'value' );
		$rows[] = array( __( 'Value', 'aftercare' ), '' === $value ? esc_html__( 'none: the record below only has to go', 'aftercare' ) : Copy::line( $value ) . $this->pieces( $record ) );
		$old    = is_array( $record['replaces'] ?? null ) ? array_filter( $record['replaces'], 'is_scalar' ) : array();
		if ( $old ) {
			$words  = '' === $value ? __( 'Take away', 'aftercare' ) : __( 'In place of', 'aftercare' );
			$rows[] = array( $words, '<pre tabindex="0">' . esc_html( implode( "\n", array_map( 'strval', $old ) ) ) . '</pre>' );
		}
		$rows[] = array( __( 'Why', 'aftercare' ), esc_html( self::text( $record, 'why' ) ) );
		$proofs = array(
			'pass'    => __( '✓ With this change: pass. It was tried in memory, against your real records.', 'aftercare' ),
			'fail'    => __( '✕ With this change something still fails. Ask the people who look after your site before you publish it.', 'aftercare' ),
			'unknown' => __( '? It could not be tried: not everything could be looked at.', 'aftercare' ),
		);
		$proof  = $proofs[ self::text( $record, 'proof' ) ] ?? '';
		if ( '' !== $proof ) {
			$rows[] = array( __( 'Proof', 'aftercare' ), esc_html( $proof ) );
		}
		$html = '<dl class="aftercare-record">';
		foreach ( $rows as list( $term, $said ) ) {
			$html .= '<dt>' . esc_html( $term ) . '</dt><dd>' . $said . '</dd>';
		}
		return $html . '</dl>';
	}

	/**
	 * A long text in pieces, for panels that do not cut it themselves.
	 *
	 * @param array<string, mixed> $record From the report.
	 */
	private function pieces( array $record ): string {
		$pieces = is_array( $record['strings'] ?? null ) ? array_filter( $record['strings'], 'is_string' ) : array();
		if ( ! $pieces ) {
			return '';
		}
		$html = '<details id="aftercare-pieces-' . esc_attr( md5( implode( '', $pieces ) ) ) . '"><summary>' . esc_html__( 'In pieces, if the panel says that it is too long', 'aftercare' ) . '</summary>';
		foreach ( $pieces as $piece ) {
			$html .= Copy::line( '"' . $piece . '"' );
		}
		return $html . '</details>';
	}

	/**
	 * What others have to do, with the words to send them.
	 *
	 * @param array<string, mixed> $section From the report.
	 */
	private function letters( array $section ): string {
		$html = '';
		foreach ( self::rows( $section, 'letters' ) as $finding ) {
			$remedy = is_array( $finding['remedy'] ?? null ) ? $finding['remedy'] : array();
			$html  .= '<p>' . esc_html( self::text( $finding, 'summary' ) ) . ' ' . esc_html( self::text( $remedy, 'text' ) ) . '</p>';
			$html  .= Copy::line( self::text( $remedy, 'letter' ) );
		}
		return '' === $html ? '' : '<h5>' . esc_html__( 'What others have to do: send them this', 'aftercare' ) . '</h5>' . $html;
	}

	/**
	 * What Gmail, Yahoo and Microsoft demand.
	 *
	 * @param array<string, mixed> $section From the report.
	 */
	private function rules( array $section ): string {
		$rules = self::rows( $section, 'rules' );
		if ( ! $rules ) {
			return '';
		}
		$html = '<details id="aftercare-rules-' . esc_attr( md5( self::text( $section, 'domain' ) ) ) . '"><summary>' . esc_html__( 'What the big receivers demand', 'aftercare' ) . '</summary><ul class="aftercare-why">';
		foreach ( $rules as $rule ) {
			$html .= '<li><span class="aftercare-state">' . esc_html( Words::verdict( self::text( $rule, 'verdict' ) ) ) . ':</span> ' . esc_html( self::text( $rule, 'summary' ) ) . '</li>';
		}
		return $html . '</ul></details>';
	}

	/** The button that looks again, and from when on it can see a change. */
	private function again(): string {
		$last = '';
		foreach ( $this->sections as $section ) {
			foreach ( self::rows( $section, 'records' ) as $record ) {
				$last = max( $last, self::text( $record, 'old_until' ) );
			}
		}
		$html = '<h4>' . esc_html__( 'Changed it? Check again', 'aftercare' ) . '</h4><p>';
		if ( '' !== $last && strtotime( $last ) > time() ) {
			/* translators: %s: date and time. */
			$html .= sprintf( esc_html__( 'Your resolver may show the old record until %s: what is still the same before then says nothing.', 'aftercare' ), Words::time( $last ) );
		} else {
			$html .= esc_html__( 'Resolvers have forgotten the old records by now: a change that was made shows.', 'aftercare' );
		}
		return $html . '</p>' . Form::opened( 'diagnose', 'aftercare-again' ) . '<input type="hidden" name="playbook" value="' . esc_attr( $this->playbook ) . '">'
			. '<button type="submit" class="button">' . esc_html__( 'Check again', 'aftercare' ) . '</button></form>';
	}

	/**
	 * A list of objects.
	 *
	 * @param array<string, mixed> $of   Where.
	 * @param string               $name Its name.
	 * @return array<int, array<string, mixed>>
	 */
	private static function rows( array $of, string $name ): array {
		return array_values( array_filter( is_array( $of[ $name ] ?? null ) ? $of[ $name ] : array(), 'is_array' ) );
	}

	/**
	 * A text, or nothing.
	 *
	 * @param array<string, mixed> $of   Where.
	 * @param string               $name Its name.
	 */
	private static function text( array $of, string $name ): string {
		return is_scalar( $of[ $name ] ?? null ) ? (string) $of[ $name ] : '';
	}
}
