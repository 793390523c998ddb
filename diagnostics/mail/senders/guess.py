"""From what a domain shows to who sends for it, the best proof first.

What a real message or the site's own settings say comes before what DNS shows; of that, a key's CNAME
before includes, mail exchangers and verification records, and a selector's name last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from diagnostics.mail.senders.service import SendingService
from diagnostics.mail.senders.table import (
    by_bounce_target,
    by_include,
    by_key_target,
    by_mx,
    by_relay,
    by_selector,
    by_verification,
)


class Proof(StrEnum):
    """What points to a service, the best first."""

    SIGNATURE = "d= of a real message"
    RELAY = "the relay that the site submits to"
    KEY_TARGET = "the CNAME of a DKIM key"
    BOUNCE_TARGET = "the CNAME of a bounce subdomain"
    INCLUDE = "an include in SPF"
    EXCHANGER = "MX"
    VERIFICATION = "a verification record"
    SELECTOR = "the name of a selector"


@dataclass(frozen=True)
class Traces:
    """What was seen of a domain; an empty field was not looked at or shows nothing."""

    signing_domains: tuple[str, ...] = ()  # d= of real messages
    relays: tuple[str, ...] = ()
    key_targets: tuple[str, ...] = ()  # names that keys' CNAMEs led through
    bounce_targets: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()  # of the domain's own SPF record
    exchangers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # TXT records at the domain
    selectors: tuple[str, ...] = ()  # with a key behind them, or in a real message


@dataclass(frozen=True)
class Suspect:
    """A service that sends for the domain, or once did, with its best proof."""

    service: SendingService
    proof: Proof
    seen: str  # the name or text that told


def guess(traces: Traces) -> tuple[Suspect, ...]:
    """Each service that *traces* point to, once, the best proven first."""
    found: dict[str, Suspect] = {}
    for suspect in _all(traces):
        found.setdefault(suspect.service.name, suspect)
    return tuple(found.values())


def _all(traces: Traces) -> Iterator[Suspect]:
    # A service that signs as itself signs as the domain of its relay or of its keys.
    yield from _each(Proof.SIGNATURE, traces.signing_domains, by_relay)
    yield from _each(Proof.SIGNATURE, traces.signing_domains, by_key_target)
    yield from _each(Proof.RELAY, traces.relays, by_relay)
    yield from _each(Proof.KEY_TARGET, traces.key_targets, by_key_target)
    yield from _each(Proof.BOUNCE_TARGET, traces.bounce_targets, by_bounce_target)
    yield from _each(Proof.INCLUDE, traces.includes, by_include)
    yield from _each(Proof.EXCHANGER, traces.exchangers, by_mx)
    yield from _each(Proof.VERIFICATION, traces.texts, by_verification)
    yield from _each(Proof.SELECTOR, traces.selectors, by_selector)


def _each(proof: Proof, seen: Iterable[str], whose: Callable[[str], SendingService | None]) -> Iterator[Suspect]:
    for one in seen:
        if service := whose(one):
            yield Suspect(service, proof, one)
