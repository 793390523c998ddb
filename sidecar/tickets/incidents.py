"""The same cause at many sites: one incident over their tickets, and one message instead of one a ticket.

A relay that goes down takes every site behind it along; whoever is on duty wants to read
that once. The tickets stay what they are: each closes by its own proof, the last one ends
the incident.
"""

from __future__ import annotations

from datetime import timedelta

from sidecar.store import incidents as store
from sidecar.store import sites
from sidecar.store import tickets as ticket_store
from sidecar.store.tickets import Ticket
from sidecar.tickets.desk import Desk
from sidecar.tickets.fingerprint import normal
from sidecar.tickets.occurrences import MACHINE

SITES_NAMED = 10


def joined(desk: Desk, ticket: Ticket) -> str | None:
    """Whether this open ticket belongs to an incident: `incident` when it has just made one, `quiet` when it joined."""
    subject = normal(ticket.subject)
    if known := store.open_incident(desk.db, ticket.code, subject):
        _join(desk, ticket, known.id, f"Part of incident {known.id}: {known.title}.")
        return "quiet"
    since = desk.now() - timedelta(minutes=desk.guide.ours.incident_minutes)
    alike = [
        each
        for each in ticket_store.open_of_code(desk.db, ticket.code)
        if normal(each.subject) == subject and each.last_seen_at >= since
    ]
    names = [sites.site(desk.db, site_id).name for site_id in dict.fromkeys(each.site_id for each in alike)]
    if len(names) < desk.guide.ours.incident_sites:
        return None
    incident = store.begin_incident(desk.db, ticket.code, subject, ticket.title, desk.now())
    shown = ", ".join(names[:SITES_NAMED]) + (f" and {len(names) - SITES_NAMED} more" if names[SITES_NAMED:] else "")
    for each in alike:
        _join(desk, each, incident, f"Incident {incident}: the same cause at {len(names)} sites: {shown}.")
    return "incident"


def left(desk: Desk, ticket: Ticket) -> str | None:
    """Whether the closed ticket belonged to an incident: `incident_over` when it was the last, `quiet` when not."""
    if ticket.incident_id is None:
        return None
    if store.still_open(desk.db, ticket.incident_id):
        return "quiet"
    store.end_incident(desk.db, ticket.incident_id, desk.now())
    text = f"Incident {ticket.incident_id} is over: every site of it is mended."
    ticket_store.add_entry(desk.db, ticket.id, at=desk.now(), actor=MACHINE, kind="incident_over", text=text)
    return "incident_over"


def _join(desk: Desk, ticket: Ticket, incident: int, text: str) -> None:
    ticket_store.change(desk.db, ticket.id, incident_id=incident)
    ticket_store.add_entry(
        desk.db, ticket.id, at=desk.now(), actor=MACHINE, kind="incident", text=text, data={"incident": incident}
    )
