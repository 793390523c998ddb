"""Is a form's silence within its rhythm, unlikely enough to try it, or an alarm by itself?

The odds say how often a sound form has a gap like this one: once in two weeks and more seldom is worth a try, which
costs little and proves much; once in 200 weeks and more seldom is an alarm without one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from diagnostics.forms.silence.calendar import Calendar, hour_index
from diagnostics.forms.silence.entries import Entries
from diagnostics.forms.silence.gap import FEWEST_A_WEEK, Gap, look_at
from diagnostics.forms.silence.rhythm import YOUNGEST_DAYS, Rhythm, learn
from diagnostics.forms.silence.told import Told
from diagnostics.forms.silence.visitors import Visitors, visitors_of

TRY_WEEKS = 2.0
SILENT_WEEKS = 200.0
CAME = 0.5  # of the usual visitors, at least: then the days of the gap were days like others
UNLIKELY = 0.05  # a form with few entries has few gaps: each must be unlikely by itself too


class Standing(StrEnum):
    """Where a form's silence stands."""

    NO_ENTRY = "no entry"  # none was ever counted
    YOUNG = "young"  # fewer than seven days, or none of its entries in them
    WITHIN = "within"
    UNLIKELY = "unlikely"  # try it
    SILENT = "silent"  # an alarm by itself
    NO_VISITORS = "no visitors"  # silent, and so is its page: that is not the form's fault


@dataclass(frozen=True)
class Silence:
    """One form's silence, with what it was judged by."""

    standing: Standing
    since: datetime | None = None  # the last entry; or the pairing, where that came after it
    until: datetime | None = None  # now; or when the site last told anything
    days: int = 0  # whole days counted before the gap
    rhythm: Rhythm | None = None
    gap: Gap | None = None
    visitors: Visitors | None = None  # those of the gap beside the usual ones; None: nobody counted them
    only_tried: bool = False  # too few entries for an alarm by itself


def silence_of(
    told: Told,
    calendar: Calendar,
    now: datetime,
    *,
    heard_at: datetime | None = None,
    paired_at: datetime | None = None,
) -> Silence:
    """Judge the gap since the form's last entry. What was not told after *heard_at* is no silence of the form's."""
    if told.last_at is None or not told.entries or told.since is None:
        return Silence(Standing.NO_ENTRY)
    until = min(now, heard_at) if heard_at else now
    since = max(told.last_at, paired_at) if paired_at else told.last_at
    until = max(until, since)
    # Only what came before the gap teaches: the gap itself must not make the form seem slow.
    last_day = calendar.at(hour_index(told.last_at))[0]
    entries = Entries.of(told.entries, calendar, told.since)
    days = max(0, last_day - entries.first_day - 1)
    rhythm = learn(entries, last_day, calendar)
    if rhythm is None or rhythm.entries <= 0:
        return Silence(Standing.YOUNG, since, until, min(days, YOUNGEST_DAYS))
    gap = look_at(rhythm, calendar, since, until)
    only_tried = rhythm.a_week < FEWEST_A_WEEK
    standing = standing_of(gap, only_tried)
    if (visitors := visitors_of(told, since, until)) is not None:
        if standing is Standing.WITHIN and visitors.least >= CAME:
            # They came, so no day was empty for reasons of its own: that is in the rhythm for days without visitors.
            full = replace(rhythm, off=0.0, day_spread=0.0)
            sharper = look_at(full, calendar, since, until, min(1.0, visitors.share))
            if standing_of(sharper, only_tried) is not Standing.WITHIN:
                standing, gap = Standing.UNLIKELY, sharper  # views can be forged: never an alarm by them
        elif standing is not Standing.WITHIN:
            fewer = look_at(rhythm, calendar, since, until, min(1.0, visitors.most))
            standing = Standing.NO_VISITORS if standing_of(fewer, only_tried) is Standing.WITHIN else standing
    return Silence(standing, since, until, rhythm.days, rhythm, gap, visitors, only_tried)


def standing_of(gap: Gap, only_tried: bool) -> Standing:
    """What a gap's odds amount to; *only_tried*: the form takes too few entries for an alarm by itself."""
    if gap.weeks >= SILENT_WEEKS and not only_tried:
        return Standing.SILENT
    if gap.weeks >= TRY_WEEKS and gap.probability <= UNLIKELY:
        return Standing.UNLIKELY
    return Standing.WITHIN
