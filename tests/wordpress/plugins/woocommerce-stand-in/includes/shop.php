<?php
/**
 * WC(): the cart, the ways to pay, the pages. A cookie stands for the session.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

class WC_Stand_In {

	/** @var self|null */
	private static $one = null;

	/** @var object */
	public $cart;

	/** @var object */
	public $countries;

	/** @var string[] */
	public $notices = array();

	/** The one shop. */
	public static function instance(): self {
		if ( null === self::$one ) {
			self::$one            = new self();
			self::$one->countries = new class() {

				/** The fields of an address. */
				public function get_address_fields( string $country = '', string $type = 'billing_' ): array {
					return array(
						"{$type}first_name" => array(
							'label'    => 'First name',
							'required' => true,
						),
						"{$type}country"    => array(
							'type'     => 'country',
							'label'    => 'Country / Region',
							'required' => true,
						),
						"{$type}city"       => array(
							'label'    => 'Town / City',
							'required' => true,
						),
						"{$type}email"      => array(
							'type'     => 'email',
							'label'    => 'Email address',
							'required' => true,
						),
					);
				}
			};
			self::$one->cart      = new class() {

				/** Whether nothing was put in. */
				public function is_empty(): bool {
					return empty( $_COOKIE['woocommerce_stand_in_cart'] );
				}
			};
		}
		return self::$one;
	}

	/** The mailer. */
	public function mailer(): WC_Emails {
		return WC_Emails::instance();
	}

	/** Ways to pay. */
	public function payment_gateways(): object {
		return new class() {

			/** One. */
			public function payment_gateways(): array {
				return array(
					(object) array(
						'id'      => 'bacs',
						'enabled' => 'yes',
					),
				);
			}
		};
	}

	/** What a gateway comes to: bank transfer waits for the money; a card is declined, or paid elsewhere. */
	public function pay( string $method, WC_Order $order ): array {
		if ( 'bacs' === $method ) {
			$order->update_status( 'on-hold' );
		}
		if ( 'declines' === $method ) {
			wc_add_notice( 'Declined', 'error' );
			return array( 'result' => 'failure' );
		}
		return array(
			'result'   => 'success',
			'redirect' => home_url( '/' ),
		);
	}
}

/** The shop. */
function WC(): WC_Stand_In { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName -- The original's name.
	return WC_Stand_In::instance();
}

/** A page within a page. */
function wc_get_endpoint_url( string $endpoint, string $value = '', string $permalink = '' ): string {
	return trailingslashit( $permalink ) . "$endpoint/";
}

/** The visitor is shown something. */
function wc_add_notice( string $message, string $type = 'success' ): void {
	$message = apply_filters( "woocommerce_add_$type", $message );
	if ( 'error' === $type ) {
		WC()->notices[] = $message;
	}
}

add_action(
	'wp_loaded',
	static function (): void {
		if ( isset( $_GET['add-to-cart'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
			setcookie( 'woocommerce_stand_in_cart', '1', 0, '/' );
		}
	}
);
