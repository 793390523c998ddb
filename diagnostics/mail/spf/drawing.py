"""A walked record as plain data: the tree with its counts and whose each include is, and what it costs in words."""

from __future__ import annotations

from typing import Any

from diagnostics.mail.senders import SendingService, by_include
from diagnostics.mail.spf.evaluation import Problem
from diagnostics.mail.spf.gathering import key_of
from diagnostics.mail.spf.walk import Branch, Walk, Walked

MOST_INSIDE = 1024  # characters of an included record; the domain's own is shown whole
MOST_TERMS = 60  # of one list


def drawn(walked: Walked, within: SendingService | None = None, *, root: bool = True) -> dict[str, Any]:
    """The record and everything below it. `lookup` is a term's number, `cost` what it takes with all below.

    What a known provider's include leads to is that provider's too (*within*), unless it is another's.
    """
    record = walked.record if root or len(walked.record) <= MOST_INSIDE else walked.record[:MOST_INSIDE] + "…"
    return {
        "domain": walked.domain,
        "record": record,
        "cost": sum(each.cost for each in walked.branches),
        "end": walked.end,
        "addresses": len(walked.networks),
        "unreachable": list(walked.unreachable[:MOST_TERMS]),
        "terms": [_term(each, within) for each in walked.branches[:MOST_TERMS]],
    }


def _term(branch: Branch, within: SendingService | None) -> dict[str, Any]:
    leads = branch.mechanism in ("include", "redirect") and branch.target
    service = (by_include(branch.target) or within) if leads else None
    return {
        "term": branch.term,
        "mechanism": branch.mechanism,
        "target": branch.target,
        "lookup": branch.lookup,
        "cost": branch.cost,
        "provider": service.name if service else "",
        "provider_title": service.title if service else "",
        "dead": list(branch.dead),
        "addresses": len(branch.networks),
        "problem": branch.problem.kind.value if branch.problem else "",
        "detail": branch.problem.detail if branch.problem else "",
        "by_sender": not branch.target,  # the sender's macros make the name: what is below cannot be walked
        "inside": drawn(branch.inside, service, root=False) if branch.inside else None,
    }


def costs(walk: Walk) -> str:
    """What each term of the domain's own record costs, in the words of a remedy; the dearest first."""
    branches = sorted(walk.root.branches, key=lambda each: -each.cost)
    return ", ".join(f"{named(each)} {each.cost}" for each in branches[:20])


def named(branch: Branch) -> str:
    """The term, with its provider's name where it is known."""
    service = by_include(branch.target) if branch.mechanism in ("include", "redirect") and branch.target else None
    return f"{branch.term} ({service.title})" if service else branch.term


def own_branch(walk: Walk, problem: Problem) -> Branch | None:
    """The term of the domain's own record that *problem* lies at or behind."""
    if len(problem.path) > 1:
        return next((each for each in walk.root.branches if key_of(each.target) == key_of(problem.path[1])), None)
    return next((each for each in walk.root.branches if each.term == problem.term), None)
