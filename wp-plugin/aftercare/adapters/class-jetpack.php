<?php
/**
 * Jetpack Forms, from 15.0: one event for each submission.
 *
 * `grunion_after_message_sent` fires last, also where no mail was sent or it failed. A refusal has no hook: the errors are
 * read when the request is over. A form is named as its hidden field `contact-form-id` names it: by the page that shows it
 * and, from the second on, its number there (`12`, `12-1`), or by its widget, template or template part. Its answers are
 * posts of the type `feedback`. Before 15.0 all forms of a page have the page's name.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Includes\Forms\Jetpack_Forms;
use Aftercare\Includes\Forms\Late_Hold;
use Automattic\Jetpack\Forms\ContactForm\Contact_Form;

final class Jetpack extends \Aftercare\Form_Adapter implements \Aftercare\Takes_A_Canary, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'jetpack';

	const VERIFIED    = '16.1.2';
	const VERIFIED_ON = 'plugin';

	const ACTION = 'grunion-contact-form';

	const HOOKS = array(
		'check_admin_referer'                  => array( 'nonce', PHP_INT_MAX ),
		'jetpack_forms_jwt_decode_failure'     => array( 'undecoded', PHP_INT_MAX ),
		'jetpack_forms_log'                    => array( 'logged', 0 ),
		'contact_form_is_spam_akismet'         => array( 'asked_akismet', PHP_INT_MAX ),
		'jetpack_contact_form_is_spam'         => array( 'filtered', PHP_INT_MAX ),
		'jetpack_contact_form_in_comment_disallowed_list' => array( 'disallowed', PHP_INT_MAX ),
		'grunion_after_feedback_post_inserted' => array( 'kept', 0 ),
		'grunion_after_message_sent'           => array( 'answered', PHP_INT_MAX ),
	);

	/** Errors of a form that are of none of its fields. */
	const FORM_ERRORS = array( 'empty', 'invalid_ref', 'unpublished_form' );

	/** What a test entry is not copied to by Jetpack's synchronisation with WordPress.com. */
	const SYNCED = array( 'jetpack_sync_save_post', 'jetpack_published_post', 'deleted_post', 'added_post_meta', 'updated_post_meta', 'deleted_post_meta' );

	/** @var bool Called spam. */
	private $is_spam = false;

	/** @var string Why the plugin gave it up before it looked at a field. */
	private $given_up = '';

	/** Jetpack's version while its module Forms is on; the package's own where another plugin brings it. */
	public function version(): string {
		if ( defined( 'JETPACK__VERSION' ) && class_exists( '\Jetpack' ) ) {
			return \Jetpack::is_module_active( 'contact-form' ) ? (string) JETPACK__VERSION : '';
		}
		$package = '\Automattic\Jetpack\Forms\Jetpack_Forms';
		return class_exists( $package ) ? (string) $package::PACKAGE_VERSION : '';
	}

	/** A POST to any page, or by admin-ajax. */
	public function posted( string $path, array $post ): ?array {
		$id      = $post['contact-form-id'] ?? '';
		$by_ajax = self::by_ajax( $path, $post, array( self::ACTION ) );
		if ( ! is_string( $id ) || '' === $id || ( ! $by_ajax && ( is_admin() || self::ACTION !== ( $post['action'] ?? '' ) ) ) ) {
			return null;
		}
		return Jetpack_Forms::named( $id, isset( $post['jetpack_contact_form_jwt'] ) );
	}

	/**
	 * A nonce was looked at: only those who are logged in have one.
	 *
	 * @param mixed $action What it is for.
	 * @param mixed $valid  1 or 2, or false.
	 */
	public function nonce( $action, $valid = false ): ?Event {
		$ours = is_string( $action ) && 0 === strncmp( $action, 'contact-form_', 13 );
		return $ours && ! $valid ? $this->outcome( 'form.rejected', 'nonce', array( 'kept' => false ) ) : null;
	}

	/**
	 * The page's token is not one of this site's key: the page was cached before the key changed.
	 *
	 * @param mixed $form What another plugin makes of it.
	 */
	public function undecoded( $form ): void {
		$this->given_up = null === $form ? 'nonce' : '';
	}

	/**
	 * The plugin notes why it gave up.
	 *
	 * @param mixed $what Its word.
	 * @param mixed $code Its code, where it has one.
	 */
	public function logged( $what, $code = '' ): void {
		if ( 'submission_rejected_parent_trashed_or_deleted' === $what ) {
			$this->given_up = 'inactive';
		} elseif ( 'submission_failed' === $what && '' === $this->given_up && is_string( $code ) && 'unknown' !== $code ) {
			$this->given_up = $code;
		}
	}

	/**
	 * Akismet was asked.
	 *
	 * @param mixed $spam Its verdict; an error, and it is thrown away.
	 */
	public function asked_akismet( $spam ): void {
		if ( $spam ) {
			$this->seen['spam_by'] = 'akismet';
		}
	}

	/**
	 * All spam filters were asked. An error, and the entry is thrown away.
	 *
	 * @param mixed $spam Their verdict.
	 */
	public function filtered( $spam ): ?Event {
		$this->is_spam = true === $spam;
		if ( ! is_wp_error( $spam ) || ! $this->under_way() ) {
			return null;
		}
		$this->seen += array( 'spam_by' => (string) $spam->get_error_code() );
		return $this->outcome( 'form.spam', 'spam', array( 'kept' => false ) );
	}

	/**
	 * The words and addresses that Settings → Discussion disallows were looked for: such an entry is spam already.
	 *
	 * @param mixed $disallowed Whether there are some.
	 */
	public function disallowed( $disallowed ): void {
		if ( $disallowed && ! isset( $this->seen['spam_by'] ) ) {
			$this->seen['spam_by'] = 'disallowed_list';
			$this->is_spam         = true;
		}
	}

	/**
	 * The entry is a post; one that is to be deleted in a day, where the form does not keep entries.
	 *
	 * @param mixed $entry Its id.
	 */
	public function kept( $entry ): void {
		$this->entry( $entry );
		$this->seen['kept'] = $this->seen['kept'] && 'jp-temp-feedback' !== get_post_status( (int) $entry );
	}

	/** All is over. */
	public function answered(): ?Event {
		$this->seen += array( 'kept' => false );
		return $this->is_spam ? $this->spam() : $this->taken();
	}

	/** @inheritDoc */
	public function ended( string $fatal, int $http_status ): ?Event {
		if ( '' !== $fatal ) {
			return parent::ended( $fatal, $http_status );
		}
		$codes = Jetpack_Forms::errors();
		if ( $codes ) {
			$fields     = array_diff( $codes, self::FORM_ERRORS );
			$this->seen = array( 'kept' => false );
			if ( $fields ) {
				return $this->refused( $fields );
			}
			return $this->outcome( 'form.rejected', 'unpublished_form' === reset( $codes ) ? 'inactive' : 'form_error' );
		}
		if ( '' !== $this->given_up ) {
			return $this->outcome( 'form.rejected', $this->given_up, array( 'kept' => false ) );
		}
		return parent::ended( $fatal, $http_status );
	}

	/** @inheritDoc */
	public function forms(): array {
		return Jetpack_Forms::all( Late_Hold::deeds( Jetpack_Forms::HOOKS, array( Contact_Form::class ) ) );
	}

	/** Neither Akismet nor another filter is asked: they ask nothing where it is spam already, and the last word is ours. */
	public function exempt(): void {
		add_filter( 'jetpack_contact_form_is_spam', '__return_true', PHP_INT_MIN );
		add_filter( 'jetpack_contact_form_is_spam', '__return_false', PHP_INT_MAX - 1 ); // Before we look at it.
		add_filter( 'jetpack_contact_form_in_comment_disallowed_list', '__return_true', PHP_INT_MIN );
		add_filter( 'jetpack_contact_form_in_comment_disallowed_list', '__return_false', PHP_INT_MAX - 1 );
	}

	/** @inheritDoc */
	public function hold(): array {
		add_filter( 'jetpack_forms_webhooks_enabled', '__return_false', PHP_INT_MAX );
		add_filter( 'jetpack_forms_mailpoet_enable', '__return_false', PHP_INT_MAX );
		add_filter( 'jetpack_forms_hostinger_reach_enable', '__return_false', PHP_INT_MAX );
		// Whatever a newer version connects asks the form for it.
		add_action( 'grunion_after_feedback_post_inserted', array( Jetpack_Forms::class, 'disconnect' ), PHP_INT_MIN, 2 );
		foreach ( array( '', '\\' ) as $root ) { // Jetpack's own statistics.
			remove_action( 'grunion_pre_message_sent', $root . 'Automattic\Jetpack\Forms\ContactForm\Util::jetpack_tracks_record_grunion_pre_message_sent', 12 );
		}
		foreach ( self::SYNCED as $action ) {
			add_filter( "jetpack_sync_before_enqueue_$action", '__return_false', PHP_INT_MAX );
		}
		return array_merge( array( 'webhooks', 'Salesforce', 'MailPoet', 'Hostinger Reach', 'WordPress.com' ), Late_Hold::off( Jetpack_Forms::HOOKS, array( Contact_Form::class ) ) );
	}

	/** @inheritDoc */
	public function show( string $entry ): ?array {
		return Jetpack_Forms::entry( self::whole( $entry ) );
	}

	/** @inheritDoc */
	public function forget( string $entry ): bool {
		return Jetpack_Forms::forget( self::whole( $entry ) );
	}
}
