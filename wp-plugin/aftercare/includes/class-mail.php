<?php
/**
 * One mail on its way: what is known of it so far, without its text and without anybody's address.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

final class Mail {

	/** @var string Correlation id; also in the header X-Aftercare-Mail. */
	public $id;

	/** @var string form, password-reset, new-user, comment, core, canary or other. */
	public $kind = 'other';

	/** @var string Slug of the plugin or theme that called wp_mail(). */
	public $caller = '';

	/** @var string The form that was posted in this request, by plugin and id. */
	public $form = '';

	/** @var string Token of a canary. */
	public $canary = '';

	/** @var float Unix seconds. */
	public $began;

	/** @var float|null For the duration: unmoved by a clock that is set. */
	public $started;

	/** @var array<int, array{domain: string, hash: string}> */
	public $to = array();

	/** @var string */
	public $from_domain = '';

	/** @var string */
	public $host = '';

	/** @var int */
	public $port = 0;

	/** @var string Nothing, tls or ssl. */
	public $encryption = '';

	/** @var bool */
	public $auth = false;

	/** @var string smtp, mail, sendmail, qmail, api, none, or nothing as long as it is not known. */
	public $mailer = '';

	/** @var string Slug of the mail plugin in charge, or core. */
	public $owner = '';

	/** @var int Bytes, about. */
	public $size = 0;

	/** @var Dialogue|null The SMTP conversation, as far as it went. */
	public $dialogue = null;

	/** @var string What a mail plugin said that WordPress's own hook does not tell. */
	public $said = '';

	/** @var bool The mailer said that it failed, whatever WordPress's own hook says after it. */
	public $refused = false;

	/** @var int HTTP status of a mailer by API. */
	public $http_code = 0;

	/** @var string A mail plugin's mode that keeps mails in, in words. */
	public $kept_in = '';

	/** A mail that begins now. */
	public function __construct() {
		$this->id      = bin2hex( random_bytes( 12 ) );
		$this->began   = microtime( true );
		$this->started = hrtime( true ) / 1e9;
	}

	/** Seconds since it began. */
	public function seconds(): float {
		return round( hrtime( true ) / 1e9 - $this->started, 3 );
	}

	/**
	 * What every mail event tells (docs/protocol.md).
	 *
	 * @return array<string, mixed>
	 */
	public function facts(): array {
		return array(
			'mail'        => $this->id,
			'kind'        => $this->kind,
			'form'        => $this->form,
			'caller'      => $this->caller,
			'host'        => $this->host,
			'port'        => $this->port,
			'encryption'  => $this->encryption,
			'mailer'      => '' === $this->mailer ? 'none' : $this->mailer,
			'owner'       => $this->owner,
			'from_domain' => $this->from_domain,
			'to'          => $this->to,
			'seconds'     => $this->seconds(),
			'size'        => $this->size,
			'canary'      => $this->canary,
		);
	}

	/**
	 * What a later request must know, should this one never end.
	 *
	 * @return array<string, mixed>
	 */
	public function kept(): array {
		return array(
			'kind'       => $this->kind,
			'form'       => $this->form,
			'caller'     => $this->caller,
			'host'       => $this->host,
			'port'       => $this->port,
			'encryption' => $this->encryption,
			'mailer'     => '' === $this->mailer ? 'none' : $this->mailer,
			'owner'      => $this->owner,
			'last_line'  => null === $this->dialogue ? '' : $this->dialogue->last_line(),
		);
	}
}
