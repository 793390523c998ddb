"""One front for all DNS questions of a report or a batch: what was asked once is not asked again.

Answers are kept as long as their TTL says (RFC 1035, 2308), equal questions in flight are
one, and a zone that does not answer costs one wait. It belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import dns.message

from diagnostics.network.asking import Asking, Form
from diagnostics.network.dead_zones import DeadZones
from diagnostics.network.errors import DNSUnavailable
from diagnostics.network.query import DNSAnswer, End, RecordType, is_name
from diagnostics.network.resolver import Resolver
from diagnostics.network.slots import Slots

AT_ONCE = 150  # questions in flight: each has a socket of its own
MOST_KEPT_BYTES = 16 * 1024 * 1024
LONGEST_S = 3600.0
# RFC 1035 §3.2.1: a TTL of 0 is for "the transaction in progress", and that is the whole report.
SHORTEST_S = 10.0
LONGEST_VOID_S = 15 * 60.0
FAILURE_S = 30.0
# Types that every server knows: some say "no such name" where only the others do not exist (RFC 4074 §4.2).
_PLAIN_TYPES: tuple[RecordType, ...] = ("A", "MX", "NS", "SOA", "TXT")

_Key = tuple[str, RecordType, Form]
_Outcome = DNSAnswer | dns.message.Message | Exception


@dataclass
class Counts:
    """What the questions came to."""

    questions: int = 0
    asked: int = 0  # of the resolver
    kept: int = 0  # answered from what was known
    joined: int = 0  # waited for an equal question in flight
    failed: int = 0  # of those asked, without a usable answer


@dataclass(frozen=True)
class Seen:
    """One answer as this front has it."""

    name: str
    type: RecordType
    end: End
    values: tuple[str, ...]
    ttl: int  # as it came, in seconds
    at: datetime  # when it came


@dataclass
class _Kept:
    outcome: _Outcome
    at: float  # monotonic
    until: float
    size: int
    passed: int = 0  # whole seconds since then, and the outcome with what is left of its TTL
    aged: _Outcome | None = None


@dataclass(eq=False)
class _Flight:
    """One question in flight, or waiting for its turn, and those who wait for it."""

    key: _Key
    name: str
    waiting: list[asyncio.Future[_Outcome]] = field(default_factory=list)
    asking: Asking | None = None


@dataclass
class SharedDNS:
    """The `DNS` that a whole report asks, over *resolver*."""

    resolver: Resolver
    at_once: int = AT_ONCE
    most_bytes: int = MOST_KEPT_BYTES
    counts: Counts = field(default_factory=Counts)
    _slots: Slots = field(init=False)
    _kept: OrderedDict[_Key, _Kept] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _absent: dict[str, float] = field(default_factory=dict)  # names that do not exist, and until when
    _dead: DeadZones = field(default_factory=DeadZones)
    _flights: dict[_Key, _Flight] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._slots = Slots(self.at_once)

    @property
    def trusted(self) -> bool:
        """Whether `DNSAnswer.authentic` may be believed; see `Resolver.trusted`."""
        return self.resolver.trusted

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """The records of *kind* at *name*. Raises DNSUnavailable; ValueError for what can be no name."""
        if not is_name(name):
            raise ValueError(f"not a DNS name: {name!r}")
        answer = await self._query(name, (folded(name), kind, "records"))
        assert isinstance(answer, DNSAnswer)
        return answer if answer.name == name else replace(answer, name=name)

    def known(self, name: str, kind: RecordType) -> DNSAnswer | DNSUnavailable | None:
        """What `query` would return or raise without asking anybody; None: it would have to ask."""
        if not is_name(name):
            raise ValueError(f"not a DNS name: {name!r}")
        outcome = self._known((folded(name), kind, "records"))
        if isinstance(outcome, DNSAnswer):
            answer: DNSAnswer | DNSUnavailable = outcome if outcome.name == name else replace(outcome, name=name)
        elif isinstance(outcome, DNSUnavailable):
            answer = _own(outcome, name)
        else:
            return None
        self.counts.questions += 1
        self.counts.kept += 1
        return answer

    async def signed(self, name: str, kind: RecordType, *, validated: bool = False) -> dns.message.Message:
        """As `Resolver.signed`. The message is everybody's: not to be changed."""
        if name != "." and not is_name(name):
            raise ValueError(f"not a DNS name: {name!r}")
        plain = name if name == "." else folded(name)
        reply = await self._query(name, (plain, kind, "vouched" if validated else "signed"))
        assert isinstance(reply, dns.message.Message)
        return reply

    def fresh(self) -> SharedDNS:
        """A front that knows nothing yet, for "check again". The limit of questions in flight stays one."""
        other = SharedDNS(self.resolver, self.at_once, self.most_bytes)
        other._slots = self._slots
        return other

    def answers(self) -> list[Seen]:
        """Every answer that is kept, in the order in which they came."""
        passed = datetime.now(UTC).timestamp() - time.monotonic()
        return [
            Seen(
                each.outcome.name,
                each.outcome.kind,
                each.outcome.end,
                each.outcome.values,
                each.outcome.ttl,
                datetime.fromtimestamp(each.at + passed, UTC),
            )
            for each in sorted(self._kept.values(), key=lambda each: each.at)
            if isinstance(each.outcome, DNSAnswer)
        ]

    async def _query(self, name: str, key: _Key) -> DNSAnswer | dns.message.Message:
        self.counts.questions += 1
        if (known := self._known(key)) is not None:
            self.counts.kept += 1
            return _told(known, name)
        me: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        if flight := self._flights.get(key):
            self.counts.joined += 1
            flight.waiting.append(me)
        else:
            flight = self._flights[key] = _Flight(key, name, [me])
            self._slots.take(partial(self._depart, flight))
        try:
            # Who gives up must not take the answer from the others.
            return _told(await me, name)
        except asyncio.CancelledError:
            if me in flight.waiting:
                flight.waiting.remove(me)
            if not flight.waiting and self._flights.get(key) is flight:
                del self._flights[key]
                if flight.asking:
                    flight.asking.cancel()
                    self._slots.give_back()
            raise

    def _depart(self, flight: _Flight) -> None:
        """Ask, unless the answer was learnt, or everybody went away, while the question waited for its turn."""
        if not flight.waiting:
            return self._slots.give_back()
        if (known := self._known(flight.key)) is not None:
            return self._land(flight, known)
        self.counts.asked += 1
        _, kind, form = flight.key
        done = partial(self._came, flight)
        asking = self.resolver.ask(flight.name, kind, form, done)
        flight.asking = asking if flight.waiting else None
        return None

    def _came(self, flight: _Flight, outcome: _Outcome) -> None:
        if isinstance(outcome, DNSUnavailable):
            self.counts.failed += 1
        if not isinstance(outcome, Exception) or isinstance(outcome, DNSUnavailable):
            self._learn(flight.key, outcome)
        self._land(flight, outcome)

    def _land(self, flight: _Flight, outcome: _Outcome) -> None:
        self._flights.pop(flight.key, None)
        waiting, flight.waiting, flight.asking = flight.waiting, [], None
        for each in waiting:
            if not each.done():
                each.set_result(outcome)
        self._slots.give_back()

    def _known(self, key: _Key) -> _Outcome | None:
        """What is known of the question without asking: by itself, by its parents, by its zone's silence."""
        now = time.monotonic()
        if kept := self._kept.get(key):
            if now < kept.until:
                self._kept.move_to_end(key)
                return _aged(kept, now)
            self._drop(key)
        plain, kind, form = key
        if form == "records" and self._absent:
            for above in _with_parents(plain):
                if (until := self._absent.get(above)) and now < until:
                    return DNSAnswer(plain, kind, End.NXDOMAIN, ttl=int(until - now))
        # What is asked unvalidated tells why the rest fails: broken signatures look like a dead zone.
        if form != "signed" and (why := self._dead.why(plain)):
            return DNSUnavailable(plain, phase="resolve", detail=why)
        return None

    def _learn(self, key: _Key, outcome: _Outcome) -> None:
        plain, kind, form = key
        now = time.monotonic()
        if isinstance(outcome, DNSUnavailable):
            lasts = FAILURE_S
            if form != "signed":
                self._dead.failed(plain, kind, outcome.detail, half_alive=self._has_answered(plain))
        elif isinstance(outcome, dns.message.Message):
            lowest = min((each.ttl for each in (*outcome.answer, *outcome.authority)), default=0)
            lasts = min(max(lowest, SHORTEST_S), LONGEST_S if outcome.answer else LONGEST_VOID_S)
        else:
            assert isinstance(outcome, DNSAnswer)
            self._dead.answered(plain)
            most = LONGEST_S if outcome.end is End.ANSWER else LONGEST_VOID_S
            lasts = min(max(outcome.ttl, SHORTEST_S), most)
            if outcome.end is End.NXDOMAIN and not outcome.chain and kind in _PLAIN_TYPES:
                self._absent[plain] = now + lasts
        size = _size(outcome)
        self._kept[key] = _Kept(outcome, now, now + lasts, size)
        self._bytes += size
        while self._bytes > self.most_bytes and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        kept = self._kept.pop(key)
        self._bytes -= kept.size
        self._absent.pop(key[0], None)

    def _has_answered(self, plain: str) -> bool:
        """Whether this very name answers for other types: then not its zone is dead, but one question of it."""
        return any(
            (kept := self._kept.get((plain, kind, "records"))) and isinstance(kept.outcome, DNSAnswer)
            for kind in _PLAIN_TYPES
        )


class Fronts:
    """One front for each event loop, from whichever thread it is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fronts: dict[asyncio.AbstractEventLoop, SharedDNS] = {}

    def of(self, loop: asyncio.AbstractEventLoop, resolver: Resolver) -> SharedDNS:
        """The front of *loop* over *resolver*; those of loops that are closed are let go."""
        with self._lock:
            front = self._fronts.get(loop)
            if front is None or front.resolver is not resolver:
                self._fronts = {each: kept for each, kept in self._fronts.items() if not each.is_closed()}
                front = self._fronts[loop] = SharedDNS(resolver)
            return front


def folded(name: str) -> str:
    """*name* as DNS compares it: ASCII letters alone have no case (RFC 4343), and the final dot says nothing."""
    name = name.removesuffix(".")
    if name.isascii():
        return name.lower()
    return "".join(each.lower() if each.isascii() else each for each in name)


def _with_parents(plain: str) -> list[str]:
    """*plain*, and above it whatever NXDOMAIN would mean that *plain* does not exist either (RFC 8020).

    Names with an underscore answer for themselves alone: some servers deny `_domainkey` while
    there are keys below it, and a key that is overlooked is worse than a question.
    """
    above = [plain]
    at = plain.find(".")
    while at > 0:
        if plain[at + 1] != "_":
            above.append(plain[at + 1 :])
        at = plain.find(".", at + 1)
    return above


def _own(error: DNSUnavailable, name: str) -> DNSUnavailable:
    """An exception of its own for each who asked."""
    return DNSUnavailable(name, phase=error.phase, seconds=error.seconds, detail=error.detail)


def _told(outcome: _Outcome, name: str) -> DNSAnswer | dns.message.Message:
    if isinstance(outcome, DNSUnavailable):
        raise _own(outcome, name)
    if isinstance(outcome, Exception):  # a fault of ours
        raise outcome
    return outcome


def _aged(kept: _Kept, now: float) -> _Outcome | None:
    """The outcome with what is left of its TTL."""
    passed = int(now - kept.at)
    if not passed or not isinstance(kept.outcome, DNSAnswer):
        return kept.outcome
    if passed != kept.passed:
        kept.passed, kept.aged = passed, replace(kept.outcome, ttl=max(0, kept.outcome.ttl - passed))
    return kept.aged


def _size(outcome: _Outcome) -> int:
    """About how many bytes it holds."""
    if isinstance(outcome, dns.message.Message):
        return 2000 + 500 * sum(len(each) for each in (*outcome.answer, *outcome.authority))
    if not isinstance(outcome, DNSAnswer):
        return 1000 + len(str(outcome))
    # A record stands in presentation form and in the field of its type, joined and split.
    return 700 + sum(300 + 3 * len(value) for value in outcome.values)
