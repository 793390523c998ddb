"""Codes for faults before any SMTP (PHP, the mail plugin, the form's template), for no fault, and for not known."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Impact, Verdict
from diagnostics.mail.codes.declare import Fault, reply_code

MAILER_SAYS = "The mailer's own sentence; it stops before any server is asked."

MAILER_MISSING = reply_code(
    "mail.mailer_missing",
    Fault.HOST,
    "PHP has no way to send mail: its mail() function failed.",
    meaning="The site uses PHP's mail(), and that found no sendmail program, is disabled, or the web host's mail "
    "server refused the mail.",
    remedy="Install an SMTP plugin (WP Mail SMTP, FluentSMTP, Post SMTP) and enter a relay; or ask the web host "
    "to provide sendmail and to allow mail() (php.ini: sendmail_path, disable_functions).",
    proof="'Could not instantiate mail function', in whatever language.",
    follow_up="On the site: function_exists('mail'), disable_functions, whether sendmail_path exists; then one "
    "mail with a plain From and one with -f.",
)
EMPTY_BODY = reply_code(
    "mail.template.empty_body",
    Fault.MESSAGE,
    "The mail has no text.",
    meaning="The form's mail template is empty, or all its fields were.",
    remedy="Open the form's mail settings and write a message body.",
    proof=MAILER_SAYS,
)
NO_RECIPIENT = reply_code(
    "mail.template.no_recipient",
    Fault.MESSAGE,
    "The mail has no recipient.",
    meaning="The form's To field is empty or holds no address.",
    remedy="Open the form's mail settings and enter an address under To.",
    proof=MAILER_SAYS,
)
INVALID_FROM = reply_code(
    "mail.template.invalid_from",
    Fault.SITE,
    "The sender address of the mail is not a valid address.",
    meaning="WordPress builds wordpress@ plus the site's name; on localhost, or with a wrong From in the form, "
    "that is no address.",
    remedy="Set From to an address of your own domain: mail plugin → From email, or the form's mail settings.",
    proof=MAILER_SAYS,
)
INVALID_RECIPIENT = reply_code(
    "mail.template.invalid_address",
    Fault.MESSAGE,
    "An address in the mail is not a valid address.",
    meaning="To, Cc, Bcc or Reply-To holds something that is no address: a typing error, or a field that a "
    "visitor filled.",
    remedy="Open the form's mail settings and correct To, Cc, Bcc and Reply-To; let the form check the email field.",
    proof=MAILER_SAYS,
)
ATTACHMENT_MISSING = reply_code(
    "mail.template.attachment_missing",
    Fault.MESSAGE,
    "A file that the mail should carry cannot be read.",
    meaning="The attachment was deleted, moved, or may not be read by PHP.",
    remedy="Check the path in the form's attachments field and the folder's permissions.",
    proof=MAILER_SAYS,
)
EXTENSION_MISSING = reply_code(
    "mail.php_extension_missing",
    Fault.HOST,
    "PHP lacks an extension that sending needs.",
    meaning="Usually openssl: without it there is no encryption, and no relay to speak to.",
    remedy="Ask the web host to enable the extension that the text names (php.ini: extension=openssl).",
    proof=MAILER_SAYS,
)
MAILER_CRASHED = reply_code(
    "mail.mailer_misconfigured",
    Fault.SITE,
    "The mail plugin is not set up completely.",
    meaning="The plugin says that settings, a key or a connection are missing; no server was asked.",
    remedy="Open the mail plugin's settings, finish its setup (mailer, key or host, From), and send its test mail.",
    proof="The plugin's own sentence.",
    kind=CauseKind.PLUGIN,
)
ACCEPTED = reply_code(
    "smtp.accepted",
    Fault.NOBODY,
    "{subject} accepted the mail.",
    meaning="The server said yes. That proves how far it got, not that it arrived.",
    proof="A 2xx reply to the message.",
    follow_up="No mail and no bounce? Follow a canary: the relay's log, its suppression list, the spam folder.",
    verdict=Verdict.PASS,
    impact=Impact.ADVICE,
)
UNCLASSIFIED = reply_code(
    "smtp.unclassified",
    Fault.UNKNOWN,
    "{subject} gave an answer that no rule knows.",
    meaning="The text is kept as it is. No guess is made from its number alone.",
    proof="No rule matches the text, its codes, or its stage.",
    follow_up="Run Diagnose on the site: its own tests do not depend on these words. Then send us the text.",
    verdict=Verdict.UNKNOWN,
    sure=False,
)
