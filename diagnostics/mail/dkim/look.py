"""Which DKIM keys does a domain publish? Selectors that were seen first, then those of its senders, then the usual.

A wildcard is told by a selector that nobody has; NXDOMAIN at `_domainkey` ends the search (RFC 8020).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from diagnostics.mail import senders
from diagnostics.mail.dkim.facts import Facts, Looked, Why, Wildcard
from diagnostics.mail.dkim.key import Key
from diagnostics.mail.dkim.misplaced import searched
from diagnostics.mail.dkim.record import read_key
from diagnostics.mail.dns_codes import nobody
from diagnostics.mail.domain.no_mail import says_no_mail
from diagnostics.mail.domain.subject import Subject, World
from diagnostics.mail.senders import Proof, SendingService, Suspect, Traces
from diagnostics.network import DNS, Answer, DNSAnswer, DNSUnavailable, End, RecordType, ask_all, is_name
from diagnostics.printable import printable

MOST_WANTED = 40  # selectors that messages and people name
MOST_INCLUDES = 20
_INCLUDE = re.compile(rb"(?:include:|redirect=)([a-z0-9._-]{3,253})", re.IGNORECASE)


async def gather_facts(subject: Subject, world: World) -> Facts:
    """Ask DNS for the keys of *subject*. Never raises: a question without answer is a fact too."""
    domain = subject.domain.lower()
    wanted = _wanted(subject, domain)
    probe = f"{nobody(domain)}._domainkey.{domain}"
    labels = list(dict.fromkeys(label for each in senders.SENDERS for label in each.bounce_labels))
    ground: list[tuple[str, RecordType]] = [
        (domain, "TXT"),
        (domain, "MX"),
        (f"_domainkey.{domain}", "TXT"),
        (probe, "TXT"),
        *((f"{label}.{domain}", "CNAME") for label in labels),
        *((name, "TXT") for name in wanted),
    ]
    answers = dict(zip(ground, await _asked(world.dns, ground), strict=True))
    wildcard = await _wildcard(world.dns, domain, answers[(probe, "TXT")], answers[(f"_domainkey.{domain}", "TXT")])
    looked = {name: _looked(name, why, answers[(name, "TXT")], wildcard) for name, why in wanted.items()}
    bounces = [target for label in labels for target in _targets(answers[(f"{label}.{domain}", "CNAME")])]
    traces = _traces(subject, domain, answers, looked.values(), bounces)
    suspects = senders.guess(traces)
    below = answers[(f"_domainkey.{domain}", "TXT")]
    # Behind a wildcard's CNAME, what does not exist is its target.
    nothing_below = isinstance(below, DNSAnswer) and below.end is End.NXDOMAIN and not below.chain
    usual = () if nothing_below or isinstance(below, DNSUnavailable) else senders.general_selectors()
    await _add(world.dns, domain, looked, wildcard, [each.service for each in suspects], usual)
    # A key that was found by a usual selector names a service whose other selectors are worth a question.
    told = [each.service for each in looked.values() if each.service and each.exists]
    await _add(world.dns, domain, looked, wildcard, told, ())
    settled = [_attributed(each, suspects) for each in looked.values()]
    settled = await searched(world.dns, domain, settled, suspects, wildcard)
    unanswered = [
        (f"{kind} {name}", printable(answer.detail, 200))
        for (name, kind), answer in answers.items()
        if isinstance(answer, DNSUnavailable) and name not in wanted and kind != "CNAME"
    ]
    return Facts(
        domain,
        tuple(sorted(settled, key=lambda each: (each.why, not each.exists))),
        suspects,
        wildcard,
        nothing_below,
        _sends_no_mail(answers[(domain, "TXT")], answers[(domain, "MX")]),
        tuple(unanswered),
    )


def _wanted(subject: Subject, domain: str) -> dict[str, Why]:
    """The names of the keys that messages and people speak of, at this domain or one that aligns with it."""
    names: dict[str, Why] = {}
    for sender in subject.senders:
        for signature in sender.signatures:
            signer = signature.domain.lower().removesuffix(".")
            if signer == domain or signer.endswith("." + domain) or domain.endswith("." + signer):
                names[f"{signature.selector.lower()}._domainkey.{signer}"] = Why.SEEN
    for selector in subject.selectors:
        names.setdefault(f"{selector.lower().removesuffix('.')}._domainkey.{domain}", Why.GIVEN)
    return {name: why for name, why in list(names.items())[:MOST_WANTED] if is_name(name)}


async def _asked(dns: DNS, questions: Sequence[tuple[str, RecordType]]) -> list[Answer]:
    """The answer to each question; a name that is too long does not exist."""
    answers = iter(await ask_all(dns, [each for each in questions if is_name(each[0])]))
    return [next(answers) if is_name(name) else DNSAnswer(name, kind, End.NXDOMAIN) for name, kind in questions]


async def _wildcard(dns: DNS, domain: str, probed: Answer, above: Answer) -> Wildcard:
    """What answers for a selector that nobody has, and the `*` at which it stands.

    *above*, the answer at `_domainkey`, is the same where the `*` stands above that too.
    """
    if isinstance(probed, DNSUnavailable) or not (probed.texts or probed.chain):
        return Wildcard()
    texts, tail = probed.texts, probed.chain[1:]
    names = [f"*._domainkey.{domain}", f"*.{domain}"] if _texts(above) != texts else [f"*.{domain}"]
    for name, answer in zip(names, await _asked(dns, [(name, "TXT") for name in names]), strict=True):
        if isinstance(answer, DNSAnswer) and answer.texts:
            return Wildcard(name, texts, tail, answer.ttl)
    return Wildcard("", texts, tail, probed.ttl)


def _looked(name: str, why: Why, answer: Answer, wildcard: Wildcard) -> Looked:
    if isinstance(answer, DNSUnavailable):
        return Looked(Key(name), why, trouble=printable(answer.detail, 200) or "no answer")
    texts, chain = tuple(dict.fromkeys(answer.texts)), answer.chain
    key = read_key(name, texts)
    # What answers for every selector is a key of this one only where somebody signs with it.
    if wildcard.is_all_of(texts, chain) and not (why is Why.SEEN and key.usable):
        return Looked(Key(name), why, ttl=answer.ttl)
    return Looked(key, why, texts, answer.ttl, chain, _service(key.selector, chain))


def _service(selector: str, chain: tuple[str, ...]) -> SendingService | None:
    for hop in chain[1:]:
        if found := senders.by_key_target(hop):
            return found
    return senders.by_selector(selector)


def _attributed(looked: Looked, suspects: Sequence[Suspect]) -> Looked:
    """A TXT key at a selector that many use belongs to the one suspect that uses it.

    One that real mail is signed with and that is not there is its relay's to tell, whatever the selector.
    """
    if looked.service or looked.chain or looked.trouble:
        return looked
    if not looked.exists:
        relays = [each.service for each in suspects if each.proof is Proof.RELAY] if looked.why is Why.SEEN else []
        return dataclasses.replace(looked, service=relays[0]) if len(relays) == 1 else looked
    using = [
        each.service
        for each in suspects
        if not each.service.cname_only
        and (looked.key.selector in each.service.selectors or each.service.makes(looked.key.selector))
    ]
    return dataclasses.replace(looked, service=using[0]) if len(using) == 1 else looked


async def _add(
    dns: DNS,
    domain: str,
    looked: dict[str, Looked],
    wildcard: Wildcard,
    services: Iterable[SendingService],
    usual: Sequence[str],
) -> None:
    """Ask for the selectors of *services* and for *usual* ones, as far as they were not asked yet."""
    whys: dict[str, Why] = {}
    for why, selectors in (
        (Why.SUGGESTED, [selector for each in services for selector in each.selectors]),
        (Why.USUAL, usual),
    ):
        for selector in selectors:
            name = f"{selector}._domainkey.{domain}"
            if name not in looked:
                whys.setdefault(name, why)
    answers = await _asked(dns, [(name, "TXT") for name in whys])
    for (name, why), answer in zip(whys.items(), answers, strict=True):
        looked[name] = _looked(name, why, answer, wildcard)


def _traces(
    subject: Subject,
    domain: str,
    answers: dict[tuple[str, RecordType], Answer],
    looked: Iterable[Looked],
    bounces: Sequence[str],
) -> Traces:
    texts = _texts(answers[(domain, "TXT")])
    exchangers = answers[(domain, "MX")]
    spf = [each for each in texts if each[:6].lower() == b"v=spf1"]
    includes = [found[1].decode("ascii").lower() for each in spf for found in _INCLUDE.finditer(each[:4096])]
    present = [each for each in looked if each.exists or each.leads_nowhere]
    return Traces(
        signing_domains=tuple(mark.domain for sender in subject.senders for mark in sender.signatures),
        relays=tuple(dict.fromkeys(sender.relay for sender in subject.senders if sender.relay)),
        key_targets=tuple(hop for each in present for hop in each.chain[1:]),
        bounce_targets=tuple(bounces),
        includes=tuple(includes[:MOST_INCLUDES]),
        exchangers=tuple(each.host for each in exchangers.exchangers) if isinstance(exchangers, DNSAnswer) else (),
        texts=tuple(each[:200].decode("utf-8", "replace") for each in texts[:50]),
        selectors=tuple(each.key.selector for each in present),
    )


def _texts(answer: Answer) -> tuple[bytes, ...]:
    return answer.texts if isinstance(answer, DNSAnswer) else ()


def _targets(answer: Answer) -> tuple[str, ...]:
    return answer.names if isinstance(answer, DNSAnswer) else ()


def _sends_no_mail(texts: Answer, exchangers: Answer) -> bool:
    return isinstance(exchangers, DNSAnswer) and says_no_mail(_texts(texts), exchangers.exchangers)
