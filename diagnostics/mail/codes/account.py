"""Codes for the account at the relay, for who may send by it, and as whom."""

from __future__ import annotations

from diagnostics.finding import Verdict
from diagnostics.mail.codes.declare import Fault, reply_code

AS_LOGIN = "Send the same mail with From = the log-in name: does it pass, only the sender address is at fault."

NOT_ACTIVATED = reply_code(
    "smtp.account.not_activated",
    Fault.ACCOUNT,
    "The account at {subject} is not activated yet.",
    meaning="Log-in works, sending does not: the provider has not approved the account. It says so only after the "
    "content, so log-in tests pass.",
    remedy="Ask the provider to activate the account: Brevo under Transactional → Settings or by support; "
    "Postmark: request approval (until then it delivers to your own domain only).",
)
SANDBOX = reply_code(
    "smtp.account.sandbox",
    Fault.ACCOUNT,
    "The account at {subject} is in its sandbox: it sends to listed recipients only.",
    meaning="New accounts may send only to addresses that were verified. Visitors' addresses are not.",
    remedy="SES: Account dashboard → Request production access, in this region. Mailgun: add your own domain and "
    "send from it, or activate the account.",
    follow_up="Is the address in the reply the recipient's? Then it is the sandbox. Is it the From address, "
    "verify that.",
)
DOMAIN_UNVERIFIED = reply_code(
    "smtp.account.domain_unverified",
    Fault.ACCOUNT,
    "{subject} has not verified the site's sending domain.",
    meaning="The provider does not know the domain as yours, or knows it in another region.",
    remedy="Add the domain at the provider, publish the DNS records that it shows, press Verify; choose the "
    "region in which the domain was made.",
    follow_up="Is the address in the reply the From address or the recipient's? The recipient's means a sandbox "
    "account.",
)
UNVERIFIED_IDENTITY = reply_code(
    "smtp.account.identity_unverified",
    Fault.ACCOUNT,
    "{subject} refuses an address that it has not verified.",
    meaning="Either the From address is not verified in this region, or the account is in the sandbox and the "
    "recipient is not verified. The address in the reply tells which.",
    remedy="Is the address that the reply names your From: SES → Verified identities → Create identity, in the "
    "region named. Is it the recipient: Account dashboard → Request production access.",
    follow_up="Compare the address in the reply with From and recipient of the mail.",
    sure=False,
)
PERMISSION = reply_code(
    "smtp.account.permission",
    Fault.ACCOUNT,
    "The user at {subject} may not send.",
    meaning="The log-in works, and its policy or its key lacks the right to send.",
    remedy="SES: give the SMTP user a policy with ses:SendRawEmail. SendGrid: an API key with Mail Send. Google, "
    "Microsoft: authorise the app again with the right to send.",
    copy='{{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}}',
)
BLOCKED = reply_code(
    "smtp.account.blocked",
    Fault.ACCOUNT,
    "{subject} has blocked the account.",
    meaning="The provider believes that the account sends spam, or it is suspended or unpaid.",
    remedy="Change the account's password, look for forms that spammers use and for strange users and plugins on "
    "the site, check the provider's dashboard for the reason, then ask the provider to release the account.",
)
BLOCKED_TEMPORARILY = reply_code(
    "smtp.account.blocked_temporarily",
    Fault.ACCOUNT,
    "{subject} has stopped the account for a while.",
    meaning="Unusual sending activity: the provider waits to see whether it is you.",
    remedy="Stop what sends in bulk, sign in at the provider and unlock (Zoho: mail.zoho.com/UnblockMe), protect "
    "the forms against spam.",
    temporary=True,
)
SENDER_NOT_VERIFIED = reply_code(
    "smtp.sender.not_verified",
    Fault.SITE,
    "{subject} does not know the site's From address.",
    meaning="The provider sends only from addresses or domains that were confirmed.",
    remedy="Set as From the address that is verified at the provider (mail settings, From email, force it), or "
    "verify this one there: Postmark: Sender Signatures; SendGrid: Sender Authentication.",
    follow_up="Which From does the mail carry? A form plugin may set its own: look at the form's mail settings too.",
)
SENDER_NOT_ALLOWED = reply_code(
    "smtp.sender.not_allowed",
    Fault.SITE,
    "{subject} does not let this log-in send as the site's From address.",
    meaning="From is another address than the mailbox that logged in. The usual culprit is WordPress's default "
    "wordpress@your-domain, or a form that puts the visitor's address in From.",
    remedy="Set From to the log-in's own address and tick Force From; put the visitor's address in Reply-To. "
    "Microsoft 365: or grant Send As on that mailbox.",
    follow_up=AS_LOGIN,
)
SENDER_REWRITTEN = reply_code(
    "smtp.sender.rewritten",
    Fault.SITE,
    "{subject} replaces the site's From by its own.",
    meaning="The mail leaves, with the log-in's address as sender.",
    remedy="Gmail: Settings → Accounts → Send mail as → add the address; or set From to the log-in's address.",
    verdict=Verdict.WARN,
)
SENDER_UNRESOLVABLE = reply_code(
    "smtp.sender.domain_unresolvable",
    Fault.DNS,
    "The sender's domain does not resolve for {subject}.",
    meaning="Receivers refuse mail from a domain that has neither a mail server nor an address, or whose mailbox "
    "does not exist: nobody could answer.",
    remedy="In the mail plugin's settings (From Email), set an existing address of a domain with MX records; "
    "WordPress's default wordpress@ of a staging name or localhost is not one.",
    follow_up="Look up MX and A of the domain in the envelope sender (Return-Path), not only of From.",
)
SENDER_REFUSED = reply_code(
    "smtp.sender.refused",
    Fault.SITE,
    "{subject} refuses the sender address, and gives no reason.",
    meaning="MAIL FROM was refused: not owned by the log-in, not verified, malformed, or a policy of the server.",
    remedy="In the mail plugin's settings, set From Email to the log-in's own address, tick Force From Email, and "
    "send a test mail.",
    follow_up=AS_LOGIN,
    sure=False,
)
RELAY_DENIED = reply_code(
    "smtp.relay.denied",
    Fault.SITE,
    "{subject} does not pass on mail for this site.",
    meaning="The server takes mail for its own domains and for those who logged in; the site did not, or its "
    "address is not registered there.",
    remedy="Switch Authentication on in the mail settings (user name, password, TLS on 587); or register the web "
    "server's address in the relay's settings.",
    follow_up="Send to an address at the relay's own domain: does that pass, the log-in is missing.",
)
