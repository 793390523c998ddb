"""When an open ticket's playbook runs again: at growing intervals, and soon after the site moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from diagnostics.mail.reported import left
from sidecar.store import tickets as store
from sidecar.store.events import Event
from sidecar.store.tickets import Ticket
from sidecar.tickets.desk import Desk
from sidecar.tickets.proof import like_the_one_that_failed

LONGEST = 24  # times `recheck_s`: with the design's 15 minutes, six hours
SETTLE = timedelta(seconds=3)  # somebody who changes one setting changes the next one too


def recheck_delay(looks: int, recheck_s: int) -> timedelta:
    """The time after this many looks: a fifteenth of `recheck_s`, doubled each time."""
    return timedelta(seconds=min(recheck_s / 15 * 2 ** min(looks, 20), recheck_s * LONGEST))


def moved(desk: Desk, site_id: str, playbook: str, event: Event) -> bool:
    """A mail went out, or something was changed: whoever waits for a mend looks soon. Whether anybody does."""
    if event.data.get("canary"):
        return False  # our own test mail: whoever sent it is looking already
    soon = desk.now() + SETTLE
    waiting = [t for t in store.open_tickets(desk.db, site_id, playbook) if _worth_a_look(desk, t, event)]
    for ticket in waiting:
        if ticket.recheck_at is None or ticket.recheck_at > soon:
            store.change(desk.db, ticket.id, recheck_at=soon)
    return bool(waiting)


def _worth_a_look(desk: Desk, ticket: Ticket, event: Event) -> bool:
    if event.occurred_at < ticket.last_seen_at:
        return False
    if event.type.startswith("form."):
        own = f"{event.data.get('plugin')}:{event.data.get('form')}"
        return bool(ticket.body.get("form")) and ticket.body["form"] == own
    if event.type != "mail.sent":
        return True
    if not left(event.data) or ticket.code.startswith("form."):
        return False
    mail: dict[str, Any] = ticket.body.get("mail") or {}
    if ticket.blind and mail:
        return like_the_one_that_failed(event, mail)
    # Mail flows while this fault stands: each look at it may cost a test mail, so they stay rare.
    delay = recheck_delay(ticket.rechecks, desk.settings.recheck_s)
    return ticket.recheck_at is None or desk.now() >= ticket.recheck_at - delay * 0.75
