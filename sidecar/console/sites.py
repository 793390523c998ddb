"""Sites: add, pair, watch, diagnose, rotate, unpair."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import attention, runs, upkeep
from sidecar.store import events, figures, grounds, pages, sites, tickets, warm_ups
from sidecar.web import now, services, staff

bp = Blueprint("sites", __name__, url_prefix="/sites")


@bp.get("")
def index() -> str:
    """Every site with its state."""
    db, at = services().db, now()
    known = [(site, attention.state_of(site, at)) for site in sites.sites(db)]
    return render_template(
        "sites/index.html",
        sites=known,
        open_tickets=figures.open_tickets_of_sites(db),
        playbooks=services().playbooks.values(),
        paired=sum(site.state == "paired" for site, _ in known),
    )


@bp.post("/runs")
def run_everywhere() -> ResponseReturnValue:
    """Run a playbook on every paired site."""
    try:
        started, refused = upkeep.run_everywhere(services(), request.form.get("playbook", ""), staff().email)
    except upkeep.Refused as error:
        abort(409, str(error))
    at = "1 site" if len(started) == 1 else f"{len(started)} sites"
    flash(f"It runs at {at}, one after the other at each.", "pass")
    for why in refused.values():
        flash(why, "warn")
    return redirect(url_for("runs.index"))


@bp.get("/new")
def new() -> str:
    """The form for a new site."""
    return render_template("sites/new.html", problem="", typed=request.form)


@bp.post("/new")
def add() -> ResponseReturnValue:
    """Add a site and show its first code."""
    try:
        site = upkeep.add_site(services().db, request.form.get("name", ""), request.form.get("url", ""), now())
    except upkeep.Refused as error:
        return render_template("sites/new.html", problem=str(error), typed=request.form), 400
    return _code_page(site), 201


@bp.post("/<site_id>/code")
def code(site_id: str) -> ResponseReturnValue:
    """A new code; one that was made before is good no more."""
    site = sites.site(services().db, site_id)
    if site.state == "paired":
        abort(409, "This site is paired. Unpair it first if another WordPress is to take its place.")
    return _code_page(site), 201


def _code_page(site: sites.Site) -> str:
    code, expires_at = upkeep.pairing_code(services(), site.id, staff().email, now())
    return render_template("sites/code.html", site=site, code=code, expires_at=expires_at)


@bp.get("/<site_id>")
def show(site_id: str) -> str:
    """All about one site."""
    return _page(site_id)


def _page(site_id: str, recipient_problem: str = "") -> str:
    db = services().db
    site = sites.site(db, site_id)
    return render_template(
        "sites/show.html",
        site=site,
        state=attention.state_of(site, now()),
        playbooks=services().playbooks.values(),
        tickets=tickets.tickets(db, site_id=site_id, limit=10),
        runs=pages.runs_page(db, site=site_id, limit=10).items,
        events=events.recent(db, site_id, limit=10),
        forms_known=runs.site_forms(db, site_id, services().playbooks, services().settings.public_url),
        grounds=grounds.grounds_of(db, site_id),
        warm_up=warm_ups.warm_up_of(db, site_id),
        default_recipient=services().settings.canary_recipient,
        public_url=services().settings.public_url,
        recipient_problem=recipient_problem,
    )


@bp.post("/<site_id>/recipient")
def recipient(site_id: str) -> ResponseReturnValue:
    """Set the mailbox that this site's test mails go to."""
    try:
        upkeep.set_recipient(services().db, site_id, request.form.get("recipient", ""))
    except upkeep.Refused as error:
        return _page(site_id, str(error)), 400
    flash("Test mails of this site go there from the next run on.", "pass")
    return redirect(url_for("sites.show", site_id=site_id))


@bp.post("/<site_id>/runs")
def run(site_id: str) -> ResponseReturnValue:
    """Run a playbook on the site now, or show the one that is under way."""
    try:
        run_id = upkeep.run_now(services(), site_id, request.form.get("playbook", ""), staff().email)
    except upkeep.Refused as error:
        abort(409, str(error))
    return redirect(url_for("runs.show", run_id=run_id))


@bp.get("/<site_id>/rotate")
def rotate(site_id: str) -> str:
    """Ask before new keys are made."""
    return render_template(
        "sites/confirm.html",
        site=sites.site(services().db, site_id),
        title="Rotate the keys?",
        message="The site makes a new secret and brings it here. The old one works until the new one is first used, at "
        "most 10 minutes, so nothing is lost meanwhile. Do it when somebody who knew the secret has left.",
        action=url_for("sites.do_rotate", site_id=site_id),
        button="Rotate the keys",
        danger=False,
    )


@bp.post("/<site_id>/rotate")
def do_rotate(site_id: str) -> ResponseReturnValue:
    """Ask the site for a new secret."""
    try:
        said = upkeep.rotate(services(), site_id, now())
    except upkeep.Refused as error:
        abort(409, str(error))
    flash(said, "pass")
    return redirect(url_for("sites.show", site_id=site_id))


@bp.get("/<site_id>/unpair")
def unpair(site_id: str) -> str:
    """Ask before the site is shut out."""
    return render_template(
        "sites/confirm.html",
        site=sites.site(services().db, site_id),
        title="Unpair the site?",
        message="Its secret is forgotten here at once: whatever it sends is denied, and what breaks there goes unseen. "
        "Events, runs and tickets stay. To pair it again takes a new code.",
        action=url_for("sites.do_unpair", site_id=site_id),
        button="Unpair it",
        danger=True,
    )


@bp.post("/<site_id>/unpair")
def do_unpair(site_id: str) -> ResponseReturnValue:
    """Shut the site out, and tell it so where a road leads there."""
    said = upkeep.unpair(services(), site_id, now())
    flash(said, "pass")
    return redirect(url_for("sites.show", site_id=site_id))
