<?php
/**
 * An order, kept as a post.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

class WC_Order {

	/** @var int */
	private $id;

	/** One that is there. */
	public function __construct( int $id ) {
		$this->id = $id;
	}

	/** A new one. */
	public static function create(): self {
		return new self(
			(int) wp_insert_post(
				array(
					'post_type'   => 'shop_order',
					'post_status' => 'wc-pending',
				)
			)
		);
	}

	/** Its id. */
	public function get_id(): int {
		return $this->id;
	}

	/** When it came. */
	public function get_date_created(): DateTimeImmutable {
		return get_post_datetime( $this->id, 'date', 'gmt' );
	}

	/** Nothing was paid, and nobody said that it will be. */
	public function needs_payment(): bool {
		return in_array( get_post_status( $this->id ), array( 'wc-pending', 'wc-failed' ), true );
	}

	/** Another status; mails go on the way. */
	public function update_status( string $status ): void {
		$from = substr( (string) get_post_status( $this->id ), 3 );
		wp_update_post(
			array(
				'ID'          => $this->id,
				'post_status' => "wc-$status",
			)
		);
		do_action( "woocommerce_order_status_{$from}_to_$status", $this->id, $this );
	}
}

/** The order with this id. */
function wc_get_order( $id ) {
	return $id && 'shop_order' === get_post_type( (int) $id ) ? new WC_Order( (int) $id ) : false;
}

add_action(
	'init',
	static function (): void {
		register_post_type( 'shop_order' );
		register_post_type( 'product' );
		foreach ( array( 'pending', 'failed', 'on-hold' ) as $status ) {
			register_post_status( "wc-$status" );
		}
	}
);
