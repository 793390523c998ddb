"""A run's report on sending domains, drawn: what to publish, why, how it was found, and the page to forward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.senders import by_include
from sidecar.runs import reports
from sidecar.store import runs as store
from sidecar.store import sites
from sidecar.store.database import Database, NotFound
from sidecar.store.findings import FoundRow, findings_of
from sidecar.store.runs import Run
from sidecar.web import services

bp = Blueprint("domains", __name__)

COUNTED = (Verdict.FAIL, Verdict.WARN)
GRADES = {"A": "pass", "B": "pass", "C": "warn", "D": "fail", "F": "fail", "?": "unknown"}


@dataclass(frozen=True)
class Since:
    """How this run differs from the last one of its playbook at this site."""

    run: Run
    new: tuple[Finding, ...]  # faults and warnings that were not there
    gone: tuple[Finding, ...]  # those that are there no more
    records: tuple[Finding, ...]  # what `mail.records` says of DNS


def drawn(run: Run, rows: Sequence[FoundRow], db: Database) -> dict[str, Any] | None:
    """What the page of a run shows of its report; None where it has none."""
    from diagnostics.mail.domain.name import read_domain

    told = reports.report_json(run, rows)
    if told is None:
        return None
    sections = [{**section, **_details(section["domain"], rows)} for section in told["sections"]]
    for section in sections:
        section["shown"] = read_domain(section["domain"]).shown
    return {**told, "sections": sections, "since": since(run, rows, db)}


def since(run: Run, rows: Sequence[FoundRow], db: Database) -> Since | None:
    """What changed; None for the first run."""
    last = store.last_ended(db, run.site_id, run.playbook, run.created_at)
    if last is None:
        return None
    before = {_name(row.finding): row.finding for row in findings_of(db, last.id)}
    now = {_name(row.finding): row.finding for row in rows}
    return Since(
        last,
        tuple(each for name, each in now.items() if each.verdict in COUNTED and not _same(before.get(name), each)),
        tuple(each for name, each in before.items() if each.verdict in COUNTED and not _same(now.get(name), each)),
        tuple(row.finding for row in rows if row.code.startswith("dns.record_")),
    )


def _name(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.subject


def _same(one: Finding | None, other: Finding) -> bool:
    return one is not None and one.verdict is other.verdict


def _details(domain: str, rows: Sequence[FoundRow]) -> dict[str, Any]:
    """What is drawn of one domain, from the evidence of its findings."""
    own = [row.finding for row in rows if row.evidence.get("report_on") == domain]
    return {
        "tree": _first(own, "spf.", lambda value: isinstance(value, Mapping) and "terms" in value),
        "keys": list(_keys(own)),
        "walk": _first(own, "dmarc.", lambda value: _lists(value, "name", "found")),
        "steps": _first(own, "dmarc.", lambda value: _lists(value, "policy", "streams")),
        "policy": next((each for each in own if each.code.startswith("dmarc.") and each.evidence.get("walk")), None),
        "demands": list(_demands(own)),
        "found": list(_records(own)),
        "findings": own,
    }


def _first(findings: Sequence[Finding], area: str, fits: Any) -> Any:
    """The first value of that shape in the evidence of an area."""
    values = (value for each in findings if each.code.startswith(area) for value in each.evidence.values())
    return next((value for value in values if fits(value)), None)


def _lists(value: Any, *names: str) -> bool:
    return isinstance(value, list) and bool(value) and all(_has(each, names) for each in value)


def _has(value: Any, names: Sequence[str]) -> bool:
    return isinstance(value, Mapping) and all(name in value for name in names)


def _keys(findings: Sequence[Finding]) -> Iterator[Finding]:
    """For each DKIM key the worst finding about it: its evidence has type, size and age."""
    seen: set[str] = set()
    for finding in findings:
        name = str(finding.evidence.get("name", "")) if finding.code.startswith("dkim.") else ""
        if name and finding.evidence.get("key_type") and name not in seen:
            seen.add(name)
            yield finding


def _demands(findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """Every demand of a receiver, one row each: whose it is and how this site does."""
    for finding in findings:
        told = finding.evidence.get("demands") if finding.code.startswith("receivers.") else None
        for demand in told if isinstance(told, list) else []:
            if isinstance(demand, Mapping):
                yield {**demand, "receiver": finding.evidence.get("receiver") or demand.get("receiver")}


def _records(findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """Every record as it was found, once, with who it belongs to."""
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        told = finding.evidence.get("records")
        for record in told if isinstance(told, list) else []:
            if not isinstance(record, Mapping) or not record.get("values"):
                continue
            name = str(record.get("name", "")), str(record.get("type", ""))
            if name not in seen:
                seen.add(name)
                yield {**record, "name": name[0], "type": name[1], "provider": _owner(record, finding)}


def _owner(record: Mapping[str, Any], finding: Finding) -> str:
    """Whose record it is, where the record, the finding or the name itself tells; else nothing."""
    told = record.get("provider_title") or finding.evidence.get("provider_title")
    known = by_include(str(record.get("name", ""))) if not told else None
    return str(told or (known.title if known else ""))


def _run_of(site_id: str, run_id: str) -> tuple[Run, list[FoundRow]]:
    """The run, if it is this site's and has a report; else 404."""
    db = services().db
    try:
        run = store.run(db, run_id)
    except NotFound:
        abort(404)
    rows = findings_of(db, run_id)
    if run.site_id != site_id or reports.report_json(run, rows) is None:
        abort(404, "This run has no report to forward: it has not ended, or did not look at sending domains.")
    return run, rows


@bp.get("/sites/<site_id>/runs/<run_id>/report")
def forward(site_id: str, run_id: str) -> str:
    """The report as a page that stands alone: to read, to print, or to take along as a file."""
    return render_template("domains/forward.html", **_forwarded(site_id, run_id))


@bp.get("/sites/<site_id>/runs/<run_id>/report.html")
def as_html(site_id: str, run_id: str) -> ResponseReturnValue:
    """The same as one file that needs no log-in to be read."""
    told = _forwarded(site_id, run_id)
    return _file(render_template("domains/file.html", **told), "text/html", _file_name(told, "html"))


@bp.get("/sites/<site_id>/runs/<run_id>/report.txt")
def as_plain(site_id: str, run_id: str) -> ResponseReturnValue:
    """The same as plain text."""
    told = _forwarded(site_id, run_id)
    run, rows = _run_of(site_id, run_id)
    return _file(reports.letter_of(run, rows), "text/plain", _file_name(told, "txt"))


def _forwarded(site_id: str, run_id: str) -> dict[str, Any]:
    from diagnostics.mail.domain.letter import PROOFS

    run, rows = _run_of(site_id, run_id)
    site = sites.site(services().db, site_id)
    return {"row": run, "report": drawn(run, rows, services().db), "site": site, "proofs": PROOFS, "grades": GRADES}


def _file_name(told: Mapping[str, Any], ending: str) -> str:
    """Of the first domain: its ASCII form holds letters, digits, dots and hyphens alone."""
    domain, ended_at = told["report"]["sections"][0]["domain"], told["row"].ended_at
    return f"mail-of-{domain}-{ended_at:%Y-%m-%d}.{ending}"


def _file(content: str, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
