"""The site's own calendar: which hour of the week an hour is there, and which days are not like others.

Hours are counted from the epoch, in UTC. A holiday is a public one of the time zone's country, a working day between
one and the weekend, or a day from 24 December to New Year where Christmas is one: offices are empty on each of them.
In which part of the country the site's people live is not known, so the holidays of some of its parts are a kind of
their own.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import timezone as tz
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from pathlib import Path

HOUR_S = 3600
ONE_DAY = timedelta(days=1)
OFFSET = re.compile(r"([+-])([01]\d):([0-5]\d)")


class Holiday(StrEnum):
    """What kind of day a day is."""

    NONE = "none"
    COUNTRY = "country"
    REGION = "region"  # in some part of the country


class Calendar:
    """The calendar of one time zone: a name, or an offset as WordPress may have it (`+02:00`: of no country).

    A zone that is not known counts as UTC.
    """

    def __init__(self, timezone: str = "UTC", country: str | None = None) -> None:
        zone = _zone(timezone)
        self.zone = zone or UTC
        self.timezone = timezone if zone else "UTC"
        self.country = country_of(self.timezone) if country is None else country
        self._at: dict[int, tuple[int, int]] = {}
        self._holidays: dict[int, Holiday] = {}

    def at(self, hour: int) -> tuple[int, int]:
        """The local day (as date.toordinal) and hour of day that the UTC *hour* begins in."""
        if (known := self._at.get(hour)) is None:
            local = datetime.fromtimestamp(hour * HOUR_S, self.zone)
            known = self._at[hour] = (local.toordinal(), local.hour)
        return known

    def holiday(self, day: int) -> Holiday:
        """Which kind of holiday the local *day* is."""
        if (known := self._holidays.get(day)) is None:
            known = self._holidays[day] = self._look_up(date.fromordinal(day))
        return known

    def _look_up(self, day: date) -> Holiday:
        between_the_years = (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day == 1)
        bridge = {0: day + ONE_DAY, 4: day - ONE_DAY}.get(day.weekday())  # a Monday, a Friday
        if (
            self._public(day)
            or (between_the_years and self._public(date(day.year - (day.month == 1), 12, 25)))
            or (bridge is not None and self._public(bridge))
        ):
            return Holiday.COUNTRY
        return Holiday.REGION if day in _public_holidays(self.country, day.year)[1] else Holiday.NONE

    def _public(self, day: date) -> bool:
        return day in _public_holidays(self.country, day.year)[0]


def hour_index(moment: datetime) -> int:
    """The hour since the epoch that *moment* (aware) lies in."""
    return int(moment.timestamp() // HOUR_S)


def moment_of(hour: int) -> datetime:
    """When the *hour* since the epoch begins, in UTC."""
    return datetime.fromtimestamp(hour * HOUR_S, UTC)


@lru_cache(maxsize=256)
def _public_holidays(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The days off in the whole country, and those in some part of it; none where the package does not know it."""
    import holidays  # takes a tenth of a second, which only a form's silence needs

    if country not in (parts_of := holidays.list_supported_countries()):
        return frozenset(), frozenset()
    everywhere = frozenset(holidays.country_holidays(country, years=year))
    somewhere = (holidays.country_holidays(country, subdiv=part, years=year) for part in parts_of[country])
    return everywhere, frozenset(day for days in somewhere for day in days) - everywhere


@lru_cache(maxsize=64)
def _zone(timezone: str) -> tzinfo | None:
    if offset := OFFSET.fullmatch(timezone):
        sign, hours, minutes = offset.groups()
        return tz(timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1))
    try:
        return zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def country_of(timezone: str) -> str:
    """The ISO 3166 code of the country that *timezone* is for, by the zone database's own table; "" if of none."""
    return _countries().get(timezone, "")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    rows = (line.split("\t") for line in _zone_table().splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


def _zone_table() -> str:
    for folder in zoneinfo.TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            return table.read_text(encoding="utf-8")
    try:  # where the system has no zones, Python takes them from this package
        return (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return ""
