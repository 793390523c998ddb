"""The whole walk of an SPF record: every term to the end, whoever sends, and what each costs (RFC 7208 §4.6.4).

A receiver stops at the term that matches; this is the way of one whose client matches nothing,
the longest that there is. It is worked out from what was gathered, without a question of its own.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

from diagnostics.mail.spf.evaluation import NAME_LIMIT, Problem, ProblemKind, Result
from diagnostics.mail.spf.gathering import Gathering, Question, Read, Unasked, key_of, question, target
from diagnostics.mail.spf.lookups import Place
from diagnostics.mail.spf.record import MOST_RECORD, Directive
from diagnostics.network import is_name
from diagnostics.printable import printable

MOST_COUNTED = 50  # lookups; more are told as "more than"

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Branch:
    """One term that asks DNS."""

    term: str
    mechanism: str  # include, redirect, a, mx, ptr, exists
    qualifier: str
    target: str  # "" where the sender's macros make the name
    lookup: int  # its number, for who matches nothing before it
    cost: int = 1  # with all that is below it
    dead: tuple[str, ...] = ()  # "A name": what it asks for that is void for every client
    networks: tuple[IPNetwork, ...] = ()  # of a and mx
    problem: Problem | None = None
    inside: Walked | None = None

    @property
    def lets_send(self) -> bool:
        """Whether who matches it passes."""
        return self.qualifier == "+"


@dataclass(frozen=True)
class Walked:
    """One record."""

    domain: str
    record: str
    branches: tuple[Branch, ...] = ()
    networks: tuple[tuple[str, IPNetwork], ...] = ()  # of the ip4 and ip6 terms that let send: term, network
    unreachable: tuple[str, ...] = ()  # terms behind `all`; redirect= beside one
    end: str = ""  # `all` as written; "" where there is none

    @property
    def redirect(self) -> Branch | None:
        """The redirect that is followed."""
        return next((each for each in self.branches if each.mechanism == "redirect"), None)


@dataclass(frozen=True)
class Dead:
    """A name that a term asks for, and that is not there for anybody."""

    question: str
    term: str
    domain: str


@dataclass(frozen=True)
class Walk:
    """The whole record of a domain, or why it has none that can be used (*problem*)."""

    domain: str
    root: Walked
    read: Read
    lookups: int = 0
    more: bool = False  # the walk ended at a limit of its own: it is more than that
    dead: tuple[Dead, ...] = ()
    problem: Problem | None = None
    below: tuple[Problem, ...] = ()  # permanent ones, in a receiver's order
    unanswered: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the domain's own record can be read."""
        return self.problem is None

    @property
    def counted(self) -> str:
        """The lookups as people read them."""
        return f"more than {self.lookups}, where the look stopped," if self.more else str(self.lookups)


@dataclass
class _Counting:
    gathered: Gathering
    lookups: int = 0
    more: bool = False
    dead: list[Dead] = field(default_factory=list)
    below: list[Problem] = field(default_factory=list)
    unanswered: list[Problem] = field(default_factory=list)

    def record(self, read: Read, path: tuple[str, ...]) -> Walked:
        shown, record = printable(read.text, MOST_RECORD), read.record
        if record is None:
            return Walked(printable(read.domain), shown)
        branches, networks, end = [], [], ""
        behind: list[str] = []
        for directive in record.directives:
            if end:
                behind.append(printable(directive.text))
            elif directive.mechanism == "all":
                end = printable(directive.text)
            elif directive.network is not None:
                if directive.qualifier == "+":
                    networks.append((directive.text, directive.network))
            elif (branch := self.branch(question(directive, read.domain), directive, path)) is not None:
                branches.append(branch)
        if record.redirect is not None:
            text = f"redirect={record.redirect.text}"
            if end:
                behind.append(printable(text))
            else:
                asked = Question(text, "redirect", target(record.redirect, read.domain))
                if (branch := self.branch(asked, None, path)) is not None:
                    branches.append(branch)
        return Walked(printable(read.domain), shown, tuple(branches), tuple(networks), tuple(behind), end)

    def branch(self, asked: Question, directive: Directive | None, path: tuple[str, ...]) -> Branch | None:
        if self.lookups >= MOST_COUNTED:
            self.more = True
            return None
        self.lookups += 1
        number = self.lookups
        place = Place(path, asked.term)
        dead: tuple[str, ...] = ()
        networks: tuple[IPNetwork, ...] = ()
        problem, inside = None, None
        if asked.target and is_name(asked.target):
            if asked.mechanism in ("include", "redirect"):
                problem, inside = self.elsewhere(asked, place)
            elif directive is not None:
                problem, dead, networks = self.names(asked, directive, place)
        if problem and problem.kind is ProblemKind.NOT_LOOKED_AT:
            self.more = True
        elif problem and problem.kind is ProblemKind.UNANSWERED:
            self.unanswered.append(problem)
        elif problem and problem not in self.below:
            self.below.append(problem)
        self.dead += [Dead(each, printable(asked.term), printable(place.domain)) for each in dead]
        return Branch(
            printable(asked.term),
            asked.mechanism,
            directive.qualifier if directive else "+",
            printable(asked.target),
            number,
            self.lookups - number + 1,
            dead,
            networks,
            problem,
            inside,
        )

    def elsewhere(self, asked: Question, place: Place) -> tuple[Problem | None, Walked | None]:
        path = (*place.path, asked.target)
        there = Place(path, asked.term)
        if key_of(asked.target) in [key_of(each) for each in place.path]:
            detail = f"the records lead in a circle: {' → '.join(path)}"
            return there.stop(Result.PERMERROR, ProblemKind.LOOP, detail).problem, None
        read = self.gathered.records.get(key_of(asked.target))
        if read is None or (read.record is None and read.stop is None):
            detail = f"{asked.target} was not looked at: the look ends after {len(self.gathered.records)} records"
            return there.stop(Result.TEMPERROR, ProblemKind.NOT_LOOKED_AT, detail).problem, None
        if read.stop is not None:
            found = read.stop.problem
            shown = tuple(printable(each) for each in path)
            problem = dataclasses.replace(found, term=found.term or printable(asked.term), path=shown)
            return problem, Walked(printable(read.domain), printable(read.text, MOST_RECORD)) if read.text else None
        return None, self.record(read, path)

    def names(
        self, asked: Question, directive: Directive, place: Place
    ) -> tuple[Problem | None, tuple[str, ...], tuple[IPNetwork, ...]]:
        """What an a, mx or exists term finds."""
        if asked.mechanism == "ptr":
            return None, (), ()
        hosts, problem = [asked.target], None
        if asked.mechanism == "mx":
            answer = self.gathered.known(asked.target, "MX")
            if isinstance(answer, Unasked):
                return _failed(place, f"MX {asked.target}", answer), (), ()
            if not answer.exchangers:
                return None, (f"MX {printable(asked.target)}",), ()
            ordered = sorted(answer.exchangers, key=lambda mx: (mx.preference, mx.host))
            hosts = [each.host for each in ordered[:NAME_LIMIT] if is_name(each.host)]
            if len(ordered) > NAME_LIMIT:
                detail = f"{asked.target} has {len(ordered)} MX records; receivers look at {NAME_LIMIT}"
                problem = place.stop(Result.PERMERROR, ProblemKind.TOO_MANY_NAMES, detail).problem
        dead: list[str] = []
        found: list[IPNetwork] = []
        for host in hosts:
            answer = self.gathered.known(host, "A")
            if isinstance(answer, Unasked):
                return problem or _failed(place, f"A {host}", answer), tuple(dead), tuple(found)
            addresses = [*answer.addresses]
            if not addresses and asked.mechanism != "exists":
                other = self.gathered.known(host, "AAAA")
                if isinstance(other, Unasked):
                    return problem or _failed(place, f"AAAA {host}", other), tuple(dead), tuple(found)
                addresses = [*other.addresses]
            if not addresses:
                dead.append(f"A {printable(host)}")
            if asked.mechanism != "exists":
                found += [_widened(each, directive) for each in addresses]
        return problem, tuple(dead), tuple(found)


def count(domain: str, gathered: Gathering) -> Walk:
    """The whole walk of *domain*'s record, of what was *gathered*."""
    read = gathered.records[key_of(domain)]
    counting = _Counting(gathered)
    root = counting.record(read, (domain,))
    return Walk(
        printable(domain),
        root,
        read,
        counting.lookups,
        counting.more,
        tuple(dict.fromkeys(counting.dead)),
        read.stop.problem if read.stop else None,
        tuple(counting.below),
        tuple(counting.unanswered),
    )


def opens(walked: Walked) -> tuple[str, ...]:
    """The path to an `all` that lets everybody send, from the outside in; () where there is none."""
    for branch in walked.branches:
        if branch.lets_send and branch.inside and (path := opens(branch.inside)):
            return (branch.term, *path)
    return (walked.end,) if walked.end.lower() in ("all", "+all") else ()


def records_in(walked: Walked) -> Iterable[Walked]:
    """This record and all that it leads to."""
    yield walked
    for branch in walked.branches:
        if branch.inside:
            yield from records_in(branch.inside)


def _widened(address: ipaddress.IPv4Address | ipaddress.IPv6Address, directive: Directive) -> IPNetwork:
    prefix = directive.prefix4 if address.version == 4 else directive.prefix6
    return ipaddress.ip_network((address, prefix), strict=False)


def _failed(place: Place, asked: str, answer: Unasked) -> Problem:
    kind = ProblemKind.NOT_LOOKED_AT if answer.limit else ProblemKind.UNANSWERED
    return place.stop(Result.TEMPERROR, kind, f"{asked}: {answer.detail}").problem
