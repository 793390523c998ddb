"""The search for a plugin that breaks a form: named in log2(n) + 3 tries, several admitted, nothing claimed unseen."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from diagnostics.check import Context
from diagnostics.forms.browser.tried import Tried
from diagnostics.forms.conflict import check as conflict
from diagnostics.forms.conflict.halving import End, Search, search
from diagnostics.forms.form import Form
from diagnostics.network import EgressPolicy, Network


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


@pytest.mark.parametrize("code", ["no_browser", "not_allowed", "unreachable", "limit", "foreign", "broke"])
async def test_a_try_in_which_the_browser_could_not_look_is_no_verdict(monkeypatch: Any, code: str) -> None:
    async def a_token(*_: Any) -> tuple[str, tuple[str, ...]]:
        return "token", ()

    async def no_look(*_: Any) -> Tried:
        return Tried("https://bakery.example/", "Chromium", 1280, True, True, reached="page", why="no look", code=code)

    monkeypatch.setattr(conflict, "armed", a_token)
    monkeypatch.setattr(conflict, "in_a_browser", no_look)
    form = Form("contact-form-7", "5", pages=("https://bakery.example/",))
    searching = conflict.Searching(
        Context(Network(EgressPolicy()), None, datetime.now(UTC)), form, "ab" * 32, 2_000_000_000
    )
    assert await searching.works(frozenset({"gallery"})) is None
    assert searching.why == "no look"
