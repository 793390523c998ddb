<?php
/**
 * A form's mail: its template with `[field]` replaced, handed to wp_mail().
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

final class WPCF7_Mail {

	private static ?self $current = null;

	private string $name;

	private function __construct( string $name ) {
		$this->name = $name;
	}

	/** The template of a fresh form. */
	public static function usual_template(): array {
		return array(
			'active'             => true,
			'subject'            => '[_site_title] "[your-subject]"',
			'sender'             => '[_site_title] <office@aftercare.test>',
			'recipient'          => 'office@aftercare.test',
			'body'               => "From: [your-name] [your-email]\n\n[your-message]\n",
			'additional_headers' => 'Reply-To: [your-email]',
		);
	}

	public static function get_current(): ?self {
		return self::$current;
	}

	public function name(): string {
		return $this->name;
	}

	public static function send( array $template, string $name = '' ): bool {
		$outer         = self::$current;
		self::$current = new self( $name );
		$sent          = self::$current->compose( $template );
		self::$current = $outer;
		return $sent;
	}

	private function compose( array $template ): bool {
		$components = array(
			'subject'            => $this->fill( $template['subject'] ?? '' ),
			'sender'             => $this->fill( $template['sender'] ?? '' ),
			'body'               => $this->fill( $template['body'] ?? '' ),
			'recipient'          => $this->fill( $template['recipient'] ?? '' ),
			'additional_headers' => $this->fill( $template['additional_headers'] ?? '' ),
			'attachments'        => array(),
		);
		$submission = WPCF7_Submission::get_instance();
		$form       = $submission ? $submission->get_contact_form() : null;
		$components = apply_filters( 'wpcf7_mail_components', $components, $form, $this );
		$headers    = array( 'From: ' . $components['sender'], 'X-WPCF7-Content-Type: text/plain' );
		foreach ( explode( "\n", $components['additional_headers'] ) as $header ) {
			$headers[] = trim( $header );
		}
		return wp_mail( $components['recipient'], $components['subject'], $components['body'], array_filter( $headers ), $components['attachments'] );
	}

	private function fill( string $text ): string {
		$submission = WPCF7_Submission::get_instance();
		return (string) preg_replace_callback(
			'/\[([a-z_][a-z0-9_-]*)\]/',
			static function ( array $tag ) use ( $submission ): string {
				if ( '_site_title' === $tag[1] ) {
					return (string) get_bloginfo( 'name' );
				}
				$value = $submission ? $submission->get_posted_data( $tag[1] ) : null;
				return null === $value ? $tag[0] : (string) $value;
			},
			$text
		);
	}
}
