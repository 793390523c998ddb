"""One JSON line for one benchmark: its ratio against the bar, and what was measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import quantiles
from typing import Any


def report(bench: str, *, ratio: float | None, bar: float | None, ok: bool, **measured: Any) -> bool:
    """Print the line and return *ok*. `ratio` and `bar` are null where there is no baseline."""
    line = {
        "bench": bench,
        "ratio": rounded(ratio),
        "bar": bar,
        "ok": ok,
        **{k: rounded(v) for k, v in measured.items()},
    }
    print(json.dumps(line), flush=True)
    return ok


def rounded(value: Any) -> Any:
    """*value* with floats cut to what a reader can use."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return value


def spread(values: Sequence[float]) -> dict[str, float]:
    """The minimum, median, 99th percentile and maximum of *values*."""
    ordered = sorted(values)
    cuts = quantiles(ordered, n=100, method="inclusive") if len(ordered) > 1 else [ordered[0]] * 99
    return {"min": ordered[0], "median": cuts[49], "p99": cuts[98], "max": ordered[-1], "n": len(ordered)}
