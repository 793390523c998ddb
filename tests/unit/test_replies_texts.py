"""Texts as WordPress admins paste them, each with the one code that names its cause.

Written from the field, in several languages, with the look-alikes side by side; and, from `vectors/replies.tsv`,
the servers' own words a line each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnostics.mail.replies import read

PHP = [
    ("Could not instantiate mail function.", "mail.mailer_missing"),
    ("Mail-Funktion konnte nicht initialisiert werden.", "mail.mailer_missing"),
    ("Impossible d&rsquo;instancier la fonction mail.", "mail.mailer_missing"),
    ("No se ha podido instanciar la función mail.", "mail.mailer_missing"),
    ("Nie można zainicjować funkcji mail(). Sprawdź konfigurację serwera.", "mail.mailer_missing"),
    ("メール関数が正常に動作しませんでした。", "mail.mailer_missing"),
    (
        "The email could not be sent. Possible reason: your host may have disabled the mail() function.",
        "mail.mailer_missing",
    ),
    ("sh: 1: /usr/sbin/sendmail: not found", "mail.mailer_missing"),
    (
        "Warning: mail() has been disabled for security reasons in /wp-includes/PHPMailer/PHPMailer.php",
        "mail.mailer_missing",
    ),
    ("Message body empty", "mail.template.empty_body"),
    ("El cuerpo del mensaje está vacío.", "mail.template.empty_body"),
    ("You must provide at least one recipient email address.", "mail.template.no_recipient"),
    ("Bitte geben Sie mindestens eine Empfängeradresse an.", "mail.template.no_recipient"),
    ("Invalid address:  (From): wordpress@localhost", "mail.template.invalid_from"),
    ("Die Adresse ist ungültig:  (From): wordpress@intranet", "mail.template.invalid_from"),
    ("Invalid address:  (to): info@example,com", "mail.template.invalid_address"),
    ("Could not access file: /var/www/html/wp-content/uploads/2026/11/offer.pdf", "mail.template.attachment_missing"),
    ("Extension missing: openssl", "mail.php_extension_missing"),
]

NETWORK = [
    ("php_network_getaddresses: getaddrinfo failed: Name or service not known", "smtp.connect.host_unknown"),
    (
        "php_network_getaddresses: getaddrinfo for smtp.exmaple.com failed: No address associated with hostname",
        "smtp.connect.host_unknown",
    ),
    ("cURL error 6: Could not resolve host: api.sendgrid.net", "smtp.connect.host_unknown"),
    ("php_network_getaddresses: getaddrinfo failed: Temporary failure in name resolution", "smtp.connect.dns_failed"),
    ("SMTP ERROR: Failed to connect to server: Connection refused (111)", "smtp.connect.refused"),
    (
        'Failed to connect to mailserver at "localhost" port 25, verify your "SMTP" and "smtp_port" setting in php.ini',
        "smtp.connect.failed",
    ),
    (
        "SMTP Error: Could not connect to SMTP host. Failed to connect to server SMTP server error: Failed to "
        "connect to server SMTP code: 110 Additional SMTP info: Connection timed out",
        "smtp.connect.timeout",
    ),
    ("SMTP Error: Could not connect to SMTP host. Connection timed out (110)", "smtp.connect.timeout"),
    ("SMTP-Fehler: Konnte keine Verbindung zum SMTP-Host herstellen. Zeitüberschreitung", "smtp.connect.timeout"),
    (
        "stream_socket_client(): Unable to connect to [2607:f8b0::6c]:587 (Network is unreachable)",
        "smtp.connect.no_route",
    ),
    (
        "SMTP server error: Failed to connect to server SMTP code: 101 Additional SMTP info: Network is unreachable",
        "smtp.connect.no_route",
    ),
    ("stream_socket_client(): Unable to connect to smtp.example.com:587 (Permission denied)", "smtp.connect.forbidden"),
    ("fwrite(): send of 8192 bytes failed with errno=32 Broken pipe", "smtp.connect.dropped"),
    ("SMTP Error: Could not connect to SMTP host.", "smtp.connect.failed"),
    ("SMTP connect() failed. https://github.com/PHPMailer/PHPMailer/wiki/Troubleshooting", "smtp.connect.failed"),
    ("Erreur SMTP : impossible de se connecter au serveur SMTP.", "smtp.connect.failed"),
    ("SMTPエラー: SMTPホストに接続できませんでした。", "smtp.connect.failed"),
    ("Nie udało się nawiązać połączenia za pomocą SMTP Connect().", "smtp.connect.failed"),
]

TLS = [
    ("Warning: stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages: "
    "error:0A000086:SSL routines::certificate verify failed", "smtp.tls.untrusted"),
    ("error:0A000086:SSL routines::certificate verify failed (certificate has expired)", "smtp.tls.expired"),
    ("stream_socket_enable_crypto(): Peer certificate CN=`server12.hostfactory.example' did not match expected "
    "CN=`mail.example.com'", "smtp.tls.name_mismatch"),
    ("stream_socket_client(): SSL operation failed with code 1. OpenSSL Error messages: error:0A00010B:SSL "
    "routines::wrong version number", "smtp.tls.wrong_mode"),
    ("error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "smtp.tls.wrong_mode"),
    ("error:0A000102:SSL routines::unsupported protocol", "smtp.tls.version"),
    ("error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure", "smtp.tls.version"),
    ("SMTP Error: Could not connect to SMTP host. STARTTLS command failed Detail: Command not implemented SMTP "
    "code: 502",
     "smtp.tls.not_offered"),
    ("stream_socket_client(): Failed to enable crypto", "smtp.tls.failed"),
    ("530 5.7.0 Must issue a STARTTLS command first. d9443c01a7336 - gsmtp", "smtp.tls.required"),
    ("421 4.7.29 To protect our users, this mail has been rate limited: TLS required for incoming mail - gsmtp",
     "smtp.tls.recipient_requires"),
]  # fmt: skip

LOGIN = [
    ("SMTP Error: Could not authenticate.", "smtp.auth.failed"),
    ("SMTP-Fehler: Authentifizierung fehlgeschlagen.", "smtp.auth.failed"),
    ("SMTPエラー: 認証できませんでした。", "smtp.auth.failed"),
    ("SMTP Error: Could not authenticate. SMTP server error: Password command failed Detail: authentication "
    "failed: UGFzc3dvcmQ6 SMTP code: 535 Additional SMTP info: 5.7.8", "smtp.auth.rejected"),
    ("535 Incorrect authentication data", "smtp.auth.rejected"),
    ("535 5.7.8 Error: authentication failed: (reason unavailable)", "smtp.auth.rejected"),
    ("535 Authentication Credentials Invalid", "smtp.auth.rejected"),
    ("535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  "
    "https://support.google.com/mail/?p=BadCredentials d2e1a72fcca58-7b7 - gsmtp", "smtp.auth.rejected"),
    ("534-5.7.9 Application-specific password required. For more information, go to 534 5.7.9 "
    "https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp", "smtp.auth.app_password"),
    ("534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via your web browser and then "
    "try again. 534-5.7.14 Learn more at 534 5.7.14 https://support.google.com/mail/answer/78754 - gsmtp",
     "smtp.auth.account_challenge"),
    ("454 4.7.0 Too many login attempts, please try again later. - gsmtp", "smtp.auth.throttled"),
    ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
    "https://aka.ms/smtp_auth_disabled for more information.", "smtp.auth.disabled_by_tenant"),
    ("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [LO4P123.GBRP123.PROD.OUTLOOK.COM]",
     "smtp.auth.rejected"),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR.eurprd.prod.outlook.com]",
     "smtp.auth.basic_retired"),
    ("550 5.7.30 Basic authentication is not supported for Client Submission.", "smtp.auth.basic_retired"),
    ("535 5.7.3 Authentication unsuccessful [AM6P193CA0.EURP193.PROD.OUTLOOK.COM]", "smtp.auth.rejected"),
    ("530 5.7.57 Client not authenticated to send mail. [VI1PR.eurprd.prod.outlook.com]", "smtp.auth.missing"),
    ("SMTP Error: The following recipients failed: info@example.com: SMTP AUTH is required for message submission "
    "on port 587", "smtp.auth.missing"),
    ("503 AUTH command used when not advertised", "smtp.auth.not_offered"),
    ('The requested authentication method "XOAUTH2" is not supported by the server', "smtp.auth.not_offered"),
    ("525 5.7.1 Unauthorized IP address. To authorize it visit https://app.brevo.com/security/authorised_ips",
     "smtp.auth.ip_not_allowed"),
    ("535 5.7.8 Authentication failed. We detected an API key instead of an SMTP key.", "smtp.auth.wrong_secret_kind"),
    ("535 Authentication failed: Bad username / password", "smtp.auth.rejected"),
    ('{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}',
     "smtp.auth.oauth_expired"),
    ("501 5.5.4 HELO/EHLO argument MYSITE_01 invalid, closing connection. - gsmtp", "smtp.helo.rejected"),
    ("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", "smtp.helo.rejected"),
]  # fmt: skip

ACCOUNT = [
    ("554 Message rejected: Email address is not verified. The following identities failed the check in region "
    "EU-WEST-1: wordpress@example.com", "smtp.account.identity_unverified"),
    ("502 5.7.0 Your SMTP account is not yet activated. Please contact us at contact@brevo.com to request activation",
     "smtp.account.not_activated"),
    ('{"ErrorCode":412,"Message":"While your account is pending approval, all recipient addresses must share the '
    "same domain as the 'From' address.\"}", "smtp.account.not_activated"),
    ('{"ErrorCode":406,"Message":"You tried to send to recipient(s) that have been marked as inactive."}',
     "smtp.recipient.suppressed"),
    ('{"message":"Sandbox subdomains are for test purposes only. Please add your own domain or add the address to '
    'authorized recipients in Account Settings."}', "smtp.account.sandbox"),
    ('{"errors":[{"message":"The from address does not match a verified Sender Identity. Mail cannot be sent '
    'until this error is resolved.","field":"from","help":null}]}', "smtp.sender.not_verified"),
    ('{"code":"unauthorized","message":"Key not found"}', "smtp.auth.api_key_rejected"),
    ('{"message":"We have detected you are using an unrecognised IP address 203.0.113.7.","code":"unauthorized"}',
     "smtp.auth.ip_not_allowed"),
    ('{"error":{"code":"ErrorSendAsDenied","message":"The user account which was used to submit this request does '
    'not have the right to send mail on behalf of the specified sending account."}}', "smtp.sender.not_allowed"),
    ("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User `arn:aws:iam::1:user/ses' "
    "is not authorized to perform `ses:SendRawEmail'</Message></Error></ErrorResponse>", "smtp.account.permission"),
    ("Client error: `POST https://api.sendgrid.com/v3/mail/send` resulted in a `401 Unauthorized` response",
     "smtp.auth.api_key_rejected"),
    ("553 Relaying disallowed as wordpress@example.com", "smtp.sender.not_allowed"),
    ("553 5.7.1 <wordpress@example.com>: Sender address rejected: not owned by user shop@example.com",
     "smtp.sender.not_allowed"),
    ("550 5.4.6 Unusual sending activity detected. Please try after sometime", "smtp.account.blocked_temporarily"),
    ("554 5.7.1 <visitor@example.net>: Relay access denied", "smtp.relay.denied"),
    ("550 Verification failed for <wordpress@stage.example> Sender verify failed", "smtp.sender.domain_unresolvable"),
    ("450 4.1.8 <wordpress@site.local>: Sender address rejected: Domain not found", "smtp.sender.domain_unresolvable"),
    ("SMTP Error: The following From address failed: wordpress@example.com", "smtp.sender.refused"),
]  # fmt: skip

LIMITS = [
    ("550 Domain example.com has exceeded the max emails per hour (102/100 (102%)) allowed.  Message discarded.",
     "smtp.rate.hourly_limit"),
    ("554 Throttling failure: Daily message quota exceeded", "smtp.rate.daily_limit"),
    ("454 Throttling failure: Maximum sending rate exceeded.", "smtp.rate.per_second"),
    ("550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to 550 5.4.5 "
    "https://support.google.com/a/answer/166852 - gsmtp", "smtp.rate.daily_limit"),
    ("451 Authentication failed: Maximum credits exceeded", "smtp.rate.daily_limit"),
    ("535 info@example.com has exceeded its 24-hour sending limit. Messages to 250 recipients out of 250 allowed "
    "have been sent. Relay quota will reset in 11.4 hours", "smtp.rate.daily_limit"),
    ("432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending. "
    "STOREDRV.ClientSubmit; sender thread limit exceeded", "smtp.rate.per_minute"),
    ("421 Too many concurrent SMTP connections from this IP address; please try again later", "smtp.rate.connections"),
    ("HTTP 429 Too Many Requests", "smtp.rate.limited"),
]  # fmt: skip

RECEIVERS = [
    ("550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to "
    "authenticate with either SPF or DKIM. 550-5.7.26 DKIM = did not pass 550-5.7.26 SPF [example.com] with ip: "
    "[203.0.113.9] = did not pass - gsmtp", "smtp.policy.unauthenticated"),
    ("550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy. - gsmtp",
     "smtp.policy.dmarc_reject"),
    ("550-5.7.26 The MAIL FROM domain [example.com] has an SPF record with a hard fail policy (-all) but it fails "
    "to pass SPF checks with the ip: [203.0.113.9]. - gsmtp", "smtp.policy.spf_fail"),
    ("421-4.7.32 Your email has been rate limited because the From: header (RFC5322) in this message isn't "
    "aligned with either the authenticated SPF or DKIM organizational domain. - gsmtp", "smtp.policy.not_aligned"),
    ("550-5.7.25 [203.0.113.9] The IP address sending this message does not have a PTR record setup. - gsmtp",
     "smtp.policy.ptr_missing"),
    ("550-5.7.1 [2001:db8::1] Our system has detected that this message does not meet IPv6 sending guidelines "
    "regarding PTR records and authentication. - gsmtp", "smtp.policy.ipv6"),
    ("550-5.7.1 [203.0.113.9 19] Our system has detected that this message is likely suspicious due to the very "
    "low reputation of the sending IP address. - gsmtp", "smtp.reputation.low"),
    ("421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address. - gsmtp",
     "smtp.reputation.rate_of_spam"),
    ("550 5.7.1 Unfortunately, messages from [203.0.113.9] weren't sent. Please contact your Internet service "
    "provider since part of their network is on our block list (S3150).", "smtp.reputation.listed_microsoft"),
    ("550 5.7.515 Access denied, sending domain example.com does not meet the required authentication level. Spf= "
    "Fail , Dkim= Pass , DMARC= Fail", "smtp.policy.bulk_requirements"),
    ("554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using zen.spamhaus.org; "
    "https://www.spamhaus.org/query/ip/203.0.113.9", "smtp.reputation.listed"),
    ("554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using zen.spamhaus.org; Error: open "
    "resolver; https://www.spamhaus.org/returnc/pub/", "smtp.recipient.dnsbl_misconfigured"),
    ("421 4.7.0 [TSS04] Messages from 203.0.113.9 temporarily deferred due to user complaints",
     "smtp.reputation.deferred"),
    ("553 5.7.2 [TSS09] All messages from 203.0.113.9 will be permanently deferred", "smtp.reputation.blocked"),
    ("451 4.7.1 Greylisting in action, please come back later", "smtp.recipient.greylisted"),
    ("550 5.4.1 Recipient address rejected: Access denied. [VE1EUR.eop-EUR01.prod.protection.outlook.com]",
     "smtp.recipient.unknown"),
    ("552 5.2.2 The email account that you tried to reach is over quota. - gsmtp", "smtp.recipient.full"),
    ("Postfach des Empfängers ist voll", "smtp.recipient.full"),
    ("550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416]", "smtp.recipient.unknown"),
    ("556 5.1.10 Recipient address has null MX", "smtp.recipient.null_mx"),
    ("550 5.7.124 Sender not in allowed-senders list for group", "smtp.recipient.restricted"),
    ("552 5.3.4 Message size exceeds fixed limit", "smtp.content.too_big"),
    ("552-5.7.0 This message was blocked because its content presents a potential security issue. - gsmtp",
     "smtp.content.attachment"),
    ("554 5.7.1 Spam message rejected", "smtp.content.spam"),
    ("SMTP Error: data not accepted.", "smtp.data.refused"),
    ("SMTP Error: The following recipients failed: someone@example.net", "smtp.recipient.refused"),
    ("451 4.3.0 Mail server temporarily rejected message: local problem", "smtp.server.trouble"),
    ("554 5.4.14 Hop count exceeded - possible mail loop ATTR34", "smtp.route.loop"),
    ("250 2.0.0 OK  1732000000 d9443c01a7336 - gsmtp", "smtp.accepted"),
]  # fmt: skip

# The words or numbers are nearly the same; the cause is not.
LOOK_ALIKES = [
    ("550 5.2.252 Message throttled", "554 5.2.252 SendAsDenied; not allowed to send as shop@example.com",
     "smtp.rate.limited", "smtp.sender.not_allowed"),
    ("550 5.1.1 User unknown", "550 5.4.5 Daily sending quota exceeded",
     "smtp.recipient.unknown", "smtp.rate.daily_limit"),
    ("530 Authentication required", "530 Must issue a STARTTLS command first",
     "smtp.auth.missing", "smtp.tls.required"),
    ("552 5.2.2 Mailbox full", "552 5.3.4 Message too big", "smtp.recipient.full", "smtp.content.too_big"),
    ("421 4.7.26 temporary DNS error while checking DMARC", "550 5.7.26 rejected by the DMARC policy of example.com",
     "smtp.policy.dns_unavailable", "smtp.policy.dmarc_reject"),
    ("550 5.1.8 Access denied, bad outbound sender", "550 5.1.8 <a@b.example>: Sender address rejected: Domain "
    "not found",
     "smtp.account.blocked", "smtp.sender.domain_unresolvable"),
    ("535 5.7.8 Authentication failed", "535 your account has exceeded its 24-hour sending limit",
     "smtp.auth.rejected", "smtp.rate.daily_limit"),
    ("500 Line limit exceeded", "550 Hourly sending limit exceeded",
     "smtp.content.malformed", "smtp.rate.hourly_limit"),
    ("554 5.7.1 rejected: listed at bl.spamcop.net", "554 5.7.1 rejected: link in the message body is on a "
    "blocklist (URIBL)",
     "smtp.reputation.listed", "smtp.content.url_listed"),
    ("450 4.2.1 The user you are trying to contact is receiving mail too quickly",
     "450 4.2.1 Peak SMTP relay limit exceeded for customer", "smtp.recipient.rate", "smtp.rate.per_minute"),
]  # fmt: skip

UNKNOWN = [
    "550 Rejected",
    "554 Transaction failed",
    "550",
    "421",
    "Something went wrong",
    "",
    "   \n  ",
    "We sent 250 mails on 12 May",
    "PHP 5.6.40 and Exim 4.94.2 are installed",
    "{}",
    "The quick brown fox",
]

SERVERS = [
    (text, code)
    for code, text in (
        line.split("\t", 1)
        for line in (Path(__file__).parents[1] / "vectors" / "replies.tsv").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
]

EVERY = [*PHP, *NETWORK, *TLS, *LOGIN, *ACCOUNT, *LIMITS, *RECEIVERS, *SERVERS]


@pytest.mark.parametrize(("text", "code"), EVERY, ids=[text[:60] for text, _ in EVERY])
def test_a_text_from_the_field_is_named(text: str, code: str) -> None:
    assert read(text).code.code == code


@pytest.mark.parametrize(
    ("one", "other", "code_of_one", "code_of_other"), LOOK_ALIKES, ids=[a[:50] for a, *_ in LOOK_ALIKES]
)
def test_look_alikes_are_told_apart(one: str, other: str, code_of_one: str, code_of_other: str) -> None:
    assert (read(one).code.code, read(other).code.code) == (code_of_one, code_of_other)


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_no_rule_knows_is_no_guess(text: str) -> None:
    assert read(text).code.code == "smtp.unclassified"
