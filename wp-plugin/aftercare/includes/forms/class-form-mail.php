<?php
/**
 * One notification of a form, from what its author wrote as recipient and sender.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Includes\Forms;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Form_Address;

final class Form_Mail {

	/** @var callable Gives the name of the field that a tag stands for. */
	private $name_of;

	/** @var array<string, string> Tags that stand for an address of the site. */
	private $meanings;

	/**
	 * For the mails of one form.
	 *
	 * @param callable              $name_of  Of a tag, without its brackets: the field's name as the events have it, or the tag.
	 * @param array<string, string> $meanings Tags that stand for an address of the site, beside those that Form_Address knows.
	 */
	public function __construct( callable $name_of, array $meanings = array() ) {
		$this->name_of  = $name_of;
		$this->meanings = $meanings;
	}

	/**
	 * One of them, as the protocol has it.
	 *
	 * @param string $id      Its id within the form.
	 * @param string $title   As its author called it.
	 * @param bool   $on      Whether it is sent.
	 * @param mixed  $to      The recipients: text, or a list.
	 * @param mixed  $from    The sender.
	 * @param string $problem Why no such mail leaves; where it is nothing, whether anybody is named is looked at.
	 * @return array<string, mixed>
	 */
	public function told( string $id, string $title, bool $on, $to, $from, string $problem = '' ): array {
		$mail = Form_Address::recipients( self::line( $to ), $this->meanings ) + Form_Address::sender( self::line( $from ), $this->meanings );
		if ( '' === $problem && ! $mail['to'] && '' === $mail['to_field'] ) {
			$problem = '' === trim( self::line( $to ) ) ? 'It has no recipient: it goes to nobody.' : 'What stands as its recipient is no address: it goes to nobody.';
		}
		foreach ( array( 'to_field', 'from_field' ) as $which ) {
			$mail[ $which ] = '' === $mail[ $which ] ? '' : (string) ( $this->name_of )( $mail[ $which ] );
		}
		return $mail + array(
			'id'      => $id,
			'title'   => $title,
			'on'      => $on,
			'problem' => $problem,
		);
	}

	/**
	 * As one line.
	 *
	 * @param mixed $written Text, or a list of texts.
	 */
	private static function line( $written ): string {
		return implode( ',', array_filter( (array) $written, 'is_string' ) );
	}
}
