"""The forms as other visitors meet them: on a phone, with cookies refused, without JavaScript, in another browser.

Guide: Form Not Submitting, Test: with different browsers/users. Looked at are forms that a test entry found sound: what
is broken for everybody is told already. Nothing is sent but by the second browser (`second`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.forms import second
from diagnostics.forms.browser.judge import CODES as BROWSER_CODES
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.tried import PHONE, Job
from diagnostics.forms.canary import ASK_AGAIN, TRY_S, in_a_browser, why_not
from diagnostics.forms.form import Form, Wishes, read_forms
from diagnostics.forms.trace.judge import title_of
from diagnostics.mail.reading import with_facts
from diagnostics.mail.site import NOT_ASKED, ask, not_asked, site_name

MOST_FORMS = 5  # a run: three pages more for each
BUDGET_S = 420.0
QUIETER = "Look again at a quieter time."

EACH_ONE = Code(
    "form.visitors.alike",
    Verdict.PASS,
    "{evidence.title} can be filled in {evidence.ways}.",
    meaning="The form does not depend on a wide screen or on cookies.",
    proof="A real browser, once each way; how far it came stands in the evidence.",
    impact=Impact.ADVICE,
)
NOT_SEEN = Code(
    "form.visitors.unseen",
    Verdict.UNKNOWN,
    "{evidence.title} was not seen {evidence.ways}: {evidence.why}.",
    remedy="{evidence.then}",
    meaning="Nothing is known of how these visitors meet the form.",
    proof="What kept the browser from looking.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NONE_SOUND = Code(
    "form.visitors.none_looked_at",
    Verdict.UNKNOWN,
    "{subject}: no form was looked at in other ways, as none was found sound.",
    remedy="Mend what the test entries have shown first.",
    meaning="What is broken for every visitor is told already.",
    proof="The findings of the test entries in this run.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
WAYS: dict[str, dict[str, Any]] = {
    "on a phone": {"width": PHONE},
    "with cookies refused": {"cookies": False},
    "without JavaScript": {"scripts": False},
}


@check(
    "forms.visitors",
    emits=[*BROWSER_CODES, EACH_ONE, NOT_SEEN, *second.CODES, NONE_SOUND, NOT_ASKED],
    timeout_s=BUDGET_S + 5 * TRY_S,
)
async def as_other_visitors(context: Context) -> list[Finding]:
    """Look at the forms on a phone, with cookies refused, without JavaScript and in a second browser."""
    began, site = time.monotonic(), site_name(context)
    try:
        forms = read_forms(await ask(context, "forms.list"))
    except SiteUnavailable as error:
        return not_asked(context, error)
    sound = [form for form in forms.forms if form.pages and _works(context.findings, form.key)]
    if not sound:
        return [NONE_SOUND.finding(site, {"forms": len(forms.forms)}, reason=UnknownReason.NOT_CONFIGURED)]
    found: list[Finding] = []
    first = next((str(each.evidence["browser"]) for each in context.findings if each.evidence.get("browser")), "one")
    only_one = second.why_not_seen()
    for form in sound[:MOST_FORMS]:
        if time.monotonic() - began > BUDGET_S:
            break
        found += await _of_form(context, form)
        if not only_one:
            now = replace(context, now=context.now + timedelta(seconds=time.monotonic() - began))
            told, only_one = await _in_the_second(now, form, forms.wishes, first)
            found += told
    return [*found, second.one_engine(site, first, only_one)] if only_one else found


def _works(findings: Sequence[Finding], key: str) -> bool:
    return any(each.subject == key and each.code == "form.browser.works" for each in findings)


async def _in_the_second(context: Context, form: Form, wishes: Wishes, first: str) -> tuple[list[Finding], str]:
    """What it makes of the form, and why it can be asked no more."""
    try:
        came = await second.in_the_second(context, form, wishes, first)
    except SiteUnavailable as error:
        why, then = f"the site could not be asked to expect its test entry ({error})", ASK_AGAIN
    else:
        if isinstance(came, Finding):
            return [came], ""
        if isinstance(came, str):
            why, then = why_not(came)
        elif came.code == "no_browser":
            return [], came.why
        else:
            why, then = came.why or findings_of(came, form)[0].summary, QUIETER
    told = {**_facts(form), "ways": "in Firefox", "why": why.rstrip("."), "then": then}
    return [NOT_SEEN.finding(form.key, told, reason=UnknownReason.UNAVAILABLE)], ""


async def _of_form(context: Context, form: Form) -> list[Finding]:
    facts = _facts(form)
    found: list[Finding] = []
    well, ill, why = [], [], ""
    for way, how in WAYS.items():
        job = Job(form.pages[0], form, send=False, empty_first=False, pictures=False, timeout_s=TRY_S)
        tried = await in_a_browser(context, replace(job, **how))
        if tried.came_as_far_as("filled"):
            well.append(way)
        elif tried.code:
            ill.append(way)
            why = tried.why or tried.code
        else:
            first = findings_of(tried, form)[0]
            words = f"{first.summary[:-1]}, {way}." if first.summary.endswith(".") else f"{first.summary} ({way})"
            found.append(with_facts(replace(first, summary=words), **facts, way=way))
    if well:
        found.append(EACH_ONE.finding(form.key, {**facts, "ways": ", ".join(well)}))
    if ill:
        told = {**facts, "ways": ", ".join(ill), "why": why.rstrip("."), "then": QUIETER}
        found.append(NOT_SEEN.finding(form.key, told, reason=UnknownReason.UNAVAILABLE))
    return found


def _facts(form: Form) -> dict[str, Any]:
    return {"form": form.key, "title": title_of(form), "page": form.pages[0], "seen_by": "visitor"}
