<?php
/**
 * Plugin Name: SMTP settings stand-in
 * Description: Sends the site's mail by the relay that Settings → Mail relay names. For tests and the demo.
 * Version:     1.0
 * License:     GPL-2.0-or-later
 *
 * It stands in for the many small plugins that configure core's PHPMailer on `phpmailer_init`, and keeps its settings
 * where one of them (SMTP Mailer) does: the option `smtp_mailer_options`. The code is our own.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

defined( 'ABSPATH' ) || exit;

const SMTP_STAND_IN_OPTION = 'smtp_mailer_options';
const SMTP_STAND_IN_FIELDS = array(
	'smtp_host'          => 'Host',
	'smtp_port'          => 'Port',
	'type_of_encryption' => 'Encryption (none, tls or ssl)',
	'smtp_auth'          => 'Log in (true or false)',
	'smtp_username'      => 'User',
	'smtp_password'      => 'Password',
	'from_email'         => 'From address',
	'timeout'            => 'Seconds to wait for a connection',
);

/**
 * The settings in force.
 *
 * @return array<string, string>
 */
function smtp_stand_in_settings(): array {
	return array_map( 'strval', array_merge( array_fill_keys( array_keys( SMTP_STAND_IN_FIELDS ), '' ), (array) get_option( SMTP_STAND_IN_OPTION, array() ) ) );
}

add_action( 'phpmailer_init', 'smtp_stand_in_configure' );

/**
 * Hand the settings to PHPMailer. No host: core's own mailer stays.
 *
 * phpcs:disable WordPress.NamingConventions.ValidVariableName -- PHPMailer's names.
 *
 * @param PHPMailer\PHPMailer\PHPMailer $phpmailer Of this mail.
 */
function smtp_stand_in_configure( $phpmailer ): void {
	$settings = smtp_stand_in_settings();
	if ( '' === $settings['smtp_host'] ) {
		return;
	}
	$phpmailer->isSMTP();
	$phpmailer->Host        = $settings['smtp_host'];
	$phpmailer->Port        = (int) $settings['smtp_port'];
	$phpmailer->SMTPSecure  = 'none' === $settings['type_of_encryption'] ? '' : $settings['type_of_encryption'];
	$phpmailer->SMTPAutoTLS = 'none' !== $settings['type_of_encryption'];
	$phpmailer->SMTPAuth    = 'true' === $settings['smtp_auth'];
	$phpmailer->Username    = $settings['smtp_username'];
	$phpmailer->Password    = $settings['smtp_password'];
	$phpmailer->Timeout     = max( 1, (int) $settings['timeout'] );
}

// It forces its From upon every mail, as such plugins do.
add_filter( 'wp_mail_from', static fn( $from ) => smtp_stand_in_settings()['from_email'] ?: $from, 1000 );

add_action(
	'admin_menu',
	static function () {
		add_options_page( 'Mail relay', 'Mail relay', 'manage_options', 'smtp-settings-stand-in', 'smtp_stand_in_page' );
	}
);

add_action(
	'admin_init',
	static function () {
		register_setting(
			'smtp-settings-stand-in',
			SMTP_STAND_IN_OPTION,
			array( 'sanitize_callback' => static fn( $given ) => array_intersect_key( array_map( 'sanitize_text_field', (array) $given ), SMTP_STAND_IN_FIELDS ) )
		);
	}
);

/** Settings → Mail relay. */
function smtp_stand_in_page(): void {
	echo '<div class="wrap"><h1>Mail relay</h1><form method="post" action="options.php"><table class="form-table">';
	settings_fields( 'smtp-settings-stand-in' );
	foreach ( smtp_stand_in_settings() as $name => $value ) {
		if ( isset( SMTP_STAND_IN_FIELDS[ $name ] ) ) {
			printf(
				'<tr><th scope="row"><label for="%1$s">%2$s</label></th><td><input class="regular-text" id="%1$s" name="%3$s[%1$s]" type="%4$s" value="%5$s"></td></tr>',
				esc_attr( $name ),
				esc_html( SMTP_STAND_IN_FIELDS[ $name ] ),
				esc_attr( SMTP_STAND_IN_OPTION ),
				'smtp_password' === $name ? 'password' : 'text',
				esc_attr( $value )
			);
		}
	}
	echo '</table>';
	submit_button();
	echo '</form></div>';
}
