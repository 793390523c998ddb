"""From a plan's progress to one finding, with the advice for today and the series of its chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.warm_up import codes
from diagnostics.mail.warm_up.days import IDLE_DAYS, DayState, PlanDay, Progress, is_ahead

MOST_SHOWN = 60  # days before today in the chart


def judge(site: str, found: Progress, *, why: str = "") -> Finding:
    """What the progress means today. *why*: what kept the site from being asked, "" where it was."""
    facts = _facts(found)
    yesterday = _last_counted(found)
    today = found.current
    if found.today < found.plan.begun_on:
        return codes.ON_PLAN.finding(site, {**facts, "advice": _begins(site, found)})
    if not found.counted:
        facts["why"] = f", and the site could not be asked: {why}" if why else ""
        return codes.UNCOUNTED.finding(site, facts, reason=UnknownReason.UNAVAILABLE)
    if found.idle_days >= IDLE_DAYS and not (today and today.begun):
        return codes.IDLE.finding(site, facts)
    if found.finished_on:
        return codes.DONE.finding(site, {**facts, "finished_on": found.finished_on})
    if today and today.too_many:
        return codes.HOLD.finding(site, {**facts, "hold": today.too_many, "held_on": "today"})
    if today and is_ahead(today, found.allowed):
        facts |= {"sent_words": f"{_mails(today.begun)} today", "allowed_then": found.allowed}
        return codes.AHEAD.finding(site, facts)
    if found.hold and yesterday:
        return codes.HOLD.finding(site, {**facts, "hold": found.hold, "held_on": f"on {yesterday.day}"})
    if yesterday and yesterday.state is DayState.AHEAD and yesterday.count:
        facts |= {
            "sent_words": f"{_mails(yesterday.count.begun)} on {yesterday.day}",
            "allowed_then": yesterday.allowed,
        }
        return codes.AHEAD.finding(site, facts)
    return codes.ON_PLAN.finding(site, facts)


def _facts(found: Progress) -> dict[str, Any]:
    done = sum(each.state in (DayState.DONE, DayState.AHEAD) for each in found.days)
    return {
        "begun_on": found.plan.begun_on,
        "target": found.plan.target,
        "growth": found.plan.growth,
        "step": found.step + 1,
        "steps": len(found.plan.steps),
        "days_done": done,
        "allowed": found.allowed,
        "idle_days": found.idle_days,
        "advice": advice(found),
        "series": series(found),
    }


def advice(found: Progress) -> str:
    """What to do today, in words."""
    allowed, today = found.allowed, found.current
    gone = f" {_mails(today.begun)} have gone, as far as they are counted." if today and today.begun > 1 else ""
    gone = gone or (" 1 mail has gone, as far as it is counted." if today and today.begun == 1 else "")
    first = f"Today up to {_mails(allowed)} (step {found.step + 1} of {len(found.plan.steps)})."
    last = _last_counted(found)
    if last and last.state is DayState.BEHIND and last.count:
        first += f" It stays there: on {last.day} only {last.count.sent} of {last.allowed} left."
    return first + gone


def series(found: Progress) -> list[dict[str, Any]]:
    """The days of the chart, oldest first: what the plan allows, and what was counted (None where nothing was)."""
    begin = next((at for at, each in enumerate(found.days) if each.day >= found.today), len(found.days))
    return [
        {
            "date": each.day,
            "allowed": each.allowed,
            "state": each.state,
            **{
                name: getattr(each.count, name) if each.count else None
                for name in ("begun", "sent", "deferred", "bounced", "failed")
            },
        }
        for each in found.days[max(0, begin - MOST_SHOWN) :]
    ]


def _last_counted(found: Progress) -> PlanDay | None:
    past: Sequence[PlanDay] = [each for each in found.days if each.day < found.today]
    return next((each for each in reversed(past) if each.state is not DayState.UNCOUNTED), None)


def _begins(site: str, found: Progress) -> str:
    days = (found.plan.begun_on - found.today).days
    when = "tomorrow" if days == 1 else f"in {days} days, on {_shown(found.plan.begun_on)}"
    return f"The warm-up of {site} begins {when}, with up to {_mails(found.plan.volume(0))}."


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"


def _shown(day: date) -> str:
    return day.isoformat()
