<?php
/**
 * What deletes an entry, as the original's service does.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace FluentForm\App\Services\Submission;

defined( 'ABSPATH' ) || exit;

final class SubmissionService {

	/**
	 * Deletes entries.
	 *
	 * @param int[] $submission_ids Theirs.
	 * @param int   $form_id        The form's.
	 */
	public function deleteEntries( $submission_ids, $form_id ): void { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName -- The original's name.
		global $wpdb;
		do_action( 'fluentform/before_deleting_entries', $submission_ids, $form_id );
		foreach ( $submission_ids as $id ) {
			$wpdb->delete( "{$wpdb->prefix}fluentform_submissions", array( 'id' => (int) $id ) );
		}
		do_action( 'fluentform/after_deleting_submissions', $submission_ids, $form_id );
	}
}
