"""How often forms were shown and their buttons pressed, by the hour: kept for 60 days, apart from what forms told.

Anybody can forge them, so no form is known by them: they are read for forms that are known otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sidecar.store.database import Database
from sidecar.store.form_rhythm import hour_of

DAYS_KEPT = 60  # a silence is held against the four weeks before it


@dataclass(frozen=True)
class VisitHour:
    """An hour that a site counted whole."""

    hour: str  # 2026-11-24T13, of UTC
    one_in: int


@dataclass(frozen=True)
class Visits:
    """What one name had in an hour: estimates."""

    hour: str
    name: str  # plugin:id, or a page's path
    shown: int
    pressed: int


def keep(db: Database, site_id: str, at: datetime, one_in: int, counts: Mapping[str, tuple[int, int]]) -> None:
    """The hour of *at* was counted: name -> shown, pressed. Told again, it takes the place of what was told."""
    hour = hour_of(at)
    with db.transaction():
        db.execute("DELETE FROM visit_hours WHERE site_id = :site AND hour = :hour", site=site_id, hour=hour)
        db.execute(
            "INSERT INTO visit_hours (site_id, hour, one_in) VALUES (:site, :hour, :one_in)",
            site=site_id,
            hour=hour,
            one_in=one_in,
        )
        db.execute_many(
            "INSERT INTO visits (site_id, hour, name, shown, pressed) VALUES (?, ?, ?, ?, ?)",
            [(site_id, hour, name, shown, pressed) for name, (shown, pressed) in counts.items()],
        )


def hours(db: Database, site_id: str, now: datetime) -> list[VisitHour]:
    """The hours that were counted, oldest first."""
    return db.rows(
        VisitHour,
        "SELECT hour, one_in FROM visit_hours WHERE site_id = :site AND hour >= :since ORDER BY hour",
        site=site_id,
        since=hour_of(now - timedelta(days=DAYS_KEPT)),
    )


def visits(db: Database, site_id: str, names: Collection[str], now: datetime) -> list[Visits]:
    """What was counted of these names, oldest first."""
    return db.rows(
        Visits,
        """
        SELECT hour, name, shown, pressed FROM visits
         WHERE site_id = :site AND hour >= :since AND name IN (SELECT value FROM json_each(:names))
         ORDER BY hour, name""",
        site=site_id,
        since=hour_of(now - timedelta(days=DAYS_KEPT)),
        names=list(names),
    )


def purge(db: Database, now: datetime) -> int:
    """Delete the hours that are no longer kept; how many."""
    before = hour_of(now - timedelta(days=DAYS_KEPT))
    return db.execute("DELETE FROM visit_hours WHERE hour < :before", before=before)
