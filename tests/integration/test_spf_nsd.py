"""SPF on a real name server (NSD): the RFC 7208 suite, and planted faults with their remedies really published."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from diagnostics.network import Resolver
from diagnostics.network.query import wire_name
from tests.servers.nsd import Nsd
from tests.servers.process import MissingPart
from tests.servers.zone import Zone, from_vectors, strings
from tests.unit.spf_faults import BAD, PLANTED, cause, looked, published
from tests.unit.test_spf_vectors import assert_as_told, cases, evaluated

MOST_SUFFIXES = 40  # zones of one server
PARTS: dict[str, list[tuple[Any, str, Any]]] = defaultdict(list)
for each in cases():
    PARTS[str(each.id).split(":")[0]].append(tuple(each.values))


def records_of(zone: Zone, suffix: str) -> str:
    """The zone file of everything below *suffix*; TXT byte for byte (RFC 3597)."""
    lines = []
    for name, records in zone.records.items():
        if name.rpartition(".")[2] != suffix:
            continue
        for kind, value in records:
            if kind in ("TXT", "SPF"):
                octets = b"".join(bytes([len(each)]) + each for each in strings(value))
                text = f"TYPE{16 if kind == 'TXT' else 99} \\# {len(octets)} {octets.hex()}"
            elif kind == "MX":
                text = f"MX {value[0]} {wire_name(value[1]).to_text() if value[1] else '.'}"
            else:
                text = f"{kind} {wire_name(value).to_text() if kind in ('PTR', 'CNAME') else value}"
            lines.append(f"{wire_name(name).to_text()} IN {text}")
    return "\n".join(lines)


async def held_by_nsd(part: list[tuple[Any, str, Any]]) -> tuple[list[Any], set[str]]:
    """The cases whose every question NSD can answer, and the top-level zones that they ask for."""
    kept, suffixes = [], set()
    for zonedata, _, case in part:
        zone = from_vectors(zonedata)
        await evaluated(case, zone)
        asked = {name.rpartition(".")[2] for name, _ in zone.asked}
        if not {name for name, _ in zone.asked} & set(zone.troubles) and all(
            re.fullmatch("[a-z][a-z0-9-]*", each) for each in asked
        ):
            kept.append(case)
            suffixes |= asked
    return kept, suffixes


@pytest.mark.parametrize("part", PARTS)
async def test_the_suite_ends_the_same_when_nsd_serves_it(part: str) -> None:
    if not PARTS[part][0][1]:
        pytest.skip("the suite is not here: see tests/unit/test_spf_vectors.py")
    kept, suffixes = await held_by_nsd(PARTS[part])
    assert kept
    assert len(suffixes) < MOST_SUFFIXES
    zone = from_vectors(PARTS[part][0][0])
    try:
        server = Nsd({suffix: records_of(zone, suffix) for suffix in sorted(suffixes)})
    except MissingPart as missing:
        pytest.skip(str(missing))
    with server:
        resolver = Resolver((server.nameserver,), timeout_s=3)
        for case in kept:
            assert_as_told(case, await evaluated(case, resolver))


@pytest.fixture(scope="module")
def name_server() -> Iterator[Nsd]:
    """Everything but `test` stands still: the providers' records, the reverse names."""
    others: dict[str, Zone] = {each: Zone() for each in ("com", "net", "org", "arpa")}
    for planted in PLANTED.values():
        for name, records in planted.zone.records.items():
            if (suffix := name.rpartition(".")[2]) in others:
                others[suffix].records[name] = records
    try:
        server = Nsd({"test": "", **{suffix: records_of(zone, suffix) for suffix, zone in others.items()}})
    except MissingPart as missing:
        pytest.skip(str(missing))
    with server:
        yield server


@pytest.mark.parametrize("how", PLANTED)
async def test_the_remedy_of_a_planted_fault_works_when_it_is_published(how: str, name_server: Nsd) -> None:
    planted = PLANTED[how]
    name_server.set_zone("test", records_of(planted.zone, "test"))
    resolver = Resolver((name_server.nameserver,), timeout_s=3)
    before = await looked(resolver, *planted.senders)
    first = cause(before.findings)
    assert [each.code for each in before.findings if each.verdict in BAD] == [planted.code, *planted.others]
    assert first.remedy
    if not first.remedy.records:
        return  # nobody but the owner can tell what was meant: tests/unit/test_spf_domain.py says which
    name_server.set_zone("test", records_of(published(planted.zone, first.remedy.records), "test"))
    after = await looked(resolver, *planted.senders)
    assert not [each.code for each in after.findings if each.verdict in BAD]
    assert all(each.result == "pass" for each in after.evaluations.values())
