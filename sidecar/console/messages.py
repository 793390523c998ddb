"""The box to paste a raw message into: what it shows, and the look at its domain that begins with it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import pasted, upkeep
from sidecar.pasted import Pasted
from sidecar.store import grounds, sites
from sidecar.web import now, services, staff

bp = Blueprint("messages", __name__, url_prefix="/sites/<site_id>/message")


@bp.get("")
def form(site_id: str) -> str:
    """The box, and what messages have shown before."""
    return _page(site_id)


@bp.post("")
def read(site_id: str) -> ResponseReturnValue:
    """Read what was pasted, or the file that was chosen."""
    file = request.files.get("file")
    message = file.read(pasted.MOST_OCTETS + 1) if file and file.filename else b""
    message = message or request.form.get("message", "").encode("utf-8", "surrogateescape")
    try:
        found = pasted.read(services(), site_id, message, staff().email, now())
    except upkeep.Unfit as error:
        return _page(site_id, problem=str(error)), 400
    except upkeep.Refused as error:
        abort(503, str(error))
    return _page(site_id, found=found)


@bp.post("/forget")
def forget(site_id: str) -> ResponseReturnValue:
    """What messages have shown counts no more."""
    pasted.forget(services(), site_id)
    flash("Forgotten. The next look knows only what the site itself tells.", "pass")
    return redirect(url_for("messages.form", site_id=site_id))


def _page(site_id: str, *, problem: str = "", found: Pasted | None = None) -> str:
    db = services().db
    return render_template(
        "messages/show.html",
        site=sites.site(db, site_id),
        problem=problem,
        found=found,
        known=grounds.grounds_of(db, site_id),
        most_kib=pasted.MOST_OCTETS // 1024,
    )
