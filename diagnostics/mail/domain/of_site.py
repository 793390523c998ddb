"""Who sends for a site: the From domains and the relay in its settings, its events, and the messages that staff pasted.

A site never sees what its relay adds; a pasted message does, so it is the better word about the
same From domain (RFC 5321 envelope, address, DKIM signatures).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    domains = [mail.from_domain or mail.site_host]
    relays = {domains[0]: mail.host}
    for event in context.events:
        data = data_of(event)
        domain = str(data.get("from_domain") or "").lower()
        if event.get("type") in ("mail.sent", "mail.failed") and domain:
            domains.append(domain)
            relays.setdefault(domain, str(data.get("host") or ""))
    grounds = [sender for message in context.messages if (sender := sender_of(message))]
    domains += [sender.header_from for sender in grounds]
    subjects = []
    for domain in dict.fromkeys(_readable(domains)):
        senders = [sender for sender in grounds if sender.header_from == domain]
        relay = relays.get(domain, "")
        if not senders:
            senders = [Sender(domain, relay=relay, known_by="site", messages_day=_busiest(context, domain))]
        subjects.append(Subject(domain, tuple(senders)))
    return subjects[:MOST_DOMAINS]


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


def _readable(domains: list[str]) -> Iterator[str]:
    for domain in domains:
        try:
            yield read_domain(domain).ascii
        except NotADomain:
            continue  # `localhost`, an address: the settings check is the one to say so


def _busiest(context: Context, domain: str) -> int:
    """The most mails that the site's events show for one day."""
    days: dict[str, int] = {}
    for event in context.events:
        if event.get("type") in ("mail.sent", "mail.failed") and data_of(event).get("from_domain") == domain:
            day = str(event.get("occurred_at"))[:10]
            days[day] = days.get(day, 0) + 1
    return max(days.values(), default=0)
