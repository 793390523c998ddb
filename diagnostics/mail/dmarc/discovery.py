"""All that DNS says about a domain's DMARC: its record by both specifications, near misses, report addresses.

The longest chain of questions that wait for one another has three: the record, what its addresses say, an address
without MX. What the record does not decide is asked at the same time as the record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from diagnostics.mail.dmarc import policy
from diagnostics.mail.dmarc.policy import Effective
from diagnostics.mail.dmarc.record import MOST_RECORD, is_near_record, is_policy_record
from diagnostics.mail.dmarc.reports import Destination, MailHost, destinations, mail_host
from diagnostics.mail.dmarc.suffixes import list_date, registered_domain
from diagnostics.mail.dmarc.walk import PREFIX, Found, Walk, look, names_of_walk, walk
from diagnostics.mail.dns_codes import doubled_names, nobody
from diagnostics.mail.domain import World
from diagnostics.network import DNS, DNSUnavailable, End, is_name
from diagnostics.printable import printable


@dataclass(frozen=True)
class Misplaced:
    """A DMARC record at a name where nobody looks."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Organization:
    """The organizational domain of one domain, by both specifications."""

    domain: str
    by_walk: str  # RFC 9989
    by_list: str  # RFC 7489, the whole public suffix list
    by_list_without_private: str  # the same with its ICANN section alone
    known: bool = True  # False: a name of the walk gave no answer

    @property
    def differs(self) -> bool:
        return self.by_walk != self.by_list


@dataclass(frozen=True)
class Discovery:
    """What was found for *domain*, before any sender is looked at."""

    domain: str
    walks: Mapping[str, Walk]  # by starting domain: its own, and those of the identifiers that were named
    exists: bool | None  # RFC 9989 §3.2.13; None: not known
    policy: Effective  # RFC 9989
    policy_7489: Effective
    misplaced: tuple[Misplaced, ...] = ()
    destinations: tuple[Destination, ...] = ()
    mail: tuple[MailHost, ...] = ()  # whether the registered domain, and the domain, take mail
    list_date: date | None = None  # of the public suffix list

    @property
    def walk(self) -> Walk:
        return self.walks[self.domain]

    @property
    def organization(self) -> Organization:
        return organizational_domain(self.domain, self)

    @property
    def report_to(self) -> str:
        """An address for reports in a proposed record: where the owner takes mail; "" where that is nowhere known."""
        host = next((each.domain for each in self.mail if each.by_mx), "")
        return f"dmarc-reports@{host}" if host else ""

    def records(self) -> list[dict[str, Any]]:
        """Every DMARC record that was found, for evidence."""
        return [
            {"name": each.name, "type": "TXT", "values": list(each.texts or each.near), "ttl": each.ttl}
            for each in self.walk.reached
            if each.texts or each.near
        ] + [{"name": each.name, "type": "TXT", "values": list(each.texts), "ttl": 0} for each in self.misplaced]


async def discover(domain: str, world: World, identifiers: Iterable[str] = ()) -> Discovery:
    """Look up *domain*'s DMARC (ASCII). *identifiers*: envelope and signing domains that will be compared with it.

    Raises nothing that DNS does: a name without an answer is told in the walk.
    """
    domain = domain.lower().removesuffix(".")
    others = sorted({each.lower().removesuffix(".") for each in identifiers if each} - {domain})
    others = [each for each in others if is_name(each)]
    asking = asyncio.gather(
        _walk_and_destinations(domain, world.dns),
        _apex(domain, world.dns),
        mail_host(domain, world.dns),
        asyncio.gather(*(walk(each, world.dns) for each in others)),
    )
    await asyncio.sleep(0)  # the questions leave now: reading the list takes about as long as one answer
    own = registered_domain(domain)
    mail = [await mail_host(own, world.dns)] if own != domain else []
    (found, misplaced, reports), (exists, apex), at_domain, walked = await asking
    walks = {domain: found, **{each.domain: each for each in walked}}
    return Discovery(
        domain,
        walks,
        exists,
        policy.by_walk(found, exists),
        policy.by_list(found, own),
        (*([Misplaced(domain, apex)] if apex and found.own.held == "no record" else []), *misplaced),
        reports,
        (*mail, at_domain),
        list_date(),
    )


async def with_walks(discovery: Discovery, domains: Iterable[str], dns: DNS) -> Mapping[str, Walk]:
    """The walks of *discovery*, and those of *domains* that it lacks."""
    missing = sorted({each for each in domains if each and is_name(each)} - set(discovery.walks))
    made = await asyncio.gather(*(walk(each, dns) for each in missing))
    return {**discovery.walks, **{each.domain: each for each in made}}


def organizational_domain(domain: str, discovery: Discovery) -> Organization:
    """The organizational domain of *domain* by both specifications, from what *discovery* walked.

    Raises KeyError for a domain that was not walked.
    """
    found = discovery.walks[domain]
    return Organization(
        domain,
        found.organizational_domain,
        registered_domain(domain),
        registered_domain(domain, with_private=False),
        not found.unanswered,
    )


async def _walk_and_destinations(domain: str, dns: DNS) -> tuple[Walk, tuple[Misplaced, ...], tuple[Destination, ...]]:
    found = await _without_wildcards(await walk(domain, dns), dns)
    registered = registered_domain(domain)
    # Which record applies may hang on np=, but not which addresses it has.
    applied = policy.by_walk(found, True)
    if applied.record is None:
        applied = policy.by_list(found, registered)
    tagged = [("rua", each) for each in applied.record.rua] if applied.record else []
    tagged += [("ruf", each) for each in applied.record.ruf] if applied.record else []
    at_its_own = Walk(applied.domain, found.steps[-len(names_of_walk(applied.domain)) :]) if applied.domain else found
    misplaced, reports = await asyncio.gather(
        _misplaced(found, registered, dns), destinations(tagged, applied.domain, at_its_own.organizational_domain, dns)
    )
    return found, misplaced, reports


async def _without_wildcards(found: Walk, dns: DNS) -> Walk:
    """*found* without CNAMEs that answer for every name: there is none at `_dmarc` that could be changed or deleted."""

    async def _own(step: Found) -> Found:
        if step.record or not step.leads_to:
            return step
        anybody = await look(nobody(step.domain) + "." + step.domain, dns)
        return replace(step, leads_to="") if anybody.leads_to == step.leads_to else step

    return Walk(found.domain, tuple(await asyncio.gather(*(_own(each) for each in found.steps))))


async def _misplaced(found: Walk, registered: str, dns: DNS) -> tuple[Misplaced, ...]:
    """DMARC records where panels and people put them by mistake: the zone's name twice, the underscore forgotten."""
    domain = found.domain
    if found.own.held != "no record":
        return ()
    names = [
        *(each for each in doubled_names(PREFIX + domain) if each.endswith((domain, registered))),
        f"dmarc.{domain}",
    ]
    texts = await asyncio.gather(*(_texts(each, dns) for each in names))
    return tuple(Misplaced(name, held) for name, held in zip(names, texts, strict=True) if held)


async def _texts(name: str, dns: DNS) -> tuple[str, ...]:
    """The DMARC records at *name*; none where it does not answer, for nothing is judged by that."""
    if not is_name(name):
        return ()
    try:
        answer = await dns.query(name, "TXT")
    except DNSUnavailable:
        return ()
    return _meant(answer.texts)


async def _apex(domain: str, dns: DNS) -> tuple[bool | None, tuple[str, ...]]:
    """Whether *domain* exists, and DMARC records that were typed at it instead of below it."""
    try:
        answer = await dns.query(domain, "TXT")
    except DNSUnavailable:
        return None, ()
    return answer.end is not End.NXDOMAIN, _meant(answer.texts)


def _meant(texts: Iterable[bytes]) -> tuple[str, ...]:
    meant = (each for each in texts if is_policy_record(each) or (is_near_record(each) and b"dmarc" in each.lower()))
    return tuple(printable(each, MOST_RECORD) for each in meant)[:10]
