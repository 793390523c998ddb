"""The events that sites forwarded: kept once each, triaged once each, purged when they are old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.store.database import Database, instant

COLUMNS = "site_id, id, type, occurred_at, received_at, data, triaged_at"


@dataclass(frozen=True)
class Event:
    """One row of `events`."""

    site_id: str
    id: str
    type: str
    occurred_at: datetime
    received_at: datetime
    data: dict[str, Any]
    triaged_at: datetime | None


@dataclass(frozen=True)
class NewEvent:
    """One event on its way in; `data` is JSON text already."""

    id: str
    type: str
    occurred_at: str  # as store.database.instant writes it
    data: str


INSERT = """
    INSERT INTO events (site_id, id, type, occurred_at, received_at, data) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (site_id, id) DO NOTHING"""


def insert_events(db: Database, site_id: str, events: Iterable[NewEvent], now: datetime) -> int:
    """Keep those whose ids are new; how many that were. Raises Conflict when there is no such site."""
    received_at = instant(now)
    return db.execute_many(INSERT, [(site_id, e.id, e.type, e.occurred_at, received_at, e.data) for e in events])


def untriaged(db: Database, limit: int) -> list[Event]:
    """Events that no trigger has looked at yet, in the order they came."""
    return db.rows(
        Event,
        f"SELECT {COLUMNS} FROM events WHERE triaged_at IS NULL ORDER BY received_at LIMIT :limit",  # noqa: S608
        limit=limit,
    )


def mark_triaged(db: Database, events: Sequence[tuple[str, str]], now: datetime) -> None:
    """These events, named by site and id, need no second look."""
    at = instant(now)
    with db.transaction():
        db.execute_many(
            "UPDATE events SET triaged_at = ? WHERE site_id = ? AND id = ?", [(at, site, id_) for site, id_ in events]
        )


def event(db: Database, site_id: str, event_id: str) -> Event:
    """One event. Raises NotFound."""
    sql = f"SELECT {COLUMNS} FROM events WHERE site_id = :site AND id = :id"  # noqa: S608 - a constant
    return db.row(Event, sql, site=site_id, id=event_id)


def recent(db: Database, site_id: str, types: Sequence[str] = (), limit: int = 100) -> list[Event]:
    """A site's events of these types (of every type when none is named), newest first."""
    return db.rows(
        Event,
        f"""
        SELECT {COLUMNS} FROM events
         WHERE site_id = :site AND (:types = '[]' OR type IN (SELECT value FROM json_each(:types)))
         ORDER BY occurred_at DESC LIMIT :limit""",  # noqa: S608 - a constant
        site=site_id,
        types=list(types),
        limit=limit,
    )


def since(db: Database, site_id: str, types: Sequence[str], at: datetime, limit: int) -> list[Event]:
    """A site's events of these types since then, newest first."""
    return db.rows(
        Event,
        f"""
        SELECT {COLUMNS} FROM events
         WHERE site_id = :site AND occurred_at >= :at AND type IN (SELECT value FROM json_each(:types))
         ORDER BY occurred_at DESC LIMIT :limit""",  # noqa: S608 - a constant
        site=site_id,
        at=at,
        types=list(types),
        limit=limit,
    )


def changes_before(db: Database, site_id: str, before: datetime, limit: int = 20) -> list[Event]:
    """What was changed on the site up to that instant, newest first."""
    return db.rows(
        Event,
        f"""
        SELECT {COLUMNS} FROM events
         WHERE site_id = :site AND type IN ('config.changed', 'plugin.changed') AND occurred_at <= :before
         ORDER BY occurred_at DESC LIMIT :limit""",  # noqa: S608 - a constant; the types as the index has them
        site=site_id,
        before=before,
        limit=limit,
    )


def purge(db: Database, before: datetime) -> int:
    """Delete the events that came before then and were triaged; how many."""
    return db.execute("DELETE FROM events WHERE received_at < :before AND triaged_at IS NOT NULL", before=before)
