"""What changed in DNS since the last look: each record that it rested on is asked for again.

Guide: Poor Email Deliverability, Verify. A record that vanished is a finding of its own; one that
DNS gives no answer about is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from diagnostics.finding import Finding, RecordChange, UnknownReason, Verdict
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
    compared = await asyncio.gather(*(_compared(name, kind, values, dns) for (name, kind), values in old))
    findings = [each for each in compared if each is not None]
    if findings:
        return sorted(findings, key=lambda each: each.verdict is not Verdict.WARN)
    said = f"The records that the look before read ({len(old)}) are the same now." if old else "This is the first look."
    return [UNCHANGED.finding(domain, {"said": said, "compared": len(old)})]


async def _compared(name: str, kind: str, old: frozenset[str], dns: DNS) -> Finding | None:
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
                plain = values if kind == "TXT" else [value.lower().removesuffix(".") for value in values]
                found[name, kind] = found.get((name, kind), frozenset()) | frozenset(plain)
    return found


def _listed(evidence: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    records = evidence.get("records")
    return [each for each in records if isinstance(each, Mapping)] if isinstance(records, list) else []
