<?php
/**
 * The forms of WPForms as their settings tell them: a post each, its content is JSON.
 *
 * Known from WPForms Lite 2.0.0.2 (includes/class-process.php, includes/class-form.php); what only Pro has, from 1.9.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Wpforms_Forms {

	/** Classes that are WPForms's own; its add-ons have folders of their own. */
	const OWN = array( 'WPForms_Process', 'WPForms\WPForms' );

	/** Behind the looks at the entry. `%d` is the form. */
	const HOOKS = array(
		'wpforms_process_entry_save',
		'wpforms_process_entry_saved',
		'wpforms_process_complete',
		'wpforms_process_complete_%d',
		'wpforms_process_after',
		'wpforms_process_redirect',
		'wpforms_process_redirect_%d',
		'wpforms_email_send_after',
	);

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'name'           => 'text',
		'phone'          => 'tel',
		'number-slider'  => 'number',
		'date-time'      => 'date',
		'file-upload'    => 'file',
		'camera'         => 'file',
		'gdpr-checkbox'  => 'consent',
		'richtext'       => 'textarea',
		'payment-select' => 'select',
	);

	/** What takes no answer. */
	const NO_FIELDS = array( 'html', 'content', 'divider', 'pagebreak', 'layout', 'entry-preview', 'internal-information', 'captcha' );

	/**
	 * All that are published.
	 *
	 * @return array<int, array<string, mixed>> As the protocol has them, with `marks` for `pages`.
	 */
	public static function all(): array {
		$posts = get_posts(
			array(
				'post_type'   => 'wpforms',
				'post_status' => 'publish',
				'numberposts' => -1,
				'orderby'     => 'ID',
				'order'       => 'ASC',
			)
		);
		$forms = array();
		foreach ( $posts as $post ) {
			$data = json_decode( $post->post_content, true );
			if ( is_array( $data ) && is_array( $data['fields'] ?? null ) ) {
				$forms[] = self::one( $post, $data );
			}
		}
		return $forms;
	}

	/** Whether this is Pro, which keeps entries. */
	public static function pro(): bool {
		$all = function_exists( 'wpforms' ) ? \wpforms() : null;
		return is_object( $all ) && is_callable( array( $all, 'is_pro' ) ) && $all->is_pro();
	}

	/**
	 * A field's name as the events have it: its label.
	 *
	 * @param array<int|string, mixed> $fields Of the form.
	 * @param int|string               $id     Of the field.
	 */
	public static function field( array $fields, $id ): string {
		$label = trim( wp_strip_all_tags( (string) ( $fields[ $id ]['label'] ?? '' ) ) );
		return '' === $label ? (string) $id : $label;
	}

	/**
	 * What runs beside the mails. A payment is never tried; the rest is taken out of the form, or off the hooks.
	 *
	 * @param int                  $id   Of the form.
	 * @param array<string, mixed> $data Its settings.
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	public static function deeds( int $id, array $data ): array {
		$deeds = array();
		foreach ( array_keys( array_filter( (array) ( $data['providers'] ?? array() ) ) ) as $provider ) {
			$deeds[] = array( 'what' => 'crm' === Deeds::kind( (string) $provider ) ? 'crm' : 'newsletter' ) + Deeds::one( (string) $provider, (string) $provider, true );
		}
		foreach ( (array) ( $data['payments'] ?? array() ) as $gateway => $chosen ) {
			if ( is_array( $chosen ) && array_filter( array_intersect_key( $chosen, array_flip( array( 'enable', 'enable_one_time', 'enable_recurring' ) ) ) ) ) {
				$deeds[] = array(
					'what' => 'payment',
					'name' => (string) $gateway,
					'held' => false,
				);
			}
		}
		if ( ! self::pro() && self::lite_connect() ) {
			$deeds[] = Deeds::one( 'lite-connect', 'WPForms Lite Connect', true );
		}
		return array_merge( $deeds, Late_Hold::deeds( self::hooks( $id ), self::OWN ) );
	}

	/**
	 * The hooks of one form.
	 *
	 * @param int $id Of the form.
	 * @return string[]
	 */
	public static function hooks( int $id ): array {
		return array_map(
			static function ( string $hook ) use ( $id ): string {
				return sprintf( $hook, $id );
			},
			self::HOOKS
		);
	}

	/**
	 * One form.
	 *
	 * @param \WP_Post             $post The post that it is.
	 * @param array<string, mixed> $data Its settings.
	 * @return array<string, mixed>
	 */
	private static function one( \WP_Post $post, array $data ): array {
		$settings = (array) ( $data['settings'] ?? array() );
		$fields   = array();
		$captcha  = self::captcha( $settings );
		foreach ( $data['fields'] as $id => $field ) {
			$type = (string) ( $field['type'] ?? '' );
			if ( 'captcha' === $type ) {
				$captcha[] = 'question';
			}
			if ( in_array( $type, self::NO_FIELDS, true ) ) {
				continue;
			}
			$fields[] = array(
				'name'     => self::field( $data['fields'], $id ),
				'type'     => self::TYPES[ $type ] ?? ( 0 === strncmp( $type, 'payment-', 8 ) ? 'payment' : $type ),
				'label'    => self::field( $data['fields'], $id ),
				'required' => ! empty( $field['required'] ),
			);
		}
		return array(
			'plugin'        => 'wpforms',
			'form'          => (string) $post->ID,
			'title'         => $post->post_title,
			'on'            => true,
			'keeps'         => self::pro() && empty( $settings['disable_entries'] ),
			'by'            => empty( $settings['ajax_submit'] ) ? 'page' : 'ajax',
			'fields'        => $fields,
			'notifications' => self::notifications( $settings, $data['fields'] ),
			'captcha'       => array_values( array_unique( $captcha ) ),
			'does'          => self::deeds( $post->ID, $data ),
			'marks'         => self::marks( $post->ID ),
		);
	}

	/**
	 * The mails of a form. Lite sends the first only.
	 *
	 * @param array<string, mixed>     $settings Of the form.
	 * @param array<int|string, mixed> $fields   Of the form.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( array $settings, array $fields ): array {
		$mail = new Form_Mail(
			static function ( string $tag ) use ( $fields ): string {
				return preg_match( '/^field_(?:value_)?id="?(\d+)/', $tag, $found ) ? self::field( $fields, (int) $found[1] ) : $tag;
			}
		);
		$told = array();
		foreach ( (array) ( $settings['notifications'] ?? array() ) as $id => $set ) {
			$more    = $told && ! self::pro();
			$problem = $more ? 'WPForms Lite sends only the first notification of a form, and this is not the first.' : '';
			$on      = ! $more && ! empty( $settings['notification_enable'] ) && 0 !== (int) ( $set['enable'] ?? 1 );
			$title   = (string) ( $set['notification_name'] ?? $set['subject'] ?? '' );
			$sender  = empty( $set['sender_address'] ) ? '{admin_email}' : $set['sender_address'];
			$told[]  = $mail->told( (string) $id, $title, $on, $set['email'] ?? '', $sender, $problem );
		}
		return $told;
	}

	/**
	 * The captcha that a visitor of this form meets, where the site has keys for it.
	 *
	 * @param array<string, mixed> $settings Of the form.
	 * @return string[]
	 */
	private static function captcha( array $settings ): array {
		$kind = (string) \wpforms_setting( 'captcha-provider', 'recaptcha' );
		$keys = \wpforms_setting( "$kind-site-key", '' ) && \wpforms_setting( "$kind-secret-key", '' );
		$on   = ! empty( $settings['recaptcha'] ) && $keys && in_array( $kind, array( 'hcaptcha', 'recaptcha', 'turnstile' ), true );
		return $on ? array( $kind ) : array();
	}

	/** Whether Lite copies entries to the vendor's cloud. */
	private static function lite_connect(): bool {
		$class = '\WPForms\Integrations\LiteConnect\LiteConnect';
		return class_exists( $class ) && $class::is_allowed() && $class::is_enabled();
	}

	/**
	 * Ways in which a page's content shows this form.
	 *
	 * @param int $id Of the form.
	 * @return string[]
	 */
	private static function marks( int $id ): array {
		return array( "[wpforms %id=\"$id\"", "[wpforms %id='$id'", "[wpforms %id=$id", "<!-- wp:wpforms/form-selector %\"formId\":\"$id\"" );
	}
}
