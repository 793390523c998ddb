"""The faults that the demo and the tests plant: how each comes about, how it is mended, what it must be called.

A fault is a function that breaks the lab, yields while it is broken, and mends it again.
To add one, copy its smallest neighbour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.servers import firewall
from tests.servers.lab import DOMAIN, OFFICE, RELAY, LabSite, MailWorld
from tests.servers.postfix import SMTPS, SUBMISSION
from tests.servers.scripted_smtp import Script, ScriptedSmtp


@dataclass(frozen=True)
class Stage:
    """What a fault is planted in."""

    world: MailWorld
    site: LabSite


@dataclass(frozen=True)
class Fault:
    """One way to lose mail. `told_by` says how Aftercare hears of it: a failing mail, one that hangs, or a change."""

    name: str
    code: str
    story: str
    mended: str
    planted: Callable[[Stage], AbstractContextManager[None]]
    told_by: str = "mail.failed"  # mail.failed | mail.hung | change
    letters: int = 200  # how long the visitor's message is
    quick: bool = True


FAULTS: list[Fault] = []


def fault(
    code: str, name: str, story: str, mended: str, *, told_by: str = "mail.failed", letters: int = 200
) -> Callable[[Callable[[Stage], Iterator[None]]], Callable[[Stage], Iterator[None]]]:
    """Declare the function below as the fault *name*, which Aftercare must call *code*."""

    def declare(function: Callable[[Stage], Iterator[None]]) -> Callable[[Stage], Iterator[None]]:
        quick = told_by != "mail.hung"
        planted = contextmanager(function)
        FAULTS.append(Fault(name, code, story, mended, planted, told_by, letters, quick))
        return function

    return declare


# -- settings of the site ---------------------------------------------------


@fault(
    "smtp.auth.rejected",
    "wrong password",
    "somebody mistypes the relay's password",
    "the right password is entered",
)
def wrong_password(stage: Stage) -> Iterator[None]:
    yield from _with_mail_settings(stage, smtp_password="guess-7")


@fault(
    "smtp.connect.host_unknown",
    "relay's name mistyped",
    "somebody writes realy instead of relay",
    "the name is corrected",
)
def name_mistyped(stage: Stage) -> Iterator[None]:
    yield from _with_mail_settings(stage, smtp_host=f"realy.{DOMAIN}")


@fault(
    "smtp.tls.wrong_mode",
    "encryption modes mixed up",
    "somebody picks SSL for port 587",
    "port and encryption fit again",
)
def modes_mixed_up(stage: Stage) -> Iterator[None]:
    yield from _with_mail_settings(stage, smtp_port=str(SUBMISSION), type_of_encryption="ssl")


@fault(
    "smtp.sender.not_allowed",
    "sender refused",
    f"the site sends as wordpress@{DOMAIN}, which its log-in does not own",
    f"it sends as {OFFICE} again",
)
def sender_refused(stage: Stage) -> Iterator[None]:
    yield from _with_mail_settings(stage, from_email=f"wordpress@{DOMAIN}")


@fault(
    "mail.mailer_missing",
    "no mailer",
    "the mail settings are emptied, and the host has no sendmail",
    "the relay is set again",
)
def no_mailer(stage: Stage) -> Iterator[None]:
    yield from _with_mail_settings(stage, smtp_host="")


# -- the relay ----------------------------------------------------------------


@fault("smtp.connect.refused", "relay down", "the relay's mail server is stopped", "the relay runs again")
def relay_down(stage: Stage) -> Iterator[None]:
    stage.world.relay.stop()
    try:
        yield
    finally:
        stage.world.relay.start()


@fault(
    "smtp.auth.not_offered",
    "log-in not offered",
    "the relay stops offering AUTH",
    "the relay offers AUTH again",
)
def login_not_offered(stage: Stage) -> Iterator[None]:
    yield from _with_relay(stage, smtpd_sasl_auth_enable="no")


@fault(
    "smtp.tls.not_offered",
    "STARTTLS missing",
    "the relay loses its TLS",
    "the relay offers STARTTLS again",
)
def starttls_missing(stage: Stage) -> Iterator[None]:
    yield from _with_relay(stage, submission_tls="none", smtpd_tls_auth_only="no")


@fault(
    "smtp.tls.expired",
    "certificate expired",
    "the relay's certificate ran out three days ago",
    "the certificate is renewed",
)
def certificate_expired(stage: Stage) -> Iterator[None]:
    stage.world.relay.show_certificate(stage.world.authority.expired(RELAY))
    yield from _until_restored(stage)


@fault(
    "smtp.tls.name_mismatch",
    "certificate for another name",
    "the relay shows a certificate of another server",
    "it shows its own again",
)
def certificate_of_another(stage: Stage) -> Iterator[None]:
    stage.world.relay.show_certificate(stage.world.authority.for_another_name(RELAY))
    yield from _until_restored(stage)


@fault(
    "smtp.tls.untrusted",
    "certificate of an unknown authority",
    "the relay shows a certificate that nobody vouches for",
    "it shows a good one again",
)
def certificate_untrusted(stage: Stage) -> Iterator[None]:
    stage.world.relay.show_certificate(stage.world.authority.untrusted(RELAY))
    yield from _until_restored(stage)


@fault(
    "smtp.rate.daily_limit",
    "daily limit",
    "the relay's account has used up its day",
    "the next day begins",
)
def daily_limit(stage: Stage) -> Iterator[None]:
    stage.world.relay.answer_recipients("550 5.4.5 Daily user sending limit exceeded.")
    yield from _until_restored(stage)


@fault(
    "smtp.rate.hourly_limit",
    "hourly limit",
    "the host's own limit an hour is reached",
    "the next hour begins",
)
def hourly_limit(stage: Stage) -> Iterator[None]:
    stage.world.relay.answer_recipients(
        f"550 Domain {DOMAIN} has exceeded the max emails per hour (50/50 (100%)) allowed"
    )
    yield from _until_restored(stage)


@fault(
    "smtp.content.too_big",
    "message too large",
    "the relay takes 16 KB at most, and a visitor writes a novel",
    "the relay takes large messages again",
    letters=60_000,
)
def message_too_large(stage: Stage) -> Iterator[None]:
    yield from _with_relay(stage, message_size_limit="16000")


@fault(
    "smtp.recipient.unknown",
    "recipient refused",
    f"the mailbox {OFFICE} is closed",
    "the mailbox exists again",
)
def recipient_refused(stage: Stage) -> Iterator[None]:
    stage.world.relay.close_mailbox(OFFICE)
    try:
        yield
    finally:
        stage.world.relay.open_mailbox(OFFICE)


@fault(
    "smtp.recipient.greylisted",
    "deferral that nobody repeats",
    "the relay says 'later', and PHP does not come back",
    "the relay takes the mail at once",
)
def deferral(stage: Stage) -> Iterator[None]:
    stage.world.relay.answer_recipients("450 4.7.1 Greylisted, please try again in 300 seconds")
    yield from _until_restored(stage)


@fault(
    "smtp.silent_after_auth",
    "silent relay",
    "the relay takes the log-in and never speaks again",
    "the site uses a relay that answers",
    told_by="mail.hung",
)
def silent_relay(stage: Stage) -> Iterator[None]:
    name = f"slow.{DOMAIN}"
    script = Script(silent_after="auth")
    with ScriptedSmtp(script, port=SUBMISSION, certificate=stage.world.authority.issue("slow", [name], 90)) as slow:
        stage.world.name("slow", slow.address)
        yield from _with_mail_settings(stage, smtp_host=name)


# -- the web host -------------------------------------------------------------


@fault(
    "site.smtp_port_blocked",
    "host blocks the port",
    "the web host's firewall drops what the site sends to port 587",
    "the host opens the port",
)
def host_blocks_port(stage: Stage) -> Iterator[None]:
    blocked = firewall.block(stage.world.relay.address, [SUBMISSION, SMTPS])
    try:
        yield
    finally:
        blocked.lift()


# -- plugins ------------------------------------------------------------------

_SHORT_CIRCUIT = """\
<?php
/* Plugin Name: Mail Blocker */
add_filter( 'pre_wp_mail', 'mail_blocker_says_sent' );
function mail_blocker_says_sent() {
	return true;
}
"""

_STAGING = """\
<?php
/* Plugin Name: Staging: no mail */
require_once ABSPATH . WPINC . '/PHPMailer/PHPMailer.php';
require_once ABSPATH . WPINC . '/PHPMailer/SMTP.php';
require_once ABSPATH . WPINC . '/PHPMailer/Exception.php';
class Staging_Mailer extends PHPMailer\\PHPMailer\\PHPMailer {
	public function send() {
		return true;
	}
}
$GLOBALS['phpmailer'] = new Staging_Mailer( true );
"""

_OWNER = """\
<?php
/* Plugin Name: {name} */
if ( ! function_exists( 'wp_mail' ) ) {{
	function wp_mail( $to, $subject, $message, $headers = '', $attachments = array() ) {{
		require_once ABSPATH . WPINC . '/PHPMailer/PHPMailer.php';
		require_once ABSPATH . WPINC . '/PHPMailer/SMTP.php';
		require_once ABSPATH . WPINC . '/PHPMailer/Exception.php';
		$mail = new PHPMailer\\PHPMailer\\PHPMailer( true );
		$mail->setFrom( 'office@aftercare.test' );
		$mail->addAddress( is_array( $to ) ? $to[0] : $to );
		$mail->Subject = $subject;
		$mail->Body    = $message;
		do_action_ref_array( 'phpmailer_init', array( &$mail ) );
		return $mail->send();
	}}
}}
"""


@fault(
    "mail.short_circuited",
    "plugin answers instead of the mailer",
    "a plugin says 'sent' to every mail and sends none",
    "the plugin is deactivated",
)
def short_circuit(stage: Stage) -> Iterator[None]:
    yield from _with_plugins(stage, {"mail-blocker": _SHORT_CIRCUIT})


@fault(
    "mail.switched_off",
    "mail switched off on a staging copy",
    "a must-use plugin of a staging copy swallows every mail",
    "its file is deleted",
)
def switched_off(stage: Stage) -> Iterator[None]:
    stage.site.put_mu_plugin("staging-no-mail.php", _STAGING)
    try:
        yield
    finally:
        stage.site.remove_mu_plugin("staging-no-mail.php")


@fault(
    "mail.two_owners",
    "two plugins own wp_mail",
    "two plugins bring a wp_mail of their own, and one is silently dead",
    "both are deactivated",
    told_by="change",
)
def two_owners(stage: Stage) -> Iterator[None]:
    plugins = {
        "parcel-mailer": _OWNER.format(name="Parcel Mailer"),
        "pigeon-mailer": _OWNER.format(name="Pigeon Mailer"),
    }
    yield from _with_plugins(stage, plugins)


# -- how they are planted -----------------------------------------------------


def _with_mail_settings(stage: Stage, **changes: str) -> Iterator[None]:
    stage.site.set_mail(**changes)
    try:
        yield
    finally:
        stage.site.set_mail()


def _with_relay(stage: Stage, **parameters: str) -> Iterator[None]:
    stage.world.relay.configure(**parameters)
    yield from _until_restored(stage)


def _until_restored(stage: Stage) -> Iterator[None]:
    try:
        yield
    finally:
        stage.world.relay.restore()


def _with_plugins(stage: Stage, plugins: dict[str, str]) -> Iterator[None]:
    site = stage.site
    for slug, code in plugins.items():
        site.put(f"plugins/{slug}/{slug}.php", code)
    site.wp("plugin", "activate", *plugins)
    try:
        yield
    finally:
        site.wp("plugin", "deactivate", *plugins)
        site.wp("plugin", "delete", *plugins)


def named(names: list[str]) -> list[Fault]:
    """The faults of these names or codes. Raises KeyError with all that there are."""
    known = {fault.name: fault for fault in FAULTS} | {fault.code: fault for fault in FAULTS}
    if unknown := [name for name in names if name not in known]:
        raise KeyError(f"no fault is called {json.dumps(unknown[0])}; there are: {', '.join(f.name for f in FAULTS)}")
    return [known[name] for name in names]
