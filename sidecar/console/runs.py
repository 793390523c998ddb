"""Runs: the list, one run as it goes, and "look again now"."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import runs as engine
from sidecar import upkeep
from sidecar.console import domains, forms
from sidecar.console.chart import Day, month, place_of
from sidecar.console.forms_chart import rhythms_of
from sidecar.console.words import site_names, with_query
from sidecar.store import pages, sites
from sidecar.store import runs as store
from sidecar.store.findings import findings_of
from sidecar.web import services, staff

bp = Blueprint("runs", __name__, url_prefix="/runs")

OUTCOMES = ("running", "queued", "faults", "sound", "unclear", "died")


@bp.get("")
def index() -> str:
    """A page of runs."""
    db = services().db
    site, outcome, after = (request.args.get(name, "") for name in ("site", "outcome", "after"))
    try:
        page = pages.runs_page(db, site=site, outcome=outcome, after=after)
    except ValueError:
        abort(400, "This address of a page is not one that we made. Start with the newest runs.")
    known = sites.sites(db)
    return render_template(
        "runs/index.html",
        runs=page.items,
        older=with_query(after=page.older) if page.older else "",
        newest=with_query(after=None) if after else "",
        sites=known,
        site_names=site_names(known),
        outcomes=OUTCOMES,
        site=site,
        outcome=outcome,
    )


@bp.get("/<run_id>")
def show(run_id: str) -> str:
    """One run as it goes: steps, cause, what to do."""
    return render_template("runs/show.html", **shown(run_id))


@bp.get("/<run_id>/timeline")
def timeline(run_id: str) -> str:
    """The part of the page that changes while the run goes on, for the live page."""
    return render_template("runs/timeline.html", **shown(run_id))


def shown(run_id: str) -> dict[str, Any]:
    """What the page of a run needs. Raises NotFound."""
    db = services().db
    row = store.run(db, run_id)
    view = engine.view(db, run_id, services().settings.public_url)
    days, since = _days(view), view["since"] or {}
    return {
        "row": row,
        "run": view,
        "site": sites.site(db, row.site_id),
        "days": days,
        "unseen": sum(found["verdict"] == "unknown" for step in view["steps"] for found in step["findings"]),
        "report": domains.drawn(row, findings_of(db, run_id), db),
        "grades": domains.GRADES,
        "forms_seen": forms.seen_of_run(view),
        "rhythms": rhythms_of([found for step in view["steps"] for found in step["findings"]]),
        "run_id": run_id,
        "since_x": place_of(days, since.get("at")),
        "change_x": place_of(days, (since.get("after") or {}).get("at")),
        "others": pages.runs_page(db, site=row.site_id, limit=6).items,
    }


def _days(view: dict[str, Any]) -> list[Day]:
    """The outcomes of 30 days, where a finding of this run has them in its evidence."""
    for step in view["steps"]:
        for finding in step["findings"]:
            days = finding["evidence"].get("days")
            if isinstance(days, list) and days:
                return month(days)
    return []


@bp.post("/<run_id>/again")
def again(run_id: str) -> ResponseReturnValue:
    """Look again now: the same playbook on the same site, for one finding's check or for all."""
    row, check = store.run(services().db, run_id), request.form.get("check", "")
    try:
        if check:
            new = upkeep.look_again_at(services(), run_id, check, staff().email)
        else:
            form = str(row.trigger.get("form") or "")
            new = upkeep.run_now(services(), row.site_id, row.playbook, staff().email, form)
    except upkeep.Refused as error:
        abort(409, str(error))
    return redirect(url_for("runs.show", run_id=new))
