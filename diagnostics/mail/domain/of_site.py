"""Who sends for a site: the From domains and the relay in its settings, its events, and the messages that staff pasted.

A site never sees what its relay adds; a pasted message does, so it is the better word about the
same From domain (RFC 5321 envelope, address, DKIM signatures).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diagnostics.check import Context
from diagnostics.mail.domain.name import NotADomain, read_domain
from diagnostics.mail.domain.subject import Sender, Signature, Subject, World
from diagnostics.mail.outcomes import data_of
from diagnostics.mail.site import mail_settings

MOST_DOMAINS = 5  # a site that sends in more names than this says so in each of them
MOST_SIGNATURES = 10


def world_of(context: Context) -> World:
    """What the checks of *context* look at a domain with."""
    return World(context.network.dns, context.network, context.now, tuple(context.blocklists))


async def subjects_of(context: Context) -> list[Subject]:
    """The site's sending domains, that of its settings first. Raises SiteUnavailable."""
    mail = await mail_settings(context)
    relays: dict[str, str] = {}  # From domain -> the host that takes its mail
    for domain, host in ((mail.from_domain or mail.site_host, mail.host), *_told(context)):
        if readable := _ascii(domain):
            relays.setdefault(readable, host)
    grounds = [sender for message in context.messages if (sender := sender_of(message))]
    for sender in grounds:
        relays.setdefault(sender.header_from, "")
    return [_subject(domain, relay, grounds, context) for domain, relay in list(relays.items())[:MOST_DOMAINS]]


def _told(context: Context) -> Iterator[tuple[str, str]]:
    """From domain and host of each mail that the site told of, the newest first."""
    for event in context.events:
        if event.get("type") in ("mail.sent", "mail.failed"):
            data = data_of(event)
            yield str(data.get("from_domain") or ""), str(data.get("host") or "")


def _subject(domain: str, relay: str, grounds: Sequence[Sender], context: Context) -> Subject:
    busiest = _busiest(context, domain)
    ways: dict[tuple[str, str, str], Sender] = {}
    for each in grounds:  # the newest first: of two messages that came the same way it is the better word
        if each.header_from == domain:
            ways.setdefault((each.mail_from, each.relay, each.helo), each)
    senders = [dataclasses.replace(each, messages_day=busiest) for each in ways.values()]
    return Subject(domain, tuple(senders) or (Sender(domain, relay=relay, known_by="site", messages_day=busiest),))


def sender_of(message: Mapping[str, Any]) -> Sender | None:
    """The stream that a message was of, as `diagnose message` and the console's box read it; None without a domain."""
    try:
        header_from = read_domain(str(message.get("header_from") or "")).ascii
    except NotADomain:
        return None
    signatures = [each for each in message.get("signatures") or () if isinstance(each, Mapping)][:MOST_SIGNATURES]
    return Sender(
        header_from,
        mail_from=str(message.get("mail_from") or ""),
        ip=str(message.get("ip") or ""),
        helo=str(message.get("helo") or ""),
        relay=str(message.get("relay") or ""),
        signatures=tuple(
            Signature(str(each.get("domain") or ""), str(each.get("selector") or ""), each.get("verified"))
            for each in signatures
        ),
        known_by="message",
    )


def _ascii(domain: str) -> str:
    """*domain* as DNS has it; "" for `localhost`, an address and the like, of which the settings check tells."""
    try:
        return read_domain(domain).ascii
    except NotADomain:
        return ""


def _busiest(context: Context, domain: str) -> int:
    """The most mails that the site's events show for one day."""
    days: dict[str, int] = {}
    for event in context.events:
        if (
            event.get("type") in ("mail.sent", "mail.failed")
            and _ascii(str(data_of(event).get("from_domain") or "")) == domain
        ):
            day = str(event.get("occurred_at"))[:10]
            days[day] = days.get(day, 0) + 1
    return max(days.values(), default=0)
