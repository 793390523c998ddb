"""What the sites forwarded, newest first; the whole state of the page is in its address."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from sidecar.console.words import with_query
from sidecar.store import pages, sites
from sidecar.web import services

bp = Blueprint("events", __name__, url_prefix="/events")


@bp.get("")
def index() -> str:
    """A page of events."""
    db = services().db
    site, type_, after = (request.args.get(name, "") for name in ("site", "type", "after"))
    try:
        page = pages.events_page(db, site=site, type=type_, after=after)
    except ValueError:
        abort(400, "This address of a page is not one that we made. Start with the newest events.")
    return render_template(
        "events/index.html",
        events=page.items,
        older=with_query(after=page.older) if page.older else "",
        newest=with_query(after=None) if after else "",
        sites=sites.sites(db),
        types=pages.event_types(db),
        site=site,
        type=type_,
    )
