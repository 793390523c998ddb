"""Tickets: the list with its state in the address, one ticket in the guide's template, and what staff do with it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import tickets as desk
from sidecar import upkeep
from sidecar.console import forms_chart
from sidecar.console.words import channel_names, site_names, with_query
from sidecar.store import attachments, messages, pages, sites
from sidecar.store import tickets as store
from sidecar.store.database import Conflict
from sidecar.store.findings import findings_of
from sidecar.web import services, staff

bp = Blueprint("tickets", __name__, url_prefix="/tickets")

STATES = {"open": "Open", "resolved": "Resolved", "not_a_fault": "Not a fault", "all": "All"}
MUTES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7)}
MUTE_WORDS = {"1h": "an hour", "1d": "a day", "3d": "3 days", "7d": "a week"}


@bp.get("")
def index() -> str:
    """Tickets as the address asks for them; open ones, the worst first, if it asks for nothing."""
    db, asked = services().db, request.args
    state, by = asked.get("state", "open"), asked.get("by", "")
    try:
        page = pages.tickets_page(
            db,
            site=asked.get("site", ""),
            state=state,
            priority=asked.get("priority", ""),
            code=asked.get("code", ""),
            incident=int(asked.get("incident") or 0),
            taken_by=staff().email if by == "me" else by,
            after=asked.get("after", ""),
        )
    except ValueError:
        abort(400, "This address of a page is not one that we made. Start with the first page.")
    known = sites.sites(db)
    return render_template(
        "tickets/index.html",
        tickets=page.items,
        older=with_query(after=page.older) if page.older else "",
        newest=with_query(after=None) if asked.get("after") else "",
        site_names=site_names(known),
        sites=known,
        asked=asked,
        state=state,
        states=STATES,
    )


@bp.get("/<int:ticket_id>")
def show(ticket_id: int) -> str:
    """One ticket, as the guide lays it out."""
    return _page(ticket_id)


def _page(ticket_id: int, problem: str = "") -> str:
    db = services().db
    ticket = store.ticket(db, ticket_id)
    return render_template(
        "tickets/show.html",
        ticket=ticket,
        site=sites.site(db, ticket.site_id),
        entries=store.entries(db, ticket_id),
        messages=messages.messages_of(db, ticket_id),
        template=services().guide.ticket_template,
        markdown=desk.as_markdown(ticket, services().guide),
        mutes=MUTE_WORDS,
        channels=channel_names(services().settings.notify),
        problem=problem,
        pictures_kept=_pictures(ticket),
        rhythms=_rhythms(ticket),
    )


def _rhythms(ticket: store.Ticket) -> list[forms_chart.Rhythm]:
    """What the form that the ticket is about took day by day, by the run that found it."""
    found = findings_of(services().db, ticket.run_id) if ticket.run_id else []
    return forms_chart.rhythms_of([row.finding.to_json() for row in found if row.subject == ticket.subject])


def _pictures(ticket: store.Ticket) -> list[attachments.Picture]:
    """Those of the form that the ticket is about, as far as its run is still kept."""
    wanted = {each.get("id") for each in ticket.body.get("pictures") or []}
    kept = attachments.of_run(services().db, ticket.run_id) if ticket.run_id else []
    return [each for each in kept if each.id in wanted]


@bp.get("/<int:ticket_id>.md")
def markdown(ticket_id: int) -> Response:
    """The ticket as Markdown, to take along."""
    text = desk.as_markdown(store.ticket(services().db, ticket_id), services().guide)
    return Response(text, mimetype="text/markdown")


@bp.post("/<int:ticket_id>/take")
def take(ticket_id: int) -> ResponseReturnValue:
    """It is mine from now on."""
    try:
        desk.take(services(), ticket_id, staff().email)
    except Conflict as error:
        return _page(ticket_id, f"{error}."), 409
    return _back(ticket_id, "It is yours.")


@bp.post("/<int:ticket_id>/comment")
def comment(ticket_id: int) -> ResponseReturnValue:
    """Add to the timeline what a person knows."""
    text = request.form.get("text", "").strip()
    if not text:
        return _page(ticket_id, "Write something first."), 400
    desk.comment(services(), ticket_id, staff().email, text)
    return _back(ticket_id, "")


@bp.post("/<int:ticket_id>/mute")
def mute(ticket_id: int) -> ResponseReturnValue:
    """Leave it out of the first page for a time."""
    chosen = request.form.get("for", "")
    if chosen not in MUTES:
        return _page(ticket_id, "Choose how long to mute it."), 400
    desk.mute(services(), ticket_id, staff().email, services().now() + MUTES[chosen])
    return _back(ticket_id, f"Muted for {MUTE_WORDS[chosen]}.")


@bp.post("/<int:ticket_id>/unmute")
def unmute(ticket_id: int) -> ResponseReturnValue:
    """Back on the first page, with messages."""
    desk.unmute(services(), ticket_id, staff().email)
    return _back(ticket_id, "Not muted any more.")


@bp.post("/<int:ticket_id>/not-a-fault")
def not_a_fault(ticket_id: int) -> ResponseReturnValue:
    """A person knows that this is as it should be."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _page(ticket_id, "Say why this is not a fault: whoever sees it next time wants to know."), 400
    try:
        desk.not_a_fault(services(), ticket_id, staff().email, reason)
    except Conflict as error:
        return _page(ticket_id, f"Nothing was changed: {error}."), 409
    return _back(ticket_id, "Closed as not a fault. The same evidence opens no ticket again.")


@bp.post("/<int:ticket_id>/resolve")
def resolve(ticket_id: int) -> ResponseReturnValue:
    """A person says that it is mended; if it is not, it reopens."""
    try:
        desk.resolve(services(), ticket_id, staff().email, request.form.get("text", "").strip())
    except Conflict as error:
        return _page(ticket_id, f"Nothing was changed: {error}."), 409
    return _back(ticket_id, "Resolved by your word. If the fault is seen again, the ticket reopens.")


@bp.post("/<int:ticket_id>/look-again")
def look_again(ticket_id: int) -> ResponseReturnValue:
    """Run its playbook now."""
    try:
        run_id = upkeep.look_again(services(), ticket_id, staff().email)
    except upkeep.Refused as error:
        abort(409, str(error))
    return redirect(url_for("runs.show", run_id=run_id))


def _back(ticket_id: int, said: str) -> ResponseReturnValue:
    if said:
        flash(said, "pass")
    return redirect(url_for("tickets.show", ticket_id=ticket_id))
