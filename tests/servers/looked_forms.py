"""A site whose forms were tried, as the store keeps it: one sound, one that a script breaks, one without notification.

The findings are made by the judges themselves, of what a browser and a site would have told.
"""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from typing import Any

from diagnostics.finding import Finding, Verdict
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.browser.tried import ConsoleError, Request, Tried
from diagnostics.forms.form import Form, read_forms
from diagnostics.forms.trace.answer import Answer, read_answer
from diagnostics.forms.trace.judge import Around, judge, title_of
from diagnostics.forms.trace.seen import log_of, seen_of
from diagnostics.forms.trace.way import way_of
from diagnostics.mail.reading import with_facts
from sidecar.services import Services
from sidecar.store import attachments, commands, findings, runs, tickets
from sidecar.store.tickets import NewTicket

PAGE = "https://shop.example.com"


def listed() -> dict[str, Any]:
    """The site's answer to `forms.list`."""
    to = [{"domain": "shop.example.com", "hash": "0" * 12}]
    mail = {"id": "1", "title": "Office", "on": True, "to": to, "from": to[0]}
    fields = [{"name": "email", "type": "email", "label": "Email", "required": True}]
    base = {"on": True, "keeps": True, "by": "rest", "fields": fields, "captcha": [], "does": [], "not_tried": ""}
    return {
        "forms": [
            {**base, "plugin": "contact-form-7", "form": "12", "title": "Contact <b>us</b>", "notifications": [mail],
             "pages": [f"{PAGE}/contact/"]},
            {**base, "plugin": "wpforms", "form": "7", "title": "Quote", "notifications": [mail],
             "pages": [f"{PAGE}/quote/", f"{PAGE}/offers/", f"{PAGE}/spring/"]},
            {**base, "plugin": "gravityforms", "form": "3", "title": "Apply here",
             "notifications": [{**mail, "on": False}], "pages": [f"{PAGE}/jobs/"]},
            {**base, "plugin": "woocommerce", "form": "checkout", "title": "Checkout", "notifications": [],
             "pages": [], "not_tried": "checkout"},
            {**base, "plugin": "ninja-forms", "form": "2", "title": "Newsletter", "notifications": [mail],
             "pages": [f"{PAGE}/news/"]},
        ],
        "more": 0,
        "wishes": {"mails": "mailbox", "quiet": None, "timezone": "UTC", "conflict": False, "unexempted": False},
    }  # fmt: skip


def png(width: int = 320, height: int = 200, shade: int = 200) -> bytes:
    """A picture of one shade (ISO/IEC 15948)."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def looked_at_forms(services: Services, site: str, at: datetime) -> tuple[str, int]:
    """A run that tried them; its id, and the ticket of the one that a script breaks."""
    db, run_id = services.db, "run_seedforms01"
    playbook = services.playbooks["form-not-submitting"]
    runs.add_run(
        db, run_id, site_id=site, playbook=playbook.id, title=playbook.title, playbook_text=playbook.text,
        trigger={"kind": "schedule", "every": "daily", "turn": "2026-11-24"}, reading="", now=at, due_at=at,
    )  # fmt: skip
    runs.plan_steps(db, run_id, [(step.id, step.verb, step.sentence) for step in playbook.steps])
    runs.begin_run(db, run_id, at)
    commands.add_command(
        db, command_id="cmd_seedforms", site_id=site, run_id=run_id, name="forms.list", args={}, now=at, expires_at=at
    )
    told = listed()
    commands.finish(db, "cmd_seedforms", state="done", result=told, error="", road="rest", now=at, site_id=site)
    forms = {form.key: form for form in read_forms(told).forms}
    browser: list[Finding] = []
    traced: list[Finding] = []
    for key, tried, answer in _tries(at):
        own, way = _seen(services, run_id, forms[key], tried, answer, at)
        browser += own
        traced += way
    findings.keep_findings(db, run_id, "console", "forms.browser", browser, at)
    findings.keep_findings(db, run_id, "fields", "forms.trace", traced, at)
    for step, verdict in (("console", "fail"), ("fields", "fail"), ("visitors", "pass")):
        runs.end_step(db, run_id, step, "done", verdict, at)
    cause = next(each for each in browser if each.verdict is Verdict.FAIL)
    ticket = _ticket(services, site, run_id, cause, at)
    runs.end_run(db, run_id, "faults", cause.code, ticket, at + timedelta(seconds=70))
    return run_id, ticket


def _tries(at: datetime) -> list[tuple[str, Tried, Answer]]:
    sent = {"reached": "answered", "message": "Thank you.", "message_kind": "thanks", "posted_status": 200,
            "posted_at": at, "form_seen": 1, "browser": "Chromium 156.0"}  # fmt: skip
    post = Request(f"{PAGE}/wp-json/contact", "POST", 200, "", "fetch", 180, True)
    mail = {"mail": "m1", "to": ["example.com"], "outcome": "sent", "host": "smtp.example.net", "mailer": "smtp",
            "reply": "250 2.0.0 queued"}  # fmt: skip
    spent = {"state": "spent", "spent_at": at.isoformat(), "ended": True, "kept": True, "entry": "44",
             "forgotten": True, "event": {"type": "form.submitted", "data": {}}, "http_status": 200}  # fmt: skip
    error = ConsoleError(
        "Uncaught TypeError: jQuery(...).slider is not a function", f"{PAGE}/slide.js", 12, "plugin:slider", True
    )
    broken = Tried(
        f"{PAGE}/quote/", browser="Chromium 156.0", reached="pressed", form_seen=1, errors=(error,),
        why="the button was pressed and no request followed",
        requests=(Request(f"{PAGE}/quote/", "GET", 200, "", "document", 90, False),),
    )  # fmt: skip
    return [
        ("wpforms:7", broken, read_answer({"state": "armed"})),
        (
            "contact-form-7:12",
            Tried(f"{PAGE}/contact/", requests=(post,), **sent),
            read_answer({**spent, "mails": [mail]}),
        ),
        ("gravityforms:3", Tried(f"{PAGE}/jobs/", requests=(post,), **sent), read_answer({**spent, "mails": []})),
    ]


def _seen(
    services: Services, run_id: str, form: Form, tried: Tried, answer: Answer, at: datetime
) -> tuple[list[Finding], list[Finding]]:
    kept = [
        {
            "id": attachments.keep(services.db, run_id, "console", "forms.browser", words, png(shade=shade), at),
            "name": words,
        }
        for words, shade in ((f"{title_of(form)}, before it was sent", 225), (f"{title_of(form)}, after", 190))
    ]
    common = {"form": form.key, "title": title_of(form), "page": form.pages[0], "seen_by": "canary"}
    seen = seen_of(tried)
    canary = {"token": "t" * 32, "exempt": True, "seen": seen.to_json()}
    first, *others = [with_facts(each, **common) for each in findings_of(tried, form)]
    browser = [with_facts(first, canary=canary, pictures=kept, log=log_of(tried)), *others]
    failing = [each for each in browser if each.verdict is Verdict.FAIL]
    return browser, judge(form, seen, answer, way_of(form, seen, answer), Around("shop.example.com"), failing)


def _ticket(services: Services, site: str, run_id: str, cause: Finding, at: datetime) -> int:
    from sidecar.tickets.entries_way import form_seen
    from sidecar.tickets.template import body_of, title_of

    rows = findings.findings_of(services.db, run_id)
    body = body_of(
        site_url=PAGE, server="None: the server by itself", playbook="Form Not Submitting", run_id=run_id, run_url="",
        expected="A visitor reads thanks.", cause=cause, others=[], canary=None, mail=None, form=form_seen(cause, rows),
    )  # fmt: skip
    new = NewTicket(
        site_id=site, fingerprint=f"{site}|{cause.code}|{cause.subject}", playbook="form-not-submitting",
        code=cause.code, subject=cause.subject, title=title_of(cause), priority="P2", tier=3, body=body, run_id=run_id,
        check_name="forms.browser", evidence_key="f", blind=False, previous_id=None, seen_at=at,
        recheck_at=at + timedelta(minutes=15),
    )  # fmt: skip
    ticket = tickets.open_ticket(services.db, new, at)
    tickets.add_entry(services.db, ticket, at=at, actor="aftercare", kind="opened", text=cause.summary)
    return ticket
