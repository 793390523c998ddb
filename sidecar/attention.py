"""What needs somebody now: open tickets, channels that are dead, sites that are silent or never came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sidecar.store import figures, incidents, sites
from sidecar.store.database import Database
from sidecar.store.figures import DeadChannel
from sidecar.store.incidents import Incident
from sidecar.store.sites import Site

# The plugin's heartbeat rides on WordPress's cron, which a quiet site starts late: an hour is not yet odd.
SILENT_AFTER = timedelta(hours=1)
CLOCK_TOLERANCE_S = 300  # docs/protocol.md: past it a signature needs the offset


@dataclass(frozen=True)
class Attention:
    """What the first page and `aftercare sites` warn of."""

    dead_channels: list[DeadChannel]
    incidents: list[Incident]
    silent: list[Site]
    never_paired: list[Site]
    unpaired: list[Site]
    clock_off: list[Site]
    sites: int
    last_event_at: datetime | None


def state_of(site: Site, now: datetime) -> str:
    """The site's state, or `silent` for a paired one that has not been heard from."""
    if site.state == "paired" and (site.last_seen_at is None or now - site.last_seen_at > SILENT_AFTER):
        return "silent"
    return site.state


def needed(db: Database, now: datetime, channels: int) -> Attention:
    """Everything but the tickets, which have a list of their own. *channels*: how many the settings name."""
    known = sites.sites(db)
    by_state: dict[str, list[Site]] = {}
    for site in known:
        by_state.setdefault(state_of(site, now), []).append(site)
    return Attention(
        dead_channels=figures.dead_channels(db, channels),
        incidents=[each for each in incidents.incidents(db) if each.ended_at is None],
        silent=by_state.get("silent", []),
        never_paired=by_state.get("waiting", []),
        unpaired=by_state.get("unpaired", []),
        clock_off=[site for site in by_state.get("paired", []) if abs(site.clock_offset_s or 0) > CLOCK_TOLERANCE_S],
        sites=len(known),
        last_event_at=figures.last_event_at(db),
    )
