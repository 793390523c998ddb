"""The whole SPF check of a sending domain: its record to the end, its real senders, and the record that mends it.

Guide: Poor Email Deliverability, verify SPF and DKIM records. RFC 7208.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnostics.finding import Finding, RecordChange, UnknownReason
from diagnostics.mail.dns_codes import DNS_UNAVAILABLE, WRONG_NAME
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.spf import codes, record_codes
from diagnostics.mail.spf.drawing import drawn
from diagnostics.mail.spf.evaluation import LOOKUP_LIMIT, Evaluation
from diagnostics.mail.spf.faults import Fault, faults, in_order
from diagnostics.mail.spf.gathering import key_of
from diagnostics.mail.spf.look import TIMEOUT_S, Look, look_at, records_of
from diagnostics.mail.spf.mechanisms import is_within
from diagnostics.mail.spf.own_terms import answer_bytes, open_end, strays
from diagnostics.mail.spf.plan import MOST_VALUE, Plan, plan_for
from diagnostics.printable import printable

_BY_HAND: Mapping[str, str] = {
    codes.MISSING.code: ": v=spf1, then an ip4: or ip6: for each server that sends for you, then ~all",
    codes.MALFORMED.code: "write {term} as RFC 7208 has it, or take it out",
    codes.MULTIPLE.code: "publish one that has the terms of them all",
    codes.INCLUDE_BROKEN.code: "take out {term}",
    codes.LOOP.code: "take out {term}",
    codes.TOO_MANY_LOOKUPS.code: "take out includes until no more than 10 lookups are left",
    codes.TOO_MANY_VOIDS.code: "take these terms out",
    codes.TOO_MANY_NAMES.code: "put ip4: and ip6: terms in the place of {term}",
    codes.ALLOWS_EVERYONE.code: "write ~all for +all, or take out the include that says it",
    record_codes.SENDER_NOT_AUTHORISED.code: "add {adds} before `all`",
    record_codes.LOOKUPS_OVER_LIMIT.code: "take out includes until no more than 10 lookups are left",
    record_codes.BREAKS_LATER.code: "take out {term}",
    record_codes.TOO_WIDE.code: "write one ip4: or ip6: term for each server",
    record_codes.DEAD_TERMS.code: "ask whoever keeps the included record to mend it",
}


@dataclass(frozen=True)
class SPFView:
    """What SPF came to for a subject. *record* is the domain's own as DNS has it, "" without one."""

    findings: tuple[Finding, ...]
    evaluations: Mapping[Sender, Evaluation] = field(default_factory=dict)
    record: str = ""
    looks: tuple[Look, ...] = ()
    plan: Plan | None = None  # what to publish at the subject's own domain


async def look_at_spf(subject: Subject, world: World, *, mend: bool = True, timeout_s: float = TIMEOUT_S) -> SPFView:
    """Every SPF record that receivers ask for on the way of *subject*'s mail, and what it says of each sender.

    SPF is about the envelope's domain (RFC 7208 §2.4): each sender is evaluated in the name of that, or of its
    From domain where the envelope is not known. Without *mend* no records are worked out, only what is there.
    """
    by_domain: dict[str, list[Sender]] = {key_of(subject.domain): []}
    for sender in subject.senders:
        by_domain.setdefault(key_of(sender.mail_from or sender.header_from), []).append(sender)
    known_elsewhere = bool(subject.senders) and not by_domain[key_of(subject.domain)]
    own = [each for each in by_domain if is_within(each, subject.domain) or is_within(subject.domain, each)]
    foreign = [each for each in by_domain if each not in own]
    results = await asyncio.gather(
        *(_of_own(each, by_domain[each], subject.domain, world, known_elsewhere, mend, timeout_s) for each in own),
        *(_of_foreign(each, by_domain[each], world, timeout_s) for each in foreign),
    )
    looks = tuple(look for look, _, _ in results)
    return SPFView(
        tuple(finding for _, found, _ in results for finding in found),
        {seen.sender: seen.evaluation for look in looks for seen in look.senders if seen.evaluation},
        looks[0].walk.root.record,
        looks,
        results[0][2],
    )


async def _of_own(
    domain: str,
    senders: Sequence[Sender],
    subject: str,
    world: World,
    known_elsewhere: bool,
    mend: bool,
    timeout_s: float,
) -> tuple[Look, list[Finding], Plan | None]:
    elsewhere = known_elsewhere and domain == key_of(subject)
    look = await look_at(domain, senders, world.dns, subject=subject, elsewhere=elsewhere, timeout_s=timeout_s)
    found = faults(look)
    plan = await plan_for(look, found, world.dns) if mend else None
    return look, findings(look, found, plan), plan


async def _of_foreign(
    domain: str, senders: Sequence[Sender], world: World, timeout_s: float
) -> tuple[Look, list[Finding], Plan | None]:
    """An envelope domain that is somebody else's, the relay's as a rule: only whether the sender passes there."""
    look = await look_at(domain, senders, world.dns, timeout_s=timeout_s)
    found = [_foreign(each) for each in faults(look) if each.code in (*_OF_SENDERS, record_codes.SENDER_WAITS)]
    return look, [_finding(look, each, None, letter=True) for each in found], None


_OF_SENDERS = (codes.PASSES, codes.TEMPORARY, record_codes.SENDER_NOT_AUTHORISED, record_codes.SENDER_UNKNOWN)


def _foreign(fault: Fault) -> Fault:
    """What is broken in another's record is told with the sender that it stops: no finding stands before it."""
    if fault.code is not record_codes.SENDER_WAITS:
        return fault
    if fault.blocked_by in (DNS_UNAVAILABLE.code, codes.TEMPORARY.code):
        problem = {"detail": fault.evidence["why"], "domain": fault.evidence["domain"]}
        return Fault(codes.TEMPORARY, {**fault.evidence, "problem": problem}, UnknownReason.UNAVAILABLE)
    return Fault(record_codes.SENDER_NOT_AUTHORISED, fault.evidence)


def findings(look: Look, found: Sequence[Fault], plan: Plan | None) -> list[Finding]:
    """*found* in words, each with the record that mends it; the first has the whole tree with it."""
    found = list(found)
    whole = look.walk.usable and not look.walk.unanswered and not look.walk.more
    if whole and not any(each.code.code in _RECORD_CODES for each in found):
        evidence = {
            "domain": look.walk.domain,
            "record": look.walk.root.record,
            "lookups": look.walk.lookups,
            "void_lookups": len(look.walk.dead),
            "end_said": _ends(look),
            "answer_bytes": answer_bytes(look),
        }
        found = [*found, Fault(record_codes.RECORD_SOUND, evidence)]
    told = [_finding(look, each, plan, letter=not look.ours) for each in _in_order(found, plan)]
    return [_with_tree(each, look) if at == 0 else each for at, each in enumerate(told)]


def _in_order(found: Sequence[Fault], plan: Plan | None) -> list[Fault]:
    """A sender whom only dead terms name hangs on these: with them in order it passes, and nothing had to be added."""
    by_order = plan is not None and not plan.added and record_codes.SENDER_NOT_AUTHORISED.code in plan.heals
    if not by_order or not any(each.code is record_codes.UNREACHABLE for each in found):
        return list(found)
    cause = record_codes.UNREACHABLE.code
    waits = [
        Fault(record_codes.SENDER_WAITS, {**each.evidence, "waits_for": cause}, UnknownReason.BLOCKED, cause)
        if each.code is record_codes.SENDER_NOT_AUTHORISED
        else each
        for each in found
    ]
    return in_order(waits)


_RECORD_CODES = {each.code for each in (*codes.CODES, *record_codes.CODES)} - {
    codes.PASSES.code,
    codes.TEMPORARY.code,
    record_codes.SENDER_NOT_AUTHORISED.code,
    record_codes.SENDER_WAITS.code,
    record_codes.SENDER_UNKNOWN.code,
}


def _ends(look: Look) -> str:
    return f"it ends in {look.walk.root.end}" if look.walk.root.end else open_end(look) or "redirect= ends it"


def _finding(look: Look, fault: Fault, plan: Plan | None, *, letter: bool) -> Finding:
    heals = plan is not None and fault.code.code in plan.heals
    changes: tuple[RecordChange, ...] = plan.changes if plan and heals else ()
    mend = f"publish this value in its place{plan.words}" if plan and heals else _by_hand(fault)
    if plan and heals and plan.changes[0].name not in (look.owner, look.domain):
        mend = f"leave it as it is, and at {plan.changes[0].name}, which it includes, publish this value{plan.words}"
    elif plan and heals and fault.code in (codes.MISSING, WRONG_NAME):
        mend = plan.words
    elif fault.code is record_codes.SENDER_NOT_AUTHORISED and (hosted := _hosted(look)):
        mend += f". Or leave it as it is, and enter the sender in the panel of the service that answers for {hosted}"
    elif plan and heals and fault.code is codes.MALFORMED and look.obsolete:
        mend = f"publish this value as a TXT record, and delete the record of type SPF{plan.words}"
    if fault.code is record_codes.SENDER_NOT_AUTHORISED and not heals and look.walk.lookups > LOOKUP_LIMIT // 2:
        mend += f"; it needs {look.walk.lookups} of {LOOKUP_LIMIT} lookups already, so first take out what is not used"
    evidence: dict[str, Any] = {
        **fault.evidence,
        "proposed": plan.value if plan and heals else fault.evidence.get("found", ""),
        "proposed_strings": plan.strings if plan and heals else "",
        "mend": mend,
        "letter": _letter(look, fault) if letter else "",
        "records": records_of(look)[:1],  # the domain's own; the first finding has all
    }
    if plan and heals:
        evidence["after"] = {"lookups": plan.lookups, "senders": [list(each) for each in plan.results]}
    if fault.code is record_codes.OBSOLETE_TYPE and look.ours:
        changes = tuple(RecordChange(look.owner, "SPF", "", (_found(each),)) for each in look.obsolete if _short(each))
    if fault.code is record_codes.STRAY and look.ours:
        changes = tuple(RecordChange(look.owner, "TXT", "", (_found(each),)) for each in strays(look) if _short(each))
    subject = look.walk.domain or "the domain"
    return fault.code.finding(subject, evidence, reason=fault.reason, blocked_by=fault.blocked_by, records=changes)


def _hosted(look: Look) -> str:
    """The include, if there is one, by which a service keeps the domain's senders: their macros make its name."""
    return next((each.term for each in look.walk.root.branches if each.mechanism == "include" and not each.target), "")


def _short(octets: bytes) -> bool:
    """Whether a person can copy it; what is longer was built to cost memory."""
    return len(octets) <= MOST_VALUE


def _found(octets: bytes) -> str:
    """A record as it was found, whole."""
    return printable(octets, len(octets))


def _by_hand(fault: Fault) -> str:
    """What to change where no whole record can be told."""
    problem = fault.evidence.get("problem")
    term = fault.evidence.get("own_term") or getattr(problem, "term", "") or "the term"
    adds = " and ".join(_adds(each) for each in fault.evidence.get("senders", ()))
    if fault.code is codes.MALFORMED and term == "the term":
        return "begin it with v=spf1 and a space, without quotes, and write its terms as RFC 7208 has them"
    words = _BY_HAND.get(fault.code.code, "correct the record by hand, as it is said above")
    return words.format(term=term, adds=adds or "its address (ip4: or ip6:)")


def _adds(sender: Mapping[str, Any]) -> str:
    if sender["provider_title"]:
        return f"the include that {sender['provider_title']} names ({sender['provider_page']})"
    return (
        f"ip{6 if ':' in sender['ip'] else 4}:{sender['ip']}" if sender["ip"] else f"the include of {sender['relay']}"
    )


def _letter(look: Look, fault: Fault) -> str:
    """To whoever keeps a record that is not the owner's."""
    senders = ", ".join(str(each["ip"]) for each in fault.evidence.get("senders", ()) if each["ip"])
    result = fault.evidence.get("result") or "not pass"
    about = f" Mail from {senders} gets: {result} ({fault.evidence.get('why', '')})." if senders else ""
    return (
        f"Our mail through you has {look.domain} as its envelope domain. The SPF record for it stands at {look.owner}, "
        f"which you keep, and reads: {look.walk.root.record or 'there is none'}.{about} "
        "Please mend the record, or tell us which envelope domain (return path, MAIL FROM) we should use."
    )


def _with_tree(finding: Finding, look: Look) -> Finding:
    tree = drawn(look.walk.root) if look.walk.usable else {}
    evidence = {**finding.evidence, "records": records_of(look), "tree": tree, "tree_lookups": look.walk.counted}
    return dataclasses.replace(finding, evidence=evidence)
