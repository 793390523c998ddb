"""What the API and `--json` answer: each thing as JSON, beside its JSON schema."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sidecar import attention
from sidecar.attention import Attention
from sidecar.store.events import Event
from sidecar.store.pages import RunRow
from sidecar.store.sites import Site
from sidecar.store.tickets import Ticket, TicketEntry

Schema = dict[str, Any]

VERDICTS = ["pass", "warn", "fail", "unknown"]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    """A list of it."""
    return {"type": "array", "items": schema}


def named(name: str) -> Schema:
    """A reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(**properties: Schema) -> Schema:
    """An object that has exactly these."""
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def page_of(name: str) -> Schema:
    """A page of a list: `next` is the cursor for `after`, or null at the end."""
    return record(items=listed(named(name)), next=or_null(TEXT))


RECORD_CHANGE = record(name=TEXT, type=TEXT, value=TEXT, replaces=listed(TEXT))
REMEDY = or_null(
    record(text=TEXT, copy=TEXT, records=listed(RECORD_CHANGE), letter=TEXT, proof={"enum": ["", *VERDICTS]})
)
FINDING: Schema = {
    "code": TEXT,
    "verdict": {"enum": VERDICTS},
    "subject": TEXT,
    "summary": TEXT,
    "evidence": OBJECT,
    "remedy": REMEDY,
    "reason": or_null(TEXT),
    "blocked_by": TEXT,
}
STEP = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "verb": TEXT,
        "sentence": TEXT,
        "state": {"enum": ["waiting", "looking", "done", "blocked"]},
        "verdict": or_null(TEXT),
        "doing": TEXT,
        "findings": listed(named("StepFinding")),
    },
    "required": ["id", "verb", "sentence", "state", "verdict", "findings"],
}
RUN_STATE: Schema = {"enum": ["queued", "running", "ended"]}
GRADE: Schema = {"enum": ["A", "B", "C", "D", "F", "?"]}
OUTCOME: Schema = or_null({"enum": ["sound", "faults", "unclear", "died"]})

SCHEMAS: dict[str, Schema] = {
    "Error": record(error=TEXT, message=TEXT),
    "Finding": record(**FINDING),
    "StepFinding": record(**FINDING, check=TEXT),  # and the check that found it
    "Site": record(
        id=TEXT,
        name=TEXT,
        url=TEXT,
        state={"enum": ["paired", "waiting", "unpaired", "silent"]},
        plugin_version=TEXT,
        recipient=TEXT,
        relay_networks=listed(TEXT),
        clock_offset_s=or_null({"type": "number"}),
        roads=OBJECT,
        heartbeat=OBJECT,
        created_at=INSTANT,
        paired_at=or_null(INSTANT),
        last_seen_at=or_null(INSTANT),
    ),
    "Sites": record(items=listed(named("Site")), next=or_null(TEXT)),
    "PairingCode": record(site=TEXT, code=TEXT, expires_at=INSTANT),
    "Event": record(id=TEXT, site=TEXT, type=TEXT, occurred_at=INSTANT, received_at=INSTANT, data=OBJECT),
    "Events": page_of("Event"),
    "RunSummary": record(
        id=TEXT,
        site=TEXT,
        playbook=TEXT,
        title=TEXT,
        trigger=OBJECT,
        state=RUN_STATE,
        outcome=OUTCOME,
        cause=or_null(TEXT),
        ticket=or_null(NUMBER),
        created_at=INSTANT,
        started_at=or_null(INSTANT),
        ended_at=or_null(INSTANT),
    ),
    "Runs": page_of("RunSummary"),
    "ReportLine": record(
        name=TEXT,
        name_field=TEXT,
        zone=TEXT,
        type=TEXT,
        value=TEXT,
        strings=listed(TEXT),
        replaces=listed(TEXT),
        ttl=NUMBER,
        check=TEXT,
        code=TEXT,
        why=TEXT,
        proof={"enum": ["", *VERDICTS]},
        old_until=or_null(INSTANT),
    ),
    "ReportSection": record(
        domain=TEXT,
        grade=GRADE,
        meaning=TEXT,
        why=listed(record(code=TEXT, verdict={"enum": VERDICTS}, summary=TEXT)),
        cause=or_null(named("Finding")),
        records=listed(named("ReportLine")),
        letters=listed(named("Finding")),
        rules=listed(named("Finding")),
        grade_after=TEXT,
    ),
    "Report": record(grade=GRADE, cause=or_null(named("Finding")), sections=listed(named("ReportSection"))),
    "WarmUp": record(
        site=TEXT,
        target=NUMBER,
        start=NUMBER,
        growth={"type": "number"},
        table=TEXT,
        begun_on=TEXT,
        started_by=TEXT,
        ended_at=or_null(INSTANT),
        days=listed(
            record(
                date=TEXT,
                allowed=NUMBER,
                state=TEXT,
                begun=or_null(NUMBER),
                sent=or_null(NUMBER),
                deferred=or_null(NUMBER),
                bounced=or_null(NUMBER),
                failed=or_null(NUMBER),
            )
        ),
        advice=named("Finding"),
    ),
    "StartedRuns": record(runs=listed(record(site=TEXT, run=TEXT)), refused=listed(record(site=TEXT, why=TEXT))),
    "MessageRead": record(findings=listed(named("Finding")), ground=OBJECT, run=or_null(TEXT), no_run=TEXT),
    "Run": {  # docs/protocol.md: A run
        "type": "object",
        "properties": {
            "id": TEXT,
            "site": TEXT,
            "playbook": TEXT,
            "title": TEXT,
            "state": RUN_STATE,
            "outcome": OUTCOME,
            "created_at": INSTANT,
            "ended_at": or_null(INSTANT),
            "waits_for_site": {"type": "boolean"},
            "steps": listed(STEP),
            "cause": or_null(named("Finding")),
            "since": or_null(OBJECT),
            "ticket": or_null(OBJECT),
            "report": or_null(named("Report")),
            "form": TEXT,
            "pictures": listed(record(id=TEXT, name=TEXT, width=NUMBER, height=NUMBER)),
        },
        "required": [
            *("id", "site", "playbook", "title", "state", "outcome", "steps", "cause", "since", "ticket", "report"),
            *("form", "pictures"),
        ],
    },
    "Picture": record(id=TEXT, run=TEXT, type={"const": "image/png"}, base64=TEXT),
    "Trace": {  # docs/protocol.md: A trace
        "type": "object",
        "properties": {
            "kind": {"enum": ["canary", "entry"]},
            "stages": listed(
                record(stage=TEXT, title=TEXT, verdict={"enum": [*VERDICTS, "none"]}, words=TEXT, proof=OBJECT)
            ),
            "lost_at": TEXT,
            "at": or_null(TEXT),
        },
        "required": ["kind", "stages", "lost_at", "at"],
    },
    "SiteForm": record(
        form=TEXT,
        plugin=TEXT,
        id=TEXT,
        title=TEXT,
        on={"type": "boolean"},
        pages=listed(TEXT),
        not_tried=TEXT,
        last_entry_at=or_null(INSTANT),
        last_test=or_null(
            record(
                at=INSTANT,
                run=TEXT,
                verdict={"enum": VERDICTS},
                code=TEXT,
                summary=TEXT,
                trace=or_null(named("Trace")),
                pictures=listed(record(id=TEXT, name=TEXT)),
            )
        ),
        state={"enum": ["sound", "broken", "unclear", "untested", "not_tried", "off"]},
        ticket=or_null(OBJECT),
    ),
    "SiteForms": record(
        forms=listed(named("SiteForm")),
        more=NUMBER,
        listed_at=or_null(INSTANT),
        wishes=or_null(OBJECT),
        running=listed(TEXT),
        time=INSTANT,
    ),
    "Started": record(run=TEXT),
    "Ticket": record(
        id=NUMBER,
        site=TEXT,
        playbook=TEXT,
        code=TEXT,
        subject=TEXT,
        title=TEXT,
        priority={"enum": ["P1", "P2", "P3", "P4"]},
        tier=NUMBER,
        state={"enum": ["open", "resolved", "not_a_fault"]},
        taken_by=or_null(TEXT),
        muted_until=or_null(INSTANT),
        occurrences=NUMBER,
        reopened=NUMBER,
        opened_at=INSTANT,
        first_seen_at=INSTANT,
        last_seen_at=INSTANT,
        resolved_at=or_null(INSTANT),
        resolved_by=or_null(TEXT),
        run=or_null(TEXT),
        incident=or_null(NUMBER),
    ),
    "Tickets": page_of("Ticket"),
    "TicketEntry": record(at=INSTANT, actor=TEXT, kind=TEXT, text=TEXT, data=OBJECT),
    "WholeTicket": record(ticket=named("Ticket"), body=OBJECT, markdown=TEXT, timeline=listed(named("TicketEntry"))),
    "Reading": {  # docs/protocol.md: A reading
        "type": "object",
        "properties": {
            "code": TEXT,
            "verdict": TEXT,
            "meaning": TEXT,
            "fault": TEXT,
            "temporary": {"type": "boolean"},
            "remedy": REMEDY,
            "follow_up": TEXT,
            "findings": listed(named("Finding")),
            "reply": OBJECT,
        },
        "required": ["code", "verdict", "meaning", "fault", "temporary", "remedy", "follow_up", "findings", "reply"],
    },
    "Overview": record(
        open_tickets=listed(named("Ticket")),
        dead_channels=listed(record(channel=TEXT, error=TEXT, failed=NUMBER, since=INSTANT)),
        incidents=listed(record(id=NUMBER, code=TEXT, subject=TEXT, title=TEXT, opened_at=INSTANT)),
        silent=listed(named("Site")),
        never_paired=listed(named("Site")),
        unpaired=listed(named("Site")),
        clock_off=listed(named("Site")),
        sites=NUMBER,
        last_event_at=or_null(INSTANT),
    ),
}


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def site_json(site: Site, now: datetime) -> dict[str, Any]:
    """A site without its secrets."""
    return {
        "id": site.id,
        "name": site.name,
        "url": site.url,
        "state": attention.state_of(site, now),
        "plugin_version": site.plugin_version,
        "recipient": site.recipient,
        "relay_networks": site.relay_networks,
        "clock_offset_s": site.clock_offset_s,
        "roads": site.roads,
        "heartbeat": site.heartbeat,
        "created_at": _at(site.created_at),
        "paired_at": _at(site.paired_at),
        "last_seen_at": _at(site.last_seen_at),
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event as it was forwarded."""
    return {
        "id": event.id,
        "site": event.site_id,
        "type": event.type,
        "occurred_at": _at(event.occurred_at),
        "received_at": _at(event.received_at),
        "data": event.data,
    }


def run_json(run: RunRow) -> dict[str, Any]:
    """A run as a list shows it."""
    return {
        "id": run.id,
        "site": run.site_id,
        "playbook": run.playbook,
        "title": run.title,
        "trigger": run.trigger,
        "state": run.state,
        "outcome": run.outcome,
        "cause": run.cause,
        "ticket": run.ticket_id,
        "created_at": _at(run.created_at),
        "started_at": _at(run.started_at),
        "ended_at": _at(run.ended_at),
    }


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """A ticket as a list shows it."""
    return {
        "id": ticket.id,
        "site": ticket.site_id,
        "playbook": ticket.playbook,
        "code": ticket.code,
        "subject": ticket.subject,
        "title": ticket.title,
        "priority": ticket.priority,
        "tier": ticket.tier,
        "state": ticket.state,
        "taken_by": ticket.taken_by,
        "muted_until": _at(ticket.muted_until),
        "occurrences": ticket.occurrences,
        "reopened": ticket.reopened,
        "opened_at": _at(ticket.opened_at),
        "first_seen_at": _at(ticket.first_seen_at),
        "last_seen_at": _at(ticket.last_seen_at),
        "resolved_at": _at(ticket.resolved_at),
        "resolved_by": ticket.resolved_by,
        "run": ticket.run_id,
        "incident": ticket.incident_id,
    }


def whole_ticket_json(ticket: Ticket, entries: list[TicketEntry], markdown: str) -> dict[str, Any]:
    """A ticket with all that its page shows."""
    return {
        "ticket": ticket_json(ticket),
        "body": ticket.body,
        "markdown": markdown,
        "timeline": [
            {"at": _at(each.at), "actor": each.actor, "kind": each.kind, "text": each.text, "data": each.data}
            for each in entries
        ],
    }


def overview_json(open_tickets: list[Ticket], found: Attention, now: datetime) -> dict[str, Any]:
    """What the first page says."""
    return {
        "open_tickets": [ticket_json(ticket) for ticket in open_tickets],
        "dead_channels": [
            {"channel": each.channel, "error": each.error, "failed": each.failed, "since": _at(each.since)}
            for each in found.dead_channels
        ],
        "incidents": [
            {"id": i.id, "code": i.code, "subject": i.subject, "title": i.title, "opened_at": _at(i.opened_at)}
            for i in found.incidents
        ],
        **{
            name: [site_json(site, now) for site in getattr(found, name)]
            for name in ("silent", "never_paired", "unpaired", "clock_off")
        },
        "sites": found.sites,
        "last_event_at": _at(found.last_event_at),
    }
