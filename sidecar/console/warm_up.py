"""A site's warm-up: begin a plan, see it against what the site sent, end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sidecar import upkeep, warm_up
from sidecar.store import sites
from sidecar.web import now, services, staff

bp = Blueprint("warm_up", __name__, url_prefix="/sites/<site_id>/warm-up")

HEIGHT = 120.0
SLOT = 20.0  # the width of one day
LEAST = 2.0  # a bar that is there is seen
STATES = {
    "done": ("pass", "Done"),
    "ahead": ("warn", "Ahead of the plan"),
    "behind": ("unknown", "Not done"),
    "hold": ("warn", "Held"),
    "idle": ("unknown", "No mail"),
    "restart": ("warn", "Begins again"),
    "not counted": ("unknown", "Not counted"),
    "today": ("looking", "Today"),
    "to come": ("waiting", "To come"),
}


@dataclass(frozen=True)
class Bar:
    """One day of the chart, in its own units: what the plan allows as a line, what went as a bar."""

    x: float
    allowed_y: float
    sent_y: float
    sent_height: float
    deferred_height: float
    day: dict[str, Any]


def chart(days: Sequence[dict[str, Any]]) -> list[Bar]:
    """The days scaled to the fullest one."""
    most = max((max(day["allowed"], day["begun"] or 0) for day in days), default=0) or 1
    room = HEIGHT - 2 * LEAST

    def tall(count: int | None) -> float:
        return max(LEAST, round(count / most * room, 1)) if count else 0.0

    bars = []
    for place, day in enumerate(days):
        begun = tall(day["begun"])
        deferred = min(begun, tall(day["deferred"]))
        line = round(HEIGHT - day["allowed"] / most * room, 1)
        bars.append(Bar(place * SLOT, line, HEIGHT - begun, begun, deferred, day))
    return bars


@bp.get("")
def show(site_id: str) -> str:
    """The plan with its chart and today's advice; the form where none is under way."""
    return _page(site_id)


def _page(site_id: str, problem: str = "") -> str:
    site = sites.site(services().db, site_id)
    found = warm_up.shown(services(), site_id, now())
    return render_template(
        "warm_up/show.html",
        site=site,
        found=found,
        bars=chart(found.days) if found else [],
        states=STATES,
        tables=warm_up.TABLES,
        start=warm_up.START,
        growth=warm_up.GROWTH,
        problem=problem,
        typed=request.form,
        today=now().date().isoformat(),
    )


@bp.post("")
def begin(site_id: str) -> ResponseReturnValue:
    """Begin a plan."""
    try:
        target = _number("target", "How many mails a day is it to reach? Write a whole number.")
        start = _number("start", "The first day's mails are a whole number.", warm_up.START)
        first = _day(request.form.get("begun_on", ""))
        warm_up.begin(
            services(),
            site_id,
            target=target,
            start=start,
            table=request.form.get("table", ""),
            begun_on=first,
            by=staff().email,
            now=now(),
        )
    except upkeep.Unfit as error:
        return _page(site_id, str(error)), 400
    except upkeep.Refused as error:
        abort(409, str(error))
    flash("The warm-up has begun. It is looked at once a day.", "pass")
    return redirect(url_for("warm_up.show", site_id=site_id))


@bp.post("/end")
def end(site_id: str) -> ResponseReturnValue:
    """End the plan."""
    try:
        warm_up.end(services(), site_id, staff().email, now())
    except upkeep.Refused as error:
        abort(409, str(error))
    flash("The warm-up is over.", "pass")
    return redirect(url_for("warm_up.show", site_id=site_id))


def _number(name: str, problem: str, otherwise: int | None = None) -> int:
    typed = request.form.get(name, "").strip()
    if not typed and otherwise is not None:
        return otherwise
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:12]) <= warm_up.MOST_TARGET:
        raise upkeep.Unfit(problem)
    return int(typed)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        raise upkeep.Unfit("Write the first day as 2026-11-24.") from None
