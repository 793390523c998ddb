"""What is counted of a form, read from `Context.rhythms`: entries and what else became of its posts, hour by hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from diagnostics.forms.silence.calendar import HOUR_S

ENTRY = "submitted"
OTHERWISE = ("rejected", "spam", "failed", "lost")  # a post that was no entry in the end
VIEWED = "viewed"  # the form's page was shown to a visitor: an estimate, in the hours that are counted
PRESSED = "pressed"  # its button was pressed: the same; not there where presses are not told of this form
FORGEABLE = (VIEWED, PRESSED)


@dataclass(frozen=True)
class Told:
    """The counts of one form. Hours are since the epoch, in UTC; an hour without anything is not there."""

    counts: Mapping[str, Mapping[int, int]] = field(default_factory=dict)  # kind -> hour -> number
    last_at: datetime | None = None  # the last entry
    counted: Collection[int] = frozenset()  # the hours whose visits were counted
    one_in: int = 1  # visits, of which one was told and counts for all

    @property
    def entries(self) -> Mapping[int, int]:
        return self.of(ENTRY)

    def of(self, kind: str) -> Mapping[int, int]:
        """What was counted of *kind*."""
        return self.counts.get(kind, {})

    @property
    def since(self) -> int | None:
        """The first hour that the site told anything of the form in."""
        told = (hours for kind, hours in self.counts.items() if hours and kind not in FORGEABLE)
        return min(map(min, told), default=None)

    def number(self, kind: str, first: int, last: int) -> int:
        """How many of *kind* from the hour *first* to before *last*."""
        hours = self.of(kind)
        if last - first < len(hours):
            return sum(hours.get(hour, 0) for hour in range(first, last))
        return sum(number for hour, number in hours.items() if first <= hour < last)


def read(raw: Mapping[str, Any]) -> Told:
    """One value of `Context.rhythms`; what is of another kind than it has is left out."""
    counts = {str(kind): _hours(hours) for kind, hours in _map(raw.get("counts")).items()}
    last = _map(raw.get("last_at")).get(ENTRY)
    visits = _map(raw.get("visits"))
    one_in, hours = visits.get("one_in"), visits.get("hours")
    counted = frozenset(
        hour for name in (hours if isinstance(hours, list) else ()) if (hour := _hour(name)) is not None
    )
    return Told(counts, _instant(last), counted, one_in if type(one_in) is int and one_in > 0 else 1)


def _hours(raw: object) -> dict[int, int]:
    found = {}
    for name, number in _map(raw).items():
        hour = _hour(name)
        if hour is not None and type(number) is int and number > 0:
            found[hour] = number
    return found


def _hour(name: object) -> int | None:
    at = _instant(f"{name}:00+00:00")
    return int(at.timestamp()) // HOUR_S if at is not None else None


def _map(raw: object) -> Mapping[Any, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _instant(raw: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo else None
