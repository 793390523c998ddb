<?php
/**
 * What the site is made of: plugins, themes, core, mail constants, who sends its mail; and what differs from the last look.
 *
 * The difference, not the hooks, makes the events: it also sees what came by FTP, Git or a deployment.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Inventory {

	/** Option, not autoloaded: the last look. */
	const KEPT = 'aftercare_inventory';

	/** Mail constants whose value may be told. The others are secrets: only that they changed. */
	const OPEN_CONSTANTS = array(
		'WPMS_ON', 'WPMS_MAILER', 'WPMS_SMTP_HOST', 'WPMS_SMTP_PORT', 'WPMS_SSL', 'WPMS_SMTP_AUTH', 'WPMS_SMTP_AUTOTLS', 'WPMS_DO_NOT_SEND', 'WPMS_MAIL_FROM_FORCE',
		'FLUENTMAIL_SIMULATE_EMAILS', 'MAILGUN_REGION', 'MAILGUN_USEAPI', 'SMTP_HOST', 'SMTP_PORT', 'SMTP_SECURE', 'SMTP_AUTH', 'WP_ENVIRONMENT_TYPE', 'DISABLE_WP_CRON',
	);

	const SECRET_CONSTANTS = array(
		'WPMS_SMTP_USER', 'WPMS_SMTP_PASS', 'WPMS_MAIL_FROM', 'FLUENTMAIL_SMTP_USERNAME', 'FLUENTMAIL_SMTP_PASSWORD', 'FLUENTMAIL_ENCRYPT_KEY', 'FLUENTMAIL_ENCRYPT_SALT',
		'POST_SMTP_AUTH_USERNAME', 'POST_SMTP_AUTH_PASSWORD', 'POST_SMTP_API_KEY', 'MAILGUN_APIKEY', 'MAILGUN_DOMAIN', 'MAILGUN_USERNAME', 'MAILGUN_PASSWORD',
		'SMTP_USER', 'SMTP_USERNAME', 'SMTP_PASS', 'SMTP_PASSWORD', 'SENDGRID_API_KEY', 'POSTMARK_API_KEY',
	);

	/**
	 * Looks now.
	 *
	 * @param array<string, mixed>|null $was   The last look: what is dear and cannot have changed is taken from it.
	 * @param bool                      $mixed This request has changed plugins: what it has loaded is not what the next one will.
	 * @return array{plugins: array<string, array<string, mixed>>, theme: array<string, string>, core: string, constants: array<string, string>, mail: array<string, string>, code: string}
	 */
	public static function look( ?array $was = null, bool $mixed = false ): array {
		$look = array(
			'plugins'   => self::plugins(),
			'theme'     => self::theme(),
			'core'      => self::core(),
			'constants' => self::constants(),
		);
		if ( $mixed && null !== $was ) {
			return $look + array(
				'mail' => $was['mail'],
				'code' => $was['code'],
			);
		}
		$code = self::code();
		return $look + array(
			'mail' => self::mail( null !== $was && $was['code'] === $code ? $was['mail'] : null ),
			'code' => $code,
		);
	}

	/**
	 * The last look, null before the first.
	 *
	 * @return array<string, mixed>|null
	 */
	public static function kept(): ?array {
		$kept = get_option( self::KEPT, null );
		return is_array( $kept ) && isset( $kept['plugins'], $kept['theme'], $kept['core'], $kept['constants'], $kept['mail'], $kept['code'] ) ? $kept : null;
	}

	/**
	 * Keeps a look.
	 *
	 * @param array<string, mixed> $look As look() gave it.
	 */
	public static function keep( array $look ): void {
		update_option( self::KEPT, $look, false );
	}

	/**
	 * What differs, as the data of `plugin.changed`.
	 *
	 * @param array<string, mixed> $was The last look.
	 * @param array<string, mixed> $is  This one.
	 * @return array<int, array<string, mixed>>
	 */
	public static function differences( array $was, array $is ): array {
		$found = array();
		foreach ( $is['plugins'] as $file => $now ) {
			$then = $was['plugins'][ $file ] ?? null;
			if ( null === $then ) {
				if ( $now['active'] ) {
					$found[] = self::change( 'activated', $now, '', $now['version'] );
				}
				continue;
			}
			if ( $then['version'] !== $now['version'] ) {
				$found[] = self::change( 'updated', $now, $then['version'], $now['version'] );
			}
			if ( $then['active'] !== $now['active'] ) {
				$found[] = self::change( $now['active'] ? 'activated' : 'deactivated', $now, $then['version'], $now['version'] );
			}
		}
		foreach ( array_diff_key( $was['plugins'], $is['plugins'] ) as $then ) {
			$found[] = self::change( 'deleted', $then, $then['version'], '' );
		}
		if ( $was['theme']['slug'] !== $is['theme']['slug'] ) {
			$found[] = array( 'from' => $was['theme']['slug'], 'to' => $is['theme']['slug'] ) + self::change( 'switched', $is['theme'], '', '' );
		} elseif ( $was['theme']['version'] !== $is['theme']['version'] ) {
			$found[] = self::change( 'updated', $is['theme'], $was['theme']['version'], $is['theme']['version'] );
		}
		if ( $was['core'] !== $is['core'] ) {
			$core    = array(
				'kind' => 'core',
				'slug' => 'wordpress',
				'name' => 'WordPress',
			);
			$found[] = self::change( 'core_updated', $core, $was['core'], $is['core'] );
		}
		return $found;
	}

	/**
	 * Constants that differ, as the data of `config.changed`. Values that may be told are, the others are hashes here and nowhere else.
	 *
	 * @param array<string, mixed> $was The last look.
	 * @param array<string, mixed> $is  This one.
	 * @return array<int, array<string, mixed>>
	 */
	public static function constant_differences( array $was, array $is ): array {
		$found = array();
		foreach ( array_keys( $was['constants'] + $is['constants'] ) as $name ) {
			$from = $was['constants'][ $name ] ?? '';
			$to   = $is['constants'][ $name ] ?? '';
			if ( $from === $to ) {
				continue;
			}
			$secret  = ! in_array( $name, self::OPEN_CONSTANTS, true );
			$found[] = array(
				'what'   => $name,
				'group'  => 'mail',
				'secret' => $secret,
			) + ( $secret ? array() : compact( 'from', 'to' ) );
		}
		return $found;
	}

	/**
	 * Who sends mail, and whether: what differs, as the data of `config.changed`. A must-use plugin's file fires no hook.
	 *
	 * @param array<string, mixed> $was The last look.
	 * @param array<string, mixed> $is  This one.
	 * @return array<int, array<string, mixed>>
	 */
	public static function mail_differences( array $was, array $is ): array {
		$found = array();
		foreach ( $is['mail'] as $what => $to ) {
			$from = $was['mail'][ $what ] ?? '';
			if ( $from !== $to ) {
				$found[] = array(
					'what'   => $what,
					'group'  => 'mail',
					'secret' => false,
					'from'   => $from,
					'to'     => $to,
				);
			}
		}
		return $found;
	}

	/**
	 * Who sends mail, in which mode, and who brings a wp_mail() that is not used.
	 *
	 * @param array<string, string>|null $was The last look, where no plugin's code has changed since: the search is dear.
	 * @return array<string, string>
	 */
	private static function mail( ?array $was ): array {
		$owner  = Mail_Owner::current();
		$mode   = Mail_Mode::at_rest( $owner );
		$others = $was['wp_mail not used'] ?? null;
		if ( null === $others || $was['wp_mail owner'] !== $owner['slug'] ) {
			$others = implode( ', ', array_diff( array_column( Mail_Owner::all(), 'slug' ), array( $owner['slug'] ) ) );
		}
		return array(
			'wp_mail owner'    => $owner['slug'],
			'wp_mail not used' => $others,
			'mail mode'        => null === $mode ? 'normal' : Redactor::text( Redactor::cut( "$mode[0] ($mode[1]: $mode[2])", 200 ) ),
		);
	}

	/** What tells whether any plugin's code is another than at the last look. */
	private static function code(): string {
		$seen = array();
		foreach ( Plugins::all() as $plugin ) {
			$seen[] = array( $plugin['file'], $plugin['version'], filemtime( $plugin['file'] ) );
		}
		return md5( (string) wp_json_encode( $seen ) );
	}

	/** All plugins that lie there, by file. */
	private static function plugins(): array {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		wp_cache_delete( 'plugins', 'plugins' ); // Read when the request began, perhaps.
		$active = (array) get_option( 'active_plugins', array() );
		if ( is_multisite() ) {
			$active = array_merge( $active, array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) );
		}
		$found = array();
		foreach ( get_plugins() as $file => $header ) {
			$found[ $file ] = self::plugin( 'plugin', $file, $header, in_array( $file, $active, true ) );
		}
		foreach ( get_mu_plugins() as $file => $header ) {
			$found[ "mu-plugins/$file" ] = self::plugin( 'must-use', $file, $header, true );
		}
		foreach ( get_dropins() as $file => $header ) {
			$found[ "drop-in/$file" ] = self::plugin( 'drop-in', $file, $header, true );
		}
		return $found;
	}

	/** One plugin. */
	private static function plugin( string $kind, string $file, array $header, bool $active ): array {
		$slug = (string) preg_replace( '/\.php$/D', '', explode( '/', $file )[0] );
		$name = wp_strip_all_tags( (string) $header['Name'] );
		return array(
			'kind'    => $kind,
			'slug'    => $slug,
			'name'    => '' === $name ? $slug : $name,
			'version' => (string) $header['Version'],
			'active'  => $active,
		);
	}

	/** The theme in use. */
	private static function theme(): array {
		$theme = wp_get_theme();
		$theme->cache_delete();
		$theme = wp_get_theme();
		return array(
			'kind'    => 'theme',
			'slug'    => $theme->get_stylesheet(),
			'name'    => wp_strip_all_tags( (string) $theme->get( 'Name' ) ),
			'version' => (string) $theme->get( 'Version' ),
		);
	}

	/** Core's version as it lies on the disk: an update replaces it while old code still runs. */
	private static function core(): string {
		$wp_version = '';
		include ABSPATH . WPINC . '/version.php';
		return (string) $wp_version;
	}

	/** Mail constants in force. */
	private static function constants(): array {
		$found = array();
		foreach ( array_merge( self::OPEN_CONSTANTS, self::SECRET_CONSTANTS ) as $name ) {
			if ( ! defined( $name ) || ! is_scalar( constant( $name ) ) ) {
				continue;
			}
			$value          = constant( $name );
			$value          = is_bool( $value ) ? ( $value ? 'true' : 'false' ) : (string) $value;
			$found[ $name ] = in_array( $name, self::OPEN_CONSTANTS, true ) ? Redactor::text( Redactor::cut( $value, 200 ) ) : Redactor::parts( $value )['hash'];
		}
		return $found;
	}

	/** Shapes a change. */
	private static function change( string $what, array $thing, string $from, string $to ): array {
		return array(
			'what'      => $what,
			'kind'      => $thing['kind'],
			'slug'      => $thing['slug'],
			'name'      => $thing['name'],
			'from'      => $from,
			'to'        => $to,
			'automatic' => false,
		);
	}
}
