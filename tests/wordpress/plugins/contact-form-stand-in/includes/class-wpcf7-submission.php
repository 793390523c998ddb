<?php
/**
 * One submission: what was posted, what is wrong with it, whether it is spam, and its mail. The first thing that is
 * wrong decides the status.
 *
 * phpcs:disable WordPress.Security.NonceVerification.Missing -- A visitor's form has no nonce, as the original's.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

final class WPCF7_Submission {

	private static ?self $instance = null;

	private WPCF7_ContactForm $contact_form;
	private bool $skip_mail;
	private string $status        = 'init';
	private string $response      = '';
	private array $posted_data    = array();
	private array $invalid_fields = array();
	private array $spam_log       = array();

	private function __construct( WPCF7_ContactForm $contact_form, bool $skip_mail ) {
		$this->contact_form = $contact_form;
		$this->skip_mail    = $skip_mail;
	}

	/**
	 * The submission of this request. With a form: begin it, or null when it was begun before.
	 *
	 * @param WPCF7_ContactForm|null $contact_form The form that was posted.
	 * @param array                  $options      skip_mail.
	 */
	public static function get_instance( $contact_form = null, $options = array() ): ?self {
		if ( ! $contact_form instanceof WPCF7_ContactForm ) {
			return self::$instance;
		}
		if ( self::$instance ) {
			return null;
		}
		self::$instance = new self( $contact_form, (bool) ( $options['skip_mail'] ?? false ) );
		self::$instance->proceed();
		return self::$instance;
	}

	private function proceed(): void {
		foreach ( $this->contact_form->scan_form_tags() as $tag ) {
			$value                           = $_POST[ $tag->name ] ?? '';
			$this->posted_data[ $tag->name ] = is_scalar( $value ) ? trim( wp_check_invalid_utf8( wp_unslash( (string) $value ) ) ) : '';
		}
		$this->posted_data = (array) apply_filters( 'wpcf7_posted_data', $this->posted_data );
		if ( ! $this->validate() ) {
			$this->end( 'validation_failed' );
		} elseif ( ! apply_filters( 'wpcf7_acceptance', $this->accepted(), $this ) ) {
			$this->end( 'acceptance_missing' );
		} elseif ( $this->spam() ) {
			$this->end( 'spam' );
		} elseif ( ! $this->before_send_mail() ) {
			$this->end( $this->is( 'init' ) ? 'aborted' : $this->status );
		} elseif ( $this->mail() ) {
			$this->end( 'mail_sent' );
			do_action( 'wpcf7_mail_sent', $this->contact_form );
		} else {
			$this->end( 'mail_failed' );
			do_action( 'wpcf7_mail_failed', $this->contact_form );
		}
	}

	private function end( string $status ): void {
		$this->set_status( $status );
		if ( '' === $this->response ) {
			$this->response = $this->contact_form->message( $status );
		}
	}

	private function validate(): bool {
		foreach ( $this->contact_form->scan_form_tags() as $tag ) {
			$value = $this->posted_data[ $tag->name ];
			if ( $tag->is_required() && 'acceptance' !== $tag->basetype && '' === $value ) {
				$this->invalid( $tag->name, 'Please fill out this field.' );
			} elseif ( 'email' === $tag->basetype && '' !== $value && ! is_email( $value ) ) {
				$this->invalid( $tag->name, 'Please enter an email address.' );
			}
		}
		return ! $this->invalid_fields;
	}

	private function invalid( string $name, string $reason ): void {
		$this->invalid_fields[ $name ] = array(
			'reason' => $reason,
			'idref'  => null,
		);
	}

	private function accepted(): bool {
		foreach ( $this->contact_form->scan_form_tags() as $tag ) {
			if ( 'acceptance' === $tag->basetype && '' === $this->posted_data[ $tag->name ] ) {
				return false;
			}
		}
		return true;
	}

	private function spam(): bool {
		if ( apply_filters( 'wpcf7_skip_spam_check', false, $this ) ) {
			return false;
		}
		$robot = strlen( (string) ( $_SERVER['HTTP_USER_AGENT'] ?? '' ) ) < 2;
		if ( $robot ) {
			$this->add_spam_log(
				array(
					'agent'  => 'wpcf7',
					'reason' => 'User-Agent string is unnaturally short.',
				)
			);
		}
		return (bool) apply_filters( 'wpcf7_spam', $robot, $this );
	}

	private function before_send_mail(): bool {
		$abort = false;
		do_action_ref_array( 'wpcf7_before_send_mail', array( $this->contact_form, &$abort, $this ) );
		return ! $abort;
	}

	/** The second mail's outcome changes nothing, as in the original. */
	private function mail(): bool {
		if ( apply_filters( 'wpcf7_skip_mail', $this->skip_mail, $this->contact_form ) ) {
			return true;
		}
		if ( ! WPCF7_Mail::send( (array) $this->contact_form->prop( 'mail' ), 'mail' ) ) {
			return false;
		}
		$second = (array) $this->contact_form->prop( 'mail_2' );
		$more   = empty( $second['active'] ) ? array() : array( 'mail_2' => $second );
		foreach ( apply_filters( 'wpcf7_additional_mail', $more, $this->contact_form ) as $name => $template ) {
			WPCF7_Mail::send( $template, $name );
		}
		return true;
	}

	public function get_contact_form(): WPCF7_ContactForm {
		return $this->contact_form;
	}

	public function get_status(): string {
		return $this->status;
	}

	public function set_status( $status ): bool {
		if ( ! preg_match( '/^[a-z][0-9a-z_]+$/', $status ) ) {
			return false;
		}
		$this->status = $status;
		return true;
	}

	public function is( $status ): bool {
		return $this->status === $status;
	}

	public function get_response(): string {
		return $this->response;
	}

	public function set_response( $response ): bool {
		$this->response = $response;
		return true;
	}

	/**
	 * What was posted.
	 *
	 * @param string $name A field, or "" for all.
	 * @return mixed
	 */
	public function get_posted_data( $name = '' ) {
		return '' === $name ? $this->posted_data : ( $this->posted_data[ $name ] ?? null );
	}

	public function get_invalid_fields(): array {
		return $this->invalid_fields;
	}

	public function add_spam_log( $data = '' ): void {
		$this->spam_log[] = wp_parse_args( $data, array( 'agent' => '', 'reason' => '' ) );
	}

	public function get_spam_log(): array {
		return $this->spam_log;
	}

	public function get_result(): array {
		$result = array(
			'status'  => $this->status,
			'message' => $this->response,
		);
		if ( $this->is( 'validation_failed' ) ) {
			$result['invalid_fields'] = $this->invalid_fields;
		}
		$sent                       = ! in_array( $this->status, array( 'init', 'validation_failed', 'acceptance_missing', 'spam' ), true );
		$result['posted_data_hash'] = $sent ? wp_hash( (string) wp_json_encode( $this->posted_data ), 'wpcf7_submission' ) : '';
		return (array) apply_filters( 'wpcf7_submission_result', $result, $this );
	}
}
