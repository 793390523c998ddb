"""Long lists a page at a time, newest first: what console, API and command line leaf through.

A page is cut by the last row that was shown, not by a number, so that rows which
arrive meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sidecar.store import events, tickets
from sidecar.store.database import Database, instant
from sidecar.store.events import Event
from sidecar.store.tickets import Ticket

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows, and the cursor that the next older ones follow; "" at the end."""

    items: list[Item]
    older: str = ""


@dataclass(frozen=True)
class RunRow:
    """One row of `runs`, as a list shows it."""

    id: str
    site_id: str
    playbook: str
    title: str
    trigger: dict[str, Any]
    state: str
    outcome: str | None
    cause: str | None
    ticket_id: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


EVENTS = f"""
    SELECT {events.COLUMNS} FROM events
     WHERE (:site = '' OR site_id = :site) AND (:type = '' OR type = :type)
       AND (:at = '' OR (occurred_at, id) < (:at, :id))
     ORDER BY occurred_at DESC, id DESC LIMIT :limit"""  # noqa: S608 - constants of ours
RUNS = """
    SELECT id, site_id, playbook, title, trigger, state, outcome, cause, ticket_id, created_at, started_at, ended_at
      FROM runs
     WHERE (:site = '' OR site_id = :site) AND (:outcome = '' OR COALESCE(outcome, state) = :outcome)
       AND (:at = '' OR (created_at, id) < (:at, :id))
     ORDER BY created_at DESC, id DESC LIMIT :limit"""

TICKETS = f"""
    SELECT {tickets.COLUMNS} FROM tickets
     WHERE (:site = '' OR site_id = :site) AND (:state = '' OR state = :state)
       AND (:priority = '' OR priority = :priority) AND (:code = '' OR code = :code)
       AND (:incident = 0 OR incident_id = :incident)
       AND (:taken_by = '' OR COALESCE(taken_by, 'nobody') = :taken_by)
     ORDER BY state != 'open', CASE WHEN state = 'open' THEN priority END, opened_at DESC, id DESC
     LIMIT :limit OFFSET :skip"""  # noqa: S608 - constants of ours


def events_page(db: Database, *, site: str = "", type: str = "", after: str = "", limit: int = 50) -> Page[Event]:
    """Events of one site or all, of one type or all. Raises ValueError for a cursor that is none."""
    at, last = _cursor(after)
    rows = db.rows(Event, EVENTS, site=site, type=type, at=at, id=last, limit=limit + 1)
    return _page(rows, limit, lambda event: (event.occurred_at, event.id))


def runs_page(db: Database, *, site: str = "", outcome: str = "", after: str = "", limit: int = 50) -> Page[RunRow]:
    """Runs of one site or all, of one outcome or all. Raises ValueError for a cursor that is none."""
    at, last = _cursor(after)
    rows = db.rows(RunRow, RUNS, site=site, outcome=outcome, at=at, id=last, limit=limit + 1)
    return _page(rows, limit, lambda run: (run.created_at, run.id))


def tickets_page(
    db: Database,
    *,
    site: str = "",
    state: str = "open",
    priority: str = "",
    code: str = "",
    taken_by: str = "",
    incident: int = 0,
    after: str = "",
    limit: int = 50,
) -> Page[Ticket]:
    """Tickets, open ones first by priority; `taken_by="nobody"` for those that wait for somebody.

    Their order changes as they are resolved, so the cursor is how many were shown.
    Raises ValueError for a cursor that is none.
    """
    skip = int(after or 0)
    if skip < 0:
        raise ValueError("a cursor is copied from the answer before")
    found = db.rows(
        Ticket,
        TICKETS,
        site=site,
        state="" if state == "all" else state,
        priority=priority,
        code=code,
        taken_by=taken_by,
        incident=incident,
        limit=limit + 1,
        skip=skip,
    )
    return Page(found[:limit], str(skip + limit) if len(found) > limit else "")


def event_types(db: Database) -> list[str]:
    """Every type of event that is kept."""
    return db.rows(str, "SELECT DISTINCT type FROM events ORDER BY type")


def _page(rows: list[Item], limit: int, place: Any) -> Page[Item]:
    items = rows[:limit]
    if len(rows) <= limit:
        return Page(items)
    at, last = place(items[-1])
    return Page(items, f"{instant(at)}~{last}")


def _cursor(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    at, tilde, last = text.partition("~")
    if not tilde:
        raise ValueError("a cursor is copied from the answer before")
    return instant(datetime.fromisoformat(at)), last
