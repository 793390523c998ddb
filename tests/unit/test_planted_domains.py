"""Every planted fault of a sending domain is named as the cause and mended by its remedy; sound ones are not accused.

In memory here; `make bench ONLY=verdict_dns` does the same on real zones, with the records really published.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain import World
from diagnostics.mail.domain.inspect import inspect
from diagnostics.mail.domain.report import report
from tests.planted import FAULTS, SOUND, Planted, world_zone
from tests.planted.published import publish
from tests.servers.zone import Zone

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
BAD = (Verdict.FAIL, Verdict.WARN)


def zone() -> Zone:
    return world_zone((*FAULTS, *SOUND))


async def look(planted: Planted, records: Zone) -> list[Finding]:
    return await inspect(planted.subject, World(records, None, NOW, planted.blocklists))


@pytest.mark.parametrize("planted", FAULTS, ids=lambda each: each.name)
async def test_the_cause_is_named_and_the_remedy_mends_it(planted: Planted) -> None:
    findings = await look(planted, zone())
    told = report(findings)
    graded = [each for section in told.sections for each in section.why]
    cause = told.cause or graded[0]
    assert cause.code == planted.code
    remedy = cause.remedy
    assert remedy
    if planted.remedy == "letter":
        assert remedy.letter or remedy.records
    if planted.remedy == "record":
        assert remedy.records
    if remedy.records:
        assert remedy.proof == "pass"
        changed = zone()
        for change in remedy.records:
            publish(changed, change)
        after = await look(planted, changed)
        assert (cause.code, cause.subject) not in {(each.code, each.subject) for each in after if each.verdict in BAD}


@pytest.mark.parametrize("planted", SOUND, ids=lambda each: each.name)
async def test_a_sound_domain_is_accused_of_nothing(planted: Planted) -> None:
    findings = await look(planted, zone())
    assert not [(each.code, each.summary) for each in findings if each.verdict in BAD]


def test_there_are_enough_of_each() -> None:
    assert len(FAULTS) >= 30
    assert len(SOUND) >= 30
