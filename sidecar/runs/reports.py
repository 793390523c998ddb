"""The report on a site's sending domains that a run of the deliverability playbook comes to.

`diagnostics.mail.domain.report` makes it of findings alone; here it gains the clock: until when
a resolver may go on showing what stood in DNS when we looked (RFC 1035 §3.2.1, TTL).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sidecar.store.findings import FoundRow
from sidecar.store.runs import Run

if TYPE_CHECKING:  # the rest of it is loaded by whom has a report to show: it brings the public suffix list
    from diagnostics.mail.domain.report import Report, Section, ToPublish

PLAYBOOKS = ("poor-email-deliverability",)  # whose findings are of domains


def has_report(run: Run) -> bool:
    """Whether the run's findings come to a report: it ended, and its playbook is one that looks at domains."""
    return run.playbook in PLAYBOOKS and run.state == "ended"


def report_of(rows: Sequence[FoundRow]) -> Report:
    """The report that a run's findings come to."""
    from diagnostics.mail.domain.report import report

    return report([row.finding for row in rows])


def report_json(run: Run, rows: Sequence[FoundRow]) -> dict[str, Any] | None:
    """The report as docs/protocol.md has it; its findings stand in the run's steps. None for another playbook."""
    if not has_report(run):
        return None
    made = report_of(rows)
    if not made.sections:
        return None  # the site could not be asked, so nobody knows its domains; the steps say so
    return {**made.to_json(), "sections": [_section(section, rows) for section in made.sections]}


def letter_of(run: Run, rows: Sequence[FoundRow]) -> str:
    """The report as plain text, for whoever keeps the DNS."""
    from diagnostics.mail.domain.letter import as_text

    return as_text(report_of(rows), run.ended_at or run.created_at)


def cause_row(run: Run, rows: Sequence[FoundRow]) -> FoundRow | None:
    """The finding that the report names as the cause, among the run's; None where the report has no say."""
    if run.playbook not in PLAYBOOKS:
        return None
    cause = report_of(rows).cause
    if cause is None:
        return None
    return next((row for row in rows if (row.code, row.subject) == (cause.code, cause.subject)), None)


def grade_told(run: Run, rows: Sequence[FoundRow]) -> str:
    """The grade of the run's report, "?" where it has no domain; "" for a playbook without report."""
    return report_of(rows).grade if run.playbook in PLAYBOOKS else ""


def _section(section: Section, rows: Sequence[FoundRow]) -> dict[str, Any]:
    shown = section.to_json()
    del shown["findings"]
    shown["records"] = [{**each.to_json(), "old_until": _old_until(each, rows)} for each in section.records]
    return shown


def _old_until(record: ToPublish, rows: Sequence[FoundRow]) -> str | None:
    """Until when a resolver that asked when we did may show what stood there; None where that is not known."""
    finding = record.finding
    looked = next((row.found_at for row in rows if (row.code, row.subject) == (finding.code, finding.subject)), None)
    return until(looked, record.ttl) if looked else None


def until(looked: datetime, ttl: int) -> str | None:
    """The end of a TTL that began at *looked*."""
    return (looked + timedelta(seconds=ttl)).isoformat(timespec="seconds").replace("+00:00", "Z") if ttl > 0 else None
