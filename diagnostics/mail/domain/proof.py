"""The proof of a remedy: the proposed records laid over DNS in memory, and the area looked at again.

A remedy that does not make its finding go away, or brings a new fault, is our defect: it is shown
as "fail" and never as done.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence

from diagnostics.finding import Finding, RecordChange, Verdict
from diagnostics.mail.domain.subject import World

Again = Callable[[World], Awaitable[list[Finding]]]
BAD = (Verdict.FAIL, Verdict.WARN)


async def proven(findings: Sequence[Finding], again: Again, world: World) -> list[Finding]:
    """*findings*, with the proof of each remedy that is a record; *again* looks at the same area in another world."""
    proofs = await asyncio.gather(*(_proof(finding, findings, again, world) for finding in findings))
    return [_with_proof(finding, proof) for finding, proof in zip(findings, proofs, strict=True)]


async def _proof(finding: Finding, before: Sequence[Finding], again: Again, world: World) -> str:
    if finding.verdict not in BAD or finding.remedy is None or not finding.remedy.records:
        return ""
    try:
        laid = world.over(finding.remedy.records)
    except ValueError:
        return Verdict.FAIL.value  # no name server would load it
    after = await again(laid)
    return judged(finding, before, after).value


def judged(finding: Finding, before: Sequence[Finding], after: Sequence[Finding]) -> Verdict:
    """`pass` where *finding* is gone and nothing new fails; `unknown` where that could not be seen."""
    if any(each.code == finding.code and each.subject == finding.subject for each in after if each.verdict in BAD):
        return Verdict.FAIL
    had = {(each.code, each.subject) for each in before}
    new = [each for each in after if (each.code, each.subject) not in had]
    if any(each.verdict is Verdict.FAIL for each in new):
        return Verdict.FAIL
    return Verdict.UNKNOWN if any(each.verdict is Verdict.UNKNOWN for each in new) else Verdict.PASS


def all_records(findings: Sequence[Finding]) -> list[RecordChange]:
    """Every proposed change once; of two that meet at one record the first stands, and the next look has the other."""
    chosen: list[RecordChange] = []
    for finding in findings:
        if finding.remedy is None or finding.verdict not in BAD:
            continue
        taken = {(each.name, each.type) for each in chosen}
        chosen.extend(each for each in finding.remedy.records if (each.name, each.type) not in taken)
    return chosen


def _with_proof(finding: Finding, proof: str) -> Finding:
    if not proof or finding.remedy is None:
        return finding
    return dataclasses.replace(finding, remedy=dataclasses.replace(finding.remedy, proof=proof))
