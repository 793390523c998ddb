"""Records as evidence: name, type, every value as found (escaped), TTL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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


def listed(names: Iterable[str], most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c, d and 3 more`."""
    shown = [printable(each, 253) for each in names]
    if len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part) if shown else "nothing"
