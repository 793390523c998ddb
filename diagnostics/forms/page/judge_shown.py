"""The form in its page: there, once, with its hidden fields and a security word that is still taken; no stranger's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from diagnostics.finding import Finding, UnknownReason
from diagnostics.forms.form import Form
from diagnostics.forms.page.caches import hours, kept, last_modified
from diagnostics.forms.page.codes import shown as codes
from diagnostics.forms.page.document import ShownForm
from diagnostics.forms.page.fetch import FetchedPage, origin, web_address
from diagnostics.forms.page.makers import BY_SLUG, Maker, Nonce
from diagnostics.forms.page.owner import same_owner
from diagnostics.forms.page.seen import Seen, SeenForm, see
from diagnostics.printable import printable

_CARD = re.compile(r"card.?(number|no)|cc.?(number|num|csc|exp)|cvv|cvc|creditcard", re.IGNORECASE)


def wanted(seen: Seen, form: Form) -> list[SeenForm]:
    """The places of *form* in the page; one that does not say its number counts as it."""
    return [each for each in seen.forms if each.maker.slug == form.plugin and each.id in (form.id, "?", f"?-{form.id}")]


def not_there(seen: Seen, form: Form, facts: dict[str, Any], subject: str) -> Finding:
    """Why the form is not in a page that is whole."""
    maker = BY_SLUG.get(form.plugin)
    if maker is None:
        why = "how this plugin writes its form is not known here"
        return codes.NOT_DRAWN.finding(subject, {**facts, "why": why}, reason=UnknownReason.UNAVAILABLE)
    if said := _gone(seen, maker):
        return codes.DELETED.finding(subject, {**facts, "words": said})
    if said := _shortcode(seen, maker, form.id):
        return codes.SHORTCODE.finding(subject, {**facts, "shortcode": said})
    if maker.sometimes:
        return codes.NOT_DRAWN.finding(subject, {**facts, "why": maker.sometimes}, reason=UnknownReason.UNAVAILABLE)
    return codes.MISSING.finding(subject, facts)


def deleted(seen: Seen, place: SeenForm, facts: dict[str, Any], subject: str) -> Finding | None:
    """A box that stays empty, because the form in it is no more (Ninja Forms)."""
    if place.shown is not None or not (said := _gone(seen, place.maker)):
        return None
    return codes.DELETED.finding(subject, {**facts, "words": said})


def leftovers(seen: Seen, facts: dict[str, Any]) -> list[Finding]:
    """Shortcodes and words of deleted forms in a page that nobody asked about by a form."""
    found: list[Finding] = []
    for maker in BY_SLUG.values():
        told = {**facts, "plugin_title": maker.title, "screen": maker.screen}
        if said := _shortcode(seen, maker, ""):
            found.append(codes.SHORTCODE.finding(seen.url, {**told, "shortcode": said}))
        elif (said := _gone(seen, maker)) and not any(each.maker is maker for each in seen.forms):
            found.append(codes.DELETED.finding(seen.url, {**told, "words": said}))
    return found


def _shortcode(seen: Seen, maker: Maker, number: str) -> str:
    for name in maker.shortcodes:
        for found in re.finditer(rf"\[{re.escape(name)}(?=[\s\]])[^\[\]\n]{{0,300}}\]", seen.document.words):
            said = re.search(r"id\s*=\s*\W?(\w+)", found[0])
            if not number or not said or said[1] == number or not said[1].isdigit() or not number.isdigit():
                return printable(found[0], 200)
    return ""


def _gone(seen: Seen, maker: Maker) -> str:
    words = " ".join(seen.document.words.split())
    if said := next((each for each in maker.gone if each in words), ""):
        return said
    return "Form not found." if maker.gone_class and maker.gone_class in seen.document.classes else ""


def twice(seen: Seen, places: Sequence[SeenForm], facts: dict[str, Any], subject: str) -> Finding | None:
    """The same form more than once, where the plugin gives both the same ids."""
    first = places[0]
    times = len(places)
    if first.shown is None:
        box = (first.maker.drawn or "").replace(r"(\d+)", first.id)
        times = 1 + seen.document.repeated.get(box, 0)
    if times < 2 or not first.maker.once:
        return None
    return codes.TWICE.finding(subject, {**facts, "times": times})


def hidden(place: SeenForm, facts: dict[str, Any], subject: str) -> Finding | None:
    """Whether every hidden field is there without which the plugin takes no entry."""
    form = place.shown
    if form is None or not any(each.type not in ("hidden", "button") for each in form.controls):
        return None  # a script draws it, or brings it later
    names = {each.name for each in form.controls}
    number = place.id
    if number == "?":
        number = next((each for each in re.findall(r"\d+", form.id)), "?")
    missing = [each for name in place.maker.hidden if (each := name.replace("{id}", number)) not in names]
    if not missing:
        return None
    present = [printable(each.name, 60) for each in form.controls if each.type == "hidden" and each.name][:20]
    return codes.HIDDEN_MISSING.finding(subject, {**facts, "missing": missing, "present": present or ["none"]})


def nonce(fetched: FetchedPage, seen: Seen, place: SeenForm, facts: dict[str, Any], subject: str, now: datetime) -> (
    Finding | None
):  # fmt: skip
    """Whether the page that visitors get carries a security word that is still taken."""
    rule = place.maker.nonce
    if rule is None or (rule.only and not re.search(rule.only, seen.text)):
        return None
    if rule.renewed and rule.renewed in seen.text:
        return None  # a script fetches a fresh one when the page is shown
    cached = _word(rule, place.shown, seen)
    past = see(fetched.fresh) if fetched.fresh else None
    again = (
        next((each for each in past.forms if each.maker is place.maker and each.id == place.id), None) if past else None
    )
    fresh = _word(rule, again.shown if again else None, past) if past else ""
    if not cached or not fresh:
        return None
    cache = kept(seen.answer, seen.document.comments, now)
    tick = rule.life_s // rule.ticks
    told = {
        **facts,
        "nonce": rule.field.removeprefix("@") if not rule.field.startswith("/") else "ajax_submission_nonce",
        "life_h": hours(rule.life_s),
        "safe_h": hours(tick * (rule.ticks - 1)),
        "cached": printable(cached, 4),
        "fresh": printable(fresh, 4),
        "where": cache.where,
        "cache": cache.who,
    }
    if cached != fresh:
        age, by = cache.age_s, cache.by
        if age is None and (age := last_modified(seen.answer, now)) is not None:
            by = "Last-Modified of the cached file"
        if age is None:
            return codes.NONCE_AGE.finding(subject, told, reason=UnknownReason.UNAVAILABLE)
        stamp = now.timestamp()
        if stamp // tick - (stamp - age) // tick >= rule.ticks:
            return codes.NONCE_EXPIRED.finding(subject, {**told, "age_h": hours(age), "by": by})
    if cache.who and cache.life_s is not None and cache.life_s > tick * (rule.ticks - 1):
        return codes.NONCE_OUTLIVED.finding(subject, {**told, "cache_h": hours(cache.life_s), "by": cache.life_by})
    return None


def _word(rule: Nonce, form: ShownForm | None, seen: Seen | None) -> str:
    if rule.field.startswith("/"):
        found = re.search(rule.field.strip("/"), seen.scripts) if seen else None
        return found[1] if found else ""
    if form is None:
        return ""
    return form.attrs.get(rule.field[1:], "") if rule.field.startswith("@") else form.value(rule.field) or ""


def strangers(seen: Seen) -> list[Finding]:
    """Forms that no plugin made, that ask for a password or a card, and send it to another host."""
    ours = {id(each.shown) for each in seen.forms}
    here = web_address(seen.url)
    found: list[Finding] = []
    for form in seen.document.forms:
        action = form.attrs.get("action", "").strip()
        there = web_address(action if "//" in action else "")
        if action.startswith("//") and here is not None:
            there = web_address(f"{here.scheme}:{action}")
        if id(form) in ours or there is None or here is None or same_owner(there.hostname or "", here.hostname or ""):
            continue
        password = any(each.type == "password" for each in form.controls)
        card = any(
            _CARD.search(f"{each.name} {each.attrs.get('id', '')} {each.attrs.get('autocomplete', '')}")
            for each in form.controls
        )
        if password or card:
            names = [printable(each.name, 40) for each in form.controls if each.name][:20]
            told = {
                "page": printable(seen.url, 300),
                "asks": "a password" if password else "a payment card",
                "target_host": printable(there.hostname or "", 100),
                "target": printable(origin(there) + urlsplit(action).path, 300),
                "fields": names or ["without names"],
            }
            found.append(codes.STRANGER.finding(printable(seen.url, 300), told))
    return found[:5]
