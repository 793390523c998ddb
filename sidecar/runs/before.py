"""What a form broke with: its try in this run, held against the one before, and what the site changed between them.

Guide: Form Not Submitting, after updates. The judgement is `diagnostics.forms.changes`; here it gains the memory.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from diagnostics.finding import Finding, Verdict, as_facts
from diagnostics.forms.changes import Broke, broke_with
from sidecar.runs.equipment import Equipment
from sidecar.runs.site_forms import said_of
from sidecar.store import forms as store
from sidecar.store.runs import Run

WORSE = (Verdict.FAIL, Verdict.WARN)


def with_changes(
    equipment: Equipment, run: Run, found: Sequence[Finding], changes: Sequence[Mapping[str, Any]]
) -> list[Finding]:
    """*found*, and of each form that became worse what it broke with, where that was told."""
    if not any(_of_a_form(each) for each in found) or not changes:
        return list(found)
    names = [each.id for each in equipment.playbooks.values() if each.about_forms]
    tests = store.last_tests(equipment.db, run.site_id, names, but=run.id)
    return [_told(each, tests, changes) if _of_a_form(each) else each for each in found]


def _of_a_form(finding: Finding) -> bool:
    return finding.verdict in WORSE and finding.evidence.get("form") == finding.subject


def _told(finding: Finding, tests: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> Finding:
    rows = tests.get(finding.subject)
    before = said_of(finding.subject, rows).finding if rows else None
    broke = broke_with(before, finding, changes)
    if broke is None:
        return finding
    after = {"type": _type(broke), "what": broke.likeliest.what, "at": broke.likeliest.at}
    since = broke.likeliest.at if broke.certain else broke.bad_at
    evidence = {**finding.evidence, "broke_with": as_facts(broke), "since_at": since, "after": after}
    return dataclasses.replace(finding, summary=f"{finding.summary} It {broke.words}.", evidence=evidence)


def _type(broke: Broke) -> str:
    return "config.changed" if broke.likeliest.kind == "setting" else "plugin.changed"
