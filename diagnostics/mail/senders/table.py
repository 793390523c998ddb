"""The whole table of who sends, and the ways to find a row in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from diagnostics.mail import providers
from diagnostics.mail.senders.campaigns import CAMPAIGNS
from diagnostics.mail.senders.hosts import HOSTS
from diagnostics.mail.senders.mailboxes import MAILBOXES
from diagnostics.mail.senders.relays import RELAYS
from diagnostics.mail.senders.service import SendingService, ends_with

SENDERS: tuple[SendingService, ...] = (*RELAYS, *CAMPAIGNS, *MAILBOXES, *HOSTS)
MOST_REMEMBERED = 4096  # a report asks for the same name again and again, and so does the next one
_BY_NAME = {each.name: each for each in SENDERS}

# Names that mail servers, their manuals and panels give by default; none of them proves a service.
_USUAL = (
    *("default", "dkim", "mail", "email", "smtp", "mx", "mta", "k1", "s1", "s2", "selector2", "sel1", "key1", "key2"),
    *("dkim1", "dkim2", "s1024", "s2048", "dkim2048", "server", "main", "20230601", "ed25519", "rsa"),
)


def by_name(name: str) -> SendingService | None:
    """The service of this name."""
    return _BY_NAME.get(name)


@lru_cache(MOST_REMEMBERED)
def by_include(host: str) -> SendingService | None:
    """Whose SPF include (or redirect) *host* is."""
    return _longest(host, lambda each: each.includes)


@lru_cache(MOST_REMEMBERED)
def by_key_target(name: str) -> SendingService | None:
    """Whose keys lie at *name*, which a selector's CNAME led to."""
    return _longest(name, lambda each: each.key_targets)


@lru_cache(MOST_REMEMBERED)
def by_bounce_target(name: str) -> SendingService | None:
    """Who takes the bounces of a subdomain whose CNAME leads to *name*."""
    return _longest(name, lambda each: each.bounce_targets)


@lru_cache(MOST_REMEMBERED)
def by_mx(host: str) -> SendingService | None:
    """Who receives mail at the exchanger *host*."""
    return _longest(host, lambda each: each.mx)


@lru_cache(MOST_REMEMBERED)
def by_selector(selector: str) -> SendingService | None:
    """Whose selector this is, where its name alone tells: `s1` or `default` tell nothing."""
    return next((each for each in SENDERS if each.is_told_by(selector)), None)


@lru_cache(MOST_REMEMBERED)
def by_verification(text: str) -> SendingService | None:
    """Who asked for this TXT record, to see that the domain is its customer's."""
    text = text.lower()
    return next((each for each in SENDERS for start in each.verifications if text.startswith(start.lower())), None)


@lru_cache(MOST_REMEMBERED)
def by_relay(host: str) -> SendingService | None:
    """Whose relay *host* is."""
    if found := _longest(host, lambda each: each.relays):
        return found
    provider = providers.by_host(host)
    if provider is None or (provider.name == "ses" and "email-smtp" not in host.lower()):
        return None  # a machine at EC2 has a name that ends like the relay's
    return _BY_NAME.get(provider.name)


def general_selectors() -> tuple[str, ...]:
    """What is tried where nothing points to a service: the usual names, then one for each service.

    Where one of them has a key, its service's other selectors are worth a question.
    """
    return tuple(dict.fromkeys((*_USUAL, *(each.selectors[0] for each in SENDERS if each.selectors))))


def _longest(name: str, ends: Callable[[SendingService], Iterable[str]]) -> SendingService | None:
    """The service with the longest of its *ends* that *name* has."""
    found = [(len(end), each) for each in SENDERS for end in ends(each) if ends_with(name, end)]
    return max(found, key=lambda each: each[0])[1] if found else None
