"""Planted faults of sending domains on real zones: is the cause named right, and does its published remedy mend it?

NSD serves every domain; each is looked at once as it is, and where the remedy is a record, once more with that
record in the zone. Sound set-ups in the shapes of real providers must not be accused of anything.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain import Subject, World
from diagnostics.mail.domain.inspect import inspect
from diagnostics.mail.domain.report import report
from diagnostics.network import Resolver, SharedDNS
from tests.bench.report import report as print_line
from tests.planted import FAULTS, SOUND, Planted, world_zone
from tests.planted.published import publish, zone_files, zone_of
from tests.servers.nsd import Nsd

BAR_FAULTS, BAR_SOUND = 30, 30
BAD = (Verdict.FAIL, Verdict.WARN)


def main() -> bool:
    """Print a table of what was planted and found, and one JSON line."""
    zone = world_zone((*FAULTS, *SOUND))
    rows: list[tuple[str, str, str, str]] = []
    with Nsd(zone_files(zone)) as server:
        found = [(each, _look(each, server)) for each in FAULTS]
        accused = [(each, _accused(_look(each, server))) for each in SOUND]
        for planted, findings in found:
            cause = _cause(findings)
            rows.append((planted.name, planted.code, cause, _mended(planted, findings, server)))
    _table(rows, accused)
    right = sum(wanted == cause for _, wanted, cause, _ in rows)
    records = [mended for planted, (*_, mended) in zip(FAULTS, rows, strict=True) if planted.remedy == "record"]
    clean = sum(not codes for _, codes in accused)
    return print_line(
        "verdict_dns",
        ratio=None,
        bar=None,
        ok=right == len(rows) >= BAR_FAULTS
        and clean == len(SOUND) >= BAR_SOUND
        and records.count("yes") == len(records),
        planted=len(rows),
        named_right=right,
        remedies_that_are_records=len(records),
        remedies_proven_by_publishing=records.count("yes"),
        sound=len(SOUND),
        sound_not_accused=clean,
    )


def _look(planted: Planted, server: Nsd) -> list[Finding]:
    world = World(SharedDNS(Resolver([server.nameserver])), None, datetime.now(UTC), planted.blocklists)
    return asyncio.run(inspect(Subject(planted.domain, planted.senders, planted.selectors), world))


def _cause(findings: Sequence[Finding]) -> str:
    told = report(findings)
    if told.cause:
        return told.cause.code
    graded = [each for section in told.sections for each in section.why]
    return graded[0].code if graded else ""


def _accused(findings: Sequence[Finding]) -> list[str]:
    return [each.code for each in findings if each.verdict in BAD]


def _mended(planted: Planted, findings: Sequence[Finding], server: Nsd) -> str:
    """Whether the finding is gone once its records are in the zone: yes, no; "-" where the remedy is no record."""
    finding = next((each for each in findings if each.code == planted.code and each.verdict in BAD), None)
    if finding is None or finding.remedy is None or not finding.remedy.records:
        return "-"
    changed = world_zone((*FAULTS, *SOUND))
    for change in finding.remedy.records:
        publish(changed, change)
    files, before = zone_files(changed), zone_files(world_zone((*FAULTS, *SOUND)))
    touched = {zone_of(change.name.lower()) for change in finding.remedy.records}
    for origin in touched:
        server.set_zone(origin, files[origin])
    after = _look(planted, server)
    for origin in touched:
        server.set_zone(origin, before[origin])
    gone = not any(
        each.code == finding.code and each.subject == finding.subject and each.verdict in BAD for each in after
    )
    return "yes" if gone else "no"


def _table(rows: Sequence[tuple[str, str, str, str]], accused: Sequence[tuple[Planted, list[str]]]) -> None:
    table = Table("planted", "wanted", "found", "remedy mends it")
    for name, wanted, cause, mended in rows:
        table.add_row(name, wanted, cause if cause == wanted else f"WRONG: {cause or 'nothing'}", mended)
    for planted, codes in accused:
        table.add_row(planted.name, "nothing", "nothing" if not codes else f"WRONG: {', '.join(codes)}", "-")
    Console(file=sys.stderr, width=160).print(table)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
