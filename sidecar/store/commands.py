"""What the sidecar asked sites to do: one row a command, whichever road it took, with its kept result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.store.database import Database, NotFound

COLUMNS = "id, site_id, run_id, name, args, state, road, result, error, created_at, expires_at, ended_at"
ENDED = ("done", "failed", "unknown", "expired")


@dataclass(frozen=True)
class Command:
    """One row of `commands`."""

    id: str
    site_id: str
    run_id: str | None
    name: str
    args: dict[str, Any]
    state: str  # waiting | sent | done | failed | unknown | expired
    road: str  # rest | rest_route | xmlrpc | fetch
    result: dict[str, Any] | None
    error: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether no road will be tried any more."""
        return self.state in ENDED


def command(db: Database, command_id: str) -> Command | None:
    """One command, or None."""
    return db.row_or_none(Command, f"SELECT {COLUMNS} FROM commands WHERE id = :id", id=command_id)  # noqa: S608


def add_command(
    db: Database,
    *,
    command_id: str,
    site_id: str,
    run_id: str | None,
    name: str,
    args: Mapping[str, Any],
    now: datetime,
    expires_at: datetime,
) -> Command:
    """The command under this id: new in state `sent`, or as it was kept when it was asked before."""
    db.execute(
        """
        INSERT INTO commands (id, site_id, run_id, name, args, state, created_at, expires_at)
        VALUES (:id, :site, :run, :name, :args, 'sent', :now, :expires_at)
            ON CONFLICT (id) DO NOTHING""",
        id=command_id,
        site=site_id,
        run=run_id,
        name=name,
        args=dict(args),
        now=now,
        expires_at=expires_at,
    )
    kept = command(db, command_id)
    if kept is None:
        raise NotFound(f"command {command_id}")
    return kept


def leave_waiting(db: Database, command_id: str) -> None:
    """No road led there: the site's own fetch shall take it."""
    db.execute("UPDATE commands SET state = 'waiting' WHERE id = :id AND state = 'sent'", id=command_id)


def waiting(db: Database, site_id: str, now: datetime) -> list[Command]:
    """What waits for the site to fetch it, oldest first. A fetched one waits on, until its result comes."""
    return db.rows(
        Command,
        f"""
        SELECT {COLUMNS} FROM commands
         WHERE site_id = :site AND state = 'waiting' AND expires_at > :now
         ORDER BY created_at LIMIT 20""",  # noqa: S608 - a constant
        site=site_id,
        now=now,
    )


def waits_for_site(db: Database, run_id: str, now: datetime) -> bool:
    """Whether the run has a command that waits for the site to fetch it."""
    found = db.value(
        "SELECT 1 FROM commands WHERE run_id = :run AND state = 'waiting' AND expires_at > :now LIMIT 1",
        run=run_id,
        now=now,
    )
    return found is not None


def one_expired(db: Database, run_id: str) -> bool:
    """Whether the site let a command of this run expire already."""
    found = db.value("SELECT 1 FROM commands WHERE run_id = :run AND state = 'expired' LIMIT 1", run=run_id)
    return found is not None


def finish(
    db: Database,
    command_id: str,
    *,
    state: str,
    result: Mapping[str, Any] | None,
    error: str,
    road: str,
    now: datetime,
    site_id: str,
) -> bool:
    """Keep how the command ended; False when it had ended already, or is none of that site's."""
    changed = db.execute(
        """
        UPDATE commands SET state = :state, result = :result, error = :error, road = :road, ended_at = :now
         WHERE id = :id AND site_id = :site AND state IN ('waiting', 'sent')""",
        id=command_id,
        site=site_id,
        state=state,
        result=None if result is None else dict(result),
        error=error,
        road=road,
        now=now,
    )
    return changed == 1


def expire(db: Database, now: datetime) -> int:
    """End what nobody fetched in time; how many."""
    return db.execute(
        """
        UPDATE commands SET state = 'expired', error = 'the site did not fetch it in time', ended_at = :now
         WHERE state IN ('waiting', 'sent') AND expires_at <= :now""",
        now=now,
    )


def purge(db: Database, before: datetime) -> int:
    """Delete the commands that ended before then; how many."""
    return db.execute("DELETE FROM commands WHERE ended_at < :before", before=before)
