"""Records that mend a DKIM finding, each the whole change; none where only the service or the signer knows the key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from diagnostics.finding import RecordChange
from diagnostics.mail.dkim.facts import Facts, Looked
from diagnostics.mail.dkim.misplaced import SENDS
from diagnostics.mail.dkim.record import MOST_RECORD, read_key
from diagnostics.mail.senders import SendingService
from diagnostics.network import DNS, DNSUnavailable, is_name
from diagnostics.printable import printable

Targets = Mapping[str, str]  # a key's name -> where its CNAME has to lead


async def targets_of(dns: DNS, facts: Facts) -> Targets:
    """Where the CNAMEs of missing keys have to lead: only names at which a usable key really stands."""
    wanted: dict[str, list[str]] = {}
    services = [each.service for each in facts.suspects if each.proof in SENDS]
    for looked in facts.looked:
        if looked.exists or looked.trouble:
            continue
        candidates = [_without_zone(looked.chain[-1], looked.key.domain)] if looked.chain else []
        known = [looked.service] if looked.service and (looked.wanted or looked.leads_nowhere) else services
        candidates += [each.key_target(looked.key.selector, looked.key.domain) for each in known]
        if candidates := [each for each in candidates if each and each != looked.owner and is_name(each)]:
            wanted[looked.name] = candidates
    names = list(dict.fromkeys(each for several in wanted.values() for each in several))
    sound = dict(zip(names, await asyncio.gather(*(_has_key(dns, name) for name in names)), strict=True))
    found = {name: next((each for each in several if sound[each]), "") for name, several in wanted.items()}
    return {name: target for name, target in found.items() if target}


def _without_zone(target: str, domain: str) -> str:
    """A CNAME's target without the domain that a panel appended; "" where it has none."""
    return target[: -len(domain) - 1] if target.lower().endswith("." + domain) and len(target) > len(domain) + 1 else ""


async def _has_key(dns: DNS, name: str) -> bool:
    try:
        answer = await dns.query(name, "TXT")
    except DNSUnavailable:
        return False
    return read_key(name, answer.texts).usable


def as_cname(looked: Looked, target: str) -> tuple[RecordChange, ...]:
    """The missing key as a CNAME to *target*, in the place of one that leads nowhere."""
    gone = (looked.chain[1],) if len(looked.chain) > 1 else ()
    return (RecordChange(looked.name, "CNAME", target, gone),)


def at_its_name(looked: Looked) -> tuple[RecordChange, ...]:
    """A key's record that was found at the wrong name, at its right one."""
    found = looked.elsewhere
    if found is None or found.type != "TXT" or len(found.text) > MOST_RECORD:
        return ()
    return (RecordChange(looked.name, "TXT", printable(found.text, len(found.text))),)


def mended(looked: Looked) -> tuple[RecordChange, ...]:
    """The record as it ought to be, where what is there tells it and the domain's owner keeps it."""
    key = looked.key
    if not key.mended or not looked.is_own or sum(map(len, looked.texts)) > MOST_RECORD:
        return ()
    gone = tuple(printable(each, len(each)) for each in looked.texts if each != key.mended.encode())
    return (RecordChange(looked.owner, "TXT", key.mended, gone),)


def without_wildcard(facts: Facts) -> tuple[RecordChange, ...]:
    """The wildcard's TXT records taken away, and those that real mail is signed with published by themselves."""
    wildcard = facts.wildcard
    if sum(map(len, wildcard.texts)) > MOST_RECORD:
        return ()
    gone = tuple(printable(each, len(each)) for each in wildcard.texts)
    own = [
        RecordChange(each.name, "TXT", gone[0]) for each in facts.looked if each.usable and each.texts == wildcard.texts
    ]
    return (*own, RecordChange(wildcard.name, "TXT", "", gone))


def set_up(facts: Facts, service: SendingService, targets: Targets) -> tuple[RecordChange, ...]:
    """All CNAMEs of *service* whose targets have a key."""
    missing = {each.key.selector: each for each in facts.of(service) if each.key.domain == facts.domain}
    return tuple(
        change
        for form in service.key_forms
        if (looked := missing.get(form.selector)) and looked.name in targets
        for change in as_cname(looked, targets[looked.name])
    )


def copied(changes: tuple[RecordChange, ...]) -> str:
    """The changes' values as lines to copy."""
    if len(changes) == 1:
        return changes[0].value
    return "\n".join(f"{each.name} {each.type} {each.value}" for each in changes)
