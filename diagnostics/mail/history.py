"""The last 30 days of the site's mail: since when does it fail, and what changed just before?

Guide: Emails Not Sending, Check (logs). The site keeps these outcomes itself, so the
answer reaches back to before anybody pressed Diagnose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.mail.outcomes import Event, History, data_of, of_type
from diagnostics.mail.site import NOT_ASKED, ask, not_asked, site_name

SOUND = Code(
    "mail.history.sound",
    Verdict.PASS,
    "{subject}'s last mail was handed over {evidence.last_sent_at}; in 30 days {evidence.sent} sent, "
    "{evidence.failed} failed, {evidence.hung} hung.",
    meaning="No failure stands after the last mail that left.",
    proof="The site's own count of every wp_mail, by day and hour.",
    impact=Impact.ADVICE,
)
FAILING_SINCE = Code(
    "mail.failing_since",
    Verdict.FAIL,
    "No mail of {subject} has left since {evidence.since}{evidence.after_words}.",
    remedy="Mend the cause that another finding names, then press Diagnose again. {evidence.advice}",
    meaning="Every mail since then failed or hung. This is what happened; the cause is named by another finding.",
    proof="The first failure after the last success, and the changes of settings and plugins before it.",
    kind=CauseKind.SETTINGS,
)
NONE_YET = Code(
    "mail.history.none",
    Verdict.UNKNOWN,
    "{subject} has tried to send no mail since Aftercare counts there.",
    remedy="Send one: press Diagnose with a test mailbox set, or use Lost your password on the site's log-in page.",
    meaning="Where nothing was sent, nothing can have failed, and nothing is proved either.",
    proof="30 days of zeros in the site's own count.",
    impact=Impact.ADVICE,
)

CHANGE_WITHIN = timedelta(days=7)
HISTORY_STEP = timedelta(seconds=1)  # the site keeps whole seconds: a change in the same one came before


@check("mail.history", emits=[SOUND, FAILING_SINCE, NONE_YET, NOT_ASKED])
async def outcomes_of_30_days(context: Context) -> list[Finding]:
    """Find the first failure since the last success, and the change that stands just before it."""
    try:
        history = History.of(await ask(context, "mail.history"))
    except SiteUnavailable as error:
        return not_asked(context, error)
    site = site_name(context)
    chart = {"days": history.days, "hours": history.hours, "last_error": history.last_error}
    if history.empty:
        return [NONE_YET.finding(site, chart, reason=UnknownReason.UNAVAILABLE)]
    since = history.failing_since
    if since is None:
        totals = {each: sum(getattr(day, each) for day in history.days) for each in ("sent", "failed", "hung")}
        return [SOUND.finding(site, {"last_sent_at": words(history.last_sent_at), **totals, **chart})]
    change = change_before(context.changes, since)
    evidence = {
        "seen_by": "reported",
        "scope": "path",
        "since": words(since),
        "since_at": since.isoformat(),
        "last_sent_at": history.last_sent_at.isoformat() if history.last_sent_at else None,
        "after": change,
        "after_words": f", {minutes(change['seconds_before'])} after {change['what']}" if change else "",
        "advice": f"Look at {change['what']} first: undo it, and send a test mail."
        if change
        else "No change of settings or plugins stands before it: look at the relay and at the web host.",
        **chart,
    }
    return [FAILING_SINCE.finding(site, evidence)]


def change_before(changes: Sequence[Event], instant: datetime) -> dict[str, Any] | None:
    """The last config.changed or plugin.changed in the week before *instant*."""
    before = [
        (at, event)
        for at, event in of_type(changes, "config.changed", "plugin.changed")
        if instant - CHANGE_WITHIN <= at < instant + HISTORY_STEP
    ]
    if not before:
        return None
    at, event = max(before, key=lambda each: each[0])
    return {
        "type": event.get("type"),
        "what": what_changed(str(event.get("type")), data_of(event)),
        "at": at.isoformat(),
        "seconds_before": max(0, int((instant - at).total_seconds())),
    }


def what_changed(kind: str, data: Mapping[str, Any]) -> str:
    """A change in words: what, and from what to what where that is no secret."""
    what = str(data.get("what") or "a change")
    if kind == "plugin.changed":
        name = str(data.get("name") or data.get("slug") or "a plugin")
        to = f" to {data['to']}" if what in ("updated", "core_updated") and data.get("to") else ""
        return f"{name} was {what.replace('core_updated', 'updated')}{to}"
    if data.get("secret") or "to" not in data:
        return f"the setting {what} was changed"
    return f"the setting {what} was changed from {_short(data.get('from'))} to {_short(data.get('to'))}"


def words(at: datetime | None) -> str:
    """An instant for people, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"


def minutes(seconds: int) -> str:
    """A span for people."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a minute"


def _short(value: object) -> str:
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
