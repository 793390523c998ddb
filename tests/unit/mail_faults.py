"""The faults of "Emails not sending", each by the code that has to be named: relay, settings, the mailer's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.scripted_smtp import Script
from tests.unit.mail_site import PHP_SAYS, accepted, event, refused

CONNECT = "SMTP Error: Could not connect to SMTP host. "


@dataclass
class Planted:
    """A fault: the relay's script and certificate, the site's settings, and what its mailer says."""

    expected: str
    script: Script = field(default_factory=Script)
    certificate: str | None = "good"
    implicit_tls: bool = False
    listens: bool = True
    mail: dict[str, Any] = field(default_factory=dict)
    says: Callable[[int], dict[str, Any]] = accepted
    bend: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    failing: bool = True


def fails(error: str, *dialogue: str, **more: Any) -> Callable[[int], dict[str, Any]]:
    return lambda port: refused(port, error, *dialogue, **more)


def reported(error: str, *dialogue: str, **more: Any) -> list[dict[str, Any]]:
    return [event("mail.failed", 3, error=error, dialogue=list(dialogue), **more)]


PASSWORD = ("SMTP Error: Could not authenticate.", "C: AUTH ***", "S: 535 5.7.8 Error: authentication failed")
SENDER = (
    "The following From address failed: hashed-1@shop.test",
    "C: MAIL FROM:<hashed-1@shop.test>",
    "S: 553 5.7.1 <hashed-1@shop.test>: Sender address rejected: not owned by user site",
)
DAILY = ("SMTP Error: data not accepted.", "C: .", "S: 550 5.4.5 Daily user sending limit exceeded. gsmtp")
HOURLY = (
    "SMTP Error: data not accepted.",
    "C: .",
    "S: 550 Domain shop.test has exceeded the max emails per hour (50/50 (100%)) allowed. Message discarded.",
)
NO_USER = (
    "SMTP Error: The following recipients failed: hashed-2@customer.test",
    "C: RCPT TO:<hashed-2@customer.test>",
    "S: 550 5.1.1 <hashed-2@customer.test>: Recipient address rejected: User unknown",
)
GREYLIST = (
    "SMTP Error: The following recipients failed: hashed-2@customer.test",
    "C: RCPT TO:<hashed-2@customer.test>",
    "S: 450 4.7.1 <hashed-2@customer.test>: Recipient address rejected: Greylisted",
)
TOO_BIG = ("SMTP Error: data not accepted.", "C: .", "S: 552 5.3.4 Message size exceeds fixed limit")

FAULTS = {
    "the relay's name does not resolve": Planted(
        "smtp.connect.host_unknown",
        mail={"host": "smtp.nowhere.invalid"},
        says=fails(CONNECT + "php_network_getaddresses: getaddrinfo failed: Name or service not known"),
    ),
    "connection refused": Planted(
        "smtp.connect.refused", listens=False, says=fails(CONNECT + "Failed to connect to server")
    ),
    "the host blocks the port": Planted(
        "site.smtp_port_blocked",
        bend={
            "tcp": "timeout",
            "error": "no answer within 5 s",
            "banner": "",
            "ehlo": [],
            "tls": None,
            "starttls": None,
        },
        says=fails(CONNECT + "Failed to connect to server"),
    ),
    "the host rejects the port": Planted(
        "site.smtp_port_blocked",
        bend={"tcp": "refused", "error": "Connection refused (111)", "banner": "", "ehlo": [], "tls": None},
        says=fails(CONNECT + "Failed to connect to server"),
    ),
    "the host puts its own server in between": Planted(
        "smtp.connect.intercepted",
        bend={
            "banner": "220-server17.webhost.test ESMTP Exim 4.96",
            "ehlo": ["AUTH PLAIN LOGIN"],
            "tls": None,
            "starttls": False,
        },
        says=fails("SMTP Error: Could not authenticate.", "S: 535 Incorrect authentication data", host=""),
    ),
    "wrong password": Planted(
        "smtp.auth.rejected", Script(replies={"auth": "535 5.7.8 Error: authentication failed"}), says=fails(*PASSWORD)
    ),
    "wrong password, as reported alone": Planted(
        "smtp.auth.rejected", events=reported(*PASSWORD), says=fails(*PASSWORD)
    ),
    "authentication is not offered": Planted(
        "smtp.auth.not_offered",
        Script(capabilities=("SIZE 10240000", "8BITMIME")),
        says=fails("SMTP Error: Could not authenticate."),
    ),
    "authentication is offered only after TLS, and TLS is off": Planted(
        "smtp.auth.not_offered",
        Script(capabilities=("SIZE 10240000",)),
        certificate=None,
        mail={"encryption": "", "auto_tls": False},
        says=fails("SMTP Error: Could not authenticate."),
    ),
    "the certificate has expired": Planted(
        "smtp.tls.expired", certificate="expired", says=fails(CONNECT + PHP_SAYS["expired"])
    ),
    "the certificate is of another name": Planted(
        "smtp.tls.name_mismatch", certificate="for_another_name", says=fails(CONNECT + PHP_SAYS["name_mismatch"])
    ),
    "the certificate's authority is unknown": Planted(
        "smtp.tls.untrusted", certificate="untrusted", says=fails(CONNECT + PHP_SAYS["untrusted"])
    ),
    "the same with TLS from the first byte": Planted(
        "smtp.tls.expired",
        certificate="expired",
        implicit_tls=True,
        mail={"encryption": "ssl"},
        says=fails(CONNECT + PHP_SAYS["expired"]),
    ),
    "STARTTLS is missing": Planted(
        "smtp.tls.not_offered",
        certificate=None,
        says=fails(CONNECT + "STARTTLS command failed", "C: STARTTLS", "S: 502 5.5.1 Error: command not implemented"),
    ),
    "TLS at once to a port that begins in the clear": Planted(
        "smtp.tls.wrong_mode", mail={"encryption": "ssl"}, says=fails(CONNECT + PHP_SAYS["wrong_mode"])
    ),
    "in the clear to a port that expects TLS at once": Planted(
        "smtp.tls.wrong_mode",
        implicit_tls=True,
        says=fails("The relay went silent after CONNECT: no answer within 12 s.", silent_after="CONNECT"),
    ),
    "the sender is refused": Planted("smtp.sender.not_allowed", says=fails(*SENDER), events=reported(*SENDER)),
    "the daily limit": Planted("smtp.rate.daily_limit", says=fails(*DAILY)),
    "the hourly limit": Planted("smtp.rate.hourly_limit", says=fails(*HOURLY)),
    "the message is too large": Planted("smtp.content.too_big", events=reported(*TOO_BIG, size=30_000_000)),
    "the recipient is refused": Planted("smtp.recipient.unknown", events=reported(*NO_USER)),
    "a temporary deferral by the recipient's own server": Planted(
        "smtp.recipient.greylisted", events=reported(*GREYLIST)
    ),
    "a relay that goes silent after the log-in": Planted(
        "smtp.silent_after_auth",
        Script(silent_after="auth"),
        events=[event("mail.hung", 4, began_at=None, last_line="S: 235 2.7.0 Authentication successful")],
        says=fails("The relay went silent after MAIL: no answer within 12 s.", silent_after="MAIL"),
    ),
    "a relay that goes silent, known by the hung mail alone": Planted(
        "smtp.silent_after_auth",
        events=[event("mail.hung", 4, last_line="")],
        says=fails("The relay went silent after AUTH: no answer within 12 s.", silent_after="AUTH"),
    ),
    "no greeting at all": Planted(
        "smtp.connect.silent",
        Script(silent_at="greeting"),
        says=fails("The relay went silent after CONNECT: no answer within 12 s.", silent_after="CONNECT"),
    ),
    "a greeting that never ends": Planted(
        "smtp.connect.silent",
        Script(endless_greeting=True),
        says=fails(CONNECT + PHP_SAYS["wrong_mode"], "C: STARTTLS", "S: 220-please wait", silent_after="CONNECT"),
    ),
    "the relay hangs up at once": Planted(
        "smtp.connect.dropped",
        Script(drop_at="greeting"),
        says=fails(CONNECT),
    ),
    "no mailer at all": Planted(
        "mail.mailer_missing",
        mail={
            "mailer": "mail",
            "host": "",
            "auth": False,
            "encryption": "",
            "php_limits": {"sendmail_path": "/usr/sbin/sendmail", "sendmail_found": False},
        },
        says=fails("Could not instantiate mail function.", mailer="mail", host="", port=0),
    ),
    "mail() refuses though sendmail is there": Planted(
        "mail.mailer_missing",
        mail={"mailer": "mail", "host": "", "auth": False, "encryption": ""},
        says=fails("Could not instantiate mail function.", mailer="mail", host="", port=0),
    ),
    "a plugin short-circuits pre_wp_mail": Planted(
        "mail.short_circuited",
        mail={
            "mode": "disabled",
            "mode_by": {"slug": "quiet", "setting": "pre_wp_mail: quiet_mail"},
            "short_circuit": [{"slug": "quiet", "name": "Quiet Mail", "callback": "quiet_mail"}],
        },
        says=lambda port: {**accepted(port), "accepted": "none", "mode": "disabled"},
        failing=False,
    ),
    "a short circuit that only the test mail shows": Planted(
        "mail.short_circuited",
        mail={"short_circuit": [{"slug": "quiet", "name": "Quiet Mail", "callback": "quiet_mail"}]},
        says=lambda port: {
            **accepted(port),
            "accepted": "none",
            "short_circuit_by": {"slug": "quiet", "name": "Quiet Mail", "callback": "quiet_mail"},
        },
        failing=False,
    ),
    "mail is only simulated": Planted(
        "mail.switched_off",
        mail={"mode": "simulated", "mode_by": {"slug": "fluent-smtp", "setting": "Email Simulation"}},
        says=lambda port: {**accepted(port), "accepted": "none", "mode": "simulated"},
        failing=False,
    ),
    "a must-use plugin only logs": Planted(
        "mail.switched_off",
        mail={"mode": "log_only", "mode_by": {"slug": "no-mail", "setting": "wp_mail() in mu-plugins/no-mail.php"}},
        says=lambda port: {**accepted(port), "accepted": "none", "mode": "log_only"},
        failing=False,
    ),
    "two plugins define wp_mail": Planted(
        "mail.two_owners",
        mail={
            "owner": {"slug": "one", "name": "One", "file": "wp-content/plugins/one/one.php"},
            "owners": [{"slug": "one", "name": "One", "file": "a"}, {"slug": "two", "name": "Two", "file": "b"}],
        },
        failing=False,
    ),
    "the stored password can no longer be read": Planted(
        "smtp.settings.password_missing", mail={"password_set": False}, says=fails(*PASSWORD)
    ),
}
