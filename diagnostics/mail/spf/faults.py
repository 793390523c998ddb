"""What is wrong with a domain's record as a whole and with its senders, the cause first (RFC 7208)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import Code, UnknownReason, Verdict, as_facts
from diagnostics.mail.dns_codes import DNS_UNAVAILABLE, WRONG_NAME
from diagnostics.mail.spf import codes, record_codes
from diagnostics.mail.spf.drawing import costs, named, own_branch
from diagnostics.mail.spf.evaluation import LOOKUP_LIMIT, VOID_LIMIT, Evaluation, Problem, ProblemKind, Result
from diagnostics.mail.spf.gathering import key_of
from diagnostics.mail.spf.judge import code_of, evidence_of
from diagnostics.mail.spf.look import Look, Seen
from diagnostics.mail.spf.mechanisms import is_within
from diagnostics.mail.spf.own_terms import open_end, own_faults
from diagnostics.mail.spf.record import MOST_RECORD
from diagnostics.mail.spf.walk import Branch
from diagnostics.printable import printable

BROKEN = (
    ProblemKind.NOT_A_DOMAIN,
    ProblemKind.NO_SUCH_NAME,
    ProblemKind.NO_RECORD,
    ProblemKind.MULTIPLE,
    ProblemKind.MALFORMED,
)
_ROOT_CODES: Mapping[ProblemKind, Code] = {
    ProblemKind.NOT_A_DOMAIN: codes.NOT_A_DOMAIN,
    ProblemKind.NO_SUCH_NAME: codes.DOMAIN_UNKNOWN,
    ProblemKind.NO_RECORD: codes.MISSING,
    ProblemKind.MULTIPLE: codes.MULTIPLE,
    ProblemKind.MALFORMED: codes.MALFORMED,
    ProblemKind.UNANSWERED: DNS_UNAVAILABLE,
}


@dataclass(frozen=True)
class Fault:
    """One finding to be: its code and evidence, before a remedy is worked out."""

    code: Code
    evidence: dict[str, Any]
    reason: UnknownReason | None = None
    blocked_by: str = ""


def faults(look: Look) -> list[Fault]:
    """All that *look* shows, good news too; the cause comes first, what hangs on it names it."""
    found = list(_unusable(look) if not look.walk.usable else _of_record(look))
    return in_order([*found, *_of_senders(look, found)])


def in_order(found: Sequence[Fault]) -> list[Fault]:
    """The worst first, and the record before its senders."""
    return sorted(found, key=lambda each: _ORDER.index(each.code.verdict))


_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)


def _unusable(look: Look) -> Iterator[Fault]:
    problem = look.walk.problem
    assert problem is not None
    facts = {**_facts(look, problem), "domain_shown": look.domain or "an empty name"}
    if problem.kind is ProblemKind.NO_RECORD and look.obsolete:
        text = printable(look.obsolete[0], MOST_RECORD)
        detail = "it has the obsolete type SPF (99), which receivers no longer ask for, not the type TXT"
        yield Fault(codes.MALFORMED, {**facts, "problem": {**as_facts(problem), "detail": detail, "texts": [text]}})
    elif problem.kind is ProblemKind.NO_RECORD and problem.texts:
        yield Fault(codes.MALFORMED, facts)
    elif problem.kind is ProblemKind.NO_RECORD and look.misplaced:
        name, found_text = look.misplaced[0]
        zone = name.removeprefix(f"{look.domain}.")
        field = look.domain.removesuffix(f".{zone}") if look.domain.endswith(f".{zone}") else "@ (or nothing)"
        found = {"what": "SPF", "found_at": name, "found": printable(found_text, MOST_RECORD)}
        yield Fault(WRONG_NAME, {**facts, **found, "name": look.domain, "name_field": field})
    elif problem.kind is ProblemKind.NO_RECORD and not _asked_for(look):
        return  # every sender has its envelope elsewhere: nobody asks for a record here
    elif problem.kind is ProblemKind.UNANSWERED:
        yield Fault(DNS_UNAVAILABLE, {**facts, "detail": problem.detail}, UnknownReason.UNAVAILABLE)
    else:
        yield Fault(_ROOT_CODES[problem.kind], facts)


def _asked_for(look: Look) -> bool:
    """Whether some receiver may ask for this domain's record."""
    return bool(look.senders) or not look.elsewhere


def _of_record(look: Look) -> Iterator[Fault]:
    yield from _broken_below(look)
    yield from _own_evaluations(look)
    yield from (Fault(code, {**_facts(look), **facts}) for code, facts in own_faults(look))
    yield from _unanswered(look)


def _unanswered(look: Look) -> Iterator[Fault]:
    """Questions that DNS failed on: who ends at one is not judged; where all known senders pass before, it is told."""
    failed, reason = look.walk.unanswered, UnknownReason.UNAVAILABLE
    seen = [each.evaluation for each in look.senders if each.evaluation and each.certain]
    if failed and (not seen or any(each.result is Result.TEMPERROR for each in seen)):
        yield Fault(codes.TEMPORARY, {**_facts(look, failed[0]), "unanswered": failed[:10]}, reason)
    elif failed or (look.walk.more and look.walk.lookups <= LOOKUP_LIMIT):
        said = ", ".join(each.detail for each in failed[:5]) or "the rest of it: the look ended at its own limit"
        yield Fault(codes.UNANSWERED, {**_facts(look), "failed": said, "unanswered": failed[:10]}, reason)


def _broken_below(look: Look) -> Iterator[Fault]:
    """Permerrors on the way to the end: a fault for whom they stop, a warning where all known senders pass before."""
    walk = look.walk
    looped = False
    for code, kinds in (
        (codes.INCLUDE_BROKEN, BROKEN),
        (codes.LOOP, (ProblemKind.LOOP,)),
        (codes.TOO_MANY_NAMES, (ProblemKind.TOO_MANY_NAMES,)),
    ):
        problems = [each for each in walk.below if each.kind in kinds]
        if not problems:
            continue
        facts = _facts(look, problems[0]) | {"problems": problems[:10], "circle": " → ".join(problems[0].path)}
        looped = looped or code is codes.LOOP
        yield Fault(code if stops_somebody(look, kinds) else record_codes.BREAKS_LATER, facts)
    if walk.lookups > LOOKUP_LIMIT and not looped:
        eleventh = next(each for each in _branches(look) if each[1].lookup == LOOKUP_LIMIT + 1)
        problem = {"kind": ProblemKind.TOO_MANY_LOOKUPS, "term": eleventh[1].term, "domain": eleventh[0]}
        facts = {**_facts(look), "problem": problem, "for_whom": f" ({walk.counted} to its end)"}
        stops = stops_somebody(look, (ProblemKind.TOO_MANY_LOOKUPS,))
        yield Fault(codes.TOO_MANY_LOOKUPS if stops else record_codes.LOOKUPS_OVER_LIMIT, facts)
    own = {each.term for each in walk.root.branches if each.dead and not each.networks}
    dead = [each for each in walk.dead if each.domain == walk.domain and each.term in own]
    if len(walk.dead) > VOID_LIMIT and stops_somebody(look, (ProblemKind.TOO_MANY_VOIDS,)):
        yield Fault(codes.TOO_MANY_VOIDS, {**_facts(look), **_voids(list(walk.dead))})
    elif dead or len(walk.dead) > VOID_LIMIT:
        yield Fault(record_codes.DEAD_TERMS, {**_facts(look), **_voids(dead or list(walk.dead))})


def _voids(dead: list[Any]) -> dict[str, Any]:
    terms = dict.fromkeys(f"{each.term} of {each.domain}" for each in dead[:20])
    return {"void_names": ", ".join(each.question for each in dead[:20]), "void_terms": ", ".join(terms)}


def _branches(look: Look) -> Iterator[tuple[str, Branch]]:
    """Every term of the tree that costs a lookup, with the domain whose record it is in."""
    todo = [look.walk.root]
    while todo:
        walked = todo.pop()
        for branch in walked.branches:
            yield walked.domain, branch
            if branch.inside:
                todo.append(branch.inside)


def stops_somebody(look: Look, kinds: tuple[ProblemKind, ...]) -> bool:
    """Whether a real sender ends at such a problem; without any sender that could be seen, whoever comes does."""
    seen = [each.evaluation for each in look.senders if each.evaluation and each.certain]
    return not seen or any(each.problem and each.problem.kind in kinds for each in seen)


def _own_evaluations(look: Look) -> Iterator[Fault]:
    """Permerrors that only a sender's own evaluation meets: names that its macros make, voids of its family."""
    walked = {each.kind for each in look.walk.below}
    if look.walk.lookups > LOOKUP_LIMIT:
        walked.add(ProblemKind.TOO_MANY_LOOKUPS)
    if len(look.walk.dead) > VOID_LIMIT:
        walked.add(ProblemKind.TOO_MANY_VOIDS)
    told: set[Code] = set()
    for seen in look.senders:
        found = seen.evaluation
        if found is None or found.result is not Result.PERMERROR or found.problem is None:
            continue
        code = code_of(found)
        if found.problem.kind not in walked and code not in told and not asks_for_nobody(found):
            told.add(code)
            yield Fault(code, {**_facts(look), **evidence_of(found)})


def asks_for_nobody(found: Evaluation) -> bool:
    """Whether it ends at an include whose name the sender's own macros make, and that is not there for this sender.

    Services that keep a domain's senders themselves work so: who is not entered there has no record.
    """
    problem = found.problem
    if problem is None or problem.kind not in BROKEN:
        return False
    return any("%{" in each.term and key_of(each.target) == key_of(problem.domain) for each in found.lookup_terms)


def _of_senders(look: Look, found: Sequence[Fault]) -> Iterator[Fault]:
    """One finding for each way in which senders end, with all of them in it."""
    broken = next((each.code.code for each in found if each.code.verdict is Verdict.FAIL), "")
    unseen = next((each.code.code for each in found if each.code in (DNS_UNAVAILABLE, codes.TEMPORARY)), "")
    ends: dict[tuple[str, str], list[Seen]] = {}
    for seen in look.senders:
        ends.setdefault(_end(seen, broken, unseen), []).append(seen)
    for (end, cause), together in ends.items():
        facts = {**_senders_facts(look, together), "waits_for": cause}
        if end == "pass":
            yield Fault(codes.PASSES, facts)
        elif end == "fail":
            yield Fault(record_codes.SENDER_NOT_AUTHORISED, facts)
        elif end == "waits":
            yield Fault(record_codes.SENDER_WAITS, facts, UnknownReason.BLOCKED, cause)
        elif end == "temporary":
            problem = next(each.evaluation for each in together if each.evaluation).problem
            yield Fault(codes.TEMPORARY, {**facts, "problem": problem}, UnknownReason.UNAVAILABLE)
        else:
            yield Fault(record_codes.SENDER_UNKNOWN, facts, UnknownReason.NOT_CONFIGURED)


def _end(seen: Seen, broken: str, unseen: str) -> tuple[str, str]:
    """How it ends for this sender, and the code that it waits for."""
    if seen.evaluation is None:
        return "unknown", ""
    result = seen.evaluation.result
    if result is Result.PASS:
        return "pass", ""
    if result is Result.TEMPERROR:
        return ("waits", unseen) if unseen else ("temporary", "")
    if asks_for_nobody(seen.evaluation):
        return "fail", ""
    if result in (Result.PERMERROR, Result.NONE):
        cause = broken or unseen
        return ("waits", cause) if cause else ("fail", "")
    return ("fail" if seen.certain else "unknown"), ""


def _facts(look: Look, problem: Problem | None = None) -> dict[str, Any]:
    walk = look.walk
    branch = own_branch(walk, problem) if problem else None
    return {
        "domain": walk.domain,
        "record": walk.root.record,
        "lookups": walk.lookups,
        "counted": walk.counted,
        "void_lookups": len(walk.dead),
        "costs": costs(walk),
        "problem": problem or {},
        "own_term": named(branch) if branch else problem.term if problem else "",
        "end_said": open_end(look) or f"it ends in {walk.root.end or 'redirect='}",
    }


def _senders_facts(look: Look, together: list[Seen]) -> dict[str, Any]:
    who = " and ".join(dict.fromkeys(printable(each.who) for each in together))
    found = [each.evaluation for each in together if each.evaluation]
    why = dict.fromkeys(each.why_not or _why(each) for each in together)
    return {
        "domain": look.walk.domain,
        "who": who,
        "result": " and ".join(dict.fromkeys(each.result.value for each in found)),
        "why": "; ".join(each for each in why if each),
        "said": "; ".join(dict.fromkeys(_said(each) for each in together if each.evaluation)),
        "senders": [_sender_facts(each) for each in together],
    }


def _why(seen: Seen) -> str:
    found = seen.evaluation
    if found is None:
        return ""
    if found.result is Result.PASS:
        return _said(seen)
    if not seen.certain:
        return f"{seen.ip_from} does not pass (its address there is {seen.ip})"
    if found.problem:
        return found.problem.detail
    return f"{found.mechanism} matched" if found.mechanism else "no term matched, and it has no `all`"


def _said(seen: Seen) -> str:
    found = seen.evaluation
    assert found is not None
    taken = f" (the address {seen.ip} was taken from {seen.ip_from})" if seen.ip_from else ""
    return f"{found.mechanism} matched, {found.lookups} of {LOOKUP_LIMIT} lookups used{taken}"


def _alignment(seen: Seen) -> str:
    """Whether this result can align with the From domain (RFC 9989: the envelope's domain, relaxed or strict)."""
    sender = seen.sender
    if seen.assumed:
        return f"if the envelope has {seen.domain} too, which is not known"
    if key_of(sender.mail_from) == key_of(sender.header_from):
        return "yes, the envelope has the From domain"
    if is_within(sender.mail_from, sender.header_from) or is_within(sender.header_from, sender.mail_from):
        return "yes, unless the policy says aspf=s: the envelope has a domain of the same organisation"
    return "no, the envelope has another domain than From: only DKIM can align"


def _sender_facts(seen: Seen) -> dict[str, Any]:
    sender, found = seen.sender, seen.evaluation
    return {
        "header_from": sender.header_from,
        "mail_from": sender.mail_from,
        "evaluated_for": seen.domain,
        "counts_for_dmarc": _alignment(seen),
        "ip": seen.ip,
        "ip_from": seen.ip_from,
        "helo": printable(sender.helo),
        "relay": printable(sender.relay),
        "provider": seen.service.name if seen.service else "",
        "provider_title": seen.service.title if seen.service else "",
        "provider_page": seen.service.panel if seen.service else "",
        "result": found.result.value if found else "",
        "mechanism": found.mechanism if found else "",
        "path": list(found.path) if found else [],
        "lookups": found.lookups if found else 0,
        "void_lookups": found.void_lookups if found else 0,
        "explanation": found.explanation if found else "",
        "why_not": seen.why_not,
    }
