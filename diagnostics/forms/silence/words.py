"""A form's silence as evidence: its figures, its chart, and the words that the findings' sentences take from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from diagnostics.finding import as_facts
from diagnostics.forms.form import Form
from diagnostics.forms.silence.band import band_of
from diagnostics.forms.silence.calendar import Calendar, hour_index, moment_of
from diagnostics.forms.silence.judge import CAME, SILENT_WEEKS, TRY_WEEKS, Silence
from diagnostics.forms.silence.rhythm import YOUNGEST_DAYS
from diagnostics.forms.silence.shares import Jump
from diagnostics.forms.silence.told import OTHERWISE, Told
from diagnostics.forms.silence.visitors import Visitors
from diagnostics.mail.history import what_changed
from diagnostics.mail.outcomes import data_of, instant, of_type
from diagnostics.printable import printable

MOST_CHANGES = 5
WEEKS_A_YEAR = 52


def name_of(form: Form | None, key: str) -> str:
    """The form as people know it, in quotes."""
    return f"“{printable(form.title, 200) if form and form.title else printable(key)}”"


def when(moment: datetime, calendar: Calendar) -> str:
    """An instant for people, in the site's own time."""
    return f"{moment.astimezone(calendar.zone):%Y-%m-%d %H:%M} ({calendar.timezone})"


def span(hours: float) -> str:
    """A span for people."""
    if hours < 1:
        return "less than an hour"
    number, unit = (round(hours), "hour") if hours < 72 else (round(hours / 24), "day")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def once(weeks: float) -> str:
    """How seldom something comes, for people."""
    if weeks < WEEKS_A_YEAR * 2:
        return f"{max(1, round(weeks))} weeks" if round(weeks) > 1 else "a week"
    years = weeks / WEEKS_A_YEAR
    return f"{_two_digits(years)} years" if years < 1000 else "more than 1000 years"


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):g}"


def facts_of(found: Silence, told: Told, calendar: Calendar, changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The evidence of one silence."""
    facts: dict[str, Any] = {
        "seen_by": "reported",
        "entries_counted": sum(told.entries.values()),
        "country": calendar.country,
        "learned": found.days,
        "needed": YOUNGEST_DAYS,
    }
    if found.since is None or found.until is None:
        return facts
    facts |= {
        "since": when(found.since, calendar),
        "since_at": found.since.isoformat(),
        "until": when(found.until, calendar),
        "until_at": found.until.isoformat(),
        "gap_time": span((found.until - found.since).total_seconds() / 3600),
        "meanwhile": _meanwhile(told, found.since, found.until),
        **_changed(changes, found.since, found.until),
    }
    if found.rhythm is None or found.gap is None:
        return facts
    rhythm, gap = found.rhythm, found.gap
    return (
        facts
        | _visits(found.visitors)
        | {
            "gap_hours": round(gap.hours, 1),
            "expected": _few(gap.expected),
            "probability": float(f"{gap.probability:.3g}"),
            "weeks": float(f"{gap.weeks:.3g}"),
            "once_time": once(gap.weeks),
            "try_at_weeks": TRY_WEEKS,
            "silent_at_weeks": SILENT_WEEKS,
            "a_week": _few(rhythm.bunch * rhythm.a_week),
            "a_day": _few(rhythm.bunch * rhythm.a_week / 7),
            "only_tried": found.only_tried,
            "spread": round(rhythm.level_spread + rhythm.day_spread, 3),
            "chart": as_facts(band_of(rhythm, told.entries, calendar, hour_index(found.until))),
        }
    )


def _visits(visitors: Visitors | None) -> dict[str, Any]:
    """What visitors' browsers told of the gap."""
    if visitors is None:
        return {"visits": None, "visits_words": ""}
    by = f"estimated from one in {visitors.one_in} visits"
    pressed = "" if visitors.pressed is None else f", and submit pressed {_about(visitors.pressed)}"
    came = "the visitors came" if visitors.share >= CAME else "fewer visitors came"
    return {
        "visits": {**as_facts(visitors), "share": round(visitors.share, 3)},
        "visitors_words": f"{visitors.share:.0%} of the usual visitors ({by})",
        "visits_words": f" In that time its page was shown {_about(visitors.seen)}, {visitors.share:.0%} of the usual"
        f"{pressed} ({by}): {came}.",
    }


def _about(number: int) -> str:
    return f"about {number} times" if number else "not once"


def _few(number: float) -> float | int:
    return round(number, 1) if number < 10 else round(number)


def _meanwhile(told: Told, since: datetime, until: datetime) -> dict[str, int]:
    """What else became of posts in the gap: they prove that visitors came, and pressed the button."""
    first, end = hour_index(since) + 1, hour_index(until) + 1
    numbers = {kind: told.number(kind, first, end) for kind in OTHERWISE}
    return {kind: number for kind, number in numbers.items() if number}


def _changed(changes: Sequence[Mapping[str, Any]], since: datetime, until: datetime) -> dict[str, Any]:
    """What was changed on the site after the last entry: the first of it comes closest to where the silence began."""
    after = sorted(
        (
            (at, printable(what_changed(str(event.get("type")), data_of(event)), 200), str(event.get("type")))
            for at, event in of_type(changes, "config.changed", "plugin.changed")
            if since <= at <= until
        ),
        key=lambda each: each[0],
    )
    if not after:
        return {
            "after": None,
            "changes": [],
            "advice": "No change of settings or plugins was told since its last entry: look at the form's page, at a "
            "cache before it, and at scripts from elsewhere.",
        }
    at, what, kind = after[0]
    return {
        "after": {"type": kind, "what": what, "at": at.isoformat()},
        "changes": [f"{each:%Y-%m-%d %H:%M} UTC: {said}" for each, said, _ in after[:MOST_CHANGES]],
        "advice": f"Look first at what was changed since its last entry: {what} ({at:%Y-%m-%d %H:%M} UTC).",
    }


def jump_facts(
    jump: Jump, calendar: Calendar, events: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The evidence of a jump, beside that of the silence: what it replaces there is the jump's own."""
    since = moment_of(jump.first)
    of_it = [
        event
        for event in events
        if event.get("type") == f"form.{jump.kind}" and (at := instant(event.get("occurred_at"))) and at >= since
    ]
    fields = _most(name for event in of_it for name in set(_texts(data_of(event).get("invalid"))))
    by = _most(said for event in of_it for said in _texts([data_of(event).get("spam_by")]))
    return {
        "since": when(since, calendar),
        "since_at": since.isoformat(),
        **_changed(changes, since, moment_of(jump.first + jump.hours)),
        "kind": jump.kind,
        "number": jump.number,
        "posts": jump.posts,
        "number_before": jump.number_before,
        "posts_before": jump.posts_before,
        "days_before": jump.days_before,
        "share": round(jump.share, 3),
        "share_before": round(jump.share_before, 4),
        "share_words": f"{jump.share:.0%} ({jump.number} of {jump.posts})",
        "before_words": f"{jump.share_before:.1%} ({jump.number_before} of {jump.posts_before} in {jump.days_before} "
        "days)",
        "entries": jump.entries,
        "expected": _few(jump.expected),
        "odds": float(f"{jump.odds:.3g}"),
        "chance": float(f"{jump.chance:.2g}"),
        "once_time": f"{1 / jump.chance:,.0f}" if jump.chance > 1e-9 else "more than a billion",
        "fields": fields,
        "fields_words": f", the field{'s' * (len(fields) > 1)} {', '.join(fields)} first" if fields else "",
        "said_by": by,
        "said_words": f" (it was {', '.join(by)} that said so)" if by else "",
    }


def _most(names: Any) -> list[str]:
    return [printable(name, 120) for name, _ in Counter(names).most_common(3)]


def _texts(raw: object) -> list[str]:
    return [each for each in raw if isinstance(each, str) and each] if isinstance(raw, list) else []
