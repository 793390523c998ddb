"""The search for a plugin that breaks a form: named in log2(n) + 3 tries, several admitted, nothing claimed unseen."""

from __future__ import annotations

import math

import pytest

from diagnostics.forms.conflict.halving import End, Search, search


def names(count: int) -> list[str]:
    return [f"plugin-{number}" for number in range(count)]


async def searched(count: int, *culprits: str) -> Search:
    """A form that works once all *culprits* are left out."""

    async def works(out: frozenset[str]) -> bool:
        return set(culprits) <= out

    return await search(names(count), works)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 20, 33, 64])
async def test_one_culprit_is_named_in_few_tries_wherever_it_stands(count: int) -> None:
    for culprit in names(count):
        found = await searched(count, culprit)
        assert (found.end, found.among) == (End.FOUND, (culprit,))
        assert found.tries <= math.ceil(math.log2(count)) + 3


@pytest.mark.parametrize("count", [2, 5, 16])
async def test_several_culprits_are_admitted_and_are_among_those_that_are_told(count: int) -> None:
    for first in names(count):
        for second in names(count):
            if first != second:
                found = await searched(count, first, second)
                assert found.end is End.SEVERAL
                assert {first, second} <= set(found.among)
                assert found.tries <= math.ceil(math.log2(count)) + 3


async def test_where_no_plugin_helps_none_is_accused() -> None:
    assert (await searched(8, "the theme")).end is End.NONE
    assert (await searched(0, "the theme")) == Search(End.NONE, (), 1)


async def test_a_form_that_works_has_no_culprit() -> None:
    assert (await searched(8)).end is End.WORKS


@pytest.mark.parametrize("blind", range(1, 6))
async def test_a_try_that_could_not_be_judged_names_nobody(blind: int) -> None:
    tries = 0

    async def works(out: frozenset[str]) -> bool | None:
        nonlocal tries
        tries += 1
        return None if tries == blind else "plugin-5" in out

    found = await search(names(8), works)
    assert found.end is (End.UNSEEN if blind <= found.tries else End.FOUND)
