<?php
/**
 * WooCommerce, from 7.2: one event for each order, registration and lost password that a visitor posts, and these forms.
 * None takes a test entry: an order and an account cannot be taken back.
 *
 * The classic checkout (`wc-ajax=checkout`, or a page without JavaScript) tells its refusals as notices and its success as
 * the gateway's result; what the block checkout posts to the Store API has its outcome in the answer only. A declined card
 * is the customer's to mend: `form.rejected` with an order that is kept. Mails that are deferred leave later, from Action
 * Scheduler; one that is off or has no recipient is said so (`woocommerce_email_disabled`, `woocommerce_email_skipped`,
 * from 10.9; before, the shop's mail of a new order is looked at).
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Adapters;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Event;
use Aftercare\Form_Watch;
use Aftercare\Includes\Forms\Woocommerce_Forms;
use Aftercare\Includes\Forms\Woocommerce_Mails;
use Aftercare\Includes\Forms\Woocommerce_Refusals;
use Aftercare\Mail_Watch;

final class Woocommerce extends \Aftercare\Form_Adapter implements \Aftercare\Lists_Forms, \Aftercare\Shows_An_Entry {

	const PLUGIN = 'woocommerce';

	const VERIFIED    = '10.9.1';
	const VERIFIED_ON = 'plugin';

	const HOOKS = array(
		'woocommerce_before_checkout_process'          => array( 'began', 0 ),
		'woocommerce_after_checkout_validation'        => array( 'checked', PHP_INT_MAX ),
		'woocommerce_add_error'                        => array( 'noticed', PHP_INT_MAX ),
		'woocommerce_checkout_update_order_meta'       => array( 'ordered', 0 ),
		'woocommerce_store_api_checkout_order_processed' => array( 'ordered', 0 ),
		'woocommerce_email_disabled'                   => array( 'mail_is_off', PHP_INT_MAX ),
		'woocommerce_email_skipped'                    => array( 'mail_skipped', PHP_INT_MAX ),
		'woocommerce_payment_successful_result'        => array( 'paid', PHP_INT_MAX ),
		'woocommerce_checkout_no_payment_needed_redirect' => array( 'paid', PHP_INT_MAX ),
		'rest_post_dispatch'                           => array( 'answered', PHP_INT_MAX ),
		'woocommerce_registration_errors'              => array( 'account_checked', PHP_INT_MAX ),
		'woocommerce_created_customer'                 => array( 'registered', PHP_INT_MAX ), // After its mail.
		'lostpassword_errors'                          => array( 'account_checked', PHP_INT_MAX ),
		'wp_redirect'                                  => array( 'redirected', PHP_INT_MAX ),
	);

	/** @var bool The nonce was good. */
	private $began = false;

	/** @var bool The visitor is shown an error. */
	private $noticed = false;

	/** @var array<string, string> Mails that were not begun: id → off or skipped. */
	private $without = array();

	/** @inheritDoc */
	public function version(): string {
		return defined( 'WC_VERSION' ) ? (string) WC_VERSION : '';
	}

	/** The checkout, classic or block, and the forms of "My account". */
	public function posted( string $path, array $post ): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- compared only.
		$ajax    = $_GET['wc-ajax'] ?? '';
		$classic = 'checkout' === $ajax || isset( $post['woocommerce_checkout_place_order'] );
		if ( ( $classic && ! isset( $post['woocommerce_checkout_update_totals'] ) ) || self::by_store_api( $path ) ) {
			return self::form( 'checkout', 'Checkout' );
		}
		if ( isset( $post['register'], $post['email'], $post['woocommerce-register-nonce'] ) ) {
			return self::form( 'register', 'My account: registration' );
		}
		return isset( $post['wc_reset_password'], $post['user_login'] ) ? self::form( 'lostpassword', 'My account: lost password' ) : null;
	}

	/** @inheritDoc */
	public function forms(): array {
		return Woocommerce_Forms::all();
	}

	/** @inheritDoc */
	public function show( string $entry ): ?array {
		return Woocommerce_Forms::entry( $entry );
	}

	/** The nonce was good, the cart is looked at next. */
	public function began(): void {
		$this->began = true;
	}

	/**
	 * Fields, shipping and payment method were looked at.
	 *
	 * @param mixed $data   Not looked at.
	 * @param mixed $errors WP_Error: code → words; its data may name the field.
	 */
	public function checked( $data, $errors = null ): ?Event {
		if ( ! $errors instanceof \WP_Error || ! $errors->has_errors() ) {
			return null;
		}
		$this->seen['kept'] = false;
		$names              = array();
		foreach ( array_map( 'strval', $errors->get_error_codes() ) as $code ) {
			if ( preg_match( '/captcha|turnstile|akismet|cleantalk|antispam|anti-spam|honeypot/i', $code, $who ) ) {
				$this->seen['spam_by'] = strtolower( $who[0] );
				return $this->spam();
			}
			$about   = $errors->get_error_data( $code );
			$names[] = is_array( $about ) && is_string( $about['id'] ?? null ) ? $about['id'] : (string) preg_replace( '/_(required|validation)$/', '', $code );
		}
		return $this->refused( array_unique( $names ) );
	}

	/** The visitor is shown an error; whose, its words say, and those are not looked at. */
	public function noticed(): void {
		$this->noticed = true;
	}

	/**
	 * The order is in the database.
	 *
	 * @param mixed $order Its id, or itself.
	 */
	public function ordered( $order ): void {
		$this->entry( is_object( $order ) && method_exists( $order, 'get_id' ) ? $order->get_id() : $order );
	}

	/**
	 * A mail that is switched off.
	 *
	 * @param mixed $id Its id.
	 */
	public function mail_is_off( $id ): void {
		$this->without[ (string) $id ] = 'off';
	}

	/**
	 * A mail that nobody would get.
	 *
	 * @param mixed $reason Not looked at: there is one.
	 * @param mixed $id     Its id.
	 */
	public function mail_skipped( $reason, $id = '' ): void {
		$this->without[ (string) $id ] = 'skipped';
	}

	/** The gateway is content, or there was nothing to pay: the order's mails are out. */
	public function paid(): ?Event {
		return $this->under_way() && isset( $this->seen['entry'] ) ? $this->done() : null;
	}

	/**
	 * The Store API's answer.
	 *
	 * @param mixed $response WP_REST_Response.
	 */
	public function answered( $response ): ?Event {
		if ( ! $response instanceof \WP_HTTP_Response || ! $this->is( 'checkout' ) ) {
			return null;
		}
		$said = (array) $response->get_data();
		if ( $response->get_status() >= 400 ) {
			return $this->declined( $response->get_status(), $said );
		}
		$paid = (array) ( $said['payment_result'] ?? array() );
		return in_array( $paid['payment_status'] ?? '', array( 'failure', 'error' ), true ) ? $this->outcome( 'form.rejected', 'payment_failed' ) : $this->done();
	}

	/**
	 * A registration or a lost password was looked at.
	 *
	 * @param mixed $errors WP_Error; empty when all is well.
	 */
	public function account_checked( $errors ): ?Event {
		$ours = $this->is( 'register' ) || $this->is( 'lostpassword' );
		return $ours && $errors instanceof \WP_Error && $errors->has_errors() ? $this->outcome( 'form.rejected', implode( ', ', array_map( 'strval', $errors->get_error_codes() ) ) ) : null;
	}

	/**
	 * The account is made and its mail is out.
	 *
	 * @param mixed $id The customer's.
	 */
	public function registered( $id ): ?Event {
		if ( ! $this->is( 'register' ) ) {
			return null;
		}
		$this->seen = array(
			'kept'  => true,
			'entry' => Woocommerce_Forms::CUSTOMER . self::whole( $id ),
		);
		return $this->done();
	}

	/** A lost password's link was mailed, as far as the visitor is told. */
	public function redirected(): ?Event {
		return $this->is( 'lostpassword' ) && ! $this->noticed ? $this->done() : null;
	}

	/** The end that no hook told: an error was shown, or the cart was empty. */
	public function ended( string $fatal, int $http_status ): ?Event {
		if ( '' !== $fatal ) {
			return parent::ended( $fatal, $http_status );
		}
		if ( isset( $this->seen['entry'] ) && $this->noticed ) {
			return $this->outcome( 'form.rejected', 'payment_failed' );
		}
		if ( ! $this->noticed && ! ( $this->is( 'checkout' ) && self::cart_is_empty() ) ) {
			return parent::ended( $fatal, $http_status );
		}
		$this->seen['kept'] = false;
		if ( $this->is( 'checkout' ) && self::cart_is_empty() ) {
			return $this->outcome( 'form.rejected', 'cart_empty' );
		}
		return $this->outcome( 'form.rejected', $this->is( 'checkout' ) && ! $this->began ? 'nonce' : 'refused' );
	}

	/** All is done: what did its mails come to? */
	private function done(): ?Event {
		if ( $this->is( 'checkout' ) && self::awaits_payment( (int) ( $this->seen['entry'] ?? 0 ) ) ) {
			return $this->outcome( 'form.submitted', 'payment_pending' );
		}
		if ( Woocommerce_Mails::later() ) {
			return $this->outcome( 'form.submitted', 'mails_later' );
		}
		$without = $this->without;
		if ( $this->is( 'checkout' ) && version_compare( $this->version(), '10.9', '<' ) ) {
			$without['new_order'] = Woocommerce_Mails::without( 'new_order' );
		}
		if ( in_array( 'skipped', $without, true ) && ! Mail_Watch::outcomes() ) {
			return $this->outcome( 'form.failed', 'mail_skipped' );
		}
		if ( in_array( 'skipped', $without, true ) ) {
			return $this->taken( 'mail_skipped' );
		}
		return $this->taken( in_array( 'off', $without, true ) && ! Mail_Watch::outcomes() ? 'mails_off' : 'submitted' );
	}

	/**
	 * What the Store API refused, and why.
	 *
	 * @param int                  $http_status Of its answer.
	 * @param array<string, mixed> $said        code, message, data, additional_errors.
	 */
	private function declined( int $http_status, array $said ): ?Event {
		$code = is_string( $said['code'] ?? null ) ? $said['code'] : '';
		if ( false !== strpos( $code, 'payment' ) && isset( $this->seen['entry'] ) ) {
			return $this->outcome( 'form.rejected', 'payment_failed' );
		}
		$this->seen += array( 'kept' => false );
		$known       = array(
			'woocommerce_rest_missing_nonce' => 'nonce',
			'woocommerce_rest_invalid_nonce' => 'nonce',
			'woocommerce_rest_cart_empty'    => 'cart_empty',
			'rate_limit_exceeded'            => 'too_many_requests',
		);
		if ( isset( $known[ $code ] ) ) {
			return $this->outcome( 'form.rejected', $known[ $code ] );
		}
		if ( $http_status >= 500 ) {
			return $this->outcome( 'form.failed', 'server_error' );
		}
		$fields = Woocommerce_Refusals::fields( $said );
		return $fields ? $this->refused( $fields ) : $this->outcome( 'form.rejected', '' === $code ? 'refused' : $code );
	}

	/** Whether this request posts that form and nothing was said of it yet. */
	private function is( string $form ): bool {
		return self::PLUGIN . ':' . $form === Form_Watch::form() && ! Form_Watch::settled();
	}

	/**
	 * Whether this is the block checkout's order: a POST that does not stand for a PUT or PATCH, which only update it.
	 *
	 * @param string $path The request's path, or its REST route.
	 */
	private static function by_store_api( string $path ): bool {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput, WordPress.Security.NonceVerification -- compared only.
		$meant = $_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE'] ?? $_GET['_method'] ?? 'POST';
		return 'POST' === $meant && 1 === preg_match( '#/wc/store(?:/v1)?/checkout/?$#', $path );
	}

	/**
	 * Whether the customer pays elsewhere, or later by hand: the order's mails come then.
	 *
	 * @param int $id The order's.
	 */
	private static function awaits_payment( int $id ): bool {
		$order = $id > 0 ? \wc_get_order( $id ) : null;
		return $order instanceof \WC_Order && $order->needs_payment();
	}

	/** Whether there is nothing to order. */
	private static function cart_is_empty(): bool {
		$cart = \WC()->cart;
		return is_object( $cart ) && $cart->is_empty();
	}

	/** Shapes an answer. */
	private static function form( string $form, string $title ): array {
		return compact( 'form', 'title' );
	}
}
