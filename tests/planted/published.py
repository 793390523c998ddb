"""Planted records as NSD loads them: one zone file for each registered domain, and changes really published."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from diagnostics.finding import RecordChange
from tests.servers.zone import Zone, strings


def zone_of(name: str) -> str:
    """The zone that *name* stands in: its last two labels; all reverse names are one zone."""
    return "in-addr.arpa" if name.endswith("in-addr.arpa") else ".".join(name.split(".")[-2:])


def zone_files(zone: Zone) -> dict[str, str]:
    """origin -> records in zone file notation. SOA and the apex's NS are the server's own."""
    lines: dict[str, list[str]] = defaultdict(list)
    for name, records in zone.records.items():
        origin = zone_of(name)
        for kind, value in records:
            if kind not in ("SOA", "NS"):
                lines[origin].append(f"{name}. IN {kind} {_presented(kind, value)}")
    # DMARC's walk asks the top-level domains too; a server that does not know them would refuse.
    tops = {origin.rpartition(".")[2]: "" for origin in lines}
    return {**tops, **{origin: "\n".join(found) for origin, found in lines.items()}}


def publish(zone: Zone, change: RecordChange) -> None:
    """Do at the zone what the remedy tells its owner to do."""
    records = zone.records.setdefault(change.name.lower(), [])
    gone = {value if change.type in ("TXT", "SPF") else value.rstrip(".") for value in change.replaces}
    records[:] = [each for each in records if each[0] != change.type or _plain(*each) not in gone]
    if change.value:
        records.append((change.type, _read(change.type, change.value)))
    if not records:
        del zone.records[change.name.lower()]


def _presented(kind: str, value: Any) -> str:
    if kind in ("TXT", "SPF"):
        return " ".join('"' + "".join(_escaped(octet) for octet in each) + '"' for each in strings(value))
    if kind == "MX":
        preference, host = value
        return f"{preference} {host.rstrip('.')}."
    return f"{str(value).rstrip('.')}." if kind in ("CNAME", "PTR") else str(value)


def _escaped(octet: int) -> str:
    return f"\\{octet:03d}" if octet < 0x20 or octet > 0x7E or octet in b'"\\' else chr(octet)


def _plain(kind: str, value: Any) -> str:
    if kind in ("TXT", "SPF"):
        return b"".join(strings(value)).decode("utf-8", "surrogateescape")
    return f"{value[0]} {value[1]}".rstrip(".") if kind == "MX" else str(value).rstrip(".")


def _read(kind: str, value: str) -> Any:
    if kind == "MX":
        preference, host = value.split()
        return int(preference), host
    return value
