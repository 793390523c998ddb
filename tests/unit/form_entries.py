"""Entries of forms for the tests of silence: drawn by seed from a rate per hour, told as `Context.rhythms` has them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from diagnostics.forms.silence.calendar import HOUR_S, moment_of
from diagnostics.forms.silence.told import Told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Rate = Callable[[datetime], float]  # entries to expect in the hour that begins then


def flat(a_day: float) -> Rate:
    return lambda _: a_day / 24


def office(a_day: float, zone: Any = UTC) -> Rate:
    """Monday to Friday, from nine to five."""

    def rate(at: datetime) -> float:
        local = at.astimezone(zone)
        return a_day / 8 if local.weekday() < 5 and 9 <= local.hour < 17 else 0.0

    return rate


def entries(rate: Rate, first: datetime, last: datetime, seed: str = "a") -> dict[int, int]:
    """Hour since the epoch -> entries, from *first* to before *last*."""
    chance, found = random.Random(seed), {}
    for hour in range(int(first.timestamp()) // HOUR_S, int(last.timestamp()) // HOUR_S):
        limit, number, product = math.exp(-rate(moment_of(hour))), 0, chance.random()
        while product > limit:
            number, product = number + 1, product * chance.random()
        if number:
            found[hour] = number
    return found


def told(
    counts: dict[int, int], counted: Collection[int] = frozenset(), one_in: int = 1, **kinds: dict[int, int]
) -> Told:
    """As read; the last entry came at the half of its hour."""
    last = moment_of(max(counts)) + HOUR / 2 if counts else None
    return Told({"submitted": counts, **kinds}, last, counted, one_in)


def raw(
    counts: dict[int, int], counted: Iterable[int] = (), one_in: int = 1, **kinds: dict[int, int]
) -> dict[str, Any]:
    """As `Context.rhythms` has one form."""
    all_kinds = {"submitted": counts, **kinds}
    return {
        "visits": {"one_in": one_in, "hours": [moment_of(hour).strftime("%Y-%m-%dT%H") for hour in counted]},
        "counts": {
            kind: {moment_of(hour).strftime("%Y-%m-%dT%H"): number for hour, number in hours.items()}
            for kind, hours in all_kinds.items()
            if hours
        },
        "last_at": {kind: (moment_of(max(hours)) + HOUR / 2).isoformat() for kind, hours in all_kinds.items() if hours},
    }
