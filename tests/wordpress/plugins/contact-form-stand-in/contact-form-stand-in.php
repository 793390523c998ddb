<?php
/**
 * Plugin Name: Contact form stand-in
 * Description: A contact form for tests and the demo. It fires Contact Form 7's documented hooks, in their order.
 * Version:     6.1.6
 * License:     GPL-2.0-or-later
 *
 * No form plugin is on a registry that a newcomer's machine reaches, so this one stands in for it. Names, hooks and
 * their order were taken from the public source of Contact Form 7 v6.1.6:
 *
 * - includes/contact-form.php  `submit()`: the subscribers_only refusal before any hook, then `wpcf7_submit` last
 * - includes/submission.php    `proceed()`: validate, accept, spam, `wpcf7_before_send_mail`, mail,
 *                              `wpcf7_mail_sent` or `wpcf7_mail_failed`
 * - includes/mail.php          `wpcf7_mail_components` and the header X-WPCF7-Content-Type
 * - includes/rest-api.php      `POST contact-form-7/v1/contact-forms/<id>/feedback`: 415, 400, `wpcf7_feedback_response`
 * - includes/controller.php    without JavaScript: a POST to the page, handled on `parse_request` at 20
 *
 * The code is our own; nothing of theirs was copied. Contact Form 7 itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

if ( class_exists( 'WPCF7_ContactForm', false ) ) {
	return;
}

const WPCF7_VERSION = '6.1.6';

require_once __DIR__ . '/includes/class-wpcf7-formtag.php';
require_once __DIR__ . '/includes/class-wpcf7-contactform.php';
require_once __DIR__ . '/includes/class-wpcf7-submission.php';
require_once __DIR__ . '/includes/class-wpcf7-mail.php';
require_once __DIR__ . '/includes/rest.php';

/**
 * The form of an id.
 *
 * @param int|string|WP_Post $id Its id or post.
 */
function wpcf7_contact_form( $id ): ?WPCF7_ContactForm {
	return WPCF7_ContactForm::get_instance( $id );
}

add_action(
	'init',
	static function () {
		register_post_type( WPCF7_ContactForm::post_type, array( 'labels' => array( 'name' => 'Contact forms' ) ) );
	}
);

add_shortcode(
	'contact-form-7',
	static function ( $attributes ): string {
		$form = wpcf7_contact_form( (int) ( $attributes['id'] ?? 0 ) );
		return $form ? $form->form_html() : '<p class="wpcf7-contact-form-not-found"><strong>Error:</strong> Contact form not found.</p>';
	}
);

// Without JavaScript the page itself takes the POST.
add_action(
	'parse_request',
	static function () {
		if ( defined( 'REST_REQUEST' ) && REST_REQUEST ) {
			return;
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- A visitor's form has no nonce, as the original's.
		$form = isset( $_POST['_wpcf7'] ) ? wpcf7_contact_form( (int) $_POST['_wpcf7'] ) : null;
		if ( $form ) {
			$form->submit();
		}
	},
	20,
	0
);

// One form, on a page of its own, ready to be filled.
register_activation_hook(
	__FILE__,
	static function () {
		if ( get_page_by_path( 'contact' ) ) {
			return;
		}
		$form = wp_insert_post(
			array(
				'post_type'   => WPCF7_ContactForm::post_type,
				'post_status' => 'publish',
				'post_title'  => 'Contact us',
			)
		);
		update_post_meta( $form, '_form', "[text* your-name]\n[email* your-email]\n[text your-subject]\n[textarea your-message]" );
		update_post_meta( $form, '_mail', WPCF7_Mail::usual_template() );
		wp_insert_post(
			array(
				'post_type'    => 'page',
				'post_status'  => 'publish',
				'post_name'    => 'contact',
				'post_title'   => 'Contact',
				'post_content' => sprintf( '[contact-form-7 id="%d" title="Contact us"]', $form ),
			)
		);
	}
);
