"""The rhythm of each form with what visitors' browsers counted of it, hour by hour: shown and pressed.

A form is counted by its own name where its markup tells it, else by the pages that the site lists it on: a page with
several such forms counts for each. Its button is known by its own name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from diagnostics.forms.form import Form, read_forms
from diagnostics.forms.silence.told import PRESSED, VIEWED
from sidecar.store import form_rhythm, forms, visits
from sidecar.store.database import Database
from sidecar.store.visits import VisitHour, Visits


def rhythms(db: Database, site_id: str, now: datetime) -> dict[str, dict[str, Any]]:
    """`form_rhythm.rhythms` with the visits, where any hour of them was counted.

    A form that the site lists is there too when nothing but visits was counted of it.
    """
    found = form_rhythm.rhythms(db, site_id, now)
    counted = visits.hours(db, site_id, now)
    if not counted:
        return found
    last = forms.last_list(db, site_id)
    names = names_of(found, read_forms(last.result).forms if last else ())
    return with_visits(found, names, counted, visits.visits(db, site_id, names, now))


def names_of(told: Iterable[str], listed: Iterable[Form]) -> dict[str, set[str]]:
    """The names that visits may be counted by -> the forms that they count for: `plugin:id`, and paths of pages."""
    names = {form: {form} for form in told}
    for form in listed:
        names.setdefault(form.key, {form.key})
        for page in form.pages:
            path = urlsplit(page).path.rstrip("/")
            for name in {path, f"{path}/"} - {""}:
                names.setdefault(name, set()).add(form.key)
    return names


def with_visits(
    told: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, set[str]],
    counted: Sequence[VisitHour],
    seen: Iterable[Visits],
) -> dict[str, dict[str, Any]]:
    """*told* with the kinds `viewed` and `pressed`, and with `visits`: the hours that were counted, one in how many."""
    found = {form: {**rhythm, "counts": dict(rhythm["counts"])} for form, rhythm in told.items()}
    for row in seen:
        for form in names.get(row.name, ()):
            counts = found.setdefault(form, {"counts": {}, "last_at": {}})["counts"]
            _add(counts.setdefault(VIEWED, {}), row.hour, row.shown)
            if row.name == form:
                _add(counts.setdefault(PRESSED, {}), row.hour, row.pressed)
    counting = {"one_in": max(each.one_in for each in counted), "hours": [each.hour for each in counted]}
    return {form: {**rhythm, "visits": counting} for form, rhythm in found.items()}


def _add(hours: dict[str, int], hour: str, number: int) -> None:
    hours[hour] = hours.get(hour, 0) + number
