"""What runs by itself: each playbook with a schedule, once a day or once a week at each of its sites.

A scheduled run's id follows from its day or week, so an hour that is told twice, or one
after a long sleep, starts nothing twice and leaves nothing out.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sidecar.playbooks import Schedule
from sidecar.runs.equipment import Equipment
from sidecar.runs.starting import add, run_id_of
from sidecar.store import runs as store
from sidecar.store import sites, warm_ups
from sidecar.store.sites import Site

HOURS_OF_A_WEEK = 7 * 24


def start_scheduled(equipment: Equipment) -> int:
    """Start what is due this hour and was not started yet; how many runs that were."""
    now, started = equipment.now(), 0
    for playbook in equipment.playbooks.values():
        for schedule in playbook.schedules:
            for site in _whom(equipment, schedule):
                if now < _begins(schedule, site.id, now, spread=playbook.about_forms):
                    continue
                with equipment.db.transaction():
                    if store.open_runs(equipment.db, site.id, playbook.id):
                        continue  # somebody looks already; the next hour asks again
                    trigger = {"kind": "schedule", "every": schedule.every, "turn": turn_of(schedule, now)}
                    if not store.is_there(equipment.db, run_id_of(site.id, playbook.id, trigger)):
                        add(equipment, site.id, playbook.id, trigger)
                        started += 1
    if started:
        equipment.wake()
    return started


def turn_of(schedule: Schedule, now: datetime) -> str:
    """The day or ISO week that a run answers for."""
    if schedule.every == "daily":
        return now.date().isoformat()
    year, week, _ = now.isocalendar()
    return f"{year}-W{week:02}"


def _whom(equipment: Equipment, schedule: Schedule) -> list[Site]:
    paired = [site for site in sites.sites(equipment.db) if site.state == "paired"]
    if schedule.sites == "warming-up":
        warming_up = warm_ups.warming_up(equipment.db)
        return [site for site in paired if site.id in warming_up]
    return paired


def _begins(schedule: Schedule, site_id: str, now: datetime, *, spread: bool) -> datetime:
    """The hour of the week, or of the day, from which this site's turn has come: not all look at once.

    A daily look that costs little (no *spread*) begins at midnight.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    hour = int.from_bytes(hashlib.sha256(site_id.encode()).digest()[:4]) % HOURS_OF_A_WEEK
    if schedule.every == "daily":
        return midnight.replace(hour=hour % 24) if spread else midnight
    return midnight.replace(hour=hour % 24) + (hour // 24 - now.weekday()) * timedelta(days=1)
