"""Codes for the log-in at the relay, and for the name that the site greets with."""

from __future__ import annotations

from diagnostics.mail.codes.declare import Fault, reply_code

ONE_LOGIN = "Let an admin start the authenticated test of Diagnose: one log-in from elsewhere with the same words."

REJECTED = reply_code(
    "smtp.auth.rejected",
    Fault.SITE,
    "{subject} refuses the site's user name or password.",
    meaning="The log-in is wrong, and no mail leaves until it is mended.",
    remedy="Enter user name and password again under the mail settings and send a test mail. At SendGrid the user "
    "is the word apikey; at SES use SMTP credentials, not IAM keys; at Postmark both are the server token.",
    proof="The server answered 535 (or said in words) that the credentials are wrong.",
    follow_up=ONE_LOGIN,
)
FAILED = reply_code(
    "smtp.auth.failed",
    Fault.UNKNOWN,
    "The log-in at {subject} failed; the server's own words are missing.",
    meaning="The mailer says only that it could not log in. Behind it: a wrong password, a needed app password, "
    "log-in switched off at the tenant, an address that is not allowed, a quota, or no common method.",
    remedy="Enter user name and password again and send one test mail. Does it fail, press Diagnose on the "
    "Aftercare screen: it records the server's own words, which name the cause. Do not retry more than twice, or "
    "the account is locked.",
    proof="The mailer's sentence alone, without the server's 5xx text.",
    follow_up="Read the dialogue: the server's line after AUTH names the cause; compare the EHLO list before and "
    "after TLS.",
    sure=False,
)
NOT_OFFERED = reply_code(
    "smtp.auth.not_offered",
    Fault.SITE,
    "{subject} offers no log-in that a mailer can use.",
    meaning="The server does not offer AUTH at this moment, or none of the methods that the mailer knows.",
    remedy="Encryption first: set TLS on port 587 or SSL on 465. Is it on already, choose the method that the "
    "provider names (LOGIN or PLAIN); for OAuth only, use the provider's own mailer.",
    proof="AUTH is not in the EHLO answer, or the AUTH command was answered with 502, 503 or 504.",
    follow_up="Compare the EHLO list before and after STARTTLS.",
)
APP_PASSWORD = reply_code(
    "smtp.auth.app_password",
    Fault.SITE,
    "{subject} wants an app password, not the account's own.",
    meaning="The account is protected by two-step verification: programs need a password of their own.",
    remedy="Google: myaccount.google.com → Security → App passwords → make one and enter its 16 letters as "
    "password; or use the OAuth mailer of your mail plugin.",
    copy="https://myaccount.google.com/apppasswords",
)
ACCOUNT_CHALLENGE = reply_code(
    "smtp.auth.account_challenge",
    Fault.ACCOUNT,
    "{subject} wants the owner to confirm this log-in.",
    meaning="The provider finds the log-in unusual and blocks it until a person has signed in and confirmed it.",
    remedy="Sign in to the account in a browser, confirm the activity, then send a test mail within ten minutes.",
    copy="https://accounts.google.com/DisplayUnlockCaptcha",
)
THROTTLED = reply_code(
    "smtp.auth.throttled",
    Fault.ACCOUNT,
    "{subject} has had too many log-ins and refuses more for now.",
    meaning="Too many attempts in a short time. The password may be right: an endless retry with an old one "
    "causes this.",
    remedy="Stop whatever retries with this account: other programs and plugins with the old password, queued mail. "
    "Wait an hour, then send one test mail from the mail plugin's settings.",
    follow_up="Wait, then try once: does it pass, only the rate was at fault; does it say 535, the password is wrong.",
    temporary=True,
)
DISABLED_BY_TENANT = reply_code(
    "smtp.auth.disabled_by_tenant",
    Fault.ACCOUNT,
    "SMTP log-in is switched off for this mailbox or tenant at {subject}.",
    meaning="The password is not looked at: the organisation's administrator has SMTP AUTH off (Microsoft's default).",
    remedy="Microsoft 365 admin center → Users → the mailbox → Mail → Manage email apps → tick Authenticated "
    "SMTP; security defaults must be off. Better for the long run: an OAuth mailer or Microsoft Graph.",
    copy="Set-CASMailbox -Identity user@example.com -SmtpClientAuthenticationDisabled $false",
)
BASIC_RETIRED = reply_code(
    "smtp.auth.basic_retired",
    Fault.ACCOUNT,
    "{subject} no longer takes a log-in with a password.",
    meaning="The provider has retired password log-in for programs that send mail.",
    remedy="Use a mailer with OAuth or Microsoft Graph (WP Mail SMTP, FluentSMTP and Post SMTP have one), or "
    "another relay.",
)
MISSING = reply_code(
    "smtp.auth.missing",
    Fault.SITE,
    "{subject} wants a log-in and the site made none.",
    meaning="The site sends without user name and password, which this server does not allow.",
    remedy="Mail settings: switch Authentication on, enter user name and password, TLS on port 587.",
)
WRONG_SECRET_KIND = reply_code(
    "smtp.auth.wrong_secret_kind",
    Fault.SITE,
    "{subject} got a key of the wrong kind as password.",
    meaning="The secret is real, but made for another door: an API key where an SMTP key belongs, or the reverse.",
    remedy="Brevo: SMTP & API → SMTP → generate an SMTP key (it starts with xsmtpsib-) and enter that as "
    "password, not the API key (xkeysib-).",
)
KEY_REJECTED = reply_code(
    "smtp.auth.api_key_rejected",
    Fault.SITE,
    "{subject} refuses the API key.",
    meaning="The mail plugin sends by the provider's HTTP API, and its key is wrong, deleted, or of another region.",
    remedy="Make a new API key with the right to send at the provider and enter it in the mail plugin; Mailgun: "
    "choose the region (US or EU) of the domain.",
    proof="The API answered 401 or 403, or said in words that the key is not valid.",
)
TOKEN_EXPIRED = reply_code(
    "smtp.auth.oauth_expired",
    Fault.SITE,
    "The site's permission at {subject} has run out or was withdrawn.",
    meaning="The OAuth token no longer works: it expired, the account's password changed, the app was removed, or "
    "the site's clock is off.",
    remedy="Open the mail plugin's settings and connect the account again (Google, Microsoft, Zoho: Authorize). "
    "For a Google project still in testing, publish it: its tokens end after 7 days.",
    proof="invalid_grant, 'token expired' or 'invalid credentials' from the OAuth server.",
    follow_up="Compare the site's clock with the real time before you authorise again.",
)
IP_NOT_ALLOWED = reply_code(
    "smtp.auth.ip_not_allowed",
    Fault.ACCOUNT,
    "{subject} does not allow log-ins from the web server's address.",
    meaning="The account takes mail only from listed addresses, and the web server's is not among them.",
    remedy="Brevo: Security → Authorised IPs → add the web server's outgoing address. Elsewhere: the account's "
    "list of allowed addresses.",
    follow_up="Which address does the site go out with? The reply often names it; IPv6 counts too.",
)
HELO = reply_code(
    "smtp.helo.rejected",
    Fault.SITE,
    "{subject} does not accept the name that the site greets with.",
    meaning="The mailer introduces itself with a name that is not a full host name, such as localhost.",
    remedy="Give the web server a full host name that resolves, or set it for the mailer: PHPMailer $Helo, in "
    "phpmailer_init, to the site's domain.",
    proof="EHLO or HELO was answered with an error, or the reply names HELO.",
)
