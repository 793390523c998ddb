"""Does the page come to a visitor at all? What stands before it, and whether it is whole."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.page.caches import http_date
from diagnostics.forms.page.codes import reach
from diagnostics.forms.page.fetch import Answer, FetchedPage
from diagnostics.forms.page.seen import Seen, decoded
from diagnostics.network import NotAllowed, TLSFailed
from diagnostics.printable import printable

AGENT = "the user agent “aftercare”"
CLOCK_OFF_S = 600  # below it a slow network and a slow clock look alike
# Modes that answer with a page of their own: a word of their markup -> where they are switched off.
_MODES: tuple[tuple[str, str, str], ...] = (
    (r"briefly unavailable for scheduled maintenance", "WordPress's own maintenance page",
     "by FTP or the host's file manager, delete the file .maintenance beside wp-config.php (an update that broke off "
     "left it there)"),
    (r"elementor-maintenance-mode|elementor-page-maintenance", "Elementor's maintenance mode",
     "Elementor → Tools → Maintenance Mode → Choose Mode: Disabled"),
    (r"wpmm-|wp-maintenance-mode", "LightStart (WP Maintenance Mode)", "Settings → LightStart → Status: Deactivated"),
    (r"seedprod|csmm|coming-soon-page", "SeedProd's coming-soon page", "SeedProd → Pages → Maintenance Mode: off"),
    (r"maintenance-mode|mtnc|maintenance_mode", "a maintenance plugin", "in the maintenance plugin's settings"),
    (r"woocommerce-coming-soon", "WooCommerce's coming-soon page", "WooCommerce → Settings → Site visibility → Live"),
)  # fmt: skip
_SAYS_MAINTENANCE = re.compile(
    r"maintenance|coming soon|under construction|be back soon|wartung|en construction|mantenimiento|manutenzione|"
    r"onderhoud",
    re.IGNORECASE,
)
_FATAL = re.compile(r"there has been a critical error on th|fatal error|error establishing a database connection", re.I)


def no_page(fetched: FetchedPage, facts: dict[str, Any], subject: str, now: datetime) -> Finding | None:
    """Why there is no page with the form; None where there is one to be read."""
    page = fetched.page
    if page.circles:
        hops = [{"from": printable(each.url, 300), "to": printable(each.location, 300)} for each in page.hops[:12]]
        return reach.CIRCLES.finding(subject, {**facts, "hops": len(page.hops), "redirects": hops})
    if page.trouble is not None:
        trouble = page.trouble
        if isinstance(trouble, TLSFailed) and trouble.kind in _CERTIFICATE:
            told = {"host": trouble.host, "fault": _CERTIFICATE[trouble.kind], "detail": printable(trouble.detail, 200)}
            return reach.CERTIFICATE.finding(subject, {**facts, **told})
        reason = UnknownReason.NOT_ALLOWED if isinstance(trouble, NotAllowed) else UnknownReason.UNAVAILABLE
        seen = {"why": printable(str(trouble), 300), "agent": AGENT, "trouble": trouble.facts()}
        return reach.UNSEEN.finding(subject, {**facts, **seen}, reason=reason)
    assert page.answer is not None
    return _by_status(page.answer, {**facts, "status": page.answer.status}, subject, now)


_CERTIFICATE = {
    "expired": "it has expired",
    "not_yet_valid": "it is not yet valid",
    "name_mismatch": "it is of another name",
    "untrusted": "no authority that browsers know stands behind it",
}


def _by_status(answer: Answer, facts: dict[str, Any], subject: str, now: datetime) -> Finding | None:
    text = decoded(answer)[:200_000]
    if answer.status == 401:
        sign = "401, " + printable(answer.header("www-authenticate") or "no word how", 100)
        where = (
            "at the host, in the folder's password protection (.htpasswd, “Directory Privacy”), or in the settings of "
        )
        where += "the staging or privacy plugin"
        return reach.PASSWORD.finding(subject, {**facts, "sign": sign, "where": where})
    if answer.status in (404, 410):
        return reach.GONE.finding(subject, facts)
    if robots := _robots(answer, text):
        return _refused(robots, facts, subject)
    mode = maintenance(text) if answer.status == 503 else None
    if answer.status == 503 and (mode or _SAYS_MAINTENANCE.search(text) or answer.header("retry-after")):
        sign, where = mode or ("a page for maintenance", "in the maintenance plugin's settings, or at the host")
        return reach.MAINTENANCE.finding(subject, {**facts, "sign": sign, "where": where})
    if answer.status >= 500:
        said = _FATAL.search(text)
        told = {"at": now.strftime("%Y-%m-%d %H:%M UTC"), "words": printable(said[0], 100) if said else "none"}
        return reach.SERVER_ERROR.finding(subject, {**facts, **told})
    if answer.status >= 400:
        return _refused("the site, its firewall or its host refuses it", facts, subject)
    if 300 <= answer.status < 400:
        told = {"why": f"it answers {answer.status} and leads to no page", "agent": AGENT}
        return reach.UNSEEN.finding(subject, {**facts, **told}, reason=UnknownReason.UNAVAILABLE)
    return None


def _refused(why: str, facts: dict[str, Any], subject: str) -> Finding:
    return reach.REFUSED.finding(subject, {**facts, "why": why, "agent": AGENT}, reason=UnknownReason.NOT_ALLOWED)


def _robots(answer: Answer, text: str) -> str:
    """The words for a check that wants to know whether we are a robot; "" where there is none."""
    if answer.header("cf-mitigated") or re.search(r"<title>\s*(just a moment|attention required)", text[:5000], re.I):
        return "Cloudflare checks whether a person is there"
    if answer.header("x-sucuri-block") or "sucuri website firewall" in text.lower():
        return "Sucuri's firewall refuses it"
    if answer.status == 429:
        return "too many requests from this address"
    if re.search(r"sgcaptcha|/\.well-known/captcha", text[:5000]):
        return "the host checks whether a person is there"
    return ""


def maintenance(text: str) -> tuple[str, str] | None:
    """What mode a page shows, and where it is switched off."""
    lower = text.lower()
    return next(((sign, where) for word, sign, where in _MODES if re.search(word, lower)), None)


def instead_of_form(
    fetched: FetchedPage, seen: Seen, facts: dict[str, Any], subject: str, now: datetime
) -> Finding | None:
    """What a page of status 200 without the form shows in its place: a mode, a log-in, a robot check, half a page."""
    facts = {**facts, "status": seen.answer.status}
    landed = urlsplit(seen.url).path
    if landed.endswith("/wp-login.php") or (fetched.page.hops and "loginform" in seen.document.named):
        where = "in wp-admin, in the privacy or membership plugin's settings, make the page public"
        return reach.PASSWORD.finding(subject, {**facts, "sign": "it leads to the log-in", "where": where})
    if "post-password-form" in seen.document.classes:
        where = "in wp-admin, open the page and set Status & visibility → Visibility to Public"
        return reach.PASSWORD.finding(subject, {**facts, "sign": "the page has a password", "where": where})
    if robots := _robots(seen.answer, seen.text):
        return _refused(robots, facts, subject)
    short = len(seen.document.words.split()) < 250
    if short and (mode := maintenance(seen.text)):
        return reach.MAINTENANCE.finding(subject, {**facts, "sign": mode[0], "where": mode[1]})
    if short and _SAYS_MAINTENANCE.search(seen.document.title):
        sign = f"its title is “{printable(seen.document.title, 60)}”"
        told = {"sign": sign, "where": "in the maintenance plugin's settings"}
        return reach.MAINTENANCE.finding(subject, {**facts, **told})
    return broken_off(seen, facts, subject, now, "the form")


def broken_off(seen: Seen, facts: dict[str, Any], subject: str, now: datetime, lacks: str) -> Finding | None:
    """Whether the page stops in the middle."""
    if seen.document.ended or not seen.document.body_seen:
        return None
    last = " ".join(seen.document.words.split())[-80:]
    told = {"at": now.strftime("%Y-%m-%d %H:%M UTC"), "words": printable(last, 100), "lacks": lacks}
    return reach.BROKEN_OFF.finding(subject, {**facts, **told})


def clock(fetched: FetchedPage, facts: dict[str, Any], subject: str, now: datetime) -> Finding | None:
    """Whether the server's clock is off; of a page that no cache gave."""
    for visit in (fetched.fresh, fetched.page):
        answer = visit.answer if visit else None
        if answer is None or answer.header("age") or (said := http_date(answer.header("date"))) is None:
            continue
        off = (said - now).total_seconds()
        if abs(off) < CLOCK_OFF_S:
            return None
        told = {
            "said": said.strftime("%Y-%m-%d %H:%M UTC"),
            "off": str(timedelta(seconds=round(abs(off)))),
            "way": "ahead" if off > 0 else "behind",
        }
        return reach.CLOCK.finding(subject, {**facts, **told})
    return None
