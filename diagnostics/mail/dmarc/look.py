"""A domain's DMARC as a whole: the record, its streams, its reports, and what a stricter policy would do.

RFC 9989, beside it RFC 7489; guide: Poor Email Deliverability, "Verify SPF and DKIM records".
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.dmarc import codes
from diagnostics.mail.dmarc.alignment import Alignment, DKIMLook, SPFLook, align, identifiers_of
from diagnostics.mail.dmarc.discovery import Discovery, with_walks
from diagnostics.mail.dmarc.evidence import ground
from diagnostics.mail.dmarc.judge_discovery import judge_discovery
from diagnostics.mail.dmarc.judge_record import judge_record
from diagnostics.mail.dmarc.judge_reports import judge_reports
from diagnostics.mail.dmarc.judge_steps import judge_policy, judge_steps
from diagnostics.mail.dmarc.judge_streams import judge_streams, waits_for
from diagnostics.mail.dmarc.policy import Effective
from diagnostics.mail.dmarc.steps import PolicyStep, simulate
from diagnostics.mail.domain import Subject, World
from diagnostics.mail.domain.no_mail import sends_no_mail

DOMAIN_UNKNOWN = "domain.unknown"  # the finding of the domain as a whole that stands before everything here


@dataclass(frozen=True)
class DMARCView:
    """What was found, the cause first."""

    findings: tuple[Finding, ...]
    discovery: Discovery
    alignments: tuple[Alignment, ...] = ()
    steps: tuple[PolicyStep, ...] = ()

    @property
    def policy(self) -> Effective:
        """By RFC 9989."""
        return self.discovery.policy


async def look_at_dmarc(
    subject: Subject, world: World, discovery: Discovery, spf: SPFLook, dkim: DKIMLook
) -> DMARCView:
    """Judge *discovery* with the senders of *subject* whose From address is at its domain.

    Asks DNS only for the walks of identifiers that `discover` was not given.
    """
    if discovery.exists is False:
        facts = {
            "stream": f"mail of {discovery.domain}",
            "told": "the domain does not exist",
            "domain": discovery.domain,
            "cause": DOMAIN_UNKNOWN,
        }
        blocked = codes.BLOCKED.finding(
            discovery.domain,
            {**facts, **ground(discovery)},
            reason=UnknownReason.BLOCKED,
            blocked_by=DOMAIN_UNKNOWN,
        )
        return DMARCView((blocked,), discovery)
    senders = [each for each in subject.senders if each.header_from.lower().removesuffix(".") == discovery.domain]
    walks = await with_walks(discovery, identifiers_of(senders, spf, dkim), world.dns)
    sends_none = await sends_no_mail(subject, world.dns)
    alignments = tuple(align(each, discovery, walks, spf, dkim) for each in senders)
    steps = simulate(alignments)
    waiting = {at for at, each in enumerate(alignments) if waits_for(each, spf, dkim)}
    failing = [each.stream for each in alignments if each.both != "pass"]
    findings = (
        *judge_record(discovery, failing, sends_none=sends_none),
        *(() if sends_none else judge_streams(discovery, alignments, spf, dkim)),
        *judge_reports(discovery, wanted=not sends_none),
        *judge_discovery(discovery, alignments),
        *judge_steps(discovery, steps, waiting),
        *judge_policy(discovery, steps),
    )
    return DMARCView(findings, discovery, alignments, steps)
