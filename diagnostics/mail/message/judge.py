"""From what a message shows to findings: the cause first, one for each thing that has to be mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnostics.finding import Code, Finding, UnknownReason, Verdict
from diagnostics.mail import senders
from diagnostics.mail.dkim.facts import Facts, Looked, Why
from diagnostics.mail.dkim.judge import judge as judge_keys
from diagnostics.mail.message import codes, judge_form, signature_codes
from diagnostics.mail.message.results import MethodResult
from diagnostics.mail.message.signatures import OF_THE_COPY, Outcome, SignatureSeen
from diagnostics.mail.message.view import Seen, key_records, signature_facts

_SIGNATURE_CODES = {
    Outcome.BODY_ALTERED: signature_codes.BODY_ALTERED,
    Outcome.HEADER_ALTERED: signature_codes.HEADER_ALTERED,
    Outcome.OTHER_KEY: signature_codes.OTHER_KEY,
    Outcome.WRONG: signature_codes.WRONG,
    Outcome.MALFORMED: signature_codes.MALFORMED,
    Outcome.RETIRED: signature_codes.RETIRED,
    Outcome.FROM_NOT_SIGNED: signature_codes.FROM_NOT_SIGNED,
    Outcome.EXPIRED: signature_codes.EXPIRED,
}
# One change on the way breaks every signature: one finding for them all.
_OF_ALL = frozenset({Outcome.BODY_ALTERED, Outcome.HEADER_ALTERED})


def judge(seen: Seen) -> tuple[Finding, ...]:
    """What *seen* means."""
    found = [*_signatures(seen), *judge_form.form(seen), *_filtered(seen), *_way(seen)]
    order = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)
    found.sort(key=lambda each: order.index(each.verdict))
    # A signature that belongs to others is no fault of the message; whether it is one for DMARC, DMARC's judge says.
    sound = seen.holding is not None and all(each.verdict is Verdict.PASS for each in found)
    facts = seen.ground() | {"signed": _signed(seen), "handed_over_words": _handed_over(seen)}
    return (*found, (codes.SOUND if sound else codes.GROUND).finding(seen.domain, facts))


# -- signatures --------------------------------------------------------------------


def _signatures(seen: Seen) -> Iterator[Finding]:
    if not seen.signatures:
        facts = {"fields": [], "where_to_sign": _where_to_sign(seen), "received_at": seen.received_at}
        yield codes.UNSIGNED.finding(seen.domain, facts)
    told: set[Outcome] = set()
    for signature in seen.signatures:
        facts = _facts(seen, signature)
        if signature.outcome is Outcome.VERIFIED:
            yield signature_codes.VERIFIED.finding(signature.name, facts)
            yield from _reserves(seen, signature, facts)
        elif signature.outcome is Outcome.UNSEEN:
            yield signature_codes.UNSEEN.finding(signature.name, facts, reason=UnknownReason.UNAVAILABLE)
        elif signature.outcome in OF_THE_COPY and (said := said_of(seen, signature)) and said.result == "pass":
            yield codes.COPY_ALTERED.finding(seen.domain, facts, reason=UnknownReason.UNAVAILABLE)
        elif signature.outcome in OF_THE_COPY and seen.way.forwarded:
            yield codes.ALTERED_ON_FORWARDING.finding(
                signature.name, facts, reason=UnknownReason.BLOCKED, blocked_by=codes.FORWARDED.code
            )
        elif seen.outdated(signature):
            yield codes.OUTDATED.finding(signature.name, facts, reason=UnknownReason.UNAVAILABLE)
        elif holding := seen.holding:
            because = f": {signature.detail}" if signature.detail else ""
            facts |= {"holding": holding.name, "because": because}
            yield signature_codes.SPARE_FAILS.finding(signature.name, facts)
        elif signature.outcome is not Outcome.MALFORMED and not seen.aligned(signature):
            facts["because"] = f": {signature.detail}" if signature.detail else ""
            yield signature_codes.FOREIGN_FAILS.finding(signature.name, facts | {"from_domain": seen.domain})
        elif signature.outcome is Outcome.KEY_UNUSABLE:
            yield from _of_key(seen, signature)
        elif signature.outcome not in told:
            told |= {signature.outcome} & _OF_ALL
            code = _SIGNATURE_CODES[signature.outcome]
            yield code.finding(_about(seen, signature, code), facts)


def _of_key(seen: Seen, signature: SignatureSeen) -> Iterator[Finding]:
    """What the lack or a flaw of the key means: as of every key of a domain."""
    record = signature.key
    if record is None or record.key is None:
        return
    named = (senders.by_key_target(hop) for hop in record.chain[1:])
    service = next((each for each in named if each), None) or senders.by_selector(signature.tags.selector)
    looked = Looked(record.key, Why.SEEN, record.texts, record.ttl, record.chain, service)
    facts = Facts(signature.tags.domain, (looked,))
    yield from (each for each in judge_keys(facts, {}, seen.now) if each.subject == looked.name)


def _about(seen: Seen, signature: SignatureSeen, code: Code) -> str:
    return seen.domain if signature.outcome in _OF_ALL else signature.name


def _reserves(seen: Seen, signature: SignatureSeen, facts: dict[str, Any]) -> Iterator[Finding]:
    """What a signature that holds has against it all the same."""
    if signature.tags.body_length is not None:
        yield signature_codes.BODY_PARTLY_SIGNED.finding(signature.name, facts)
    if signature.from_the_future:
        yield signature_codes.FUTURE.finding(signature.name, facts)
    said = said_of(seen, signature)
    if said and said.result not in ("pass", "none") and not signature.unquoted:
        facts = facts | {"said": f"dkim={said.result}"}
        yield codes.RECEIVER_SAW_OTHERWISE.finding(seen.domain, facts)


def said_of(seen: Seen, signature: SignatureSeen) -> MethodResult | None:
    """What the receiver itself said of this signature; the best where it said several things of one domain."""
    of = seen.way.results.of("dkim") if seen.way.results else ()
    of = tuple(each for each in of if each.domain == signature.tags.domain)
    named = tuple(each for each in of if each.selector == signature.tags.selector)
    of = named or tuple(each for each in of if not each.selector)
    return next((each for each in of if each.result == "pass"), of[0] if of else None)


def _facts(seen: Seen, signature: SignatureSeen) -> dict[str, Any]:
    facts = signature_facts(signature)
    alike = [each for each in seen.signatures if each.outcome is signature.outcome and each.tags.domain]
    said = said_of(seen, signature)
    bits = (facts["key"] or {}).get("bits", 0)
    service = senders.by_relay(seen.way.handed_over.name) if seen.way.handed_over else None
    return facts | {
        "size": f", {bits} bits" if bits and signature.tags.algorithm.startswith("rsa") else "",
        "signers": " and ".join(dict.fromkeys(each.tags.domain for each in alike)) or "its signer",
        "signer": _signer(seen, signature, service.title if service else ""),
        "added": _added(signature),
        "changed": f": {signature.detail}" if signature.outcome is Outcome.HEADER_ALTERED and signature.detail else "",
        "where_changed": _where_changed(seen, signature),
        "suspects": "; ".join(f"{who} ({where})" for who, where in seen.changers)
        or "disclaimers and footers of the mail server or of a security gateway, link rewriting, mailing lists",
        "signed_fields": ", ".join(dict.fromkeys(each.title() for each in signature.tags.signed)),
        "receiver": seen.way.receiver or "the receiver",
        "receiver_said": f"dkim={said.result}" if said else "",
        "received": seen.received_at or "at an unknown time",
        "mailer": seen.mailer.title or "an unknown program",
        "at_panel": f": {service.panel}" if service else "",
        "records": key_records(signature),
    }


def _signer(seen: Seen, signature: SignatureSeen, service: str) -> str:
    """Who signs, as people may know it."""
    own = seen.aligned(signature)
    if service:
        return service
    if seen.way.submitted_to:
        return seen.way.submitted_to
    return f"the mail server of {signature.tags.domain}" if own and signature.tags.domain else "the relay"


def _added(signature: SignatureSeen) -> str:
    if not signature.added_lines:
        return ""
    lines = "one line was" if signature.added_lines == 1 else f"{signature.added_lines} lines were"
    return f": {lines} put below it"


def _where_changed(seen: Seen, signature: SignatureSeen) -> str:
    """Between which servers it may have happened, by the order of the Received lines and the signature."""
    later, handed_over = signature.later_hops, seen.way.handed_over
    if not later:
        return "No Received line stands above the signature, so it happened where the message was signed or behind it."
    receiver = handed_over.by if handed_over else ""
    between = later[: later.index(receiver)] if receiver in later else later
    if not between:
        return (
            f"Only its receiver ({receiver}) wrote a line after it was signed: the machine that signs changed it "
            "behind its signer, or the receiver did."
        )
    then = f", then its receiver ({receiver})" if receiver in later else ""
    return f"After it was signed, these had it in their hands, in this order: {', '.join(between)}{then}."


def _where_to_sign(seen: Seen) -> str:
    service = senders.by_relay(seen.way.handed_over.name) if seen.way.handed_over else None
    if service:
        return service.panel
    return "the panel of the service that sends it, or OpenDKIM on a server of your own"


# -- its way -----------------------------------------------------------------------


def _way(seen: Seen) -> Iterator[Finding]:
    way = seen.way
    facts = {"why": way.why, "forwarded": way.forwarded, "hops": way.hops, "receiver": way.receiver}
    if way.forwarded:
        yield codes.FORWARDED.finding(seen.domain, facts, reason=UnknownReason.UNAVAILABLE)
    elif way.handed_over is None:
        yield codes.RELAY_UNKNOWN.finding(seen.domain, facts, reason=UnknownReason.UNAVAILABLE)


def _filtered(seen: Seen) -> Iterator[Finding]:
    if seen.spam_marks:
        tests = list(dict.fromkeys(test for mark in seen.spam_marks for test in mark.tests))
        facts = {
            "receiver": seen.way.receiver or "the receiver",
            "marks": [f"{mark.by}: {mark.said}" for mark in seen.spam_marks],
            "tests": tests,
            "by_tests": f", by these tests of it: {', '.join(tests)}" if tests else "",
        }
        yield codes.MARKED_AS_SPAM.finding(seen.domain, facts)


def _signed(seen: Seen) -> str:
    """The signatures in a few words."""
    if not seen.signatures:
        return "it is not signed"
    hold = [each.tags.domain for each in seen.signatures if each.outcome is Outcome.VERIFIED]
    if not hold:
        return "its signature does not hold" if len(seen.signatures) == 1 else "none of its signatures holds"
    others = "" if seen.holding else f", and none as {seen.domain}"
    if len(seen.signatures) == 1:
        return f"its signature by {hold[0]} holds{others}"
    return f"{len(hold)} of its {len(seen.signatures)} signatures hold ({', '.join(dict.fromkeys(hold))}){others}"


def _handed_over(seen: Seen) -> str:
    hop = seen.way.handed_over
    if hop is None or seen.way.forwarded:
        return "Which server handed it over is not known"
    name = f" ({hop.name})" if hop.name else ""
    return f"It was handed over by {hop.ip}{name} to {hop.by or 'the receiver'}"
