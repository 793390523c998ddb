"""All proposed records at once: the grade that the domain would have with them published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain.codes import TOGETHER
from diagnostics.mail.domain.grade import grade_of
from diagnostics.mail.domain.inspect import AREAS, look, of_report, without_repeats
from diagnostics.mail.domain.proof import all_records
from diagnostics.mail.domain.subject import Subject, World


async def together(findings: Sequence[Finding], subject: Subject, world: World, *, timeout_s: float) -> list[Finding]:
    """One finding with the grade before and after; none where nothing is proposed for *subject*, or nothing gained."""
    own = [each for each in findings if about(each, subject.domain)]
    records = all_records(own)
    if not records:
        return []
    try:
        laid = world.over(records)
    except ValueError:
        return []  # each remedy's own proof says which of them it is
    ends_at = asyncio.get_running_loop().time() + timeout_s
    looks = await asyncio.gather(*(look(area, subject, laid, ends_at=ends_at) for area in AREAS))
    after = without_repeats([each for found in looks for each in found])
    now, then = grade_of(own), grade_of(after)
    left = [each.summary for each in after if each.verdict in (Verdict.FAIL, Verdict.WARN)]
    if not then.better_than(now):
        return []
    evidence = {"grade": now.letter, "grade_after": then.letter, "left": left}
    return [of_report(TOGETHER.finding(subject.domain, evidence), subject.domain)]


def about(finding: Finding, domain: str) -> bool:
    """Whether *finding* is of *domain*'s report, whatever host or address it is about."""
    return bool(finding.evidence.get("report_on") == domain)
