"""The check `forms.page`: each form of the run on its pages, read as they come to a visitor."""

from __future__ import annotations

import asyncio

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.forms.form import Form, read_forms
from diagnostics.forms.page.codes import assets, reach, shown, target
from diagnostics.forms.page.fetch import FetchedPage, web_address
from diagnostics.forms.page.judge import read_page
from diagnostics.forms.page.roads import fetch_page

MOST_PAGES = 5  # of one form
MOST_FORMS = 100  # of one run
AT_ONCE = 3  # a small host has few PHP workers, and they are the visitors'

NOT_LISTED = Code(
    "form.page.not_listed",
    Verdict.UNKNOWN,
    "Which forms {subject} has could not be learned: {evidence.why}.",
    remedy="In wp-admin, Aftercare → Connection, see which roads between site and sidecar are open, and press “Test”.",
    meaning="The list of forms comes from the site's Aftercare plugin; without it there is no page to look at.",
    proof="The command `forms.list` was asked for and brought no list.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)
NO_PAGE = Code(
    "form.page.nowhere",
    Verdict.UNKNOWN,
    "The form “{evidence.title}” ({subject}) is on no published page that is known.",
    remedy="Is it shown by a widget, a pop-up or a page builder, name its page in wp-admin, Aftercare → Forms.",
    meaning="There was no page to look at.",
    proof="No published post has the form's shortcode or block in its content.",
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)

EMITS = (NOT_LISTED, NO_PAGE, *reach.CODES, *shown.CODES, *target.CODES, *assets.CODES)


@check("forms.page", emits=EMITS, timeout_s=300.0)
async def forms_page(context: Context) -> list[Finding]:
    """Read the pages of the run's form, or of all forms of the site, as a visitor gets them: no browser, no entry."""
    if context.site is None:
        why = {"why": "no site is paired"}
        return [NOT_LISTED.finding("the site", why, reason=UnknownReason.NOT_CONFIGURED)]
    try:
        listed = read_forms(await context.site.command("forms.list"))
    except SiteUnavailable as error:
        reason = UnknownReason(error.reason)
        return [NOT_LISTED.finding(context.site.url, {"why": str(error), "tried": list(error.tried)}, reason=reason)]
    one = listed.by_key(context.form) if context.form else None
    if context.form and one is None:
        why = {"why": f"the site's list has no form {context.form}"}
        return [NOT_LISTED.finding(context.site.url, why, reason=UnknownReason.UNAVAILABLE)]
    forms = [one] if one is not None else [form for form in listed.forms if form.on][:MOST_FORMS]
    found: list[Finding] = []
    fetched = await _fetched(context, forms)
    for form in forms:
        pages = [page for page in form.pages[:MOST_PAGES] if page in fetched]
        if not pages:
            evidence = {"title": form.title or form.key, "form": form.key}
            found.append(NO_PAGE.finding(form.key, evidence, reason=UnknownReason.NOT_CONFIGURED))
        for page in pages:
            found += read_page(fetched[page], form, context.now)
    return list({(each.code, each.subject, str(each.evidence.get("page"))): each for each in found}.values())


async def _fetched(context: Context, forms: list[Form]) -> dict[str, FetchedPage]:
    """Each page once, a few at a time."""
    urls = dict.fromkeys(page for form in forms for page in form.pages[:MOST_PAGES] if web_address(page))
    few = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> tuple[str, FetchedPage]:
        async with few:
            return url, await fetch_page(context.network, url)

    return dict(await asyncio.gather(*(one(url) for url in urls)))
