"""`aftercare tickets`: list, show, take, comment, mute, resolve, from a shell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from sidecar import tickets as desk
from sidecar import upkeep
from sidecar.api.shapes import ticket_json, whole_ticket_json
from sidecar.cli.ground import Ground, with_ground
from sidecar.cli.sites import actor, found
from sidecar.store import pages
from sidecar.store import sites as sites_store
from sidecar.store import tickets as store


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")
@click.pass_context
def tickets(context: click.Context, as_json: bool) -> None:
    """Tickets; without a command, the open ones."""
    if context.invoked_subcommand is None:
        context.invoke(list_tickets, as_json=as_json)


@tickets.command("list")
@click.option(
    "--state", default="open", show_default=True, type=click.Choice(["open", "resolved", "not_a_fault", "all"])
)
@click.option("--site", default="", help="Only of this site.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@with_ground
def list_tickets(ground: Ground, state: str = "open", site: str = "", limit: int = 50) -> None:
    """Tickets, open ones first, the worst of them first."""
    db = ground.services.db
    page = pages.tickets_page(db, state=state, site=found(ground, site).id if site else "", limit=limit)
    names = {each.id: each.name for each in sites_store.sites(db)}
    ground.table(
        [ticket_json(ticket) for ticket in page.items],
        ("#", "", "Ticket", "Site", "State", "Taken by", "Seen"),
        [
            (
                each.id,
                each.priority,
                each.title,
                names[each.site_id],
                each.state,
                each.taken_by,
                f"{each.occurrences} ×",
            )
            for each in page.items
        ],
        "No ticket is open." if state == "open" and not site else "No ticket fits.",
    )


@tickets.command("show")
@click.argument("ticket_id", type=int)
@with_ground
def show(ground: Ground, ticket_id: int) -> None:
    """One ticket in the guide's template, with its timeline."""
    _show(ground, ticket_id)


def _show(ground: Ground, ticket_id: int) -> None:
    db, guide = ground.services.db, ground.services.guide
    ticket, entries = store.ticket(db, ticket_id), store.entries(db, ticket_id)
    timeline = "\n".join(f"{each.at:%Y-%m-%d %H:%M:%S} {each.actor}: {each.text}" for each in entries)
    ground.answer(
        whole_ticket_json(ticket, entries, desk.as_markdown(ticket, guide)),
        f"#{ticket.id} {ticket.state}, taken by {ticket.taken_by or 'nobody'}\n\n"
        f"{desk.as_text(ticket, guide)}\nTimeline:\n{timeline}",
    )


def _done(ground: Ground, ticket_id: int, words: str) -> None:
    ground.answer(ticket_json(store.ticket(ground.services.db, ticket_id)), words)


def _as(function: Callable[..., Any]) -> Callable[..., Any]:
    who = "Who does it, as the timeline says it; you, if left out."
    return click.option("--as", "who", default="", metavar="ADDRESS", help=who)(function)


@tickets.command("take")
@click.argument("ticket_id", type=int)
@_as
@with_ground
def take(ground: Ground, ticket_id: int, who: str) -> None:
    """It is yours from now on."""
    desk.take(ground.services, ticket_id, who or actor())
    _done(ground, ticket_id, f"#{ticket_id} is yours.")


@tickets.command("comment")
@click.argument("ticket_id", type=int)
@click.argument("text")
@_as
@with_ground
def comment(ground: Ground, ticket_id: int, text: str, who: str) -> None:
    """Add to the timeline what you know."""
    if not text.strip():
        raise click.BadParameter("a comment needs words", param_hint="TEXT")
    desk.comment(ground.services, ticket_id, who or actor(), text)
    _done(ground, ticket_id, f"#{ticket_id}: noted.")


@tickets.command("mute")
@click.argument("ticket_id", type=int)
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 24 * 30))
@_as
@with_ground
def mute(ground: Ground, ticket_id: int, hours: int, who: str) -> None:
    """Send no messages of it for a time; it stays open and is watched."""
    desk.mute(ground.services, ticket_id, who or actor(), ground.now() + timedelta(hours=hours))
    _done(ground, ticket_id, f"#{ticket_id} is muted for {hours} h.")


@tickets.command("not-a-fault")
@click.argument("ticket_id", type=int)
@click.argument("reason")
@_as
@with_ground
def not_a_fault(ground: Ground, ticket_id: int, reason: str, who: str) -> None:
    """Close it: it is meant to be so."""
    desk.not_a_fault(ground.services, ticket_id, who or actor(), reason)
    _done(ground, ticket_id, f"#{ticket_id} is closed as not a fault.")


@tickets.command("resolve")
@click.argument("ticket_id", type=int)
@click.argument("text", default="")
@_as
@with_ground
def resolve(ground: Ground, ticket_id: int, text: str, who: str) -> None:
    """Say that it is mended; seen again, it reopens."""
    desk.resolve(ground.services, ticket_id, who or actor(), text)
    _done(ground, ticket_id, f"#{ticket_id} is resolved.")


@tickets.command("look-again")
@click.argument("ticket_id", type=int)
@with_ground
def look_again(ground: Ground, ticket_id: int) -> None:
    """Run its playbook now."""
    run_id = upkeep.look_again(ground.services, ticket_id, actor())
    ground.answer({"run": run_id}, f"{run_id}: {ground.settings.public_url}/runs/{run_id}")
