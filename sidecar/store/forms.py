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
    SELECT f.id, f.run_id, f.step_id, f.check_name, f.position, f.code, f.verdict, f.subject, f.summary, f.evidence,
           f.remedy, f.reason, f.blocked_by, f.found_at
      FROM findings f
     WHERE f.run_id IN (SELECT id FROM runs WHERE site_id = :site AND started_at IS NOT NULL
                          AND playbook IN (SELECT value FROM json_each(:playbooks))
                        ORDER BY created_at DESC LIMIT :runs)
       AND f.check_name IN ('forms.page', 'forms.browser', 'forms.trace') AND f.evidence ->> 'form' IS NOT NULL
     ORDER BY f.found_at, f.id"""


def tests_of(db: Database, site_id: str, playbooks: list[str]) -> list[FoundRow]:
    """What the last runs of these playbooks found of single forms, oldest first."""
    return db.rows(FoundRow, TESTS, site=site_id, playbooks=playbooks, runs=RUNS_READ)
