"""The chart of a month's mails, as figures that the template draws: no script, no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEIGHT = 96.0
SLOT = 20.0  # the width of one day
LEAST = 2.0  # a bar that is there is seen
KINDS = ("sent", "failed", "hung")


@dataclass(frozen=True)
class Bar:
    """One stacked part of a day's bar, in the chart's own units."""

    kind: str  # sent | failed | hung
    y: float
    height: float


@dataclass(frozen=True)
class Day:
    """One day: its counts for the table, its bars for the picture."""

    day: str
    sent: int
    failed: int
    hung: int
    x: float
    bars: tuple[Bar, ...]


def month(days: Sequence[Mapping[str, Any]]) -> list[Day]:
    """The days as the plugin counted them, oldest first, scaled to the fullest one."""
    counted = sorted((str(each.get("label") or each.get("day") or ""), _counts(each)) for each in days)
    most = max((sum(counts) for _, counts in counted), default=0) or 1
    return [Day(day, *counts, x=place * SLOT, bars=_stack(counts, most)) for place, (day, counts) in enumerate(counted)]


def place_of(days: Sequence[Day], moment: str | None) -> float | None:
    """Where in the picture the day of that instant begins; None where it is not in it."""
    return next((day.x for day in days if moment and day.day == moment[:10]), None)


def _counts(each: Mapping[str, Any]) -> tuple[int, int, int]:
    return _count(each, "sent"), _count(each, "failed"), _count(each, "hung")


def _count(each: Mapping[str, Any], kind: str) -> int:
    value = each.get(kind, 0)
    return value if isinstance(value, int) and value > 0 else 0


def _stack(counts: tuple[int, int, int], most: int) -> tuple[Bar, ...]:
    bars, top = [], HEIGHT
    for kind, count in zip(KINDS, counts, strict=True):
        if count:
            height = max(LEAST, round(count / most * (HEIGHT - 2 * LEAST), 1))
            top = round(top - height, 1)
            bars.append(Bar(kind, top, height))
    return tuple(bars)
