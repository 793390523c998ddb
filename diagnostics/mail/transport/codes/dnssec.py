"""Codes of DNSSEC: is the domain signed, and does the chain of signatures hold? (RFC 4035)"""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_SEEN = "The zones from the root down, the state of each name that was asked for, and where the chain broke."

SECURE = Code(
    "dnssec.secure",
    Verdict.PASS,
    "{subject} is signed with DNSSEC, and the chain from the root holds.",
    meaning="Nobody on the way can change the domain's records unseen.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
INSECURE = Code(
    "dnssec.insecure",
    Verdict.PASS,
    "{subject} is not signed with DNSSEC. Most domains are not, and no receiver counts it against mail.",
    meaning="DANE needs DNSSEC; nothing else of mail does.",
    proof="The parent zone has no DS record for the domain.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
BOGUS = Code(
    "dnssec.bogus",
    Verdict.FAIL,
    "DNSSEC of {subject} is broken: {evidence.detail}.",
    remedy="Keys and signatures are made by the DNS host, the DS record is entered at the registrar. {evidence.advice}",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Resolvers that validate (Google, Cloudflare, Quad9, most providers) answer SERVFAIL: for all that "
    "ask them the domain does not exist. Mail to it waits and returns, mail from it fails SPF, DKIM and DMARC.",
    proof=_SEEN,
    kind=CauseKind.DNS,
)
UNSEEN = Code(
    "dnssec.unseen",
    Verdict.UNKNOWN,
    "{evidence.said} could not be verified: {evidence.why}",
    remedy="Try again with --nameserver and a resolver that hands out DNSSEC records, such as one on this machine.",
    meaning="The chain could not be walked. That says nothing about the domain, for better or worse.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
