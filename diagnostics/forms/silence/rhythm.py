"""A form's rhythm, learned from its entries per hour: how many are to be expected when, and how sure that is.

The entries are taken as a Poisson process whose rate is a level times a shape of the week (hour by hour, in the
site's own time), with more spread than Poisson has: a negative binomial. An hour of the week that was seen seldom
borrows from its day and from that hour on like days (shrinkage).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from diagnostics.forms.silence.calendar import Calendar, Holiday
from diagnostics.forms.silence.entries import Entries, below_by_chance, weekday, weighed

YOUNGEST_DAYS = 7  # whole days that a rhythm is learned from at least
WINDOW_DAYS = 182  # of which the shape of the week is learned
SHAPE_HALF_LIFE_DAYS = 56.0
LEVEL_HALF_LIFE_DAYS = 18.0
LEVEL_ENTRIES = 15.0  # that the half-life is to hold: a form with few has a longer memory
LONGEST_HALF_LIFE_DAYS = 91.0
FORECAST = 0.35  # the weight of the newest week where the next one is foretold
DAY_PRIOR = 0.7  # days of the like that a day of the week borrows
HOUR_PRIOR = 4.0  # days of the like that an hour of the week borrows
DRIFT = 0.02  # how much a level wanders from week to week, squared, before that is known
DRIFT_PRIOR = 4.0  # weeks that this counts for
YOUNG_DRIFT = 0.4  # the same where only one week was seen; it falls with the weeks
BELOW_TO_BOTH = 3.2  # the variance of a gamma of mean 1, from what lies below the mean
OFF_LEAST = 3.0  # entries to expect of a day, before its emptiness says anything
OFF_PRIOR = (0.1, 60.0)  # times in so many days, before one was seen
HOLIDAY_PRIOR = {Holiday.COUNTRY: (0.6, 2.0), Holiday.REGION: (1.0, 2.0)}  # entries on so many expected, before any
YEAR = 364  # days: the same day of the week
SEASON_DAYS = 10  # on either side, of the same weeks last year
SEASON_BEFORE = 21  # days before them that they are held against


@dataclass(frozen=True)
class Rhythm:
    """What a form takes in its week, and how far that may be off."""

    week: tuple[tuple[float, ...], ...]  # [day of the week][hour]: entries to expect, at the level of late
    level_spread: float  # variance of the level, relative to its square
    day_spread: float  # variance of a day beyond Poisson's, relative to its square
    holiday: Mapping[Holiday, tuple[float, float]]  # what of it comes on one, and the entries that this rests on
    season: Mapping[int, float]  # local day -> what of it comes then, by the same weeks last year; 1 where not there
    days: int  # whole days that it was learned from
    entries: float  # entries of late that the level rests on, each weighed
    off: float = 0.0  # the probability that a day is empty for reasons of its own: a feast of the town, a works outing
    bunch: float = 1.0  # entries as counted, for each that tells of silence: they come in bunches

    @property
    def a_week(self) -> float:
        """Entries to expect in a week without holidays."""
        return sum(map(sum, self.week))

    def rate(self, day: int, hour: int, calendar: Calendar) -> float:
        """Entries to expect in one hour of a local day."""
        rate = self.week[(day - 1) % 7][hour] * self.season.get(day, 1.0)
        share, _ = self.holiday.get(calendar.holiday(day), (1.0, 0.0))
        return rate * share


def learn(entries: Entries, until: int, calendar: Calendar) -> Rhythm | None:
    """The rhythm by the whole days before the local day *until*; None where they are fewer than seven."""
    first = max(entries.first_day + 1, until - WINDOW_DAYS)
    if until - first < YOUNGEST_DAYS:
        return None
    days = range(first, until)
    plain = [day for day in days if calendar.holiday(day) is not Holiday.COUNTRY]  # a region's is like others elsewhere
    if not plain:
        return None
    seen = weighed(entries, days, plain)
    shape = _shape(seen, plain, until)
    day_shape = [sum(hours) for hours in shape]
    told = {day: sum(hours.values()) for day, hours in seen.items()}
    level, rests_on = _level(told, plain, day_shape, until)
    level_spread, day_spread = _spreads(told, plain, day_shape, until)
    return Rhythm(
        week=tuple(tuple(level * rate for rate in hours) for hours in shape),
        level_spread=level_spread + 1 / (rests_on + 1),
        day_spread=day_spread,
        holiday={kind: _holiday(kind, told, days, day_shape, level, calendar) for kind in HOLIDAY_PRIOR},
        season=_season(entries, until, calendar),
        days=until - first,
        entries=rests_on,
        off=_off(told, plain, day_shape, level),
        bunch=_bunch(entries, told, plain, until),
    )


def _shape(seen: Mapping[int, Mapping[int, float]], plain: Sequence[int], until: int) -> list[list[float]]:
    """Entries to expect in each hour of the week, at the level of the whole window."""
    count = [[0.0] * 24 for _ in range(7)]
    number = [0.0] * 7
    for day in plain:
        weight = 0.5 ** ((until - 1 - day) / SHAPE_HALF_LIFE_DAYS)
        of_week = weekday(day)
        number[of_week] += weight
        row = count[of_week]
        for hour, told in seen[day].items():
            row[hour] += weight * told
    everything = [sum(count[day][hour] for day in range(7)) for hour in range(24)]
    shape = []
    for group in (range(5), range(5, 7)):
        own = [sum(count[day][hour] for day in group) for hour in range(24)]
        share = _profile(own, everything)
        days = sum(number[day] for day in group)
        usual = sum(own) / days if days else sum(everything) / sum(number)
        for day in group:
            whole = (sum(count[day]) + DAY_PRIOR * usual) / (number[day] + DAY_PRIOR)
            shape.append(
                [
                    (count[day][hour] + HOUR_PRIOR * whole * share[hour]) / (number[day] + HOUR_PRIOR)
                    for hour in range(24)
                ]
            )
    return shape


def _profile(own: Sequence[float], everything: Sequence[float]) -> list[float]:
    """What share of a day's entries comes in each hour: of like days, the hours beside it, and a little of all days."""
    total = sum(everything) or 1.0
    smooth = [0.5 * own[h] + 0.25 * (own[h - 1] + own[(h + 1) % 24]) for h in range(24)]
    borrowed = 5.0
    flat = 0.5
    whole = sum(own) + borrowed + flat
    return [(smooth[h] + borrowed * everything[h] / total + flat / 24) / whole for h in range(24)]


def _level(
    told: Mapping[int, float], plain: Sequence[int], day_shape: Sequence[float], until: int
) -> tuple[float, float]:
    """What the shape is to be multiplied with of late, and the entries that this rests on.

    A week that was lower than chance has it pulls the level down at once: a slump is no silence.
    """
    seen = expected = squares = week = week_expected = 0.0
    a_day = sum(told[day] for day in plain) / len(plain)
    half_life = min(LONGEST_HALF_LIFE_DAYS, max(LEVEL_HALF_LIFE_DAYS, LEVEL_ENTRIES / max(a_day, 0.01)))
    for day in plain:
        weight = 0.5 ** ((until - 1 - day) / half_life)
        seen += weight * told[day]
        squares += weight * weight * told[day]
        expected += weight * day_shape[weekday(day)]
        if day >= until - 7:
            week += told[day]
            week_expected += day_shape[weekday(day)]
    level = (seen + 1) / (expected + 1)
    of_late = (week + 1) / (week_expected + 1) * (1 + 1.5 / math.sqrt(week + 1))
    return min(level, of_late), seen * seen / squares if squares else 0.0


def _spreads(
    told: Mapping[int, float], plain: Sequence[int], day_shape: Sequence[float], until: int
) -> tuple[float, float]:
    """How far a week is from what was foretold of it, and a day from its week, beyond chance; both squared."""
    weeks: dict[int, list[int]] = {}
    for day in plain:
        weeks.setdefault((until - 1 - day) // 7, []).append(day)
    forecast: float | None = None
    drifts = []
    beyond = squares = 0.0
    for week in sorted(weeks, reverse=True):  # oldest first
        days = weeks[week]
        expected = sum(day_shape[weekday(day)] for day in days)
        if expected <= 0:
            continue
        ratio = sum(told[day] for day in days) / expected
        around = ratio if forecast is None else (ratio + forecast) / 2
        for day in days:
            usual = around * day_shape[weekday(day)]
            # Downwards alone: what lifts a day (a campaign, bots) makes no silence likelier.
            beyond += max(0.0, usual - told[day]) ** 2 - below_by_chance(usual)
            squares += usual * usual
        if forecast is None:
            forecast = ratio
            continue
        chance = (1 + FORECAST / (2 - FORECAST)) * max(forecast, 0.1) / expected
        drifts.append(((ratio - forecast) ** 2 - chance) / max(forecast, 0.1) ** 2)
        forecast += FORECAST * (ratio - forecast)
    if len(drifts) >= 6:
        drifts.remove(max(drifts))  # one week in which the form was broken must not make it deaf
    number = len(drifts)
    prior = DRIFT + YOUNG_DRIFT / (number + 1) ** 2
    drift = (sum(drifts) + DRIFT_PRIOR * prior) / (number + DRIFT_PRIOR)
    return max(drift, prior / 4), max(0.0, BELOW_TO_BOTH * beyond / (squares + 10))


def _off(told: Mapping[int, float], plain: Sequence[int], day_shape: Sequence[float], level: float) -> float:
    """How often a day was empty that should not have been. Days in a row are one time: an outage that was mended."""
    times = by_chance = number = 0.0
    before = False
    for day in plain:
        expected = level * day_shape[weekday(day)]
        if expected < OFF_LEAST:
            continue
        number += 1
        by_chance += math.exp(-expected)
        times += told[day] == 0 and not before
        before = told[day] == 0
    seen, days = OFF_PRIOR
    return (max(0.0, times - by_chance) + seen) / (number + days)


def _bunch(entries: Entries, told: Mapping[int, float], plain: Sequence[int], until: int) -> float:
    """How many entries the usual day of late had, for each that counts."""
    late = [day for day in plain if day >= until - 4 * 7 and told[day] > 0]
    return median(sum(number for _, number in entries.by_day[day]) / told[day] for day in late) if late else 1.0


def _holiday(
    kind: Holiday,
    told: Mapping[int, float],
    days: range,
    day_shape: Sequence[float],
    level: float,
    calendar: Calendar,
) -> tuple[float, float]:
    """What share of its entries the form takes on a holiday of this kind, and the entries that this rests on."""
    seen, expected = HOLIDAY_PRIOR[kind]
    for day in days:
        if calendar.holiday(day) is kind:
            seen += told[day]
            expected += level * day_shape[weekday(day)]
    return min(1.0, seen / expected), seen


def _season(entries: Entries, until: int, calendar: Calendar) -> dict[int, float]:
    """What of the usual comes in the weeks ahead where last year had a slump in them; never more than all of it."""
    found: dict[int, float] = {}
    if until - entries.first_day < YEAR:
        return found
    told = {day: min(sum(number for _, number in hours), 1e6) for day, hours in entries.by_day.items()}
    for day in range(until - 1, until + 22):
        same = day - YEAR
        then = range(same - SEASON_DAYS, same + SEASON_DAYS + 1)
        before = range(same - SEASON_DAYS - SEASON_BEFORE, same - SEASON_DAYS)
        if before.start <= entries.first_day:
            continue
        usual = sum(told.get(each, 0) for each in before) / len(before)
        seen = sum(told.get(each, 0) for each in then) / len(then)
        found[day] = min(1.0, (seen + 0.3) / (usual + 0.3))
    return found
