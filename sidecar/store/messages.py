"""The outbox: one row for each message that a ticket owes to a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database

# ruff: noqa: S608 - the column list is a constant
COLUMNS = "id, ticket_id, kind, turn, channel, state, attempts, error, next_at, created_at, sent_at"


@dataclass(frozen=True)
class Message:
    """One row of `messages`. `channel` is the address's place in the settings, never the address."""

    id: int
    ticket_id: int
    kind: str  # opened | reopened | resolved | incident | incident_over
    turn: int
    channel: str
    state: str  # waiting | sent | failed
    attempts: int
    error: str
    next_at: datetime | None
    created_at: datetime
    sent_at: datetime | None


def owe_message(db: Database, ticket_id: int, kind: str, turn: int, channel: str, now: datetime) -> bool:
    """A message to send; False when it is owed or was sent already."""
    return bool(
        db.execute(
            """
            INSERT INTO messages (ticket_id, kind, turn, channel, state, next_at, created_at)
            VALUES (:ticket, :kind, :turn, :channel, 'waiting', :now, :now) ON CONFLICT DO NOTHING""",
            ticket=ticket_id,
            kind=kind,
            turn=turn,
            channel=channel,
            now=now,
        )
    )


def due_messages(db: Database, now: datetime, limit: int = 50) -> list[Message]:
    """Messages whose time has come, the oldest first."""
    return db.rows(
        Message,
        f"SELECT {COLUMNS} FROM messages WHERE state = 'waiting' AND next_at <= :now ORDER BY next_at, id LIMIT :limit",
        now=now,
        limit=limit,
    )


def messages_of(db: Database, ticket_id: int) -> list[Message]:
    """What a ticket has told, or tries to tell."""
    return db.rows(Message, f"SELECT {COLUMNS} FROM messages WHERE ticket_id = :ticket ORDER BY id", ticket=ticket_id)


def message_sent(db: Database, message_id: int, now: datetime) -> None:
    """The channel took it."""
    db.execute(
        """
        UPDATE messages SET state = 'sent', attempts = attempts + 1, error = '', next_at = NULL, sent_at = :now
         WHERE id = :id""",
        id=message_id,
        now=now,
    )


def message_failed(db: Database, message_id: int, error: str, next_at: datetime | None) -> None:
    """The channel did not take it: again at *next_at*, or never where that is None."""
    db.execute(
        """
        UPDATE messages SET state = CASE WHEN :next IS NULL THEN 'failed' ELSE 'waiting' END,
               attempts = attempts + 1, error = :error, next_at = :next
         WHERE id = :id""",
        id=message_id,
        error=error,
        next=next_at,
    )


def drop_waiting(db: Database, ticket_id: int) -> None:
    """What a ticket still wanted to tell is of no use any more."""
    db.execute("DELETE FROM messages WHERE ticket_id = :ticket AND state = 'waiting'", ticket=ticket_id)
