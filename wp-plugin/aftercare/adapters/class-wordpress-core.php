<?php
/**
 * WordPress's own forms: a comment, a lost password, a registration.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Watch;
use Aftercare\Mail_Watch;

final class Wordpress_Core implements \Aftercare\Adapter {

	const PLUGIN = 'core';

	const VERIFIED    = '7.1.1';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'comment_post'        => array( 'commented', PHP_INT_MAX ), // After core mailed about it.
		'wp_die_handler'      => array( 'died', PHP_INT_MAX ),
		'lostpassword_errors' => array( 'checked', PHP_INT_MAX ),
		'registration_errors' => array( 'checked', PHP_INT_MAX ),
		'wp_mail_failed'      => array( 'mail_failed', 20 ), // After the mail watch.
		'wp_redirect'         => array( 'redirected', PHP_INT_MAX ),
	);

	/** @inheritDoc */
	public function version(): string {
		return (string) get_bloginfo( 'version' );
	}

	/** @inheritDoc */
	public function posted( string $path, array $post ): ?array {
		$script = basename( $path );
		if ( 'wp-comments-post.php' === $script ) {
			return self::form( 'comment', 'Comment' );
		}
		if ( 'wp-login.php' !== $script ) {
			return null;
		}
		// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- compared only.
		$action = $_REQUEST['action'] ?? '';
		if ( in_array( $action, array( 'lostpassword', 'retrievepassword' ), true ) ) {
			return self::form( 'lostpassword', 'Lost password' );
		}
		return 'register' === $action ? self::form( 'register', 'Registration' ) : null;
	}

	/**
	 * A comment was stored.
	 *
	 * @param mixed $id       Its id.
	 * @param mixed $approved 0, 1, spam or trash.
	 */
	public function commented( $id, $approved = 1 ): ?Event {
		if ( ! $this->is( 'comment' ) ) {
			return null;
		}
		$spam = in_array( $approved, array( 'spam', 'trash' ), true );
		return new Event(
			$spam ? 'form.spam' : 'form.submitted',
			array(
				'status'  => $spam ? (string) $approved : ( 1 === (int) $approved ? 'approved' : 'held' ),
				'spam_by' => 'trash' === $approved ? 'disallowed_list' : '',
			)
		);
	}

	/** A comment was refused: too fast, a duplicate, a field that is missing. Not when PHP itself failed. */
	public function died(): ?Event {
		$last = error_get_last();
		if ( ! $this->is( 'comment' ) || ( null !== $last && $last['type'] & \Aftercare\Php_Errors::FATAL ) ) {
			return null;
		}
		return new Event( 'form.rejected', array( 'status' => 'refused' ) );
	}

	/**
	 * A lost password or a registration was looked at.
	 *
	 * @param mixed $errors WP_Error; empty when all is well.
	 * @param mixed $user   For a lost password: whose it is, false when nobody's.
	 */
	public function checked( $errors, $user = null ): ?Event {
		if ( ! ( $this->is( 'lostpassword' ) || $this->is( 'register' ) ) || ! $errors instanceof \WP_Error ) {
			return null;
		}
		if ( ! $errors->has_errors() ) {
			return $this->is( 'lostpassword' ) && false === $user ? new Event( 'form.rejected', array( 'status' => 'invalidcombo' ) ) : null;
		}
		return new Event( 'form.rejected', array( 'status' => implode( ', ', array_map( 'strval', $errors->get_error_codes() ) ) ) );
	}

	/** The mail with the link did not leave: the user is told. */
	public function mail_failed(): ?Event {
		return $this->is( 'lostpassword' ) ? new Event( 'form.failed', array( 'status' => 'mail_failed' ) ) : null;
	}

	/** The end of a lost password or a registration that went through, as far as the visitor sees. */
	public function redirected(): ?Event {
		if ( ! $this->is( 'lostpassword' ) && ! $this->is( 'register' ) ) {
			return null;
		}
		$failed = in_array( true, Mail_Watch::outcomes(), true );
		return new Event( $failed ? 'form.failed' : 'form.submitted', array( 'status' => $failed ? 'mail_failed' : 'accepted' ) );
	}

	/** Whether this request posts that form and nothing was said of it yet. */
	private function is( string $form ): bool {
		return self::PLUGIN . ':' . $form === Form_Watch::form() && ! Form_Watch::settled();
	}

	/** Shapes an answer. */
	private static function form( string $form, string $title ): array {
		return compact( 'form', 'title' );
	}
}
