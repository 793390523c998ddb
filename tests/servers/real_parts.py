"""Which real parts a test run used, and which it lacked and why; told at its end, for all its processes together."""

from __future__ import annotations

from typing import TypedDict


class Record(TypedDict):
    """What one process saw, as it is handed to another."""

    ran: list[str]
    missing: dict[str, str]


ran: set[str] = set()
missing: dict[str, str] = {}


def record() -> Record:
    return {"ran": sorted(ran), "missing": missing}


def add(other: Record) -> None:
    ran.update(other["ran"])
    missing.update(other["missing"])


def lines() -> list[str]:
    """One line a part."""
    used = [f"ran      {name}" for name in sorted(ran)]
    return used + [f"missing  {name}: {reason}" for name, reason in sorted(missing.items())]
