"""Which plugin breaks it? Halves of them are left out until one is named, in at most log2(n) + 3 tries.

A single culprit is taken for granted while halving, and proven at the end: without it alone all has to work. Where that
fails there is more than one, and the smallest set is told without which all did work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Works = Callable[[frozenset[str]], Awaitable[bool | None]]
"""Whether it works with these left out; None: that could not be seen."""


class End(StrEnum):
    """How a search ended."""

    FOUND = "found"  # one, and without it alone all works
    SEVERAL = "several"  # more than one, among these
    NONE = "none"  # it does not work without all of them either
    WORKS = "works"  # it works with all of them
    UNSEEN = "unseen"  # a try could not be judged


@dataclass(frozen=True)
class Search:
    """What came of it."""

    end: End
    among: tuple[str, ...] = ()  # the culprit; or those among which there are several
    tries: int = 0


async def search(plugins: Sequence[str], works: Works) -> Search:
    """Try with none of *plugins* left out, with all, and with halves. Never raises of itself."""
    tries = 0

    async def without(names: Sequence[str]) -> bool | None:
        nonlocal tries
        tries += 1
        return await works(frozenset(names))

    sound = await without(())
    if sound is not False:
        return Search(End.UNSEEN if sound is None else End.WORKS, tries=tries)
    if not plugins:
        return Search(End.NONE, tries=tries)
    sound = await without(plugins)
    if sound is not True:
        return Search(End.UNSEEN if sound is None else End.NONE, tries=tries)
    proven, among = tuple(plugins), tuple(plugins)  # without the first it works; in the second the culprit has to be
    while len(among) > 1:
        half = among[: len(among) // 2]
        sound = await without(half)
        if sound is None:
            return Search(End.UNSEEN, proven, tries)
        among = half if sound else among[len(half) :]
        if sound:
            proven = half
    if proven != among:
        sound = await without(among)
        if sound is None:
            return Search(End.UNSEEN, proven, tries)
        if not sound:
            return Search(End.SEVERAL, proven, tries)
    return Search(End.FOUND, among, tries)
