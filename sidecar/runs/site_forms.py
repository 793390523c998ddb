"""A site's forms as staff, its plugin and programs see them (docs/protocol.md, The site's forms)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from diagnostics.finding import Verdict
from diagnostics.forms.form import Form, read_forms
from diagnostics.forms.trace.cause import form_cause, standing
from sidecar.playbooks import Playbook
from sidecar.runs.view import iso, short
from sidecar.store import attachments, runs, tickets
from sidecar.store import forms as store
from sidecar.store.database import Database
from sidecar.store.findings import FoundRow
from sidecar.store.tickets import Ticket


def site_forms(db: Database, site_id: str, playbooks: Mapping[str, Playbook], public_url: str) -> dict[str, Any]:
    """Every form of the site with its last entry, its last test and its state."""
    names = [each.id for each in playbooks.values() if each.about_forms]
    listed = store.last_list(db, site_id)
    known = read_forms(listed.result) if listed else None
    entries, tests = store.last_entries(db, site_id), store.last_tests(db, site_id, names)
    open_tickets = tickets.tickets(db, site_id=site_id, state="open", limit=500)
    pictures = [each["id"] for rows in tests.values() for row in rows for each in row.evidence.get("pictures") or ()]
    kept = attachments.still_kept(db, pictures)
    wishes = listed.result.get("wishes") if listed else None
    return {
        "forms": [
            _form(form, entries.get(form.key), tests.get(form.key, []), open_tickets, public_url, kept)
            for form in (known.forms if known else ())
        ],
        "more": known.more if known else 0,
        "listed_at": iso(listed.ended_at) if listed else None,
        "wishes": wishes if isinstance(wishes, dict) else None,
        "running": [run.id for name in names for run in runs.open_runs(db, site_id, name)],
        "time": iso(datetime.now(UTC)),
    }


def _form(
    form: Form,
    last: datetime | None,
    rows: Sequence[FoundRow],
    open_tickets: Sequence[Ticket],
    public_url: str,
    kept: Collection[str],
) -> dict[str, Any]:
    ticket = next((each for each in open_tickets if each.body.get("form") == form.key), None)
    test = _test(form.key, rows, kept)
    return {
        "form": form.key,
        "plugin": form.plugin,
        "id": form.id,
        "title": form.title,
        "on": form.on,
        "pages": list(form.pages),
        "not_tried": form.tried,
        "last_entry_at": iso(last),
        "last_test": test,
        "state": _state(form, test, ticket),
        "ticket": short(ticket, public_url) if ticket else None,
    }


def _state(form: Form, test: Mapping[str, Any] | None, ticket: Ticket | None) -> str:
    if not form.on:
        return "off"
    if ticket is not None or (test and test["verdict"] == "fail"):
        return "broken"
    if form.tried:
        return "not_tried"
    if test is None:
        return "untested"
    return "sound" if test["verdict"] in ("pass", "warn") else "unclear"


def _test(key: str, rows: Sequence[FoundRow], kept: Collection[str]) -> dict[str, Any] | None:
    """How the last test of a form ended: its cause, else the end of its way."""
    if not rows:
        return None
    row = said_of(key, rows)
    traced = [each for each in rows if each.evidence.get("trace")]
    pictures: list[dict[str, Any]] = next(
        (each.evidence["pictures"] for each in rows if each.evidence.get("pictures")), []
    )
    return {
        "at": iso(row.found_at),
        "run": row.run_id,
        "verdict": row.verdict.value,
        "code": row.code,
        "summary": row.summary,
        "trace": row.evidence.get("trace") or (traced[0].evidence["trace"] if traced else None),
        "pictures": [{"id": each["id"], "name": each["name"]} for each in pictures if each["id"] in kept],
    }


def said_of(key: str, rows: Sequence[FoundRow]) -> FoundRow:
    """Of what one run found of a form, the row that counts: its cause, else the end of its way."""
    findings = [row.finding for row in rows]
    row_of = {id(finding): row for finding, row in zip(findings, rows, strict=True)}
    cause = form_cause(standing(findings), key)
    own = [each for each in findings if each.evidence.get("trace") and each.subject == key]
    passed = next((each for each in own if each.verdict is Verdict.PASS), None)
    return row_of[id(cause or passed or (own or findings)[-1])]
