"""What a run has seen, turned into tickets: the cause's is filed, the others' are watched or resolved.

DESIGN: When to file; One fault, one ticket; Resolved by proof.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from diagnostics.finding import CauseKind, Code, Finding, Impact, Verdict
from sidecar.store import messages
from sidecar.store import tickets as store
from sidecar.store.database import Conflict
from sidecar.store.events import Event
from sidecar.store.findings import FoundRow
from sidecar.store.tickets import NewTicket, Ticket
from sidecar.tickets.deeds import close, tell
from sidecar.tickets.desk import Desk
from sidecar.tickets.entries_way import form_seen, of_mail
from sidecar.tickets.fingerprint import evidence_key, fingerprint
from sidecar.tickets.occurrences import MACHINE, occurred
from sidecar.tickets.proof import Proof, proof_of
from sidecar.tickets.rechecks import recheck_delay
from sidecar.tickets.template import body_of, title_of


@dataclass(frozen=True)
class Sighting:
    """What one run has seen at one site."""

    site_id: str
    site_url: str
    server: str  # WordPress, PHP and web server in words
    playbook: str
    playbook_title: str
    expected: str  # what the playbook says should happen
    run_id: str
    run_url: str
    trigger: str  # event | button | person | ticket | look
    rows: Sequence[FoundRow]
    standing: Sequence[FoundRow]  # those that fail, and that its test mail has not disproved
    cause: FoundRow | None
    code: Code | None  # the cause's declaration
    confirmed: bool  # the site reported it, or it was looked at often enough
    events: Sequence[Event]  # those that the run answers for
    readings: Sequence[str]  # what they say of themselves, as fingerprints
    canary: Finding | None  # how the test mail through the whole path ended; None: none could be sent
    sent: Sequence[Event]  # the site's mails that left lately
    from_outside: bool = False  # its playbook only sees what shows from outside
    consequences: Collection[str] = ()  # codes that say that it fails, not why
    form: str = ""  # the one that the run looked at alone; "": all of them
    proofs: Mapping[str, Finding] | None = None  # form -> how its test entry ended; None: the playbook is of no form
    impact: Impact | None = None  # what the run has shown of how much is lost, where it knows better than the code

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.site_id, self.cause.code, self.cause.subject) if self.cause else ""

    @property
    def passed(self) -> bool:
        """The test mail went the whole way."""
        return self.canary is not None and self.canary.verdict is Verdict.PASS

    def proof_for(self, form: str, *, with_mail: bool = False) -> Finding | None:
        """How the test ended that decides about *form*; with its mail, where the fault is the mail's."""
        if self.proofs is None:
            return self.canary
        found = self.proofs.get(form)
        if found is not None and found.verdict is Verdict.PASS and with_mail and not found.evidence.get("accepted"):
            return None  # its mail was held back: that proves nothing of mail
        return found


def judge(desk: Desk, seen: Sighting, found: Sequence[Sighting] | None = None) -> int | None:
    """File, count, reopen, resolve; the id of the first cause's ticket. Inside the caller's transaction.

    *found* are the causes, each as one sighting, the one to mend first in front; without them it is *seen*'s own.
    """
    causes = found if found is not None else [seen] if seen.cause else []
    filed = {number: each for each in causes if each.confirmed and (number := _file(desk, each)) is not None}
    present = {ticket.id for row in seen.standing if (ticket := _ticket_of(desk, seen, row))}
    for ticket in store.open_tickets(desk.db, seen.site_id, seen.playbook):
        if ticket.run_id == seen.run_id:
            continue  # opened just now
        if ticket.id not in filed and (cause := _cause_of(ticket, filed, seen)):
            _named(desk, ticket, cause, seen)
            continue
        if ticket.id in present:
            _still_there(desk, ticket, seen)
        elif seen.form and ticket.body.get("form", seen.form) != seen.form:
            continue  # it was not looked at
        elif proof := proof_of(
            desk,
            ticket,
            seen.rows,
            canary=seen.proof_for(str(ticket.body.get("form") or ""), with_mail=of_mail(ticket.code)),
            sent=seen.sent,
            of_one_thing=seen.from_outside or seen.proofs is not None,
        ):
            _proved(desk, ticket, proof, seen)
        else:
            _watch(desk, ticket, seen)
    return next(iter(filed), None)


def _cause_of(ticket: Ticket, filed: Mapping[int, Sighting], seen: Sighting) -> int | None:
    """The ticket filed now that names why, where *ticket* only says that something fails."""
    if ticket.code not in seen.consequences:
        return None
    form = str(ticket.body.get("form") or "")
    for number, each in filed.items():
        of_another = each.cause is not None and each.cause.code.startswith("form.") and each.cause.subject != form
        if seen.proofs is None or not of_another:
            return number
    return None


def _file(desk: Desk, seen: Sighting) -> int | None:
    assert seen.cause is not None
    last = _ticket_of(desk, seen, seen.cause)
    at = _seen_at(desk, seen)
    if last is None:
        ticket_id = _open(desk, seen, None)
    elif last.state == "open":
        ticket_id = last.id
    elif last.state == "not_a_fault":
        same = last.evidence_key == evidence_key(seen.cause.evidence)
        ticket_id = last.id if same else _open(desk, seen, last.id)
    elif last.resolved_at is not None and at <= last.resolved_at:
        ticket_id = last.id  # told late: it happened before the fix
    elif last.resolved_at is not None and at - last.resolved_at <= timedelta(days=desk.guide.ours.reopen_days):
        ticket_id = _reopen(desk, last, seen, at)
    else:
        ticket_id = _open(desk, seen, last.id)
    for reading in seen.readings:
        store.count_source(desk.db, ticket_id, f"reading:{reading}")
    known = last is not None and last.id == ticket_id and last.state == "open"
    sources = [f"event:{event.id}" for event in seen.events]
    if not sources and not known:  # one more look at an open ticket is no new failure
        sources = [f"run:{seen.run_id}"]
    occurred(desk, ticket_id, sources, at, line=known)
    return ticket_id


def _ticket_of(desk: Desk, seen: Sighting, row: FoundRow) -> Ticket | None:
    """The ticket of this fault. What was only told may be a ticket's that a closer look has named otherwise."""
    name = fingerprint(seen.site_id, row.code, row.subject)
    found = store.last_of_fingerprint(desk.db, name)
    if found is None and row.evidence.get("seen_by") == "reported":
        found = store.last_of_source(desk.db, seen.site_id, f"reading:{name}")
    return found


def _open(desk: Desk, seen: Sighting, previous: int | None) -> int:
    assert seen.cause is not None
    now, cause = desk.now(), seen.cause.finding
    new = NewTicket(
        site_id=seen.site_id,
        fingerprint=seen.fingerprint,
        playbook=seen.playbook,
        code=cause.code,
        subject=cause.subject,
        title=title_of(cause),
        priority=desk.guide.priority(seen.impact or (seen.code.impact if seen.code else Impact.ALL)),
        tier=desk.guide.tier(seen.code.kind if seen.code else CauseKind.SETTINGS),
        body=_body(seen),
        run_id=seen.run_id,
        check_name=seen.cause.check_name,
        evidence_key=evidence_key(cause.evidence),
        blind=seen.passed,
        previous_id=previous,
        seen_at=_seen_at(desk, seen),
        recheck_at=now + recheck_delay(0, desk.settings.recheck_s),
    )
    try:
        ticket_id = store.open_ticket(desk.db, new, now)
    except Conflict:  # another process was first: its ticket is the one
        found = store.last_of_fingerprint(desk.db, seen.fingerprint)
        if found is None or found.state != "open":
            raise
        return found.id
    text = f"Found by “{seen.playbook_title}”: {cause.summary}"
    if previous:
        text += f" The same fault was ticket {previous}."
    store.add_entry(
        desk.db,
        ticket_id,
        at=now,
        actor=MACHINE,
        kind="opened",
        text=text,
        data={"run": seen.run_id, "code": cause.code},
    )
    tell(desk, store.ticket(desk.db, ticket_id), "opened")
    return ticket_id


def _reopen(desk: Desk, last: Ticket, seen: Sighting, at: datetime) -> int:
    assert seen.cause is not None
    now = desk.now()
    store.change(
        desk.db,
        last.id,
        state="open",
        resolved_at=None,
        resolved_by=None,
        reopened=last.reopened + 1,
        incident_id=None,
        last_seen_at=max(last.last_seen_at, at),
        body=_body(seen),
        run_id=seen.run_id,
        check_name=seen.cause.check_name,
        evidence_key=evidence_key(seen.cause.evidence),
        blind=seen.passed,
        passed_at=None,
        rechecks=0,
        recheck_at=now + recheck_delay(0, desk.settings.recheck_s),
    )
    text = f"It is back: {seen.cause.summary}"
    store.add_entry(desk.db, last.id, at=now, actor=MACHINE, kind="reopened", text=text, data={"run": seen.run_id})
    tell(desk, store.ticket(desk.db, last.id), "reopened")
    return last.id


def _body(seen: Sighting) -> dict[str, Any]:
    assert seen.cause is not None
    cause = seen.cause.finding
    others = [row.finding for row in seen.standing if row.id != seen.cause.id]
    mail = _mail_of(seen.events[-1], str(cause.evidence.get("scope", ""))) if seen.events else None
    return body_of(
        site_url=seen.site_url,
        server=seen.server,
        playbook=seen.playbook_title,
        run_id=seen.run_id,
        run_url=seen.run_url,
        expected=seen.expected,
        cause=cause,
        others=others,
        canary=seen.canary.evidence if seen.canary else None,
        mail=mail if seen.proofs is None else None,
        form=form_seen(cause, seen.rows, seen.run_url) if seen.proofs is not None else None,
    )


def _mail_of(event: Event, scope: str) -> dict[str, Any]:
    """What is kept of the mail that failed: enough to know one like it. *scope* is how far the fault reaches."""
    kept: dict[str, Any] = {key: event.data[key] for key in ("kind", "to", "size", "host") if key in event.data}
    return {**kept, "at": event.occurred_at.isoformat(), "scope": scope}


def _seen_at(desk: Desk, seen: Sighting) -> datetime:
    """When the fault was there: now, unless all that is known of it is what an event told."""
    told = [event.occurred_at for event in seen.events]
    if told and seen.cause is not None and seen.cause.evidence.get("seen_by") == "reported":
        return max(told)
    return desk.now()


def _still_there(desk: Desk, ticket: Ticket, seen: Sighting) -> None:
    """Looked at, and no better: look again later, and later still."""
    looked = _counting_looks(ticket, seen)
    store.change(desk.db, ticket.id, passed_at=None, **_next_look(desk, looked))
    if seen.trigger in ("person", "button"):
        store.add_entry(
            desk.db,
            ticket.id,
            at=desk.now(),
            actor=MACHINE,
            kind="looked_again",
            text="Looked again: it is still there.",
            data={"run": seen.run_id},
        )


def _watch(desk: Desk, ticket: Ticket, seen: Sighting) -> None:
    """Neither seen nor proved gone: look again later."""
    store.change(desk.db, ticket.id, **_next_look(desk, _counting_looks(ticket, seen)))


def _proved(desk: Desk, ticket: Ticket, proof: Proof, seen: Sighting) -> None:
    """One proof that is enough closes the ticket; the first of two passes waits for the second."""
    if proof.enough:
        close(desk, ticket.id, MACHINE, proof.words, {"run": seen.run_id, "proof": proof.kind})
        return
    second_at = (ticket.passed_at or desk.now()) + timedelta(seconds=desk.settings.recheck_s)
    store.change(
        desk.db,
        ticket.id,
        passed_at=ticket.passed_at or desk.now(),
        recheck_at=max(second_at, desk.now() + timedelta(seconds=1)),
    )
    if ticket.passed_at is None:
        store.add_entry(
            desk.db,
            ticket.id,
            at=desk.now(),
            actor=MACHINE,
            kind="passed",
            text=proof.words,
            data={"run": seen.run_id},
        )


def _named(desk: Desk, ticket: Ticket, cause: int, seen: Sighting) -> None:
    """It only said that something fails; what fails has a ticket now, and one fault has one."""
    now = desk.now()
    store.change(desk.db, ticket.id, state="resolved", resolved_at=now, resolved_by=MACHINE, recheck_at=None)
    text = f"The cause is known now: ticket {cause}."
    store.add_entry(
        desk.db, ticket.id, at=now, actor=MACHINE, kind="named", text=text, data={"run": seen.run_id, "ticket": cause}
    )
    messages.drop_waiting(desk.db, ticket.id)


def _counting_looks(ticket: Ticket, seen: Sighting) -> Ticket:
    """The ticket with this look counted, if it was one of its own."""
    return replace(ticket, rechecks=ticket.rechecks + 1) if seen.trigger == "ticket" else ticket


def _next_look(desk: Desk, ticket: Ticket) -> dict[str, Any]:
    return {
        "rechecks": ticket.rechecks,
        "recheck_at": desk.now() + recheck_delay(ticket.rechecks, desk.settings.recheck_s),
    }
