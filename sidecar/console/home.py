"""The first page: what needs somebody now, and nothing else."""

from __future__ import annotations

from flask import Blueprint, render_template

from sidecar import attention
from sidecar.console.words import channel_names, site_names
from sidecar.store import pages, sites, tickets
from sidecar.web import now, services, staff

bp = Blueprint("home", __name__)

MOST = 30


@bp.get("/")
def show() -> str:
    """Open tickets, mine first; what is silent; what is dead."""
    db, at = services().db, now()
    open_tickets = tickets.tickets(db, state="open", limit=MOST + 1)
    awake = [ticket for ticket in open_tickets if not ticket.muted_until or ticket.muted_until <= at]
    mine = [ticket for ticket in awake if ticket.taken_by == staff().email]
    return render_template(
        "home/show.html",
        mine=mine,
        others=[ticket for ticket in awake if ticket not in mine][:MOST],
        more=len(open_tickets) > MOST,
        muted=len(open_tickets) - len(awake),
        attention=attention.needed(db, at, len(services().settings.notify)),
        died=pages.runs_page(db, outcome="died", limit=5).items,
        running=pages.runs_page(db, outcome="running", limit=5).items,
        site_names=site_names(sites.sites(db)),
        channels=channel_names(services().settings.notify),
    )
