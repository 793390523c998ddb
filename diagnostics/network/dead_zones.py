"""Zones whose name servers do not answer: after two questions the others are not asked for a while.

Nobody tells a client where a zone begins, so a zone is taken for dead only where the
name itself went unanswered, another question at or below it did too, and none was answered.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

ENOUGH = 2  # unanswered questions
REMEMBERED_S = 30.0
MOST_ZONES = 2_000


@dataclass
class _Zone:
    failures: int = 0
    itself: str = ""  # what became of a question for this very name
    last: float = 0.0


@dataclass
class DeadZones:
    """What questions that failed say about the names above them."""

    _zones: OrderedDict[str, _Zone] = field(default_factory=OrderedDict)

    def failed(self, name: str, kind: str, detail: str, *, half_alive: bool) -> None:
        """A question went unanswered; *half_alive*: others for the same name were answered."""
        now = time.monotonic()
        for above in _suffixes(name):
            zone = self._zones.get(above)
            if zone is None or now - zone.last > REMEMBERED_S:
                zone = self._zones[above] = _Zone()
            zone.failures += 1
            zone.last = now
            if above == name and not half_alive:
                zone.itself = f"{kind} {name}: {detail}"
        while len(self._zones) > MOST_ZONES:
            self._zones.popitem(last=False)

    def answered(self, name: str) -> None:
        """Something at *name* was answered: what is above it lives."""
        if self._zones:
            for above in _suffixes(name):
                self._zones.pop(above, None)

    def why(self, name: str) -> str:
        """Why a question for *name* need not be asked; "" when it has to be."""
        if not self._zones:
            return ""
        now = time.monotonic()
        for above in _suffixes(name):
            zone = self._zones.get(above)
            if zone and zone.itself and zone.failures >= ENOUGH and now - zone.last <= REMEMBERED_S:
                return f"not asked, for {above} has just left {zone.failures} questions unanswered ({zone.itself})"
        return ""


def _suffixes(name: str) -> list[str]:
    """*name* and the names above it that have two labels or more."""
    labels = name.split(".")
    return [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]
