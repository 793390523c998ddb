"""Tickets, their timelines, and the sources that each has counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.store.database import Database, NotFound

# ruff: noqa: S608 - the column lists are constants
COLUMNS = """id, site_id, fingerprint, playbook, code, subject, title, priority, tier, state, body, run_id, check_name,
    evidence_key, blind, previous_id, incident_id, opened_at, taken_by, taken_at, muted_until, resolved_at, resolved_by,
    occurrences, first_seen_at, last_seen_at, reopened, recheck_at, rechecks, passed_at"""


@dataclass(frozen=True)
class Ticket:
    """One row of `tickets`."""

    id: int
    site_id: str
    fingerprint: str
    playbook: str
    code: str
    subject: str
    title: str
    priority: str
    tier: int
    state: str  # open | resolved | not_a_fault
    body: dict[str, Any]
    run_id: str | None
    check_name: str
    evidence_key: str
    blind: bool
    previous_id: int | None
    incident_id: int | None
    opened_at: datetime
    taken_by: str | None
    taken_at: datetime | None
    muted_until: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    occurrences: int
    first_seen_at: datetime
    last_seen_at: datetime
    reopened: int
    recheck_at: datetime | None
    rechecks: int
    passed_at: datetime | None


@dataclass(frozen=True)
class TicketEntry:
    """One row of `ticket_entries`."""

    id: int
    ticket_id: int
    at: datetime
    actor: str
    kind: str
    text: str
    data: dict[str, Any]


@dataclass(frozen=True)
class NewTicket:
    """A ticket about to be filed."""

    site_id: str
    fingerprint: str
    playbook: str
    code: str
    subject: str
    title: str
    priority: str
    tier: int
    body: dict[str, Any]
    run_id: str
    check_name: str
    evidence_key: str
    blind: bool
    previous_id: int | None
    seen_at: datetime
    recheck_at: datetime


OPEN = """
    INSERT INTO tickets (site_id, fingerprint, playbook, code, subject, title, priority, tier, state, body, run_id,
                         check_name, evidence_key, blind, previous_id, opened_at, first_seen_at, last_seen_at,
                         occurrences, recheck_at)
    VALUES (:site_id, :fingerprint, :playbook, :code, :subject, :title, :priority, :tier, 'open', :body, :run_id,
            :check_name, :evidence_key, :blind, :previous_id, :now, :seen_at, :seen_at, 0, :recheck_at)"""


def open_ticket(db: Database, new: NewTicket, now: datetime) -> int:
    """File *new*; its id. Raises Conflict when this fault has an open ticket."""
    with db.transaction():
        db.execute(OPEN, **new.__dict__, now=now)
        return int(db.value("SELECT last_insert_rowid()"))


def ticket(db: Database, ticket_id: int) -> Ticket:
    """One ticket. Raises NotFound."""
    found = db.row_or_none(Ticket, f"SELECT {COLUMNS} FROM tickets WHERE id = :id", id=ticket_id)
    if found is None:
        raise NotFound(f"there is no ticket {ticket_id}")
    return found


def tickets(db: Database, *, site_id: str = "", state: str = "", limit: int = 200) -> list[Ticket]:
    """Tickets by site and state (each where named): open ones first, then newest first."""
    return db.rows(
        Ticket,
        f"""
        SELECT {COLUMNS} FROM tickets
         WHERE (:site = '' OR site_id = :site) AND (:state = '' OR state = :state)
         ORDER BY state != 'open', CASE WHEN state = 'open' THEN priority END, opened_at DESC, id DESC LIMIT :limit""",
        site=site_id,
        state=state,
        limit=limit,
    )


def open_tickets(db: Database, site_id: str, playbook: str) -> list[Ticket]:
    """A site's open tickets that *playbook* has found, oldest first."""
    return db.rows(
        Ticket,
        f"""
        SELECT {COLUMNS} FROM tickets WHERE site_id = :site AND playbook = :playbook AND state = 'open' ORDER BY id""",
        site=site_id,
        playbook=playbook,
    )


def last_of_fingerprint(db: Database, fingerprint: str) -> Ticket | None:
    """The ticket of this fault that counts now: the open one, else the newest."""
    return db.row_or_none(
        Ticket,
        f"SELECT {COLUMNS} FROM tickets WHERE fingerprint = :f ORDER BY state = 'open' DESC, id DESC LIMIT 1",
        f=fingerprint,
    )


def last_of_source(db: Database, site_id: str, source: str) -> Ticket | None:
    """The site's ticket that has counted this source: the open one, else the newest."""
    return db.row_or_none(
        Ticket,
        f"""
        SELECT {COLUMNS} FROM tickets
         WHERE site_id = :site AND id IN (SELECT ticket_id FROM ticket_sources WHERE source = :source)
         ORDER BY state = 'open' DESC, id DESC LIMIT 1""",
        site=site_id,
        source=source,
    )


def open_of_code(db: Database, code: str) -> list[Ticket]:
    """The open tickets of this code, at whatever site."""
    return db.rows(
        Ticket, f"SELECT {COLUMNS} FROM tickets WHERE code = :code AND state = 'open' ORDER BY id", code=code
    )


def due_rechecks(db: Database, now: datetime, limit: int = 100) -> list[Ticket]:
    """Open tickets whose playbook is to run again."""
    return db.rows(
        Ticket,
        f"SELECT {COLUMNS} FROM tickets WHERE state = 'open' AND recheck_at <= :now ORDER BY recheck_at LIMIT :limit",
        now=now,
        limit=limit,
    )


def change(db: Database, ticket_id: int, **columns: Any) -> None:
    """Set these columns of a ticket. Raises Conflict where an open ticket of the same fault is in the way."""
    names = ", ".join(f"{name} = :{name}" for name in columns)
    db.execute(f"UPDATE tickets SET {names} WHERE id = :ticket", ticket=ticket_id, **columns)


def count_source(db: Database, ticket_id: int, source: str) -> bool:
    """Note that *source* belongs to the ticket; False when it was noted before."""
    return bool(
        db.execute(
            "INSERT INTO ticket_sources (ticket_id, source) VALUES (:ticket, :source) ON CONFLICT DO NOTHING",
            ticket=ticket_id,
            source=source,
        )
    )


def add_entry(
    db: Database,
    ticket_id: int,
    *,
    at: datetime,
    actor: str,
    kind: str,
    text: str,
    data: dict[str, Any] | None = None,
) -> None:
    """One more line of the ticket's timeline."""
    db.execute(
        """
        INSERT INTO ticket_entries (ticket_id, at, actor, kind, text, data)
        VALUES (:ticket, :at, :actor, :kind, :text, :data)""",
        ticket=ticket_id,
        at=at,
        actor=actor,
        kind=kind,
        text=text,
        data=data or {},
    )


def entries(db: Database, ticket_id: int) -> list[TicketEntry]:
    """A ticket's timeline, oldest first."""
    return db.rows(
        TicketEntry,
        "SELECT id, ticket_id, at, actor, kind, text, data FROM ticket_entries WHERE ticket_id = :t ORDER BY id",
        t=ticket_id,
    )


def change_entry(db: Database, entry_id: int, *, at: datetime, text: str, data: dict[str, Any]) -> None:
    """Say an entry anew: a burst of occurrences is one line that grows."""
    db.execute(
        "UPDATE ticket_entries SET at = :at, text = :text, data = :data WHERE id = :id",
        id=entry_id,
        at=at,
        text=text,
        data=data,
    )
