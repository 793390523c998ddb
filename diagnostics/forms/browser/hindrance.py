"""A form that was not sent: what stood in the way, from the page to the button."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from diagnostics.finding import Code
from diagnostics.forms.browser import codes
from diagnostics.forms.browser.component import component_of
from diagnostics.forms.browser.names import component_title
from diagnostics.forms.browser.recorder import HELD_BACK
from diagnostics.forms.browser.tried import PATIENCE_S, ConsoleError, Request, Tried

# `jQuery(...).some is not a function` is another thing: jQuery is there, and what should have added `some` is not.
_JQUERY = re.compile(r"(?<![.\w])(?:jQuery|\$) is not (?:defined|a function)")
_MIXED = re.compile(r"Mixed Content", re.I)
# Each captcha's own script, by its makers' documentation.
_CAPTCHAS = ("www.google.com/recaptcha", "www.recaptcha.net/recaptcha", "www.gstatic.com/recaptcha", "hcaptcha.com/",
             "challenges.cloudflare.com/turnstile", "friendlycaptcha")  # fmt: skip

_Told = tuple[Code, Mapping[str, Any], bool]


def what_hinders(tried: Tried) -> _Told:
    """The cause, its evidence, and whether it stays unknown."""
    if tried.covered and tried.elsewhere and not tried.came_as_far_as("filled"):
        return codes.OVERLAY, {"covered": tried.covered, "elsewhere": tried.elsewhere}, False
    if _is_mixed(tried):
        http = next((each.url for each in tried.requests if each.url.startswith("http:") and each.failed), "")
        to = http or tried.elsewhere
        return codes.MIXED, {"route": to, "https": to.replace("http:", "https:", 1)}, False
    if tried.elsewhere:
        return codes.ELSEWHERE, {"elsewhere": tried.elsewhere}, False
    if tried.why.startswith("the form sends by GET"):
        return codes.BY_GET, {}, False
    if tried.hidden_required and tried.reached in ("filled", "pressed"):
        return codes.HIDDEN_REQUIRED, {"fields": ", ".join(tried.hidden_required[:5])}, False
    if tried.reached == "pressed" and (tried.invalid or tried.message_kind == "invalid"):
        return codes.REFUSED, {"message": tried.message or tried.why, "in_fields": in_fields(tried)}, True
    # What broke on the page comes before what it broke.
    if found := _broken_captcha(tried) or _missing_script(tried) or _script_error(tried):
        return found
    if tried.reached == "page":
        return codes.NOT_FOUND, {}, False
    if tried.message_kind in ("spam", "error") and tried.message:
        return (codes.CAPTCHA if tried.message_kind == "spam" else codes.ERROR_SAID), {}, False
    if tried.why.startswith("step "):
        return codes.STEP_STUCK, {}, False
    if tried.covered:
        return codes.COVERED, {"covered": tried.covered}, False
    if tried.reached == "pressed":
        return codes.NOTHING, {"waited_s": f"{PATIENCE_S:g}"}, False
    return codes.BUTTON_OFF, {}, False


def in_fields(tried: Tried) -> str:
    """The refused fields' names, as a part of a sentence."""
    return f" (in {', '.join(tried.invalid[:8])})" if tried.invalid else ""


def _is_mixed(tried: Tried) -> bool:
    if not tried.url.startswith("https:"):
        return False
    same_host = tried.elsewhere == f"http://{urlsplit(tried.url).netloc}"
    return same_host or any(_MIXED.search(each.text) for each in tried.errors)


def _broken_captcha(tried: Tried) -> _Told | None:
    for each in tried.requests:
        if each.kind == "script" and _did_not_load(each) and any(captcha in each.url for captcha in _CAPTCHAS):
            host = urlsplit(each.url).hostname or ""
            return codes.CAPTCHA_UNREACHABLE, {"script": each.url, "failed": _failed(each), "host": host}, False
    return None


def own_script_missing(tried: Tried, slug: str) -> _Told | None:
    """A script of the form's own plugin that did not load."""
    return _missing_script(tried, f"/plugins/{slug}/") if slug else None


def _missing_script(tried: Tried, of: str = "/") -> _Told | None:
    """A script of the site's own that did not load; jQuery's and a plugin's before any other."""
    own = urlsplit(tried.url).hostname
    missing = [
        each for each in tried.requests
        if each.kind == "script" and _did_not_load(each) and urlsplit(each.url).hostname == own and of in each.url
    ]  # fmt: skip
    missing.sort(key=lambda each: "jquery" not in each.url and "/plugins/" not in each.url)
    if not missing:
        return None
    title = component_title(component_of(missing[0].url, tried.url))
    told = {"script": missing[0].url, "failed": _failed(missing[0]), "component_title": title}
    return codes.SCRIPT_MISSING, told, False


def _did_not_load(request: Request) -> bool:
    own_doing = "ERR_ABORTED" in request.failed or request.failed == HELD_BACK
    return request.status >= 400 or bool(request.failed and not own_doing)


def _failed(request: Request) -> str:
    return f"HTTP {request.status}" if request.status else request.failed


def _script_error(tried: Tried) -> _Told | None:
    thrown = [each for each in tried.errors if each.thrown]
    if not thrown:
        return None
    jquery = next((each for each in thrown if _JQUERY.search(each.text)), None)
    # A plugin's or the theme's error before one of the page's own lines: it names who can mend it.
    chosen = jquery or min(thrown, key=_tells_least)
    told = {
        "component": chosen.component,
        "component_title": component_title(chosen.component),
        "error": chosen.text,
        "script": chosen.url or tried.url,
        "line": chosen.line,
    }
    return (codes.JQUERY if jquery else codes.SCRIPT_ERROR), told, False


def _tells_least(error: ConsoleError) -> int:
    kinds = ("plugin", "theme", "page", "core", "third-party")
    return kinds.index(error.component.partition(":")[0])
