"""How the templates say things: instants, spans, verdicts, and addresses with one part changed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request
from markupsafe import Markup

from sidecar.store.sites import Site
from sidecar.web import logged_in, now

VERDICTS = {"pass": "Sound", "warn": "Warning", "fail": "Broken", "unknown": "Could not look"}
OUTCOMES = {
    "sound": ("pass", "Sound"),
    "faults": ("fail", "Faults found"),
    "unclear": ("unknown", "Unclear"),
    "died": ("warn", "Did not end"),
}
RUN_STATES = {"queued": ("waiting", "Waiting"), "running": ("looking", "Looking")}
TICKET_STATES = {
    "open": ("fail", "Open"),
    "resolved": ("pass", "Resolved"),
    "not_a_fault": ("unknown", "Not a fault"),
}
SITE_STATES = {
    "paired": ("pass", "Paired"),
    "waiting": ("waiting", "Never paired"),
    "unpaired": ("warn", "Unpaired"),
    "silent": ("fail", "Not heard from"),
}
TRIGGERS = {
    "schedule": "on schedule",
    "ticket": "to see whether a ticket is mended",
    "look": "to look again before anybody is told",
    "run": "as a form's mail did not leave",
}


def register(app: Flask, sections: Sequence[tuple[str, str, str]]) -> None:
    """Give the templates their filters and what every page shows."""
    app.jinja_env.filters.update(
        when=when,
        ago=ago,
        span=span,
        pretty=pretty,
        host=host,
        ticks=ticks,
        table_of=table_of,
        is_instant=is_instant,
        trigger=trigger,
    )
    app.jinja_env.globals.update(
        now=now,
        VERDICTS=VERDICTS,
        OUTCOMES=OUTCOMES,
        RUN_STATES=RUN_STATES,
        TICKET_STATES=TICKET_STATES,
        SITE_STATES=SITE_STATES,
        with_query=with_query,
    )

    @app.context_processor
    def every_page() -> dict[str, Any]:
        session = logged_in()
        return {"me": session.user if session else None, "sections": sections}


def moment(value: datetime | str | None) -> datetime | None:
    """*value* as an aware instant; None for nothing, or for what is none."""
    if not value:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def when(value: datetime | str | None, otherwise: str = "–") -> Markup:
    """A whole date and time, in UTC."""
    at = moment(value)
    if at is None:
        return Markup.escape(otherwise)
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc.day} {utc:%b %Y, %H:%M:%S} UTC"
    )


def ago(value: datetime | str | None, otherwise: str = "never") -> Markup:
    """How long ago, or in how long; the whole instant is in the title."""
    at = moment(value)
    if at is None:
        return Markup.escape(otherwise)
    utc, passed = at.astimezone(UTC), now() - at
    said = f"in {span(-passed)}" if passed < timedelta(0) else f"{span(passed)} ago"
    if abs(passed) < timedelta(seconds=5):
        said = "just now"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc.day} {utc:%b %Y, %H:%M:%S} UTC", said
    )


def span(value: timedelta | float | None) -> str:
    """A span in one or two units: 45 s, 3 min, 2 h 10 min, 5 d."""
    if value is None:
        return "–"
    seconds = abs(value.total_seconds() if isinstance(value, timedelta) else float(value))
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{hours // 24} d"


def pretty(value: Any) -> str:
    """A value of evidence as a person reads it: text as it is, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return "\n".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False, indent=2)


def ticks(text: str) -> Markup:
    """A text whose `backticks` mean code."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return Markup.escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else Markup.escape(part) for place, part in enumerate(parts)
    )


def host(url: str) -> str:
    """An address without what every address begins with."""
    return url.partition("://")[2].rstrip("/") or url


def trigger(value: dict[str, Any]) -> str:
    """Why a run began, after "3 min ago, "."""
    by, kind = str(value.get("by") or ""), str(value.get("kind", ""))
    if kind == "event":
        return f"after {value.get('type') or 'an event'}"
    if kind == "button":
        return f"by {by or 'a button'}, at the site"
    if kind == "person":
        return f"by {by or 'a person'}"
    return TRIGGERS.get(kind, kind)


INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def is_instant(value: Any) -> bool:
    """Whether a value of evidence is a whole date and time."""
    return isinstance(value, str) and INSTANT.fullmatch(value) is not None


def table_of(value: Any) -> tuple[list[str], list[list[Any]]] | None:
    """A list of like records as columns and rows, without the rows that only hold zeros; None for anything else."""
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) and each for each in value):
        return None
    columns = list(value[0])
    rows = [[each.get(name) for name in columns] for each in value]
    kept = [row for row in rows if not _only_zeros(row)]
    return columns, kept


def _only_zeros(row: list[Any]) -> bool:
    """A day or an hour in which nothing was counted."""
    counts = [cell for cell in row if isinstance(cell, int) and not isinstance(cell, bool)]
    return len(counts) == len(row) - 1 and len(counts) > 1 and not any(counts)


def with_query(**changes: Any) -> str:
    """This page's address with parts of its query changed; None takes a part away."""
    query = {name: value for name, value in request.args.items() if value}
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{request.path}?{urlencode(query)}" if query else request.path


def site_names(known: Sequence[Site]) -> dict[str, str]:
    """What each site is called, by id."""
    return {site.id: site.name or host(site.url) for site in known}


def channel_names(addresses: Sequence[str]) -> dict[str, str]:
    """What each notification channel is called: its place and its kind, never its address."""
    return {str(place): f"channel {place} ({each.partition('://')[0]})" for place, each in enumerate(addresses, 1)}
