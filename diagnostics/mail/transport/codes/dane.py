"""Codes of DANE: the certificate of a mail server, announced in signed DNS (RFC 7672)."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_SEEN = "The TLSA records, the state of DNSSEC, and the digests of what the server presented are in the evidence."
SOUND = Code(
    "dane.sound",
    Verdict.PASS,
    "DANE of {subject} fits: the certificate that it shows is the one that its TLSA record announces.",
    meaning="Senders that use DANE know for sure that they talk to the right server.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
MISMATCH = Code(
    "dane.mismatch",
    Verdict.FAIL,
    "The TLSA record of {subject} does not fit the certificate that it shows.",
    remedy="At the DNS host of {evidence.zone}, put this value in the place of the TLSA records of {evidence.owner}. "
    "Is the certificate renewed by itself (Let's Encrypt), keep its key at renewals (certbot: reuse_key = True), or "
    "this comes again.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Senders that use DANE (Microsoft, many in Germany and the Netherlands) do not deliver. Nearly always the "
    "certificate was renewed with a new key.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
NO_TLS = Code(
    "dane.no_tls",
    Verdict.FAIL,
    "{subject} announces its certificate by DANE and offers no STARTTLS.",
    remedy="Ask the operator of {subject} to enable STARTTLS on port 25. Until then, delete the TLSA records of "
    "{evidence.owner} at the DNS host of {evidence.zone}.",
    letter="{evidence.letter}",
    meaning="A TLSA record demands TLS: senders that use DANE do not deliver.",
    proof=_SEEN,
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
UNUSABLE = Code(
    "dane.unusable",
    Verdict.WARN,
    "No TLSA record of {subject} is usable for mail: {evidence.why}.",
    remedy="At the DNS host of {evidence.zone}, put this value in the place of the TLSA records of {evidence.owner}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Mail uses only the usages 3 (DANE-EE) and 2 (DANE-TA), RFC 7672 §3.1. With others senders encrypt "
    "without verifying.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NOT_SIGNED = Code(
    "dane.not_signed",
    Verdict.WARN,
    "The TLSA record of {subject} has no effect: {evidence.unsigned} is not signed with DNSSEC.",
    remedy="Enable DNSSEC at the DNS host of {evidence.unsigned} and enter its DS record at the registrar; or delete "
    "the TLSA records of {evidence.owner} at the DNS host of {evidence.zone}.",
    letter="{evidence.letter}",
    meaning="Senders believe TLSA records only where DNSSEC proves them (RFC 7672 §2.2).",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "dane.unseen",
    Verdict.UNKNOWN,
    "{subject} announces its certificate by DANE; whether it fits could not be seen: {evidence.why}",
    remedy="Run it where outgoing connections to port 25 are allowed, and with a resolver that hands out DNSSEC "
    "records (--nameserver).",
    meaning="Record and certificate could not be compared. That says nothing about them, for better or worse.",
    proof="The TLSA records, and how the look at the server or the chain of signatures ended.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
