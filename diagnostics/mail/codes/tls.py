"""Codes for encryption between the site and its relay, and where a recipient demands it."""

from __future__ import annotations

from diagnostics.mail.codes.declare import Fault, reply_code

SHOWN = "The certificate, or PHP's error text about it, in the evidence."

NOT_OFFERED = reply_code(
    "smtp.tls.not_offered",
    Fault.SITE,
    "{subject} does not offer STARTTLS, and encryption is demanded.",
    meaning="The site wants to encrypt and the port does not: the wrong port, or something on the path strips the "
    "offer.",
    remedy="Set port 465 with encryption SSL; or port 587 with TLS if the provider names it.",
    proof="STARTTLS is missing in the EHLO answer, or the command was refused.",
    follow_up="Ask EHLO on the same port from elsewhere: is STARTTLS offered there, a device at the web host "
    "strips it.",
)
REQUIRED = reply_code(
    "smtp.tls.required",
    Fault.SITE,
    "{subject} takes no mail without encryption.",
    meaning="The site speaks in the clear, and the relay demands TLS first.",
    remedy="Mail settings: encryption TLS, port 587 (or SSL, port 465). Automatic TLS on.",
    proof="The reply asks for STARTTLS first.",
)
EXPIRED = reply_code(
    "smtp.tls.expired",
    Fault.ACCOUNT,
    "The certificate of {subject} has expired.",
    meaning="The relay's certificate is out of date, so the site rightly refuses to hand over its password.",
    remedy="The relay's operator has to renew the certificate. Until then use another relay; do not switch "
    "verification off.",
    proof=SHOWN,
    follow_up="Fetch the certificate from elsewhere: is it valid there, the site's clock is wrong or its "
    "connection is intercepted.",
)
UNTRUSTED = reply_code(
    "smtp.tls.untrusted",
    Fault.SITE,
    "The certificate of {subject} is not trusted.",
    meaning="Self-signed, an incomplete chain, or the site's list of authorities is too old.",
    remedy="Update the CA bundle that PHP uses (openssl.cafile in php.ini, package ca-certificates). Is it your "
    "own relay, install a certificate with its whole chain. Do not switch verification off.",
    proof=SHOWN,
    follow_up="Fetch the chain from the site and from elsewhere: another leaf means interception; the same and "
    "valid there means the site's CA bundle or clock.",
)
NAME_MISMATCH = reply_code(
    "smtp.tls.name_mismatch",
    Fault.SITE,
    "The certificate is not made out to {subject}.",
    meaning="The relay is addressed by a name that is not in its certificate; on shared hosts often a sign that "
    "the host's own server answers.",
    remedy="Enter as host the name that stands in the certificate (on shared hosting the server's name, not "
    "mail.your-domain).",
    proof=SHOWN,
    follow_up="Compare the certificate's names with the relay: is it the web host's server, outgoing SMTP is "
    "intercepted.",
)
VERSION = reply_code(
    "smtp.tls.version",
    Fault.SITE,
    "{subject} and its client share no TLS version or cipher.",
    meaning="One of the two is too old: the relay demands TLS 1.2 or newer, or the site refuses what the relay offers.",
    remedy="Update PHP and OpenSSL on the web server; is the relay your own, enable TLS 1.2 and 1.3 there.",
    proof=SHOWN,
    follow_up="Offer each TLS version from elsewhere: what passes there shows which side is old.",
)
WRONG_MODE = reply_code(
    "smtp.tls.wrong_mode",
    Fault.SITE,
    "Encryption mode and port do not fit together for {subject}.",
    meaning="TLS is spoken at once to a port that begins in the clear, or the other way round.",
    remedy="In the mail plugin's settings, change one of the two: port 465 goes with SSL (implicit TLS), port 587 "
    "with TLS (STARTTLS).",
    proof="'wrong version number', 'unknown protocol' or plain text where a TLS record was due.",
)
HANDSHAKE = reply_code(
    "smtp.tls.failed",
    Fault.UNKNOWN,
    "The encrypted connection to {subject} failed; PHP does not say why.",
    meaning="The TLS handshake broke off: certificate, version, mode, or a device in between.",
    remedy="Press Diagnose on the Aftercare screen: it fetches the certificate from the site and from outside and "
    "compares. By hand: check that 465 goes with SSL and 587 with TLS.",
    proof="PHP's error names the TLS step and no reason.",
    follow_up="Fetch certificate and versions from the site and from elsewhere.",
    sure=False,
)
RECIPIENT_REQUIRES = reply_code(
    "smtp.tls.recipient_requires",
    Fault.ACCOUNT,
    "The recipient takes mail from {subject} over TLS only.",
    meaning="The receiving server refuses an unencrypted hand-over from the sending server.",
    remedy="The sending server must use TLS: Postfix smtp_tls_security_level = may; with PHP mail(), use an SMTP "
    "relay.",
)
RECIPIENT_LACKS = reply_code(
    "smtp.tls.recipient_lacks_tls",
    Fault.RECIPIENT,
    "The recipient's server offers no TLS, and {subject} hands over nothing without.",
    meaning="The sending side demands encryption for this recipient, and the receiving server has none.",
    remedy="Tell the recipient's postmaster to enable STARTTLS; or exempt the domain from the "
    "relay's rule that demands TLS.",
    follow_up="Ask EHLO of the recipient's MX: STARTTLS is missing.",
)
DANE_INVALID = reply_code(
    "smtp.tls.dane_invalid",
    Fault.RECIPIENT,
    "The recipient's TLSA or DNSSEC data do not fit its server.",
    meaning="The recipient's domain promises a certificate (DANE) that its server does not show.",
    remedy="Tell the recipient's postmaster: the TLSA record or the DNSSEC signature must be repaired. Nothing to "
    "change here.",
    follow_up="Compare the TLSA record of the recipient's MX with the certificate that it shows.",
    temporary=True,
)
