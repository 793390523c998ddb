"""Made-up years of forms, for the backtest of silence: what comes when, hour by hour, by kind of site.

Each kind is a rate per hour, with its own spread, and entries drawn from it. None of them is made by the model that
judges them: days come in moods, campaigns and bots in bunches, seasons bend, offices close.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from diagnostics.forms.silence.calendar import Calendar, Holiday, hour_index

FIRST_DAY = date(2024, 11, 4)  # a Monday
ZONE = "Europe/Berlin"
CALENDAR = Calendar(ZONE)

DAYTIME = [1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 10, 9, 10, 10, 10, 9, 8, 8, 9, 9, 7, 4, 2]
OFFICE = [0, 0, 0, 0, 0, 0, 0.1, 0.5, 3, 6, 7, 6, 3, 5, 6, 6, 4, 1.5, 0.5, 0.3, 0.3, 0.2, 0.1, 0]
EVENING = [1, 0.5, 0.2, 0.1, 0.1, 0.2, 0.5, 1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 7, 9, 11, 12, 11, 7, 3]


@dataclass(frozen=True)
class Made:
    """One form's entries, hour by hour since the epoch, and when its series begins and ends."""

    kind: str
    counts: dict[int, int]
    first: int
    last: int


Day = tuple[int, date]
Rates = Callable[[random.Random], Iterator[list[float]]]


def _days(number: int) -> Iterator[Day]:
    for place in range(number):
        yield place, FIRST_DAY + timedelta(days=place)


def poisson(chance: random.Random, mean: float) -> int:
    """One draw."""
    if mean <= 0:
        return 0
    if mean > 40:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, number = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        number += 1
    return number


def mood(chance: random.Random, spread: float) -> float:
    """A factor with mean 1 and this variance."""
    return chance.gammavariate(1 / spread, spread) if spread > 0 else 1.0


def over(shape: list[float], a_day: float) -> list[float]:
    """*a_day* entries spread over a day's hours as *shape* has them."""
    total = sum(shape)
    return [a_day * each / total for each in shape]


def holiday(day: date) -> bool:
    return CALENDAR.holiday(day.toordinal()) is Holiday.COUNTRY


def steady(chance: random.Random, days: int, a_day: float = 5.0) -> Iterator[list[float]]:
    for _ in _days(days):
        yield over(DAYTIME, a_day)


def moody(chance: random.Random, days: int) -> Iterator[list[float]]:
    """Days differ by more than chance, and weeks do."""
    level = 1.0
    for place, _ in _days(days):
        if place % 7 == 0:
            level = mood(chance, 0.06)
        yield over(DAYTIME, 6 * level * mood(chance, 0.3))


def office(chance: random.Random, days: int, a_day: float = 7.0) -> Iterator[list[float]]:
    """Working days and hours; holidays and the days between the years are nearly empty."""
    for _, day in _days(days):
        if holiday(day) or day.weekday() >= 5:
            yield over(OFFICE, 0.04 * a_day)
        else:
            slump = 0.65 if day.month == 8 else 1.0
            yield over(OFFICE, a_day * slump)


def closes(chance: random.Random, days: int) -> Iterator[list[float]]:
    """An office with local days off that no calendar knows, about one in two months."""
    for hours in office(chance, days, 6.0):
        yield [0.05 * each for each in hours] if chance.random() < 1 / 60 else hours


def weekend_shop(chance: random.Random, days: int) -> Iterator[list[float]]:
    for _, day in _days(days):
        yield over(EVENING, (11, 4, 4, 4, 5, 9, 13)[day.weekday()] / 2 * mood(chance, 0.1))


def seasonal(chance: random.Random, days: int) -> Iterator[list[float]]:
    """A shop for gifts: four times as much before Christmas as in summer, nothing to speak of after it."""
    for _, day in _days(days):
        angle = 2 * math.pi * (day.timetuple().tm_yday - 345) / 365
        level = 0.4 + 1.2 * ((1 + math.cos(angle)) / 2) ** 2
        if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 6):
            level *= 0.35
        yield over(EVENING, 6 * level * mood(chance, 0.08))


def summer(chance: random.Random, days: int) -> Iterator[list[float]]:
    """A campground: much from April to August, little in winter."""
    for _, day in _days(days):
        angle = 2 * math.pi * (day.timetuple().tm_yday - 165) / 365
        yield over(EVENING, (0.6 + 9 * max(0.0, math.cos(angle)) ** 1.5) * mood(chance, 0.1))


def campaigns(chance: random.Random, days: int) -> Iterator[list[float]]:
    """A newsletter every few weeks: eight times as much for a day, three times for another."""
    ahead, lift = chance.randint(5, 40), 1.0
    for _ in _days(days):
        ahead -= 1
        lift = 8.0 if ahead == 0 else 3.0 if ahead == -1 else 1.0
        if ahead < -1:
            ahead = chance.randint(15, 50)
        yield over(DAYTIME, 4 * lift)


def dying(chance: random.Random, days: int) -> Iterator[list[float]]:
    """From ten a day to one and a half in a year: slowly, and not by a fault."""
    for place, _ in _days(days):
        yield over(DAYTIME, 10 * 0.15 ** (place / 365))


def growing(chance: random.Random, days: int) -> Iterator[list[float]]:
    for place, _ in _days(days):
        yield over(DAYTIME, 1.0 * 10 ** (place / 365))


def tiny(chance: random.Random, days: int) -> Iterator[list[float]]:
    """Two entries a month."""
    for _ in _days(days):
        yield over(DAYTIME, 2 / 30)


def few(chance: random.Random, days: int) -> Iterator[list[float]]:
    """Three entries a week."""
    for _, day in _days(days):
        yield over(DAYTIME, 3 / 7 * (1.2 if day.weekday() < 5 else 0.5))


def busy(chance: random.Random, days: int) -> Iterator[list[float]]:
    for _, day in _days(days):
        yield over(DAYTIME, 90 * mood(chance, 0.05) * (1.0 if day.weekday() < 5 else 0.6))


def bots(chance: random.Random, days: int) -> Iterator[list[float]]:
    """Four people a day, and bots: hundreds in a few hours, or a steady drip for weeks that ends at once."""
    drip = 0
    for _ in _days(days):
        hours = over(DAYTIME, 4)
        if chance.random() < 1 / 15:
            start = chance.randrange(20)
            for hour in range(start, start + chance.randint(1, 4)):
                hours[hour] += chance.uniform(20, 120)
        if drip == 0 and chance.random() < 1 / 60:
            drip = chance.randint(7, 30)
        if drip:
            drip -= 1
            hours = [each + 0.6 for each in hours]
        yield hours


def twice(chance: random.Random, days: int) -> Iterator[list[float]]:
    """Three people a day; each presses twice or more (the draw below repeats them)."""
    return steady(chance, days, 3.0)


KINDS: dict[str, Callable[[random.Random, int], Iterator[list[float]]]] = {
    "steady": steady,
    "moody": moody,
    "office": office,
    "office, days off": closes,
    "weekend shop": weekend_shop,
    "Christmas shop": seasonal,
    "campground": summer,
    "campaigns": campaigns,
    "dying slowly": dying,
    "growing": growing,
    "2 a month": tiny,
    "3 a week": few,
    "busy": busy,
    "bots": bots,
    "pressed twice": twice,
}

# Five entries a day each, in the mean of a week: these die.
OF_FIVE: dict[str, Callable[[random.Random, int], Iterator[list[float]]]] = {
    "steady": steady,
    "moody": lambda chance, days: ([5 / 6 * each for each in hours] for hours in moody(chance, days)),
    "office": office,
    "weekend shop": lambda chance, days: ([1.4 * each for each in hours] for hours in weekend_shop(chance, days)),
    "campaigns": campaigns,
    "bots": bots,
}


def make(kind: str, seed: str, days: int, *, scaled: bool = True) -> Made:
    """The form of that kind and seed, so many days long; *scaled*: with somewhat more or fewer entries than others."""
    chance = random.Random(f"{kind} {seed}")
    scale = math.exp(chance.uniform(-0.3, 0.3)) if scaled and kind != "2 a month" else 1.0
    by_local = [[scale * each for each in hours] for hours in {**KINDS, **OF_FIVE}[kind](chance, days)]
    first_day = FIRST_DAY.toordinal()
    first = hour_index(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC))
    counts: dict[int, int] = {}
    hour = first
    while True:
        day, of_day = CALENDAR.at(hour)
        if day - first_day >= days:
            break
        number = poisson(chance, by_local[max(0, day - first_day)][of_day])
        if kind == "pressed twice":
            number = sum(chance.choice((1, 2, 2, 3)) for _ in range(number))
        if number:
            counts[hour] = number
        hour += 1
    return Made(kind, counts, first, hour)
