"""What a message says of its ticket: cause, what happened to it, what to do, and where to read on."""

from __future__ import annotations

from sidecar.notify import Notice
from sidecar.store import sites
from sidecar.store import tickets as store
from sidecar.store.database import NotFound
from sidecar.store.messages import Message
from sidecar.tickets.desk import Desk

HEADINGS = {
    "opened": "New",
    "reopened": "Back again",
    "resolved": "Mended",
    "incident": "Incident",
    "incident_over": "Incident over",
}
BAD_NEWS = ("opened", "reopened", "incident")


def notice_of(desk: Desk, message: Message) -> Notice | None:
    """*message* in words; None where its ticket is gone."""
    try:
        ticket = store.ticket(desk.db, message.ticket_id)
        site = sites.site(desk.db, ticket.site_id)
    except NotFound:
        return None
    told = [entry.text for entry in store.entries(desk.db, ticket.id) if entry.kind == message.kind]
    remedy = (ticket.body.get("remedy") or {}).get("text", "") if message.kind in BAD_NEWS else ""
    lines = [
        f"Site: {site.name} ({site.url})",
        *told[-1:],
        f"What to do: {remedy}" if remedy else "",
        f"{desk.settings.public_url}/tickets/{ticket.id}",
    ]
    title = f"{HEADINGS[message.kind]}: [{ticket.priority}] {ticket.title}"
    return Notice(title, "\n".join(filter(None, lines)))
