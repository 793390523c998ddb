"""Many DNS questions at once: what is known already costs no task."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from diagnostics.network.errors import DNSUnavailable
from diagnostics.network.query import DNS, DNSAnswer, RecordType

Answer = DNSAnswer | DNSUnavailable


@runtime_checkable
class Remembers(Protocol):
    """A DNS that may know an answer without a question."""

    def known(self, name: str, kind: RecordType) -> Answer | None:
        """What `query` would return or raise without asking anybody; None: it would have to ask."""


async def ask_all(dns: DNS, questions: Sequence[tuple[str, RecordType]]) -> list[Answer]:
    """The answer to each of *questions*, or why there is none. Raises ValueError for what can be no name."""
    knows = dns if isinstance(dns, Remembers) else None
    answers: list[Answer | None] = [knows.known(*each) if knows else None for each in questions]
    left = [at for at, answer in enumerate(answers) if answer is None]
    asked = await asyncio.gather(*(_ask(dns, *questions[at]) for at in left)) if left else ()
    came = iter(asked)
    return [next(came) if answer is None else answer for answer in answers]


async def _ask(dns: DNS, name: str, kind: RecordType) -> Answer:
    try:
        return await dns.query(name, kind)
    except DNSUnavailable as error:
        return error
