"""`aftercare run` and `aftercare events`: start a playbook and watch it; see what sites forwarded.

A run is a row in the store: the sidecar that serves on the same data folder carries it out.
"""

from __future__ import annotations

import time
from typing import Any

import click

from sidecar import runs, upkeep
from sidecar.api.shapes import event_json
from sidecar.cli.ground import FAULT, FINE, INCOMPLETE, UNAVAILABLE, Ground, with_ground
from sidecar.cli.sites import actor, found
from sidecar.store import pages

LOOK_S = 0.5
PICKED_UP_S = 15.0  # a serving sidecar takes a queued run within two seconds
ENDS = {"sound": FINE, "faults": FAULT, "unclear": INCOMPLETE, "died": INCOMPLETE}
MARKS = {"pass": "✓", "warn": "▲", "fail": "✗", "unknown": "?"}
STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red", "unknown": "dim"}


@click.command()
@click.argument("site")
@click.argument("playbook")
@click.option("--form", default="", help="Of a playbook about forms: this one alone, as plugin:id.")
@click.option("--wait", is_flag=True, help="Watch it to its end; the exit code is then its outcome.")
@click.option("--timeout", "timeout_s", default=900.0, show_default=True, help="Seconds to wait at most.")
@with_ground
def run(ground: Ground, site: str, playbook: str, form: str, wait: bool, timeout_s: float) -> None:
    """Run PLAYBOOK on SITE now.

    With --wait: 0 sound, 1 faults found, 3 not everything could be looked at.
    """
    known = found(ground, site)
    run_id = upkeep.run_now(ground.services, known.id, playbook, actor(), form)
    url = f"{ground.settings.public_url}/runs/{run_id}"
    if not wait:
        return ground.answer({"run": run_id, "url": url}, f"{run_id} is queued: {url}")
    view = _watch(ground, run_id, timeout_s)
    ground.answer(view)
    if not ground.as_json:
        _tell_end(ground, view, url)
    raise SystemExit(ENDS.get(view["outcome"], INCOMPLETE))


def _watch(ground: Ground, run_id: str, timeout_s: float) -> dict[str, Any]:
    """The run as it ended, its findings told as they come."""
    began, told = time.monotonic(), 0
    while True:
        view = runs.view(ground.services.db, run_id, ground.settings.public_url)
        findings = [(step, finding) for step in view["steps"] for finding in step["findings"]]
        for step, finding in findings[told:]:
            _tell(ground, step, finding)
        told = len(findings)
        waited = time.monotonic() - began
        if view["state"] == "ended":
            return view
        if view["state"] == "queued" and waited > PICKED_UP_S:
            ground.fail(
                f"{run_id} is queued and nothing carries it out: is the sidecar running on "
                f"{ground.settings.data_dir}? Start it: aftercare serve. The run then begins by itself.",
                UNAVAILABLE,
            )
        if waited > timeout_s:
            ground.fail(f"{run_id} had not ended after {timeout_s:.0f} s; it goes on without us.", UNAVAILABLE)
        time.sleep(LOOK_S)


def _tell(ground: Ground, step: dict[str, Any], finding: dict[str, Any]) -> None:
    """One finding, on standard error when the answer is JSON, so that progress is seen there too."""
    verdict = finding["verdict"]
    console = ground.err if ground.as_json else ground.out
    console.print(f"{MARKS[verdict]} {step['verb']}: {finding['summary']}", style=STYLES[verdict], markup=False)


def _tell_end(ground: Ground, view: dict[str, Any], url: str) -> None:
    cause = view["cause"]
    if cause:
        ground.out.print(f"\nCause: {cause['summary']}", style="bold", markup=False)
        if cause["remedy"]:
            ground.out.print(f"What to do: {cause['remedy']['text']}", markup=False)
    ground.out.print(f"\nOutcome: {view['outcome']}. {url}", markup=False)
    if view["ticket"]:
        ground.out.print(f"Ticket #{view['ticket']['id']}: {view['ticket']['url']}", markup=False)


STATES = {"sound": FINE, "broken": FAULT}


@click.command()
@click.argument("site")
@with_ground
def forms(ground: Ground, site: str) -> None:
    """The forms of SITE: last entry, last test, state.

    Exit codes: 0 all that are tried are sound, 1 one at least is broken, 3 not every one was tried.
    """
    known = found(ground, site)
    told = runs.site_forms(ground.services.db, known.id, ground.services.playbooks, ground.settings.public_url)
    ground.table(
        told["forms"],
        ("Form", "Title", "State", "Last entry (UTC)", "Last test (UTC)", "Says"),
        [
            (
                each["form"],
                each["title"],
                each["state"].replace("_", " "),
                _minute(each["last_entry_at"]),
                _minute(each["last_test"]["at"]) if each["last_test"] else "",
                each["last_test"]["summary"] if each["last_test"] else each["not_tried"],
            )
            for each in told["forms"]
        ],
        "The site has no form that Aftercare knows of."
        if told["listed_at"]
        else "The site was not asked for its forms yet: aftercare run SITE form-not-submitting --wait",
    )
    tried = [each for each in told["forms"] if each["on"] and not each["not_tried"]]
    codes = [STATES.get(each["state"], INCOMPLETE) for each in tried]
    raise SystemExit(next((code for code in (FAULT, INCOMPLETE) if code in codes), FINE))


def _minute(at: str | None) -> str:
    return at[:16].replace("T", " ") if at else ""


@click.command()
@click.option("--site", default="", help="Only of this site.")
@click.option("--type", "type_", default="", help="Only of this type, as mail.failed.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@with_ground
def events(ground: Ground, site: str, type_: str, limit: int) -> None:
    """What sites forwarded, newest first."""
    site_id = found(ground, site).id if site else ""
    page = pages.events_page(ground.services.db, site=site_id, type=type_, limit=limit)
    ground.table(
        [event_json(event) for event in page.items],
        ("Happened (UTC)", "Site", "Event", "Id"),
        [(f"{event.occurred_at:%Y-%m-%d %H:%M:%S}", event.site_id, event.type, event.id) for event in page.items],
        "No event fits." if site or type_ else "No event has come yet.",
    )
