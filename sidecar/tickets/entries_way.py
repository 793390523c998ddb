"""What a run about forms has seen of one form, for its ticket: the way of the entry, pictures, console, network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import Finding
from diagnostics.forms.trace.cause import NONE_WORKS
from sidecar.store.findings import FoundRow
from sidecar.store.tickets import Ticket

# Evidence that a ticket shows in its own way, and what only our own look is about.
KEPT_APART = (
    "trace", "canary", "pictures", "log", "counts", "errors", "title", "page", "browser", "width", "scripts", "cookies",
    "reached", "message_kind", "seen_by", "sandbox", "took_ms", "peak_mib", "tries", "lost_at", "keys",
)  # fmt: skip
MARKS = {"pass": "ok", "warn": "warning", "fail": "LOST HERE", "unknown": "not known", "none": "no such stage"}
MOST_LINES = 25


@dataclass(frozen=True)
class FormSeen:
    """One form, as its ticket shows it."""

    steps: list[str]  # to reproduce it
    browser: str
    logs: list[str]
    kept: dict[str, Any]  # for the ticket's page: form, trace, pictures, log


def form_seen(cause: Finding, rows: Sequence[FoundRow], run_url: str = "") -> FormSeen | None:
    """What the run has seen of the form that *cause* is about; None where it is about none."""
    form = str(cause.evidence.get("form") or "")
    if not form:
        return None
    own = [cause.evidence, *(row.evidence for row in rows if row.evidence.get("form") == form)]
    tried = [each for each in own if each.get("seen_by") == "canary"]
    trace = _first(tried, "trace") or _first(own, "trace") or cause.evidence.get("trace")
    pictures, log, canary = (_first(own, name) for name in ("pictures", "log", "canary"))
    title, page = (str(cause.evidence.get(name) or _first(own, name) or "") for name in ("title", "page"))
    seen: Mapping[str, Any] = canary.get("seen") or {} if isinstance(canary, Mapping) else {}
    kept = {"form": form, "title": title, "page": page, "trace": trace, "pictures": pictures or [], "log": log or {}}
    shots = [f"screenshot: {run_url}/pictures/{each['id']}.png ({each['name']})" for each in pictures or ()]
    logs = [*_lines(trace, log), *(shots if run_url else [])]
    return FormSeen(_steps(title or form, page, seen), _browser(own), logs, kept)


def form_to_look_at(ticket: Ticket) -> str:
    """The one form that a look at the ticket has to try; "" for all of the site's."""
    return "" if ticket.code == NONE_WORKS else str(ticket.body.get("form") or "")


def of_mail(code: str) -> bool:
    """Whether a fault of this code is the mail's: an entry whose mail was held back proves nothing about it."""
    return not code.startswith("form.") or code in ("form.trace.mail_failed", "form.trace.recipient_domain")


def _steps(title: str, page: str, seen: Mapping[str, Any]) -> list[str]:
    steps = [f"Open {page} as a visitor, not logged in." if page else "Open the form's page as a visitor.",
             f"Fill in the form “{title}” and press its button."]  # fmt: skip
    if seen.get("posted_at"):
        steps.append(f"Aftercare did so at {str(seen['posted_at'])[:19].replace('T', ' ')} UTC in a real browser.")
    if seen.get("message"):
        steps.append(f"The visitor then reads: {seen['message']}")
    elif seen.get("why"):
        steps.append(f"It ended there: {seen['why']}")
    return steps


def _browser(own: Sequence[Mapping[str, Any]]) -> str:
    """The browser and its width, where a finding has them."""
    browser, width = str(_first(own, "browser") or ""), _first(own, "width")
    return f"{browser} at {width} px" if browser and width else browser


def _lines(trace: object, log: object) -> list[str]:
    lines: list[str] = []
    stages = trace.get("stages") if isinstance(trace, Mapping) else None
    for each in stages if isinstance(stages, list) else []:
        lines.append(f"{each.get('title')}: {MARKS.get(str(each.get('verdict')), '')}. {each.get('words')}")
    told: Mapping[str, Any] = log if isinstance(log, Mapping) else {}
    lines += [f"console: {each.get('text')} ({each.get('of')}, {each.get('where')})" for each in _of(told, "console")]
    lines += [f"network: {each.get('request')} -> {each.get('answer')}" for each in _of(told, "network")]
    return lines[:MOST_LINES]


def _of(log: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    found = log.get(part)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _first(own: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((each[name] for each in own if each.get(name)), None)
