"""The DNS tree walk of RFC 9989 §4.10: which names are asked, what stood there, which is the organizational domain.

All names are asked at one time. A receiver asks them in order and stops at psd=y or psd=n: what it would not have
reached is marked, and counts for nothing.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from diagnostics.mail.dmarc.record import MOST_RECORD, Record, is_near_record, is_policy_record, parse
from diagnostics.network import DNS, DNSUnavailable, End, is_name
from diagnostics.printable import printable

SHORTENED = 7  # labels that a longer name is cut to, after it was asked for whole: eight questions at most
PREFIX = "_dmarc."
MOST_SUPPOSED = 3  # unanswered names for which every possible answer is tried
MOST_SHOWN = 10  # records shown of one name

Held = Literal["record", "several records", "no record", "no answer"]


@dataclass(frozen=True)
class Found:
    """What stood at `_dmarc.` before *domain*. Texts are escaped."""

    domain: str
    held: Held
    record: Record | None = None  # the one that counts
    texts: tuple[str, ...] = ()  # every DMARC record there
    near: tuple[str, ...] = ()  # what was meant as one
    ttl: int = 0
    leads_to: str = ""  # where CNAMEs led
    detail: str = ""  # of no answer
    reached: bool = True  # False: the walk stops before it

    @property
    def name(self) -> str:
        return (PREFIX + self.domain).removesuffix(".")

    def to_json(self) -> dict[str, Any]:
        """One line of the walk, for a report."""
        said = "; ".join(self.texts or self.near) or self.detail
        return {"name": self.name, "found": self.held, "said": said, "reached": self.reached}


@dataclass(frozen=True)
class Walk:
    """One walk from *domain* up to its top-level domain."""

    domain: str
    steps: tuple[Found, ...]

    @property
    def reached(self) -> tuple[Found, ...]:
        return tuple(each for each in self.steps if each.reached)

    @property
    def own(self) -> Found:
        """What stands at the domain itself."""
        return self.steps[0]

    @property
    def unanswered(self) -> tuple[Found, ...]:
        """The names without an answer that might have changed the outcome."""
        return tuple(each for each in self.reached if each.held == "no answer")

    def at(self, domain: str) -> Found | None:
        """What stood at *domain*'s name, reached or not; None where it was not asked."""
        return next((each for each in self.steps if each.domain == domain), None)

    @property
    def organizational_domain(self) -> str:
        """§4.10.2. Names without an answer count as empty: look at `unanswered` too."""
        valid = [each for each in self.reached if each.record]
        if not valid:
            return self.domain
        last = valid[-1]  # the walk ends at psd=y and psd=n; without them it is the one with the fewest labels
        if last.record and last.record.psd == "y":
            return _one_label_below(last.domain, self.domain)
        return last.domain

    @property
    def public_suffix_record(self) -> Found | None:
        """The record of a public suffix above the domain (psd=y)."""
        return next(
            (each for each in self.reached if each.record and each.record.psd == "y" and each.domain != self.domain),
            None,
        )

    def supposing(self, records: Mapping[str, Record | None]) -> Walk:
        """The walk as it would be with these records at these domains; None: nothing there."""
        steps = [
            replace(each, held="record" if records[each.domain] else "no record", record=records[each.domain])
            if each.domain in records
            else each
            for each in self.steps
        ]
        return Walk(self.domain, _reached(steps))


def names_of_walk(domain: str) -> tuple[str, ...]:
    """The domains whose `_dmarc.` names are asked, in the walk's order: eight at most."""
    labels = domain.split(".")
    first = min(len(labels) - 1, SHORTENED)
    return (domain, *(".".join(labels[-count:]) for count in range(first, 0, -1)))


async def walk(domain: str, dns: DNS) -> Walk:
    """Ask all names of the walk from *domain* (lower case, ASCII), at one time."""
    found = await asyncio.gather(*(look(each, dns) for each in names_of_walk(domain)))
    return Walk(domain, _reached(list(found)))


async def look(domain: str, dns: DNS) -> Found:
    """What stands at `_dmarc.` before *domain*."""
    name = PREFIX + domain
    if not is_name(name):
        return Found(domain, "no record")  # too long to exist
    try:
        answer = await dns.query(name, "TXT")
    except DNSUnavailable as error:
        return Found(domain, "no answer", detail=printable(error.detail))
    policies = [each for each in answer.texts if is_policy_record(each)]
    held: Held = "no record" if not policies else "record" if len(policies) == 1 else "several records"
    return Found(
        domain,
        held if answer.end is End.ANSWER else "no record",
        parse(policies[0]) if len(policies) == 1 else None,
        tuple(printable(each, MOST_RECORD) for each in policies[:MOST_SHOWN]),
        tuple(printable(each, MOST_RECORD) for each in answer.texts if is_near_record(each))[:MOST_SHOWN],
        answer.ttl,
        answer.chain[-1].lower() if answer.chain else "",
    )


def same_organization(one: Walk, other: Walk) -> bool | None:
    """Relaxed alignment (§4.4): one organizational domain for both. None where it hangs on an unanswered name."""
    if one.domain == other.domain:
        return True
    open_names = sorted({each.domain for each in (*one.unanswered, *other.unanswered)})
    if len(open_names) > MOST_SUPPOSED:
        return None
    outcomes = {
        one.supposing(supposed).organizational_domain == other.supposing(supposed).organizational_domain
        for supposed in _suppositions(open_names)
    }
    return outcomes.pop() if len(outcomes) == 1 else None


def _suppositions(domains: Iterable[str]) -> Iterable[dict[str, Record | None]]:
    domains = tuple(domains)
    plain = Record("")
    answers = (None, plain, replace(plain, psd="y"), replace(plain, psd="n"))
    for chosen in itertools.product(answers, repeat=len(domains)):
        yield dict(zip(domains, chosen, strict=True))


def _reached(steps: list[Found]) -> tuple[Found, ...]:
    stops = [at for at, each in enumerate(steps) if each.record and each.record.psd in ("y", "n")]
    last = stops[0] if stops else len(steps)
    return tuple(replace(each, reached=at <= last) for at, each in enumerate(steps))


def _one_label_below(suffix: str, domain: str) -> str:
    """The name below *suffix* on the way to *domain*; *domain* where it is the suffix itself."""
    return ".".join(domain.split(".")[-(suffix.count(".") + 2) :])
