"""The check of the counts: where visitors' entries are lost now, since when, and after which change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.form import Form, Forms, Wishes, read_forms
from diagnostics.forms.trace import codes
from diagnostics.forms.trace.counts import DAYS, LOST_AT, NOT_KNOWN, SPAM_AT_LEAST, Counts, counts_of
from diagnostics.forms.trace.entry import way_of_entry
from diagnostics.forms.trace.judge import title_of
from diagnostics.forms.trace.screens import screens_of
from diagnostics.forms.trace.stages import TITLES
from diagnostics.mail.outcomes import data_of, instant
from diagnostics.mail.site import ask, site_name

SHOWN = 50


@check("forms.counts", emits=[codes.ENTRIES_LOST, codes.ALL_SPAM, codes.ENTRIES, codes.NO_ENTRIES])
async def counts(context: Context) -> list[Finding]:
    """Count visitors' entries stage by stage, and say where they are lost now."""
    forms = await _forms(context)
    keys = [context.form] if context.form else list(context.rhythms)
    counted = {key: counts_of(key, context.rhythms.get(key, {}), context.events, context.now) for key in keys}
    known = {key: found for key, found in counted.items() if found.all or found.shown}
    if not any(found.all for found in known.values()):
        told = {"days": DAYS, "form": context.form or None, "forms": _rows(forms, known)}
        return [codes.NO_ENTRIES.finding(context.form or site_name(context), told, reason=UnknownReason.UNAVAILABLE)]
    found = []
    for key, each in known.items():
        found += await _of_form(context, _form(forms, key), each)
    return [*found, _all(context, forms, known)]


_SAFE = " Kept by Aftercare with all that was typed: {} of them, in wp-admin under Aftercare → Forms."


async def _forms(context: Context) -> Forms:
    try:
        return read_forms(await ask(context, "forms.list"))
    except SiteUnavailable:
        return Forms((), Wishes())  # the counts stand by themselves, without titles


def _form(forms: Forms, key: str) -> Form:
    plugin, _, form_id = key.partition(":")
    return forms.by_key(key) or Form(plugin=plugin, id=form_id)


async def _of_form(context: Context, form: Form, found: Counts) -> list[Finding]:
    lost, spam = found.lost_now, found.lost_now.get("spam", 0)
    screens, since = screens_of(form), found.lost_since
    if since is None:
        return []
    facts: dict[str, Any] = {
        "form": form.key,
        "title": title_of(form),
        "page": form.pages[0] if form.pages else "",
        "seen_by": "reported",
        "since": f"{since:%Y-%m-%d %H:%M} UTC",
        "since_at": since.isoformat(),
        "after": _change_before(context, since),
        "last_good_at": _iso(found.last_at.get("submitted")),
        "counts": found.stages(),
    }
    failed, gone = lost.get("failed", 0), lost.get("lost", 0)
    if failed or gone:
        at = LOST_AT["failed" if failed >= gone else "lost"]
        number = failed + gone
        words = f"{number} visitor{'s' if number != 1 else ''} lost their entry"
        told = {**facts, "words": words, "number": number, "stage": TITLES[at], "lost_at": at}
        told["safe"] = found.safe
        told["safe_words"] = _SAFE.format(found.safe) if found.safe else ""
        told["trace"] = await _last_lost(context, form)
        return [codes.ENTRIES_LOST.finding(form.key, {**told, "where": screens.entries or screens.mails})]
    if spam >= SPAM_AT_LEAST and found.through:
        by = f" by {', '.join(found.spam_by)}" if found.spam_by else ""
        told = {**facts, "number": spam, "by": by, "lost_at": "spam", "where": screens.spam or screens.form}
        return [codes.ALL_SPAM.finding(form.key, told)]
    return []


async def _last_lost(context: Context, form: Form) -> dict[str, Any] | None:
    """The way of the last entry that was kept and whose mail failed; None where there is none, or nobody answers."""
    for event in context.events:
        data = data_of(event)
        own = f"{data.get('plugin')}:{data.get('form')}" == form.key and event.get("type") == "form.failed"
        if own and (entry := data.get("entry")):
            try:
                raw = await ask(context, "form.entry", {"plugin": form.plugin, "form": form.id, "entry": str(entry)})
            except SiteUnavailable:
                return None
            return way_of_entry(form, raw, str(event.get("occurred_at"))).to_json()
    return None


def _all(context: Context, forms: Forms, known: Mapping[str, Counts]) -> Finding:
    facts = {
        "days": DAYS,
        "number": sum(each.all for each in known.values()),
        "through": sum(each.through for each in known.values()),
        "forms": _rows(forms, known),
    }
    return codes.ENTRIES.finding(site_name(context), facts)


def _rows(forms: Forms, known: Mapping[str, Counts]) -> list[dict[str, Any]]:
    return [
        {
            "form": title_of(_form(forms, key)),
            "shown": each.shown,
            "pressed": each.pressed,
            "shown_and_pressed": NOT_KNOWN if each.shown is None else each.estimated,
            "entries": each.all,
            "through": each.through,
            "refused": each.number.get("rejected", 0),
            "spam": each.number.get("spam", 0),
            "lost": each.number.get("failed", 0) + each.number.get("lost", 0),
        }
        for key, each in list(known.items())[:SHOWN]
    ]


def _change_before(context: Context, since: datetime) -> dict[str, str] | None:
    """What was changed at the site just before, as a run shows it."""
    for event in context.changes:
        at = instant(event.get("occurred_at"))
        if at is None or at > since:
            continue
        data = data_of(event)
        what = str(data.get("name") or data.get("slug") or data.get("what") or "")
        if event.get("type") == "plugin.changed":
            versions = f" from {data.get('from')} to {data.get('to')}" if data.get("from") and data.get("to") else ""
            what = f"{what} {data.get('what', 'changed')}{versions}".strip()
        return {"type": str(event.get("type")), "what": what, "at": at.isoformat()}
    return None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
