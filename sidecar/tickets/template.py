"""The guide's support ticket template, filled by the machine, as text and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from diagnostics.finding import Finding
from sidecar.guide import Guide
from sidecar.store.tickets import Ticket
from sidecar.tickets.entries_way import KEPT_APART, FormSeen

TITLE_LETTERS = 120
LOG_LINES = 40


def title_of(cause: Finding) -> str:
    """The cause in one line: the first sentence of what was found."""
    sentence, dot, _ = cause.summary.partition(". ")
    sentence = " ".join((sentence + dot).split()).rstrip(".")
    return sentence if len(sentence) <= TITLE_LETTERS else f"{sentence[: TITLE_LETTERS - 1].rstrip()}…"


def body_of(
    *,
    site_url: str,
    server: str,
    playbook: str,
    run_id: str,
    run_url: str,
    expected: str,
    cause: Finding,
    others: Sequence[Finding],
    canary: Mapping[str, Any] | None,
    mail: Mapping[str, Any] | None,
    form: FormSeen | None = None,
) -> dict[str, Any]:
    """The template's fields. *canary* is the evidence of the run's test mail, *mail* of the mail that failed.

    *form* is what a run about forms has seen of the one that the ticket is about.
    """
    steps = []
    if mail:
        kind = f" ({mail['kind']})" if mail.get("kind") else ""
        steps.append(f"The site sent a mail{kind} at {_clock(mail['at'])}; it failed.")
    if form:
        steps += form.steps
    elif canary and canary.get("token"):
        at = f" at {_clock(canary['sent_at'])}" if canary.get("sent_at") else ""
        steps.append(f"Aftercare sent a test mail by the site's own mailer{at}; its id is {canary['token']}.")
    steps.append(f"To see it again: on {site_url}, Aftercare → {playbook} → Diagnose ({run_url or run_id}).")
    return {
        "url": site_url,
        "browser": f"{form.browser}. {server}" if form and form.browser else server,
        "role": "Visitor, not logged in" if form else "None: the site does it by itself",
        "steps": steps,
        "expected": expected,
        "actual": cause.summary,
        "logs": _logs(cause, others, form),
        "remedy": cause.remedy.to_json() if cause.remedy else None,
        "cause": cause.to_json(),
        "also": [f"{other.code}: {other.summary}" for other in others],
        "run": run_id,
        "mail": dict(mail or {}),
        **(form.kept if form else {}),
    }


def as_text(ticket: Ticket, guide: Guide) -> str:
    """The ticket as the guide's appendix lays it out."""
    words, body = guide.ticket_template, ticket.body
    lines = [
        words.subject.format(priority=ticket.priority, description=ticket.title),
        "",
        f"{words.environment}:",
        f"- {words.url}: {body['url']}",
        f"- {words.browser}: {body['browser']}",
        f"- {words.role}: {body['role']}",
        "",
        f"{words.steps}:",
        *[f"{number}. {step}" for number, step in enumerate(body["steps"], 1)],
        "",
        f"{words.expected}:",
        body["expected"],
        "",
        f"{words.actual}:",
        body["actual"],
        *_what_to_do(body),
        "",
        f"{words.logs}:",
        *body["logs"],
        *[f"Also seen: {line}" for line in body["also"]],
    ]
    return "\n".join(lines) + "\n"


def as_markdown(ticket: Ticket, guide: Guide) -> str:
    """The same for systems that read Markdown; what came from outside stands in code blocks."""
    words, body = guide.ticket_template, ticket.body
    remedy = body.get("remedy") or {}
    lines = [
        f"**{_plain(words.subject.format(priority=ticket.priority, description=ticket.title))}**",
        "",
        f"### {words.environment}",
        f"- {words.url}: {_plain(body['url'])}",
        f"- {words.browser}: {_plain(body['browser'])}",
        f"- {words.role}: {_plain(body['role'])}",
        "",
        f"### {words.steps}",
        *[f"{number}. {_plain(step)}" for number, step in enumerate(body["steps"], 1)],
        "",
        f"### {words.expected}",
        _plain(body["expected"]),
        "",
        f"### {words.actual}",
        _plain(body["actual"]),
        "",
        *(["### What to do", _plain(remedy["text"]), ""] if remedy.get("text") else []),
        *(_block(remedy["copy"].splitlines()) if remedy.get("copy") else []),
        f"### {words.logs}",
        *_block([*body["logs"], *[f"Also seen: {line}" for line in body["also"]]]),
    ]
    return "\n".join(lines) + "\n"


def _what_to_do(body: Mapping[str, Any]) -> list[str]:
    remedy = body.get("remedy") or {}
    if not remedy.get("text"):
        return []
    return ["", f"What to do: {remedy['text']}", *([remedy["copy"]] if remedy.get("copy") else [])]


def _logs(cause: Finding, others: Sequence[Finding], form: FormSeen | None = None) -> list[str]:
    """The cause's evidence, a line a fact; a dialogue line by line. Of a form its way and its logs, too."""
    lines = [f"{cause.code} ({cause.verdict.value}) {cause.subject}", *(form.logs if form else [])]
    for name, value in cause.evidence.items():
        if name in KEPT_APART or value in ("", None, [], {}):
            continue
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            lines += [f"{name}:", *[f"  {item}" for item in value]]
        else:
            lines.append(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    lines += [f"{other.code} ({other.verdict.value}) {other.subject}" for other in others]
    flat = [part for line in lines for part in line.splitlines()]
    return flat if len(flat) <= LOG_LINES else [*flat[:LOG_LINES], f"… {len(flat) - LOG_LINES} lines more in the run"]


def _block(lines: Sequence[str]) -> list[str]:
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return [fence, *lines, fence, ""]


def _plain(text: str) -> str:
    """*text* without a meaning in Markdown or HTML."""
    for letter in "\\`*_[]<>#|":
        text = text.replace(letter, f"\\{letter}" if letter not in "<>" else {"<": "&lt;", ">": "&gt;"}[letter])
    return " ".join(text.split())


def _clock(instant: str) -> str:
    """An instant of the evidence for people; what is none stays as it stands."""
    try:
        return f"{datetime.fromisoformat(instant).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return instant
