"""Counts over the whole store: what `/metrics` and the first page say of the sidecar itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sidecar.store.database import Database


@dataclass(frozen=True)
class Count:
    """How many there are of one name."""

    name: str
    number: int


@dataclass(frozen=True)
class DeadChannel:
    """A notification channel whose last message did not get through."""

    channel: str
    error: str
    failed: int
    since: datetime


EVENTS = "SELECT type AS name, COUNT(*) AS number FROM events GROUP BY type"
RUNS = "SELECT COALESCE(outcome, state) AS name, COUNT(*) AS number FROM runs GROUP BY 1"
OPEN_TICKETS = "SELECT priority AS name, COUNT(*) AS number FROM tickets WHERE state = 'open' GROUP BY priority"
OPEN_TICKETS_OF_SITES = "SELECT site_id AS name, COUNT(*) AS number FROM tickets WHERE state = 'open' GROUP BY site_id"
MESSAGES = "SELECT state AS name, COUNT(*) AS number FROM messages GROUP BY state"
SITES = "SELECT state AS name, COUNT(*) AS number FROM sites GROUP BY state"
OLDEST_UNTRIAGED = "SELECT MIN(received_at) FROM events WHERE triaged_at IS NULL"
# Dead: the newest message that ended there failed, or one has been tried in vain more than once.
DEAD_CHANNELS = """
    SELECT channel, MAX(error) AS error, COUNT(*) AS failed, MIN(created_at) AS since
      FROM messages AS lost
     WHERE CAST(channel AS INTEGER) <= :channels AND error != ''
       AND (state = 'failed' OR (state = 'waiting' AND attempts > 1))
       AND NOT EXISTS (SELECT 1 FROM messages AS later
                        WHERE later.channel = lost.channel AND later.state = 'sent' AND later.sent_at > lost.created_at)
     GROUP BY channel ORDER BY channel"""


def events_by_type(db: Database) -> list[Count]:
    """Events that are kept, by type."""
    return db.rows(Count, EVENTS)


def runs_by_outcome(db: Database) -> list[Count]:
    """Runs that are kept, by outcome; by state while they have none."""
    return db.rows(Count, RUNS)


def open_tickets(db: Database) -> list[Count]:
    """Open tickets by priority."""
    return db.rows(Count, OPEN_TICKETS)


def open_tickets_of_sites(db: Database) -> dict[str, int]:
    """Open tickets by their site's id; a site without any is not there."""
    return {count.name: count.number for count in db.rows(Count, OPEN_TICKETS_OF_SITES)}


def messages(db: Database) -> list[Count]:
    """Notifications by state."""
    return db.rows(Count, MESSAGES)


def sites_by_state(db: Database) -> list[Count]:
    """Sites by state."""
    return db.rows(Count, SITES)


def oldest_untriaged(db: Database) -> datetime | None:
    """When the event that waits longest for its triage came; None when none waits."""
    found = db.value(OLDEST_UNTRIAGED)
    return datetime.fromisoformat(found) if found else None


def dead_channels(db: Database, channels: int) -> list[DeadChannel]:
    """Which of so many channels in the settings do not get their messages."""
    return db.rows(DeadChannel, DEAD_CHANNELS, channels=channels)


def last_event_at(db: Database) -> datetime | None:
    """When the last event came; None before the first."""
    found = db.value("SELECT MAX(received_at) FROM events")
    return datetime.fromisoformat(found) if found else None
