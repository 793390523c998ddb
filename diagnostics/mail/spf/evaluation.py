"""What `check_host` returns: the result, and the list behind every count (RFC 7208 §2.6, §4.6.4).

Every text in here is ready to be shown: what came from DNS or from the sender is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from diagnostics.finding import as_facts

LOOKUP_LIMIT = 10  # terms that query DNS; RFC 7208 §4.6.4
VOID_LIMIT = 2  # lookups that find nothing
NAME_LIMIT = 10  # MX or PTR names in one term


class Result(StrEnum):
    """RFC 7208 §2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class ProblemKind(StrEnum):
    """Why there is no plain result."""

    NOT_A_DOMAIN = "not a domain"  # none: no full domain name was given (§4.3)
    NO_SUCH_NAME = "no such name"  # none: the domain does not exist
    NO_RECORD = "no record"  # none: it exists and has no SPF record; permerror in an include or redirect
    MULTIPLE = "multiple records"  # §4.5
    MALFORMED = "malformed"  # §4.6
    LOOP = "loop"
    TOO_MANY_LOOKUPS = "too many lookups"
    TOO_MANY_VOIDS = "too many void lookups"
    TOO_MANY_NAMES = "too many names"  # of one mx term
    UNANSWERED = "unanswered"  # temperror: DNS gave no answer that can be used
    OUT_OF_TIME = "out of time"  # temperror
    NOT_LOOKED_AT = "not looked at"  # our own: a whole walk ends at its budget


@dataclass(frozen=True)
class Problem:
    """What ended the evaluation: at *term* of *domain*'s record, which *path* led to."""

    kind: ProblemKind
    detail: str
    domain: str
    term: str = ""
    path: tuple[str, ...] = ()  # the domains from the first one to *domain*
    texts: tuple[str, ...] = ()  # the records that are meant: all of several, or those that are nearly SPF


@dataclass(frozen=True)
class Lookup:
    """One term that counts towards the ten, in the order of evaluation."""

    number: int
    term: str
    domain: str  # whose record the term stands in
    target: str  # the name that it asks for, macros expanded


@dataclass(frozen=True)
class VoidLookup:
    """One query that was answered with nothing."""

    number: int
    name: str
    type: str
    end: str  # "no such name" or "no data"
    term: str
    domain: str


@dataclass(frozen=True)
class Unanswered:
    """One query that DNS failed on, where the RFC goes on without (ptr names, exp=)."""

    name: str
    type: str
    detail: str
    term: str
    domain: str


@dataclass(frozen=True)
class Visit:
    """One record that was evaluated."""

    domain: str
    record: str
    result: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Step:
    """One term of it that asked DNS or matched; terms that did neither are in the record's text only."""

    term: str
    outcome: str  # "match", "no match", "redirect", or the problem's kind
    target: str = ""
    lookup: int = 0  # the count that stood when it was evaluated; 0: it costs none
    visit: Visit | None = None  # include, redirect


@dataclass(frozen=True)
class Evaluation:
    """The answer of RFC 7208 §4: `check_host`."""

    result: Result
    mechanism: str  # the directive that matched, as written; "" where none did
    explanation: str  # of a `fail` with exp=; "" leaves the caller its default explanation
    ip: str
    domain: str
    sender: str
    helo: str
    path: tuple[str, ...] = ()  # the match from the outside in: "include:_spf.example.net", "ip4:192.0.2.1"
    lookup_terms: tuple[Lookup, ...] = ()
    void_answers: tuple[VoidLookup, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    problem: Problem | None = None
    tree: Visit | None = None

    @property
    def record(self) -> str:
        """The domain's own record as DNS has it; "" when none was read."""
        return self.tree.record if self.tree else ""

    @property
    def lookups(self) -> int:
        """How many of the ten were used; the eleventh is never made."""
        return len(self.lookup_terms)

    @property
    def void_lookups(self) -> int:
        """How many queries found nothing; at the third the evaluation ends."""
        return len(self.void_answers)

    def to_json(self) -> dict[str, Any]:
        """Every field, both counts and the record, as plain JSON types."""
        facts = as_facts(self)
        counts = {"lookups": self.lookups, "void_lookups": self.void_lookups, "record": self.record}
        head = {name: facts.pop(name) for name in ("result", "mechanism", "explanation")}
        return {**head, **counts, **facts}
