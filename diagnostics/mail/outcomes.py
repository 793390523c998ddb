"""A site's events and its mail history as checks read them: instants, and what came after what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Event = Mapping[str, Any]


def instant(value: object) -> datetime | None:
    """An aware instant from ISO 8601 text; None for what is none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else None


def happened(event: Event) -> datetime | None:
    """When *event* happened at the site; a hung mail when it began."""
    began = instant(data_of(event).get("began_at")) if event.get("type") == "mail.hung" else None
    return began or instant(event.get("occurred_at"))


def data_of(event: Event) -> Mapping[str, Any]:
    """What the event says."""
    data = event.get("data")
    return data if isinstance(data, Mapping) else {}


def of_type(events: Sequence[Event], *types: str) -> Iterator[tuple[datetime, Event]]:
    """The events of *types* with their instants, in the order given."""
    for event in events:
        at = happened(event)
        if event.get("type") in types and at is not None:
            yield at, event


@dataclass(frozen=True)
class Count:
    """How many mails of a day or an hour ended how."""

    label: str
    sent: int
    failed: int
    hung: int

    @property
    def begun(self) -> int:
        return self.sent + self.failed + self.hung


@dataclass(frozen=True)
class History:
    """The outcomes that the site keeps by itself (docs/protocol.md, `mail.history`)."""

    days: tuple[Count, ...]
    hours: tuple[Count, ...]
    last_sent_at: datetime | None
    first_failed_at: datetime | None  # since the last that was sent
    last_failed_at: datetime | None
    last_error: str

    @property
    def empty(self) -> bool:
        return not any(day.begun for day in self.days) and not self.last_sent_at and not self.last_failed_at

    @property
    def failing_since(self) -> datetime | None:
        """The first failure that no success followed."""
        if self.first_failed_at and (not self.last_sent_at or self.first_failed_at > self.last_sent_at):
            return self.first_failed_at
        return None

    @staticmethod
    def of(data: Mapping[str, Any]) -> History:
        return History(
            days=_counts(data.get("days"), "day"),
            hours=_counts(data.get("hours"), "hour"),
            last_sent_at=instant(data.get("last_sent_at")),
            first_failed_at=instant(data.get("first_failed_at")),
            last_failed_at=instant(data.get("last_failed_at")),
            last_error=str(data.get("last_error") or ""),
        )


def _counts(rows: object, label: str) -> tuple[Count, ...]:
    if not isinstance(rows, list):
        return ()
    return tuple(
        Count(str(row.get(label) or ""), *(int(row.get(each) or 0) for each in ("sent", "failed", "hung")))
        for row in rows
        if isinstance(row, Mapping)
    )
