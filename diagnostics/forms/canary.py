"""A test entry in each form that is due: armed at the site, sent by a real browser, one form after the other.

Guide: Form Not Submitting, Check. What becomes of the entry is another check's (`forms.trace`). Looked at again after
a crash, a form gets a new token: the old one is bound to its form, good for ten minutes and for one entry, and what it
may have let in the site's plugin deletes by itself.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.forms.browser.codes import NOT_FOUND, SCRIPT_WAITS
from diagnostics.forms.browser.judge import CODES as BROWSER_CODES
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.run import try_form
from diagnostics.forms.browser.tried import CHROMIUM, FIREFOX, Job, Tried
from diagnostics.forms.form import Form, Forms, read_forms
from diagnostics.forms.trace import codes
from diagnostics.forms.trace.judge import title_of
from diagnostics.forms.trace.look import answer_of
from diagnostics.forms.trace.quiet import quiet_until, zone_of
from diagnostics.forms.trace.screens import screens_of
from diagnostics.forms.trace.seen import log_of, seen_of
from diagnostics.mail.reading import with_facts
from diagnostics.mail.site import NOT_ASKED, ask, not_asked, site_name

MOST_FORMS = 20  # a run; the others' turn comes next
BUDGET_S = 900.0  # after which no more form is begun
TRY_S = 60.0
TOKEN_LIVES = timedelta(minutes=9)  # the site takes 10 at most, by its own clock
AT_ONCE = 4  # browsers in this process, whichever sites they look at
ROOM = {CHROMIUM: 1, FIREFOX: 2}  # of these; a Firefox takes twice the memory

WAITS = "form.page.script_waits"
ASK_AGAIN = "Look again; see under “Roads to it” on the site's page how it can be asked."
_browsers = threading.BoundedSemaphore(AT_ONCE)
WHY = {
    "excluded": ("the site's admin excludes it from tests.", "In wp-admin, Aftercare → Forms, take it off the list."),
    "payment": ("it takes a payment.", "Nothing: Aftercare never pays. Test it by hand in the provider's test mode."),
    "not_held": (
        "something runs on its entries that could not be taken back.",
        "In wp-admin, Aftercare → Forms, see what it is, and allow the test of this form if it does no harm.",
    ),
    "checkout": ("it is a checkout, and Aftercare completes none.", "Nothing: place a test order by hand."),
    "no_page": (
        "no published page shows it.",
        "Put the form on a page, in wp-admin under Pages; is it in a widget, template or pop-up, test it by hand.",
    ),
    "not_on": ("it takes no entries now.", "Publish it in its plugin's screen in wp-admin, if it is to take entries."),
}


@dataclass(frozen=True)
class Canary:
    """One test entry: its token, and what the browser saw."""

    token: str
    tried: Tried
    tries: int = 1
    first: str = ""  # why the first of two tries came no further
    holds: tuple[str, ...] = field(default=())


@check(
    "forms.browser",
    emits=[
        *BROWSER_CODES, codes.NOT_TRIED, codes.QUIET, codes.NOT_THIS_TIME, codes.NO_FORMS, codes.UNKNOWN_FORM,
        codes.VISITOR_IS_SPAM, NOT_ASKED,
    ],
    timeout_s=BUDGET_S + 4 * TRY_S,
)  # fmt: skip
async def forms_in_a_browser(context: Context) -> list[Finding]:
    """Fill each form in a real browser and send it as a test entry."""
    began = time.monotonic()
    try:
        forms = read_forms(await ask(context, "forms.list"))
    except SiteUnavailable as error:
        return not_asked(context, error)
    site = site_name(context)
    if not forms.forms:
        return [codes.NO_FORMS.finding(site, {"listed": 0}, reason=UnknownReason.NOT_CONFIGURED)]
    chosen = [form for form in forms.forms if context.form in ("", form.key)]
    if not chosen:
        told = {"form": context.form, "listed": len(forms.forms)}
        return [codes.UNKNOWN_FORM.finding(context.form, told, reason=UnknownReason.NOT_CONFIGURED)]
    found = [_not_tried(form, form.tried) for form in chosen if form.tried and form.on]
    due = in_turn([form for form in chosen if form.on and not form.tried], context.previous)
    if due and not context.by_hand and (quiet := _quiet(site, forms, context.now)):
        return [*found, quiet]
    for number, form in enumerate(due):
        if number >= MOST_FORMS or time.monotonic() - began > BUDGET_S:
            left = [title_of(each) for each in due[number:]]
            at_most = f"at most {MOST_FORMS} are tried in one look." if number >= MOST_FORMS else "its time was over."
            told = {"left": len(left), "forms": left, "why": at_most}
            found.append(codes.NOT_THIS_TIME.finding(site, told, reason=UnknownReason.NOT_ALLOWED))
            break
        now = context.now + timedelta(seconds=time.monotonic() - began)
        found += await _of_form(replace(context, now=now), form, forms)
    return found


def in_turn(forms: Sequence[Form], previous: Sequence[Finding]) -> list[Form]:
    """Which form comes first: one that failed last time, then those that were not tried, then the others."""
    failed = {each.subject for each in previous if each.verdict is Verdict.FAIL}
    tried = {each.subject for each in previous if "canary" in each.evidence}
    return sorted(forms, key=lambda form: (form.key not in failed, form.key in tried))


async def _of_form(context: Context, form: Form, forms: Forms) -> list[Finding]:
    try:
        canary = await send(context, form)
    except SiteUnavailable as error:
        return [_unseen(form, error)]
    if isinstance(canary, str):
        return [_not_tried(form, canary)]
    found = _with_evidence(context, form, canary)
    if forms.wishes.unexempted and canary.tried.message_kind == "thanks":
        found += await _as_a_visitor(context, form)
    return found


async def send(
    context: Context, form: Form, *, exempt: bool = True, retry: bool = True, browser: str = CHROMIUM
) -> Canary | str:
    """One test entry; why none was sent, as `not_tried` has it. Raises SiteUnavailable.

    A try that came to no end is made once more, with a token of its own: a page may be slow for once.
    """
    token, holds = await armed(context, form, exempt)
    if not token:
        return holds[0]
    # What the site makes of an empty entry does not depend on the browser.
    asks_empty = exempt and browser == CHROMIUM
    empty, _ = (
        await armed(context, form, True) if asks_empty and any(each.required for each in form.fields) else ("", ())
    )
    job = Job(form.pages[0], form, token, empty, empty_first=browser == CHROMIUM, timeout_s=TRY_S, browser=browser)
    tried = await in_a_browser(context, job)
    canary = Canary(token, tried, holds=holds)
    if not retry or not may_differ(tried) or (await answer_of(context, token, sent=False)).arrived:
        return canary
    token, _ = await armed(context, form, exempt)
    if not token:
        return canary
    again = await in_a_browser(context, replace(job, token=token, empty_token="", empty_first=False))
    if again.came_to < tried.came_to:
        return replace(canary, tries=2)
    return Canary(token, again, 2, tried.why, holds)


def may_differ(tried: Tried) -> bool:
    """Whether a second try may end otherwise: it came to no thanks, and not because nobody may look."""
    return tried.code not in ("no_browser", "not_allowed") and tried.message_kind != "thanks"


async def armed(context: Context, form: Form, exempt: bool) -> tuple[str, tuple[str, ...]]:
    """A token that the site knows now, and what it holds back meanwhile; no token, and why."""
    token = secrets.token_urlsafe(24)
    until = (context.now + TOKEN_LIVES).strftime("%Y-%m-%dT%H:%M:%SZ")
    args = {"plugin": form.plugin, "form": form.id, "token": token, "expires_at": until, "exempt": exempt}
    answer = await ask(context, "form.arm", {**args, "mailbox": context.recipient})
    if answer.get("armed") is not True:
        return "", (str(answer.get("why") or "not_on"),)
    holds = answer.get("holds")
    return token, tuple(str(each)[:80] for each in holds[:20]) if isinstance(holds, list) else ()


async def in_a_browser(context: Context, job: Job) -> Tried:
    """What came of *job*, once there is room for its browser among this process's few."""
    room = ROOM[job.browser]
    while not _has_room(room):  # noqa: ASYNC110 - each check has an event loop of its own
        await asyncio.sleep(0.2)
    try:
        return await try_form(job, context.network)
    finally:
        _browsers.release(room)


def _has_room(places: int) -> bool:
    """Take *places*, all or none: two that hold one each and wait for another would wait for ever."""
    taken = 0
    while taken < places and _browsers.acquire(blocking=False):
        taken += 1
    if taken < places and taken:
        _browsers.release(taken)
    return taken == places


async def _as_a_visitor(context: Context, form: Form) -> list[Finding]:
    """Once more without exemption, where the admin allows it: would a visitor pass the spam filters?"""
    try:
        canary = await send(context, form, exempt=False, retry=False)
        if isinstance(canary, str):
            return []
        answer = await answer_of(context, canary.token)
    except SiteUnavailable:
        return []  # the exempt entry's finding stands; this one is an extra
    if answer.event != "form.spam":
        return []
    by = answer.spam_by or "the form plugin"
    screens = screens_of(form)
    told = {"form": form.key, "title": title_of(form), "page": canary.tried.url, "spam_by": by}
    return [codes.VISITOR_IS_SPAM.finding(form.key, {**told, "where": screens.spam or screens.form})]


def _with_evidence(context: Context, form: Form, canary: Canary) -> list[Finding]:
    """The browser's findings; the first carries what the trace needs, the logs and the pictures."""
    tried = canary.tried
    common = {"form": form.key, "title": title_of(form), "page": form.pages[0], "seen_by": "canary"}
    common["tried_at"] = context.now.isoformat(timespec="seconds")
    found = [with_facts(each, **common) for each in _explained(findings_of(tried, form), context.findings)]
    whole: dict[str, Any] = {
        "canary": {"token": canary.token, "exempt": True, "seen": seen_of(tried).to_json()},
        "tries": canary.tries,
        "first_try": canary.first,
        "holds": list(canary.holds),
        "pictures": pictures_of(context, title_of(form), tried),
        "log": log_of(tried),
    }
    return [with_facts(each, **(whole if place == 0 else {})) for place, each in enumerate(found)]


def _explained(found: Sequence[Finding], before: Sequence[Finding]) -> Sequence[Finding]:
    """A form that is not there, where the page showed that its script is held back: by that."""
    waits = next((each for each in before if (each.subject, each.code) == (found[0].subject, WAITS)), None)
    if waits is None or found[0].code != NOT_FOUND.code:
        return found
    told = {name: waits.evidence[name] for name in ("by", "where", "script")}
    return [SCRIPT_WAITS.finding(found[0].subject, {**found[0].evidence, **told}), *found[1:]]


def pictures_of(context: Context, title: str, tried: Tried) -> list[dict[str, str]]:
    """The pictures of a try, kept with the run; their names begin with *title*."""
    kept = []
    for name, png in (("before", tried.picture_before), ("after", tried.picture_after)):
        words = f"{title}, {name} it was sent"
        if png and context.attach is not None and (picture := context.attach(words, png)):
            kept.append({"id": picture, "name": words})
    return kept


def _quiet(site: str, forms: Forms, now: datetime) -> Finding | None:
    until = quiet_until(forms.wishes, now)
    if until is None:
        return None
    local = until.astimezone(zone_of(forms.wishes.timezone))
    told = {"until": until.isoformat(), "until_local": f"{local:%H:%M}", "timezone": forms.wishes.timezone}
    return codes.QUIET.finding(site, told, reason=UnknownReason.NOT_ALLOWED)


def why_not(why: str) -> tuple[str, str]:
    """Why no test entry is sent, as `not_tried` has it, in words; and what to do."""
    return WHY.get(why, (f"the site says “{why[:40]}”.", "Update Aftercare's plugin at the site."))


def _not_tried(form: Form, why: str) -> Finding:
    words, then = why_not(why)
    told = {"form": form.key, "title": title_of(form), "not_tried": why, "why": words, "then": then}
    return codes.NOT_TRIED.finding(form.key, told, reason=UnknownReason.NOT_ALLOWED)


def _unseen(form: Form, error: SiteUnavailable) -> Finding:
    told = {"form": form.key, "title": title_of(form), "not_tried": "unavailable", "tried": list(error.tried)}
    why = f"the site could not be asked to expect one ({error})."
    facts = {**told, "why": why, "then": ASK_AGAIN}
    return codes.NOT_TRIED.finding(form.key, facts, reason=UnknownReason(error.reason))
