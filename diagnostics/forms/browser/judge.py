"""What a try of a form means: one cause, worded for whoever mends it, and what else was seen beside it.

The cause nearest to the visitor's first step counts: what comes after it is its consequence. What only a look could
not tell stays `unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from diagnostics.finding import Code, Finding, UnknownReason
from diagnostics.forms.browser import codes
from diagnostics.forms.browser.answer import judge_answer
from diagnostics.forms.browser.codes import CODES
from diagnostics.forms.browser.hindrance import what_hinders
from diagnostics.forms.browser.names import plugin_title
from diagnostics.forms.browser.tried import Tried
from diagnostics.forms.form import Form

__all__ = ["CODES", "findings_of"]

_REASONS = {
    "no_browser": UnknownReason.NOT_CONFIGURED,
    "not_allowed": UnknownReason.NOT_ALLOWED,
    "foreign": UnknownReason.NOT_ALLOWED,
}
_THEN = {
    "no_browser": "Install what is named on the machine that runs the check, and look again.",
    "not_allowed": "The egress policy lets no check reach private addresses: allow the site's network in the settings, "
    "or with --allow-private.",
    "foreign": "Send the form once by hand: what another service makes of a test entry could not be taken back.",
    "unreachable": "Open the page from another network. Is it there, look again.",
    "limit": "Look again at a quieter time. Stays it so, the page itself asks too much of a browser.",
    "broke": "Look again. Stays it so, tell Aftercare's makers: it is no fault of the site's that is known.",
}


def findings_of(tried: Tried, form: Form | None = None) -> list[Finding]:
    """At least one finding: the first is the form's verdict. The subject is the form's key, or the page's address."""
    facts = facts_of(tried, form)
    subject = form.key if form else tried.url
    cause = _cause(tried, form)
    code, more, reason = cause
    found = [code.finding(subject, {**facts, **more}, reason=reason)]
    if code is codes.UNSEEN:
        return found
    found += [each.finding(subject, {**facts, **told}) for each, told in _beside(tried, facts, code)]
    return found


def facts_of(tried: Tried, form: Form | None) -> dict[str, Any]:
    """The evidence that every finding of a try has."""
    sent = next((each for each in reversed(tried.requests) if each.ours), None)
    return {
        "form": form.key if form else "",
        "title": f"The form “{form.title}”" if form and form.title else f"The form on {tried.title or tried.url}",
        "page": tried.url,
        "browser": tried.browser or "a browser",
        "width": tried.width,
        "scripts": tried.scripts,
        "cookies": tried.cookies,
        "reached": tried.reached,
        "why": tried.why,
        "message": tried.message,
        "message_kind": tried.message_kind,
        "page_status": tried.page_status,
        "posted_at": tried.posted_at.isoformat(timespec="seconds") if tried.posted_at else "",
        "posted_status": tried.posted_status,
        "route": urlsplit(sent.url).path if sent else "",
        "said": sent.said[:200] if sent else "",
        "plugin_title": plugin_title(form.plugin if form else ""),
        "host": urlsplit(tried.url).hostname or "",
        "errors": [f"{each.component}: {each.text} ({each.url}:{each.line})" for each in tried.errors[:8]],
        "notes": list(tried.notes),
        "fields_filled": list(tried.fields),
        "refused_how": list(tried.refused_how),
        "sandbox": tried.sandbox,
        "took_ms": tried.took_ms,
        "peak_mib": tried.peak_mib,
    }


_Told = tuple[Code, Mapping[str, Any], UnknownReason | None]


def _cause(tried: Tried, form: Form | None) -> _Told:
    if tried.code and not tried.came_as_far_as("pressed"):
        then = _THEN.get(tried.code, _THEN["broke"])
        return codes.UNSEEN, {"then": then}, _REASONS.get(tried.code, UnknownReason.UNAVAILABLE)
    if tried.page_status >= 400 and not tried.came_as_far_as("form"):
        return codes.PAGE_ERROR, {}, None
    if tried.message_kind == "thanks":
        return _thanked(tried)
    if tried.reached == "filled" and tried.why.startswith("it was only looked at"):
        return codes.LOOKED, {"count": len(tried.fields)}, None
    if not tried.scripts and not tried.came_as_far_as("answered"):
        return codes.NEEDS_SCRIPTS, {"why": tried.why}, None
    if tried.came_as_far_as("sent") and not tried.elsewhere:
        code, more, unsure = judge_answer(tried, form.plugin if form else "")
        return code, more, UnknownReason.UNAVAILABLE if unsure else None
    code, more, unsure = what_hinders(tried)
    return code, more, UnknownReason.UNAVAILABLE if unsure else None


def _thanked(tried: Tried) -> _Told:
    if tried.came_as_far_as("answered") or any(each.ours for each in tried.requests):
        return codes.WORKS, {}, None
    return codes.UNSENT_THANKS, {}, None


def _beside(tried: Tried, facts: Mapping[str, Any], cause: Code) -> Sequence[tuple[Code, Mapping[str, Any]]]:
    found: list[tuple[Code, Mapping[str, Any]]] = []
    if tried.refused_empty is False:
        found.append((codes.ACCEPTS_EMPTY, {"fields": ", ".join(tried.required[:8])}))
    elif tried.refused_empty and tried.said_accessibly is False and tried.scripts:
        found.append((codes.UNSAID, {}))
    thrown = dict.fromkeys(each.component for each in tried.errors if each.thrown)
    if cause is codes.WORKS and thrown:
        found.append((codes.ERRORS_BESIDE, {"components": ", ".join(thrown)}))
    return found
