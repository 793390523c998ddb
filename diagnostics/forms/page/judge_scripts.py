"""Do the form's scripts come with the page, run by themselves, and in an order in which they can?"""

from __future__ import annotations

import re
from typing import Any

from diagnostics.finding import Finding
from diagnostics.forms.page.codes import assets as codes
from diagnostics.forms.page.document import Script
from diagnostics.forms.page.fetch import FetchedPage
from diagnostics.forms.page.holders import CONSENT, hold_of, own_scripts, runs, sources
from diagnostics.forms.page.seen import Seen, SeenForm, joined
from diagnostics.printable import printable

# Several scripts in one file: whether the form's own is in it cannot be seen from outside.
_BUNDLE = re.compile(
    r"/cache/(?:autoptimize|min|minify|wpo-minify|fvm|asset-cleanup|flying-press|perfmatters|breeze|jch|phastpress|"
    r"wp-rocket|swift-performance|hummingbird-assets|nitropack)|/litespeed/js/|/siteground-optimizer-assets/|/_static/\?\?|"
    r"/_jb_static/|/hummingbird-assets/|/wp-content/cache/|load-scripts\.php|/wphb-cache/|cdn-\w+\.nitrocdn\.com|"
    r"combined?[-_.]|bundle[-_.]",
    re.IGNORECASE,
)
_JQUERY = re.compile(
    r"/jquery(?:-core)?(?:[-.]\d[\d.]*)?(?:\.slim)?(?:\.min)?\.js(?:$|\?)|/jquery/\d[\d.]*/", re.IGNORECASE
)
_OF_THE_FOOTER = re.compile(
    r"-js(?:-extra|-before|-after|-translations)?$|-js-module$|^wp-importmap|^wp-emoji-settings"
)


def scripts(fetched: FetchedPage, seen: Seen, place: SeenForm, facts: dict[str, Any], subject: str) -> list[Finding]:
    """What is wrong with the scripts that the form needs."""
    maker = place.maker
    if not maker.scripts:
        return []
    own = own_scripts(seen.document, place.maker)
    told = {**facts, "wanted": maker.scripts[0]}
    if not own:
        return _missing(seen, place, told, subject)
    holds = [(each, hold) for each in own if (hold := hold_of(each)) is not None]
    for script, hold in holds:
        say = {**told, "by": hold.by, "where": hold.where, "category": hold.category, "sign": printable(hold.sign, 100)}
        say["script"] = printable((sources(script) or (script.attrs.get("id", ""),))[0].split("?")[0], 200)
        if hold.kind == CONSENT:
            return [codes.SCRIPT_HELD.finding(subject, say)]
        if maker.unseen:
            return [codes.SCRIPT_WAITS.finding(subject, say)]
    if gone := _gone(fetched, own, seen.url):
        if maker.lame:
            return [codes.SCRIPT_GONE.finding(subject, {**told, **gone})]
        return [codes.SCRIPT_LEFT_OUT.finding(subject, {**told, "wanted": f"{gone['script']}: {gone['status']}"})]
    return [] if holds or not maker.jquery else _jquery(seen, own, told, subject)


def _gone(fetched: FetchedPage, own: list[Script], url: str) -> dict[str, Any]:
    """The first of the form's scripts that a visitor does not get; {} where all come, or none was asked for."""
    for script in own:
        asked = fetched.roads.get(joined(url, script.src)) if script.src else None
        if asked is not None and asked.answer is not None and asked.answer.status in (401, 403, 404, 410, 500, 502):
            return {"script": printable(script.src.split("?")[0], 200), "status": asked.answer.status}
    return {}


def _missing(seen: Seen, place: SeenForm, told: dict[str, Any], subject: str) -> list[Finding]:
    if any(_BUNDLE.search(address) for each in seen.document.scripts for address in sources(each)):
        return []
    if not any("/wp-content/" in each or "/wp-includes/" in each for each in _addresses(seen)):
        renamed = any(_addresses(seen))
        if renamed:
            return []  # a plugin gave WordPress's folders other names: addresses tell nothing
    begins = place.shown.at if place.shown else 0
    after = [each for each in seen.document.scripts if each.at > begins and _of_footer(each)]
    if not after and seen.document.ended:
        return [codes.NO_FOOTER.finding(subject, told)]
    code = codes.SCRIPT_MISSING if place.maker.lame else codes.SCRIPT_LEFT_OUT
    return [code.finding(subject, told)]


def _addresses(seen: Seen) -> list[str]:
    styles = [each.get("href", "") for each in seen.document.links if "stylesheet" in each.get("rel", "")]
    return [*(address for each in seen.document.scripts for address in sources(each)), *styles]


def _of_footer(script: Script) -> bool:
    return bool(_OF_THE_FOOTER.search(script.attrs.get("id", ""))) or script.attrs.get("type") == "speculationrules"


def _jquery(seen: Seen, own: list[Script], told: dict[str, Any], subject: str) -> list[Finding]:
    every = [(each, address) for each in seen.document.scripts for address in sources(each)]
    found = [
        each for each, address in every if _JQUERY.search(address) or each.attrs.get("id") == "jquery-core-js"
    ]  # fmt: skip
    inside = any(each.attrs.get("id") == "jquery-core-js" for each in seen.document.scripts)
    needs = [each for each in own if each.src and runs(each)]
    if not needs:
        return []
    if not found and not inside:
        bundled = any(_BUNDLE.search(address) or "load-scripts" in address for _, address in every)
        if bundled or "jQuery v" in seen.scripts:
            return []
        script = printable(needs[0].src.split("?")[0], 200)
        return [codes.JQUERY_MISSING.finding(subject, {**told, "script": script})]
    late = [each for each in found if "defer" in each.attrs or "async" in each.attrs or hold_of(each) is not None]
    now = [each for each in needs if "defer" not in each.attrs and "async" not in each.attrs]
    if found and len(late) == len(found) and now:
        first = late[0]
        hold = hold_of(first)
        sign = hold.sign if hold else ("async" if "async" in first.attrs else "defer")
        say = {"needs": printable(now[0].src.split("?")[0], 200), "sign": printable(sign, 60)}
        return [codes.JQUERY_LATE.finding(subject, {**told, **say})]
    return []
