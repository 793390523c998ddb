"""The second browser: whether a form that works in Chromium works in another engine too, in Firefox.

Guide: Form Not Submitting, Test: with different browsers/users. A script that uses what one engine alone has breaks for
all visitors of the other. Sent is a test entry of its own, unless its mails would reach the form's own recipients a
second time by themselves: then the form is filled and not sent, and that is said.
"""

from __future__ import annotations

from typing import Any

from diagnostics.check import Context
from diagnostics.finding import CauseKind, Code, Finding, Impact, UnknownReason, Verdict
from diagnostics.forms import canary
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.run import missing_parts
from diagnostics.forms.browser.tried import FIREFOX, Job, Tried
from diagnostics.forms.form import Form, Wishes
from diagnostics.forms.trace.judge import title_of
from diagnostics.forms.trace.seen import log_of

SENT, FILLED = "was filled and sent", "was filled, and not sent as its mail would go to the office a second time,"

WORKS_TOO = Code(
    "form.visitors.second_browser",
    Verdict.PASS,
    "{evidence.title} {evidence.did} in {evidence.browser} too.",
    meaning="The form does not depend on what one browser's engine alone can do.",
    proof="A second engine, as it is installed, with a test entry of its own; how far it came stands in the evidence.",
    impact=Impact.ADVICE,
)
BREAKS = Code(
    "form.visitors.breaks_in_second",
    Verdict.FAIL,
    "{evidence.title} works in {evidence.first} and not in {evidence.browser}: {evidence.cause}{evidence.console}",
    remedy="Open {evidence.page} in {evidence.browser} with its console (F12) and send the form. A script that "
    "uses what other browsers do not have is the usual cause: update the plugin or theme that it belongs to. "
    "{evidence.then}",
    copy="{evidence.error}",
    meaning="Every visitor with that browser is kept from sending the form; nothing shows in the browser that the "
    "site's makers use.",
    proof="The same form in both browsers within minutes; the console, network calls and pictures of the one that "
    "fails are kept.",
    kind=CauseKind.CODE,
    impact=Impact.DEGRADED,
)
ONE_ENGINE = Code(
    "form.visitors.one_browser",
    Verdict.UNKNOWN,
    "{subject}: its forms were seen in {evidence.browser} alone: {evidence.why}.",
    remedy="{evidence.then} Until then try a form by hand in Firefox and in Safari.",
    meaning="A fault of one browser's engine only would not be seen.",
    proof="The browsers that are installed where the sidecar runs, and whether they can be driven.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
CODES = (WORKS_TOO, BREAKS, ONE_ENGINE)
_INSTALL = "Install what is named on the machine that runs the check, and look again."
_MEND = (
    "On Debian take its own firefox-esr, else Mozilla's package: a snap cannot be driven. Does it start by hand, as a "
    "user without rights (firefox --headless --screenshot), look again."
)


def why_not_seen() -> str:
    """What is not installed for a look with the second browser; "" where all is there."""
    return missing_parts(FIREFOX)


def one_engine(site: str, first: str, why: str) -> Finding:
    """The row that says why only one browser was used."""
    then = _INSTALL if why == why_not_seen() else _MEND
    told = {"browser": first, "why": why.rstrip("."), "then": then}
    return ONE_ENGINE.finding(site, told, reason=UnknownReason.NOT_CONFIGURED)


async def in_the_second(context: Context, form: Form, wishes: Wishes, first: str) -> Finding | Tried | str:
    """What the second browser makes of *form*: a verdict; a look that tells nothing; or why no test entry may be sent.

    Raises SiteUnavailable.
    """
    sends = context.by_hand or wishes.mails == "mailbox"
    if sends:
        sent = await canary.send(context, form, browser=FIREFOX)
        if isinstance(sent, str):
            return sent
        tried = sent.tried
    else:
        job = Job(form.pages[0], form, send=False, empty_first=False, timeout_s=canary.TRY_S, browser=FIREFOX)
        tried = await canary.in_a_browser(context, job)
    facts = {"form": form.key, "title": f"The form “{title_of(form)}”", "page": form.pages[0], "seen_by": "visitor",
             "browser": tried.browser, "first": first, "reached": tried.reached, "sent": sends}  # fmt: skip
    judged = findings_of(tried, form)[0]
    if judged.verdict is Verdict.PASS:
        return WORKS_TOO.finding(form.key, {**facts, "did": SENT if sends else FILLED, "message": tried.message})
    if judged.verdict is not Verdict.FAIL:
        return tried
    pictures = canary.pictures_of(context, f"{title_of(form)} in {tried.browser}", tried)
    return BREAKS.finding(form.key, {**facts, **_cause(judged, tried), "log": log_of(tried), "pictures": pictures})


def _cause(judged: Finding, tried: Tried) -> dict[str, Any]:
    rest = judged.summary.removeprefix(str(judged.evidence["title"]))
    thrown = [each for each in tried.errors if each.thrown] or list(tried.errors)
    error = next((f"{each.text} ({each.url}:{each.line})" for each in thrown), "")
    said_already = not thrown or thrown[0].text in judged.summary
    return {
        "cause": rest.removeprefix(": ") if rest.startswith(": ") else f"it{rest}",
        "cause_code": judged.code,
        "console": "" if said_already else f" Its console says: {error}",
        "error": error,
        "errors": judged.evidence["errors"],
        "then": judged.remedy.text if judged.remedy else "",
    }
