"""A run as pages and plugins see it (docs/protocol.md, A run): read from the store, while it goes on too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sidecar.playbooks import Playbook
from sidecar.runs.reports import report_json
from sidecar.store import attachments, commands, events, runs, tickets
from sidecar.store.database import Database, NotFound
from sidecar.store.events import Event
from sidecar.store.findings import FoundRow, findings_of
from sidecar.store.runs import Run
from sidecar.store.tickets import Ticket

TICKETS_SHOWN = 20


def view(db: Database, run_id: str, public_url: str) -> dict[str, Any]:
    """The run's JSON. Raises NotFound."""
    run = runs.run(db, run_id)
    rows = findings_of(db, run_id)
    ticket = _ticket(db, run)
    cause = _cause(run, rows)
    return {
        "id": run.id,
        "site": run.site_id,
        "playbook": run.playbook,
        "title": run.title,
        "state": run.state,
        "outcome": run.outcome,
        "trigger": run.trigger,
        "form": str(run.trigger.get("form") or ""),
        "created_at": iso(run.created_at),
        "due_at": iso(run.due_at),
        "started_at": iso(run.started_at),
        "ended_at": iso(run.ended_at),
        "waits_for_site": run.state != "ended" and commands.waits_for_site(db, run_id, datetime.now(UTC)),
        "steps": [
            {
                "id": step.step_id,
                "verb": step.verb,
                "sentence": step.sentence,
                "state": step.state,
                "verdict": step.verdict,
                "doing": step.doing,
                "findings": [_finding(row) for row in rows if row.step_id == step.step_id],
            }
            for step in runs.steps_of(db, run_id)
        ],
        "cause": cause.finding.to_json() if cause else None,
        "since": _since(db, run, rows, ticket),
        "ticket": short(ticket, public_url) if ticket else None,
        "report": report_json(run, rows),
        "pictures": [
            {"id": each.id, "name": each.name, "width": each.width, "height": each.height}
            for each in attachments.of_run(db, run_id)
        ],
    }


def overview(db: Database, site_id: str, playbooks: Mapping[str, Playbook], public_url: str) -> dict[str, Any]:
    """What the plugin's screen shows first: the buttons, the last run, the open tickets."""
    last = runs.runs(db, site_id, 1)
    return {
        "playbooks": [
            {"id": each.id, "title": each.title, "summary": each.summary, "says": each.buttons[0].says}
            for each in playbooks.values()
            if each.buttons
        ],
        "last": view(db, last[0].id, public_url) if last else None,
        "tickets": [
            short(ticket, public_url)
            for ticket in tickets.tickets(db, site_id=site_id, state="open", limit=TICKETS_SHOWN)
        ],
        "time": iso(datetime.now(UTC)),
    }


def _finding(row: FoundRow) -> dict[str, Any]:
    return {**row.finding.to_json(), "check": row.check_name}


def _cause(run: Run, rows: list[FoundRow]) -> FoundRow | None:
    failing = [row for row in rows if row.code == run.cause]
    return next((row for row in failing if row.evidence.get("seen_by") != "reported"), failing[0] if failing else None)


def _ticket(db: Database, run: Run) -> Ticket | None:
    """The ticket of its cause; a run that came to none shows the one that is open for its playbook."""
    try:
        if run.ticket_id is not None:
            return tickets.ticket(db, run.ticket_id)
    except NotFound:
        return None
    return next(iter(tickets.open_tickets(db, run.site_id, run.playbook)), None)


def short(ticket: Ticket, public_url: str) -> dict[str, Any]:
    """A ticket as it stands beside other things."""
    return {
        "id": ticket.id,
        "title": ticket.title,
        "priority": ticket.priority,
        "state": ticket.state,
        "opened_at": iso(ticket.opened_at),
        "url": f"{public_url}/tickets/{ticket.id}",
    }


def _since(db: Database, run: Run, rows: list[FoundRow], ticket: Ticket | None) -> dict[str, Any]:
    """Since when it is broken, and what was changed just before: the site's own count knows best."""
    for row in rows:
        if row.evidence.get("since_at"):
            return {"at": row.evidence["since_at"], "after": row.evidence.get("after")}
    if run.cause is None or ticket is None:
        return {"at": None, "after": None}
    before = events.changes_before(db, run.site_id, ticket.first_seen_at, 1)
    return {"at": iso(ticket.first_seen_at), "after": _change(before[0]) if before else None}


def _change(event: Event) -> dict[str, Any]:
    data = event.data
    what = str(data.get("name") or data.get("slug") or data.get("what") or "")
    if event.type == "plugin.changed":
        what = f"{what} {data.get('what', 'changed')}".strip()
    return {"type": event.type, "what": what, "at": iso(event.occurred_at)}


def iso(moment: datetime | None) -> str | None:
    """An instant as the protocol has it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None
