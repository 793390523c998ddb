"""A gap between entries, and how often one like it comes while the form is sound.

A gap of which m entries were expected is empty with the probability of the negative binomial, (1 + m·v)^(-1/v). As
many gaps begin in a week as entries come, so one as unlikely as this comes once in 1 / (entries a week · probability)
weeks. That is what the thresholds are said in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from diagnostics.forms.silence.calendar import HOUR_S, Calendar, Holiday, hour_index
from diagnostics.forms.silence.rhythm import Rhythm

FEWEST_A_WEEK = 1.5  # a form with fewer is only ever tried: two a month may look like one a week for a while
MOST_OFF_DAYS = 10  # of a gap, among which the empty ones are looked for
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
            days[day] = days.get(day, 0.0) + visitors * part * rhythm.rate(day, of_day, calendar)
    probability = none_of(rhythm, [(expected, calendar.holiday(day)) for day, expected in days.items()])
    often = max(rhythm.a_week, 1e-9) * probability
    return Gap(end - begin, sum(days.values()), probability, min(NEVER, 1 / max(often, 1 / NEVER)))


def none_of(rhythm: Rhythm, days: Sequence[tuple[float, Holiday]]) -> float:
    """The probability that none of the entries comes that were expected, day by day.

    A day may be empty for reasons of its own, but not the first, which has the last entry. Each way to have none, one
    or two of such days among the fullest counts. How much comes on holidays is known as well as many were seen.
    """
    plain = [expected for expected, holiday in days if holiday not in rhythm.holiday]
    fullest = sorted(range(1, len(plain)), key=lambda place: plain[place], reverse=True)[:MOST_OFF_DAYS]
    total = 0.0
    for number in range(3):
        weight = rhythm.off**number * (1 - rhythm.off) ** max(0, len(fullest) - number)
        for off in combinations(fullest, number):
            total += weight * _none_of([expected for place, expected in enumerate(plain) if place not in off], rhythm)
    for kind, (_, rests_on) in rhythm.holiday.items():
        total *= (1 + sum(expected for expected, holiday in days if holiday is kind) / rests_on) ** -rests_on
    return min(1.0, total)


def _none_of(days: Sequence[float], rhythm: Rhythm) -> float:
    expected = sum(days)
    if expected < 1e-9:
        return 1.0
    spread = rhythm.level_spread + rhythm.day_spread * sum(day * day for day in days) / expected**2
    return math.exp(-expected) if spread < 1e-9 else math.exp(-math.log1p(expected * spread) / spread)
