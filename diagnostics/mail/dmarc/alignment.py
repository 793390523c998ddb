"""Does a stream of mail pass DMARC? Each identifier that SPF and DKIM authenticate, against the From domain.

RFC 9989 §4.4, §4.10.2: one of them is enough, if it has the same organizational domain (relaxed) or is the same
domain (strict). Both specifications' organizational domains are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from diagnostics.finding import Finding
from diagnostics.mail.dmarc.discovery import Discovery
from diagnostics.mail.dmarc.record import Record
from diagnostics.mail.dmarc.suffixes import registered_domain
from diagnostics.mail.dmarc.walk import Walk, same_organization
from diagnostics.mail.domain import Sender
from diagnostics.mail.spf import Evaluation, Result
from diagnostics.printable import printable

Outcome = Literal["pass", "fail", "unknown"]


class SPFLook(Protocol):
    """What of `look_at_spf`'s view is needed here."""

    @property
    def evaluations(self) -> Mapping[Sender, Evaluation]: ...

    @property
    def findings(self) -> tuple[Finding, ...]: ...


class Signed(Protocol):
    """One signature of a stream's mail."""

    @property
    def domain(self) -> str: ...  # d=

    @property
    def selector(self) -> str: ...  # s=

    @property
    def usable(self) -> bool: ...  # receivers can verify it


class DKIMLook(Protocol):
    """What of `look_at_dkim`'s view is needed here."""

    @property
    def findings(self) -> tuple[Finding, ...]: ...

    def signing(self, sender: Sender) -> Sequence[Signed]:
        """The signatures that the mail has, or would have by the keys that are published."""


@dataclass(frozen=True)
class Identifier:
    """One authenticated domain, or one that would be."""

    mechanism: Literal["SPF", "DKIM"]
    domain: str  # "" where none is known
    authenticated: Outcome
    why: str  # the result in words
    selector: str = ""
    strict: bool = False  # what the record asks for
    relaxed_by_walk: bool | None = None  # None: hangs on a name without an answer, or no domain is known
    relaxed_by_list: bool | None = None
    identical: bool = False

    def aligned(self, by_walk: bool) -> bool | None:
        """By RFC 9989's tree walk, or by RFC 7489's list."""
        if self.identical:
            return True
        if not self.domain:
            return None
        return False if self.strict else (self.relaxed_by_walk if by_walk else self.relaxed_by_list)

    def outcome(self, by_walk: bool) -> Outcome:
        """Whether this identifier alone makes the mail pass."""
        aligned = self.aligned(by_walk)
        if aligned is False or self.authenticated == "fail":
            return "fail"
        return "pass" if aligned and self.authenticated == "pass" else "unknown"

    @property
    def only_strict(self) -> bool:
        """Whether it would count if the record asked for relaxed alignment."""
        return self.strict and not self.identical and bool(self.relaxed_by_walk and self.relaxed_by_list)

    def to_json(self) -> dict[str, Any]:
        return {
            "mechanism": self.mechanism,
            "domain": printable(self.domain),
            "selector": printable(self.selector),
            "authenticated": self.authenticated,
            "why": self.why,
            "mode": "strict" if self.strict else "relaxed",
            "aligned": self.aligned(True),
            "aligned_rfc7489": self.aligned(False),
        }


@dataclass(frozen=True)
class Alignment:
    """How one stream ends, and by what."""

    sender: Sender
    identifiers: tuple[Identifier, ...]

    @property
    def outcome(self) -> Outcome:
        """By RFC 9989."""
        return _best([each.outcome(True) for each in self.identifiers])

    @property
    def outcome_7489(self) -> Outcome:
        return _best([each.outcome(False) for each in self.identifiers])

    @property
    def both(self) -> Literal["pass", "fail", "unknown", "differs"]:
        """The outcome, where receivers of both specifications come to it."""
        if "unknown" in (self.outcome, self.outcome_7489):
            return "unknown"
        return self.outcome if self.outcome == self.outcome_7489 else "differs"

    @property
    def passes_by(self) -> tuple[Identifier, ...]:
        """The identifiers that make it pass with receivers of either specification."""
        return tuple(each for each in self.identifiers if "pass" in (each.outcome(True), each.outcome(False)))

    @property
    def subject(self) -> str:
        """What tells this stream from the domain's others, as a finding's subject."""
        sender = self.sender
        return printable(sender.relay or sender.ip or sender.mail_from or sender.header_from)

    @property
    def stream(self) -> str:
        """What to call this stream in a sentence."""
        return stream(self.sender)


def stream(sender: Sender) -> str:
    """A name for a stream of mail, within a sentence."""
    if sender.relay:
        return f"mail through {printable(sender.relay)}"
    if sender.ip:
        return f"mail sent from {printable(sender.ip)}"
    return f"mail with the envelope sender at {printable(sender.mail_from)}" if sender.mail_from else "the site's mail"


def align(sender: Sender, discovery: Discovery, walks: Mapping[str, Walk], spf: SPFLook, dkim: DKIMLook) -> Alignment:
    """Compare what *sender* is authenticated as with *discovery*'s domain; *walks* has every identifier's walk."""
    identifiers = [_by_spf(sender, spf.evaluations.get(sender)), *_by_dkim(sender, dkim.signing(sender))]
    applied = discovery.policy.record or discovery.policy_7489.record or Record("")
    return Alignment(sender, tuple(_compared(each, discovery, walks, applied) for each in identifiers))


def stated_identifiers(senders: Sequence[Sender]) -> list[str]:
    """What *senders* themselves tell of envelope and signatures: given to `discover`, it costs no further round."""
    return [domain for each in senders for domain in (each.mail_from, *(one.domain for one in each.signatures))]


def identifiers_of(senders: Sequence[Sender], spf: SPFLook, dkim: DKIMLook) -> set[str]:
    """Every domain that will be compared."""
    found = {_envelope(each, spf.evaluations.get(each)) for each in senders}
    found |= {signed.domain for each in senders for signed in dkim.signing(each)}
    return {each.lower().removesuffix(".") for each in found if each}


def _by_spf(sender: Sender, evaluation: Evaluation | None) -> Identifier:
    domain = _envelope(sender, evaluation)
    shown = printable(domain)
    if evaluation is None:
        lacking = "the address that sends it" if not sender.ip else "its envelope sender"
        return Identifier("SPF", domain, "unknown", f"SPF could not be evaluated: {lacking} is not known")
    if evaluation.result is Result.TEMPERROR:
        return Identifier("SPF", domain, "unknown", f"SPF of {shown} could not be evaluated: DNS gave no answer")
    if evaluation.result is Result.PASS:
        return Identifier("SPF", domain, "pass", f"SPF passes for {shown}")
    return Identifier("SPF", domain, "fail", f"SPF of {shown} ends in {evaluation.result.value}")


def _envelope(sender: Sender, evaluation: Evaluation | None) -> str:
    """The MAIL FROM identity; where the sender does not tell, the domain that SPF was evaluated for."""
    return (sender.mail_from or (evaluation.domain if evaluation else "")).lower().removesuffix(".")


def _by_dkim(sender: Sender, signing: Sequence[Signed]) -> list[Identifier]:
    seen = {(each.domain.lower().removesuffix("."), each.selector.lower()): each.verified for each in sender.signatures}
    found = []
    for signed in signing:
        key = (signed.domain.lower().removesuffix("."), signed.selector.lower())
        tell = f"d={printable(signed.domain)} s={printable(signed.selector)}"
        if key not in seen:
            state: Outcome = "unknown"
            why = f"a key for {tell} is published; whether this mail is signed with it was not seen"
        elif seen[key] is False:
            state, why = "fail", f"the DKIM signature {tell} does not verify"
        elif not signed.usable:
            state, why = "fail", f"DKIM signs with {tell}, and no key that works is published for it"
        else:
            state, why = "pass", f"DKIM signs with {tell}"
        found.append(Identifier("DKIM", key[0], state, why, signed.selector))
    if found:
        return found
    if sender.known_by == "message":
        return [Identifier("DKIM", "", "fail", "the mail has no DKIM signature")]
    return [Identifier("DKIM", "", "unknown", "no message of it was seen, so its DKIM signature is not known")]


def _compared(identifier: Identifier, discovery: Discovery, walks: Mapping[str, Walk], applied: Record) -> Identifier:
    strict = (applied.aspf if identifier.mechanism == "SPF" else applied.adkim) == "s"
    domain = identifier.domain
    if not domain:
        return replace(identifier, strict=strict, relaxed_by_walk=None, relaxed_by_list=None, identical=False)
    author = discovery.domain
    if domain == author:
        return replace(identifier, strict=strict, relaxed_by_walk=True, relaxed_by_list=True, identical=True)
    by_list = registered_domain(domain) == registered_domain(author)
    if domain not in walks:  # it can be no name
        return replace(identifier, strict=strict, relaxed_by_walk=False, relaxed_by_list=by_list, identical=False)
    supposed = _supposed(discovery)
    by_walk = same_organization(walks[author].supposing(supposed), walks[domain].supposing(supposed))
    return replace(identifier, strict=strict, relaxed_by_walk=by_walk, relaxed_by_list=by_list, identical=False)


def _supposed(discovery: Discovery) -> dict[str, Record | None]:
    """Where no record applies, alignment is told as it will be with the record that is proposed."""
    if discovery.policy.record or not discovery.policy.known:
        return {}
    several = discovery.walk.own.held == "several records"
    return {discovery.domain if several else registered_domain(discovery.domain): Record("")}


def _best(outcomes: Sequence[Outcome]) -> Outcome:
    if "pass" in outcomes:
        return "pass"
    return "unknown" if "unknown" in outcomes else "fail"
