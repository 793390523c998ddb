"""What a check is handed: built from the store, the settings and the site, for one run."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import partial
from typing import Any

from diagnostics.check import Context
from sidecar.runs.equipment import Equipment
from sidecar.store import events, runs, sites
from sidecar.store.events import Event
from sidecar.store.findings import findings_of

EVENTS_SHOWN = 200
CHANGES_SHOWN = 20


def context_of(equipment: Equipment, run_id: str) -> Context:
    """The context of the next check of this run."""
    db, settings = equipment.db, equipment.settings
    run = runs.run(db, run_id)
    site = sites.site(db, run.site_id)
    networks = [ipaddress.ip_network(network) for network in site.relay_networks]
    control = settings.control
    return Context(
        network=equipment.network.allowing(networks) if networks else equipment.network,
        site=equipment.ask(site, run_id),
        now=equipment.now(),
        events=[as_mapping(event) for event in events.recent(db, site.id, limit=EVENTS_SHOWN)],
        changes=[as_mapping(event) for event in events.changes_before(db, site.id, equipment.now(), CHANGES_SHOWN)],
        findings=[row.finding for row in findings_of(db, run_id)],
        run_id=run_id,
        alternative=equipment.relay,
        recipient=site.recipient or settings.canary_recipient,
        control={"host": control.host, "ports": list(control.ports)} if control else None,
        login=partial(equipment.logins.hand_out, run_id, site.id) if run.trigger.get("log_in") else None,
    )


def as_mapping(event: Event) -> Mapping[str, Any]:
    """An event as checks read it."""
    return {"id": event.id, "type": event.type, "occurred_at": event.occurred_at.isoformat(), "data": event.data}
