<?php
/**
 * WooCommerce's mails: which there are, which leave later, which go to nobody.
 *
 * `WC_Email` in includes/emails/class-wc-email.php; deferred by `WC_Emails::init_transactional_emails()`.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Woocommerce_Mails {

	/** Whether the mails of an order wait for Action Scheduler, or for a background request. */
	public static function later(): bool {
		return false !== has_action( 'woocommerce_order_status_pending_to_processing', array( 'WC_Emails', 'queue_transactional_email' ) );
	}

	/**
	 * Why a mail does not even begin: off, skipped (nobody would get it), or nothing.
	 *
	 * @param string $id The mail's.
	 */
	public static function without( string $id ): string {
		foreach ( self::all() as $mail ) {
			if ( $id === $mail->id ) {
				return ! $mail->is_enabled() ? 'off' : ( '' === (string) $mail->get_recipient() ? 'skipped' : '' );
			}
		}
		return '';
	}

	/**
	 * All of them.
	 *
	 * @return \WC_Email[]
	 */
	public static function all(): array {
		return array_filter( (array) \WC()->mailer()->get_emails(), 'is_object' );
	}
}
