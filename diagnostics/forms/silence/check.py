"""The check of every form's silence: by its own rhythm, in the site's own time.

Guide: Missing Form Submissions. It looks at counts alone, so it costs the site one question (its list of forms, for
titles and the time zone); where the site does not answer, the counts are judged in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Code, Finding, UnknownReason
from diagnostics.forms.form import Forms, Wishes, read_forms
from diagnostics.forms.silence import codes
from diagnostics.forms.silence.calendar import Calendar, hour_index
from diagnostics.forms.silence.judge import Silence, Standing, silence_of
from diagnostics.forms.silence.shares import jump_of
from diagnostics.forms.silence.told import ENTRY, Told, read
from diagnostics.forms.silence.words import facts_of, jump_facts, name_of, when
from diagnostics.mail.site import site_name
from diagnostics.printable import printable

MOST_FORMS = 500
UNHEARD_HOURS = 24  # of which nothing is known, before that is said instead of a pass
JUMPS = {"rejected": codes.REJECTED_MORE, "spam": codes.SPAM_MORE}
CODES_OF: Mapping[Standing, Code] = {
    Standing.NO_ENTRY: codes.NO_ENTRY,
    Standing.YOUNG: codes.YOUNG,
    Standing.WITHIN: codes.WITHIN,
    Standing.UNLIKELY: codes.UNLIKELY,
    Standing.SILENT: codes.SILENT,
    Standing.NO_VISITORS: codes.NO_VISITORS,
}


@check("forms.silence", emits=codes.CODES)
async def silence(context: Context) -> list[Finding]:
    """Say of each form whether its silence is within its rhythm, worth a try, or an alarm."""
    forms, why = await _forms(context)
    told = {key: read(raw) for key, raw in list(context.rhythms.items())[:MOST_FORMS]}
    keys = [context.form] if context.form else list(dict.fromkeys([*told, *(form.key for form in forms.forms)]))
    if not keys:
        facts = {"forms": 0, "not_asked": why}
        return [codes.NO_FORMS.finding(site_name(context), facts, reason=UnknownReason.UNAVAILABLE)]
    calendar = Calendar(forms.wishes.timezone)
    return [finding for key in keys[:MOST_FORMS] for finding in _findings(context, forms, told, key, calendar, why)]


async def _forms(context: Context) -> tuple[Forms, str]:
    """The site's own list, and why it is not there."""
    if context.site is None:
        return Forms((), Wishes()), "no site is connected"
    try:
        return read_forms(await context.site.command("forms.list")), ""
    except SiteUnavailable as error:
        return Forms((), Wishes()), printable(str(error))


def _findings(
    context: Context, forms: Forms, all_told: Mapping[str, Told], key: str, calendar: Calendar, why: str
) -> list[Finding]:
    form, told = forms.by_key(key), all_told.get(key, Told())
    facts = {
        "form": key,
        "title": printable(form.title if form else "", 200),
        "name": name_of(form, key),
        "plugin": key.partition(":")[0],
        "page": form.pages[0] if form and form.pages else "",
        "page_words": f"the form's page {printable(form.pages[0])}" if form and form.pages else "the form's page",
        "timezone": calendar.timezone,
        "not_asked": why,
    }
    if form is not None and not form.on:
        return [codes.OFF.finding(key, facts, reason=UnknownReason.NOT_CONFIGURED)]
    if form is None and _gone(forms, key) and told.last_at is not None:
        since = {"since": when(told.last_at, calendar), "since_at": told.last_at.isoformat()}
        return [codes.GONE.finding(key, {**facts, **since}, reason=UnknownReason.NOT_CONFIGURED)]
    found = silence_of(told, calendar, context.now, heard_at=context.heard_at, paired_at=context.paired_at)
    facts |= facts_of(found, told, calendar, context.changes)
    facts |= _others(all_told, key, found, calendar)
    code = _code(found, context.now)
    reason = UnknownReason.UNAVAILABLE if code.verdict == "unknown" else None
    return [code.finding(key, facts, reason=reason), *_jumps(context, facts, key, told, found, calendar)]


def _code(found: Silence, now: datetime) -> Code:
    if found.standing is not Standing.WITHIN:
        return CODES_OF[found.standing]
    if found.until is not None and (now - found.until).total_seconds() > UNHEARD_HOURS * 3600:
        return codes.UNHEARD
    return codes.FEW if found.only_tried else codes.WITHIN


def _gone(forms: Forms, key: str) -> bool:
    """The list is whole, and has others of this plugin: an adapter that lists none says nothing of its forms."""
    plugin = key.partition(":")[0]
    return not forms.more and any(form.plugin == plugin for form in forms.forms)


def _others(all_told: Mapping[str, Told], key: str, found: Silence, calendar: Calendar) -> dict[str, Any]:
    """What the site's other forms took since: where they are silent too, look at what they share."""
    if found.since is None or found.until is None:
        return {}
    first, end = hour_index(found.since) + 1, hour_index(found.until) + 1
    others = [told for other, told in all_told.items() if other != key and told.last_at is not None]
    entries = sum(told.number(ENTRY, first, end) for told in others)
    said = ""
    if others:
        last = max(told.last_at for told in others if told.last_at is not None)
        if found.until - last >= (found.until - found.since) / 2:
            said = (
                f"No other form of the site has taken an entry since {when(last, calendar)}: look at what they share."
            )
        else:
            said = f"The site's other forms took {entries} {'entry' if entries == 1 else 'entries'} in that time."
    return {"others": len(others), "others_entries": entries, "others_words": said}


def _jumps(
    context: Context, facts: Mapping[str, Any], key: str, told: Told, found: Silence, calendar: Calendar
) -> list[Finding]:
    if found.rhythm is None or found.until is None:
        return []
    until = hour_index(found.until)
    jumps = [jump for kind in JUMPS if (jump := jump_of(kind, told, found.rhythm, calendar, until))]
    events = _events_of(context.events, key)
    return [
        JUMPS[jump.kind].finding(key, {**facts, **jump_facts(jump, calendar, events, context.changes)})
        for jump in jumps
    ]


def _events_of(events: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    plugin, _, form = key.partition(":")
    found = []
    for event in events:
        data = event.get("data")
        if isinstance(data, Mapping) and data.get("plugin") == plugin and data.get("form") == form:
            found.append(event)
    return found
