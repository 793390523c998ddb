"""Looks at the address that hands a domain's mail to receivers: reverse name, HELO name, blocklists.

Guide: Poor Email Deliverability, Check (sender reputation). Only DNS is asked.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.address import codes, judge_lists
from diagnostics.mail.address.blocklists import Chosen, chosen
from diagnostics.mail.address.judge_names import Machine, distinct, judge_helo, judge_reverse
from diagnostics.mail.address.listing import Listing, ask
from diagnostics.mail.address.names import IPAddress, is_generic, why_no_helo
from diagnostics.mail.address.reverse import Led, Reverse, address_of, lead, look_up, why_private
from diagnostics.mail.domain.no_mail import sends_no_mail
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.providers import Provider, by_host, by_reverse_name
from diagnostics.network import DNS, DNSUnavailable, is_name
from diagnostics.printable import printable

MOST_ADDRESSES = 8  # of one domain that are looked at
MOST_DOMAINS = 12
MOST_NAMES_SAID = 4  # HELO names of one address


@dataclass(frozen=True)
class AddressView:
    """What was seen of a domain's sending addresses."""

    findings: tuple[Finding, ...]
    machines: tuple[Machine, ...] = ()
    listings: tuple[Listing, ...] = ()


async def look_at_address(subject: Subject, world: World, links: Sequence[str] = ()) -> AddressView:
    """Look at every sender's address, HELO name and domains; *links* are further domains that the mail leads to."""
    groups = _by_address(subject.senders)
    lists, unknown = chosen(world.blocklists)
    seen, domains = await asyncio.gather(
        asyncio.gather(*(_machine(subject, world.dns, ip, group, lists) for ip, group in groups.items())),
        _domains(subject, world.dns, lists, links),
    )
    views = [*seen, domains]
    findings = [each for view in views for each in view.findings]
    if not groups and not await sends_no_mail(subject, world.dns):
        facts = {"senders": len(subject.senders)}
        unseen = codes.ADDRESS_UNKNOWN.finding(subject.domain, facts, reason=UnknownReason.NOT_CONFIGURED)
        findings.insert(0, unseen)
    listings = tuple(each for view in views for each in view.listings)
    findings += [*judge_lists.not_believed(listings), *(judge_lists.unset(printable(each, 80)) for each in unknown)]
    return AddressView(tuple(findings), tuple(each for view in views for each in view.machines), listings)


async def _machine(
    subject: Subject, dns: DNS, address: IPAddress, senders: Sequence[Sender], lists: Sequence[Chosen]
) -> AddressView:
    if why := why_private(address):
        facts = {"why": why, "known_by": senders[0].known_by, "relay": printable(senders[0].relay)}
        private = codes.ADDRESS_PRIVATE.finding(str(address), facts, reason=UnknownReason.NOT_ALLOWED)
        return AddressView((private,))
    helos = distinct(each.helo for each in senders)[:MOST_NAMES_SAID]
    reverse, listings, led = await asyncio.gather(
        look_up(dns, address),
        ask(dns, lists, str(address)),
        asyncio.gather(*(_helo(dns, each, address) for each in helos)),
    )
    machine = _of(subject, address, senders, reverse)
    name = _borne(machine, reverse, list(zip(helos, led, strict=True))) or await _free_name(dns, machine)
    machine = dataclasses.replace(machine, name=name)
    relay = next((each.relay for each in senders if each.relay), "")
    findings = [judge_reverse(machine, reverse)]
    findings += [judge_helo(machine, helo, *where) for helo, where in zip(helos, led, strict=True)]
    if listings:
        findings += judge_lists.judge(machine.ip, machine.domain, listings, machine, relay)
    else:
        findings.append(judge_lists.nothing_asked(machine.ip, lists))
    return AddressView(tuple(findings), (machine,), tuple(listings))


async def _domains(subject: Subject, dns: DNS, lists: Sequence[Chosen], links: Sequence[str]) -> AddressView:
    """The domain lists' word on each domain that stands in the mail and is no provider's."""
    named = [subject.domain, *(name for each in subject.senders for name in (each.header_from, each.mail_from)), *links]
    plain = dict.fromkeys(each.strip().rstrip(".").lower() for each in named)
    own = [each for each in plain if is_name(each) and "." in each and not address_of(each) and not by_host(each)]
    asked = own[:MOST_DOMAINS]
    words = await asyncio.gather(*(ask(dns, lists, each) for each in asked))
    findings = [
        finding
        for name, listings in zip(asked, words, strict=True)
        for finding in judge_lists.judge(printable(name), subject.domain, listings, None, "")
    ]
    return AddressView(tuple(findings), (), tuple(each for listings in words for each in listings))


async def _helo(dns: DNS, helo: str, address: IPAddress) -> tuple[tuple[Led, ...], bool]:
    """Where a HELO name leads in both families, and whether it has MX records where it leads nowhere."""
    name = helo.strip().rstrip(".").lower()
    if why_no_helo(helo) or not is_name(name):
        return (), False
    other = address_of("::1" if address.version == 4 else "127.0.0.1")
    led = await asyncio.gather(*(lead(dns, name, each) for each in (address, other) if each))
    if any(each.addresses or each.error for each in led):
        return tuple(led), False
    try:
        return tuple(led), bool((await dns.query(name, "MX")).exchangers)
    except DNSUnavailable as error:
        return (*led, Led(name, error=printable(str(error)))), False


def _by_address(senders: Sequence[Sender]) -> dict[IPAddress, list[Sender]]:
    groups: dict[IPAddress, list[Sender]] = {}
    for each in senders:
        address = address_of(each.ip)
        if address and (address in groups or len(groups) < MOST_ADDRESSES):
            groups.setdefault(address, []).append(each)
    return groups


def _of(subject: Subject, address: IPAddress, senders: Sequence[Sender], reverse: Reverse) -> Machine:
    zones = (subject.domain, *(each.header_from for each in senders))
    return Machine(
        address,
        subject.domain,
        tuple(dict.fromkeys(each.lower() for each in zones if each and not by_host(each))),
        _provider(senders, reverse),
        known_by=senders[0].known_by,
    )


def _borne(machine: Machine, reverse: Reverse, helos: Sequence[tuple[str, tuple[tuple[Led, ...], bool]]]) -> str:
    """The name that the machine has by right: in HELO, of its own zones or leading back; or a chosen one in its PTR."""
    said = ((each.strip().rstrip(".").lower(), led) for each, (led, _) in helos if not why_no_helo(each))
    names = [name for name, led in said if machine.owns(name) or any(each.confirms(machine.address) for each in led)]
    best = next((each for each in (*names, *reverse.confirmed) if not is_generic(each, machine.address)), "")
    return printable(best)


async def _free_name(dns: DNS, machine: Machine) -> str:
    """A name of the domain's own that the machine can take: one that leads to it, or nowhere."""
    for label in ("mail", "mailout"):
        name = f"{label}.{machine.domain}"
        led = await lead(dns, name, machine.address)
        if led.confirms(machine.address) or not (led.addresses or led.aliased):
            break
    return name


def _provider(senders: Sequence[Sender], reverse: Reverse) -> Provider | None:
    """Whose address it is: the relay's that the site submits to, or of the provider whose name it bears."""
    by_relay = next((found for each in senders if each.relay and (found := by_host(each.relay))), None)
    # Only a name that leads back: anybody can write a provider's name into his own reverse zone.
    by_name = next((found for each in reverse.confirmed if (found := by_reverse_name(each))), None)
    return by_relay or by_name
