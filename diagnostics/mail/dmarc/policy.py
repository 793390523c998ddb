"""The policy in force for a domain: by RFC 9989 (§4.10.1, tree walk), and by RFC 7489 (§6.6.3, public suffix list)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from diagnostics.mail.dmarc.record import POLICIES, Policy, Record
from diagnostics.mail.dmarc.walk import Found, Walk

Specification = Literal["RFC 9989", "RFC 7489"]
Source = Literal["the domain", "the organizational domain", "the public suffix", ""]


@dataclass(frozen=True)
class Effective:
    """What receivers of one specification are asked to do with mail that fails.

    `policy` None: they apply no DMARC. `known` False: a name that decides it gave no answer.
    """

    specification: Specification
    policy: Policy | None = None  # after t=y has lowered it
    declared: Policy | None = None  # before
    tag: str = ""  # p, sp or np; "" where none of them was usable and p=none stands in
    domain: str = ""  # whose record it is
    source: Source = ""
    record: Record | None = None
    why: str = ""  # in words, where there is no policy or it is not what the record says
    known: bool = True

    @property
    def inherited(self) -> bool:
        return bool(self.source) and self.source != "the domain"

    @property
    def adkim(self) -> str:
        return self.record.adkim if self.record else "r"

    @property
    def aspf(self) -> str:
        return self.record.aspf if self.record else "r"

    def to_json(self) -> dict[str, Any]:
        """For evidence; the record stands in the walk."""
        return {
            "specification": self.specification,
            "policy": self.policy,
            "declared": self.declared,
            "tag": self.tag,
            "from": f"_dmarc.{self.domain}" if self.domain else "",
            "source": self.source,
            "why": self.why,
            "known": self.known,
        }


def by_walk(walk: Walk, exists: bool | None) -> Effective:
    """RFC 9989 §4.10.1. *exists*: whether the domain exists (§3.2.13); None: not known.

    Several records at the domain itself end it, nothing is inherited then: RFC 7489's receivers hold it so, and of
    the two readings of §4.10 step 2 it is the one that protects nobody by accident.
    """
    none = Effective("RFC 9989")
    own = walk.own
    if own.held == "no answer":
        return Effective("RFC 9989", why=f"{own.name} gave no answer", known=False)
    if own.held == "several records":
        return Effective("RFC 9989", why=f"{len(own.texts)} records at {own.name}: all of them are discarded")
    if own.record:
        return _applied(none, own, own.record, "the domain", ("p",))
    if walk.unanswered:
        return Effective("RFC 9989", why=f"{walk.unanswered[0].name} gave no answer", known=False)
    above, source = walk.at(walk.organizational_domain), "the organizational domain"
    if above is None or above.record is None:
        above, source = walk.public_suffix_record, "the public suffix"
    if above is None or above.record is None:
        return Effective("RFC 9989", why="no record at any name of the walk")
    if exists is None and above.record.np not in (None, above.record.sp or above.record.p):
        return Effective("RFC 9989", why=f"whether {walk.domain} exists is not known, and np= hangs on it", known=False)
    tags = ("sp", "p") if exists else ("np", "sp", "p")
    which: Source = "the organizational domain" if source == "the organizational domain" else "the public suffix"
    return _applied(none, above, above.record, which, tags)


def by_list(walk: Walk, registered: str) -> Effective:
    """RFC 7489 §6.6.3. *registered*: the organizational domain by the public suffix list. It knows no np, psd, t."""
    none = Effective("RFC 7489")
    own = walk.own
    if own.held == "no answer":
        return Effective("RFC 7489", why=f"{own.name} gave no answer", known=False)
    if own.held == "several records":
        return Effective("RFC 7489", why=f"{len(own.texts)} records at {own.name}: none of them is used")
    if own.record:
        return _applied(none, own, own.record, "the domain", ("p",))
    above = walk.at(registered)
    if above is None or registered == walk.domain:
        return Effective("RFC 7489", why=f"no record at {own.name}")
    if above.held == "no answer":
        return Effective("RFC 7489", why=f"{above.name} gave no answer", known=False)
    if above.record is None:
        return Effective("RFC 7489", why=f"no usable record at {own.name} or {above.name}")
    return _applied(none, above, above.record, "the organizational domain", ("sp", "p"))


def lowered(policy: Policy) -> Policy:
    """One step weaker, as t=y asks for (RFC 9989 §4.7)."""
    return POLICIES[max(0, POLICIES.index(policy) - 1)]


def _applied(base: Effective, found: Found, record: Record, source: Source, tags: tuple[str, ...]) -> Effective:
    if not record.applies:
        why = f"the record at {found.name} has no usable policy and no usable rua="
        return Effective(base.specification, domain=found.domain, source=source, record=record, why=why)
    if record.spoilt:
        declared: Policy = "none"
        tag, why = "", f"the record at {found.name} has no usable policy, but a usable rua=: it counts as p=none"
    else:
        chosen = {"p": record.p, "sp": record.sp, "np": record.np}
        tag = next(each for each in tags if chosen[each])
        declared, why = chosen[tag] or "none", ""
    policy = declared
    if base.specification == "RFC 9989" and record.testing and declared != "none":
        policy = lowered(declared)
        why = f"t=y asks for one step less than {tag}={declared}"
    return Effective(base.specification, policy, declared, tag, found.domain, source, record, why)
