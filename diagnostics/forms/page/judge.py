"""read_page: what a page, read as it came, says of a form on it. Guide: Form Not Submitting.

Pure: facts in, findings out. The first thing that keeps a visitor from the form ends the look: one cause is named.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.form import Form
from diagnostics.forms.page import judge_shown as shown
from diagnostics.forms.page.codes import reach
from diagnostics.forms.page.codes import shown as shown_codes
from diagnostics.forms.page.fetch import FetchedPage
from diagnostics.forms.page.judge_captcha import captchas
from diagnostics.forms.page.judge_reach import AGENT, broken_off, clock, instead_of_form, no_page
from diagnostics.forms.page.judge_scripts import scripts
from diagnostics.forms.page.judge_target import target
from diagnostics.forms.page.makers import BY_SLUG
from diagnostics.forms.page.seen import Seen, SeenForm, Unreadable, read
from diagnostics.printable import printable

MOST_FORMS = 50  # of one page that nobody asked about by a form
_NOT_SHOWN = {"lost_at": "shown"}  # the stage of an entry's way, as forms.trace names it


def read_page(page: FetchedPage, form: Form | None, now: datetime) -> list[Finding]:
    """What *page*, fetched *now*, says of *form*; without one, of each form in it whose plugin is known."""
    subject = form.key if form else printable(page.url, 300)
    facts = _facts(page, form)
    if (stopped := no_page(page, {**facts, **_NOT_SHOWN}, subject, now)) is not None:
        return [stopped]
    try:
        seen = read(page.page)
    except Unreadable as why:
        told = {**facts, "why": str(why), "agent": AGENT}
        return [reach.UNSEEN.finding(subject, told, reason=UnknownReason.UNAVAILABLE)]
    if form is not None:
        return _form(page, seen, form, facts, now)
    return _every_form(page, seen, facts, subject, now)


def _form(page: FetchedPage, seen: Seen, form: Form, facts: dict[str, Any], now: datetime) -> list[Finding]:
    places = shown.wanted(seen, form)
    around = shown.strangers(seen)
    if not places:
        told = {**facts, **_NOT_SHOWN}
        stopped = instead_of_form(page, seen, told, form.key, now) or shown.not_there(seen, form, told, form.key)
        return [stopped, *around]
    return [*_places(page, seen, places, form, facts, form.key, now), *around]


def _every_form(page: FetchedPage, seen: Seen, facts: dict[str, Any], subject: str, now: datetime) -> list[Finding]:
    groups: dict[tuple[str, str], list[SeenForm]] = {}
    for each in seen.forms[:MOST_FORMS]:
        groups.setdefault((each.maker.slug, each.id), []).append(each)
    found: list[Finding] = []
    for (slug, number), places in groups.items():
        key = f"{slug}:{number}"
        told = {**facts, **_named(slug, key, "")}
        found += _places(page, seen, places, None, told, key, now)
    found += [*shown.leftovers(seen, facts), *shown.strangers(seen)]
    if not found:
        instead = instead_of_form(page, seen, {**facts, "title": "a form"}, subject, now)
        found.append(instead or shown_codes.NONE.finding(subject, facts, reason=UnknownReason.NOT_CONFIGURED))
    return found


def _places(
    page: FetchedPage,
    seen: Seen,
    places: list[SeenForm],
    form: Form | None,
    facts: dict[str, Any],
    subject: str,
    now: datetime,
) -> list[Finding]:
    first = places[0]
    if (gone := shown.deleted(seen, first, {**facts, **_NOT_SHOWN}, subject)) is not None:
        return [gone]
    lacks_scripts = scripts(page, seen, first, facts, subject)
    if lacks_scripts and (half := broken_off(seen, facts, subject, now, "the form's script")) is not None:
        return [half]
    found: list[Finding | None] = [
        *target(page, seen, first, facts, subject),
        shown.hidden(first, facts, subject),
        *lacks_scripts,
        *captchas(seen, first, form, facts, subject),
        shown.nonce(page, seen, first, facts, subject, now),
        shown.twice(seen, places, facts, subject),
        clock(page, facts, subject, now),
    ]
    told = [each for each in found if each is not None]
    if not any(each.verdict in (Verdict.FAIL, Verdict.WARN) for each in told):
        told.append(shown_codes.SOUND.finding(subject, facts))
    return told


def _facts(page: FetchedPage, form: Form | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"page": printable(page.url, 300)}
    if page.page.answer is not None and page.page.answer.url != page.url:
        facts["landed"] = printable(page.page.answer.url, 300)
    if form is not None:
        facts |= _named(form.plugin, form.key, form.title)
    else:
        facts["title"] = "the form"
    return facts


def _named(slug: str, key: str, title: str) -> dict[str, Any]:
    maker = BY_SLUG.get(slug)
    plugin = maker.title if maker else printable(slug, 60)
    return {
        "form": printable(key, 140),
        "title": f"the form “{printable(title, 100)}”" if title else f"the form {printable(key, 140)}",
        "plugin_title": plugin,
        "screen": maker.screen if maker else "the form plugin's screen in wp-admin",
    }
