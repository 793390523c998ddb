"""A plan held against the site's own days: which were done, where to hold, and what today allows.

A step is done by a day on which at least 80 % of its volume left; until then it stays. A day with more than 5 %
deferred or 3 % bounced is held: the next one allows no more. After 30 days without mail receivers have forgotten
the sender, and the plan begins again. Days that nobody counted move nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from diagnostics.mail.warm_up.schedule import Plan

DONE_SHARE = 0.8  # of a step's volume
AHEAD_SHARE = 1.2  # more than this share of it is ahead of the plan
MOST_DEFERRED = 0.05
MOST_BOUNCED = 0.03
FEW = 2  # fewer deferrals or bounces than these are chance
IDLE_DAYS = 30
SHOWN_AHEAD = 30  # days to come that are drawn
MOST_DAYS = 800  # days since the beginning that are looked at


class DayState(StrEnum):
    """How a day ended, or goes."""

    DONE = "done"
    AHEAD = "ahead"
    BEHIND = "behind"
    HOLD = "hold"
    IDLE = "idle"
    RESTART = "restart"  # the 30th idle day: the plan begins again
    UNCOUNTED = "not counted"
    TODAY = "today"
    TO_COME = "to come"


@dataclass(frozen=True)
class DayCount:
    """The site's own figures of one day (UTC)."""

    day: date
    begun: int
    sent: int
    deferred: int = 0
    bounced: int = 0
    failed: int = 0

    @property
    def deferred_share(self) -> float:
        return self.deferred / self.begun if self.begun and self.deferred >= FEW else 0.0

    @property
    def bounced_share(self) -> float:
        return self.bounced / self.begun if self.begun and self.bounced >= FEW else 0.0

    @property
    def too_many(self) -> str:
        """Why the volume has to stay where it is, in words; "" where it may grow."""
        said = []
        if self.deferred_share > MOST_DEFERRED:
            said.append(f"{self.deferred_share:.0%} of the mails were deferred ({self.deferred} of {self.begun})")
        if self.bounced_share > MOST_BOUNCED:
            said.append(f"{self.bounced_share:.0%} bounced ({self.bounced} of {self.begun})")
        return " and ".join(said)


@dataclass(frozen=True)
class PlanDay:
    """One calendar day: its step, what that allows, and how it went."""

    day: date
    step: int
    allowed: int
    state: DayState
    count: DayCount | None = None


@dataclass(frozen=True)
class Progress:
    """The plan until today, today itself, and the days to come if each is done."""

    plan: Plan
    days: tuple[PlanDay, ...]
    today: date
    step: int  # that today is at
    finished_on: date | None  # the day that did the last step
    idle_days: int  # without mail, up to yesterday
    hold: str  # why today allows no more than the day before; "" where it may

    @property
    def allowed(self) -> int:
        """Mails that today allows; before the first day none."""
        return self.plan.volume(self.step) if self.today >= self.plan.begun_on else 0

    @property
    def current(self) -> DayCount | None:
        """What has gone today, as far as it is counted."""
        return next((each.count for each in self.days if each.day == self.today), None)

    @property
    def counted(self) -> bool:
        """Whether any day of the plan was counted."""
        return any(each.count for each in self.days)


def progress(plan: Plan, counts: Sequence[DayCount], today: date) -> Progress:
    """Where *plan* stands on *today*, by the site's own *counts*."""
    by_day = {each.day: each for each in counts}
    made: list[PlanDay] = []
    step, idle, hold, finished = 0, 0, "", None
    first = max(plan.begun_on, today - timedelta(days=MOST_DAYS))
    for number in range(max(0, (today - first).days)):
        day = first + timedelta(days=number)
        count = by_day.get(day)
        allowed = plan.volume(step)
        idle = idle + 1 if count and not count.begun else 0 if count else idle
        state = _state(count, allowed, idle)
        made.append(PlanDay(day, step, allowed, state, count))
        if state is DayState.RESTART:
            step, finished = 0, None
        elif state in (DayState.DONE, DayState.AHEAD):
            if step >= len(plan.steps) - 1:
                finished = finished or day
            step = min(step + 1, len(plan.steps) - 1)
        if state is not DayState.UNCOUNTED:
            hold = count.too_many if count and state is DayState.HOLD else ""
    if today >= plan.begun_on:
        made.append(PlanDay(today, step, plan.volume(step), DayState.TODAY, by_day.get(today)))
    made += _to_come(plan, today, step)
    return Progress(plan, tuple(made), today, step, finished, idle, hold)


def _state(count: DayCount | None, allowed: int, idle: int) -> DayState:
    """How a day that is over went."""
    if count is None:
        return DayState.UNCOUNTED
    if not count.begun:
        return DayState.RESTART if idle and idle % IDLE_DAYS == 0 else DayState.IDLE
    if count.too_many:
        return DayState.HOLD
    if is_ahead(count, allowed):
        return DayState.AHEAD
    return DayState.DONE if count.sent >= allowed * DONE_SHARE else DayState.BEHIND


def is_ahead(count: DayCount, allowed: int) -> bool:
    """Whether more was sent than the plan allows, a fifth over it let pass."""
    return count.begun > allowed * AHEAD_SHARE


def _to_come(plan: Plan, today: date, step: int) -> list[PlanDay]:
    """The days after today, each taken as done, until the target is reached."""
    first = max(today + timedelta(days=1), plan.begun_on)
    at = step if first == plan.begun_on and today < plan.begun_on else step + 1
    left = min(SHOWN_AHEAD, len(plan.steps) - at)
    return [
        PlanDay(first + timedelta(days=number), at + number, plan.volume(at + number), DayState.TO_COME)
        for number in range(left)
    ]


def merged(site: Mapping[date, DayCount], told: Mapping[date, DayCount]) -> tuple[DayCount, ...]:
    """Both counts of the same mails as one: the site counts all that it began, the sidecar what came of them."""
    days = []
    for day in sorted({*site, *told}):
        one, other = site.get(day), told.get(day)
        if one is None or other is None:
            days.append(one or other or DayCount(day, 0, 0))
            continue
        pairs = (
            (getattr(one, name), getattr(other, name)) for name in ("begun", "sent", "deferred", "bounced", "failed")
        )
        days.append(DayCount(day, *(max(pair) for pair in pairs)))
    return tuple(days)
