"""The whole look at one sending domain: every area at once, then the proof of each remedy.

Guide: Poor Email Deliverability. The areas hang on DNS, not on each other; only DMARC's judgement
waits, for what SPF and DKIM came to.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.address import look_at_address
from diagnostics.mail.dkim import DKIMView, look_at_dkim
from diagnostics.mail.dmarc import discover, is_public_suffix, look_at_dmarc, registered_domain, stated_identifiers
from diagnostics.mail.dns_codes import DNS_UNAVAILABLE
from diagnostics.mail.domain.codes import AREA_UNSEEN, DOMAIN_UNKNOWN, FREE_MAILBOX, PUBLIC_SUFFIX
from diagnostics.mail.domain.proof import proven
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.free_mailboxes import free_mailbox
from diagnostics.mail.providers import by_host
from diagnostics.mail.receivers import rules
from diagnostics.mail.spf.domain import SPFView, look_at_spf
from diagnostics.mail.transport import look_at_transport
from diagnostics.network import DNSUnavailable, End
from diagnostics.printable import printable

TIMEOUT_S = 60.0


class View(Protocol):
    """What an area's look returns."""

    @property
    def findings(self) -> tuple[Finding, ...]: ...


Look = Callable[[Subject, World], Awaitable[View]]


async def look_at_senders(subject: Subject, world: World) -> SPFView:
    """SPF, once for itself and for DMARC."""
    return await world.views(("senders", subject), world, lambda world: look_at_spf(subject, world))


async def look_at_keys(subject: Subject, world: World) -> DKIMView:
    """DKIM, once for itself and for DMARC: some sixty questions."""
    return await world.views(("keys", subject), world, lambda world: look_at_dkim(subject, world))


async def look_at_dmarc_alone(subject: Subject, world: World) -> View:
    """DMARC with the SPF and DKIM that it is aligned with."""
    spf, dkim, discovery = await asyncio.gather(
        look_at_senders(subject, world),
        look_at_keys(subject, world),
        discover(subject.domain, world, stated_identifiers(subject.senders)),
    )
    return await look_at_dmarc(subject, world, discovery, spf, dkim)


@dataclass(frozen=True)
class Area:
    """One part of the report, with the name that people give it."""

    name: str
    title: str
    look: Look


AREAS = (
    Area("spf", "SPF", look_at_senders),
    Area("dkim", "DKIM", look_at_keys),
    Area("dmarc", "DMARC", look_at_dmarc_alone),
    Area("address", "The sending address", look_at_address),
    Area("transport", "Receiving and transport", look_at_transport),
)


async def inspect(subject: Subject, world: World, *, timeout_s: float = TIMEOUT_S, prove: bool = True) -> list[Finding]:
    """Every finding about *subject*, within *timeout_s*; what was not reached by then is `unknown`.

    With *prove*, each remedy that is a record is laid over DNS and its area looked at again.
    """
    ends_at = asyncio.get_running_loop().time() + timeout_s
    known = asyncio.ensure_future(existing(subject, world, ends_at=ends_at))
    looks = [asyncio.ensure_future(seen(area, subject, world, ends_at=ends_at, prove=prove)) for area in AREAS]
    there = await known
    if any(each.code == DOMAIN_UNKNOWN.code for each in there):
        for task in looks:
            task.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        return there
    findings = [each for found in await asyncio.gather(*looks) for each in found]
    findings = without_repeats([*there, *findings])
    return [*findings, *(of_report(each, subject.domain) for each in rules(subject, findings).findings)]


async def seen(area: Area, subject: Subject, world: World, *, ends_at: float, prove: bool) -> list[Finding]:
    """One area's findings, and the proof of its remedies while the others still wait for answers."""
    found = await look(area, subject, world, ends_at=ends_at)
    return await proven(found, partial(look, area, subject, ends_at=ends_at), world) if prove else found


async def look(area: Area, subject: Subject, world: World, *, ends_at: float) -> list[Finding]:
    """One area's findings; a look that ran out of time is `unknown` and spoils no other.

    None of a free mailbox that the site sends as: its records are nobody's here to change.
    """
    if borrows(subject):
        return []
    try:
        async with asyncio.timeout_at(ends_at):
            view = await world.views((area.name, subject), world, lambda world: area.look(subject, world))
            found = view.findings
    except TimeoutError:
        evidence = {"area": area.title, "why": "the time allowed was over before it came to its end"}
        found = (AREA_UNSEEN.finding(subject.domain, evidence, reason=UnknownReason.UNAVAILABLE),)
    return [of_report(each, subject.domain) for each in found]


def borrows(subject: Subject) -> Sender | None:
    """The stream, if there is one, that claims a free mailbox without its provider sending or signing it."""
    if not free_mailbox(subject.domain):
        return None
    owner = by_host(subject.domain)

    def is_the_owners(sender: Sender) -> bool:
        signed = any(each.domain.lower().removesuffix(".") == subject.domain for each in sender.signatures)
        return signed or any(name and owner and by_host(name) is owner for name in (sender.relay, sender.helo))

    return next((each for each in subject.senders if not is_the_owners(each)), None)


def of_report(finding: Finding, domain: str) -> Finding:
    """*finding* with the domain whose report it is of: its own subject may be a host, an address, a key."""
    return dataclasses.replace(finding, evidence={**finding.evidence, "report_on": domain})


def without_repeats(findings: Sequence[Finding]) -> list[Finding]:
    """Each word about each subject once: two areas may read the same record."""
    kept: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.code, finding.subject, finding.summary), finding)
    return list(kept.values())


async def existing(subject: Subject, world: World, *, ends_at: float) -> list[Finding]:
    """What is wrong with the domain's being there: nothing, as a rule."""
    domain = subject.domain
    found: list[Finding] = []
    if borrowed := borrows(subject):
        facts = {
            "provider": free_mailbox(domain),
            "by": printable(borrowed.relay or borrowed.ip) or "the web server itself",
        }
        return [of_report(FREE_MAILBOX.finding(domain, facts), domain)]
    try:
        async with asyncio.timeout_at(ends_at):
            answer = await world.dns.query(domain, "SOA")
        if answer.end is End.NXDOMAIN:
            registered = registered_domain(domain)
            advice = f"renew the domain {domain} at its registrar, and set its name servers there"
            if registered != domain:
                advice = f"add the records of {domain} that its sender names, at the DNS host of {registered}"
            facts = {"asked": f"SOA {domain}", "answer": answer.end.value, "advice": advice}
            found.append(DOMAIN_UNKNOWN.finding(domain, facts))
        elif is_public_suffix(domain):
            found.append(PUBLIC_SUFFIX.finding(domain, {"list": "public suffix list"}))
    except (DNSUnavailable, TimeoutError) as error:
        detail = {"detail": printable(str(error)) or "the time allowed was over before an answer came"}
        found.append(DNS_UNAVAILABLE.finding(domain, detail, reason=UnknownReason.UNAVAILABLE))
    return [of_report(each, domain) for each in found]
