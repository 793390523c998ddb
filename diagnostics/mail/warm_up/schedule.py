"""A warm-up plan: how much mail a new address or domain may send each day until it reaches its target.

Guide: Poor Email Deliverability, Optimize (warm up the IP if new). By default 50 mails on the first day and never
more than 1.4 times the day before; the published tables of two providers can be taken instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

START = 50
GROWTH = 1.4
MOST_GROWTH = 2.0  # faster is no warm-up
MOST_TARGET = 10_000_000
MOST_STEPS = 400

TABLES: dict[str, tuple[int, ...]] = {
    # Mailtrap's published plan for a new dedicated address: × 1.3 a day.
    "mailtrap": (
        300, 390, 510, 660, 860, 1_100, 1_400, 1_900, 2_400, 3_200, 4_100, 5_400, 7_000, 9_100, 11_800, 15_400,
        20_000, 26_000, 33_700, 43_900, 57_000,
    ),
    # A SendGrid user's plan of 15 days: steep, for a sender whose recipients expect the mail.
    "steep": (
        50, 100, 250, 500, 1_000, 2_500, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 40_000, 55_000, 70_000,
    ),
}  # fmt: skip


class BadPlan(ValueError):
    """Figures that make no plan; the text says which and why."""


@dataclass(frozen=True)
class Plan:
    """The volume of each step, the last one the target. A step is a day that was done, see `days`."""

    begun_on: date
    steps: tuple[int, ...]
    growth: float = GROWTH

    @property
    def target(self) -> int:
        return self.steps[-1]

    def volume(self, step: int) -> int:
        """Mails of the day at *step*, counted from 0; after the last one, the target."""
        return self.steps[min(step, len(self.steps) - 1)]


def plan(target: int, begun_on: date, *, start: int = START, growth: float = GROWTH, table: str = "") -> Plan:
    """A plan from *start* to *target* mails a day; *table* takes a published one and goes on from its end by *growth*.

    Raises BadPlan.
    """
    if not 1 <= target <= MOST_TARGET:
        raise BadPlan(f"the target has to be 1 to {MOST_TARGET} mails a day, not {target}")
    if not 1.0 < growth <= MOST_GROWTH:
        raise BadPlan(f"the growth has to be more than 1 and at most {MOST_GROWTH:g} times a day, not {growth:g}")
    if table:
        if table not in TABLES:
            raise BadPlan(f"no table is called {table[:40]}; known are {', '.join(sorted(TABLES))}")
        steps = [each for each in TABLES[table] if each < target]
        start = TABLES[table][0]
    else:
        steps = []
        if start < 1:
            raise BadPlan(f"the first day needs at least 1 mail, not {start}")
    return Plan(begun_on, _grown(steps, min(start, target), target, growth), growth)


def _grown(steps: Sequence[int], start: int, target: int, growth: float) -> tuple[int, ...]:
    exact = Fraction(str(growth))  # 1.15 × 100 is 115, and 114 in floating point
    made = list(steps) or [start]
    while made[-1] < target:
        following = min(target, int(made[-1] * exact))
        if following <= made[-1]:
            raise BadPlan(f"{made[-1]} mails a day never grow by {growth:g}: begin with more")
        made.append(following)
        if len(made) > MOST_STEPS:
            raise BadPlan(f"this plan has more than {MOST_STEPS} days: begin with more, or let it grow faster")
    return tuple(made)
