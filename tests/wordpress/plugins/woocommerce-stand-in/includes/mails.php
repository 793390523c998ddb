<?php
/**
 * The mails: each is on or off, has a recipient or none, goes now or is queued in Action Scheduler.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

class WC_Email {

	/** @var string */
	public $id;

	/** @var string */
	public $title;

	/** @var bool */
	protected $customer_email;

	/** @var string */
	private $customer = '';

	/** One of them. */
	public function __construct( string $id, string $title, bool $to_customer ) {
		$this->id             = $id;
		$this->title          = $title;
		$this->customer_email = $to_customer;
	}

	/** Its settings. */
	private function settings(): array {
		return (array) get_option( "woocommerce_{$this->id}_settings", array() );
	}

	/** Whether it goes to a customer. */
	public function is_customer_email(): bool {
		return $this->customer_email;
	}

	/** Its name in the settings. */
	public function get_title(): string {
		return $this->title;
	}

	/** Whether it is on. */
	public function is_enabled(): bool {
		return (bool) apply_filters( "woocommerce_email_enabled_{$this->id}", 'no' !== ( $this->settings()['enabled'] ?? 'yes' ), null, $this );
	}

	/** Whom it goes to. */
	public function get_recipient(): string {
		$shop = (string) ( $this->settings()['recipient'] ?? get_option( 'admin_email' ) );
		$to   = (string) apply_filters( "woocommerce_email_recipient_{$this->id}", $this->customer_email ? $this->customer : $shop, null, $this );
		return implode( ', ', array_filter( array_map( 'trim', explode( ',', $to ) ), 'is_email' ) );
	}

	/** Goes, where it is on and somebody would get it. */
	public function trigger( string $customer ): void {
		$this->customer = $customer;
		if ( ! $this->is_enabled() ) {
			do_action( 'woocommerce_email_disabled', $this->id, $this );
			return;
		}
		if ( '' === $this->get_recipient() ) {
			do_action( 'woocommerce_email_skipped', 'no_recipient', $this->id, $this );
			return;
		}
		$sent = wp_mail( $this->get_recipient(), 'New order', 'Private words', 'Content-Type: text/html' );
		do_action( 'woocommerce_email_sent', $sent, $this->id, $this );
	}
}

class WC_Emails {

	/** @var self|null */
	private static $one = null;

	/** @var array<string, WC_Email> */
	private $emails;

	/** The one mailer. */
	public static function instance(): self {
		if ( null === self::$one ) {
			self::$one         = new self();
			self::$one->emails = array(
				'WC_Email_New_Order'               => new WC_Email( 'new_order', 'New order', false ),
				'WC_Email_Customer_On_Hold_Order'  => new WC_Email( 'customer_on_hold_order', 'Order on-hold', true ),
				'WC_Email_Customer_New_Account'    => new WC_Email( 'customer_new_account', 'New account', true ),
				'WC_Email_Customer_Reset_Password' => new WC_Email( 'customer_reset_password', 'Reset password', true ),
			);
		}
		return self::$one;
	}

	/** All of them. */
	public function get_emails(): array {
		return $this->emails;
	}

	/** Taken for what happens to orders and customers. */
	public static function init_transactional_emails(): void {
		$how = apply_filters( 'woocommerce_defer_transactional_emails', false ) ? 'queue_transactional_email' : 'send_transactional_email';
		foreach ( array( 'woocommerce_order_status_pending_to_processing', 'woocommerce_order_status_pending_to_on-hold', 'woocommerce_created_customer' ) as $action ) {
			add_action( $action, array( __CLASS__, $how ), 10, 10 );
		}
	}

	/** Later, by Action Scheduler: not here. */
	public static function queue_transactional_email( ...$args ): void {
	}

	/** Now. */
	public static function send_transactional_email( ...$args ): void {
		$emails   = self::instance()->get_emails();
		$customer = sanitize_email( wp_unslash( $_POST['billing_email'] ?? $_POST['email'] ?? 'vera@visitor.example' ) ); // phpcs:ignore WordPress.Security
		if ( 'woocommerce_created_customer' === current_filter() ) {
			$emails['WC_Email_Customer_New_Account']->trigger( $customer );
			return;
		}
		$emails['WC_Email_New_Order']->trigger( $customer );
		$emails['WC_Email_Customer_On_Hold_Order']->trigger( $customer );
	}
}

add_action( 'init', array( 'WC_Emails', 'init_transactional_emails' ), 0 );

/** Work for later. */
function as_schedule_single_action( int $at, string $hook, array $args = array() ): int {
	update_option( 'woocommerce_stand_in_queue', array( $at => $hook ), false );
	return 1;
}

/** The ids of what waits since then. */
function as_get_scheduled_actions( array $query, string $as ): array {
	$before = strtotime( $query['date'] . ' UTC' );
	$late   = array_filter(
		(array) get_option( 'woocommerce_stand_in_queue', array() ),
		static function ( string $hook, int $at ) use ( $query, $before ): bool {
			return $hook === $query['hook'] && $at <= $before;
		},
		ARRAY_FILTER_USE_BOTH
	);
	return array_keys( $late );
}

/** Nothing waits any more. */
function as_unschedule_all_actions( string $hook ): void {
	delete_option( 'woocommerce_stand_in_queue' );
}
