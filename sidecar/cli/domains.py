"""`aftercare run-all`, `report`, `message` and `warm-up`: the sending domains of sites, from a shell."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from sidecar import pasted, upkeep, warm_up
from sidecar.cli.ground import FAULT, FINE, INCOMPLETE, UNAVAILABLE, Ground, with_ground
from sidecar.cli.runs import ENDS, LOOK_S, PICKED_UP_S
from sidecar.cli.sites import actor, found
from sidecar.runs import reports
from sidecar.store import runs as store
from sidecar.store import sites
from sidecar.store.database import NotFound
from sidecar.store.findings import findings_of
from sidecar.warm_up import warm_up_json

GRADES = {"A": FINE, "B": FINE, "C": FINE, "D": FAULT, "F": FAULT, "?": INCOMPLETE}


@click.command("run-all")
@click.argument("playbook")
@click.option("--wait", is_flag=True, help="Watch them to their end; the exit code is then the worst outcome.")
@click.option("--timeout", "timeout_s", default=3600.0, show_default=True, help="Seconds to wait at most.")
@with_ground
def run_all(ground: Ground, playbook: str, wait: bool, timeout_s: float) -> None:
    """Run PLAYBOOK on every paired site now.

    With --wait: 0 all sound, 1 faults found at one at least, 3 not everything could be looked at.
    """
    started, refused = upkeep.run_everywhere(ground.services, playbook, actor())
    names = {site.id: site.name or site.url for site in sites.sites(ground.services.db)}
    for site_id, why in refused.items():
        ground.err.print(f"{names[site_id]}: {why}", markup=False)
    if wait:
        _watch_all(ground, started, names, timeout_s)
    rows = [(site_id, store.run(ground.services.db, run_id)) for site_id, run_id in started.items()]
    ground.table(
        [{"site": site_id, "run": run.id, "state": run.state, "outcome": run.outcome} for site_id, run in rows],
        ("Site", "Run", "Outcome", "Cause"),
        [(names[site_id], run.id, run.outcome or run.state, run.cause) for site_id, run in rows],
        "No site is paired.",
    )
    if wait:
        raise SystemExit(_worst([ENDS.get(run.outcome or "", INCOMPLETE) for _, run in rows]))


def _watch_all(ground: Ground, started: dict[str, str], names: dict[str, str], timeout_s: float) -> None:
    """Tell each run's end as it comes."""
    began, left = time.monotonic(), dict(started)
    while left:
        ended = {site: run for site, run in left.items() if store.run(ground.services.db, run).state == "ended"}
        for site_id, run_id in ended.items():
            outcome = store.run(ground.services.db, run_id).outcome
            left.pop(site_id)
            ground.err.print(f"{len(started) - len(left)}/{len(started)} {names[site_id]}: {outcome}", markup=False)
        waited = time.monotonic() - began
        if waited > PICKED_UP_S and len(left) == len(started) and _all_queued(ground, left):
            ground.fail(
                "The runs are queued and nothing carries them out: is the sidecar running on "
                f"{ground.settings.data_dir}? Start it: aftercare serve. They then begin by themselves.",
                UNAVAILABLE,
            )
        if waited > timeout_s:
            ground.fail(f"{len(left)} had not ended after {timeout_s:.0f} s; they go on without us.", UNAVAILABLE)
        if left:
            time.sleep(LOOK_S)


def _all_queued(ground: Ground, left: dict[str, str]) -> bool:
    return all(store.run(ground.services.db, run_id).state == "queued" for run_id in left.values())


def _worst(codes: list[int]) -> int:
    return next((code for code in (FAULT, INCOMPLETE) if code in codes), FINE)


@click.command("report")
@click.argument("site")
@click.option("--run", "run_id", default="", help="That run's; without it, the last one's.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@with_ground
def report(ground: Ground, site: str, run_id: str, out: Path | None) -> None:
    """Print the report on SITE's sending domains, as whoever keeps the DNS needs it.

    Exit codes: 0 a grade of A to C, 1 D or F, 3 no grade could be given.
    """
    known = found(ground, site)
    run = _report_run(ground, known.id, run_id)
    rows = findings_of(ground.services.db, run.id)
    told = reports.report_json(run, rows)
    if told is None:
        ground.fail(f"{run.id} came to no report: its steps say why. See `aftercare run`.", UNAVAILABLE, "not_found")
    text = reports.letter_of(run, rows)
    if out:
        out.write_text(text, encoding="utf-8")
        ground.answer(told, f"Written to {out}.")
    else:
        ground.answer(told, text)
    raise SystemExit(GRADES[told["grade"]])


def _report_run(ground: Ground, site_id: str, run_id: str) -> store.Run:
    db = ground.services.db
    if run_id:
        run = store.run(db, run_id)
        if run.site_id != site_id or not reports.has_report(run):
            raise NotFound(f"{run_id} is no run of this site that has a report, or it has not ended")
        return run
    [playbook] = reports.PLAYBOOKS
    last = store.last_ended(db, site_id, playbook, ground.now())
    if last is None:
        raise NotFound(f"{playbook} was never run there. Run it: aftercare run SITE {playbook} --wait")
    return last


@click.command("message")
@click.argument("site")
@click.argument("file", type=click.File("rb"))
@with_ground
def message(ground: Ground, site: str, file: Any) -> None:
    """Read a raw message of SITE as it arrived, and look at its domain. FILE `-` reads standard input.

    What the site never sees, its relay's address and signatures, becomes the ground of the look.
    The message is not kept.
    """
    known = found(ground, site)
    octets = file.read(pasted.MOST_OCTETS + 1)
    read = pasted.read(ground.services, known.id, octets, actor(), ground.now())
    facts = {"findings": [each.to_json() for each in read.findings], "ground": dict(read.ground), "run": read.run_id}
    words = [each.summary for each in read.findings]
    words.append(f"{ground.settings.public_url}/runs/{read.run_id}" if read.run_id else f"No look began. {read.no_run}")
    ground.answer(facts, "\n".join(words))


@click.group("warm-up")
def warm_up_group() -> None:
    """Warm-up plans of sites: begin, show, end."""


@warm_up_group.command("begin")
@click.argument("site")
@click.argument("target", type=click.IntRange(1, warm_up.MOST_TARGET))
@click.option(
    "--start", default=warm_up.START, show_default=True, type=click.IntRange(1), help="Mails of the first day."
)
@click.option("--table", type=click.Choice(sorted(warm_up.TABLES)), help="Follow a published plan.")
@click.option("--on", "begun_on", type=click.DateTime(["%Y-%m-%d"]), help="The first day; today if left out.")
@with_ground
def begin(ground: Ground, site: str, target: int, start: int, table: str | None, begun_on: datetime | None) -> None:
    """Begin to warm SITE up, to TARGET mails a day."""
    known = found(ground, site)
    first: date | None = begun_on.date() if begun_on else None
    shown = warm_up.begin(
        ground.services,
        known.id,
        target=target,
        start=start,
        table=table or "",
        begun_on=first,
        by=actor(),
        now=ground.now(),
    )
    ground.answer(warm_up_json(shown), f"{known.name}: {shown.advice.summary}")


@warm_up_group.command("show")
@click.argument("site")
@with_ground
def show(ground: Ground, site: str) -> None:
    """The plan of SITE, day by day, against what it sent."""
    known = found(ground, site)
    shown = warm_up.shown(ground.services, known.id, ground.now())
    if shown is None:
        raise NotFound(f"{known.name} never had a warm-up plan. Begin one: aftercare warm-up begin SITE TARGET")
    if ground.as_json:
        return ground.answer(warm_up_json(shown))
    rows = [(day["date"], day["allowed"], day["sent"], day["deferred"] or "", day["state"]) for day in shown.days]
    ground.table(shown.days, ("Day (UTC)", "Plan allows", "Sent", "Deferred", "How it went"), rows, "No day yet.")
    return ground.answer(None, shown.advice.summary)


@warm_up_group.command("end")
@click.argument("site")
@with_ground
def end(ground: Ground, site: str) -> None:
    """End the plan of SITE."""
    known = found(ground, site)
    shown = warm_up.end(ground.services, known.id, actor(), ground.now())
    ground.answer(warm_up_json(shown), f"{known.name}: the warm-up is over.")
