"""Codes of BIMI, the logo beside a mail (draft-brand-indicators-for-message-identification). Advice only."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_SEEN = "The TXT record default._bimi.{domain} as DNS has it."

PUBLISHED = Code(
    "bimi.published",
    Verdict.PASS,
    "{subject} publishes a logo (BIMI): {evidence.said}.",
    meaning="Receivers that know BIMI show the logo, if DMARC is enforced. Gmail and Apple ask for a certificate "
    "(a=) too.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NONE = Code(
    "bimi.none",
    Verdict.PASS,
    "{subject} publishes no logo (BIMI). No mail is counted worse for it.",
    meaning="BIMI shows a logo beside the mail and changes nothing about its delivery.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
MALFORMED = Code(
    "bimi.malformed",
    Verdict.WARN,
    "The BIMI record of {subject} is not usable: {evidence.why}. The logo is not shown; delivery does not suffer.",
    remedy="At the DNS host of {subject}, put this value in the place of the TXT record default._bimi.{subject}. "
    "{evidence.advice}",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Receivers ignore a broken BIMI record.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "bimi.unseen",
    Verdict.UNKNOWN,
    "Whether {subject} publishes a logo (BIMI) could not be looked up: {evidence.detail}",
    remedy="Try again in some minutes; no mail depends on it. Does it last, ask the DNS host of {subject}.",
    meaning="A name server did not answer, or answered with a failure.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
    temporary=True,
)
