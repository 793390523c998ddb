"""How often silence alarms on sound forms, and how soon a form that died is noticed: a backtest on made-up years.

Hundreds of form-years of fifteen kinds (silence_series.py) are gone through gap by gap, each judged with what was known
when it began. Bars: an alarm per sound form and year at most, for each kind; a form of five entries a day that dies is
tried within 24 hours and alarms by silence alone within 48, both in the median. There is no baseline: `ratio` is the
alarms of the worst kind. Three seeds are reported; none of them is one that the model was tuned on.

Beside the line: a table by kind on standard error, and its chart, build/silence.svg.
"""

from __future__ import annotations

import bisect
import random
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

from diagnostics.forms.silence.calendar import moment_of
from diagnostics.forms.silence.entries import Entries
from diagnostics.forms.silence.gap import FEWEST_A_WEEK, Gap, look_at
from diagnostics.forms.silence.judge import Standing, standing_of
from diagnostics.forms.silence.rhythm import Rhythm, learn
from tests.bench.report import report
from tests.bench.silence_chart import drawn
from tests.bench.silence_series import CALENDAR, KINDS, OF_FIVE, Made, make

SEEDS = ("7", "8", "9")
FORMS = 10  # of each kind and seed
DAYS = 400
DEATHS = 6  # of each form of five entries a day
ALARMS_BAR = 1.0
TRY_BAR_H, SILENT_BAR_H = 24.0, 48.0
GIVEN_UP_H = 60 * 24
PICTURE = Path("build/silence.svg")


@dataclass(frozen=True)
class Years:
    """What came of the gaps of one sound form."""

    kind: str
    seed: str
    years: float
    alarms: int
    tries: int
    alarms_young: int  # of them in its first five weeks


@dataclass(frozen=True)
class Noticed:
    """How long a dead form was not noticed, in hours from its death; None: not in sixty days."""

    kind: str
    seed: str
    tried: float | None
    silent: float | None


def sound(kind: str, seed: str, form: int) -> Years:
    """Go through every gap of one sound form."""
    made = make(kind, f"{seed}/{form}", DAYS)
    entries = Entries.of(made.counts, CALENDAR, made.first)
    alarms = tries = young = 0
    rhythms: dict[int, Rhythm | None] = {}

    def known(day: int) -> Rhythm | None:
        if day not in rhythms:
            rhythms[day] = learn(entries, day, CALENDAR)
        return rhythms[day]

    hours = sorted(made.counts)
    for hour, following in pairwise(hours):
        day, length = CALENDAR.at(hour)[0], following - hour
        roughly = known(day - day % 14)  # most gaps are short: they are told by what was known days ago
        if roughly is not None and _after(roughly, hour, length).weeks < 0.4:
            continue
        rhythm = known(day)
        if rhythm is None:
            continue
        standing = standing_of(_after(rhythm, hour, length), rhythm.a_week < FEWEST_A_WEEK)
        tries += standing is not Standing.WITHIN
        if standing is Standing.SILENT:
            alarms += 1
            young += day - entries.first_day <= 35
    return Years(kind, seed, (DAYS - 8) / 365, alarms, tries, young)


def dead(kind: str, seed: str, form: int) -> list[Noticed]:
    """Let one form of five entries a day die, at some hours of its year, and see how long nobody notices."""
    made = make(kind, f"{seed}/dead {form}", DAYS, scaled=False)
    entries = Entries.of(made.counts, CALENDAR, made.first)
    hours = sorted(made.counts)
    chance = random.Random(f"{kind} {seed} {form}")
    return [_dies(made, entries, hours, seed, made.first + chance.randint(24 * 60, 24 * 380)) for _ in range(DEATHS)]


def _dies(made: Made, entries: Entries, hours: Sequence[int], seed: str, at: int) -> Noticed:
    last = hours[bisect.bisect_left(hours, at) - 1]
    rhythm = learn(entries, CALENDAR.at(last)[0], CALENDAR)
    assert rhythm is not None

    def hours_until(standing: Sequence[Standing]) -> float | None:
        found = _first(lambda length: standing_of(_after(rhythm, last, length), False) in standing)
        return None if found is None else max(0.0, last + 0.5 + found - at)

    return Noticed(made.kind, seed, hours_until((Standing.UNLIKELY, Standing.SILENT)), hours_until((Standing.SILENT,)))


def _after(rhythm: Rhythm, hour: int, length: int) -> Gap:
    since: datetime = moment_of(hour) + timedelta(minutes=30)
    return look_at(rhythm, CALENDAR, since, since + timedelta(hours=length))


def _first(holds: Callable[[int], bool]) -> int | None:
    """The first hour at which *holds*: it is looked at every hour."""
    low, high = 0, GIVEN_UP_H
    if not holds(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def main() -> bool:
    with ProcessPoolExecutor(2) as pool:
        jobs = [(kind, seed, form) for kind in KINDS for seed in SEEDS for form in range(FORMS)]
        years = list(pool.map(sound, *zip(*jobs, strict=True), chunksize=5))
        jobs = [(kind, seed, form) for kind in OF_FIVE for seed in SEEDS for form in range(FORMS)]
        noticed = [each for found in pool.map(dead, *zip(*jobs, strict=True), chunksize=5) for each in found]
    rates = {kind: _rates([each for each in years if each.kind == kind]) for kind in KINDS}
    times = {kind: _times([each for each in noticed if each.kind == kind]) for kind in OF_FIVE}
    table(rates, times, years)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(rates, times, ALARMS_BAR, TRY_BAR_H, SILENT_BAR_H), encoding="utf-8")
    print(f"  chart: {PICTURE}", file=sys.stderr)
    worst = max(rates, key=lambda kind: rates[kind]["alarms"])
    steady = times["steady"]
    alarms = sum(each.alarms for each in years) / sum(each.years for each in years)
    return report(
        "silence",
        ratio=rates[worst]["alarms"],
        bar=ALARMS_BAR,
        ok=rates[worst]["alarms"] <= ALARMS_BAR and steady["tried"] <= TRY_BAR_H and steady["silent"] <= SILENT_BAR_H,
        form_years=sum(each.years for each in years),
        alarms_a_form_year=alarms,
        by_seed={
            seed: sum(each.alarms for each in years if each.seed == seed)
            / sum(each.years for each in years if each.seed == seed)
            for seed in SEEDS
        },
        worst_kind=worst,
        once_in_200_weeks_is=52 / 200,
        steady_alarms=rates["steady"]["alarms"],
        hours_to_try=steady["tried"],
        hours_to_try_90=steady["tried_90"],
        hours_to_alarm=steady["silent"],
        hours_to_alarm_90=steady["silent_90"],
        deaths=len(noticed),
    )


def _rates(years: Sequence[Years]) -> dict[str, float]:
    number = sum(each.years for each in years)
    return {
        "forms": len(years),
        "alarms": sum(each.alarms for each in years) / number,
        "most": max(each.alarms for each in years),
        "tries": sum(each.tries for each in years) / number,
        "young": sum(each.alarms_young for each in years),
    }


def _times(noticed: Sequence[Noticed]) -> dict[str, float]:
    found = {}
    for name in ("tried", "silent"):
        hours = sorted(GIVEN_UP_H if (at := getattr(each, name)) is None else at for each in noticed)
        found[name] = median(hours)
        found[f"{name}_90"] = hours[int(0.9 * len(hours))]
    return found


def table(rates: dict[str, dict[str, float]], times: dict[str, dict[str, float]], years: Sequence[Years]) -> None:
    """The figures for the eye, by kind."""
    head = f"  {'sound forms':18}{'forms':>7}{'alarms a year':>15}{'most of one':>13}{'tries a year':>14}{'young':>7}"
    print(head, file=sys.stderr)
    for kind, each in rates.items():
        print(
            f"  {kind:18}{each['forms']:7.0f}{each['alarms']:15.2f}{each['most']:13.0f}{each['tries']:14.1f}"
            f"{each['young']:7.0f}",
            file=sys.stderr,
        )
    print(f"  {'5 a day, died':18}{'tried after h':>15}{'90 %':>7}{'alarm after h':>15}{'90 %':>7}", file=sys.stderr)
    for kind, each in times.items():
        print(
            f"  {kind:18}{each['tried']:15.0f}{each['tried_90']:7.0f}{each['silent']:15.0f}{each['silent_90']:7.0f}",
            file=sys.stderr,
        )
