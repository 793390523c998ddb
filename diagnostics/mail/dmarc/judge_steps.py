"""From the simulated steps to findings: may the policy be made stricter, and what has to be mended before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from diagnostics.finding import Finding
from diagnostics.mail.dmarc import codes, mend
from diagnostics.mail.dmarc.discovery import Discovery
from diagnostics.mail.dmarc.evidence import Spot, ground
from diagnostics.mail.dmarc.judge_record import of_record_kept
from diagnostics.mail.dmarc.record import REMOVED, parse
from diagnostics.mail.dmarc.steps import PolicyStep, table

_READY = (
    "Every stream that is known here passes. Read two weeks of aggregate reports first, for senders not known here."
)
_NOT_READY = "Not yet: {why}. Mend that first, then read two weeks of aggregate reports."
_MANAGED = "The record holds for the whole of {domain}: change it only with whoever keeps that domain."


def judge_steps(discovery: Discovery, steps: Sequence[PolicyStep], waiting: Collection[int]) -> list[Finding]:
    """What a stricter policy would do; nothing where the present one could not be read.

    *waiting*: places of streams that will pass when another fault is mended: that is told once, of the stream. So is
    what is not known of one.
    """
    if not discovery.policy.known or not steps[-1].streams:
        return []
    enforced_above = discovery.policy.inherited and discovery.policy.policy not in (None, "none")
    place = Spot(discovery.domain) if enforced_above else of_record_kept(discovery)
    facts = {"steps": table(steps), **place.words(), **ground(discovery)}
    last = steps[-1]
    broken = [each for at, each in enumerate(last.streams) if each in last.breaks and at not in waiting]
    if enforced_above:  # whom the policy of the domain above stops has dmarc.subdomain_policy
        broken = [each for each in broken if each.receivers_differ]
    if broken:
        named = ", then ".join(dict.fromkeys(each.stream for each in broken))
        return [codes.STEP_BREAKS.finding(discovery.domain, {**facts, "broken": named, **_now(discovery)})]
    if last.breaks or last.not_known:
        return []
    return [codes.STEPS_SAFE.finding(discovery.domain, facts)]


def judge_policy(discovery: Discovery, steps: Sequence[PolicyStep]) -> list[Finding]:
    """Advice about the policy in force: none, or only a test.

    The next step is shown, and no record to publish now: first come two weeks of reports.
    """
    applied = discovery.policy
    record = applied.record
    if record is None or record.spoilt or not applied.known or applied.source == "the public suffix":
        return []
    place = of_record_kept(discovery)
    if record.problems:
        record = parse(mend.mended(record.text).encode())  # what its own finding proposes first
    why_not = _why_not(steps)
    advice = _NOT_READY.format(why=why_not) if why_not else _READY
    if applied.inherited:
        advice += " " + _MANAGED.format(domain=applied.domain)
    facts = {"advice": advice, "steps": table(steps), **place.words(), **ground(discovery)}
    if record.testing and applied.declared != "none":
        proposed = mend.changed(record, without=("t", *REMOVED))
        facts |= {"declared": applied.declared, "policy": applied.policy, "next_step": proposed}
        return [codes.TESTING.finding(discovery.domain, facts)]
    if applied.policy == "none":
        tags = {applied.tag or "p": "quarantine"}
        facts |= {"policy": applied.policy, "next_step": mend.changed(record, without=REMOVED, **tags)}
        return [codes.POLICY_NONE.finding(discovery.domain, facts)]
    return []


def _now(discovery: Discovery) -> dict[str, str]:
    policy = discovery.policy.policy
    if policy in ("quarantine", "reject"):
        lead = f"The policy {policy} of {discovery.domain} stops mail of the site, as any but none would"
        if discovery.policy.inherited:
            return {"lead": lead, "what_now": "Is that mail needed, publish p=none for this name alone"}
        return {"lead": lead, "what_now": "Is that mail needed, go back to p=none"}
    lead = f"A stricter policy for {discovery.domain} would stop mail of the site"
    return {"lead": lead, "what_now": "Leave the policy at p=none"}


def _why_not(steps: Sequence[PolicyStep]) -> str:
    last = steps[-1]
    if not last.streams:
        return "no stream of mail is known here"
    if last.breaks:
        return "it would stop " + ", ".join(dict.fromkeys(each.stream for each in last.breaks))
    if last.not_known:
        return (
            "whether it would stop "
            + ", ".join(dict.fromkeys(each.stream for each in last.not_known))
            + " is not known"
        )
    return ""
