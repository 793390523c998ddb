"""One check of one run: hand it its context, bound its time, keep what it finds.

Each check looks in a thread and an event loop of its own (`isolation`), so that one that
blocks holds up nobody else.
"""

from __future__ import annotations

import logging
import traceback

from diagnostics.check import Check, Context
from diagnostics.finding import Finding, UnknownReason, Verdict
from sidecar.runs.before import with_changes
from sidecar.runs.codes import BLOCKED, CHECK_FAILED, CHECK_TIMED_OUT, CHECK_UNKNOWN
from sidecar.runs.context import context_of
from sidecar.runs.equipment import Equipment
from sidecar.runs.isolation import LOOKS, within_its_time
from sidecar.store import attachments
from sidecar.store import runs as store
from sidecar.store.findings import keep_findings

FORM_TRIES = ("forms.page", "forms.browser", "forms.trace")  # what they find broken may have broken with a change
WORST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)

log = logging.getLogger(__name__)


def look(equipment: Equipment, run_id: str, step_id: str, check_name: str) -> str:
    """Carry out one check and keep its findings; the code that broke the ground, or nothing.

    Done again after a crash it replaces what it found before.
    """
    db = equipment.db
    check = equipment.checks.get(check_name)
    doing = check.doc.partition("\n")[0] if check else ""
    store.look(db, run_id, step_id, doing or check_name, equipment.now())
    if check is None:
        known = {"known": sorted(equipment.checks)}
        found = [CHECK_UNKNOWN.finding(check_name, known, reason=UnknownReason.UNAVAILABLE)]
    else:
        attachments.forget(db, run_id, step_id, check_name)
        context = context_of(equipment, run_id, step_id, check_name)
        found = _findings(check, context)
        if check_name in FORM_TRIES:
            found = with_changes(equipment, store.run(db, run_id), found, context.changes)
    keep_findings(db, run_id, step_id, check_name, found, equipment.now())
    return next((finding.code for finding in found if breaks_ground(finding)), "")


def block(equipment: Equipment, run_id: str, step_id: str, checks: list[str], code: str) -> None:
    """The step's ground is broken by *code*: each of its checks says so, once."""
    db = equipment.db
    for name in checks:
        finding = BLOCKED.finding(name, {"by": code}, reason=UnknownReason.BLOCKED, blocked_by=code)
        keep_findings(db, run_id, step_id, name, [finding], equipment.now())
    store.end_step(db, run_id, step_id, "blocked", Verdict.UNKNOWN.value, equipment.now())


def breaks_ground(finding: Finding) -> bool:
    """Whether the steps that need this one have nothing to look at. What was only told of the past breaks nothing."""
    return finding.verdict is Verdict.FAIL and finding.evidence.get("seen_by") != "reported"


def worst(verdicts: set[Verdict]) -> str:
    """The verdict of a step: that of its worst finding."""
    return next((verdict.value for verdict in WORST if verdict in verdicts), Verdict.PASS.value)


def _findings(check: Check, context: Context) -> list[Finding]:
    try:
        found = LOOKS.alone(within_its_time(check, context))
    except TimeoutError:
        evidence = {"check": check.name, "timeout_s": check.timeout_s}
        return [CHECK_TIMED_OUT.finding(check.name, evidence, reason=UnknownReason.UNAVAILABLE)]
    except Exception as error:  # the engine's edge: what no check foresaw is our bug
        place = traceback.extract_tb(error.__traceback__)[-1]
        evidence = {"check": check.name, "type": type(error).__name__, "where": f"{place.name}, line {place.lineno}"}
        # Neither text nor locals: they may hold what the site or a relay said.
        log.error("the check %s broke: %s in %s", check.name, evidence["type"], evidence["where"])
        return [CHECK_FAILED.finding(check.name, evidence, reason=UnknownReason.UNAVAILABLE)]
    for code in {finding.code for finding in found} - {code.code for code in check.emits}:
        log.error("the check %s found %s, which it does not declare: it has no page", check.name, code)
    return found
