"""What the findings of a report say to each thing that a receiver demands: pass, fail or unknown, and by which codes.

Nothing is looked at again: the areas (SPF, DKIM, DMARC, address, message) have looked, and their codes decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain.subject import Sender, Subject
from diagnostics.mail.providers import by_host


class Outcome(StrEnum):
    """How the site stands to one demand."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_DEMANDED = "not demanded"


@dataclass(frozen=True)
class Answer:
    """One outcome, the codes that decide it, and the reason in words."""

    outcome: Outcome
    by: tuple[str, ...] = ()
    why: str = ""


Look = Callable[[Subject, Sequence[Finding]], Answer]

_READ = ("message.sound", "message.read")
_PTR_FAULTS = ("reputation.ptr_missing", "reputation.ptr_mismatch")
_DMARC_FAULTS = ("dmarc.missing", "dmarc.multiple", "dmarc.malformed")
_DMARC_FOUND = ("dmarc.walk", "dmarc.policy_none", "dmarc.testing", "dmarc.policy_missing")
_ALIGNED_FAULTS = ("dmarc.not_aligned", "dmarc.too_strict", "dmarc.subdomain_policy")
_SPF_FAULTS = ("spf.softfail", "spf.neutral")  # warnings by which SPF does not pass; what fails does so anyway
_DKIM_FAULTS = ("dkim.none_published", "dkim.relay_unsigned", "message.unsigned")
_SEEN_BY_A_MESSAGE = "only the source of a message that arrived shows it"


def either(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """SPF or DKIM passes, for each stream."""
    streams = _streams(findings)
    if streams:
        outcomes = [_any([each["authenticated"] for each in stream]) for stream in streams]
        worst = _all(outcomes)
        if worst is Outcome.PASS:
            return Answer(worst, _codes(findings, "dmarc.aligned") or ("spf.pass",))
        by = (*_faults(findings, "spf.", _SPF_FAULTS), *_faults(findings, "dkim.", _DKIM_FAULTS))
        if worst is Outcome.FAIL and (by := by or _codes(findings, *_ALIGNED_FAULTS)):
            return Answer(worst, by)
    one, other = spf(subject, findings), dkim(subject, findings)
    if Outcome.PASS in (one.outcome, other.outcome):
        return one if one.outcome is Outcome.PASS else other
    if one.outcome is other.outcome is Outcome.FAIL:
        return Answer(Outcome.FAIL, (*one.by, *other.by), one.why)
    return Answer(Outcome.UNKNOWN, (*one.by, *other.by), "; ".join(each.why for each in (one, other) if each.why))


def spf(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """SPF passes, for each stream."""
    return _of_mechanism(
        findings,
        "SPF",
        passed=_codes(findings, "spf.pass", "spf.allows_everyone"),
        faults=_faults(findings, "spf.", _SPF_FAULTS),
        unseen=_unknown(findings, "spf."),
        why="no address is known from which the mail comes",
    )


def dkim(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """A DKIM signature passes, for each stream."""
    verified = _codes(findings, "dkim.signature_verified")
    faults = _faults(findings, "dkim.", _DKIM_FAULTS)
    return _of_mechanism(
        findings,
        "DKIM",
        passed=verified,
        faults=() if verified and "message.unsigned" not in faults else faults,
        unseen=_unknown(findings, "dkim."),
        why=f"whether the mail is signed, {_SEEN_BY_A_MESSAGE}",
    )


def dmarc(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """A DMARC record with at least p=none."""
    return _by_codes(findings, _DMARC_FAULTS, _DMARC_FOUND, ("dmarc.unseen",), "DMARC was not looked at")


def aligned(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """The From domain is aligned with SPF or DKIM."""
    unseen = ("dmarc.alignment_unseen", "dmarc.blocked")
    return _by_codes(findings, _ALIGNED_FAULTS, ("dmarc.aligned",), unseen, "no stream of mail is known")


def reverse_name(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """The sending address has a PTR whose name leads back."""
    unseen = ("reputation.ptr_unseen", "reputation.address_unknown", "reputation.address_private")
    sound = ("reputation.ptr_confirmed", "reputation.ptr_generic")
    return _by_codes(findings, _PTR_FAULTS, sound, unseen, "no sending address is known")


def encrypted(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """The mail is handed over by TLS."""
    for finding in _of(findings, _READ):
        handed = finding.evidence.get("handed_over")
        if isinstance(handed, Mapping) and handed.get("encrypted"):
            return Answer(Outcome.PASS, (finding.code,))
    return Answer(Outcome.UNKNOWN, (), _SEEN_BY_A_MESSAGE)


def well_formed(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """The message is built as RFC 5322 says."""
    return _by_codes(findings, ("message.malformed",), _READ, (), _SEEN_BY_A_MESSAGE)


def own_from(subject: Subject, findings: Sequence[Finding], *, domains: Iterable[str], provider: str) -> Answer:
    """Nobody but *provider* itself sends with From at its free *domains*."""
    senders = subject.senders or (Sender(subject.domain),)
    for sender in (each for each in senders if each.header_from.lower() in domains):
        relay = by_host(sender.relay) if sender.relay else None
        faults = _codes(findings, "domain.free_mailbox", "message.from_free_mailbox")
        if faults or (relay and relay.name != provider):
            return Answer(Outcome.FAIL, faults, f"From is at {sender.header_from}, and its owner does not send it")
        if not relay:
            return Answer(Outcome.UNKNOWN, (), f"From is at {sender.header_from}, and who sends it is not known")
    return Answer(Outcome.PASS)


def one_click(subject: Subject, findings: Sequence[Finding]) -> Answer:
    """Newsletters can be left with one click (RFC 8058); mails that people wait for need not."""
    if faults := _codes(findings, "message.one_click_missing"):
        return Answer(Outcome.FAIL, faults)
    for finding in _of(findings, _READ):
        form = finding.evidence.get("form")
        if isinstance(form, Mapping) and "bulk" in form:
            if form["bulk"]:
                return Answer(Outcome.PASS, (finding.code,))
            return Answer(Outcome.NOT_DEMANDED, (finding.code,), "the message that was read is no newsletter")
    return Answer(Outcome.UNKNOWN, (), _SEEN_BY_A_MESSAGE)


def _of_mechanism(
    findings: Sequence[Finding],
    mechanism: str,
    *,
    passed: tuple[str, ...],
    faults: tuple[str, ...],
    unseen: tuple[str, ...],
    why: str,
) -> Answer:
    """The worst stream decides, as DMARC's look at each saw it; without one, the area's own codes."""
    streams = [[each for each in stream if each["mechanism"] == mechanism] for stream in _streams(findings)]
    if streams and all(streams):
        worst = _all([_any([each["authenticated"] for each in stream]) for stream in streams])
        if worst is Outcome.PASS:
            return Answer(worst, passed or _codes(findings, "dmarc.aligned", "dmarc.not_aligned", "dmarc.too_strict"))
        if worst is Outcome.FAIL and faults:
            return Answer(worst, faults)
    if faults:
        return Answer(Outcome.FAIL, faults)
    if passed and not unseen:
        return Answer(Outcome.PASS, passed)
    return Answer(Outcome.UNKNOWN, unseen, why)


def _by_codes(
    findings: Sequence[Finding],
    faults: Sequence[str],
    sound: Sequence[str],
    unseen: Sequence[str],
    why: str,
) -> Answer:
    if found := _codes(findings, *faults):
        return Answer(Outcome.FAIL, found)
    if found := _codes(findings, *unseen):
        return Answer(Outcome.UNKNOWN, found, _summary(findings, found[0]))
    if found := _codes(findings, *sound):
        return Answer(Outcome.PASS, found)
    return Answer(Outcome.UNKNOWN, (), why)


def _streams(findings: Sequence[Finding]) -> list[list[Mapping[str, Any]]]:
    """The identifiers of each stream that DMARC looked at."""
    streams = [each.evidence.get("identifiers") for each in findings if each.code.startswith("dmarc.")]
    return [
        [each for each in stream if isinstance(each, Mapping) and "mechanism" in each and "authenticated" in each]
        for stream in streams
        if isinstance(stream, Sequence) and stream
    ]


def _any(authenticated: Sequence[str]) -> Outcome:
    if "pass" in authenticated:
        return Outcome.PASS
    return Outcome.FAIL if authenticated and all(each == "fail" for each in authenticated) else Outcome.UNKNOWN


def _all(outcomes: Sequence[Outcome]) -> Outcome:
    return next((each for each in (Outcome.FAIL, Outcome.UNKNOWN) if each in outcomes), Outcome.PASS)


def _faults(findings: Sequence[Finding], area: str, also: Sequence[str]) -> tuple[str, ...]:
    """The codes of *area* by which its mechanism fails, and those of *also*."""
    return _distinct(
        each.code
        for each in findings
        if each.code in also or (each.code.startswith(area) and each.verdict is Verdict.FAIL)
    )


def _unknown(findings: Sequence[Finding], area: str) -> tuple[str, ...]:
    return _distinct(each.code for each in findings if each.code.startswith(area) and each.verdict is Verdict.UNKNOWN)


def _codes(findings: Sequence[Finding], *names: str) -> tuple[str, ...]:
    return _distinct(each.code for each in findings if each.code in names)


def _of(findings: Sequence[Finding], names: Sequence[str]) -> list[Finding]:
    return [each for each in findings if each.code in names]


def _summary(findings: Sequence[Finding], code: str) -> str:
    return next((each.summary for each in findings if each.code == code), "")


def _distinct(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
