"""Paired timings: two ways to ask for the same page, in turn, and what the difference is by the median.

The interval of a median by order statistics needs no shape of the distribution: page times have long tails.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Difference:
    """The median of paired differences as a part of the baseline's median, with its 95 % interval."""

    median: float
    low: float
    high: float
    pairs: int

    @property
    def width(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2


def take_turns(
    one: Callable[[], float], other: Callable[[], float], pairs: int, chance: random.Random
) -> tuple[list[float], list[float]]:
    """Measure both *pairs* times; which of a pair goes first is drawn, so that neither always follows the other."""
    ones, others = [], []
    for _ in range(pairs):
        if chance.random() < 0.5:
            ones.append(one())
            others.append(other())
        else:
            others.append(other())
            ones.append(one())
    return ones, others


def difference(measured: Sequence[float], baseline: Sequence[float]) -> Difference:
    """How much more *measured* took than *baseline*, pair by pair."""
    base = median(baseline)
    parts = sorted((m - b) / base for m, b in zip(measured, baseline, strict=True))
    count = len(parts)
    # Ranks of the binomial (n, 1/2) at 2.5 % and 97.5 %, by its normal approximation.
    reach = 1.96 * math.sqrt(count) / 2
    low = max(0, math.floor(count / 2 - reach))
    high = min(count - 1, math.ceil(count / 2 + reach))
    return Difference(median(parts), parts[low], parts[high], count)
