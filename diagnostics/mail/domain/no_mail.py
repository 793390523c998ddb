"""Whether a domain says of itself that it has nothing to do with mail: SPF `v=spf1 -all` alone, and no exchanger.

That is how a parked domain is kept from forgers (RFC 7208 §10.1.2, RFC 7505): nothing more is asked of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

from diagnostics.mail.domain.subject import Subject
from diagnostics.network import DNS, DNSUnavailable, MailExchanger

_CLOSED = re.compile(rb"v=spf1\s+-all\s*\Z", re.IGNORECASE)


def says_no_mail(texts: Iterable[bytes], exchangers: Iterable[MailExchanger]) -> bool:
    """Whether the TXT and MX records of a domain say so."""
    return any(_CLOSED.match(each) for each in texts) and not any(each.host.strip(".") for each in exchangers)


async def sends_no_mail(subject: Subject, dns: DNS) -> bool:
    """Whether *subject*'s domain says so, and nobody is known who sends in its name. Asks what every look asks."""
    if subject.senders:
        return False
    try:
        texts, exchangers = await asyncio.gather(dns.query(subject.domain, "TXT"), dns.query(subject.domain, "MX"))
    except DNSUnavailable:
        return False
    return says_no_mail(texts.texts, exchangers.exchangers)
