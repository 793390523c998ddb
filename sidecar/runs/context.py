"""What a check is handed: built from the store, the settings and the site, for one run."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from diagnostics.check import Context
from sidecar.runs.equipment import Equipment
from sidecar.store import events, runs, sites, tickets
from sidecar.store.events import Event
from sidecar.store.findings import findings_of
from sidecar.store.runs import Run

EVENTS_SHOWN = 200
CHANGES_SHOWN = 20


def context_of(equipment: Equipment, run_id: str) -> Context:
    """The context of the next check of this run."""
    db, settings = equipment.db, equipment.settings
    run = runs.run(db, run_id)
    site = sites.site(db, run.site_id)
    recipient = site.recipient or settings.canary_recipient
    networks = [ipaddress.ip_network(network) for network in site.relay_networks]
    control = settings.control
    return Context(
        network=equipment.network.allowing(networks) if networks else equipment.network,
        site=equipment.ask(site, run_id),
        now=equipment.now(),
        events=[as_mapping(event) for event in _unexplained(equipment, run, bool(recipient))],
        changes=[as_mapping(event) for event in events.changes_before(db, site.id, equipment.now(), CHANGES_SHOWN)],
        findings=[row.finding for row in findings_of(db, run_id)],
        run_id=run_id,
        alternative=equipment.relay,
        recipient=recipient,
        control={"host": control.host, "ports": list(control.ports)} if control else None,
    )


def as_mapping(event: Event) -> Mapping[str, Any]:
    """An event as checks read it."""
    return {"id": event.id, "type": event.type, "occurred_at": event.occurred_at.isoformat(), "data": event.data}


def _unexplained(equipment: Equipment, run: Run, canary: bool) -> list[Event]:
    """The site's recent events, without the failures that a ticket has counted already.

    Those are that ticket's. A run looks whether the fault is still there, and its canary
    tells; only where none can be sent, and no mail has gone out since, do they still speak.
    """
    db = equipment.db
    recent = events.recent(db, run.site_id, limit=EVENTS_SHOWN)
    playbook = equipment.playbooks.get(run.playbook)
    failing = set(playbook.events) if playbook else set()
    counted = tickets.counted_events(db, run.site_id) - set(runs.events_of(db, run.id))
    sent_at = max((event.occurred_at for event in recent if event.type == "mail.sent"), default=None)

    def speaks(event: Event) -> bool:
        if event.type not in failing or event.id not in counted:
            return True
        return not canary and (sent_at is None or sent_at < event.occurred_at)

    return [event for event in recent if speaks(event)]
