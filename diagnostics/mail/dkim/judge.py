"""From what was seen of a domain's keys to findings: which code, which evidence, which record mends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from diagnostics.finding import Code, Finding
from diagnostics.mail.dkim import codes, repair, words
from diagnostics.mail.dkim.facts import Facts, Looked, Misplaced, Why
from diagnostics.mail.dkim.judge_domain import of_domain
from diagnostics.mail.dkim.key import Flaw
from diagnostics.mail.dkim.misplaced import SENDS
from diagnostics.mail.dkim.repair import Targets
from diagnostics.mail.dns_codes import WRONG_NAME
from diagnostics.printable import printable

_BY_FLAW = {
    Flaw.PRIVATE: codes.PRIVATE_KEY,
    Flaw.SEVERAL: codes.MULTIPLE,
    Flaw.MALFORMED: codes.KEY_MALFORMED,
    Flaw.SERVICE: codes.WRONG_TYPE,
    Flaw.HASH: codes.KEY_UNUSABLE,
    Flaw.UNUSABLE: codes.KEY_UNUSABLE,
    Flaw.SHORT: codes.KEY_SHORT,
    Flaw.WEAK: codes.KEY_WEAK,
    Flaw.TESTING: codes.TESTING,
}
_NEEDS_A_NEW_KEY = (codes.PRIVATE_KEY, codes.KEY_SHORT, codes.KEY_WEAK)
_PASTE_WHOLE = "in one record; where a panel takes 255 characters at most, as two quoted strings of that record"


def judge(facts: Facts, targets: Targets, now: datetime) -> list[Finding]:
    """What *facts* mean for the domain's mail, the selectors in use first. *targets*: as `repair.targets_of` found."""
    findings = [each for looked in facts.looked for each in _of_key(looked, facts, targets, now)]
    return [*findings, *of_domain(facts, targets)]


def _of_key(looked: Looked, facts: Facts, targets: Targets, now: datetime) -> Iterator[Finding]:
    if looked.trouble or _was_a_guess(looked):
        return
    evidence = words.key_facts(looked, now)
    if not looked.exists:
        yield from _of_absence(looked, facts, targets, evidence)
    elif looked.key.detail(Flaw.REVOKED):
        yield from _of_revoked(looked, facts, evidence)
    elif flaws := [each for each in looked.key.flaws if not _is_the_service_s(each.flaw, looked)]:
        for code, why in {_BY_FLAW[each.flaw]: each.detail for each in reversed(flaws)}.items():
            yield _flawed(code, why, looked, evidence)
    else:
        whose = f", of {looked.service.title}" if looked.service else ""
        said = {"key_said": words.key_said(looked, now), "of_whom": whose}
        yield codes.KEY_SOUND.finding(looked.name, {**evidence, **said})


def _was_a_guess(looked: Looked) -> bool:
    """Nothing at all stands there, and nobody said that something would."""
    return not (looked.exists or looked.wanted or looked.elsewhere or looked.proxied or looked.leads_nowhere)


def _is_the_service_s(flaw: Flaw, looked: Looked) -> bool:
    """A short key that its service gives to all customers: the domain's owner has no other, and receivers take it."""
    return flaw is Flaw.WEAK and looked.service is not None and not looked.service.renewal


def _flawed(code: Code, why: str, looked: Looked, evidence: dict[str, Any]) -> Finding:
    changes = repair.mended(looked) if code not in _NEEDS_A_NEW_KEY else ()
    service, owner, panel = looked.service, printable(looked.owner, 260), words.maker(looked)
    if changes and code is codes.MULTIPLE:
        mend = (
            f"keep the value below, and delete the other TXT records of {owner} at the DNS host of {looked.key.domain}"
        )
    elif changes:
        mend = (
            f"at the DNS host of {looked.key.domain}, replace what stands at {owner} by the value below, {_PASTE_WHOLE}"
        )
    elif code is codes.MULTIPLE:
        mend = f"look in {panel} which key is in use, and delete the other TXT records of {owner}"
    elif looked.is_own:
        mend = f"copy the record again from {panel}, and put it in the place of this one, {_PASTE_WHOLE}"
    else:
        keeper = service.title if service else f"who keeps {owner}"
        mend = f"it is a CNAME to {owner}, which only {keeper} can mend; look in {panel}, or send the letter below"
    more = {
        "why": why,
        "mend": mend,
        "renew": service.renewal if service and service.renewal else f"in {panel}",
        "proposed": repair.copied(changes),
        "letter": "" if changes else _letter(code, why, looked),
    }
    return code.finding(looked.name, {**evidence, **more}, records=changes)


def _letter(code: Code, why: str, looked: Looked) -> str:
    new = code in _NEEDS_A_NEW_KEY
    return words.letter_for_key(looked, f"What DNS has for it is not good enough: {why}.", new=new)


def _of_revoked(looked: Looked, facts: Facts, evidence: dict[str, Any]) -> Iterator[Finding]:
    if not looked.wanted and any(each.usable for each in facts.looked):
        yield codes.KEY_RETIRED.finding(looked.name, evidence)
    elif looked.wanted or not facts.sends_no_mail:
        in_use = ", and real mail is signed with it" if looked.why is Why.SEEN else ""
        letter = words.letter_for_key(looked, "The key there is revoked: its p= is empty.", new=True)
        yield codes.KEY_REVOKED.finding(looked.name, {**evidence, "in_use": in_use, "letter": letter})


def _of_absence(looked: Looked, facts: Facts, targets: Targets, evidence: dict[str, Any]) -> Iterator[Finding]:
    if looked.elsewhere and looked.elsewhere.type == "TXT":
        yield _misplaced(looked, looked.elsewhere, evidence)
    elif looked.wanted or looked.elsewhere or looked.proxied:
        yield _missing(looked, targets, evidence)
    elif looked.leads_nowhere and not (looked.service and facts.signs(looked.service)):
        # Else it is a spare selector of a service that signs with another.
        if looked.name in targets or _is_sender(looked, facts):
            yield _missing(looked, targets, evidence)
        else:
            if not any(_same_left_over(each, looked) for each in facts.looked[: facts.looked.index(looked)]):
                yield _stale(looked, [each for each in facts.looked if _same_left_over(each, looked)], evidence)


def _same_left_over(one: Looked, other: Looked) -> bool:
    """Whether both are CNAMEs to nowhere of one service: it has as many selectors as it likes, and goes as a whole."""
    return one is other or bool(one.leads_nowhere and one.service and one.service is other.service and not one.wanted)


def _is_sender(looked: Looked, facts: Facts) -> bool:
    """Whether something beside the CNAME itself says that this service sends."""
    return any(
        each.service is looked.service and each.proof in SENDS and each.seen not in looked.chain
        for each in facts.suspects
    )


def _stale(looked: Looked, together: list[Looked], evidence: dict[str, Any]) -> Finding:
    end, service = printable(looked.owner, 260), looked.service
    fields = [
        f"{printable(each.key.selector, 100)}._domainkey (in full {printable(each.name, 260)})" for each in together
    ]
    more = {
        "provider_title": service.title if service else f"the service behind {end}",
        "why": f"{end} has no TXT record",
        "which": f"CNAME record {fields[0]}" if len(fields) == 1 else f"CNAME records {' and '.join(fields)}",
        "letter": words.letter_for_left_over(looked) if service else "",
        "records": [record for each in together for record in words.records(each)],
    }
    return codes.KEY_STALE.finding(looked.name, {**evidence, **more})


def _missing(looked: Looked, targets: Targets, evidence: dict[str, Any]) -> Finding:
    changes = repair.as_cname(looked, targets[looked.name]) if looked.name in targets else ()
    panel, end = words.maker(looked), printable(looked.owner, 260)
    why, mend = "nothing stands there", f"copy the record from {panel}"
    if looked.lost_its_dot:
        why = f"its CNAME leads to {end}, where a panel appended the domain"
        mend = f"write the CNAME's target with a dot at its end, as {panel} shows it"
    elif looked.leads_nowhere:
        why = f"its CNAME leads to {end}, which has nothing"
        mend = f"finish the domain in {panel}; the key at {end} appears once signing is switched on there"
    elif looked.proxied:
        why = f"the name answers addresses of a web proxy ({', '.join(looked.proxied[:4])}) instead of its CNAME"
        mend = "in the Cloudflare dashboard, DNS → Records, switch this CNAME from Proxied to DNS only (the grey cloud)"
    elif looked.elsewhere:
        why = f"its CNAME stands at {printable(looked.elsewhere.name, 260)}, where nobody looks"
        mend = "move that CNAME to this name; most panels append the domain to the Name field by themselves"
    if changes:
        place = ", in the place of the present one" if looked.chain else ""
        mend = f"a CNAME to the value below{place}; at Cloudflare as DNS only, not proxied"
    letter = words.letter_for_key(looked, f"DNS has no key for it: {why}.")
    if changes or looked.proxied:  # the owner alone can do it
        letter = ""
    more = {"why": why, "mend": mend, "proposed": repair.copied(changes), "letter": letter}
    return codes.KEY_MISSING.finding(looked.name, {**evidence, **more}, records=changes)


def _misplaced(looked: Looked, found: Misplaced, evidence: dict[str, Any]) -> Finding:
    changes = repair.at_its_name(looked)
    at = printable(found.name, 260)
    more = {
        "what": "DKIM",
        "type": found.type,
        "found_at": at,
        "name_field": f"{printable(looked.key.selector, 100)}._domainkey",
        "proposed": repair.copied(changes),
        "records": [{"name": at, "type": "TXT", "values": [printable(found.text, 1500)], "ttl": looked.ttl}],
    }
    return WRONG_NAME.finding(looked.name, {**evidence, **more}, records=changes)
