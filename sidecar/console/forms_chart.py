"""The chart of a form's rhythm: what it took each day, over the band of what was to be expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

HEIGHT = 96.0
SLOT = 20.0  # the width of one day
LEAST = 2.0  # a bar that is there is seen
MOST_DAYS = 60


@dataclass(frozen=True)
class Day:
    """One day: its figures for the table, its place in the picture."""

    day: str
    seen: int
    expected: float
    low: int
    high: int
    x: float
    bar_y: float
    bar_height: float
    band_y: float
    band_height: float
    expected_y: float

    @property
    def below(self) -> bool:
        """Fewer than nine days of ten have."""
        return self.seen < self.low


@dataclass(frozen=True)
class Rhythm:
    """One form's chart, and what its finding says."""

    title: str
    code: str
    verdict: str
    summary: str
    days: tuple[Day, ...]
    since_x: float | None  # where its last entry lies
    since: str
    timezone: str
    partial: bool  # the last day is not over

    @property
    def width(self) -> float:
        return len(self.days) * SLOT


def rhythms_of(findings: Sequence[Mapping[str, Any]]) -> list[Rhythm]:
    """The charts of those findings that have the figures of one in their evidence; the worst first."""
    order = {"fail": 0, "warn": 1}
    found = [rhythm for finding in findings if (rhythm := _rhythm(finding))]
    return sorted(found, key=lambda rhythm: order.get(rhythm.verdict, 2))


def _rhythm(finding: Mapping[str, Any]) -> Rhythm | None:
    evidence = finding["evidence"]
    figures = evidence.get("chart")
    if not finding["code"].startswith("form.sil") or not isinstance(figures, Mapping):
        return None
    days = days_of(figures)
    since = str(evidence.get("since") or "")
    return Rhythm(
        title=str(evidence.get("title") or evidence.get("form") or finding["subject"]),
        code=finding["code"],
        verdict=finding["verdict"],
        summary=finding["summary"],
        days=tuple(days),
        since_x=next((day.x for day in days if day.day == since[:10]), None),
        since=since,
        timezone=str(evidence.get("timezone") or "UTC"),
        partial=figures.get("part") != 1.0,
    )


def days_of(figures: Mapping[str, Any]) -> list[Day]:
    """The days as the finding has them, scaled to the fullest one."""
    rows = list(
        zip(*(figures.get(name) or () for name in ("seen", "expected", "low", "high")), strict=False),
    )[:MOST_DAYS]
    first = date.fromisoformat(str(figures.get("first")))
    most = max((max(seen, high, expected) for seen, expected, _, high in rows), default=0) or 1

    def y(number: float) -> float:
        return round(HEIGHT - number / most * (HEIGHT - 2 * LEAST), 1)

    return [
        Day(
            day=(first + timedelta(days=place)).isoformat(),
            seen=seen,
            expected=expected,
            low=low,
            high=high,
            x=place * SLOT,
            bar_y=min(y(seen), HEIGHT - LEAST) if seen else HEIGHT,
            bar_height=round(max(LEAST, HEIGHT - y(seen)), 1) if seen else 0.0,
            band_y=y(high),
            band_height=round(y(low) - y(high), 1),
            expected_y=y(expected),
        )
        for place, (seen, expected, low, high) in enumerate(rows)
    ]
