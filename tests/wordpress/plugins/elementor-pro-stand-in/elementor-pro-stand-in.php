<?php
/**
 * Plugin Name: Elementor Pro forms stand-in
 * Description: A contact form for tests. It fires the hooks of Elementor Pro's forms, in their order.
 * Version:     3.33.1
 * License:     GPL-2.0-or-later
 *
 * Names, hooks and their order were taken from the public source of PRO Elements 3.33.1, the GPL copy of Elementor Pro,
 * and from Elementor's documentation for developers (Forms: actions and filters):
 *
 * - modules/forms/module.php                          `form_submitted`, the handler where a form is posted
 * - modules/forms/classes/ajax-handler.php            admin-ajax `elementor_pro_forms_send_form`, the actions one after the
 *                                                     other (their exceptions are caught), `actions/after_run`, `new_record`
 * - modules/forms/classes/form-record.php             `validation/<type>`, `validation`, `process/<type>`, `process`
 * - modules/forms/classes/{honeypot,recaptcha}-handler.php, akismet.php   what they add to the errors
 * - modules/forms/actions/{email,webhook}.php         `wp_mail_headers`, `mail_sent` (whatever wp_mail() says), `webhooks/response`
 * - modules/forms/submissions/                        `save-to-database`, table `e_submissions`, `__elementor_forms_snapshot`
 * - core/utils/registrar.php                          private `items`
 *
 * The code is our own; nothing of theirs was copied. Elementor Pro itself must not be active beside it.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace ElementorPro;

defined( 'ABSPATH' ) || exit;

if ( defined( 'ELEMENTOR_PRO_VERSION' ) ) {
	return;
}

define( 'ELEMENTOR_PRO_VERSION', '3.33.1' );

foreach ( array( 'record', 'answer', 'actions', 'module' ) as $aftercare_part ) {
	require __DIR__ . "/includes/$aftercare_part.php";
}

register_activation_hook( __FILE__, array( Modules\Forms\Submissions\Actions\Save_To_Database::class, 'install' ) );
add_action( 'init', array( Modules\Forms\Module::class, 'instance' ), 0 );
