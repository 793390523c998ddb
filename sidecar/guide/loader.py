"""Reads guide.yaml into typed tables; whatever does not fit its table is refused by name."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from diagnostics.finding import CauseKind, Impact

GUIDE = Path(__file__).with_name("guide.yaml")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BadGuide(ValueError):
    """guide.yaml does not say what the product needs; the message names the place."""


@dataclass(frozen=True)
class Phase:
    """Support Timeline: one phase after launch. The last has no end."""

    phase: str
    until_day: int | None
    level: str
    hours: str
    team: str
    focus: str
    communication: str


@dataclass(frozen=True)
class Hours:
    """Opening hours on the guide's wall clock; `24:00` is midnight at the day's end."""

    opens: str
    closes: str
    days: tuple[str, ...]


@dataclass(frozen=True)
class Tier:
    """Support Team Structure: who takes a ticket, and where it goes next."""

    tier: int
    name: str
    role: str
    skills: str
    escalates: str


@dataclass(frozen=True)
class OnCall:
    """On-Call Schedule."""

    weekdays_after_hours: str
    weekends_and_holidays: str
    tiers: tuple[int, ...]
    response_s: int


@dataclass(frozen=True)
class Level:
    """Escalation Matrix: one row. `clock` names the hours in which its time runs."""

    level: int
    role: str
    contact: tuple[str, ...]
    response_s: int
    clock: str


@dataclass(frozen=True)
class Metric:
    """Key Metrics to Track: one row."""

    metric: str
    unit: str
    target: float
    alert: float


@dataclass(frozen=True)
class Benchmark:
    """Performance Benchmarks: one row."""

    area: str
    current: str
    target: str


@dataclass(frozen=True)
class Template:
    """Support Ticket Template: its headings."""

    subject: str
    environment: str
    url: str
    browser: str
    role: str
    steps: str
    expected: str
    actual: str
    logs: str


@dataclass(frozen=True)
class Ours:
    """What the guide leaves open."""

    priority_by_impact: Mapping[str, str]
    priorities: Mapping[str, str]
    tier_by_kind: Mapping[str, int]
    reopen_days: int
    incident_sites: int
    incident_minutes: int


@dataclass(frozen=True)
class Guide:
    """Every table of the guide."""

    version: str
    zone: str
    timeline: tuple[Phase, ...]
    hours: Mapping[str, Hours]
    tiers: tuple[Tier, ...]
    on_call: OnCall
    escalation_matrix: tuple[Level, ...]
    metrics: tuple[Metric, ...]
    tasks: Mapping[str, tuple[str, ...]]
    benchmarks: tuple[Benchmark, ...]
    contact: Mapping[str, Mapping[str, str]]
    ticket_template: Template
    ours: Ours

    def priority(self, impact: Impact) -> str:
        """P1 to P4, by how much is lost."""
        return self.ours.priority_by_impact[impact.value]

    def tier(self, kind: CauseKind) -> int:
        """The tier that mends this kind of cause."""
        return self.ours.tier_by_kind[kind.value]


# In the file these are the guide's words; Python keeps `from` for itself.
RENAMED: Mapping[tuple[type, str], str] = {(Hours, "opens"): "from", (Hours, "closes"): "to"}


@cache
def load_guide(path: Path = GUIDE) -> Guide:
    """The guide that *path* holds. Raises BadGuide."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadGuide(f"{path.name}: {error}") from error
    guide = _read(Guide, data, path.name)
    _complete(guide, path.name)
    return typing.cast(Guide, guide)


def _complete(guide: Guide, name: str) -> None:
    """Every impact has a priority, every kind a tier that exists, every clock its hours."""
    tiers = {row.tier for row in guide.tiers}
    for wanted, table, allowed in (
        ([impact.value for impact in Impact], guide.ours.priority_by_impact, set(guide.ours.priorities)),
        ([kind.value for kind in CauseKind], guide.ours.tier_by_kind, tiers),
    ):
        if missing := sorted(set(wanted) ^ set(table)):
            raise BadGuide(f"{name}: ours: {', '.join(missing)} stand in only one of the guide and the code")
        for key, value in table.items():
            if value not in allowed:
                raise BadGuide(f"{name}: ours: {key}: {value} is none of {sorted(map(str, allowed))}")
    for clock in [row.clock for row in guide.escalation_matrix] + [row.hours for row in guide.timeline]:
        if clock not in guide.hours:
            raise BadGuide(f"{name}: {clock} is none of the hours {sorted(guide.hours)}")
    for hours in guide.hours.values():
        if not hours.days or set(hours.days) - set(DAYS):
            raise BadGuide(f"{name}: hours: days are {', '.join(DAYS)}, and at least one of them")


def _read(hint: Any, value: Any, where: str) -> Any:
    """*value* as the type *hint* describes it; `where` is for the error."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _read(inner[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadGuide(f"{where}: a list is needed here")
        return tuple(_read(inner[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, dict):
            raise BadGuide(f"{where}: a table is needed here")
        return {str(key): _read(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return _read_table(hint, value, where)
    if hint is float and isinstance(value, int):
        value = float(value)
    if not isinstance(value, hint) or isinstance(value, bool):
        raise BadGuide(f"{where}: {value!r} is no {hint.__name__}")
    return value


def _read_table(table: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise BadGuide(f"{where}: a table is needed here")
    hints = typing.get_type_hints(table)
    names = {RENAMED.get((table, field.name), field.name): field for field in fields(table)}
    if unknown := sorted(set(value) - set(names)):
        raise BadGuide(f"{where}: {unknown[0]} is unknown; known are {', '.join(names)}")
    if missing := [key for key, field in names.items() if key not in value and field.default is MISSING]:
        raise BadGuide(f"{where}: {missing[0]} is missing")
    return table(**{field.name: _read(hints[field.name], value[key], f"{where}.{key}") for key, field in names.items()})
