"""The operations of the staff API. Each is found by its declaration; none holds SQL or rules."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any

from flask import abort

from diagnostics.mail import replies
from sidecar import attention, pasted, runs, tickets, upkeep, warm_up
from sidecar.api.operations import PAGING, STAFF, Field, operation
from sidecar.api.shapes import (
    event_json,
    overview_json,
    run_json,
    site_json,
    ticket_json,
    whole_ticket_json,
)
from sidecar.store import attachments, pages
from sidecar.store import runs as runs_store
from sidecar.store import sites as sites_store
from sidecar.store import tickets as tickets_store
from sidecar.web import now, services, staff

SITE = Field("site", "Only of this site, by its id.")
TICKET = f"{STAFF}/tickets/<int:ticket_id>"
WARM_UP = f"{STAFF}/sites/<site_id>/warm-up"


@operation("GET", f"{STAFF}/overview", answer="Overview")
def overview() -> dict[str, Any]:
    """What needs somebody now."""
    db = services().db
    open_tickets = tickets_store.tickets(db, state="open")
    return overview_json(open_tickets, attention.needed(db, now(), len(services().settings.notify)), now())


@operation("GET", f"{STAFF}/sites", answer="Sites")
def sites() -> dict[str, Any]:
    """Every site."""
    return {"items": [site_json(site, now()) for site in sites_store.sites(services().db)], "next": None}


@operation(
    "POST",
    f"{STAFF}/sites",
    answer="Site",
    status=201,
    body=(Field("name", "What staff call it.", True), Field("url", "Its front page, https://…", True)),
)
def add_site(name: str, url: str) -> dict[str, Any]:
    """Add a site that waits to be paired."""
    return site_json(upkeep.add_site(services().db, name, url, now()), now())


@operation("GET", f"{STAFF}/sites/<site_id>", answer="Site")
def site(site_id: str) -> dict[str, Any]:
    """One site."""
    return site_json(sites_store.site(services().db, site_id), now())


@operation("POST", f"{STAFF}/sites/<site_id>/code", answer="PairingCode", status=201)
def pairing_code(site_id: str) -> dict[str, Any]:
    """Make a pairing code, good once for 10 minutes."""
    code, expires_at = upkeep.pairing_code(services(), site_id, staff().email, now())
    return {"site": site_id, "code": code, "expires_at": expires_at.isoformat()}


@operation(
    "POST",
    f"{STAFF}/sites/<site_id>/recipient",
    answer="Site",
    body=(Field("recipient", "The mailbox that test mails go to; empty for the settings' own.", longest=254),),
)
def set_recipient(site_id: str, recipient: str | None) -> dict[str, Any]:
    """Set where a site's test mails go."""
    upkeep.set_recipient(services().db, site_id, recipient or "")
    return site(site_id)


@operation("POST", f"{STAFF}/sites/<site_id>/rotate", answer="Site")
def rotate(site_id: str) -> dict[str, Any]:
    """Have the site make a new secret."""
    upkeep.rotate(services(), site_id, now())
    return site(site_id)


@operation("POST", f"{STAFF}/sites/<site_id>/unpair", answer="Site")
def unpair(site_id: str) -> dict[str, Any]:
    """Forget the site's secret: from now on it is denied everything."""
    upkeep.unpair(services(), site_id, now())
    return site(site_id)


@operation("GET", f"{STAFF}/sites/<site_id>/forms", answer="SiteForms")
def site_forms(site_id: str) -> dict[str, Any]:
    """A site's forms: last entry, last test, state."""
    sites_store.site(services().db, site_id)
    return runs.site_forms(services().db, site_id, services().playbooks, services().settings.public_url)


@operation("GET", WARM_UP, answer="WarmUp")
def show_warm_up(site_id: str) -> dict[str, Any]:
    """A site's warm-up plan, under way or over, against what it sent."""
    found = warm_up.shown(services(), site_id, now())
    if found is None:
        abort(404, "This site never had a warm-up plan.")
    return warm_up.warm_up_json(found)


@operation(
    "POST",
    WARM_UP,
    answer="WarmUp",
    status=201,
    body=(
        Field("target", "Mails a day that it is to reach.", True, number=True, most=warm_up.MOST_TARGET),
        Field("start", f"Mails of the first day, {warm_up.START} if left out.", number=True, most=warm_up.MOST_TARGET),
        Field("table", "A published plan to follow.", one_of=tuple(warm_up.TABLES)),
        Field("begun_on", "The first day, as 2026-11-24; today if left out.", longest=10),
    ),
)
def begin_warm_up(
    site_id: str, target: int, start: int | None, table: str | None, begun_on: str | None
) -> dict[str, Any]:
    """Begin a warm-up plan."""
    try:
        first = date.fromisoformat(begun_on) if begun_on else None
    except ValueError:
        abort(400, "begun_on is a day, written as 2026-11-24.")
    found = warm_up.begin(
        services(),
        site_id,
        target=target,
        start=start or warm_up.START,
        table=table or "",
        begun_on=first,
        by=staff().email,
        now=now(),
    )
    return warm_up.warm_up_json(found)


@operation("POST", f"{WARM_UP}/end", answer="WarmUp")
def end_warm_up(site_id: str) -> dict[str, Any]:
    """End the warm-up plan that is under way."""
    return warm_up.warm_up_json(warm_up.end(services(), site_id, staff().email, now()))


@operation(
    "POST",
    f"{STAFF}/sites/<site_id>/message",
    answer="MessageRead",
    body=(Field("message", "A raw message of the site as it was received.", True, longest=pasted.MOST_OCTETS),),
)
def read_message(site_id: str, message: str) -> dict[str, Any]:
    """Read a message: its relay and signatures become the ground of a look at the domain; it is not kept."""
    found = pasted.read(services(), site_id, message.encode("utf-8", "surrogateescape"), staff().email, now())
    findings = [each.to_json() for each in found.findings]
    return {"findings": findings, "ground": dict(found.ground), "run": found.run_id, "no_run": found.no_run}


@operation("GET", f"{STAFF}/events", answer="Events", query=(SITE, Field("type", "Only of this type."), *PAGING))
def events(site: str | None, type: str | None, limit: int | None, after: str | None) -> dict[str, Any]:
    """Events, newest first."""
    try:
        page = pages.events_page(services().db, site=site or "", type=type or "", after=after or "", limit=limit or 50)
    except ValueError as error:
        abort(400, f"after: {error}.")
    return {"items": [event_json(event) for event in page.items], "next": page.older or None}


@operation(
    "GET",
    f"{STAFF}/runs",
    answer="Runs",
    query=(
        SITE,
        Field("outcome", "Only so.", one_of=("sound", "faults", "unclear", "died", "queued", "running")),
        *PAGING,
    ),
)
def runs_(site: str | None, outcome: str | None, limit: int | None, after: str | None) -> dict[str, Any]:
    """Runs, newest first."""
    try:
        page = pages.runs_page(
            services().db, site=site or "", outcome=outcome or "", after=after or "", limit=limit or 50
        )
    except ValueError as error:
        abort(400, f"after: {error}.")
    return {"items": [run_json(run) for run in page.items], "next": page.older or None}


@operation(
    "POST",
    f"{STAFF}/runs",
    answer="Started",
    status=202,
    body=(
        Field("site", "The site's id.", True),
        Field("playbook", "The playbook's id.", True),
        Field("form", "Of a playbook about forms: the one to look at alone, as plugin:id.", longest=200),
    ),
)
def start_run(site: str, playbook: str, form: str | None) -> dict[str, Any]:
    """Run a playbook on a site now, or join the run that is under way."""
    return {"run": upkeep.run_now(services(), site, playbook, staff().email, form or "")}


@operation(
    "POST",
    f"{STAFF}/runs/everywhere",
    answer="StartedRuns",
    status=202,
    body=(Field("playbook", "The playbook's id.", True),),
)
def start_everywhere(playbook: str) -> dict[str, Any]:
    """Run a playbook on every paired site now."""
    started, refused = upkeep.run_everywhere(services(), playbook, staff().email)
    return {
        "runs": [{"site": site, "run": run} for site, run in started.items()],
        "refused": [{"site": site, "why": why} for site, why in refused.items()],
    }


@operation("GET", f"{STAFF}/runs/<run_id>", answer="Run")
def run(run_id: str) -> dict[str, Any]:
    """One run with its steps and findings."""
    db = services().db
    row = runs_store.run(db, run_id)
    return {**runs.view(db, run_id, services().settings.public_url), "site": row.site_id}


@operation("GET", f"{STAFF}/runs/<run_id>/pictures/<picture_id>", answer="Picture")
def picture(run_id: str, picture_id: str) -> dict[str, Any]:
    """One picture that a run has taken."""
    content = attachments.content(services().db, run_id, picture_id)
    return {"id": picture_id, "run": run_id, "type": "image/png", "base64": base64.b64encode(content).decode()}


@operation(
    "GET",
    f"{STAFF}/tickets",
    answer="Tickets",
    query=(
        Field("state", "`open` if left out.", one_of=("open", "resolved", "not_a_fault", "all")),
        SITE,
        Field("priority", "Only this.", one_of=("P1", "P2", "P3", "P4")),
        Field("code", "Only with this cause."),
        Field("incident", "Only of this incident, by its id.", longest=12),
        Field("by", "Only taken by this address; `me`, or `nobody`."),
        *PAGING,
    ),
)
def tickets_(
    state: str | None,
    site: str | None,
    priority: str | None,
    code: str | None,
    incident: str | None,
    by: str | None,
    limit: int | None,
    after: str | None,
) -> dict[str, Any]:
    """Tickets, open ones first, the worst of them first."""
    try:
        page = pages.tickets_page(
            services().db,
            state=state or "open",
            site=site or "",
            priority=priority or "",
            code=code or "",
            incident=int(incident or 0),
            taken_by=staff().email if by == "me" else by or "",
            after=after or "",
            limit=limit or 50,
        )
    except ValueError:
        abort(400, "after and incident are copied from an answer before.")
    return {"items": [ticket_json(ticket) for ticket in page.items], "next": page.older or None}


@operation("GET", TICKET, answer="WholeTicket")
def ticket(ticket_id: int) -> dict[str, Any]:
    """One ticket with its timeline."""
    found = tickets_store.ticket(services().db, ticket_id)
    markdown = tickets.as_markdown(found, services().guide)
    return whole_ticket_json(found, tickets_store.entries(services().db, ticket_id), markdown)


@operation("POST", f"{TICKET}/take", answer="WholeTicket")
def take(ticket_id: int) -> dict[str, Any]:
    """Take a ticket."""
    tickets.take(services(), ticket_id, staff().email)
    return ticket(ticket_id)


@operation(
    "POST", f"{TICKET}/comment", answer="WholeTicket", body=(Field("text", "The comment.", True, longest=10_000),)
)
def comment(ticket_id: int, text: str) -> dict[str, Any]:
    """Add a comment."""
    if not text.strip():
        abort(400, "text: a comment needs words.")
    tickets.comment(services(), ticket_id, staff().email, text)
    return ticket(ticket_id)


HOURS = Field("hours", "For how many hours, up to 200.", True, number=True)


@operation("POST", f"{TICKET}/mute", answer="WholeTicket", body=(HOURS,))
def mute(ticket_id: int, hours: int) -> dict[str, Any]:
    """Send no messages of it for a time."""
    tickets.mute(services(), ticket_id, staff().email, services().now() + timedelta(hours=hours))
    return ticket(ticket_id)


@operation("POST", f"{TICKET}/unmute", answer="WholeTicket")
def unmute(ticket_id: int) -> dict[str, Any]:
    """Send messages again."""
    tickets.unmute(services(), ticket_id, staff().email)
    return ticket(ticket_id)


@operation(
    "POST", f"{TICKET}/not-a-fault", answer="WholeTicket", body=(Field("reason", "Why it is as it should be.", True),)
)
def not_a_fault(ticket_id: int, reason: str) -> dict[str, Any]:
    """Close it: it is meant to be so."""
    tickets.not_a_fault(services(), ticket_id, staff().email, reason)
    return ticket(ticket_id)


@operation("POST", f"{TICKET}/resolve", answer="WholeTicket", body=(Field("text", "What mended it."),))
def resolve(ticket_id: int, text: str | None) -> dict[str, Any]:
    """Say that it is mended; seen again, it reopens."""
    tickets.resolve(services(), ticket_id, staff().email, text or "")
    return ticket(ticket_id)


@operation("POST", f"{TICKET}/look-again", answer="Started", status=202)
def look_again(ticket_id: int) -> dict[str, Any]:
    """Run its playbook now."""
    return {"run": upkeep.look_again(services(), ticket_id, staff().email)}


@operation(
    "POST",
    f"{STAFF}/replies",
    answer="Reading",
    body=(
        Field("text", "What a mailer, relay or PHP said.", True, longest=100_000),
        Field("stage", "Where it was said: connect, auth, data…"),
        Field("provider", "Whose relay it is."),
    ),
)
def read_reply(text: str, stage: str | None, provider: str | None) -> dict[str, Any]:
    """Read an error text; nothing of it is kept."""
    return replies.read(text, stage=stage or "", provider=provider or "").to_json()
