<?php
/**
 * WooCommerce's mails: which there are, which leave later, which go to nobody.
 *
 * `WC_Email` in includes/emails/class-wc-email.php; deferred by `WC_Emails::init_transactional_emails()`, since 10.8 in
 * Action Scheduler (src/Internal/Email/DeferredEmailQueue.php), where a queue that nobody runs keeps them.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Woocommerce_Mails {

	/** What a deferred mail is called in Action Scheduler. */
	const QUEUED = 'woocommerce_send_queued_transactional_email';

	/** Seconds that a queued mail may wait: Action Scheduler looks once a minute where cron runs. */
	const PATIENCE_S = 900;

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
	 * Some of them, as `forms.list` has notifications, in this order.
	 *
	 * @param string[] $ids      The mails'.
	 * @param string   $customer The field that a customer's address is typed into.
	 * @return array<int, array<string, mixed>>
	 */
	public static function told( array $ids, string $customer ): array {
		$mail  = new Form_Mail( 'strval' );
		$from  = (string) get_option( 'woocommerce_email_from_address' );
		$stuck = self::later() ? self::stuck() : '';
		$told  = array();
		foreach ( self::all() as $one ) {
			$place = array_search( $one->id, $ids, true );
			if ( false !== $place ) {
				$to             = $one->is_customer_email() ? "[$customer]" : (string) $one->get_recipient();
				$told[ $place ] = $mail->told( (string) $one->id, (string) $one->get_title(), (bool) $one->is_enabled(), $to, $from, $stuck );
			}
		}
		ksort( $told );
		return array_values( $told );
	}

	/** Why deferred mails do not leave; nothing where they do. */
	private static function stuck(): string {
		if ( ! function_exists( 'as_get_scheduled_actions' ) ) {
			return '';
		}
		$late = \as_get_scheduled_actions(
			array(
				'hook'         => self::QUEUED,
				'status'       => 'pending',
				'date'         => gmdate( 'Y-m-d H:i:s', time() - self::PATIENCE_S ),
				'date_compare' => '<=',
				'per_page'     => 100,
			),
			'ids'
		);
		if ( ! $late ) {
			return '';
		}
		return sprintf( 'It is left to Action Scheduler, where %d mails of orders have waited for more than %d minutes: nothing runs the queue (Tools, Scheduled Actions, Pending).', count( $late ), self::PATIENCE_S / 60 );
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
