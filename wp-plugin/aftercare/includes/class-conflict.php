<?php
/**
 * The commands `conflict.begin` and `conflict.end`: for one check, requests that it signs see the site without some plugins.
 *
 * As WordPress's own troubleshooting mode does it, nothing changes for visitors: a must-use file, put there only where an
 * admin agreed, leaves plugins out for a signed request of somebody who is not logged in, and is taken away after.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

final class Conflict {

	/** Option, not autoloaded: key, until, may. The must-use file reads it by this name. */
	const STATE = 'aftercare_conflict';

	/** The must-use file's name. */
	const FILE = 'aftercare-conflict.php';

	/** Seconds that one check may take. */
	const LONGEST_S = 1200;

	/** Plugins that are never left out, by what they are: without them a visitor is not protected, or the page is another. */
	const KEPT = array(
		'security'   => array( 'wordfence', 'better-wp-security', 'ithemes-security-pro', 'sucuri-scanner', 'all-in-one-wp-security-and-firewall', 'ninjafirewall', 'malcare-security', 'defender-security', 'wp-defender', 'limit-login-attempts-reloaded', 'loginizer', 'wp-cerber', 'wp-simple-firewall', 'secupress', 'jetpack-protect', 'bulletproof-security', 'security-ninja', 'cleantalk-spam-protect', 'disable-json-api', 'members', 'password-protected' ),
		'privacy'    => array( 'complianz-gdpr', 'complianz-gdpr-premium', 'cookie-law-info', 'cookie-notice', 'gdpr-cookie-compliance', 'borlabs-cookie', 'cookiebot', 'real-cookie-banner', 'real-cookie-banner-pro', 'iubenda-cookie-law-solution', 'uk-cookie-consent', 'wp-gdpr-compliance', 'usercentrics-consent-management-platform' ),
		'cache'      => array( 'wp-rocket', 'w3-total-cache', 'wp-super-cache', 'litespeed-cache', 'wp-fastest-cache', 'sg-cachepress', 'cache-enabler', 'hummingbird-performance', 'wp-hummingbird', 'breeze', 'nginx-helper', 'redis-cache', 'comet-cache', 'wp-optimize', 'swift-performance', 'swift-performance-lite', 'powered-cache', 'flying-press', 'object-cache-pro' ),
		'two-factor' => array( 'two-factor', 'wp-2fa', 'two-factor-authentication', 'google-authenticator', 'miniorange-2-factor-authentication', 'wordfence-login-security', 'duo-universal' ),
	);

	/**
	 * Readies the site.
	 *
	 * @param array<string, mixed> $args key (64 hex digits), expires_at, plugin of the form.
	 * @return array<string, mixed> As docs/protocol.md has it.
	 */
	public static function begin( array $args ): array {
		$key   = is_string( $args['key'] ?? null ) ? $args['key'] : '';
		$until = strtotime( is_string( $args['expires_at'] ?? null ) ? $args['expires_at'] : '' );
		if ( ! preg_match( '/^[0-9a-f]{64}$/D', $key ) || false === $until ) {
			throw new \InvalidArgumentException( 'conflict.begin needs a key and when it ends' );
		}
		if ( ! Form_Wishes::get( 'conflict' ) ) {
			return self::refused( 'not_allowed' );
		}
		list( $may, $kept ) = self::plugins( is_string( $args['plugin'] ?? null ) ? $args['plugin'] : '' );
		if ( ! self::put() ) {
			return self::refused( 'not_writable' );
		}
		$until = min( $until - Pairing::offset_s(), time() + self::LONGEST_S );
		update_option(
			self::STATE,
			array(
				'key'   => $key,
				'until' => $until,
				'may'   => array_column( $may, 'slug' ),
			),
			false
		);
		return array(
			'ready'   => true,
			'why'     => '',
			'until'   => $until,
			'plugins' => $may,
			'kept'    => $kept,
		);
	}

	/**
	 * Takes the file away again.
	 *
	 * @return array{removed: bool}
	 */
	public static function end(): array {
		delete_option( self::STATE );
		$file = self::path();
		// phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- our own file.
		return array( 'removed' => ! is_file( $file ) || @unlink( $file ) );
	}

	/** A check that ended without saying so leaves nothing behind; each minute. */
	public static function sweep(): void {
		$kept = get_option( self::STATE, null );
		if ( null !== $kept && (int) ( $kept['until'] ?? 0 ) < time() ) {
			self::end();
		}
	}

	/**
	 * Which plugins may be left out for a check of this form, and which stay, with the reason.
	 *
	 * @param string $form_plugin The form's.
	 * @return array{0: array<int, array{slug: string, name: string}>, 1: array<int, array{slug: string, why: string}>}
	 */
	public static function plugins( string $form_plugin ): array {
		$mail  = Mail_Settings::read();
		$mail  = array_column( array_merge( $mail['owners'], $mail['short_circuit'], $mail['phpmailer_init'] ), 'slug' );
		$may   = array();
		$kept  = array();
		foreach ( Plugins::all() as $plugin ) {
			if ( $plugin['must_use'] ) {
				continue;
			}
			$why = self::stays( $plugin['slug'], $form_plugin, $mail );
			if ( '' === $why ) {
				$may[] = array(
					'slug' => $plugin['slug'],
					'name' => $plugin['name'],
				);
			} else {
				$kept[] = array(
					'slug' => $plugin['slug'],
					'why'  => $why,
				);
			}
		}
		return array( $may, $kept );
	}

	/**
	 * Why a plugin stays; nothing where it may be left out.
	 *
	 * @param string   $slug        Of it.
	 * @param string   $form_plugin The form's: it and its add-ons make the form.
	 * @param string[] $mail        Those that send the site's mail: without them an entry fails for another reason.
	 */
	private static function stays( string $slug, string $form_plugin, array $mail ): string {
		if ( basename( AFTERCARE_DIR ) === $slug ) {
			return 'aftercare';
		}
		if ( '' !== $form_plugin && 0 === strpos( $slug, $form_plugin ) ) {
			return 'form';
		}
		if ( in_array( $slug, $mail, true ) ) {
			return 'mail';
		}
		foreach ( self::KEPT as $kind => $slugs ) {
			if ( in_array( $slug, $slugs, true ) ) {
				return $kind;
			}
		}
		return in_array( $slug, Form_Wishes::get( 'never_off' ), true ) ? 'excluded' : '';
	}

	/** Puts the file there; whether it is. */
	private static function put(): bool {
		// phpcs:disable WordPress.PHP.NoSilencedErrors -- what cannot be written is said in the answer.
		if ( ! is_dir( WPMU_PLUGIN_DIR ) && ! @wp_mkdir_p( WPMU_PLUGIN_DIR ) ) {
			return false;
		}
		return @copy( AFTERCARE_DIR . '/conflict/' . self::FILE, self::path() );
		// phpcs:enable
	}

	/** Where it goes. */
	private static function path(): string {
		return WPMU_PLUGIN_DIR . '/' . self::FILE;
	}

	/**
	 * Not readied.
	 *
	 * @param string $why Not_allowed or not_writable.
	 * @return array<string, mixed>
	 */
	private static function refused( string $why ): array {
		return array(
			'ready'   => false,
			'why'     => $why,
			'until'   => 0,
			'plugins' => array(),
			'kept'    => array(),
		);
	}
}
