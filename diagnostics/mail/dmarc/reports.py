"""Where aggregate and failure reports go: whether that place takes mail, and whether it agreed (RFC 9990 §4).

A report goes to another organization only where that one says so in DNS: `<domain>._report._dmarc.<host>`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from diagnostics.mail.dmarc.record import is_policy_record
from diagnostics.mail.dmarc.suffixes import registered_domain
from diagnostics.mail.dmarc.uris import ReportURI
from diagnostics.network import DNS, DNSUnavailable, End, is_name
from diagnostics.printable import printable

MOST_ADDRESSES = 10  # of one record; receivers need to serve two (RFC 7489 §6.2)
Agreed = Literal["not needed", "yes", "no", "no answer"]
Receives = Literal["yes", "no", "no answer"]


@dataclass(frozen=True)
class MailHost:
    """Whether mail for *domain* has anywhere to go."""

    domain: str
    receives: Receives
    why: str = ""
    by_mx: bool = False  # it says so itself; else its web address would be tried


@dataclass(frozen=True)
class Destination:
    """One mailto address of `rua` or `ruf`, and what DNS says of it."""

    tag: str
    uri: ReportURI
    policy_domain: str  # whose record names it
    agreed: Agreed
    asked: str = ""  # the name of the authorisation record
    own: bool = False  # the same registered domain: its owner can publish the authorisation
    detail: str = ""
    mail: MailHost | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "tag": self.tag,
            "uri": self.uri.text,
            "host": self.uri.host,
            "agreed": self.agreed,
            "asked": self.asked,
            "mail": self.mail.receives if self.mail else "",
        }


async def destinations(
    tagged: list[tuple[str, ReportURI]], policy_domain: str, organization: str, dns: DNS
) -> tuple[Destination, ...]:
    """What DNS says of each address. *organization*: the policy domain's organizational domain by the tree walk."""
    usable = [(tag, uri) for tag, uri in tagged if uri.host and not uri.problem][:MOST_ADDRESSES]
    return tuple(
        await asyncio.gather(*(_destination(tag, uri, policy_domain, organization, dns) for tag, uri in usable))
    )


async def mail_host(domain: str, dns: DNS) -> MailHost:
    """Whether *domain* takes mail: MX, or an address of its own (RFC 5321 §5.1); a null MX says no (RFC 7505)."""
    try:
        answer = await dns.query(domain, "MX")
        if answer.end is End.NXDOMAIN:
            return MailHost(domain, "no", f"{domain} does not exist")
        hosts = [each.host.removesuffix(".") for each in answer.exchangers]
        if hosts:
            return (
                MailHost(domain, "yes", by_mx=True) if any(hosts) else MailHost(domain, "no", f"{domain} has a null MX")
            )
        addresses = await asyncio.gather(dns.query(domain, "A"), dns.query(domain, "AAAA"))
    except DNSUnavailable as error:
        return MailHost(domain, "no answer", printable(error.detail))
    if any(each.addresses for each in addresses):
        return MailHost(domain, "yes")
    return MailHost(domain, "no", f"{domain} has neither MX nor address records")


async def _destination(tag: str, uri: ReportURI, policy_domain: str, organization: str, dns: DNS) -> Destination:
    own = registered_domain(uri.host) == registered_domain(policy_domain)
    inside = uri.host == organization or uri.host.endswith("." + organization)
    if own and inside:
        return Destination(tag, uri, policy_domain, "not needed", own=True, mail=await mail_host(uri.host, dns))
    name = f"{policy_domain}._report._dmarc.{uri.host}"
    (agreed, detail), host = await asyncio.gather(_agreed(name, dns), mail_host(uri.host, dns))
    return Destination(tag, uri, policy_domain, agreed, name, own, detail, host)


async def _agreed(name: str, dns: DNS) -> tuple[Agreed, str]:
    if not is_name(name):
        return "no", "the name is too long for DNS"
    try:
        answer = await dns.query(name, "TXT")
    except DNSUnavailable as error:
        return "no answer", printable(error.detail)
    if any(is_policy_record(each) for each in answer.texts):
        return "yes", ""
    return "no", answer.end.value if not answer.texts else "its TXT record does not begin with v=DMARC1"
