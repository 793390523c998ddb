"""DANE: does a mail server show the certificate that its TLSA records announce? (RFC 6698, RFC 7672)"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.domain.subject import World
from diagnostics.mail.ports import PortView
from diagnostics.mail.transport.codes import dane as codes
from diagnostics.mail.transport.dnssec import Chains, judge_dnssec
from diagnostics.mail.transport.facts import record_facts
from diagnostics.mail.transport.hosts import Views, conversed, unseen
from diagnostics.mail.transport.mx import MailHost, MailRoute, receiver
from diagnostics.network import DNSAnswer, DNSUnavailable, End, TLSARecord
from diagnostics.network.certificate import association
from diagnostics.network.dnssec import Security, SecurityView
from diagnostics.printable import printable

EE, TA = 3, 2
_LENGTHS = {1: 32, 2: 64}  # octets of a SHA-256, a SHA-512


@dataclass(frozen=True)
class Announced:
    """The TLSA records of one mail server, and the state of DNSSEC at them."""

    host: MailHost
    answer: DNSAnswer
    state: SecurityView

    @property
    def name(self) -> str:
        return f"_25._tcp.{self.host.name}"

    @property
    def owner(self) -> str:
        """The name that the records stand at: many host names share them by a CNAME (RFC 7672 §3.1.4)."""
        return self.answer.chain[-1] if self.answer.chain else self.name

    def is_of(self, domain: str) -> bool:
        """Whether whoever owns *domain* writes these records."""
        return self.owner == domain or self.owner.endswith(f".{domain}")

    @property
    def usable(self) -> tuple[TLSARecord, ...]:
        """RFC 7672 §3.1: DANE-EE and DANE-TA, well-formed."""
        return tuple(each for each in self.answer.tlsa if _is_usable(each))


async def look_at_dane(route: MailRoute, world: World, chains: Chains) -> tuple[Announced, ...]:
    """The mail servers that have TLSA records. Raises nothing of the network's."""
    hosts = list({host.name: host for host in route.hosts if host.address.addresses and not host.fault}.values())
    found = await asyncio.gather(*(_announced(host, world, chains) for host in hosts))
    return tuple(each for each in found if each is not None)


async def _announced(host: MailHost, world: World, chains: Chains) -> Announced | None:
    name = f"_25._tcp.{host.name}"
    try:
        answer = await world.dns.query(name, "TLSA")
    except (DNSUnavailable, ValueError):
        # RFC 7672 §2.2: senders that use DANE put the mail off; whether it is DNSSEC's fault, its chain says.
        state = await chains.state(name, "TLSA")
        broken = state.state is Security.BOGUS
        return Announced(host, DNSAnswer(name, "TLSA", End.NODATA), state) if broken else None
    return Announced(host, answer, await chains.state(name, "TLSA")) if answer.tlsa else None


def judge_dane(
    announced: Sequence[Announced], route: MailRoute, domain_state: SecurityView, views: Views
) -> Iterator[Finding]:
    """One finding for each mail server with TLSA records that concern this domain."""
    for each in announced:
        mine = each.is_of(route.domain)
        facts = _facts(each, route, views.get(each.host.name))
        subject = printable(each.host.name)
        if each.state.state is Security.BOGUS:
            yield from judge_dnssec(subject, each.state, [each.answer])
        elif Security.INSECURE in (domain_state.state, each.state.state):
            # A provider's TLSA is for those of its customers who sign their domains: no matter of the others.
            if mine:
                unsigned = route.domain if domain_state.state is Security.INSECURE else each.state.zone
                gone = [RecordChange(each.owner, "TLSA", "", tuple(each.answer.values))]
                yield codes.NOT_SIGNED.finding(subject, {**facts, "unsigned": printable(unsigned)}, records=gone)
        elif each.state.state is Security.UNKNOWN or domain_state.state is Security.UNKNOWN:
            dark = each.state if each.state.state is Security.UNKNOWN else domain_state
            why = f"the state of DNSSEC is not known ({printable(dark.detail)})."
            yield codes.UNSEEN.finding(subject, {**facts, "why": why}, reason=UnknownReason.UNAVAILABLE)
        elif domain_state.state is Security.SECURE:
            yield _compared(each, views.get(each.host.name), facts, mine=mine)


def _compared(each: Announced, view: PortView | None, facts: dict[str, Any], *, mine: bool) -> Finding:
    subject, found = printable(each.host.name), tuple(each.answer.values)
    if view is not None and conversed(view) and view.starttls is False:
        changes = [RecordChange(each.owner, "TLSA", "", found)] if mine else []
        return codes.NO_TLS.finding(subject, facts, records=changes)
    leaf = view.presented[0] if view is not None and view.presented else None
    value = proposed(leaf) if leaf else ""
    changes = [RecordChange(each.owner, "TLSA", value, found)] if mine else []
    facts |= {"proposed": f"{each.owner}  TLSA  {value}" if value else ""}
    if not each.usable:
        return codes.UNUSABLE.finding(subject, {**facts, "why": _why_unusable(each.answer.tlsa)}, records=changes)
    if view is None or leaf is None:
        why = unseen(view) if view is not None else "only DNS was asked"
        return codes.UNSEEN.finding(subject, {**facts, "why": f"{why}."}, reason=UnknownReason.UNAVAILABLE)
    fault = view.tls.fault if view.tls else ""
    if any(fits(record, view.presented, fault) for record in each.usable):
        return codes.SOUND.finding(subject, facts)
    return codes.MISMATCH.finding(subject, facts, records=changes)


def fits(record: TLSARecord, presented: Sequence[bytes], fault: str) -> bool:
    """Whether *record* vouches for the certificates that were *presented*; *fault*: how a usual client judged them."""
    if record.usage == EE:  # §3.1.1: neither names nor dates count
        return _is_of(record, presented[0])
    return fault not in ("expired", "name_mismatch", "not_yet_valid") and any(_is_of(record, der) for der in presented)


def proposed(leaf: bytes) -> str:
    """`3 1 1`, what RFC 7672 §3.1.1 recommends: the server's own key, which can outlive its certificate."""
    data = association(leaf, 1, 1)
    assert data is not None
    return f"3 1 1 {data.hex()}"


def _is_of(record: TLSARecord, der: bytes) -> bool:
    try:
        return association(der, record.selector, record.matching) == record.data
    except ValueError:
        return False


def _is_usable(record: TLSARecord) -> bool:
    length = _LENGTHS.get(record.matching, len(record.data))
    known = record.usage in (EE, TA) and record.selector in (0, 1) and record.matching in (0, 1, 2)
    return known and len(record.data) == length and bool(record.data)


def _why_unusable(records: Sequence[TLSARecord]) -> str:
    if all(each.usage in (0, 1) for each in records):
        return "the usages 0 and 1 are not for mail"
    return "its numbers or the length of its digest are wrong"


def _facts(each: Announced, route: MailRoute, view: PortView | None) -> dict[str, Any]:
    zone = each.state.zone or each.host.name.partition(".")[2] or each.host.name
    leaf = view.presented[0] if view is not None and view.presented else None
    value = proposed(leaf) if leaf else ""
    letter = (
        f"The TLSA records of {each.owner} ({'; '.join(each.answer.values[:4])}) do not fit your mail server "
        f"{each.host.name}, so senders that use DANE do not deliver."
        + (f" The certificate that it shows now would need: {value}" if value else "")
    )
    return {
        "domain": route.domain,
        "zone": printable(zone),
        "owner": printable(each.owner),
        "provider_title": receiver(each.host.name),
        "letter": "" if each.is_of(route.domain) else letter,
        "proposed": "",
        "states": {"tlsa": each.state.state.value},
        "presented": value,
        "records": record_facts([each.answer]),
    }


def uses_dane(announced: Sequence[Announced], domain_state: SecurityView) -> bool:
    """Senders that use DANE verify at least one of these servers."""
    return domain_state.state is Security.SECURE and any(
        each.answer.tlsa and each.state.state is Security.SECURE for each in announced
    )
