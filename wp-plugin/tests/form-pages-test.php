<?php
/** By which marks a post shows a form: whatever the quotes and the order, and never another form's. */

declare( strict_types = 1 );

use Aftercare\Form_Pages;

/** Whether a post with this content is found by this mark. */
function shows( string $mark, string $content ): bool {
	return array( 0 ) === Form_Pages::found( Form_Pages::index( array( array( $mark ) ) ), $content );
}

return array(
	'a shortcode is found however it is written' => static function (): void {
		foreach ( array( '[contact-form-7 id="5"]', "[contact-form-7 id='5' title='x']", '[contact-form-7 id=5]', '[contact-form-7 title="a" id="5"]', '[contact-form-7 html_class="x" id=5 title="b"]', '[contact-form-7 id=&quot;5&quot;]' ) as $content ) {
			check( shows( '[contact-form-7 %id="5"', "words $content words" ), $content );
		}
	},
	'a form of a longer number and another shortcode are not it' => static function (): void {
		foreach ( array( '[contact-form-7 id="55"]', '[contact-form-7 id=51]', '[contact-form-7 id="4"] words id="5"', '[gallery id="5"]', '[contact-form-7 id="5-2"]' ) as $content ) {
			check( ! shows( '[contact-form-7 %id="5"', $content ), $content );
		}
	},
	'a block is found by its attribute, number or text' => static function (): void {
		check( shows( '<!-- wp:fluentfom/guten-block {%"formId":"3"', '<!-- wp:fluentfom/guten-block {"themeStyle":"","formId":"3"} /-->' ) );
		check( shows( '<!-- wp:fluentfom/guten-block {%"formId":"3"', '<!-- wp:fluentfom/guten-block {"formId":3} /-->' ) );
		check( ! shows( '<!-- wp:fluentfom/guten-block {%"formId":"3"', '<!-- wp:fluentfom/guten-block {"formId":"33"} /-->' ) );
		check( ! shows( '<!-- wp:fluentfom/guten-block {%"formId":"3"', '<!-- wp:fluentfom/guten-block {"formId":"4"} /--> "formId":"3"' ) );
	},
	'a mark that ends in % leaves the rest of the word open' => static function (): void {
		check( shows( '[contact-form-7 %id="abc1234%', '[contact-form-7 id="abc1234ffff" title="x"]' ) );
	},
	'an attribute whose name ends alike is not it' => static function (): void {
		check( shows( '[contact-form-7 %id="5"', '[contact-form-7 html_id="9" id="5"]' ) );
		check( ! shows( '[contact-form-7 %id="9"', '[contact-form-7 html_id="9" id="5"]' ) );
	},
	'a mark without a value is a shortcode or block of its own' => static function (): void {
		check( shows( '[woocommerce_checkout', 'x[woocommerce_checkout]' ) );
		check( ! shows( '[woocommerce_checkout', '[woocommerce_checkout_fields]' ) );
		check( shows( '<!-- wp:woocommerce/checkout ', '<!-- wp:woocommerce/checkout {"a":1} -->' ) );
		check( shows( '<!-- wp:woocommerce/checkout ', '<!-- wp:woocommerce/checkout -->' ) );
		check( ! shows( '<!-- wp:woocommerce/checkout ', '<!-- wp:woocommerce/checkout-fields -->' ) );
	},
	'of many forms each is told by its own marks, in one reading' => static function (): void {
		$marks = array();
		for ( $id = 1; $id <= 500; ++$id ) {
			$marks[] = array( "[contact-form-7 %id=\"$id\"", "<!-- wp:contact-form-7/contact-form-selector %\"id\":$id", "[contact-form-7 %id=\"f00d$id%" );
		}
		$text = str_repeat( 'words ', 5000 ) . '[contact-form-7 id="7"] <!-- wp:contact-form-7/contact-form-selector {"id":12,"title":"x"} --> [contact-form-7 id="f00d9aaa"]';
		$found = Form_Pages::found( Form_Pages::index( $marks ), $text );
		sort( $found );
		same( array( 6, 8, 11 ), $found );
	},
	'the database is asked for what the marks of one plugin have in common' => static function (): void {
		same( '[contact-form-7 ', Form_Pages::stem( '[contact-form-7 %id="5"' ) );
		same( '[fluentform id=', Form_Pages::stem( '[fluentform id=5' ) );
		same( '<!-- wp:fluentfom/guten-block {', Form_Pages::stem( '<!-- wp:fluentfom/guten-block {%"formId":"3"' ) );
		same( '"5"', Form_Pages::stem( '"5"' ) ); // Too short to be cut.
	},
);
