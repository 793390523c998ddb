"""From an evaluation to findings: which code, which evidence, which record mends it."""

from __future__ import annotations

from typing import Any, Protocol

from diagnostics.finding import Code, Finding, RecordChange, UnknownReason
from diagnostics.mail.spf import codes, repair
from diagnostics.mail.spf.evaluation import Evaluation, ProblemKind, Result, Step

_BROKEN_ELSEWHERE = (
    ProblemKind.NOT_A_DOMAIN,
    ProblemKind.NO_SUCH_NAME,
    ProblemKind.NO_RECORD,
    ProblemKind.MULTIPLE,
    ProblemKind.MALFORMED,
)
_BY_PROBLEM = {
    ProblemKind.NOT_A_DOMAIN: codes.NOT_A_DOMAIN,
    ProblemKind.NO_SUCH_NAME: codes.DOMAIN_UNKNOWN,
    ProblemKind.NO_RECORD: codes.MISSING,
    ProblemKind.MULTIPLE: codes.MULTIPLE,
    ProblemKind.MALFORMED: codes.MALFORMED,
    ProblemKind.LOOP: codes.LOOP,
    ProblemKind.TOO_MANY_LOOKUPS: codes.TOO_MANY_LOOKUPS,
    ProblemKind.TOO_MANY_VOIDS: codes.TOO_MANY_VOIDS,
    ProblemKind.TOO_MANY_NAMES: codes.TOO_MANY_NAMES,
    ProblemKind.UNANSWERED: codes.TEMPORARY,
    ProblemKind.OUT_OF_TIME: codes.TEMPORARY,
}
_BY_RESULT = {
    Result.PASS: codes.PASSES,
    Result.FAIL: codes.FAILS,
    Result.SOFTFAIL: codes.SOFT_FAILS,
    Result.NEUTRAL: codes.NEUTRAL,
}


class Proposal(Protocol):
    """A record that was looked at before it is told (`plan.Plan`)."""

    @property
    def value(self) -> str: ...
    @property
    def changes(self) -> tuple[RecordChange, ...]: ...
    @property
    def words(self) -> str: ...


def judge(evaluation: Evaluation, proposal: Proposal | None = None) -> list[Finding]:
    """What *evaluation* means, the cause first. Without a *proposal* a record is made of what the evaluation saw."""
    code = code_of(evaluation)
    evidence = evidence_of(evaluation)
    proposed = _proposed(code, evaluation)
    evidence |= {"proposed": proposed, "mend": _how_to_mend(code, evaluation, proposed)}
    reason = UnknownReason.UNAVAILABLE if code is codes.TEMPORARY else None
    changes: tuple[RecordChange, ...] = ()
    if proposed:
        changes = (RecordChange(evaluation.domain, "TXT", proposed, _found(evaluation)),)
    if proposal and code not in (codes.PASSES, codes.TEMPORARY):
        changes = proposal.changes
        mend = proposal.words if code is codes.MISSING else f"publish the value below in its place{proposal.words}"
        evidence |= {"proposed": proposal.value, "mend": mend}
    findings = [code.finding(evaluation.domain or "the domain", evidence, reason=reason, records=changes)]
    if evaluation.unanswered and evaluation.result is not Result.TEMPERROR:
        failed = ", ".join(f"{each.type} {each.name}" for each in evaluation.unanswered)
        facts = {"failed": failed, "unanswered": evaluation.unanswered}
        findings.append(codes.UNANSWERED.finding(evaluation.domain, facts, reason=UnknownReason.UNAVAILABLE))
    return findings


def code_of(evaluation: Evaluation) -> Code:
    """What *evaluation* came to, by name."""
    problem = evaluation.problem
    if problem is None:
        everyone = evaluation.result is Result.PASS and evaluation.path[-1].lower() in ("all", "+all")
        return codes.ALLOWS_EVERYONE if everyone else _BY_RESULT[evaluation.result]
    if len(problem.path) > 1 and problem.kind in _BROKEN_ELSEWHERE:
        return codes.INCLUDE_BROKEN
    if problem.kind is ProblemKind.NO_RECORD and problem.texts:
        return codes.MALFORMED  # it has one that is nearly an SPF record
    return _BY_PROBLEM[problem.kind]


def evidence_of(evaluation: Evaluation) -> dict[str, Any]:
    """*evaluation* as evidence, with the words that the codes' texts are made of."""
    facts = evaluation.to_json()
    del facts["tree"]
    problem = evaluation.problem
    voids = evaluation.void_answers
    return {
        **facts,
        "domain_shown": evaluation.domain or "an empty name",
        "for_whom": f" for {evaluation.ip}",
        "who": evaluation.ip,
        "said": f"{evaluation.mechanism} matched, {evaluation.lookups} of 10 lookups used",
        "own_term": own_term(evaluation),
        "why": f"{evaluation.mechanism} matched" if evaluation.mechanism else "no term matched, and it has no `all`",
        "costs": ", ".join(f"{term} {count}" for term, count in costs(evaluation)),
        "circle": " → ".join(problem.path) if problem and problem.kind is ProblemKind.LOOP else "",
        "void_names": ", ".join(f"{each.name} ({each.type})" for each in voids),
        "void_terms": ", ".join(dict.fromkeys(f"{each.term} of {each.domain}" for each in voids)),
    }


def own_term(evaluation: Evaluation) -> str:
    """The term of the domain's own record that matched, or at which the evaluation ended; "" for none."""
    if evaluation.path:
        return evaluation.path[0]
    steps = evaluation.tree.steps if evaluation.tree else ()
    return steps[-1].term if steps and evaluation.problem else ""


def costs(evaluation: Evaluation) -> list[tuple[str, int]]:
    """What each term of the domain's own record used of the ten lookups, those inside includes with it."""
    return [(step.term, count(step)) for step in (evaluation.tree.steps if evaluation.tree else ()) if step.lookup]


def count(step: Step) -> int:
    """The lookups that *step* cost, itself and all below it."""
    return bool(step.lookup) + sum(count(each) for each in (step.visit.steps if step.visit else ()))


def _proposed(code: Code, evaluation: Evaluation) -> str:
    """The record that makes *code* go away; "" where the domain's owner must choose first."""
    record, ip, term = evaluation.record, evaluation.ip, own_term(evaluation)
    texts = evaluation.problem.texts if evaluation.problem else ()
    if code is codes.MISSING:
        return repair.new_record(ip)
    if code is codes.MULTIPLE:
        return repair.merged(texts)
    if code is codes.MALFORMED:
        return repair.mended(record or texts[0])
    if not record or record.endswith("…"):
        return ""
    if code in (codes.FAILS, codes.SOFT_FAILS, codes.NEUTRAL, codes.TOO_MANY_NAMES):
        return repair.with_sender(record, ip, before=term)
    if code is codes.TOO_MANY_LOOKUPS:
        return repair.with_sender(record, ip, before=next(iter(record.split()[1:]), ""))
    if code is codes.ALLOWS_EVERYONE:
        return repair.only_senders(record, ip, term)
    if code in (codes.INCLUDE_BROKEN, codes.LOOP):
        return repair.without(record, [term], ip)
    if code is codes.TOO_MANY_VOIDS:
        own = {each.term for each in evaluation.void_answers if each.domain == evaluation.domain}
        return repair.without(record, own, ip) if own else ""
    return ""


def _how_to_mend(code: Code, evaluation: Evaluation, proposed: str) -> str:
    problem = evaluation.problem
    term = problem.term if problem else own_term(evaluation)
    if code is codes.MISSING:
        return ""
    if proposed:
        return "publish the value below in its place"
    if code in (codes.FAILS, codes.SOFT_FAILS, codes.NEUTRAL, codes.TOO_MANY_LOOKUPS):
        return f"add {repair.address_term(evaluation.ip)} before its other terms"
    if code is codes.MULTIPLE:
        return "publish one that has the terms of them all"
    return f"write {term or 'it'} as RFC 7208 has it, or take it out"


def _found(evaluation: Evaluation) -> tuple[str, ...]:
    """The records that a proposal replaces, as DNS has them."""
    texts = evaluation.problem.texts if evaluation.problem and len(evaluation.problem.path) < 2 else ()
    return texts or ((evaluation.record,) if evaluation.record else ())
