"""What a form took each day of late, beside what its rhythm lets expect: the figures of its chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from diagnostics.forms.silence.calendar import Calendar
from diagnostics.forms.silence.rhythm import Rhythm

DAYS = 28
LOW, HIGH = 0.05, 0.95  # nine days of ten lie between
MOST = 100_000  # a day's entries that are counted up to


@dataclass(frozen=True)
class Band:
    """The days of a chart, oldest first, each list as long as the others."""

    first: str  # the first day, 2026-10-28, of the site's own calendar
    seen: tuple[int, ...]
    expected: tuple[float, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    part: float = 1.0  # how much of the last day is over: its expectation is for that part


def band_of(rhythm: Rhythm, entries: Mapping[int, int], calendar: Calendar, until: int) -> Band:
    """The last 28 days to the hour *until* since the epoch; *entries* are counts per hour."""
    last, of_day = calendar.at(until)
    days = range(last - DAYS + 1, last + 1)
    seen = dict.fromkeys(days, 0)
    for hour, number in entries.items():
        if (day := calendar.at(hour)[0]) in seen:
            seen[day] += number
    expected, low, high = [], [], []
    for day in days:
        hours = range(of_day + 1) if day == last else range(24)
        mean = rhythm.bunch * sum(rhythm.rate(day, hour, calendar) for hour in hours)
        expected.append(round(mean, 2))
        least, most = between(mean, rhythm.level_spread + rhythm.day_spread)
        low.append(least)
        high.append(most)
    first = date.fromordinal(days.start).isoformat()
    return Band(first, tuple(seen.values()), tuple(expected), tuple(low), tuple(high), round((of_day + 1) / 24, 3))


def between(mean: float, spread: float) -> tuple[int, int]:
    """The 5 % and 95 % points of the negative binomial with this mean and this variance beyond Poisson's, relative."""
    low, most = None, 0
    for number, below in _cumulated(mean, spread):
        low = number if low is None and below >= LOW else low
        most = number
        if below >= HIGH:
            break
    return low or 0, most


def below_or_at(number: int, mean: float, spread: float) -> float:
    """The probability of *number* or fewer, of the same distribution."""
    return next((below for each, below in _cumulated(mean, spread) if each == number), 1.0)


def _cumulated(mean: float, spread: float) -> Iterator[tuple[int, float]]:
    """Each number from 0 on with the probability of it or fewer, as far as that can be told from 1."""
    shape = 1 / max(spread, 1e-6)
    share = mean / (mean + shape)
    log_chance = shape * math.log1p(-share)
    below, number = math.exp(log_chance), 0
    while True:
        yield number, below
        if mean <= 0 or below > 1 - 1e-12 or number >= MOST:
            return
        log_chance += math.log(share * (number + shape) / (number + 1))
        number += 1
        below += math.exp(log_chance)
