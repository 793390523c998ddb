<?php
/**
 * WooCommerce's forms for `forms.list`: the checkout, and of "My account" the registration and the lost password.
 *
 * Pages, fields and gateways as in includes/wc-page-functions.php, class-wc-countries.php and class-wc-payment-gateways.php.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Woocommerce_Forms {

	/** Before the id of a customer, who is no order. */
	const CUSTOMER = 'user-';

	/** Mails that an order from the checkout may bring: the shop's first. */
	const OF_AN_ORDER = array( 'new_order', 'failed_order', 'cancelled_order', 'customer_on_hold_order', 'customer_processing_order', 'customer_completed_order', 'customer_failed_order' );

	/**
	 * All.
	 *
	 * @return array<int, array<string, mixed>> As Lists_Forms has them.
	 */
	public static function all(): array {
		$forms = array( self::checkout(), self::lost_password() );
		if ( 'yes' === get_option( 'woocommerce_enable_myaccount_registration' ) ) {
			$forms[] = self::registration();
		}
		return $forms;
	}

	/**
	 * What became of an order or a customer.
	 *
	 * @param string $entry Its id, as the events have it.
	 * @return array{form: string, at: int, spam: bool|null, spam_by: string}|null
	 */
	public static function entry( string $entry ): ?array {
		$at = null;
		if ( 0 === strncmp( $entry, self::CUSTOMER, strlen( self::CUSTOMER ) ) ) {
			$user = get_userdata( (int) substr( $entry, strlen( self::CUSTOMER ) ) );
			$at   = $user ? (int) strtotime( "$user->user_registered UTC" ) : null;
			$form = 'register';
		} else {
			$order = ctype_digit( $entry ) ? \wc_get_order( (int) $entry ) : null;
			$at    = $order instanceof \WC_Order && $order->get_date_created() ? (int) $order->get_date_created()->getTimestamp() : null;
			$form  = 'checkout';
		}
		return null === $at ? null : compact( 'form', 'at' ) + array(
			'spam'    => null,
			'spam_by' => '',
		);
	}

	/**
	 * The checkout, as a block or as a shortcode.
	 *
	 * @return array<string, mixed>
	 */
	private static function checkout(): array {
		$page   = get_post( (int) get_option( 'woocommerce_checkout_page_id' ) );
		$public = $page instanceof \WP_Post && 'publish' === $page->post_status;
		$fields = array();
		foreach ( (array) \WC()->countries->get_address_fields( '', 'billing_' ) as $name => $field ) {
			$fields[] = self::field( (string) $name, (string) ( $field['type'] ?? 'text' ), (string) ( $field['label'] ?? '' ), ! empty( $field['required'] ) );
		}
		return array(
			'form'          => 'checkout',
			'title'         => 'Checkout',
			'on'            => $public && 'yes' !== get_option( 'woocommerce_coming_soon' ),
			'keeps'         => true,
			'by'            => $public && has_block( 'woocommerce/checkout', $page ) ? 'rest' : 'ajax',
			'pages'         => $public ? array( (string) get_permalink( $page ) ) : array(),
			'fields'        => $fields,
			'notifications' => Woocommerce_Mails::told( self::OF_AN_ORDER, 'billing_email' ),
			'does'          => self::deeds(),
			'not_tried'     => 'checkout',
			'marks'         => array( '[woocommerce_checkout', '<!-- wp:woocommerce/checkout ' ),
		);
	}

	/**
	 * The registration.
	 *
	 * @return array<string, mixed>
	 */
	private static function registration(): array {
		$fields = array( self::field( 'email', 'email', 'Email address', true ) );
		foreach ( array( 'username' => 'text', 'password' => 'password' ) as $name => $type ) {
			if ( 'no' === get_option( "woocommerce_registration_generate_$name" ) ) {
				$fields[] = self::field( $name, $type, ucfirst( $name ), true );
			}
		}
		return self::account( 'register', 'My account: registration', $fields, 'customer_new_account', 'email' );
	}

	/**
	 * The lost password.
	 *
	 * @return array<string, mixed>
	 */
	private static function lost_password(): array {
		$fields = array( self::field( 'user_login', 'text', 'Username or email', true ) );
		$form   = self::account( 'lostpassword', 'My account: lost password', $fields, 'customer_reset_password', 'user_login' );
		$pages  = array();
		foreach ( $form['pages'] as $page ) {
			$pages[] = (string) \wc_get_endpoint_url( (string) get_option( 'woocommerce_myaccount_lost_password_endpoint', 'lost-password' ), '', $page );
		}
		return array( 'pages' => $pages ) + $form;
	}

	/**
	 * A form of "My account".
	 *
	 * @param string                           $form   Its id.
	 * @param string                           $title  What it is called.
	 * @param array<int, array<string, mixed>> $fields Its fields.
	 * @param string                           $mail   The mail that it brings.
	 * @param string                           $to     The field that tells whom it goes to.
	 * @return array<string, mixed>
	 */
	private static function account( string $form, string $title, array $fields, string $mail, string $to ): array {
		$page   = get_post( (int) get_option( 'woocommerce_myaccount_page_id' ) );
		$public = $page instanceof \WP_Post && 'publish' === $page->post_status;
		return array(
			'form'          => $form,
			'title'         => $title,
			'on'            => $public && 'yes' !== get_option( 'woocommerce_coming_soon' ),
			'keeps'         => 'register' === $form,
			'by'            => 'page',
			'pages'         => $public ? array( (string) get_permalink( $page ) ) : array(),
			'fields'        => $fields,
			'notifications' => Woocommerce_Mails::told( array( $mail ), $to ),
		);
	}

	/**
	 * What an order does beside its mails, and what nobody can take back.
	 *
	 * @return array<int, array{what: string, name: string, held: bool}>
	 */
	private static function deeds(): array {
		$deeds = array();
		foreach ( (array) \WC()->payment_gateways()->payment_gateways() as $gateway ) {
			if ( 'yes' === ( $gateway->enabled ?? '' ) ) {
				$deeds[] = array(
					'what' => 'payment',
					'name' => (string) $gateway->id,
					'held' => false,
				);
			}
		}
		if ( 'yes' === get_option( 'woocommerce_manage_stock' ) ) {
			$deeds[] = array(
				'what' => 'stock',
				'name' => 'stock',
				'held' => false,
			);
		}
		return $deeds;
	}

	/**
	 * One field.
	 *
	 * @param string $name     As the form and the events have it.
	 * @param string $type     The protocol's word.
	 * @param string $label    What visitors read.
	 * @param bool   $required Whether it is.
	 * @return array{name: string, type: string, label: string, required: bool}
	 */
	private static function field( string $name, string $type, string $label, bool $required ): array {
		$type = array( 'country' => 'select', 'state' => 'select' )[ $type ] ?? $type; // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing
		return compact( 'name', 'type', 'label', 'required' );
	}
}
