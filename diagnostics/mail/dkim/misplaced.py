"""Where a key that is not found landed instead: a name with the domain twice, a forgotten `_domainkey`, a web proxy."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
from collections.abc import Sequence

from diagnostics.mail.dkim.facts import Looked, Misplaced, Wildcard
from diagnostics.mail.dkim.record import is_key_like
from diagnostics.mail.dns_codes import nobody
from diagnostics.mail.senders import Proof, Suspect
from diagnostics.network import DNS, DNSAnswer, End, RecordType, ask_all, is_name

MOST_SEARCHED = 12
# A CNAME that Cloudflare proxies answers addresses of its own instead. https://www.cloudflare.com/ips/
_PROXY = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18"),
        *("108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17"),
        *("162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22"),
    )
)
SENDS = frozenset({Proof.SIGNATURE, Proof.RELAY, Proof.KEY_TARGET, Proof.BOUNCE_TARGET, Proof.INCLUDE})


async def searched(
    dns: DNS, domain: str, looked: Sequence[Looked], suspects: Sequence[Suspect], wildcard: Wildcard
) -> list[Looked]:
    """*looked*, and for each missing key that ought to be there what stands in its place or beside it."""
    expected = {
        selector
        for each in suspects
        if each.proof in SENDS and not any(one.exists and one.service is each.service for one in looked)
        for selector in each.service.selectors
        if each.service.is_told_by(selector) or each.service.fixed
    }
    missing = [
        each
        for each in looked
        if not each.exists and not each.trouble and not each.chain
        if each.wanted or (each.key.selector in expected and each.key.domain == domain)
    ][:MOST_SEARCHED]
    found = dict(zip(missing, await asyncio.gather(*(_search(dns, each, wildcard) for each in missing)), strict=True))
    return [found.get(each, each) for each in looked]


async def _search(dns: DNS, looked: Looked, wildcard: Wildcard) -> Looked:
    selector, domain = looked.key.selector, looked.key.domain
    labels = domain.split(".")
    zones = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    names = [*(f"{looked.name}.{zone}" for zone in zones), f"{selector}.domainkey.{domain}", f"{selector}.{domain}"]
    questions: list[tuple[str, RecordType]] = [
        (looked.name, "A"),
        (f"{nobody(domain)}._domainkey.{domain}", "A"),
        *((name, "TXT") for name in names),
    ]
    here, anywhere, *texts = await _asked(dns, questions)
    proxied = [each for each in here.addresses if any(each.version == 4 and each in network for network in _PROXY)]
    elsewhere = next(
        (
            Misplaced(name, "CNAME" if answer.chain else "TXT", text)
            for name, answer in zip(names, texts, strict=True)
            for text in answer.texts
            if is_key_like(text) and text not in wildcard.texts
        ),
        None,
    )
    own = () if anywhere.addresses == here.addresses else tuple(map(str, proxied))
    return dataclasses.replace(looked, proxied=own, elsewhere=elsewhere)


async def _asked(dns: DNS, questions: Sequence[tuple[str, RecordType]]) -> list[DNSAnswer]:
    """Questions beside the point: without an answer, nothing is claimed."""
    askable = [each for each in questions if is_name(each[0])]
    came = dict(zip(askable, await ask_all(dns, askable), strict=True))
    nothing = DNSAnswer("", "TXT", End.NODATA)
    return [each if isinstance(each, DNSAnswer) else nothing for each in (came.get(asked) for asked in questions)]
