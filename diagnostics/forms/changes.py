"""Which change broke a form: what was changed between its last good try and the first bad one, likeliest first.

Guide: Form Not Submitting (after updates). Only where one change alone lies between the two is it called certain,
and only where that change can have done it: what somebody edits in the form itself is told by no event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.outcomes import Event, data_of, instant, of_type
from diagnostics.printable import printable

NOTICED_LATE = timedelta(minutes=2)  # the plugin compares once a minute: a change is told so much later at most
SOON = timedelta(hours=26)  # a daily look, and what it takes
CHANGES_TOLD = 20  # as many as a check is handed: were they all used up, older ones may be missing
RANK = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.FAIL: 2}
MAIL_STAGES = ("composed", "handed", "accepted", "delivered", "inbox")
MAIL_PLUGIN = re.compile(r"smtp|mail|postman|postmark|sendgrid|mailgun|brevo|sendinblue|ses\b")
SPAM_PLUGIN = re.compile(r"akismet|spam|captcha|turnstile|honeypot|cleantalk|bee")
CACHE_PLUGIN = re.compile(r"cache|optimi[sz]e|minify|rocket|litespeed|speed|lazy|defer|perf")
GUARD_PLUGIN = re.compile(r"security|firewall|wordfence|ithemes|sucuri|waf|limit|shield|cerber")
SCRIPT = re.compile(r"(?:plugin|theme):([\w.-]+)|(?:plugins|themes)/([\w.-]+)/")
BLAMED = ("component", "of", "culprit", "fatal", "fatal_in", "spam_by")  # in the evidence of tries and traces
# What a form's own author sets in it, and no update does.
OWN_SETTINGS = re.compile(r"\.(notification_off|nobody_told|no_recipient|nowhere|recipient_domain|sender_\w+)$")
MOST_LISTED = 10


@dataclass(frozen=True)
class Change:
    """What was changed, in words, and why it is thought of."""

    what: str  # the update of Contact Form 7 from 6.0 to 6.1
    at: str  # ISO 8601
    kind: str  # plugin, theme, core, must-use, drop-in, setting
    slug: str
    why: str  # why it stands where it stands; "" for no other reason than when it was
    weight: int


@dataclass(frozen=True)
class Broke:
    """What a form broke with: `words` follow "It"."""

    certain: bool
    words: str
    changes: tuple[Change, ...]  # likeliest first
    more: int  # beyond those listed
    good_at: str
    bad_at: str

    @property
    def likeliest(self) -> Change:
        return self.changes[0]


def broke_with(before: Finding | None, now: Finding, changes: Sequence[Mapping[str, Any]]) -> Broke | None:
    """What *now* broke with, *before* being the same form's finding at its try before, *changes* the site's events.

    None where it did not become worse, where either try is not dated or could not look, or where nothing was told of
    a change between them. A form that is still broken keeps the answer of the try that found it so.
    """
    if before is None or now.verdict not in (Verdict.WARN, Verdict.FAIL):
        return None
    if before.code == now.code and (known := read(before.evidence.get("broke_with"))):
        return known
    good_at, bad_at = tried_at(before), tried_at(now)
    if before.verdict not in RANK or RANK[before.verdict] >= RANK[now.verdict] or good_at is None or bad_at is None:
        return None
    between = [(at, event) for at, event in _told(changes) if good_at < at <= bad_at + NOTICED_LATE]
    found = sorted(_once_each(between, now), key=lambda each: (each.weight, each.at), reverse=True)
    if not found:
        return None
    certain = _certain(found, between, now, good_at, bad_at, changes)
    return Broke(
        certain,
        _words(found, certain),
        tuple(found[:MOST_LISTED]),
        max(0, len(found) - MOST_LISTED),
        good_at.isoformat(),
        bad_at.isoformat(),
    )


def read(raw: object) -> Broke | None:
    """A `Broke` that a finding's evidence kept; None for what is none."""
    if not isinstance(raw, Mapping):
        return None
    try:
        changes = tuple(Change(**each) for each in raw["changes"])
        return Broke(**{**raw, "changes": changes}) if changes else None
    except (KeyError, TypeError):
        return None


def tried_at(finding: Finding) -> datetime | None:
    """When the try was that *finding* tells of; None where it does not say."""
    evidence = finding.evidence
    canary = evidence.get("canary")
    seen = canary.get("seen") if isinstance(canary, Mapping) else None
    posted = seen.get("posted_at") if isinstance(seen, Mapping) else None
    return next((at for each in (evidence.get("at"), evidence.get("tried_at"), posted) if (at := instant(each))), None)


def _told(changes: Sequence[Event]) -> Iterator[tuple[datetime, Event]]:
    return of_type(changes, "plugin.changed", "config.changed")


def _once_each(between: Sequence[tuple[datetime, Event]], now: Finding) -> Iterator[Change]:
    """One change for each thing: a plugin that was switched off, updated and switched on again was changed once."""
    things: dict[tuple[str, str], list[tuple[datetime, Event]]] = {}
    for at, event in sorted(between, key=lambda each: each[0]):
        data = data_of(event)
        setting = event.get("type") == "config.changed"
        kind = "setting" if setting else str(data.get("kind") or "plugin")
        name = data.get("what") if setting else data.get("slug")
        things.setdefault((kind, str(name or "")), []).append((at, event))
    for (kind, slug), events in things.items():
        at, weight, why = events[-1][0], *_weight(kind, slug, data_of(events[-1][1]), now)
        yield Change(_what(kind, events), at.isoformat(), kind, printable(slug, 120), why, weight)


def _what(kind: str, events: Sequence[tuple[datetime, Event]]) -> str:
    first, last = data_of(events[0][1]), data_of(events[-1][1])
    if kind == "setting":
        name = printable(str(last.get("what") or "a setting"), 120)
        if last.get("secret") or "to" not in last:
            return f"the change of the setting {name}"
        return f"the change of the setting {name} from {_value(first.get('from'))} to {_value(last.get('to'))}"
    updates = [data_of(event) for _, event in events if data_of(event).get("what") in ("updated", "core_updated")]
    name = printable(str(last.get("name") or last.get("slug") or f"a {kind}"), 120)
    if updates:
        return f"the update of {name} from {_value(updates[0].get('from'))} to {_value(updates[-1].get('to'))}"
    deed = str(last.get("what") or "")
    if deed == "switched":
        return f"the switch to the theme {name}"
    deeds = {"activated": "activation", "deactivated": "deactivation", "deleted": "deletion"}
    return f"the {deeds.get(deed, 'change')} of {name}"


def _value(raw: object) -> str:
    return printable(str(raw), 60) if raw not in (None, "") else "nothing"


def _weight(kind: str, slug: str, data: Mapping[str, Any], now: Finding) -> tuple[int, str]:
    """How likely this change is the cause, by what the bad try showed; and why, in words."""
    plain = slug.partition("/")[0].removesuffix(".php").lower()
    lost, form_plugin = str(now.evidence.get("lost_at") or ""), now.subject.partition(":")[0].lower()
    mail = lost in MAIL_STAGES or bool(now.evidence.get("mail_code")) or not now.code.startswith("form.")
    if kind in ("plugin", "theme", "must-use", "drop-in") and plain and plain in _named(now.evidence):
        return 8, "the error of the bad try is in its code"
    if kind == "plugin" and form_plugin and (plain == form_plugin or _add_on(plain, form_plugin)):
        return (6, "it is the form's own plugin") if plain == form_plugin else (5, "it is a part of the form's plugin")
    if mail and (data.get("group") == "mail" or (kind == "plugin" and MAIL_PLUGIN.search(plain))):
        return 6, "the entry was lost on its way as a mail"
    if lost == "spam" and kind == "plugin" and SPAM_PLUGIN.search(plain):
        return 6, "the entry was taken for spam"
    if kind == "plugin" and GUARD_PLUGIN.search(plain) and lost in ("arrived", "validated"):
        return 4, "it guards the site's doors, and the entry was lost there"
    if kind == "plugin" and CACHE_PLUGIN.search(plain) and not mail:
        return 3, "it changes how pages and their scripts are sent"
    if kind == "setting" and data.get("group") in ("address", "permalinks") and not mail:
        return 3, "the addresses that the form posts to depend on it"
    if kind in ("core", "theme"):
        return 2, "every page depends on it"
    return (0, "") if kind == "setting" else (1, "")


def _add_on(slug: str, form_plugin: str) -> bool:
    return slug.startswith((f"{form_plugin}-", form_plugin)) or form_plugin.startswith(f"{slug}-")


def _named(evidence: object, depth: int = 0) -> set[str]:
    """The plugins and themes that the evidence blames: in console errors, a fatal error, or by a check's own word."""
    found: set[str] = set()
    if depth > 4:
        return found
    if isinstance(evidence, Mapping):
        for key, value in evidence.items():
            if key in BLAMED and isinstance(value, str):
                hits = [hit for pair in SCRIPT.findall(value) for hit in pair if hit]
                found.update(hit.lower() for hit in hits)
                if key == "spam_by":
                    found.add(value.lower())
            elif key not in ("broke_with", "requests", "trace"):
                found |= _named(value, depth + 1)
    elif isinstance(evidence, (list, tuple)):
        for each in evidence[:50]:
            found |= _named(each, depth + 1)
    return found


def _certain(
    found: Sequence[Change],
    between: Sequence[tuple[datetime, Event]],
    now: Finding,
    good_at: datetime,
    bad_at: datetime,
    changes: Sequence[Event],
) -> bool:
    if len(found) != 1 or OWN_SETTINGS.search(now.code):
        return False
    if min(at for at, _ in between) - good_at <= NOTICED_LATE or max(at for at, _ in between) > bad_at:
        return False  # told after the try, it may have happened on its other side
    if len(changes) >= CHANGES_TOLD and all(at > good_at for at, _ in _told(changes)):
        return False
    return found[0].weight >= 3 or bad_at - good_at <= SOON


def _words(found: Sequence[Change], certain: bool) -> str:
    first = found[0]
    at = datetime.fromisoformat(first.at)
    named = f"{first.what} at {at:%Y-%m-%d %H:%M} UTC"
    if certain:
        return f"broke with {named}"
    if len(found) == 1:
        return f"broke after {named}"
    return f"broke after {len(found)} changes, most likely with {named}"
