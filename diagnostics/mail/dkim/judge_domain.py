"""What the keys of a domain come to as a whole: services without a key, a wildcard, none at all, no answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.dkim import codes, repair, words
from diagnostics.mail.dkim.facts import Facts, Why
from diagnostics.mail.dkim.key import Flaw
from diagnostics.mail.dkim.misplaced import SENDS
from diagnostics.mail.dkim.record import MOST_RECORDS, MOST_SHOWN, is_key_like, read_key
from diagnostics.mail.dkim.repair import Targets
from diagnostics.mail.senders import Proof, SendingService, Suspect
from diagnostics.printable import printable

MOST_NAMED = 3  # questions without answer, in a sentence
_HANDS_OVER = frozenset({Proof.SIGNATURE, Proof.RELAY})


def of_domain(facts: Facts, targets: Targets) -> Iterator[Finding]:
    """The findings about the domain itself."""
    yield from _of_wildcard(facts)
    services = list(_of_services(facts, targets))
    yield from services
    unseen = [(f"TXT {each.name}", each.trouble) for each in facts.looked if each.trouble] + list(facts.unanswered)
    if unseen:
        yield _unavailable(facts, unseen)
    elif not services:
        yield from _of_none(facts)


def _of_wildcard(facts: Facts) -> Iterator[Finding]:
    wildcard = facts.wildcard
    # A CNAME for all names is a web host's, and takes more with it than DKIM. An empty key for all selectors
    # is what a domain publishes that sends no mail.
    if not wildcard.texts or not wildcard.name or wildcard.tail or _are_revoked(wildcard.texts):
        return
    # One for all names of the domain that is no key is meant for these, as SPF's is: it is no receiver's trouble.
    if wildcard.name == f"*.{facts.domain}" and not any(is_key_like(each) for each in wildcard.texts):
        return
    evidence = {
        "domain": facts.domain,
        "wildcard": wildcard.name,
        "records": [
            {
                "name": wildcard.name,
                "type": "TXT",
                "values": [printable(each, MOST_SHOWN) for each in wildcard.texts[:MOST_RECORDS]],
                "ttl": wildcard.ttl,
            }
        ],
    }
    yield codes.WILDCARD.finding(facts.domain, evidence, records=repair.without_wildcard(facts))


def _are_revoked(texts: tuple[bytes, ...]) -> bool:
    return bool(read_key("any._domainkey.any", texts).detail(Flaw.REVOKED))


def _of_services(facts: Facts, targets: Targets) -> Iterator[Finding]:
    """Each service that sends for the domain and has no key there."""
    signed = any(each.usable and each.why is Why.SEEN for each in facts.looked)
    for suspect in facts.suspects:
        service, hands_over = suspect.service, suspect.proof in _HANDS_OVER
        if suspect.proof not in SENDS or (hands_over and signed):
            continue
        mine = [each for each in facts.of(service) if each.key.domain == facts.domain]
        if any(each.wanted or each.exists or each.leads_nowhere or each.elsewhere for each in mine):
            continue  # that is said of the key
        if any(each.proxied or each.trouble for each in mine):
            continue
        if service.fixed and (hands_over or suspect.proof is Proof.INCLUDE):
            yield _not_set_up(suspect, facts, targets)
        elif hands_over and not service.fixed and not facts.nothing_below:
            yield _not_found(facts, service)


def _not_set_up(suspect: Suspect, facts: Facts, targets: Targets) -> Finding:
    service = suspect.service
    changes = repair.set_up(facts, service, targets)
    names = [f"{each}._domainkey" for each in service.selectors]
    mend = f"a key belongs at {names[0]}" if len(names) == 1 else f"its keys belong at {', '.join(names)}"
    if changes:
        lines = "this CNAME" if len(changes) == 1 else "these CNAMEs"
        mend = f"{lines}, at Cloudflare as DNS only: " + "; ".join(f"{each.name} → {each.value}" for each in changes)
    evidence = {
        **_about(facts, service),
        "seen": printable(suspect.seen, 260),
        "why": f"nothing stands at {_or(names)}",
        "mend": mend,
        "include_said": f"include:{printable(suspect.seen, 260)}",
        "proposed": repair.copied(changes) if changes else "",
        "letter": "" if changes else words.letter_for_service(facts.domain, service.title),
    }
    code = codes.NOT_SET_UP
    if suspect.proof in _HANDS_OVER:
        code = codes.RELAY_UNSIGNED if service.aligns_by_spf else codes.RELAY_NOT_SET_UP
    # The subject is the domain; two services without keys are two findings, told apart by the name of the first key.
    return code.finding(f"{names[0]}.{facts.domain}", evidence, records=changes)


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _of_none(facts: Facts) -> Iterator[Finding]:
    """What the lack of any key means, where nothing else says it."""
    if any(each.exists or each.leads_nowhere or each.wanted or each.elsewhere or each.proxied for each in facts.looked):
        return
    sending = [each.service for each in facts.suspects if not each.service.forwards_only]
    service = sending[0] if sending else None
    if facts.sends_no_mail:
        yield codes.SENDS_NO_MAIL.finding(facts.domain, {"domain": facts.domain, "tried": facts.tried})
    elif facts.nothing_below and not (service and service.signs_below):
        letter = words.letter_for_service(facts.domain, service.title) if service else ""
        yield codes.NONE_PUBLISHED.finding(facts.domain, {**_about(facts, service), "letter": letter})
    else:
        yield _not_found(facts, None, panel=words.panel(service))


def _not_found(facts: Facts, service: SendingService | None, *, panel: str = "") -> Finding:
    tried = facts.tried
    evidence = {
        **_about(facts, service),
        "panel": panel or words.panel(service),
        "whose": f" of {service.title}" if service else "",
        "tried": tried,
        "tried_said": words.tried_said(tried),
    }
    return codes.NOT_FOUND.finding(facts.domain, evidence, reason=UnknownReason.NOT_CONFIGURED)


def _about(facts: Facts, service: SendingService | None) -> dict[str, Any]:
    return {
        "domain": facts.domain,
        "provider": service.name if service else "",
        "provider_title": service.title if service else "",
        "panel": words.panel(service),
        "suspects": [
            {
                "provider": each.service.name,
                "title": each.service.title,
                "proof": each.proof,
                "seen": printable(each.seen),
            }
            for each in facts.suspects
        ],
    }


def _unavailable(facts: Facts, unseen: list[tuple[str, str]]) -> Finding:
    named = [question for question, _ in unseen[:MOST_NAMED]]
    more = len(unseen) - len(named)
    said = ", ".join(named) + (f" and {more} more" if more else "")
    evidence = {
        "domain": facts.domain,
        "failed_said": said,
        "unanswered": [{"question": question, "came": came} for question, came in unseen[:40]],
    }
    return codes.UNAVAILABLE.finding(facts.domain, evidence, reason=UnknownReason.UNAVAILABLE)
