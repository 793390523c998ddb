"""What is counted of a form, read from `Context.rhythms`: entries and what else became of its posts, hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from diagnostics.forms.silence.calendar import HOUR_S

ENTRY = "submitted"
OTHERWISE = ("rejected", "spam", "failed", "lost")  # a post that was no entry in the end
VIEWED = "viewed"  # the form's page was shown to a visitor: only where something counts that


@dataclass(frozen=True)
class Told:
    """The counts of one form. Hours are since the epoch, in UTC; an hour without anything is not there."""

    counts: Mapping[str, Mapping[int, int]] = field(default_factory=dict)  # kind -> hour -> number
    last_at: datetime | None = None  # the last entry

    @property
    def entries(self) -> Mapping[int, int]:
        return self.of(ENTRY)

    def of(self, kind: str) -> Mapping[int, int]:
        """What was counted of *kind*."""
        return self.counts.get(kind, {})

    @property
    def since(self) -> int | None:
        """The first hour that anything of the form was counted in."""
        return min((min(hours) for hours in self.counts.values() if hours), default=None)

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
    return Told(counts, _instant(last))


def _hours(raw: object) -> dict[int, int]:
    found = {}
    for name, number in _map(raw).items():
        at = _instant(f"{name}:00+00:00")
        if at is not None and type(number) is int and number > 0:
            found[int(at.timestamp()) // HOUR_S] = number
    return found


def _map(raw: object) -> Mapping[Any, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _instant(raw: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo else None
