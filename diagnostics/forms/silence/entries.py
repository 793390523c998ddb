"""A form's entries by local day and hour, and what each of them tells of silence.

What comes in bunches counts as one or a little more: an hour counts little more than it does on average, a day no more
than twice as far as chance would lift it above the like days around it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from diagnostics.forms.silence.calendar import Calendar

TYPICAL_WEEKS = 2  # on either side, whose days say what is usual on a day


@dataclass(frozen=True)
class Entries:
    """A form's entries as they are counted: by hour since the epoch, and by local day."""

    by_day: Mapping[int, Sequence[tuple[int, int]]]  # local day -> (hour of day, entries)
    first_day: int  # the first that anything of the form was counted on

    @classmethod
    def of(cls, counts: Mapping[int, int], calendar: Calendar, since: int | None = None) -> Entries:
        """From counts per hour since the epoch; *since*: the hour that counting began in."""
        by_day: dict[int, dict[int, int]] = {}
        for hour, number in counts.items():
            if number > 0:
                day, of_day = calendar.at(hour)
                hours = by_day.setdefault(day, {})
                hours[of_day] = hours.get(of_day, 0) + number
        first = min(by_day, default=0) if since is None else calendar.at(since)[0]
        return cls({day: sorted(hours.items()) for day, hours in by_day.items()}, first)


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday, of a local day (as date.toordinal)."""
    return (day - 1) % 7  # date.fromordinal(1) is a Monday


def weekend(day: int) -> bool:
    """Whether it is a Saturday or a Sunday."""
    return weekday(day) >= 5


def weighed(entries: Entries, days: range, plain: Sequence[int]) -> dict[int, dict[int, float]]:
    """Each day's entries by hour, with what comes in bunches cut to what it tells of silence."""
    present = {False: [0] * 24, True: [0] * 24}
    number = {False: 0, True: 0}
    for day in plain:
        number[weekend(day)] += 1
        for hour, _ in entries.by_day.get(day, ()):
            present[weekend(day)][hour] += 1
    # How many an hour has that is empty as often as this one; then what the cut takes from it by chance.
    usual = {group: [-math.log1p(-seen / (number[group] + 1)) for seen in present[group]] for group in present}
    lost = {group: [_cut_by_chance(mean) for mean in usual[group]] for group in usual}
    most = {group: [_most_of_hour(mean) for mean in usual[group]] for group in usual}
    found = {}
    for day in days:
        group = weekend(day)
        found[day] = {
            hour: min(count, most[group][hour]) * lost[group][hour] for hour, count in entries.by_day.get(day, ())
        }
    totals = {day: sum(hours.values()) for day, hours in found.items()}
    for day, most_of_day in _most_of_days(totals, plain, days).items():
        if totals[day] > most_of_day:
            found[day] = {hour: count * most_of_day / totals[day] for hour, count in found[day].items()}
    return found


@lru_cache(maxsize=512)
def chances(mean: float) -> tuple[float, ...]:
    """Poisson's probabilities of 0, 1, 2 … entries, until hardly any is left."""
    chance = math.exp(-mean)
    found: list[float] = []
    while len(found) <= mean or chance > 1e-9:
        found.append(chance)
        chance *= mean / len(found)
    return tuple(found)


def _most_of_hour(mean: float) -> float:
    """How many entries of an hour count that has so many on average: hardly more than one where that is little."""
    return 1 + mean + max(0.0, math.sqrt(mean) - 0.5)


def _cut_by_chance(mean: float) -> float:
    """What an hour that is cut so has to be multiplied with to have its mean again."""
    if mean <= 0:
        return 1.0
    most = _most_of_hour(mean)
    return mean / sum(min(number, most) * chance for number, chance in enumerate(chances(round(mean, 2) or 0.01)))


def _most_of_days(totals: Mapping[int, float], plain: Sequence[int], days: range) -> dict[int, float]:
    """How many entries of each day count: twice as far as chance would lift it above the like days around it."""
    weeks: dict[tuple[int, bool], list[float]] = {}
    for day in plain:
        weeks.setdefault(((days.stop - 1 - day) // 7, weekend(day)), []).append(totals[day])
    found: dict[tuple[int, bool], float] = {}
    most = {}
    for day in days:
        key = ((days.stop - 1 - day) // 7, weekend(day))
        if key not in found:
            around = range(key[0] - TYPICAL_WEEKS, key[0] + TYPICAL_WEEKS + 1)
            like = [total for week in around for total in weeks.get((week, key[1]), ())]
            usual = max(median(like), sum(like) / len(like) / 3) if like else 0.0  # a mean: where most days are empty
            found[key] = usual + 2 * math.sqrt(usual + 1)
        most[day] = found[key]
    return most


def below_by_chance(mean: float) -> float:
    """How far below its mean, squared, a Poisson number is by chance."""
    return sum((mean - number) ** 2 * chance for number, chance in enumerate(chances(round(mean, 1))) if number < mean)
