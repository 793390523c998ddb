"""What proves that a fault is gone (DESIGN: Resolved by proof).

Best: the test mail went the whole way in a run that does not find the fault. Where it went
that way while the fault was there, it proves nothing: then a mail like the one that failed
has to leave. Where no test mail can be sent: two passes of the check that found the fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.reported import left
from sidecar.store.events import Event
from sidecar.store.findings import FoundRow
from sidecar.store.tickets import Ticket
from sidecar.tickets.desk import Desk
from sidecar.tickets.fingerprint import normal


@dataclass(frozen=True)
class Proof:
    """What was seen, in words; `enough` closes the ticket."""

    kind: str  # canary | like | passes
    words: str
    enough: bool


def proof_of(
    desk: Desk,
    ticket: Ticket,
    rows: Sequence[FoundRow],
    *,
    canary: Finding | None,
    sent: Sequence[Event],
    of_one_thing: bool = False,
) -> Proof | None:
    """What a run that did not find *ticket*'s fault proves about it. *of_one_thing*: its checks look at many."""
    if canary is not None and canary.verdict is Verdict.PASS and not ticket.blind:
        token = canary.evidence.get("token")
        named = f" {token}" if token else ""
        if form := ticket.body.get("form"):
            return Proof("canary", f"Mended: a test entry in {form} went the whole way. {canary.summary}", True)
        return Proof("canary", f"Mended: a test mail{named} went the whole way. {canary.summary}", True)
    mail: Mapping[str, Any] = ticket.body.get("mail") or {}
    if ticket.blind and mail:
        for event in sent:
            if event.occurred_at > ticket.last_seen_at and like_the_one_that_failed(event, mail):
                at = f"{event.occurred_at:%Y-%m-%d %H:%M:%S} UTC"
                return Proof("like", f"Mended: a mail like the one that failed left at {at}.", True)
        return None
    if canary is not None and canary.verdict is Verdict.FAIL:
        return None
    return _passes(desk, ticket, _about(ticket, rows) if of_one_thing else rows)


def _about(ticket: Ticket, rows: Sequence[FoundRow]) -> list[FoundRow]:
    """The rows that have a say about the ticket's own subject.

    A check of a domain says many things at once, and some of them nobody can know (a signature that no
    message showed): those are no doubt of this one. What could not be looked at is.
    """
    name = normal(ticket.subject)
    same = [row for row in rows if row.check_name == ticket.check_name and normal(row.subject) == name]
    return [row for row in same if row.verdict is not Verdict.UNKNOWN or row.reason is UnknownReason.UNAVAILABLE]


def like_the_one_that_failed(event: Event, mail: Mapping[str, Any]) -> bool:
    """Whether this mail that left is one that the fault would have stopped: to the same person, or as large a one."""
    data = event.data
    if event.type != "mail.sent" or data.get("canary") or not left(data):
        return False
    if mail.get("scope") == "recipient":
        return bool(_addresses(mail) & _addresses(data))
    return data.get("kind") == mail.get("kind") and _size(data) >= _size(mail)


def _passes(desk: Desk, ticket: Ticket, rows: Sequence[FoundRow]) -> Proof | None:
    own = [row for row in rows if row.check_name == ticket.check_name]
    if not own or any(row.verdict in (Verdict.FAIL, Verdict.UNKNOWN) for row in own):
        return None
    apart = timedelta(seconds=desk.settings.recheck_s)
    seen = own[0].summary
    if ticket.passed_at is not None and desk.now() - ticket.passed_at >= apart:
        first = f"{ticket.passed_at:%H:%M:%S}"
        return Proof("passes", f"Mended: looked at {first} and now, {ticket.check_name} found it sound. {seen}", True)
    return Proof("passes", f"Looks mended; one more look in {desk.settings.recheck_s} s decides. {seen}", False)


def _addresses(mail: Mapping[str, Any]) -> set[str]:
    to = mail.get("to")
    people = to if isinstance(to, list) else []
    return {str(each["hash"]) for each in people if isinstance(each, Mapping) and each.get("hash")}


def _size(mail: Mapping[str, Any]) -> int:
    size = mail.get("size")
    return size if isinstance(size, int) else 0
