"""What a step from none to quarantine to reject would do to each stream of mail that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from diagnostics.mail.dmarc.alignment import Alignment
from diagnostics.mail.dmarc.record import POLICIES, Policy

Fate = Literal["delivered", "junk", "refused", "not known"]
_ASKED: dict[Policy, Fate] = {"none": "delivered", "quarantine": "junk", "reject": "refused"}


@dataclass(frozen=True)
class StreamFate:
    """How one stream fares, as far as DMARC has a say: a spam filter may think otherwise."""

    stream: str
    fate: Fate
    why: str
    messages_day: int = 0
    receivers_differ: bool = False  # some deliver it, others not


@dataclass(frozen=True)
class PolicyStep:
    """All streams under one policy."""

    policy: Policy
    streams: tuple[StreamFate, ...]

    @property
    def breaks(self) -> tuple[StreamFate, ...]:
        """Streams that all receivers, or those of one specification, are asked to stop."""
        return tuple(each for each in self.streams if each.fate in ("junk", "refused") or each.receivers_differ)

    @property
    def not_known(self) -> tuple[StreamFate, ...]:
        return tuple(each for each in self.streams if each.fate == "not known" and not each.receivers_differ)


def simulate(alignments: Sequence[Alignment]) -> tuple[PolicyStep, ...]:
    """One row for each policy, from none to reject, with every stream of *alignments*."""
    return tuple(PolicyStep(policy, tuple(_fate(each, policy) for each in alignments)) for policy in POLICIES)


def table(steps: Sequence[PolicyStep]) -> list[dict[str, Any]]:
    """The steps as evidence."""
    return [
        {
            "policy": step.policy,
            "streams": [
                {"stream": each.stream, "fate": each.fate, "why": each.why, "messages_day": each.messages_day}
                for each in step.streams
            ],
        }
        for step in steps
    ]


def _fate(alignment: Alignment, policy: Policy) -> StreamFate:
    def ends(fate: Fate, why: str) -> StreamFate:
        return StreamFate(alignment.stream, fate, why, alignment.sender.messages_day)

    if alignment.both == "pass":
        by = {each.mechanism for each in alignment.passes_by}
        why = "passes: " + " and ".join(each.why for each in alignment.passes_by)
        return ends("delivered", why + ("; forwarded mail loses that" if by == {"SPF"} else ""))
    told = "; ".join(each.why for each in alignment.identifiers)
    if policy == "none":
        return ends("delivered", f"p=none asks receivers for nothing, whatever DMARC says ({told})")
    if alignment.both == "fail":
        return ends(_ASKED[policy], f"fails: {told}; none of these is aligned and passes")
    if alignment.both == "differs":
        why = f"receivers differ: it passes by one of RFC 9989 and RFC 7489 and fails by the other ({told})"
        return replace(ends("not known", why), receivers_differ=True)
    return ends("not known", told)
