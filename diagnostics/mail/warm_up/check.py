"""The check of a site's warm-up: its plan against the figures that the site keeps itself.

Guide: Poor Email Deliverability, Optimize (warm up the IP if new).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.outcomes import History
from diagnostics.mail.site import ask, site_name
from diagnostics.mail.warm_up import codes
from diagnostics.mail.warm_up.days import DayCount, merged, progress
from diagnostics.mail.warm_up.judge import judge
from diagnostics.mail.warm_up.schedule import GROWTH, START, BadPlan, Plan, plan

MOST_ROWS = 2000  # days that are read of what the sidecar hands in


@check("mail.warm_up", emits=codes.CODES)
async def warm_up(context: Context) -> list[Finding]:
    """Say how far the warm-up is, and what today allows."""
    site = site_name(context)
    told = context.warm_up
    if not told:
        facts = {"plan": "none"}
        return [codes.NOT_PLANNED.finding(site, facts, reason=UnknownReason.NOT_CONFIGURED)]
    try:
        made = read_plan(told)
    except BadPlan as error:
        set_ = {name: str(told.get(name))[:40] for name in ("begun_on", "target", "start", "growth", "table")}
        facts = {"why": str(error), **set_}
        return [codes.UNUSABLE.finding(site, facts, reason=UnknownReason.NOT_CONFIGURED)]
    own: dict[date, DayCount] = {}
    why = ""
    try:
        own = of_history(History.of(await ask(context, "mail.history")))
    except SiteUnavailable as error:
        why = str(error)
    counts = merged(own, of_rows(told.get("days")))
    return [judge(site, progress(made, counts, context.now.date()), why=why)]


def read_plan(told: Mapping[str, Any]) -> Plan:
    """The plan that `Context.warm_up` holds. Raises BadPlan."""
    begun_on = _day(told.get("begun_on"))
    if begun_on is None:
        raise BadPlan("its first day is no date such as 2026-11-24")
    try:
        target, start = int(told.get("target") or 0), int(told.get("start") or START)
        growth = float(told.get("growth") or GROWTH)
    except (TypeError, ValueError) as error:
        raise BadPlan("start, target and growth have to be numbers") from error
    return plan(target, begun_on, start=start, growth=growth, table=str(told.get("table") or ""))


def of_history(history: History) -> dict[date, DayCount]:
    """The days that the site counted itself; one that hung was begun and did not leave."""
    days = ((_day(each.label), each) for each in history.days)
    return {day: DayCount(day, each.begun, each.sent, failed=each.failed + each.hung) for day, each in days if day}


def of_rows(rows: object) -> dict[date, DayCount]:
    """The days that the sidecar counted from the site's events."""
    found: dict[date, DayCount] = {}
    for row in rows[-MOST_ROWS:] if isinstance(rows, list) else ():
        day = _day(row.get("date") or row.get("day")) if isinstance(row, Mapping) else None
        if day is not None:
            sent, failed = _count(row, "sent"), _count(row, "failed")
            begun = max(_count(row, "begun"), sent + failed)
            found[day] = DayCount(day, begun, sent, _count(row, "deferred"), _count(row, "bounced"), failed)
    return found


def _count(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
