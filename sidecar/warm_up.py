"""Warm-up plans as staff keep them: begin one, end it, and see it held against what the site really sent.

Guide: Poor Email Deliverability, Action. Aftercare advises; it never stops a site's mail. A daily
run of the playbook `warm-up` says the same to whoever looks, with the site asked for its own count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from diagnostics.finding import Finding
from diagnostics.mail.warm_up import TABLES, BadPlan, progress
from diagnostics.mail.warm_up.check import of_rows, read_plan
from diagnostics.mail.warm_up.judge import judge, series
from diagnostics.mail.warm_up.schedule import GROWTH, MOST_TARGET, START
from sidecar.runs.context import as_plan
from sidecar.store import sites, warm_ups
from sidecar.store.database import Conflict
from sidecar.store.warm_ups import WarmUp
from sidecar.upkeep import Refused, Unfit

if TYPE_CHECKING:
    from sidecar.services import Services

FURTHEST = timedelta(days=90)  # a first day lies this far away at most, back or ahead

__all__ = ["GROWTH", "MOST_TARGET", "START", "TABLES", "Shown", "begin", "end", "shown", "warm_up_json"]


@dataclass(frozen=True)
class Shown:
    """A plan and its days."""

    plan: WarmUp
    days: tuple[dict[str, Any], ...]  # date, allowed, state, begun, sent, deferred, bounced, failed; oldest first
    advice: Finding  # what it means today


def begin(
    services: Services,
    site_id: str,
    *,
    target: int,
    by: str,
    now: datetime,
    begun_on: date | None = None,
    start: int = START,
    table: str = "",
) -> Shown:
    """Begin a plan, today if no day is named. Raises NotFound, Unfit, and Refused where one is under way."""
    sites.site(services.db, site_id)
    first = begun_on or now.date()
    if abs(first - now.date()) > FURTHEST:
        raise Unfit(f"The first day lies at most {FURTHEST.days} days from today, back or ahead.")
    told = {"begun_on": first.isoformat(), "target": target, "start": start, "growth": GROWTH, "table": table}
    try:
        made = read_plan(told)
    except BadPlan as error:
        raise Unfit(f"This makes no plan: {error}.") from error
    try:
        warm_ups.start_warm_up(
            services.db,
            site_id,
            target=target,
            start=made.steps[0],
            growth=made.growth,
            plan_table=table,
            begun_on=first,
            by=by,
            now=now,
        )
    except Conflict as error:
        raise Refused("A warm-up of this site is under way. End it first, if another one is to begin.") from error
    found = shown(services, site_id, now)
    assert found is not None
    return found


def end(services: Services, site_id: str, by: str, now: datetime) -> Shown:
    """End the plan that is under way. Raises NotFound, and Refused where none is."""
    sites.site(services.db, site_id)
    if not warm_ups.end_warm_up(services.db, site_id, by, now):
        raise Refused("No warm-up of this site is under way.")
    found = shown(services, site_id, now)
    assert found is not None
    return found


def shown(services: Services, site_id: str, now: datetime) -> Shown | None:
    """The plan that is under way, or else the last one; None where there was none. Raises NotFound."""
    site = sites.site(services.db, site_id)
    plan = warm_ups.warm_up_of(services.db, site_id) or warm_ups.last_warm_up(services.db, site_id)
    if plan is None:
        return None
    told = as_plan(services.db, site, plan, now)
    counts = tuple(of_rows(told["days"]).values())
    found = progress(read_plan(told), counts, (plan.ended_at or now).date())
    return Shown(plan, tuple(_day(each) for each in series(found)), judge(site.name or site.url, found))


def warm_up_json(found: Shown) -> dict[str, Any]:
    """A plan as API and `--json` answer it."""
    plan = found.plan
    return {
        "site": plan.site_id,
        "target": plan.target,
        "start": plan.start,
        "growth": plan.growth,
        "table": plan.plan_table,
        "begun_on": plan.begun_on,
        "started_by": plan.started_by,
        "ended_at": plan.ended_at.isoformat() if plan.ended_at else None,
        "days": list(found.days),
        "advice": found.advice.to_json(),
    }


def _day(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "date": str(told["date"]), "state": str(told["state"])}
