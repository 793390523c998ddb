"""What a check is handed: built from the store, the settings and the site, for one run."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from diagnostics.check import Context
from diagnostics.finding import Finding
from sidecar.runs.equipment import Equipment
from sidecar.runs.forms import FORM_EVENTS, about_forms
from sidecar.runs.visits import rhythms
from sidecar.store import attachments, events, grounds, runs, sites, warm_ups
from sidecar.store.database import Database
from sidecar.store.events import Event
from sidecar.store.findings import findings_of
from sidecar.store.runs import Run
from sidecar.store.sites import Site
from sidecar.store.warm_ups import WarmUp

EVENTS_SHOWN = 200
FORM_EVENTS_SHOWN, FORM_DAYS = 2_000, 30  # single ones; their hours are counted for longer
CHANGES_SHOWN = 20
DAYS_SHOWN = 90  # of a warm-up: so long events are kept


def context_of(equipment: Equipment, run_id: str, step_id: str = "", check: str = "") -> Context:
    """The context of the next check of this run: of *check* in that step, where its pictures belong to one."""
    db, settings = equipment.db, equipment.settings
    run = runs.run(db, run_id)
    site = sites.site(db, run.site_id)
    networks = [ipaddress.ip_network(network) for network in site.relay_networks]
    control = settings.control
    plan = warm_ups.warm_up_of(db, site.id)
    return Context(
        network=equipment.network.allowing(networks) if networks else equipment.network,
        site=equipment.ask(site, run_id),
        now=equipment.now(),
        events=_events(equipment, run),
        changes=[as_mapping(event) for event in events.changes_before(db, site.id, equipment.now(), CHANGES_SHOWN)],
        findings=[row.finding for row in findings_of(db, run_id)],
        run_id=run_id,
        alternative=equipment.relay,
        recipient=site.recipient or settings.canary_recipient,
        control={"host": control.host, "ports": list(control.ports)} if control else None,
        login=partial(equipment.logins.hand_out, run_id, site.id) if run.trigger.get("log_in") else None,
        previous=_previous(db, run),
        messages=[{**each.ground, "read_at": each.read_at.isoformat()} for each in grounds.grounds_of(db, site.id)],
        warm_up=as_plan(db, site, plan, equipment.now()) if plan else None,
        blocklists=settings.blocklists,
        rhythms=rhythms(db, site.id, equipment.now()) if about_forms(run) else {},
        heard_at=site.last_seen_at,
        paired_at=site.paired_at,
        form=str(run.trigger.get("form") or ""),
        by_hand=run.trigger.get("kind") in ("person", "button"),
        attach=partial(_attach, equipment, run_id, step_id, check),
    )


def _attach(equipment: Equipment, run_id: str, step_id: str, check: str, name: str, png: bytes) -> str:
    return attachments.keep(equipment.db, run_id, step_id, check, name, png, equipment.now())


def _events(equipment: Equipment, run: Run) -> list[Mapping[str, Any]]:
    """What the site told lately; of forms and their mails, for a month."""
    db = equipment.db
    told = events.recent(db, run.site_id, limit=EVENTS_SHOWN)
    if about_forms(run):
        since = equipment.now() - timedelta(days=FORM_DAYS)
        of_forms = events.since(db, run.site_id, FORM_EVENTS, since, FORM_EVENTS_SHOWN)
        seen = {event.id for event in of_forms}
        told = sorted(
            [*of_forms, *(event for event in told if event.id not in seen)],
            key=lambda event: event.occurred_at,
            reverse=True,
        )
    return [as_mapping(event) for event in told]


def _previous(db: Database, run: Run) -> list[Finding]:
    last = runs.last_ended(db, run.site_id, run.playbook, run.created_at)
    return [row.finding for row in findings_of(db, last.id)] if last else []


def as_plan(db: Database, site: Site, plan: WarmUp, now: datetime) -> dict[str, Any]:
    """A plan as the check reads it: its figures, and what the site told of each of its days so far.

    A day on which nothing could be told, before the pairing or after we last heard, is not there.
    """
    last = min((plan.ended_at or now).date(), (site.last_seen_at or now).date())
    first = max(plan.first_day, now.date() - timedelta(days=DAYS_SHOWN), (site.paired_at or now).date())
    days = warm_ups.mail_days(db, plan.site_id, first, last) if first <= last else []
    return {
        "begun_on": plan.begun_on,
        "target": plan.target,
        "start": plan.start,
        "growth": plan.growth,
        "table": plan.plan_table,
        "days": [asdict(each) for each in days],
    }


def as_mapping(event: Event) -> Mapping[str, Any]:
    """An event as checks read it."""
    return {"id": event.id, "type": event.type, "occurred_at": event.occurred_at.isoformat(), "data": event.data}
