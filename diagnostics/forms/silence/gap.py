"""A gap between entries, and how often one like it comes while the form is sound.

A gap of which m entries were expected is empty with the probability of the negative binomial, (1 + m·v)^(-1/v). As
many gaps begin in a week as entries come, so one as unlikely as this comes once in 1 / (entries a week · probability)
weeks. That is what the thresholds are said in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from diagnostics.forms.silence.calendar import HOUR_S, Calendar, hour_index
from diagnostics.forms.silence.rhythm import Rhythm

FEWEST_A_WEEK = 1.0  # a form with fewer is only ever tried
NEVER = 1e9  # weeks: more than can be told apart


@dataclass(frozen=True)
class Gap:
    """From the last entry to now."""

    hours: float
    expected: float  # entries, were the form sound
    probability: float  # that a sound form has none in it
    weeks: float  # once in so many weeks a sound form has a gap like it


def look_at(rhythm: Rhythm, calendar: Calendar, since: datetime, until: datetime, visitors: float = 1.0) -> Gap:
    """The gap between two instants; *visitors*: what share of the usual ones came in it."""
    days: dict[int, float] = {}
    begin, end = since.timestamp() / HOUR_S, until.timestamp() / HOUR_S
    for hour in range(hour_index(since), math.ceil(end)):
        part = min(end, hour + 1) - max(begin, hour)
        if part > 0:
            day, of_day = calendar.at(hour)
            days[day] = days.get(day, 0.0) + part * rhythm.rate(day, of_day, calendar)
    return gap_of(rhythm, [visitors * expected for expected in days.values()], end - begin)


def gap_of(rhythm: Rhythm, days: list[float], hours: float) -> Gap:
    """The gap in which *days* entries were expected, day by day."""
    expected = sum(days)
    probability = none_of(rhythm, days)
    gaps_a_week = max(rhythm.a_week, 1e-9)
    return Gap(hours, expected, probability, min(NEVER, 1 / max(gaps_a_week * probability, 1 / NEVER)))


def none_of(rhythm: Rhythm, days: list[float]) -> float:
    """The probability that none of the entries comes that were expected, day by day."""
    expected = sum(days)
    if expected <= 0:
        return 1.0
    spread = rhythm.level_spread + rhythm.day_spread * sum(day * day for day in days) / expected**2
    return math.exp(-expected) if spread < 1e-9 else math.exp(-math.log1p(expected * spread) / spread)
