"""Each hour: a form whose silence is unlikely is tried, and one whose silence is an alarm by itself is looked at.

The run itself says what the silence amounts to (`forms.silence`) and sends the test entry. A gap starts one run a day,
and one more when it becomes an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from diagnostics.forms.form import Wishes, read_forms
from diagnostics.forms.silence.calendar import Calendar
from diagnostics.forms.silence.judge import Standing, silence_of
from diagnostics.forms.silence.told import read
from sidecar.runs.equipment import Equipment
from sidecar.runs.starting import add, run_id_of
from sidecar.runs.visits import rhythms
from sidecar.store import forms as store
from sidecar.store import runs as all_runs
from sidecar.store import sites
from sidecar.store.sites import Site

PLAYBOOK = "form-not-submitting"
MOST_AN_HOUR = 5  # forms of one site: where all fall silent at once, the daily look takes all
# Without visitors too: a script that breaks the form may have broken what counts them.
WORTH_A_LOOK = (Standing.UNLIKELY, Standing.SILENT, Standing.NO_VISITORS)


def start_for_silence(equipment: Equipment) -> int:
    """Start a run for each form that is due; how many were started."""
    if PLAYBOOK not in equipment.playbooks:
        return 0
    started = 0
    for site in sites.sites(equipment.db):
        if site.state == "paired":
            triggers = [_trigger(form, silent, equipment.now()) for form, silent in silent_forms(equipment, site)]
            new = [each for each in triggers if not _known(equipment, site.id, each)]
            for trigger in new[:MOST_AN_HOUR]:
                add(equipment, site.id, PLAYBOOK, trigger)
                started += 1
    if started:
        equipment.wake()
    return started


def silent_forms(equipment: Equipment, site: Site) -> list[tuple[str, tuple[datetime, Standing]]]:
    """The site's forms whose gap is worth a try: since when, and how it stands."""
    told_of = rhythms(equipment.db, site.id, equipment.now())
    if not told_of:
        return []
    listed = store.last_list(equipment.db, site.id)
    known = read_forms(listed.result) if listed else None
    calendar = Calendar((known.wishes if known else Wishes()).timezone)
    found = []
    for form, raw in told_of.items():
        told = known.by_key(form) if known else None
        if told is not None and not told.on:
            continue  # it takes no entries: somebody meant it so
        silence = silence_of(read(raw), calendar, equipment.now(), heard_at=site.last_seen_at, paired_at=site.paired_at)
        if silence.standing in WORTH_A_LOOK and silence.since is not None:
            found.append((form, (silence.since, silence.standing)))
    return found


def _trigger(form: str, silent: tuple[datetime, Standing], now: datetime) -> dict[str, Any]:
    since, standing = silent
    return {
        "kind": "schedule",
        "every": "silence",
        "form": form,
        "since": since.isoformat(),
        "standing": standing.value,
        "turn": "alarm" if standing is Standing.SILENT else now.date().isoformat(),
    }


def _known(equipment: Equipment, site_id: str, trigger: Mapping[str, Any]) -> bool:
    return all_runs.is_there(equipment.db, run_id_of(site_id, PLAYBOOK, trigger))
