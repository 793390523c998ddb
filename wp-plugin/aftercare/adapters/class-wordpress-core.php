<?php
/**
 * WordPress's own forms: a comment, a lost password, a registration.
 *
 * A test entry is taken of a comment only: a reset key and an account cannot be taken back.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Hold;
use Aftercare\Form_Watch;
use Aftercare\Includes\Forms\Wordpress_Core_Forms;
use Aftercare\Mail_Watch;

final class Wordpress_Core extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

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

	/** Once a comment is in: what other plugins do with it. */
	const AFTER = array( 'comment_post', 'wp_insert_comment' );

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
		$this->entry( $id );
		if ( in_array( $approved, array( 'spam', 'trash' ), true ) ) {
			$this->seen['spam_by'] = 'trash' === $approved ? 'disallowed_list' : '';
			return $this->outcome( 'form.spam', (string) $approved );
		}
		return $this->outcome( 'form.submitted', 1 === (int) $approved ? 'approved' : 'held' );
	}

	/** A comment was refused: too fast, a duplicate, a field that is missing. Not when PHP itself failed. */
	public function died(): ?Event {
		$last = error_get_last();
		if ( ! $this->is( 'comment' ) || ( null !== $last && $last['type'] & \Aftercare\Php_Errors::FATAL ) ) {
			return null;
		}
		return $this->outcome( 'form.rejected', 'refused' );
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
			return $this->is( 'lostpassword' ) && false === $user ? $this->outcome( 'form.rejected', 'invalidcombo' ) : null;
		}
		return $this->outcome( 'form.rejected', implode( ', ', array_map( 'strval', $errors->get_error_codes() ) ) );
	}

	/** The mail with the link did not leave: the user is told. */
	public function mail_failed(): ?Event {
		return $this->is( 'lostpassword' ) ? $this->outcome( 'form.failed', 'mail_failed' ) : null;
	}

	/** The end of a lost password or a registration that went through, as far as the visitor sees. */
	public function redirected(): ?Event {
		if ( ! $this->is( 'lostpassword' ) && ! $this->is( 'register' ) ) {
			return null;
		}
		$failed = in_array( true, Mail_Watch::outcomes(), true );
		return $this->outcome( $failed ? 'form.failed' : 'form.submitted', $failed ? 'mail_failed' : 'accepted' );
	}

	/** @inheritDoc */
	public function forms(): array {
		return Wordpress_Core_Forms::told( Form_Hold::deeds( self::AFTER, array() ) );
	}

	/** Of a comment: duplicates, too many in a short time, the lists of words, Akismet. */
	public function exempt(): void {
		add_filter( 'duplicate_comment_id', '__return_false', PHP_INT_MAX );
		add_filter( 'comment_flood_filter', '__return_false', PHP_INT_MAX );
		foreach ( array( 'auto_check_comment', 'rest_auto_check_comment' ) as $asks ) {
			remove_filter( 'preprocess_comment', array( 'Akismet', $asks ), 1 );
		}
		add_filter(
			'pre_comment_approved',
			static function () {
				return 0;
			},
			PHP_INT_MAX
		);
	}

	/** A test is never published, not for a moment: it waits for a moderator who never sees it. */
	public function hold(): array {
		add_filter(
			'pre_comment_approved',
			static function ( $approved ) {
				return 1 === $approved || '1' === $approved ? 0 : $approved;
			},
			PHP_INT_MAX
		);
		add_filter(
			'preprocess_comment',
			static function ( $comment ) {
				Form_Hold::remove_others( self::AFTER, array() );
				return $comment;
			},
			PHP_INT_MAX
		);
		add_filter( 'flamingo_add_contact', '__return_empty_array', PHP_INT_MAX ); // Its address book is filled by comments too.
		return array();
	}

	/** A comment; what the spam filter or the lists of words made of it. */
	public function show( string $entry ): ?array {
		$id      = self::whole( $entry );
		$comment = 0 === $id ? null : get_comment( $id );
		return null === $comment ? null : array(
			'form'    => 'comment',
			'at'      => (int) strtotime( "$comment->comment_date_gmt UTC" ),
			'spam'    => 'spam' === $comment->comment_approved,
			'spam_by' => get_comment_meta( $id, 'akismet_result', true ) === 'true' ? 'akismet' : '',
		);
	}

	/** The comment. */
	public function forget( string $entry ): bool {
		$id = self::whole( $entry ); // Asked for comment 0, core answers with the one of the page.
		return 0 === $id || null === get_comment( $id ) || wp_delete_comment( $id, true );
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
