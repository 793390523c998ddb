<?php
/**
 * A run in plain words: the cause first and what to do, then each step with its evidence (docs/protocol.md, A run).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

final class Run_View {

	/** @var array<string, mixed> As the sidecar answered it. */
	private $run;

	/**
	 * @param array<string, mixed> $run As the sidecar answered it.
	 */
	public function __construct( array $run ) {
		$this->run = $run;
	}

	/** Whether there is nothing more to wait for. */
	public function ended(): bool {
		return 'ended' === ( $this->run['state'] ?? '' );
	}

	/** One line of how far it is: read out to those who cannot see it. */
	public function status(): string {
		$steps = $this->steps();
		if ( $this->ended() ) {
			$outcomes = array(
				'sound'   => __( 'Done. Nothing is broken.', 'aftercare' ),
				'faults'  => __( 'Done. A fault was found.', 'aftercare' ),
				'unclear' => __( 'Done, but some of it could not be looked at.', 'aftercare' ),
				'died'    => __( 'The diagnosis broke off. That is our fault, not your site’s. Try again.', 'aftercare' ),
			);
			return $outcomes[ $this->text( $this->run, 'outcome' ) ] ?? __( 'Done.', 'aftercare' );
		}
		foreach ( $steps as $number => $step ) {
			if ( 'looking' === $this->text( $step, 'state' ) ) {
				$doing = $this->text( $step, 'doing' );
				$words = false === strpos( $doing, ' ' ) ? $this->text( $step, 'sentence' ) : $doing; // A check's bare name tells people nothing.
				/* translators: 1: number of the step, 2: number of steps, 3: what is looked at. */
				return sprintf( __( 'Step %1$d of %2$d: %3$s', 'aftercare' ), $number + 1, count( $steps ), $words );
			}
		}
		return __( 'The diagnosis begins. The first answer takes about 5 seconds.', 'aftercare' );
	}

	/** The whole of it. */
	public function html(): string {
		return $this->cause() . ( new Report_View( $this->run ) )->html() . $this->progress();
	}

	/** What is broken, since when, what to change. */
	private function cause(): string {
		$cause = $this->run['cause'] ?? null;
		$html  = '';
		if ( is_array( $cause ) ) {
			$html  = '<section class="aftercare-cause aftercare-' . esc_attr( $this->text( $cause, 'verdict' ) ) . '"><h3>' . $this->shape( $this->text( $cause, 'verdict' ) );
			$html .= esc_html__( 'What is broken', 'aftercare' ) . '</h3><p class="aftercare-summary">' . esc_html( $this->text( $cause, 'summary' ) ) . '</p>';
			$html .= $this->since() . $this->remedy( $cause ) . '</section>';
		} elseif ( $this->ended() ) {
			$outcome = $this->text( $this->run, 'outcome' );
			$verdict = 'sound' === $outcome ? 'pass' : 'unknown';
			$html    = '<section class="aftercare-cause aftercare-' . $verdict . '"><h3>' . $this->shape( $verdict ) . esc_html( $this->status() ) . '</h3>';
			$html   .= 'sound' === $outcome ? '' : '<p>' . esc_html__( 'Below stands what was looked at, and why the rest could not be.', 'aftercare' ) . '</p>';
			$html   .= '</section>';
		}
		$ticket = $this->run['ticket'] ?? null;
		if ( is_array( $ticket ) && isset( $ticket['id'] ) ) {
			$open  = 'open' === $this->text( $ticket, 'state' );
			/* translators: %d: number of the ticket. */
			$words = sprintf( $open ? __( 'Ticket #%d is open.', 'aftercare' ) : __( 'Ticket #%d is resolved.', 'aftercare' ), (int) $ticket['id'] );
			$title = $this->text( $ticket, 'title' );
			$html .= '<p class="aftercare-ticket"><strong>' . esc_html( $words ) . '</strong> ';
			$same  = is_array( $cause ) && rtrim( $title, '.' ) === rtrim( $this->text( $cause, 'summary' ), '.' );
			$html .= $same ? '' : esc_html( rtrim( $title, '.' ) . '. ' );
			$html .= $open ? esc_html__( 'The people who look after your site have it.', 'aftercare' ) . '</p>' : '</p>';
		}
		return $html;
	}

	/** Since when, and what changed just before. */
	private function since(): string {
		$since = is_array( $this->run['since'] ?? null ) ? $this->run['since'] : array();
		$at    = $this->text( $since, 'at' );
		if ( '' === $at ) {
			return '';
		}
		/* translators: %s: date and time. */
		$html  = '<p>' . sprintf( esc_html__( 'Since %s.', 'aftercare' ), Words::time( $at ) );
		$after = is_array( $since['after'] ?? null ) ? $since['after'] : array();
		if ( '' !== $this->text( $after, 'what' ) ) {
			$when = Words::time( $this->text( $after, 'at' ) );
			/* translators: 1: what was changed, 2: date and time. */
			$words = esc_html__( 'Just before: %1$s (%2$s).', 'aftercare' );
			$html .= ' ' . sprintf( $words, '<strong>' . esc_html( $this->text( $after, 'what' ) ) . '</strong>', $when );
		}
		return $html . '</p>';
	}

	/**
	 * What to do, with a button that copies the exact setting or record.
	 *
	 * @param array<string, mixed> $finding With or without one.
	 */
	private function remedy( array $finding ): string {
		$remedy = is_array( $finding['remedy'] ?? null ) ? $finding['remedy'] : array();
		$text   = $this->text( $remedy, 'text' );
		$copy   = $this->text( $remedy, 'copy' );
		$html   = '' === $text ? '' : '<h4>' . esc_html__( 'What to do', 'aftercare' ) . '</h4><p class="aftercare-remedy">' . nl2br( esc_html( $text ) ) . '</p>';
		if ( '' !== $copy ) {
			$html .= Copy::line( $copy );
		}
		return $html;
	}

	/** The steps, each with its findings. */
	private function progress(): string {
		$html = '<h3>' . esc_html__( 'What was looked at', 'aftercare' ) . '</h3><ol class="aftercare-steps">';
		foreach ( $this->steps() as $step ) {
			$state   = $this->text( $step, 'state' );
			$verdict = $this->text( $step, 'verdict' );
			$words   = array(
				'waiting' => __( 'waits', 'aftercare' ),
				'looking' => __( 'looking …', 'aftercare' ),
				'blocked' => __( 'not looked at: something before it is broken', 'aftercare' ),
			);
			$word    = $words[ $state ] ?? Words::verdict( $verdict );
			$html   .= '<li class="aftercare-step aftercare-' . esc_attr( isset( $words[ $state ] ) ? $state : $verdict ) . '"><p>';
			$html   .= $this->shape( isset( $words[ $state ] ) ? $state : $verdict ) . '<strong>' . esc_html( $this->text( $step, 'sentence' ) ) . '</strong> ';
			$html   .= '<span class="aftercare-state">' . esc_html( $word ) . '</span></p>';
			foreach ( $this->rows( $step, 'findings' ) as $number => $finding ) {
				$html .= $this->finding( $finding, $this->text( $step, 'id' ) . '-' . $number );
			}
			$html .= '</li>';
		}
		return $html . '</ol>';
	}

	/**
	 * One finding, folded; its evidence inside.
	 *
	 * @param array<string, mixed> $finding One.
	 * @param string               $id      For what is folded out to stay so.
	 */
	private function finding( array $finding, string $id ): string {
		$verdict = $this->text( $finding, 'verdict' );
		$html    = '<details class="aftercare-finding" id="aftercare-' . esc_attr( sanitize_html_class( $id ) ) . '"><summary>' . $this->shape( $verdict );
		$html   .= '<span class="aftercare-state">' . esc_html( Words::verdict( $verdict ) ) . '</span> ' . esc_html( $this->text( $finding, 'summary' ) ) . '</summary>';
		$blocked = $this->text( $finding, 'blocked_by' );
		if ( '' !== $blocked ) {
			/* translators: %s: code of another finding. */
			$html .= '<p>' . sprintf( esc_html__( 'Not looked at because of %s.', 'aftercare' ), '<code>' . esc_html( $blocked ) . '</code>' ) . '</p>';
		}
		$html    .= $this->remedy( $finding );
		$evidence = is_array( $finding['evidence'] ?? null ) ? $finding['evidence'] : array();
		$html    .= Trace_View::html( is_array( $evidence['trace'] ?? null ) ? $evidence['trace'] : array() );
		unset( $evidence['trace'] ); // It is drawn.
		$html .= '<h4>' . esc_html__( 'Evidence', 'aftercare' ) . '</h4>' . $this->evidence( $evidence );
		return $html . '<p><code>' . esc_html( $this->text( $finding, 'code' ) ) . '</code></p></details>';
	}

	/**
	 * Evidence of any shape as a list of names and values.
	 *
	 * @param mixed $evidence From the sidecar.
	 * @param int   $depth    So deep already.
	 */
	private function evidence( $evidence, int $depth = 0 ): string {
		if ( ! is_array( $evidence ) ) {
			return '<span>' . esc_html( is_bool( $evidence ) ? ( $evidence ? 'true' : 'false' ) : (string) ( is_scalar( $evidence ) ? $evidence : '–' ) ) . '</span>';
		}
		if ( $depth > 3 || ! $evidence ) {
			return '<span>' . ( $evidence ? '<code>' . esc_html( (string) wp_json_encode( $evidence ) ) . '</code>' : '–' ) . '</span>';
		}
		if ( array_keys( $evidence ) === range( 0, count( $evidence ) - 1 ) ) {
			if ( array_filter( $evidence, 'is_scalar' ) === $evidence ) {
				return '<pre tabindex="0">' . esc_html( implode( "\n", array_map( 'strval', $evidence ) ) ) . '</pre>';
			}
		}
		$html = '<dl>';
		foreach ( $evidence as $name => $value ) {
			$html .= '<dt>' . esc_html( str_replace( '_', ' ', (string) $name ) ) . '</dt><dd>' . $this->evidence( $value, $depth + 1 ) . '</dd>';
		}
		return $html . '</dl>';
	}

	/**
	 * A shape beside the word, so that colour is not needed.
	 *
	 * @param string $of A verdict or a step's state.
	 */
	private function shape( string $of ): string {
		$shapes = array(
			'pass'    => '✓',
			'warn'    => '!',
			'fail'    => '✕',
			'unknown' => '?',
			'looking' => '…',
		);
		return '<span class="aftercare-shape" aria-hidden="true">' . ( $shapes[ $of ] ?? '·' ) . '</span> ';
	}

	/**
	 * The steps.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	private function steps(): array {
		return $this->rows( $this->run, 'steps' );
	}

	/**
	 * A list of objects.
	 *
	 * @param array<string, mixed> $of   Where.
	 * @param string               $name Its name.
	 * @return array<int, array<string, mixed>>
	 */
	private function rows( array $of, string $name ): array {
		return array_values( array_filter( is_array( $of[ $name ] ?? null ) ? $of[ $name ] : array(), 'is_array' ) );
	}

	/**
	 * A text, or nothing.
	 *
	 * @param array<string, mixed> $of   Where.
	 * @param string               $name Its name.
	 */
	private function text( array $of, string $name ): string {
		return is_scalar( $of[ $name ] ?? null ) ? (string) $of[ $name ] : '';
	}
}
