"""SPF's DNS questions and what they may cost: every count keeps its list (RFC 7208 §4.6.4)."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass, field

from diagnostics.mail.spf.evaluation import (
    LOOKUP_LIMIT,
    NAME_LIMIT,
    VOID_LIMIT,
    Lookup,
    Problem,
    ProblemKind,
    Result,
    Unanswered,
    VoidLookup,
)
from diagnostics.mail.spf.record import MOST_RECORD
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, End, RecordType, is_name
from diagnostics.printable import printable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Stop(Exception):
    """The evaluation ends here, with temperror, permerror or none."""

    def __init__(self, result: Result, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.result = result
        self.problem = problem


@dataclass(frozen=True)
class Place:
    """Where in the tree a question comes from."""

    path: tuple[str, ...]  # domains, the last is whose record it is
    term: str = ""

    @property
    def domain(self) -> str:
        return self.path[-1]

    def stop(self, result: Result, kind: ProblemKind, detail: str, texts: tuple[bytes, ...] = ()) -> Stop:
        """The end of the evaluation at this place."""
        return Stop(
            result,
            Problem(
                kind,
                printable(detail),
                printable(self.domain),
                printable(self.term),
                tuple(printable(each) for each in self.path),
                tuple(printable(each, MOST_RECORD) for each in texts),
            ),
        )


@dataclass
class Lookups:
    """Asks *dns* for one evaluation, each question once, until *ends_at* on the loop's clock."""

    dns: DNS
    ip: IPAddress
    ends_at: float
    counted: list[Lookup] = field(default_factory=list)
    voids: list[VoidLookup] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    _known: dict[tuple[str, RecordType], DNSAnswer | DNSUnavailable] = field(default_factory=dict)

    @property
    def address_type(self) -> RecordType:
        """RFC 7208 §5: A for a client of IPv4, AAAA for one of IPv6."""
        return "A" if self.ip.version == 4 else "AAAA"

    def count(self, place: Place, target: str) -> int:
        """One more of the ten. Raises Stop at the eleventh."""
        if len(self.counted) == LOOKUP_LIMIT:
            detail = f"{place.term} would be lookup {LOOKUP_LIMIT + 1}; receivers stop at {LOOKUP_LIMIT}"
            raise place.stop(Result.PERMERROR, ProblemKind.TOO_MANY_LOOKUPS, detail)
        number = len(self.counted) + 1
        self.counted.append(Lookup(number, printable(place.term), printable(place.domain), printable(target)))
        return number

    async def ask(self, name: str, kind: RecordType, place: Place, *, void_counts: bool = True) -> DNSAnswer:
        """The answer. Raises Stop: temperror when there is none, permerror at the third void lookup."""
        try:
            answer = await self._answer(name, kind, place)
        except DNSUnavailable as error:
            raise place.stop(Result.TEMPERROR, ProblemKind.UNANSWERED, f"{kind} {name}: {error.detail}") from error
        if void_counts and answer.end is not End.ANSWER:
            self._void(answer, place)
        return answer

    async def ask_in_passing(self, name: str, kind: RecordType, place: Place, *, void_counts: bool = True) -> DNSAnswer:
        """As `ask`, where the RFC takes a failed query for an empty answer; the failure is kept for the report."""
        try:
            return await self.ask(name, kind, place, void_counts=void_counts)
        except Stop as stop:
            if stop.problem.kind is not ProblemKind.UNANSWERED:
                raise
            self.keep_unanswered(name, kind, place, stop.problem.detail)
            return DNSAnswer(name, kind, End.NODATA)

    def keep_unanswered(self, name: str, kind: RecordType, place: Place, detail: str) -> None:
        """Remember a failed query that the evaluation goes on without."""
        failed = Unanswered(printable(name), kind, detail, printable(place.term), printable(place.domain))
        if failed not in self.unanswered:
            self.unanswered.append(failed)

    async def addresses(self, name: str, place: Place) -> tuple[IPAddress, ...]:
        """The addresses of *name* in the client's family; none for what can be no name (§4.8)."""
        return (await self.ask(name, self.address_type, place)).addresses if is_name(name) else ()

    async def validated_names(self, place: Place, *, void_counts: bool = True) -> list[str]:
        """The client's names that lead back to it, of the first ten (§5.5); without final dot, in DNS's order."""
        reverse = self.ip.reverse_pointer
        answer = await self.ask_in_passing(reverse, "PTR", place, void_counts=void_counts)
        kept = []
        for name in answer.names[:NAME_LIMIT]:
            if not is_name(name):
                continue
            found = await self.ask_in_passing(name, self.address_type, place, void_counts=void_counts)
            if self.ip in found.addresses:
                kept.append(name.removesuffix("."))
        return kept

    def _void(self, answer: DNSAnswer, place: Place) -> None:
        number = len(self.voids) + 1
        self.voids.append(
            VoidLookup(
                number,
                printable(answer.name),
                answer.kind,
                answer.end.value,
                printable(place.term),
                printable(place.domain),
            )
        )
        if number > VOID_LIMIT:
            names = ", ".join(each.name for each in self.voids)
            detail = f"{number} lookups found nothing ({names}); receivers allow {VOID_LIMIT}"
            raise place.stop(Result.PERMERROR, ProblemKind.TOO_MANY_VOIDS, detail)

    async def _answer(self, name: str, kind: RecordType, place: Place) -> DNSAnswer:
        key = (name.removesuffix(".").lower(), kind)
        if key not in self._known:
            try:
                async with asyncio.timeout_at(self.ends_at):
                    self._known[key] = await self.dns.query(name, kind)
            except DNSUnavailable as error:
                self._known[key] = error
            except TimeoutError as error:
                detail = f"the time allowed was over while {kind} {name} was asked for"
                raise place.stop(Result.TEMPERROR, ProblemKind.OUT_OF_TIME, detail) from error
        known = self._known[key]
        if isinstance(known, DNSUnavailable):
            raise known
        return known
