"""For a time span: how many entries passed each stage, and where they are lost now.

Guide: Missing Form Submissions, Check and Verify. From what the site told of visitors' entries; the first two stages
are estimates, known only where visitors' browsers count them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from diagnostics.forms.silence.calendar import hour_index
from diagnostics.forms.silence.told import PRESSED, VIEWED, Told, read
from diagnostics.forms.silence.visitors import COUNTED
from diagnostics.forms.trace.stages import TITLES
from diagnostics.mail.outcomes import Event, data_of, instant, of_type

DAYS = 30
FIRST = ("shown", "pressed")
OUTCOMES = ("submitted", "rejected", "failed", "spam", "lost")
TOLD = "told one by one"
NOT_KNOWN = "not known: visitors' browsers tell nothing of it"
LOST_AT = {"rejected": "validated", "spam": "spam", "lost": "validated", "failed": "accepted"}
SPAM_AT_LEAST = 5  # entries, before "all of them" says anything


@dataclass(frozen=True)
class Counts:
    """One form's entries of the last days."""

    number: Mapping[str, int] = field(default_factory=dict)  # outcome -> how many
    last_at: Mapping[str, datetime] = field(default_factory=dict)
    shown: int | None = None  # estimates; None: not told
    pressed: int | None = None
    estimated: str = NOT_KNOWN  # how these two are known
    stalled: int = 0
    kept: int = 0  # of those of which that was told
    not_kept: int = 0
    mails: Mapping[str, int] = field(default_factory=dict)  # sent, failed, hung
    lost_since: datetime | None = None  # the first that failed or was lost after the last that went through
    lost_now: Mapping[str, int] = field(default_factory=dict)  # outcome -> how many since then
    safe: int = 0  # of those, kept on the site by Aftercare's plugin, as its admin wished
    spam_by: tuple[str, ...] = ()

    @property
    def all(self) -> int:
        return sum(self.number.values())

    @property
    def through(self) -> int:
        return self.number.get("submitted", 0)

    def stages(self) -> list[dict[str, Any]]:
        """Each stage that was counted, and the first two: how many came to it, were lost there, and how that is known.

        Lost at a press is only what nothing followed on: a browser refuses what is not filled in without the site.
        """
        lost, rejected, spam = (self.number.get(each, 0) for each in ("lost", "rejected", "spam"))
        after = self.all - lost - rejected
        rows: list[tuple[str, int | None, int]] = [
            ("shown", self.shown, 0),
            ("pressed", self.pressed, self.stalled),
            ("arrived", self.all, 0),
            ("validated", self.all, lost + rejected),
            ("spam", after, spam),
            ("kept", self.kept + self.not_kept or None, self.not_kept),
            ("accepted", sum(self.mails.values()) or None, self.mails.get("failed", 0) + self.mails.get("hung", 0)),
        ]
        return [
            {"stage": stage, "title": TITLES[stage], "came": came, "lost": gone, "known": self._known(stage, came)}
            for stage, came, gone in rows
            if came is not None or stage in FIRST
        ]

    def _known(self, stage: str, came: int | None) -> str:
        if stage not in FIRST:
            return TOLD
        return NOT_KNOWN if came is None else self.estimated


def counts_of(key: str, rhythm: Mapping[str, Any], events: Sequence[Event], now: datetime) -> Counts:
    """The counts of the form *key*: numbers from its hours, details from its events."""
    since = now - timedelta(days=DAYS)
    hours = rhythm.get("counts")
    first = since.strftime("%Y-%m-%dT%H")
    number = {
        kind: sum(count for hour, count in found.items() if hour >= first and type(count) is int)
        for kind, found in (hours.items() if isinstance(hours, Mapping) else ())
        if kind in OUTCOMES and isinstance(found, Mapping)
    }
    told = rhythm.get("last_at")
    last_at = {kind: at for kind, raw in (told or {}).items() if (at := instant(raw))} if told else {}
    own = [(at, each) for at, each in _of_form(events, key) if at >= since]
    good = last_at.get("submitted")
    bad = [(at, each) for at, each in own if _kind(each) in ("failed", "lost", "spam") and (not good or at > good)]
    lost = [(at, each) for at, each in bad if _kind(each) != "spam"]
    lost_now = {kind: sum(_kind(each) == kind for _, each in bad) for kind in ("failed", "lost", "spam")}
    kept = [data_of(each).get("kept") for _, each in own]
    mails = [each for at, each in of_type(events, "mail.sent", "mail.failed", "mail.hung") if at >= since]
    of_form = [_kind(each) for each in mails if data_of(each).get("form") == key and not data_of(each).get("canary")]
    told_of = read(rhythm)
    begin, end = hour_index(since), hour_index(now)
    return Counts(
        shown=told_of.number(VIEWED, begin, end + 1) if told_of.of(VIEWED) else None,
        pressed=told_of.number(PRESSED, begin, end + 1) if PRESSED in told_of.counts else None,
        estimated=_estimated(told_of, begin, end),
        number={kind: count for kind, count in number.items() if count},
        last_at=last_at,
        stalled=sum(_count(each) for _, each in own if _kind(each) == "stalled"),
        kept=kept.count(True),
        not_kept=kept.count(False),
        mails={kind: of_form.count(kind) for kind in ("sent", "failed", "hung") if kind in of_form},
        lost_since=min((at for at, _ in lost), default=min((at for at, _ in bad), default=None)),
        lost_now={kind: count for kind, count in lost_now.items() if count},
        safe=sum(data_of(each).get("safe") is True for _, each in lost),
        spam_by=tuple(dict.fromkeys(str(by)[:80] for _, each in bad if (by := data_of(each).get("spam_by")))),
    )


def _estimated(told: Told, begin: int, end: int) -> str:
    """How the first two stages are known, in words."""
    hours = sum(begin <= hour < end for hour in told.counted)
    part = "" if hours >= COUNTED * (end - begin) else f", counted in {hours} of {end - begin} hours"
    return f"estimated from one in {told.one_in} visits{part}"


def _of_form(events: Sequence[Event], key: str) -> list[tuple[datetime, Event]]:
    types = [f"form.{kind}" for kind in (*OUTCOMES, "stalled")]
    found = []
    for at, event in of_type(events, *types):
        data = data_of(event)
        if f"{data.get('plugin')}:{data.get('form')}" == key:
            found.append((at, event))
    return found


def _kind(event: Event) -> str:
    return str(event.get("type", "")).partition(".")[2]


def _count(event: Event) -> int:
    count = data_of(event).get("count")
    return count if type(count) is int and 0 < count < 10_000 else 1
