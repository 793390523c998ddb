"""Incidents: one cause at many sites, one record over their tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database


@dataclass(frozen=True)
class Incident:
    """One row of `incidents`."""

    id: int
    code: str
    subject: str
    title: str
    opened_at: datetime
    ended_at: datetime | None


def open_incident(db: Database, code: str, subject: str) -> Incident | None:
    """The incident of this cause that goes on, if there is one."""
    return db.row_or_none(
        Incident,
        """
        SELECT id, code, subject, title, opened_at, ended_at FROM incidents
         WHERE code = :code AND subject = :subject AND ended_at IS NULL""",
        code=code,
        subject=subject,
    )


def incidents(db: Database, limit: int = 50) -> list[Incident]:
    """Incidents, those that go on first, then the newest."""
    return db.rows(
        Incident,
        """
        SELECT id, code, subject, title, opened_at, ended_at FROM incidents
         ORDER BY ended_at IS NOT NULL, opened_at DESC LIMIT :limit""",
        limit=limit,
    )


def begin_incident(db: Database, code: str, subject: str, title: str, now: datetime) -> int:
    """A new incident; its id. Raises Conflict when one of this cause goes on."""
    with db.transaction():
        db.execute(
            "INSERT INTO incidents (code, subject, title, opened_at) VALUES (:code, :subject, :title, :now)",
            code=code,
            subject=subject,
            title=title,
            now=now,
        )
        return int(db.value("SELECT last_insert_rowid()"))


def end_incident(db: Database, incident_id: int, now: datetime) -> None:
    """It is over."""
    db.execute("UPDATE incidents SET ended_at = :now WHERE id = :id AND ended_at IS NULL", id=incident_id, now=now)


def still_open(db: Database, incident_id: int) -> int:
    """How many of its tickets are open."""
    return int(db.value("SELECT COUNT(*) FROM tickets WHERE incident_id = :id AND state = 'open'", id=incident_id))
