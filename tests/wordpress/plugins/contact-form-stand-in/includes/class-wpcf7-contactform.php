<?php
/**
 * A contact form: a post, its fields, its mail templates, its page, its submission.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

final class WPCF7_ContactForm {

	const post_type = 'wpcf7_contact_form'; // phpcs:ignore Generic.NamingConventions.UpperCaseConstantName -- The original's name.

	private const MESSAGES = array(
		'mail_sent_ok'     => 'Thank you for your message. It has been sent.',
		'mail_sent_ng'     => 'There was an error trying to send your message. Please try again later.',
		'validation_error' => 'One or more fields have an error. Please check and try again.',
		'spam'             => 'There was an error trying to send your message. Please try again later.',
		'accept_terms'     => 'You must accept the terms and conditions before sending your message.',
		'aborted'          => 'Sending mail has been aborted.',
	);

	/** Status of a submission → the message's name. */
	private const OF = array(
		'mail_sent'          => 'mail_sent_ok',
		'mail_failed'        => 'mail_sent_ng',
		'validation_failed'  => 'validation_error',
		'acceptance_missing' => 'accept_terms',
	);

	private WP_Post $post;

	private function __construct( WP_Post $post ) {
		$this->post = $post;
	}

	/**
	 * The form of a post.
	 *
	 * @param int|string|WP_Post $post Its id or itself.
	 */
	public static function get_instance( $post ): ?self {
		$post = get_post( is_numeric( $post ) ? (int) $post : $post );
		return $post instanceof WP_Post && self::post_type === $post->post_type ? new self( $post ) : null;
	}

	/**
	 * All forms.
	 *
	 * @param array $args As for WP_Query.
	 * @return self[]
	 */
	public static function find( $args = array() ): array {
		$found = get_posts( array_merge( array( 'post_type' => self::post_type, 'posts_per_page' => -1 ), (array) $args ) );
		return array_values( array_filter( array_map( array( self::class, 'get_instance' ), $found ) ) );
	}

	public function id(): int {
		return $this->post->ID;
	}

	public function title(): string {
		return $this->post->post_title;
	}

	public function name(): string {
		return $this->post->post_name;
	}

	public function locale(): string {
		return 'en_US';
	}

	/** This form's mark in a page, so that a page with two forms knows which was posted. */
	public function unit_tag(): string {
		return sprintf( 'wpcf7-f%d-p%d-o1', $this->id(), (int) get_the_ID() );
	}

	/**
	 * A property of the form.
	 *
	 * @param string $name form, mail, mail_2, additional_settings.
	 * @return mixed
	 */
	public function prop( $name ) {
		return get_post_meta( $this->id(), "_$name", true );
	}

	public function message( string $status ): string {
		$name = self::OF[ $status ] ?? $status;
		return (string) apply_filters( 'wpcf7_display_message', self::MESSAGES[ $name ] ?? '', $name );
	}

	/** Is `name: on` among the additional settings? */
	public function is_true( $name ): bool {
		return (bool) preg_match( '/^' . preg_quote( $name, '/' ) . ':\s*(on|true|1)\s*$/m', (string) $this->prop( 'additional_settings' ) );
	}

	/**
	 * Its fields, in order.
	 *
	 * @param mixed $condition Not looked at: every field here has a name and goes into the mail.
	 * @return WPCF7_FormTag[]
	 */
	public function scan_form_tags( $condition = null ): array {
		preg_match_all( '/\[([a-z]+\*?) ([a-z][a-z0-9-]*)[^\]]*\]/', (string) $this->prop( 'form' ), $found, PREG_SET_ORDER );
		return array_map( static fn( array $tag ) => new WPCF7_FormTag( $tag[1], $tag[2] ), $found );
	}

	/** The form's HTML, with what became of the submission if this request was one. */
	public function form_html(): string {
		$submission = WPCF7_Submission::get_instance();
		$ours       = $submission && $submission->get_contact_form()->id() === $this->id();
		$trouble    = $ours ? $submission->get_invalid_fields() : array();
		$keep       = $ours && ! $submission->is( 'mail_sent' );
		$fields     = '';
		foreach ( $this->scan_form_tags() as $tag ) {
			$value   = $keep ? (string) $submission->get_posted_data( $tag->name ) : '';
			$fields .= $tag->html( $value, $trouble[ $tag->name ]['reason'] ?? '' );
		}
		$hidden = array(
			'_wpcf7'                  => $this->id(),
			'_wpcf7_version'          => WPCF7_VERSION,
			'_wpcf7_locale'           => $this->locale(),
			'_wpcf7_unit_tag'         => $this->unit_tag(),
			'_wpcf7_container_post'   => (int) get_the_ID(),
			'_wpcf7_posted_data_hash' => '',
		);
		foreach ( $hidden as $name => $value ) {
			$fields .= sprintf( '<input type="hidden" name="%s" value="%s">', esc_attr( $name ), esc_attr( (string) $value ) );
		}
		return sprintf(
			'<div class="wpcf7" id="%1$s"><form action="%2$s#%1$s" method="post" class="wpcf7-form %3$s">%4$s<p><input type="submit" value="Send" class="wpcf7-submit"></p><div class="wpcf7-response-output" role="status">%5$s</div></form></div>',
			esc_attr( $this->unit_tag() ),
			esc_url( (string) get_permalink() ),
			$ours ? esc_attr( str_replace( '_', '-', $submission->get_status() ) ) : 'init',
			$fields,
			$ours ? esc_html( $submission->get_response() ) : ''
		);
	}

	/** Take what was posted: one submission a request. */
	public function submit(): array {
		$result = array( 'contact_form_id' => $this->id() );
		if ( $this->is_true( 'subscribers_only' ) && ! is_user_logged_in() ) {
			return $result + array(
				'status'  => 'error',
				'message' => 'This contact form is available only for logged in users.',
			);
		}
		$skip_mail  = $this->is_true( 'demo_mode' ) || $this->is_true( 'skip_mail' );
		$submission = WPCF7_Submission::get_instance( $this, array( 'skip_mail' => $skip_mail ) );
		if ( ! $submission ) {
			return $result;
		}
		$result += $submission->get_result();
		do_action( 'wpcf7_submit', $this, $result );
		return $result;
	}
}
