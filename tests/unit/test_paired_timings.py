"""The arithmetic of the benchmarks: a known difference is found, none is invented."""

from __future__ import annotations

import random

from tests.bench.paired import difference, take_turns


def test_a_known_difference_lies_in_the_interval() -> None:
    chance = random.Random(7)
    baseline = [chance.gauss(100, 4) for _ in range(400)]
    measured = [b + 3 + chance.gauss(0, 2) for b in baseline]
    found = difference(measured, baseline)
    assert found.low < 0.03 < found.high
    assert found.width < 0.01


def test_of_many_comparisons_of_like_with_like_about_95_in_100_hold_zero() -> None:
    chance = random.Random(8)

    def series() -> list[float]:
        return [chance.gauss(100, 4) for _ in range(100)]

    found = [difference(series(), series()) for _ in range(400)]
    assert 0.92 <= sum(f.low <= 0 <= f.high for f in found) / len(found) <= 0.99


def test_both_sides_are_measured_as_often_and_neither_always_first() -> None:
    order: list[str] = []
    take_turns(lambda: order.append("a") or 1.0, lambda: order.append("b") or 2.0, 50, random.Random(9))
    assert order.count("a") == order.count("b") == 50
    firsts = order[::2]
    assert 10 < firsts.count("a") < 40
