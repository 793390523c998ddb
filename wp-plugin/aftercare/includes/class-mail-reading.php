<?php
/**
 * Measures the mailer's settings in force by going through what wp_mail() does before it sends, on a PHPMailer of our own that never sends.
 *
 * Each callback of `phpmailer_init` runs alone, and what it changed is its doing: so every setting has an author.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

use PHPMailer\PHPMailer\PHPMailer;

final class Mail_Reading {

	/** What is looked at before and after each callback: our name → PHPMailer's. */
	const LOOKED_AT = array(
		'mailer'     => 'Mailer',
		'host'       => 'Host',
		'port'       => 'Port',
		'encryption' => 'SMTPSecure',
		'auth'       => 'SMTPAuth',
		'username'   => 'Username',
		'from'       => 'From',
	);

	/** @var bool Whether the hooks run for us and not for a mail. */
	private static $under_way = false;

	/** @var array<string, array<string, mixed>> Setting → the callback that set it last. */
	private $authors = array();

	/** @var array{fate: string, slug: string, callback: string}|array{} What became of the recipients. */
	private $recipients = array();

	/** @var string What a callback threw: it would end the request of every mail. */
	private $fault = '';

	/** @var object The mailer after all callbacks; not always a PHPMailer. */
	private $mailer;

	/** Whether hooks that run just now run for a reading: nothing is being sent. */
	public static function under_way(): bool {
		return self::$under_way;
	}

	/** Reads once. */
	public function __construct() {
		self::$under_way = true;
		ob_start(); // A callback that prints must not spoil an answer.
		try {
			$this->mailer = self::fresh();
			$this->set_from();
			$this->init();
		} finally {
			ob_end_clean();
			self::$under_way = false;
		}
	}

	/** The mailer as it would have sent. */
	public function mailer(): object {
		return $this->mailer;
	}

	/**
	 * Who set it: a callback, or nothing for WordPress's own default.
	 *
	 * @param string $setting One of LOOKED_AT.
	 * @return array<string, mixed>|null As Callbacks::on() gives it.
	 */
	public function author( string $setting ): ?array {
		return $this->authors[ $setting ] ?? null;
	}

	/**
	 * What became of the recipients: removed or replaced, and by whom.
	 *
	 * @return array{fate: string, slug: string, callback: string}|array{}
	 */
	public function recipients(): array {
		return $this->recipients;
	}

	/** What a callback threw, or nothing. */
	public function fault(): string {
		return $this->fault;
	}

	/** A mailer as wp_mail() has it before the hooks: the one that a plugin put there (a copy), or core's. */
	private static function fresh(): PHPMailer {
		require_once ABSPATH . WPINC . '/PHPMailer/PHPMailer.php';
		require_once ABSPATH . WPINC . '/PHPMailer/SMTP.php';
		require_once ABSPATH . WPINC . '/PHPMailer/Exception.php';
		$there = $GLOBALS['phpmailer'] ?? null;
		if ( $there instanceof PHPMailer ) {
			$mailer = clone $there;
		} else {
			$class = 'WP_PHPMailer'; // From 6.8.
			if ( ! class_exists( $class ) && is_readable( ABSPATH . WPINC . '/class-wp-phpmailer.php' ) ) {
				require_once ABSPATH . WPINC . '/class-wp-phpmailer.php';
			}
			$mailer = class_exists( $class ) ? new $class( true ) : new PHPMailer( true );
		}
		$mailer->clearAllRecipients();
		$mailer->clearAttachments();
		$mailer->clearCustomHeaders();
		$mailer->clearReplyTos();
		$mailer->Subject = 'Aftercare reads the settings';
		$mailer->Body    = 'This is not sent.';
		$mailer->isMail();
		try {
			$mailer->addAddress( (string) get_option( 'admin_email' ) );
		} catch ( \PHPMailer\PHPMailer\Exception $refused ) {
			$mailer->addAddress( 'nobody@example.com' );
		}
		return $mailer;
	}

	/** The sender, as core makes and filters it. */
	private function set_from(): void {
		$host = (string) wp_parse_url( network_home_url(), PHP_URL_HOST );
		$from = 'wordpress@' . (string) preg_replace( '/^www\./', '', $host );
		foreach ( Callbacks::on( 'wp_mail_from' ) as $callback ) {
			$before = $from;
			$from   = (string) $this->alone( 'wp_mail_from', $callback, array( $from ), $from );
			if ( $from !== $before ) {
				$this->authors['from'] = $callback;
			}
		}
		try {
			$this->mailer->setFrom( $from, (string) apply_filters( 'wp_mail_from_name', 'WordPress' ), false ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- core's filter.
		} catch ( \PHPMailer\PHPMailer\Exception $refused ) {
			$this->mailer->From = $from; // wp_mail() would fail right here; say with which sender.
			$this->fault        = $refused->getMessage();
		}
	}

	/** Every callback of phpmailer_init, one after another. */
	private function init(): void {
		foreach ( Callbacks::on( 'phpmailer_init' ) as $callback ) {
			$before = $this->state();
			$to     = $this->to();
			$this->alone( 'phpmailer_init', $callback, array( &$this->mailer ), null );
			foreach ( $this->state() as $setting => $value ) {
				if ( $value !== $before[ $setting ] ) {
					$this->authors[ $setting ] = $callback;
				}
			}
			if ( $this->to() !== $to && ! array_intersect( $to, $this->to() ) ) {
				$this->recipients = array(
					'fate'     => $this->to() ? 'replaced' : 'removed',
					'slug'     => $callback['slug'],
					'callback' => $callback['callback'],
				);
			}
		}
	}

	/**
	 * Runs one callback as if its hook ran.
	 *
	 * @param string               $hook     Its name.
	 * @param array<string, mixed> $callback As Callbacks::on() gives it.
	 * @param array<int, mixed>    $args     For it.
	 * @param mixed                $fallback When it throws.
	 * @return mixed
	 */
	private function alone( string $hook, array $callback, array $args, $fallback ) {
		global $wp_current_filter;
		$wp_current_filter[] = $hook; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- what current_filter() reads; taken back below.
		try {
			return call_user_func_array( $callback['function'], $args );
		} catch ( \Throwable $thrown ) {
			$this->fault = $callback['callback'] . ': ' . $thrown->getMessage();
			return $fallback;
		} finally {
			array_pop( $wp_current_filter );
		}
	}

	/**
	 * What is looked at, as it is now.
	 *
	 * @return array<string, mixed>
	 */
	private function state(): array {
		$state = array();
		foreach ( self::LOOKED_AT as $ours => $theirs ) {
			$state[ $ours ] = $this->mailer->$theirs ?? null;
		}
		return $state;
	}

	/**
	 * The recipients now.
	 *
	 * @return string[]
	 */
	private function to(): array {
		return $this->mailer instanceof PHPMailer ? array_map( 'strval', array_column( $this->mailer->getToAddresses(), 0 ) ) : array();
	}
}
