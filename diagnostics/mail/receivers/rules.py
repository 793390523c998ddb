"""Holds a report's findings against the rules of the big receivers: one table, and one finding for each receiver.

Guide: Poor Email Deliverability, Verify. A rule that is not met because of a fault that has its own finding is no
second alarm: it is `unknown: blocked by` that code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.domain.subject import Subject
from diagnostics.mail.receivers.codes import BROKEN, BY_RECEIVER, NEAR
from diagnostics.mail.receivers.outcomes import Answer, Outcome
from diagnostics.mail.receivers.table import BULK, NEARLY_BULK, RECEIVERS, Demand, Receiver

_NO_MAIL = "dkim.no_mail"


@dataclass(frozen=True)
class Row:
    """One demand of one receiver, and how the site stands to it."""

    receiver: str
    key: str
    demand: str
    who: str  # everybody, bulk, recommended
    demanded: bool | None  # of this site, by its own count; None: the count is not known
    state: Outcome
    outcome: Outcome  # the same, were it demanded
    by: tuple[str, ...] = ()  # the codes that decide it
    why: str = ""
    answers: str = ""
    note: str = ""
    deciding: bool = True


@dataclass(frozen=True)
class RulesView:
    """The whole table."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    messages_day: int = 0  # of the whole domain; 0: not known


def rules(subject: Subject, findings: Sequence[Finding]) -> RulesView:
    """The rules of each receiver against *findings*, which the other areas came to; none for who sends nothing."""
    if not subject.senders and any(each.code == _NO_MAIL for each in findings):
        return RulesView((), ())
    rows: list[Row] = []
    made: list[Finding] = []
    for receiver in RECEIVERS:
        volume = _volume(subject, receiver)
        own = [_row(receiver, each, volume, subject, findings) for each in receiver.demands]
        rows += own
        made.append(_judge(subject, receiver, volume, own))
    return RulesView(tuple(rows), tuple(made), _volume(subject, RECEIVERS[0]))


def _row(receiver: Receiver, demand: Demand, volume: int, subject: Subject, findings: Sequence[Finding]) -> Row:
    answer = demand.look(subject, findings) if demand.look else Answer(Outcome.UNKNOWN, (), demand.note)
    demanded = {"everybody": True, "recommended": False}.get(demand.who, volume >= BULK if volume else None)
    return Row(
        receiver.name,
        demand.key,
        demand.title,
        demand.who,
        demanded,
        Outcome.NOT_DEMANDED if demanded is False else answer.outcome,
        answer.outcome if demand.look else Outcome.UNKNOWN,
        answer.by,
        answer.why,
        demand.answers,
        demand.note,
        demand.deciding and demand.look is not None,
    )


def _judge(subject: Subject, receiver: Receiver, volume: int, rows: Sequence[Row]) -> Finding:
    codes = BY_RECEIVER[receiver.name]
    demanded = [each for each in rows if each.demanded]
    failing = [each for each in demanded if each.outcome is Outcome.FAIL]
    unseen = [each for each in demanded if each.deciding and each.outcome is Outcome.UNKNOWN]
    facts = {
        "receiver": receiver.title,
        "covers": receiver.covers,
        "since": receiver.since,
        "bulk": receiver.bulk,
        "bulk_from": BULK,
        "messages_day": volume,
        "is_bulk": volume >= BULK if volume else None,
        "for_good": receiver.for_good,
        "missing": "; ".join(_named(each) for each in failing),
        "note": _note(receiver, volume, rows),
        "demands": rows,
    }
    if any(not each.by for each in failing):
        return BROKEN.finding(subject.domain, facts)
    if failing:
        cause = failing[0].by[0]
        facts["blocked_by"] = cause
        return codes.waits.finding(subject.domain, facts, reason=UnknownReason.BLOCKED, blocked_by=cause)
    if unseen or not (demanded or volume):
        facts["unseen"] = "; ".join(_unseen(each) for each in unseen) or (
            f"its mails a day are not counted, and from {BULK:,} on more is demanded"
        )
        return codes.unseen.finding(subject.domain, facts, reason=UnknownReason.NOT_CONFIGURED)
    to_come = [each.demand for each in rows if each.who == "bulk" and each.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    if receiver.for_good and NEARLY_BULK <= volume < BULK and to_come:
        return NEAR.finding(subject.domain, facts | {"open": "; ".join(to_come)})
    return codes.met.finding(subject.domain, facts)


def _note(receiver: Receiver, volume: int, rows: Sequence[Row]) -> str:
    """The end of the sentence: what was not seen, and what a larger volume would bring."""
    if not any(each.demanded for each in rows):
        return f": below {BULK:,} mails a day they demand nothing.{_larger(rows)}"
    hidden = [each.demand for each in rows if each.demanded and not each.deciding and each.outcome is Outcome.UNKNOWN]
    said = f", as far as it can be seen from here (not seen: {'; '.join(hidden)})." if hidden else "."
    if volume >= BULK:
        return said + (" Once bulk, always bulk: fewer mails later change nothing." if receiver.for_good else "")
    return said + ("" if volume else " Its mails a day are not counted.") + _larger(rows)


def _larger(rows: Sequence[Row]) -> str:
    failing = [each.demand for each in rows if each.who == "bulk" and each.outcome is Outcome.FAIL]
    return f" From {BULK:,} mails a day it would not meet: {'; '.join(failing)}." if failing else ""


def _named(row: Row) -> str:
    return f"{row.demand} ({row.answers})" if row.answers else row.demand


def _unseen(row: Row) -> str:
    return f"{row.demand}: {row.why.rstrip('.')}" if row.why else row.demand


def _volume(subject: Subject, receiver: Receiver) -> int:
    """The site's own busiest day: of the whole domain where the receiver counts so, else of one From domain."""
    own = [each for each in subject.senders if _below(each.header_from, subject.domain)]
    if receiver.counts_subdomains:
        return sum(each.messages_day for each in own)
    by_from: dict[str, int] = {}
    for each in own:
        by_from[each.header_from.lower()] = by_from.get(each.header_from.lower(), 0) + each.messages_day
    return max(by_from.values(), default=0)


def _below(name: str, domain: str) -> bool:
    return name.lower() == domain or name.lower().endswith("." + domain)
