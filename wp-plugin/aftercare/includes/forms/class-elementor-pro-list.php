<?php
/**
 * Elementor Pro's forms for `forms.list`: what their widgets are set to, and the pages that their documents show on.
 *
 * What stands at its default is not saved with the widget: defaults as in modules/forms/widgets/form.php and
 * actions/email.php; a template's conditions as in modules/theme-builder/classes/conditions-manager.php.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Hold;

final class Elementor_Pro_List {

	/** Documents looked through, the latest first. */
	const DOCUMENTS = 500;

	/** The plugin's kinds of fields, by the protocol's. */
	const TYPES = array(
		'acceptance' => 'consent',
		'upload'     => 'file',
	);

	/** What takes no answer. */
	const NO_FIELDS = array( 'html', 'step', 'honeypot' );

	/** Mails, and what stands behind the names of their settings. */
	const MAILS = array(
		'email'  => '',
		'email2' => '_2',
	);

	/**
	 * All forms of published documents.
	 *
	 * @return array<int, array<string, mixed>> As Lists_Forms has them.
	 */
	public static function all(): array {
		$others = Form_Hold::deeds( Elementor_Pro_Hold::HOOKS, Elementor_Pro_Hold::own() );
		$forms  = array();
		foreach ( self::documents( array( '"widgetType":"form"', '"widgetType":"global"' ) ) as $post ) {
			$found = Elementor_Pro_Forms::of( (int) $post->ID );
			$pages = $found ? self::pages( $post ) : array();
			foreach ( $found as $element => $settings ) {
				$forms[] = self::one( $post, (string) $element, $settings, $others ) + array( 'pages' => $pages );
			}
		}
		return $forms;
	}

	/**
	 * One form.
	 *
	 * @param object                           $post     Its document's: ID, post_type.
	 * @param string                           $element  The widget's id.
	 * @param array<string, mixed>             $settings The widget's.
	 * @param array<int, array<string, mixed>> $others   What other plugins do with an entry.
	 * @return array<string, mixed>
	 */
	private static function one( object $post, string $element, array $settings, array $others ): array {
		$actions = Elementor_Pro_Forms::actions( $settings );
		$fields  = array();
		$captcha = array();
		foreach ( Elementor_Pro_Forms::fields( $settings ) as $field ) {
			if ( Elementor_Pro_Forms::is_captcha( $field['type'] ) || 'honeypot' === $field['type'] ) {
				$captcha[] = $field['type'];
			} elseif ( ! in_array( $field['type'], self::NO_FIELDS, true ) ) {
				$fields[] = array(
					'name' => Elementor_Pro_Forms::field_name( $field ),
					'type' => self::TYPES[ $field['type'] ] ?? $field['type'],
				) + $field;
			}
		}
		return array(
			'form'          => "{$post->ID}-$element",
			'title'         => Elementor_Pro_Forms::name( $settings ),
			'keeps'         => in_array( 'save-to-database', $actions, true ) && '1' !== (string) get_option( 'elementor_form-submissions' ),
			'by'            => 'ajax',
			'fields'        => $fields,
			'notifications' => self::notifications( $settings, $actions ),
			'captcha'       => $captcha,
			'does'          => array_merge( Elementor_Pro_Hold::deeds( $actions ), $others ),
			'marks'         => 'elementor_library' === $post->post_type ? array( "[elementor-template %id=\"{$post->ID}\"" ) : array(),
		);
	}

	/**
	 * The mails among the actions. One that is not is not told: there is no switch for it.
	 *
	 * @param array<string, mixed> $settings The widget's.
	 * @param string[]             $actions  Of the form.
	 * @return array<int, array<string, mixed>>
	 */
	private static function notifications( array $settings, array $actions ): array {
		$labels = array();
		foreach ( Elementor_Pro_Forms::fields( $settings ) as $field ) {
			$labels[ $field['name'] ] = Elementor_Pro_Forms::field_name( $field );
		}
		$mail = new Form_Mail(
			static function ( string $tag ) use ( $labels ): string {
				return $labels[ $tag ] ?? $tag;
			}
		);
		$told = array();
		foreach ( array_intersect_key( self::MAILS, array_flip( $actions ) ) as $name => $end ) {
			$to     = self::address( $settings, "email_to$end", (string) get_option( 'admin_email' ) );
			$from   = self::address( $settings, "email_from$end", 'email@' . preg_replace( '/^www\./', '', (string) wp_parse_url( home_url(), PHP_URL_HOST ) ) );
			$told[] = $mail->told( $name, 'email' === $name ? 'Email' : 'Email 2', true, $to, $from );
		}
		return $told;
	}

	/**
	 * An address as its author set it: `[field id="x"]` becomes `[x]`; what a dynamic tag gives is known when it is sent.
	 *
	 * @param array<string, mixed> $settings The widget's.
	 * @param string               $name     Of the setting.
	 * @param string               $default  Where it was never changed, or left empty.
	 */
	private static function address( array $settings, string $name, string $default ): string {
		if ( ! empty( $settings['__dynamic__'][ $name ] ) ) {
			return '[dynamic-tag]';
		}
		$set = is_string( $settings[ $name ] ?? null ) ? trim( $settings[ $name ] ) : '';
		return '' === $set ? $default : (string) preg_replace( '/\[field\s+id=["\']?([\w-]+)["\']?\s*\]/', '[$1]', $set );
	}

	/**
	 * The published documents that hold one of these.
	 *
	 * @param string[] $parts Of their JSON.
	 * @return object[] ID, post_type, post_password.
	 */
	private static function documents( array $parts ): array {
		global $wpdb;
		$likes = array();
		foreach ( $parts as $part ) {
			$likes[] = '%' . $wpdb->esc_like( $part ) . '%';
		}
		$any = implode( ' OR ', array_fill( 0, count( $likes ), 'm.meta_value LIKE %s' ) );
		$sql = "SELECT p.ID, p.post_type, p.post_password FROM {$wpdb->postmeta} m JOIN {$wpdb->posts} p ON p.ID = m.post_id
			WHERE m.meta_key = %s AND p.post_status = 'publish' AND ( $any ) GROUP BY p.ID ORDER BY p.ID DESC LIMIT " . self::DOCUMENTS;
		return (array) $wpdb->get_results( $wpdb->prepare( $sql, array_merge( array( Elementor_Pro_Forms::DATA ), $likes ) ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Where a document shows.
	 *
	 * @param object $post ID, post_type, post_password.
	 * @return string[]
	 */
	private static function pages( object $post ): array {
		$id = (int) $post->ID;
		if ( 'elementor_library' !== $post->post_type ) {
			return '' === $post->post_password && is_post_type_viewable( $post->post_type ) ? array_filter( array( (string) get_permalink( $id ) ) ) : array();
		}
		$pages = array_map( array( self::class, 'page_of' ), array_filter( (array) get_post_meta( $id, '_elementor_conditions', true ), 'is_string' ) );
		foreach ( self::documents( array( "\"template_id\":\"$id\"", "\"template_id\":$id" ) ) as $other ) {
			if ( 'elementor_library' !== $other->post_type ) {
				$pages = array_merge( $pages, self::pages( $other ) );
			}
		}
		return array_values( array_unique( array_filter( $pages ) ) );
	}

	/**
	 * One page on which a template shows: `include/general`, `include/singular/page/12`, `include/singular/post`.
	 *
	 * @param string $condition Of a template.
	 */
	private static function page_of( string $condition ): string {
		list( $type, $name, $sub, $id ) = array_pad( explode( '/', $condition ), 4, '' );
		if ( 'include' !== $type ) {
			return '';
		}
		if ( 'general' === $name || ( 'singular' === $name && in_array( $sub, array( '', 'front_page' ), true ) ) ) {
			return home_url( '/' );
		}
		if ( 'singular' !== $name ) {
			return '';
		}
		if ( ctype_digit( $id ) ) {
			return 'publish' === get_post_status( (int) $id ) ? (string) get_permalink( (int) $id ) : '';
		}
		$latest = post_type_exists( $sub ) ? get_posts( array( 'post_type' => $sub, 'numberposts' => 1 ) ) : array(); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing
		return $latest ? (string) get_permalink( $latest[0] ) : '';
	}
}
