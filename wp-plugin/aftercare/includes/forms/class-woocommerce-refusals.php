<?php
/**
 * Which fields of the block checkout an answer of WooCommerce's Store API refuses, by the names that the classic one has.
 *
 * Its words stay here: they may repeat what was typed. Shapes as in src/StoreApi of 10.9.1: `rest_invalid_param` with codes
 * (`invalid_postcode`), `woocommerce_rest_invalid_address` with sentences that begin with the field's label.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Woocommerce_Refusals {

	/**
	 * The fields' names; none where the answer is not about fields.
	 *
	 * @param array<string, mixed> $said code, message, data.
	 * @return string[]
	 */
	public static function fields( array $said ): array {
		if ( 'woocommerce_rest_missing_email_address' === ( $said['code'] ?? '' ) ) {
			return array( 'billing_email' );
		}
		$data  = (array) ( $said['data'] ?? array() );
		$names = array();
		foreach ( (array) ( $data['params'] ?? array() ) as $param => $words ) {
			$names = array_merge( $names, self::by_code( (string) $param, (array) ( $data['details'][ $param ] ?? array() ) ) );
		}
		foreach ( (array) ( $data['errors'] ?? array() ) as $group => $sentences ) {
			$names = array_merge( $names, self::by_label( (string) $group, array_filter( (array) $sentences, 'is_string' ) ) );
		}
		return array_values( array_unique( $names ) );
	}

	/**
	 * By the codes of an address: `invalid_postcode` of `billing_address` is `billing_postcode`.
	 *
	 * @param string               $param  A part of what was posted.
	 * @param array<string, mixed> $detail code, additional_errors.
	 * @return string[]
	 */
	private static function by_code( string $param, array $detail ): array {
		$codes = array_column( array_merge( array( $detail ), (array) ( $detail['additional_errors'] ?? array() ) ), 'code' );
		$names = array();
		foreach ( preg_match( '/^(billing|shipping)_address$/D', $param, $group ) ? $codes : array() as $code ) {
			if ( preg_match( '/^invalid_([a-z0-9_]{1,40})$/D', (string) $code, $found ) ) {
				$names[] = "$group[1]_$found[1]";
			}
		}
		return $names ? $names : array( $param );
	}

	/**
	 * By the labels that sentences about an address begin with.
	 *
	 * @param string   $group     billing or shipping.
	 * @param string[] $sentences About it.
	 * @return string[]
	 */
	private static function by_label( string $group, array $sentences ): array {
		if ( ! in_array( $group, array( 'billing', 'shipping' ), true ) ) {
			return array();
		}
		$customer = \WC()->customer ?? null;
		$country  = is_object( $customer ) ? (string) $customer->{"get_{$group}_country"}() : '';
		$names    = array();
		foreach ( (array) \WC()->countries->get_address_fields( $country, "{$group}_" ) as $name => $field ) {
			$label = (string) ( $field['label'] ?? '' );
			foreach ( '' === $label ? array() : $sentences as $sentence ) {
				if ( 0 === strpos( $sentence, $label ) ) {
					$names[] = (string) $name;
				}
			}
		}
		return $names ? $names : array( "{$group}_address" );
	}
}
