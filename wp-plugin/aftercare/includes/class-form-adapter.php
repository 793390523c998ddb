<?php
/**
 * What the adapters of form plugins share: one outcome for each form that a visitor posted, and what was seen on the way.
 *
 * An entry that an import, an API or wp-admin makes is nobody's submission: only the form that this request posts counts.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

abstract class Form_Adapter implements Reads_The_End {

	/** @var array<string, mixed> Facts of the submission that is under way: `entry`, `kept`, `spam_by`. */
	protected $seen = array();

	/** Whether this request posts one of this plugin's forms and nothing was told of it yet. */
	protected function under_way(): bool {
		return ! Form_Watch::settled() && 0 === strncmp( Form_Watch::form(), static::PLUGIN . ':', strlen( static::PLUGIN ) + 1 );
	}

	/**
	 * The entry is in the site's database.
	 *
	 * @param mixed $id Its id; none, and it is not kept.
	 */
	protected function entry( $id ): void {
		$id                  = self::whole( $id );
		$this->seen['kept']  = $id > 0;
		$this->seen['entry'] = $id > 0 ? (string) $id : '';
		Form_Canary::entry( $this->seen['entry'] );
	}

	/**
	 * The one outcome of the form that is under way.
	 *
	 * @param string               $type   One of the protocol's form events.
	 * @param string               $status The form plugin's word for it, or ours where it has none.
	 * @param array<string, mixed> $more   What this outcome tells beside what was seen.
	 */
	protected function outcome( string $type, string $status, array $more = array() ): ?Event {
		return $this->under_way() ? new Event( $type, $more + array( 'status' => $status ) + $this->seen ) : null;
	}

	/**
	 * The form plugin took it and is done: failed all the same when it mailed and no mail left.
	 *
	 * @param string $status Where all is well.
	 */
	protected function taken( string $status = 'submitted' ): ?Event {
		$mails  = Mail_Watch::outcomes();
		$failed = $mails && ! in_array( false, $mails, true );
		return $failed ? $this->outcome( 'form.failed', 'mail_failed' ) : $this->outcome( 'form.submitted', $status );
	}

	/**
	 * Refused, by these fields.
	 *
	 * @param string[]|int[] $fields Their names.
	 */
	protected function refused( array $fields ): ?Event {
		return $this->outcome( 'form.rejected', 'validation_failed', array( 'invalid' => array_values( $fields ) ) );
	}

	/** Spam, as whoever was seen to say so says. */
	protected function spam(): ?Event {
		return $this->outcome( 'form.spam', 'spam', array( 'spam_by' => (string) ( $this->seen['spam_by'] ?? '' ) ) );
	}

	/** Lost; an entry that was kept before is told with it. */
	public function ended( string $fatal, int $http_status ): ?Event {
		$how = array(
			'http_status' => $http_status,
			'error'       => $fatal,
		);
		return $this->outcome( 'form.lost', '' === $fatal ? 'no_outcome' : 'fatal', $how );
	}

	/**
	 * The slug of the plugin that a class or function is written in: a Pro version lies in a folder of another name.
	 *
	 * @param string $name Of a class or a function that is there.
	 */
	protected static function slug_of( string $name ): string {
		$written = class_exists( $name ) ? new \ReflectionClass( $name ) : new \ReflectionFunction( $name );
		return Callbacks::owner( (string) $written->getFileName() )['slug'];
	}

	/**
	 * A whole number above nothing, 0 for all else: ids come from the visitor too.
	 *
	 * @param mixed $value What came.
	 */
	protected static function whole( $value ): int {
		return is_scalar( $value ) && ctype_digit( (string) $value ) ? (int) $value : 0;
	}

	/**
	 * Whether this is a request to admin-ajax.php for one of these actions.
	 *
	 * @param string               $path    The request's path.
	 * @param array<string, mixed> $post    What was posted.
	 * @param string[]             $actions Their names.
	 */
	protected static function by_ajax( string $path, array $post, array $actions ): bool {
		// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- compared only.
		return 'admin-ajax.php' === basename( $path ) && in_array( $post['action'] ?? $_GET['action'] ?? '', $actions, true );
	}
}
