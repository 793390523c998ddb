"""One act: plant a fault, be a visitor, see the ticket open, mend the fault, see the ticket close by proof."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass

import requests
from rich.markup import escape

from demo.faults import Fault, Stage
from demo.stage import Running
from demo.teller import Teller
from tests.servers.process import DidNotStart

TICKET_S = 90.0  # to the ticket, once the mail has failed
HUNG_S = 240.0  # a mail that never ends is told after 150 s
RESOLVED_S = 150.0
SAW_NOTHING = "(no answer)"


@dataclass(frozen=True)
class Outcome:
    """What became of a fault; the demo's JSON line is made of these."""

    planted: str
    expected: str
    found: str | None
    ticket: int | None
    seconds_to_ticket: float | None
    resolved: bool
    more_tickets: int = 0

    @property
    def ok(self) -> bool:
        return self.found == self.expected and self.resolved and not self.more_tickets

    def as_json(self) -> dict[str, object]:
        return {
            "planted": self.planted,
            "expected": self.expected,
            "found": self.found,
            "ticket": self.ticket,
            "seconds_to_ticket": self.seconds_to_ticket,
            "resolved": self.resolved,
        }


def healthy(running: Running, teller: Teller) -> bool:
    """Before anything breaks: a visitor's message arrives, and a diagnosis finds no fault."""
    with teller.step("a visitor writes to the office, and the mail arrives"):
        running.site.write_to_us("all is well")
        running.world.sink.wait_for("all is well")
    with teller.step("Diagnose is pressed (wp aftercare diagnose)"):
        diagnose(running)
    open_now = running.sidecar.tickets(running.site.id)
    for ticket in open_now:
        teller.say(f"  [red]✗ a healthy site got ticket {ticket['id']}: {escape(ticket['title'])}[/red]")
    return not open_now


def perform(fault: Fault, running: Running, teller: Teller) -> Outcome:
    """The whole act. What goes wrong in it is told and stands in the outcome."""
    teller.title(fault.name)
    teller.say(f"  [bold]Broken:[/bold] {escape(fault.story)}.")
    before = running.sidecar.openings(running.site.id)
    found, seconds, ticket_id, resolved = None, None, None, False
    with ExitStack() as planted:
        planted.enter_context(fault.planted(Stage(running.world, running.site)))
        began = time.monotonic()
        try:
            _be_hurt(fault, running, teller)
            with teller.step("Aftercare looks for the cause"):
                ticket = running.sidecar.wait_for_ticket(
                    running.site.id,
                    timeout_s=HUNG_S if fault.told_by == "mail.hung" else TICKET_S,
                    known=before,
                )
            seconds = round(time.monotonic() - began, 1)
            found, ticket_id = str(ticket["code"]), int(ticket["id"])
            _show(fault, running, teller, ticket_id, seconds)
        except DidNotStart:
            teller.say(f"  [red]✗ no ticket within {time.monotonic() - began:.0f} s[/red]")
        if found != fault.code:
            _explain(running, teller)
    teller.say(f"  [bold]Mended:[/bold] {escape(fault.mended)}.")
    running.site.write_to_us(_message(fault))
    if ticket_id:
        try:
            with teller.step("Aftercare looks for proof"):
                began = time.monotonic()
                running.sidecar.wait_for_state(ticket_id, "resolved", timeout_s=RESOLVED_S)
            resolved = True
            teller.say(f"  [green]Ticket {ticket_id} closed:[/green] {escape(_last_words(running, ticket_id))}")
        except DidNotStart:
            teller.say(f"  [red]✗ ticket {ticket_id} is still open after {RESOLVED_S:.0f} s[/red]")
    more = len({ticket for ticket, _ in running.sidecar.openings(running.site.id) - before} - {ticket_id})
    if more:
        teller.say(f"  [red]✗ {more} more ticket(s) than the one[/red]")
    return Outcome(fault.name, fault.code, found, ticket_id, seconds, resolved, more)


def diagnose(running: Running) -> None:
    """Press Diagnose at the site, and wait for the end of its run."""
    running.site.wp("aftercare", "diagnose", allow=(0, 1, 3))


def _be_hurt(fault: Fault, running: Running, teller: Teller) -> None:
    """A visitor writes and loses the message. Nobody presses anything: the mail tells of it, or the change before."""
    if fault.told_by == "mail.hung":
        visitor = threading.Thread(target=_write_in_vain, args=(fault, running), daemon=True)
        visitor.start()
        _wait_with_visits(running, teller, HUNG_S - 60)
        return
    said = running.site.write_to_us(_message(fault))
    teller.say(f"  The visitor reads: [italic]{escape(said or SAW_NOTHING)}[/italic]")
    if fault.told_by == "change":
        teller.say("  No mail failed that anybody could see; that something was changed is what Aftercare goes by.")


def _write_in_vain(fault: Fault, running: Running) -> None:
    try:
        running.site.write_to_us(_message(fault))
    except requests.RequestException:
        return  # the site was stopped while it still waited for the relay


def _wait_with_visits(running: Running, teller: Teller, timeout_s: float) -> None:
    """Other visitors come by meanwhile: a later request is what notices the mail that never ended."""
    began = time.monotonic()
    with teller.step("the visitor waits for an answer that does not come (150 s)"):
        while time.monotonic() - began < timeout_s:
            running.site.get("/")
            running.site.wp("cron", "event", "run", "--due-now")
            if running.sidecar.tickets(running.site.id):
                return
            time.sleep(5)


def _message(fault: Fault) -> str:
    words = "Do you bake on Sundays? "
    return (words * (fault.letters // len(words) + 1))[: fault.letters]


def _show(fault: Fault, running: Running, teller: Teller, ticket_id: int, seconds: float) -> None:
    whole = running.sidecar.api("GET", f"/tickets/{ticket_id}")
    ticket, remedy = whole["ticket"], whole["body"].get("remedy") or {}
    right = ticket["code"] == fault.code
    mark = "[green]✓[/green]" if right else "[red]✗[/red]"
    teller.say(
        f"  {mark} [bold]Ticket {ticket_id}[/bold] [{ticket['priority']}] after {seconds} s: {escape(ticket['title'])}"
    )
    teller.say(f"    [dim]{ticket['code']}  {running.sidecar.url}/tickets/{ticket_id}[/dim]")
    if not right:
        teller.say(f"    [red]expected {fault.code}[/red]")
    if remedy.get("text"):
        teller.say(f"    What to do: {escape(remedy['text'])}")


def _explain(running: Running, teller: Teller) -> None:
    """What the last runs saw, where the cause is not the one that was planted."""
    for run in reversed(running.sidecar.api("GET", "/runs", site=running.site.id)["items"][:2]):
        steps = running.sidecar.api("GET", f"/runs/{run['id']}")["steps"]
        for finding in (finding for step in steps for finding in step["findings"]):
            if finding["verdict"] != "pass":
                told = {name: finding["evidence"].get(name) for name in ("seen_by", "table", "error", "why", "tried")}
                teller.aside(f"{run['id']} {finding['verdict']} {finding['code']}: {finding['summary']} {told}")


def _last_words(running: Running, ticket_id: int) -> str:
    timeline = running.sidecar.api("GET", f"/tickets/{ticket_id}")["timeline"]
    return next((entry["text"] for entry in reversed(timeline) if entry["kind"] == "resolved"), "")
