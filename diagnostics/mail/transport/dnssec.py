"""Is the domain signed, and does the chain hold? (RFC 4035) Walked only where there is a DS record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.dmarc import is_public_suffix
from diagnostics.mail.domain.subject import World
from diagnostics.mail.transport.codes import dnssec as codes
from diagnostics.mail.transport.facts import record_facts
from diagnostics.mail.transport.ways import Ways
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, RecordType
from diagnostics.network.dnssec import Security, SecurityView, Validator
from diagnostics.network.dnssec_records import Break
from diagnostics.printable import printable

MOST_NAMES = 3
_NONE: Mapping[str, str] = {}


class Chains:
    """Answers for the state of any name, each worked out once; through one validator."""

    def __init__(self, world: World, ways: Ways) -> None:
        self._world = world
        network = world.network
        self._validator = Validator(network.dns, anchors=ways.anchors, now=world.now.timestamp()) if network else None

    async def state(self, name: str, kind: RecordType) -> SecurityView:
        """Walks the chain."""
        validator = self._validator
        if validator is None:
            return SecurityView(name, Security.UNKNOWN, detail="only answers of DNS were asked for, not their proofs")
        return await self._world.once(("dnssec", name, kind), lambda: validator.state(name, kind))

    async def of_domain(self, domain: str, kind: RecordType = "MX") -> tuple[SecurityView, list[DNSAnswer]]:
        """The state of *domain*, and the DS answers it rests on: without a DS at it or above, nothing is signed."""
        answers = await _delegations(domain, self._world.dns)
        if answers is not None and not any(each.values for each in answers):
            return SecurityView(domain, Security.INSECURE, domain, by="no DS record"), answers
        return await self.state(domain, kind), answers or []


async def _delegations(domain: str, dns: DNS) -> list[DNSAnswer] | None:
    """DS of *domain* and of the names above it that somebody registered; None where DNS does not say."""
    labels = domain.split(".")
    names = [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))][:MOST_NAMES]
    names = [name for name in names if name == domain or not is_public_suffix(name)]
    try:
        return list(await asyncio.gather(*(dns.query(name, "DS") for name in names)))
    except (DNSUnavailable, ValueError):
        return None


def judge_dnssec(
    subject: str, state: SecurityView, answers: list[DNSAnswer], hosts: Mapping[str, str] = _NONE
) -> Iterator[Finding]:
    """One finding for *subject*, whose chain ended as *state* says; *hosts*: its mail servers and their states."""
    facts = {
        "state": state.state.value,
        "zone": printable(state.zone),
        "chain": [printable(each) or "." for each in state.chain],
        "by": state.by,
        "mail_servers": dict(hosts),
        "records": record_facts(answers),
    }
    match state.state:
        case Security.SECURE:
            yield codes.SECURE.finding(subject, facts)
        case Security.INSECURE:
            yield codes.INSECURE.finding(subject, facts)
        case Security.UNKNOWN:
            signed = any(each.values for each in answers)
            told = {
                "why": f"{printable(state.detail)}.",
                "said": f"{subject} is signed with DNSSEC; whether the signatures hold"
                if signed
                else f"Whether {subject} is signed with DNSSEC, and the signatures hold,",
            }
            yield codes.UNSEEN.finding(subject, facts | told, reason=UnknownReason.UNAVAILABLE)
        case Security.BOGUS:
            yield _bogus(subject, state, facts)


def _bogus(subject: str, state: SecurityView, facts: Mapping[str, object]) -> Finding:
    zone = printable(state.zone)
    detail = printable(state.detail)
    new = [f"{zone}  DS  {each}" for each in state.key_ds]
    if state.broke is Break.DS_MISMATCH and new:
        advice = (
            f"At the registrar of {zone} (its panel: DNSSEC, DS records), put the DS record below in the place of the "
            f"one that is there ({'; '.join(state.parent_ds)}): it is made from the key that the zone uses now. Not "
            "sure that this key is yours? Delete the DS record, and the domain works unsigned."
        )
        letter = f"Please set the DS record of {zone} at its registry to: {'; '.join(state.key_ds)}"
    elif state.broke is Break.DS_MISMATCH:
        advice = (
            f"{zone} is not signed any more. At the registrar of {zone} (its panel: DNSSEC, DS records), delete the DS "
            f"record {'; '.join(state.parent_ds)}; or let the DNS host of {zone} sign the zone, and enter its new DS."
        )
        letter = f"Please delete the DS record of {zone} at its registry: the zone is not signed any more."
    else:
        advice = (
            f"At the DNS host of {zone}, have the zone signed again (its panel: DNSSEC, off and on again only if it "
            "keeps its keys; on a server of your own: rndc sign, pdnsutil rectify-zone, ods-enforcer). Does that take "
            f"longer than an hour, delete the DS record of {zone} at its registrar: unsigned, it works for all."
        )
        letter = f"DNSSEC of {zone} is broken: {detail}. Please sign the zone again."
    evidence = {
        **facts,
        "detail": detail,
        "broke": state.broke.value if state.broke else "",
        "advice": advice,
        "letter": letter,
        "proposed": "; ".join(new),
        "parent_ds": list(state.parent_ds),
        "key_ds": list(state.key_ds),
    }
    return codes.BOGUS.finding(subject, evidence)
