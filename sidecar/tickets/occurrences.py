"""The same fault once more: counted once a source, told as one growing line, never as a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sidecar.store import tickets as store
from sidecar.store.tickets import Ticket
from sidecar.tickets.desk import Desk

MACHINE = "aftercare"


def occurred(desk: Desk, ticket_id: int, sources: Iterable[str], seen_at: datetime, *, line: bool = True) -> int:
    """Count what is new among *sources* (`event:<id>`, `run:<id>`); how many. Inside the caller's transaction."""
    ticket = store.ticket(desk.db, ticket_id)
    new = sum(store.count_source(desk.db, ticket_id, source) for source in sources)
    if not new:
        return 0
    store.change(
        desk.db,
        ticket_id,
        occurrences=ticket.occurrences + new,
        first_seen_at=min(ticket.first_seen_at, seen_at),
        last_seen_at=max(ticket.last_seen_at, seen_at),
    )
    if line:
        _line(desk, ticket, new, seen_at)
    return new


def _line(desk: Desk, ticket: Ticket, new: int, seen_at: datetime) -> None:
    """Grow the last line if it tells of occurrences; begin one if not."""
    last = next(reversed(store.entries(desk.db, ticket.id)), None)
    grows = last is not None and last.kind == "occurrence"
    count = new + (int(last.data.get("count", 0)) if last is not None and grows else 0)
    text = f"Seen {'once' if count == 1 else f'{count} times'} more, last at {seen_at:%Y-%m-%d %H:%M:%S} UTC."
    if last is not None and grows:
        store.change_entry(desk.db, last.id, at=desk.now(), text=text, data={"count": count})
        return
    store.add_entry(
        desk.db, ticket.id, at=desk.now(), actor=MACHINE, kind="occurrence", text=text, data={"count": count}
    )
