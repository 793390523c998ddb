<?php
/**
 * WordPress's own forms, as Settings → Discussion and Settings → General have them: a comment, a lost password, a registration.
 *
 * Fields as in comment_form() and wp-login.php of 7.1.1.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Address;

final class Wordpress_Core_Forms {

	/**
	 * All that are on.
	 *
	 * @param array<int, array<string, mixed>> $does What other plugins do with a comment.
	 * @return array<int, array<string, mixed>>
	 */
	public static function told( array $does ): array {
		return array_values( array_filter( array( self::comment( $does ), self::lost_password(), self::registration() ) ) );
	}

	/**
	 * A comment, on the latest post that takes one; null where none does.
	 *
	 * @param array<int, array<string, mixed>> $does What other plugins do with a comment.
	 * @return array<string, mixed>|null
	 */
	private static function comment( array $does ): ?array {
		$posts = get_posts(
			array(
				'post_type'      => array_values( get_post_types_by_support( 'comments' ) ),
				'post_status'    => 'publish',
				'has_password'   => false,
				'comment_status' => 'open',
				'numberposts'    => 20, // A theme or an age limit may close the latest all the same.
			)
		);
		$open  = array_values( array_filter( $posts, 'comments_open' ) );
		if ( ! $open ) {
			return null;
		}
		$must   = (bool) get_option( 'require_name_email' );
		$author = (string) get_the_author_meta( 'user_email', (int) $open[0]->post_author );
		return array(
			'form'          => 'comment',
			'title'         => 'Comment',
			'on'            => ! get_option( 'comment_registration' ),
			'keeps'         => true,
			'pages'         => array( (string) get_permalink( $open[0] ) ),
			'fields'        => array(
				self::field( 'comment', 'textarea', __( 'Comment', 'aftercare' ), true ),
				self::field( 'author', 'text', __( 'Name', 'aftercare' ), $must ),
				self::field( 'email', 'email', __( 'Email', 'aftercare' ), $must ),
				self::field( 'url', 'url', __( 'Website', 'aftercare' ), false ),
			),
			'notifications' => array(
				self::mail( 'moderator', 'A comment waits for moderation', (bool) get_option( 'moderation_notify' ), (string) get_option( 'admin_email' ) ),
				self::mail( 'author', 'Somebody wrote a comment', (bool) get_option( 'comments_notify' ), $author ),
			),
			'does'          => $does,
		);
	}

	/**
	 * A lost password: a new key makes the one before worthless.
	 *
	 * @return array<string, mixed>
	 */
	private static function lost_password(): array {
		return array(
			'form'          => 'lostpassword',
			'title'         => 'Lost password',
			'keeps'         => false,
			'pages'         => array( wp_lostpassword_url() ),
			'fields'        => array( self::field( 'user_login', 'text', __( 'Username or Email Address', 'aftercare' ), true ) ),
			'notifications' => array( self::mail( 'reset', 'Password reset', true, '[user_login]' ) ),
			'does'          => array(
				array(
					'what' => 'other',
					'name' => 'A new reset key for the account',
					'held' => false,
				),
			),
			'not_tried'     => 'not_held',
		);
	}

	/**
	 * A registration: what hangs on a new account is known to nobody. Null where nobody may register.
	 *
	 * @return array<string, mixed>|null
	 */
	private static function registration(): ?array {
		if ( ! get_option( 'users_can_register' ) ) {
			return null;
		}
		return array(
			'form'          => 'register',
			'title'         => 'Registration',
			'keeps'         => true,
			'pages'         => array( wp_registration_url() ),
			'fields'        => array(
				self::field( 'user_login', 'text', __( 'Username', 'aftercare' ), true ),
				self::field( 'user_email', 'email', __( 'Email', 'aftercare' ), true ),
			),
			'notifications' => array(
				self::mail( 'admin', 'New user registration', true, (string) get_option( 'admin_email' ) ),
				self::mail( 'user', 'Login details', true, '[user_email]' ),
			),
			'does'          => array(
				array(
					'what' => 'other',
					'name' => 'A new account',
					'held' => false,
				),
			),
			'not_tried'     => 'not_held',
		);
	}

	/**
	 * One field.
	 *
	 * @param string $name     Its name.
	 * @param string $type     As browsers know it.
	 * @param string $label    Core's words.
	 * @param bool   $required Whether it is.
	 * @return array<string, mixed>
	 */
	private static function field( string $name, string $type, string $label, bool $required ): array {
		return compact( 'name', 'type', 'label', 'required' );
	}

	/**
	 * One mail. Core sends from wordpress@ the site's own domain.
	 *
	 * @param string $id    Ours.
	 * @param string $title What it is.
	 * @param bool   $on    Whether it is sent.
	 * @param string $to    An address, or a field in brackets.
	 * @return array<string, mixed>
	 */
	private static function mail( string $id, string $title, bool $on, string $to ): array {
		$domain = (string) preg_replace( '/^www\./', '', (string) wp_parse_url( network_home_url(), PHP_URL_HOST ) );
		return compact( 'id', 'title', 'on' ) + Form_Address::recipients( $to ) + Form_Address::sender( (string) apply_filters( 'wp_mail_from', "wordpress@$domain" ) ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- core's own.
	}
}
