"""What changed in DNS since the last look: each record that it rested on is asked for again.

Guide: Poor Email Deliverability, Verify. A record that vanished is a finding of its own; one that
DNS gives no answer about is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from diagnostics.finding import Finding, RecordChange, UnknownReason, Verdict
from diagnostics.mail.dkim.codes import KEY_STALE
from diagnostics.mail.dns_codes import DNS_UNAVAILABLE
from diagnostics.mail.domain.codes import CHANGED, UNCHANGED, VANISHED
from diagnostics.network import DNS, DNSUnavailable, RecordType
from diagnostics.printable import printable

# Of these, one value more or less changes the set-up; what a host's address is, is its operator's business.
COMPARED = ("TXT", "CNAME", "MX", "TLSA")
MOST_RECORDS = 200
TAG = 6  # "v=spf1", "v=DKIM", "v=DMAR": what a TXT record is for stands in front


async def changes(previous: Sequence[Finding], domain: str, dns: DNS) -> list[Finding]:
    """How the records at and below *domain* differ from those that *previous* rests on."""
    old = list(_records(previous, domain).items())[:MOST_RECORDS]
    told = _told_to_go(previous)
    compared = await asyncio.gather(*(_compared(at, values, told.get(at, frozenset()), dns) for at, values in old))
    findings = [each for each in compared if each is not None]
    if findings:
        return sorted(findings, key=lambda each: each.verdict is not Verdict.WARN)
    said = f"The records that the look before read ({len(old)}) are the same now." if old else "This is the first look."
    return [UNCHANGED.finding(domain, {"said": said, "compared": len(old)})]


async def _compared(at: tuple[str, str], old: frozenset[str], told: frozenset[str], dns: DNS) -> Finding | None:
    name, kind = at
    try:
        answer = await dns.query(name, cast(RecordType, kind))
    except (DNSUnavailable, ValueError) as error:
        return DNS_UNAVAILABLE.finding(name, {"detail": printable(str(error))}, reason=UnknownReason.UNAVAILABLE)
    if kind == "TXT":
        here = {printable(text, len(text)) for text in answer.texts}
    else:
        here = {value.lower().removesuffix(".") for value in answer.values}
    gone = old - here
    if not gone:
        return None
    like = sorted(each for each in here - old if kind != "TXT" or any(each[:TAG] == was[:TAG] for was in gone))
    if not like and gone <= told:
        return None  # somebody did what the report said
    evidence = {"type": kind, "was": "; ".join(sorted(gone)), "is": like, "ttl": answer.ttl}
    if like:
        return CHANGED.finding(name, evidence)
    return VANISHED.finding(name, evidence, records=[RecordChange(name, kind, value) for value in sorted(gone)])


def _records(findings: Iterable[Finding], domain: str) -> dict[tuple[str, str], frozenset[str]]:
    """name and type -> values, of every record that a finding rests on."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for finding in findings:
        for record in _listed(finding.evidence):
            name, kind = str(record.get("name", "")).lower(), str(record.get("type", ""))
            values = [str(value) for value in record.get("values") or ()]
            if kind in COMPARED and values and (name == domain or name.endswith("." + domain)):
                found[name, kind] = found.get((name, kind), frozenset()) | _plain(kind, values)
    return found


def _told_to_go(findings: Iterable[Finding]) -> dict[tuple[str, str], frozenset[str]]:
    """name and type -> values that the look before asked to take away."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for finding in findings:
        changes = finding.remedy.records if finding.remedy and finding.verdict in (Verdict.WARN, Verdict.FAIL) else ()
        gone = [(each.name, each.type, each.replaces) for each in changes]
        if finding.code == KEY_STALE.code:  # in words alone: only the owner knows whether the service is in use
            gone += [(str(each["name"]), str(each["type"]), each["values"]) for each in _listed(finding.evidence)]
        for name, kind, values in gone:
            at = (name.lower(), kind)
            found[at] = found.get(at, frozenset()) | _plain(kind, values)
    return found


def _plain(kind: str, values: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(each) if kind == "TXT" else str(each).lower().removesuffix(".") for each in values)


def _listed(evidence: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    records = evidence.get("records")
    return [each for each in records if isinstance(each, Mapping)] if isinstance(records, list) else []
