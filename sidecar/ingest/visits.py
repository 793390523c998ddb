"""One hour of visits, as a heartbeat tells it (docs/protocol.md, The heartbeat's visits)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sidecar.store.visits import DAYS_KEPT

MOST_NAMES = 100
MOST = 10_000_000  # of one name in an hour
MOST_ONE_IN = 1_000
AHEAD = timedelta(minutes=30)  # an hour's middle, by a clock that is off a little
NAME = re.compile(r"[\w-]{1,60}:[\w-]{1,60}|/[\w\-./%]{0,199}", re.ASCII)


@dataclass(frozen=True)
class Hour:
    """What was counted in the hour around *at*: name -> shown, pressed; estimates from one visit in *one_in*."""

    at: datetime
    one_in: int
    counts: dict[str, tuple[int, int]]


def read_hour(told: Any, clock_offset_s: float, now: datetime) -> Hour | None:
    """The hour, by our clock; None where none was told, or it was not counted whole, or makes no sense."""
    if not isinstance(told, dict) or told.get("whole") is not True:
        return None
    one_in, counts = told.get("one_in"), told.get("counts")
    at = _instant(told.get("at"))
    if at is None or type(one_in) is not int or not 0 < one_in <= MOST_ONE_IN:
        return None
    at -= timedelta(seconds=clock_offset_s)
    if not now - timedelta(days=DAYS_KEPT) <= at <= now + AHEAD:
        return None
    counts = {} if counts == [] else counts  # PHP writes an empty object as an empty list
    if not isinstance(counts, dict) or len(counts) > MOST_NAMES:
        return None
    return Hour(
        at, one_in, {name: pair for name, raw in counts.items() if NAME.fullmatch(name) and (pair := _pair(raw))}
    )


def _pair(raw: Any) -> tuple[int, int] | None:
    if not isinstance(raw, list) or len(raw) != 2 or not all(type(each) is int and 0 <= each <= MOST for each in raw):
        return None
    return raw[0], raw[1]


def _instant(raw: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo else None
