"""Did the visitors come, while the entries stayed away? By the views of the form's page, where they are counted.

They are estimates from some of the visits, and anybody can forge them. So the share of the usual ones is told as a
range that allows for chance; few of them explain a silence, many are a reason to try the form, and never an alarm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from diagnostics.forms.silence.calendar import hour_index
from diagnostics.forms.silence.told import PRESSED, VIEWED, Told

WEEK = 7 * 24  # hours
WEEKS_BEFORE = 4  # whose visitors are the usual ones
COUNTED = 0.9  # of the hours, at least: where fewer were counted nothing is known
SURE = 2.0  # standard deviations


@dataclass(frozen=True)
class Visitors:
    """The views of a form's page in a gap beside the usual ones, all estimated from one visit in `one_in`."""

    seen: int
    usual: float  # in the same hours of the weeks before
    weeks: int  # those that were counted
    one_in: int
    pressed: int | None  # how often submit was pressed in the gap; None: not told of this form

    @property
    def share(self) -> float:
        """What share of the usual ones came."""
        return self.seen / self.usual

    @property
    def least(self) -> float:
        """The share that came at least, as sure as two standard deviations are."""
        seen, usual, spread = self._counted
        return max(0.0, seen - SURE * math.sqrt(seen + 1)) / (usual + spread)

    @property
    def most(self) -> float:
        """The share that came at most; infinite where the usual ones are too few to tell."""
        seen, usual, spread = self._counted
        return (seen + SURE * math.sqrt(seen + 1) + 1) / (usual - spread) if usual > spread else math.inf

    @property
    def _counted(self) -> tuple[float, float, float]:
        """Visits that were told: in the gap, usually, and how far the usual ones may be off."""
        usual = self.usual / self.one_in
        return self.seen / self.one_in, usual, SURE * math.sqrt(usual / self.weeks)


def visitors_of(told: Told, since: datetime, until: datetime) -> Visitors | None:
    """The visitors of whole hours between the two; None where they, or the usual ones, were not counted.

    Usual is what came in the same hours of the four weeks before.
    """
    begin, end = hour_index(since) + 1, hour_index(until)
    if begin >= end or not _counted(told, begin, end):
        return None
    spans = [(begin - back * WEEK, end - back * WEEK) for back in range(1, WEEKS_BEFORE + 1)]
    weeks = [told.number(VIEWED, *span) for span in spans if span[1] <= begin and _counted(told, *span)]
    usual = median(weeks) if weeks else 0
    if not usual:
        return None
    pressed = told.number(PRESSED, begin, end) if PRESSED in told.counts else None
    return Visitors(told.number(VIEWED, begin, end), usual, len(weeks), told.one_in, pressed)


def _counted(told: Told, begin: int, end: int) -> bool:
    return sum(hour in told.counted for hour in range(begin, end)) >= COUNTED * (end - begin)
