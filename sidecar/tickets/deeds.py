"""What people do with a ticket. Each deed is one line of its timeline, with who did it."""

from __future__ import annotations

from datetime import datetime

from sidecar import notify
from sidecar.store import messages
from sidecar.store import tickets as store
from sidecar.store.database import Conflict
from sidecar.store.tickets import Ticket
from sidecar.tickets import incidents
from sidecar.tickets.desk import Desk


def take(desk: Desk, ticket_id: int, actor: str) -> None:
    """*actor* works on it now. Raises NotFound, and Conflict when somebody else does."""
    with desk.db.transaction():
        ticket = store.ticket(desk.db, ticket_id)
        if ticket.taken_by and ticket.taken_by != actor:
            raise Conflict(f"{ticket.taken_by} has taken it already")
        if ticket.taken_by != actor:
            store.change(desk.db, ticket_id, taken_by=actor, taken_at=desk.now())
            _note(desk, ticket_id, actor, "taken", f"{actor} takes it.")


def comment(desk: Desk, ticket_id: int, actor: str, text: str) -> None:
    """Say something. Raises NotFound, and ValueError for nothing said."""
    if not text.strip():
        raise ValueError("a comment needs words")
    with desk.db.transaction():
        store.ticket(desk.db, ticket_id)
        _note(desk, ticket_id, actor, "comment", text.strip())


def mute(desk: Desk, ticket_id: int, actor: str, until: datetime) -> None:
    """No messages until then; it stays open and is watched. Raises NotFound, and ValueError for the past."""
    if until <= desk.now():
        raise ValueError("the end of the silence lies in the past")
    with desk.db.transaction():
        store.ticket(desk.db, ticket_id)
        store.change(desk.db, ticket_id, muted_until=until)
        messages.drop_waiting(desk.db, ticket_id)
        _note(desk, ticket_id, actor, "muted", f"Muted until {until:%Y-%m-%d %H:%M} UTC.")


def unmute(desk: Desk, ticket_id: int, actor: str) -> None:
    """Messages again. Raises NotFound."""
    with desk.db.transaction():
        ticket = store.ticket(desk.db, ticket_id)
        if ticket.muted_until:
            store.change(desk.db, ticket_id, muted_until=None)
            _note(desk, ticket_id, actor, "unmuted", "Messages again.")


def not_a_fault(desk: Desk, ticket_id: int, actor: str, why: str) -> None:
    """It is meant to be so. The same fault then stays quiet while the lasting part of its evidence is the same."""
    with desk.db.transaction():
        ticket = _open(desk, ticket_id)
        store.change(desk.db, ticket.id, state="not_a_fault", resolved_at=desk.now(), resolved_by=actor)
        incidents.left(desk, ticket)
        messages.drop_waiting(desk.db, ticket.id)
        _note(desk, ticket.id, actor, "not_a_fault", why.strip() or "Not a fault.")


def resolve(desk: Desk, ticket_id: int, actor: str, text: str = "") -> None:
    """*actor* says it is mended. The fault seen again after this reopens it. Raises NotFound, Conflict."""
    with desk.db.transaction():
        _open(desk, ticket_id)
        close(desk, ticket_id, actor, text.strip() or f"Resolved by {actor}.")


def close(desk: Desk, ticket_id: int, actor: str, text: str, proof: dict[str, object] | None = None) -> None:
    """Resolved, with its words and its message. Inside the caller's transaction."""
    now = desk.now()
    store.change(desk.db, ticket_id, state="resolved", resolved_at=now, resolved_by=actor, recheck_at=None)
    store.add_entry(desk.db, ticket_id, at=now, actor=actor, kind="resolved", text=text, data=dict(proof or {}))
    tell(desk, store.ticket(desk.db, ticket_id), "resolved")


def tell(desk: Desk, ticket: Ticket, kind: str) -> None:
    """Owe each channel this message, unless the ticket is muted or an incident speaks for it."""
    said = (incidents.left(desk, ticket) if kind == "resolved" else incidents.joined(desk, ticket)) or kind
    if said != "quiet" and (ticket.muted_until is None or ticket.muted_until <= desk.now()):
        notify.owe(desk.db, ticket.id, said, ticket.reopened, desk.settings.notify, desk.now())


def _open(desk: Desk, ticket_id: int) -> Ticket:
    ticket = store.ticket(desk.db, ticket_id)
    if ticket.state != "open":
        raise Conflict(f"it is {ticket.state.replace('_', ' ')} already")
    return ticket


def _note(desk: Desk, ticket_id: int, actor: str, kind: str, text: str) -> None:
    store.add_entry(desk.db, ticket_id, at=desk.now(), actor=actor, kind=kind, text=text)
