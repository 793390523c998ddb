"""A form that was sent and did not end in thanks: what the site's answer says about the cause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from diagnostics.finding import Code
from diagnostics.forms.browser import codes
from diagnostics.forms.browser.hindrance import in_fields, own_script_missing
from diagnostics.forms.browser.tried import Request, Tried

_NONCE = re.compile(
    r"rest_cookie_invalid_nonce|invalid nonce|nonce (?:is|has|check|verif)|session (?:has )?expired", re.I
)
_CAPTCHA = re.compile(r"captcha|turnstile|not a robot|human verification", re.I)
_WORDPRESS = re.compile(r'"code"\s*:\s*"(rest_[a-z_]+|[a-z_]+)"')
_BY_PLUGIN = (
    "In wp-admin look in the security plugin (Wordfence, Solid Security, All-In-One Security, Disable REST API …) for "
    "“REST API” and allow the route of the form for visitors; is there none, look in the theme's functions.php for the "
    "filter `rest_authentication_errors`."
)
_BY_SERVER = (
    "At the web server, the CDN or the host's firewall allow POST to the route of the form for everyone: the answer is "
    "none of WordPress's, so the request was refused before it."
)


def judge_answer(tried: Tried, own: str = "") -> tuple[Code, Mapping[str, Any], bool]:
    """The cause, its evidence, and whether it stays unknown. *own*: the form plugin's slug."""
    sent = [each for each in tried.requests if each.ours]
    last = sent[-1] if sent else Request(tried.url, "POST", tried.posted_status, "", "", 0, True)
    if not tried.posted_status:
        return codes.NO_ANSWER, {"failed": last.failed or "it did not come in time"}, False
    if found := _by_status(tried, last):
        return found
    if tried.message_kind == "none" and (found := own_script_missing(tried, own)):
        return found  # the form went without its script, so nobody tells the visitor
    words = f"{tried.message} {last.said[:600]}"
    if _NONCE.search(words) or (last.url.endswith("admin-ajax.php") and last.said.strip() == "-1"):
        return codes.NONCE, {}, False
    match tried.message_kind:
        case "spam":
            return (codes.CAPTCHA if _CAPTCHA.search(tried.message) else codes.SPAM), {}, False
        case "invalid" if tried.hidden_required:
            return codes.HIDDEN_REQUIRED, {"fields": ", ".join(tried.hidden_required[:5])}, False
        case "invalid":
            return codes.REFUSED, {"in_fields": in_fields(tried)}, True
    if _is_broken(last):
        return codes.NOT_READ, {}, False
    return (codes.ERROR_SAID if tried.message_kind == "error" else codes.NO_MESSAGE), {}, False


def _by_status(tried: Tried, last: Request) -> tuple[Code, Mapping[str, Any], bool] | None:
    status, path = tried.posted_status, urlsplit(last.url).path
    rest = "/wp-json/" in path or "rest_route" in last.url
    of_wordpress = _WORDPRESS.search(last.said)
    if status == 429:
        return codes.RATE, {}, False
    if status >= 500:
        return codes.SERVER_ERROR, {}, False
    if status in (401, 403) and _NONCE.search(last.said):
        return codes.NONCE, {}, False
    if status in (401, 403) and rest:
        by, advice = ("a plugin", _BY_PLUGIN) if of_wordpress else ("the web server or a firewall", _BY_SERVER)
        return codes.REST_BLOCKED, {"by": by, "advice": advice}, False
    if path.endswith("admin-ajax.php") and status in (401, 403):
        return (codes.NONCE if last.said.strip() == "-1" else codes.AJAX_BLOCKED), {}, False
    if status in (404, 410, 405) or (path.endswith("admin-ajax.php") and status == 400 and last.said.strip() == "0"):
        return codes.ROUTE_MISSING, {}, False
    if status in (401, 403, 406, 418, 444, 451) and not (of_wordpress and tried.message_kind != "none"):
        return codes.FORBIDDEN, {}, False
    return None


def _is_broken(last: Request) -> bool:
    """A script asked and something that is no JSON came: a notice before it, or a whole page."""
    if last.kind not in ("xhr", "fetch") or not last.said:
        return False
    text = last.said.lstrip()
    notices = re.match(r"(?:<br ?/?>\s*)?<b>(?:Warning|Notice|Deprecated|Fatal error|Parse error)</b>", text)
    json_expected = "/wp-json/" in last.url or last.type == "application/json" or last.url.endswith("admin-ajax.php")
    return bool(notices) or (json_expected and text[:1] not in ("{", "[", '"') and not text[:5].isdigit())
