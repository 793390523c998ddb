"""Codes of the mail servers themselves: do they answer, and do they encrypt? (RFC 3207, RFC 7435)"""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_SEEN = "One conversation with each mail server on port 25 is in the evidence: greeting, EHLO, STARTTLS, certificate."

STARTTLS_GOOD = Code(
    "mx.starttls_good",
    Verdict.PASS,
    "{evidence.said}, {evidence.noun} of {subject}, {evidence.takes} mail encrypted and with a certificate that "
    "verifies.",
    meaning="Mail for the domain travels encrypted to the right server.",
    proof=_SEEN,
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)
CERTIFICATE_UNVERIFIED = Code(
    "mx.certificate_unverified",
    Verdict.PASS,
    "{subject}, a mail server of {evidence.domain}, encrypts with a certificate that nobody can verify: "
    "{evidence.fault_words}.",
    remedy="Nothing has to be done: between mail servers this is usual. Before you publish MTA-STS in mode enforce, "
    "ask the operator of {subject} for a certificate of a public authority that names {subject}.",
    meaning="Senders encrypt when they can and look at no name (opportunistic TLS, RFC 7435), so such a certificate "
    "costs no mail. It would under MTA-STS.",
    proof=_SEEN,
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)
STARTTLS_MISSING = Code(
    "mx.starttls_missing",
    Verdict.WARN,
    "{subject}, a mail server of {evidence.domain}, takes mail only unencrypted.",
    remedy="Ask the operator of {subject} to enable STARTTLS on port 25 (Postfix: smtpd_tls_security_level = may, "
    "with smtpd_tls_chain_files). The words to send are below.",
    letter="Your mail server {subject} does not offer STARTTLS on port 25, so mail for {evidence.domain} reaches it "
    "in the clear. Please enable STARTTLS there.",
    meaning="Everybody on the way can read the mail. Some senders that demand encryption do not deliver at all.",
    proof=_SEEN,
    kind=CauseKind.RELAY,
    impact=Impact.DEGRADED,
)
TLS_BROKEN = Code(
    "mx.tls_broken",
    Verdict.WARN,
    "{subject}, a mail server of {evidence.domain}, offers STARTTLS and the handshake fails: {evidence.detail}",
    remedy="Ask the operator of {subject} to mend TLS on port 25: certificate and key that belong together, TLS 1.2 "
    "or newer. The words to send are below.",
    letter="Your mail server {subject} offers STARTTLS on port 25, but the TLS handshake fails ({evidence.detail}). "
    "Please mend it; mail for {evidence.domain} comes late or in the clear until then.",
    meaning="Senders that begin TLS lose the connection, and try again in the clear, or not at all.",
    proof=_SEEN,
    kind=CauseKind.RELAY,
    impact=Impact.DEGRADED,
)
UNREACHABLE = Code(
    "mx.host_unreachable",
    Verdict.WARN,
    "{subject}, a mail server of {evidence.domain} (preference {evidence.preference}), does not take mail: "
    "{evidence.how}; {evidence.reached} does.",
    remedy="Is {subject} still in use, ask its operator why port 25 does not answer. If not, delete its MX record at "
    "the DNS host of {evidence.domain}: {evidence.value}.",
    meaning="Senders try the hosts in the order of their preference, and wait at each that is dead: mail is late. "
    "Does the last one fail too, it returns.",
    proof=_SEEN + " Another mail server of the same domain answered the same try, so our own way out is open.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
STARTTLS_UNSEEN = Code(
    "mx.starttls_unseen",
    Verdict.UNKNOWN,
    "The encryption of {subject}'s mail servers could not be seen ({evidence.said}): {evidence.why}",
    remedy="{evidence.advice}",
    meaning="No conversation came about. That says nothing about the mail servers, for better or worse.",
    proof="How the connection to each mail server ended.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
