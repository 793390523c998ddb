"""Codes of TLS reports: who is told when encryption to this domain fails (RFC 8460)."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_SEEN = "The TXT records of _smtp._tls.{domain} as DNS has them are in the evidence."

SOUND = Code(
    "tls_rpt.sound",
    Verdict.PASS,
    "Reports of failed encryption to {subject} go to {evidence.said}.",
    meaning="Gmail, Microsoft and others tell daily whether encryption to the domain's mail servers failed.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NONE = Code(
    "tls_rpt.none",
    Verdict.PASS,
    "{subject} uses {evidence.because} and asks for no TLS reports. That is allowed.",
    remedy="To hear when encryption fails: at the DNS host of {subject}, add a TXT record with the name "
    "_smtp._tls.{subject} (many panels write it _smtp._tls) and this value, with a mailbox that you read.",
    copy="{evidence.proposed}",
    meaning="Without reports a policy that stops mail is noticed only when somebody complains.",
    proof="There is no TXT record at _smtp._tls.{domain} that begins with v=TLSRPTv1.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NOT_ASKED_FOR = Code(
    "tls_rpt.not_needed",
    Verdict.PASS,
    "{subject} asks for no TLS reports, and has no MTA-STS or DANE that they would be about.",
    meaning="Nothing is wrong with that.",
    proof="There is no TXT record at _smtp._tls.{domain} that begins with v=TLSRPTv1.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
MALFORMED = Code(
    "tls_rpt.malformed",
    Verdict.WARN,
    "The TLS report record of {subject} is broken: {evidence.why}.",
    remedy="At the DNS host of {subject}, put this value in the place of the TXT record _smtp._tls.{subject}. "
    "{evidence.advice}",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Senders ignore a broken record, so no report comes.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
MULTIPLE = Code(
    "tls_rpt.multiple",
    Verdict.WARN,
    "{subject} has more than one TLS report record.",
    remedy="At the DNS host of {subject}, delete the TXT records of _smtp._tls.{subject} that begin with v=TLSRPTv1 "
    "and publish this one, which has the addresses of them all.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="With several records senders must act as if there were none (RFC 8460 §3).",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "tls_rpt.unseen",
    Verdict.UNKNOWN,
    "Whether {subject} asks for TLS reports could not be looked up: {evidence.detail}",
    remedy="Try again in some minutes. Does it last, ask the DNS host of {subject} to mend its name servers.",
    meaning="A name server did not answer, or answered with a failure.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
    temporary=True,
)
