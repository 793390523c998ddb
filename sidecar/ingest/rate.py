"""How much one caller may ask: a bucket of tokens for each, filled at a steady rate."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

CALLERS_KEPT = 10_000


class Rate:
    """*per_minute* requests for each caller; a pause lets them come in one burst."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, caller: str) -> int:
        """0 when *caller* may go on (and that is counted), else the seconds until it may."""
        now = self._clock()
        with self._lock:
            tokens, at = self._buckets.get(caller, (self._most, now))
            tokens = min(self._most, tokens + (now - at) * self._per_second)
            if tokens < 1:
                return max(1, math.ceil((1 - tokens) / self._per_second))
            if caller not in self._buckets and len(self._buckets) >= CALLERS_KEPT:
                self._forget_the_idle(now)
            self._buckets[caller] = (tokens - 1, now)
            return 0

    def _forget_the_idle(self, now: float) -> None:
        full = [
            who for who, (tokens, at) in self._buckets.items() if tokens + (now - at) * self._per_second >= self._most
        ]
        for who in full or list(self._buckets)[: CALLERS_KEPT // 10]:
            del self._buckets[who]
