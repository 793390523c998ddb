"""What the checks of a run have found, each in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from diagnostics.finding import Finding, RecordChange, Remedy, UnknownReason, Verdict
from sidecar.store.database import Database


@dataclass(frozen=True)
class FoundRow:
    """One row of `findings`."""

    id: int
    run_id: str
    step_id: str
    check_name: str
    position: int
    code: str
    verdict: Verdict
    subject: str
    summary: str
    evidence: dict[str, Any]
    remedy: dict[str, Any] | None
    reason: UnknownReason | None
    blocked_by: str
    found_at: datetime

    @property
    def finding(self) -> Finding:
        """The row as the check returned it."""
        remedy = _remedy(self.remedy) if self.remedy else None
        return Finding(
            self.code, self.verdict, self.subject, self.summary, self.evidence, remedy, self.reason, self.blocked_by
        )


def _remedy(kept: dict[str, Any]) -> Remedy:
    records = tuple(
        RecordChange(each["name"], each["type"], each["value"], tuple(each["replaces"]))
        for each in kept.get("records", ())
    )
    return Remedy(kept["text"], kept["copy"], records, kept.get("letter", ""), kept.get("proof", ""))


KEEP = """
    INSERT INTO findings (run_id, step_id, check_name, position, code, verdict, subject, summary, evidence, remedy,
                          reason, blocked_by, found_at)
    VALUES (:run, :step, :check, :position, :code, :verdict, :subject, :summary, :evidence, :remedy,
            :reason, :blocked_by, :now)"""


def keep_findings(
    db: Database, run_id: str, step_id: str, check_name: str, findings: Sequence[Finding], now: datetime
) -> None:
    """What this check found, in the place of what it found before: a step that runs twice is kept once."""
    with db.transaction():
        db.execute(
            "DELETE FROM findings WHERE run_id = :run AND step_id = :step AND check_name = :check",
            run=run_id,
            step=step_id,
            check=check_name,
        )
        for position, finding in enumerate(findings):
            db.execute(
                KEEP,
                run=run_id,
                step=step_id,
                check=check_name,
                position=position,
                code=finding.code,
                verdict=finding.verdict,
                subject=finding.subject,
                summary=finding.summary,
                evidence=dict(finding.evidence),
                remedy=finding.remedy.to_json() if finding.remedy else None,
                reason=finding.reason,
                blocked_by=finding.blocked_by,
                now=now,
            )


def findings_of(db: Database, run_id: str) -> list[FoundRow]:
    """A run's findings in the order in which they were found."""
    return db.rows(
        FoundRow,
        """
        SELECT id, run_id, step_id, check_name, position, code, verdict, subject, summary, evidence, remedy, reason,
               blocked_by, found_at
          FROM findings WHERE run_id = :run ORDER BY id""",
        run=run_id,
    )
