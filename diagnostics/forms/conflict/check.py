"""The search for the plugin that breaks a form: signed requests of one browser see the site without some plugins.

As WordPress's own troubleshooting mode does it, nothing changes for visitors. Guide: Verify plugin conflicts.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from diagnostics.check import Context, SiteUnavailable, check
from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.browser.tried import Job, Tried
from diagnostics.forms.canary import TRY_S, armed, in_a_browser
from diagnostics.forms.conflict import codes
from diagnostics.forms.conflict.halving import End, search
from diagnostics.forms.form import Form, read_forms
from diagnostics.forms.trace.judge import title_of
from diagnostics.mail.site import NOT_ASKED, ask, not_asked, site_name
from diagnostics.printable import printable

LASTS = timedelta(minutes=18)
BUDGET_S = 1_000.0
HEADER = "Aftercare-Off"
# Why a try came no further, where that says nothing of the form: it could not be looked at.
NEVER_JUDGED = ("no_browser", "not_allowed", "unreachable", "limit", "foreign", "broke")
WHY_NOT = {
    "not_allowed": (
        "the site's admin has not allowed it.",
        "In wp-admin, Aftercare → Forms, Settings of the tests, tick the search for the plugin that breaks a form.",
    ),
    "not_writable": (
        "the site cannot write into its folder for must-use plugins.",
        "Ask the web host to make wp-content/mu-plugins writable for PHP, or search by hand on a copy of the site.",
    ),
}


@dataclass
class Searching:
    """One search: what it signs with, and each try so far."""

    context: Context
    form: Form
    key: str
    until: int  # Unix seconds, by the site's clock
    began: float = field(default_factory=time.monotonic)
    tries: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""  # a try could not be judged

    async def works(self, out: frozenset[str]) -> bool | None:
        """Whether a test entry is thanked for with these plugins left out; None: not seen."""
        passed = time.monotonic() - self.began
        if passed > BUDGET_S:
            self.why = "its time was over."
            return None
        # Each token is good for some minutes from now, not from when the search began.
        now = self.context.now + timedelta(seconds=passed)
        token, why = await armed(replace(self.context, now=now), self.form, True)
        if not token:
            self.why = f"the site takes no test entry ({', '.join(why)})."
            return None
        job = Job(
            uncached(self.form.pages[0]), self.form, token,
            empty_first=False, pictures=False, timeout_s=TRY_S, headers={HEADER: self.signed(out)},
        )  # fmt: skip
        tried = await in_a_browser(self.context, job)
        self.tries.append({"left_out": sorted(out), "reached": tried.reached, "read": printable(tried.message, 200)})
        if tried.code in NEVER_JUDGED:
            self.why = printable(tried.why, 300)
            return None
        return thanked(tried)

    def signed(self, out: frozenset[str]) -> str:
        """The header's value: until when, which, and the proof that it is of this search."""
        said = f"{self.until}.{base64.urlsafe_b64encode(','.join(sorted(out)).encode() or b',').decode().rstrip('=')}"
        return f"{said}.{hmac.new(self.key.encode(), said.encode(), hashlib.sha256).hexdigest()}"


@check("forms.conflict", emits=[*codes.CODES, NOT_ASKED], timeout_s=BUDGET_S + 3 * TRY_S)
async def forms_conflict(context: Context) -> list[Finding]:
    """Leave other plugins out in halves, for the test's own requests, until the one that breaks the form is named."""
    try:
        return await _searched(context)
    except SiteUnavailable as error:
        return not_asked(context, error)


async def _searched(context: Context) -> list[Finding]:
    forms = read_forms(await ask(context, "forms.list"))
    form = forms.by_key(context.form)
    if form is None or form.tried:
        why = "no form was named." if not context.form else "the form is not there." if form is None else _untried(form)
        told = {"why": why, "form": context.form, "listed": len(forms.forms)}
        return [codes.NO_FORM.finding(context.form or site_name(context), told, reason=UnknownReason.NOT_CONFIGURED)]
    key = secrets.token_hex(32)
    ends = (context.now + LASTS).strftime("%Y-%m-%dT%H:%M:%SZ")
    ready = await ask(context, "conflict.begin", {"key": key, "expires_at": ends, "plugin": form.plugin})
    if ready.get("ready") is not True:
        why, then = WHY_NOT.get(str(ready.get("why")), WHY_NOT["not_allowed"])
        told = {"why": why, "then": then, "form": form.key, "title": title_of(form)}
        return [codes.NOT_ALLOWED.finding(form.key, told, reason=UnknownReason.NOT_ALLOWED)]
    try:
        return [await _named(Searching(context, form, key, int(ready["until"])), ready)]
    finally:
        with contextlib.suppress(SiteUnavailable):  # what was found stands; the site takes its file away by itself
            await ask(context, "conflict.end")


async def _named(searching: Searching, ready: Mapping[str, Any]) -> Finding:
    names = {str(each["slug"]): printable(str(each["name"]), 100) for each in ready.get("plugins", ())}
    found = await search(sorted(names), searching.works)
    form = searching.form
    kept = sorted(f"{each['slug']} ({each['why']})" for each in ready.get("kept", ()))
    told: dict[str, Any] = {
        "form": form.key, "title": title_of(form), "page": form.pages[0], "tries": searching.tries, "count": len(names),
        "kept": ", ".join(kept) or "none", "seen_by": "canary",
    }  # fmt: skip
    if found.end is End.FOUND:
        return codes.CULPRIT.finding(form.key, {**told, "slug": found.among[0], "name": names[found.among[0]]})
    if found.end is End.SEVERAL:
        among = ", ".join(names[each] for each in found.among)
        return codes.SEVERAL.finding(form.key, {**told, "slugs": list(found.among), "names": among})
    if found.end is End.NONE:
        return codes.NOT_A_PLUGIN.finding(form.key, told)
    if found.end is End.WORKS:
        return codes.WORKS.finding(form.key, told)
    return codes.UNSEEN.finding(form.key, {**told, "why": searching.why}, reason=UnknownReason.UNAVAILABLE)


def thanked(tried: Tried) -> bool:
    """Whether the visitor would read thanks for an entry that really left."""
    return tried.posted_at is not None and tried.message_kind == "thanks"


def uncached(url: str) -> str:
    """*url* with a query that no page cache has seen yet."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("aftercare-try", secrets.token_hex(6))]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _untried(form: Form) -> str:
    return f"the site allows no test of it ({form.tried})."
