"""The hours in which a site's admin wishes no test entries that nobody asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from diagnostics.forms.form import Wishes


def quiet_until(wishes: Wishes, now: datetime) -> datetime | None:
    """When the quiet that holds at *now* ends; None where it is not quiet. Both aware."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(zone_of(wishes.timezone))
    clock = local.time().replace(tzinfo=None)
    over_midnight = start > end
    quiet = clock >= start or clock < end if over_midnight else start <= clock < end
    if not quiet:
        return None
    ends = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    if ends <= local:
        ends += timedelta(days=1)
    return ends.astimezone(UTC)


def zone_of(name: str) -> tzinfo:
    """A time zone as WordPress names it: `Europe/Berlin`, or `+05:30`. UTC for what is none."""
    if found := re.fullmatch(r"([+-])(\d\d):(\d\d)", name):
        sign = -1 if found[1] == "-" else 1
        offset = sign * timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(offset) if abs(offset) < timedelta(hours=24) else UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
