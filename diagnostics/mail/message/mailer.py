"""Which program wrote the message, by the marks that it leaves in the header, and where its screen is.

Marks of WP Mail SMTP, FluentSMTP and PHPMailer were read in their code; the others are (k): common
knowledge of the field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.mail.message.raw import Raw
from diagnostics.printable import printable

MOST_MARK = 120


@dataclass(frozen=True)
class Mailer:
    """The program, in words, the field that shows it, and where an admin sets its From, names and headers."""

    title: str = ""
    mark: str = ""  # the field and its value, as found
    where: str = "the settings of the plugin or program that sent it"


@dataclass(frozen=True)
class _Mark:
    field: str
    pattern: str
    title: str
    where: str


_WORDPRESS = "the mail plugin's screen in wp-admin, or the form or shop plugin that wrote this mail"
_MARKS = (
    _Mark("x-mailer", r"wpmailsmtp/", "WP Mail SMTP", "WP Mail SMTP → Settings → General in wp-admin"),
    _Mark("x-mailer", r"fluentmail|fluentsmtp", "FluentSMTP", "Settings → FluentSMTP in wp-admin"),
    _Mark("x-mailer", r"postsmtp|post smtp|postman", "Post SMTP", "Post SMTP → Settings → Message in wp-admin"),
    _Mark("x-mailer", r"mailpoet", "MailPoet", "MailPoet → Settings → Basics in wp-admin"),
    _Mark("x-mailer", r"mailster", "Mailster", "Newsletter → Settings → Delivery in wp-admin"),
    _Mark("x-mailer", r"newsletter", "the plugin Newsletter", "Newsletter → Settings in wp-admin"),
    _Mark("x-newsletter-email-id", r"", "the plugin Newsletter", "Newsletter → Settings in wp-admin"),
    _Mark("x-mailpoet-campaign-id", r"", "MailPoet", "MailPoet → Settings → Basics in wp-admin"),
    _Mark("x-wc-email", r"", "WooCommerce", "WooCommerce → Settings → Emails in wp-admin"),
    _Mark("x-mailer", r"phpmailer .*wordpress|wordpress", "WordPress", _WORDPRESS),
    _Mark("x-mailer", r"phpmailer", "PHPMailer, which WordPress and its plugins send with", _WORDPRESS),
    _Mark("x-php-originating-script", r"phpmailer", "PHPMailer, which WordPress sends with", _WORDPRESS),
    _Mark("x-php-originating-script", r"", "a PHP script of the web host", "the plugin or script that this file is of"),
    _Mark("x-php-script", r"", "a PHP script of the web host", "the plugin or script that this file is of"),
    _Mark("x-mailer", r"^php\b", "PHP's mail()", "the plugin or script that calls mail()"),
    _Mark("x-mailer", r"mailchimp", "Mailchimp", "Mailchimp → Campaign → Setup"),
    _Mark("x-mc-user", r"", "Mailchimp", "Mailchimp → Campaign → Setup"),
    _Mark("x-mailin-eid", r"", "Brevo", "Brevo → Senders, Domains & Dedicated IPs"),
    _Mark("x-mailer", r"amazon-ses", "Amazon SES", "the plugin that hands mail to Amazon SES"),
    _Mark("x-mailer", r"microsoft|outlook", "Outlook", "Outlook → File → Account Settings"),
    _Mark("x-mailer", r"apple mail|iphone|ipad", "Apple Mail", "Mail → Settings → Accounts"),
    _Mark("user-agent", r"thunderbird", "Thunderbird", "Thunderbird → Account Settings"),
    _Mark("user-agent", r"roundcube", "Roundcube", "Roundcube → Settings → Identities"),
)
_READ = tuple((mark, re.compile(mark.pattern, re.IGNORECASE)) for mark in _MARKS)

# Who changes a message on its way, by the mark left in the header: (field, its beginning, who, where it is set).
_CHANGERS = (
    ("x-mailman-version", "the mailing list", "the list's settings: no footer, no subject prefix"),
    ("list-post", "the mailing list", "the list's settings: no footer, no subject prefix"),
    ("x-barracuda-spam-status", "Barracuda", "Barracuda's rules for outgoing mail: no footer, no rewritten links"),
    ("x-mimecast-spam-score", "Mimecast", "Mimecast → Administration → Gateway → Policies: stationery, URL protection"),
    ("x-proofpoint-virus-version", "Proofpoint", "Proofpoint's rules: disclaimers and URL rewriting"),
    ("x-exclaimer-id", "Exclaimer", "Exclaimer's signature rules: sign with DKIM after Exclaimer, not before"),
    ("x-exclaimer-md-config", "Exclaimer", "Exclaimer's signature rules: sign with DKIM after Exclaimer, not before"),
    ("x-codetwo-processed", "CodeTwo", "CodeTwo's rules: sign with DKIM after CodeTwo, not before"),
    ("x-codetwo-messageid", "CodeTwo", "CodeTwo's rules: sign with DKIM after CodeTwo, not before"),
    ("x-sophos-email", "Sophos Email", "Sophos Central → Email: banners and URL rewriting"),
    ("x-avast-antispam", "the antivirus on the receiving computer", "its mail shield: no note under mails"),
    ("x-antivirus", "an antivirus program", "its mail shield: no note under mails"),
    ("x-virus-scanned", "the virus scanner (amavis or ClamAV)", "its settings: no disclaimers, sign after it"),
    ("x-mailscanner", "MailScanner", "MailScanner.conf: Sign Clean Messages = no, or sign with DKIM after it"),
)


def read_mailer(raw: Raw) -> Mailer:
    """The first known mark; without one, what the message says of its program."""
    for mark, pattern in _READ:
        for field in raw.all(mark.field)[:5]:
            if pattern.search(field.text[:1000]):
                return Mailer(mark.title, _shown(mark.field, field.text), mark.where)
    for name in ("x-mailer", "user-agent"):
        if said := raw.first(name):
            return Mailer(printable(said, 60), _shown(name, said))
    return Mailer()


def changers(raw: Raw) -> tuple[tuple[str, str], ...]:
    """Who may have changed the message on its way, and where that is set."""
    keys = {field.key for field in raw.fields}
    found = {who: where for name, who, where in _CHANGERS if any(key.startswith(name) for key in keys)}
    return tuple(found.items())


def _shown(name: str, text: str) -> str:
    text = text.partition(" for ")[0]  # X-PHP-Script goes on with the visitor's address
    return f"{name}: {printable(text, MOST_MARK)}" if text else name
