"""What each form took in each hour: counted as its events come, and kept for 400 days, longer than the events.

The counting is the store's own (migrations/0003_form_hours.sql): an event that is told twice counts once. Read for
the rhythm of a form (diagnostics/forms/silence) and for the counts of a time span (diagnostics/forms/trace).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sidecar.store.database import Database, instant

DAYS_KEPT = 400  # a year and what lies around the same weeks of it
FORMS_READ = 500  # as many as a site lists


@dataclass(frozen=True)
class FormHour:
    """One row of `form_hours`."""

    form: str
    hour: str  # 2026-11-24T13, of UTC
    kind: str  # submitted, rejected, failed, spam, lost
    number: int
    last_at: datetime


@dataclass(frozen=True)
class Total:
    """How many of one kind a form had in a time span."""

    kind: str
    number: int
    last_at: datetime


BUSIEST = """
    SELECT form FROM form_hours WHERE site_id = :site AND hour >= :since
     GROUP BY form ORDER BY MAX(hour) DESC, SUM(number) DESC, form LIMIT :most"""
HOURS = """
    SELECT form, hour, kind, number, last_at FROM form_hours
     WHERE site_id = :site AND hour >= :since AND form IN (SELECT value FROM json_each(:forms))
     ORDER BY form, hour, kind"""
TOTALS = """
    SELECT kind, SUM(number) AS number, MAX(last_at) AS last_at FROM form_hours
     WHERE site_id = :site AND form = :form AND hour >= :since AND hour < :until
     GROUP BY kind ORDER BY kind"""


def rhythms(db: Database, site_id: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Form -> {"counts": {kind: {hour: number}}, "last_at": {kind: instant}} of the days kept.

    The forms that took something last come first, 500 at most. An hour without anything is not there.
    """
    since = hour_of(now - timedelta(days=DAYS_KEPT))
    forms = db.rows(str, BUSIEST, site=site_id, since=since, most=FORMS_READ)
    found: dict[str, dict[str, Any]] = {form: {"counts": {}, "last_at": {}} for form in forms}
    for row in db.rows(FormHour, HOURS, site=site_id, since=since, forms=forms):
        rhythm = found[row.form]
        rhythm["counts"].setdefault(row.kind, {})[row.hour] = row.number
        rhythm["last_at"][row.kind] = row.last_at.isoformat()  # rows come hour by hour: the newest stays
    return found


def totals(db: Database, site_id: str, form: str, since: datetime, until: datetime) -> dict[str, Total]:
    """Kind -> what the form had of it from the hour of *since* to before the hour of *until*."""
    rows = db.rows(Total, TOTALS, site=site_id, form=form, since=hour_of(since), until=hour_of(until))
    return {row.kind: row for row in rows}


def purge(db: Database, now: datetime) -> int:
    """Delete the hours that are no longer kept; how many rows."""
    return db.execute("DELETE FROM form_hours WHERE hour < :before", before=hour_of(now - timedelta(days=DAYS_KEPT)))


def hour_of(moment: datetime) -> str:
    """The hour that *moment* lies in, as the table has it."""
    return instant(moment)[:13]
