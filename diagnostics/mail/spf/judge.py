"""From an evaluation to findings: which code, which evidence, which record mends it."""

from __future__ import annotations

from typing import Any

from diagnostics.finding import Code, Finding, UnknownReason
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


def judge(evaluation: Evaluation) -> list[Finding]:
    """What *evaluation* means, the cause first."""
    code = _code(evaluation)
    evidence = _evidence(evaluation)
    evidence["proposed"] = _proposed(code, evaluation)
    if code is codes.MALFORMED:
        evidence["mend"] = _how_to_mend(evaluation, evidence["proposed"])
    reason = UnknownReason.UNAVAILABLE if code is codes.TEMPORARY else None
    findings = [code.finding(evaluation.domain or "the domain", evidence, reason=reason)]
    if evaluation.unanswered and evaluation.result is not Result.TEMPERROR:
        failed = ", ".join(f"{each.type} {each.name}" for each in evaluation.unanswered)
        facts = {"failed": failed, "unanswered": evaluation.unanswered}
        findings.append(codes.UNANSWERED.finding(evaluation.domain, facts, reason=UnknownReason.UNAVAILABLE))
    return findings


def _code(evaluation: Evaluation) -> Code:
    problem = evaluation.problem
    if problem is None:
        everyone = evaluation.result is Result.PASS and evaluation.path[-1].lower() in ("all", "+all")
        return codes.ALLOWS_EVERYONE if everyone else _BY_RESULT[evaluation.result]
    if len(problem.path) > 1 and problem.kind in _BROKEN_ELSEWHERE:
        return codes.INCLUDE_BROKEN
    if problem.kind is ProblemKind.NO_RECORD and problem.texts:
        return codes.MALFORMED  # it has one that is nearly an SPF record
    return _BY_PROBLEM[problem.kind]


def _evidence(evaluation: Evaluation) -> dict[str, Any]:
    facts = evaluation.to_json()
    del facts["tree"]
    problem = evaluation.problem
    voids = evaluation.void_answers
    return {
        **facts,
        "domain_shown": evaluation.domain or "an empty name",
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


def _how_to_mend(evaluation: Evaluation, proposed: str) -> str:
    if proposed:
        return "publish the value below in its place"
    problem = evaluation.problem
    term = problem.term if problem else ""
    return f"write {term or 'it'} as RFC 7208 has it, or take it out"
