"""What an area made of DNS, made once: over other records it is looked at again only where they touch what it asked.

A look is nothing but its answers. So a proposed record changes what is seen of a domain only
if it changes one of them, and all else of the report stands as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from diagnostics.finding import RecordChange
from diagnostics.network import DNS, Answer, DNSAnswer, End, RecordType, Remembers

T = TypeVar("T")


class Asked(NamedTuple):
    """One question and what matters of its answer. Names are lower case, without the final dot."""

    name: str
    kind: RecordType
    absent: bool  # the name does not exist, or did not answer: any record at it or below it may matter
    led: tuple[str, ...] = ()  # through these names


class Noting:
    """*dns*, and every question that goes through to it."""

    def __init__(self, dns: DNS) -> None:
        self._dns = dns
        self._memory = dns if isinstance(dns, Remembers) else None
        self.asked: set[Asked] = set()

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """As `DNS.query`."""
        try:
            answer = await self._dns.query(name, kind)
        except BaseException:
            self.asked.add(Asked(_plain(name), kind, absent=True))
            raise
        self._note(name, kind, answer)
        return answer

    def known(self, name: str, kind: RecordType) -> Answer | None:
        """As `Remembers.known`."""
        answer = self._memory.known(name, kind) if self._memory else None
        if answer is not None:
            self._note(name, kind, answer)
        return answer

    def _note(self, name: str, kind: RecordType, answer: Answer) -> None:
        if isinstance(answer, DNSAnswer):
            led = tuple(map(_plain, answer.chain))
            self.asked.add(Asked(_plain(name), kind, answer.end is End.NXDOMAIN, led))
        else:
            self.asked.add(Asked(_plain(name), kind, absent=True))


class Joint(Generic[T]):
    """One look that several wait for. It ends with its answer, or when the last of them goes away."""

    def __init__(self, look: Coroutine[Any, Any, T]) -> None:
        self.task = asyncio.ensure_future(look)
        self.given_up = False
        self._waiting = 0

    async def result(self) -> T:
        """What the look returned or raised."""
        self._waiting += 1
        try:
            return await asyncio.shield(self.task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self.task.done():
                self.given_up = True
                self.task.cancel()


class Once:
    """Looks that one report needs only once, whatever records are laid over DNS: a server's certificate, a page."""

    def __init__(self) -> None:
        self._looks: dict[Hashable, Joint[Any]] = {}

    async def __call__(self, key: Hashable, look: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What *look* returned or raised when *key* was first asked for."""
        joint = self._looks.get(key)
        if joint is None or joint.given_up:
            joint = self._looks[key] = Joint(look())
        return cast(T, await joint.result())


class _Over(Protocol):
    """What a view is made in: a world that can be looked at through another DNS."""

    @property
    def dns(self) -> DNS: ...

    def through(self: W, dns: DNS) -> W: ...


W = TypeVar("W", bound=_Over)


class Views:
    """The views of one world; those of the world *before*, which lacks *changes*, hold where nothing touches them."""

    def __init__(self, before: Views | None = None, changes: Sequence[RecordChange] = ()) -> None:
        self._before = before
        self._changes = tuple(changes)
        self._made: dict[Hashable, Joint[tuple[Any, frozenset[Asked]]]] = {}

    async def __call__(self, key: Hashable, world: W, look: Callable[[W], Awaitable[T]]) -> T:
        """What *look* makes of *world*, or what it made when *key* was first asked for."""
        joint = self._made.get(key)
        if joint is None or joint.given_up:
            joint = self._made[key] = self._known(key) or Joint(_looked(world, look))
        value, asked = await joint.result()
        if isinstance(world.dns, Noting):  # whoever uses this view hangs on its answers too
            world.dns.asked.update(asked)
        return cast(T, value)

    def _known(self, key: Hashable) -> Joint[tuple[Any, frozenset[Asked]]] | None:
        made = self._before._made.get(key) if self._before else None
        if made is None or not made.task.done() or made.task.cancelled() or made.task.exception():
            return None
        return None if touch(self._changes, made.task.result()[1]) else made


def touch(changes: Sequence[RecordChange], asked: Iterable[Asked]) -> bool:
    """Whether *changes* may change the answer of one of *asked*."""
    types: dict[str, set[str]] = {}
    for change in changes:
        types.setdefault(_plain(change.name), set()).add(change.type)
    for each in asked:
        here = types.get(each.name, ())
        if here and (each.absent or each.kind in here or "CNAME" in here):
            return True
        if any(link in types for link in each.led):
            return True
        if each.absent and any(owner.endswith(f".{each.name}") for owner in types):
            return True  # a name is there as soon as one below it is
    return False


async def _looked(world: W, look: Callable[[W], Awaitable[T]]) -> tuple[T, frozenset[Asked]]:
    noting = Noting(world.dns)
    return await look(world.through(noting)), frozenset(noting.asked)


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()
