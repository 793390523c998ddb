"""Records as evidence: name, type, every value as found (escaped), TTL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diagnostics.finding import RecordChange
from diagnostics.network import DNSAnswer
from diagnostics.printable import printable

MOST_VALUES = 20


def record_fact(answer: DNSAnswer) -> dict[str, Any]:
    """One answer as it stands in a finding's `records`."""
    values = [printable(each) for each in answer.texts] or [printable(each) for each in answer.values]
    return {"name": printable(answer.name), "type": answer.kind, "values": values[:MOST_VALUES], "ttl": answer.ttl}


def record_facts(answers: Iterable[DNSAnswer | None]) -> list[dict[str, Any]]:
    """Those answers that have records."""
    return [record_fact(each) for each in answers if each is not None and each.values]


def own(answer: DNSAnswer | None, change: RecordChange) -> list[RecordChange]:
    """*change*, where the domain's owner can make it: not where a CNAME gave the name into other hands."""
    return [] if answer is not None and answer.chain else [change]


def in_other_hands(answer: DNSAnswer | None, value: str) -> dict[str, str]:
    """The letter for whoever keeps a record behind a CNAME, as evidence."""
    if answer is None or not answer.chain:
        return {"letter": ""}
    name, at = printable(answer.name), printable(answer.chain[-1])
    return {"letter": f"You keep the record of {name} (a CNAME of {at}). Please set it to: {value}"}


def listed(names: Iterable[str], most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c, d and 3 more`."""
    shown = [printable(each, 253) for each in names]
    if len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part) if shown else "nothing"
