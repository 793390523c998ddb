"""Which authenticated domains of the message belong to its From domain: facts, for DMARC to judge (RFC 9989 §4.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from diagnostics.mail.dmarc.suffixes import registered_domain
from diagnostics.mail.dmarc.walk import Walk, same_organization, walk
from diagnostics.network import DNS, is_name


@dataclass(frozen=True)
class Identifier:
    """One domain that stands for the message, beside the From domain."""

    by: Literal["DKIM", "envelope"]
    domain: str
    holds: bool | None  # a signature that verifies; of the envelope SPF decides, so None
    identical: bool  # strict alignment
    relaxed: bool | None  # by RFC 9989's walk; None: DNS did not answer
    relaxed_by_list: bool  # by RFC 7489's public suffix list


async def compare(
    header_from: str, signed: Iterable[tuple[str, bool | None]], mail_from: str, dns: DNS, timeout_s: float
) -> tuple[Identifier, ...]:
    """Compare the domains that signed (d=, whether it holds) and the envelope's with the From domain.

    What DNS has not said after *timeout_s* is not known.
    """
    found: list[tuple[Literal["DKIM", "envelope"], str, bool | None]] = [
        ("DKIM", domain, holds) for domain, holds in signed if domain
    ]
    if mail_from:
        found.append(("envelope", mail_from, None))
    if not header_from:
        return ()
    domains = sorted({header_from, *(domain for _, domain, _ in found)})
    asked = [each for each in domains if is_name(each) and (each != header_from or len(domains) > 1)]
    try:
        async with asyncio.timeout(timeout_s):
            walks = dict(zip(asked, await asyncio.gather(*(walk(each, dns) for each in asked)), strict=True))
    except TimeoutError:
        walks = {}
    return tuple(
        Identifier(
            by,
            domain,
            holds,
            identical=domain == header_from,
            relaxed=_relaxed(header_from, domain, walks),
            relaxed_by_list=_by_list(header_from, domain),
        )
        for by, domain, holds in dict.fromkeys(found)
    )


def _relaxed(header_from: str, domain: str, walks: Mapping[str, Walk]) -> bool | None:
    if domain == header_from:
        return True
    if header_from not in walks:
        return None
    if domain not in walks:
        return False  # no name that could be walked
    own = walks[header_from]
    if not own.unanswered and not any(each.record for each in own.reached):
        # No DMARC at all yet: told as it will be with a record at the registered domain.
        return _by_list(header_from, domain)
    return same_organization(own, walks[domain])


def _by_list(header_from: str, domain: str) -> bool:
    return registered_domain(domain) == registered_domain(header_from)
