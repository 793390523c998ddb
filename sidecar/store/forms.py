"""What is known of a site's forms: its own list, the last test of each, the last entry of a visitor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.store.database import Database
from sidecar.store.findings import FoundRow

RUNS_READ = 60  # the newest with traces: a form that none of them tried counts as never tested


@dataclass(frozen=True)
class Listed:
    """The site's last answer to `forms.list`."""

    result: dict[str, Any]
    ended_at: datetime


@dataclass(frozen=True)
class LastEntry:
    """When a form took its last entry from a visitor."""

    form: str
    last_at: datetime


def last_list(db: Database, site_id: str) -> Listed | None:
    """None before the site was asked."""
    return db.row_or_none(
        Listed,
        """
        SELECT result, ended_at FROM commands
         WHERE site_id = :site AND name = 'forms.list' AND state = 'done' AND result IS NOT NULL
         ORDER BY ended_at DESC LIMIT 1""",
        site=site_id,
    )


def last_entries(db: Database, site_id: str) -> dict[str, datetime]:
    """Form -> when a visitor's entry last came to it: sent, or sent and its mail failed."""
    rows = db.rows(
        LastEntry,
        """
        SELECT form, MAX(last_at) AS last_at FROM form_hours
         WHERE site_id = :site AND kind IN ('submitted', 'failed') GROUP BY form""",
        site=site_id,
    )
    return {row.form: row.last_at for row in rows}


TESTS = """
    WITH lately AS (SELECT id FROM runs WHERE site_id = :site AND started_at IS NOT NULL AND id != :but
                       AND playbook IN (SELECT value FROM json_each(:playbooks))
                     ORDER BY created_at DESC LIMIT :runs),
         tried AS (SELECT evidence ->> 'form' AS form, MAX(id) AS last, run_id FROM findings
                    WHERE run_id IN (SELECT id FROM lately) AND check_name IN ('forms.browser', 'forms.trace')
                      AND evidence -> 'canary' IS NOT NULL
                    GROUP BY evidence ->> 'form')
    SELECT f.id, f.run_id, f.step_id, f.check_name, f.position, f.code, f.verdict, f.subject, f.summary, f.evidence,
           f.remedy, f.reason, f.blocked_by, f.found_at
      FROM tried JOIN findings f ON f.run_id = tried.run_id AND f.evidence ->> 'form' = tried.form
     WHERE f.check_name IN ('forms.page', 'forms.browser', 'forms.trace') ORDER BY f.id"""


def last_tests(db: Database, site_id: str, playbooks: list[str], but: str = "") -> dict[str, list[FoundRow]]:
    """Form -> what the last run of these playbooks that tried it found of it; of another run than *but*."""
    rows = db.rows(FoundRow, TESTS, site=site_id, playbooks=playbooks, runs=RUNS_READ, but=but)
    found: dict[str, list[FoundRow]] = {}
    for row in rows:
        found.setdefault(str(row.evidence["form"]), []).append(row)
    return found
