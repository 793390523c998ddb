"""Where a domain receives its mail: the MX records, what each name leads to, and who that is (RFC 5321 §5.1)."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.mail import providers
from diagnostics.mail.senders import by_mx
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, EgressPolicy, End, MailExchanger, is_name
from diagnostics.printable import printable

_EXAMPLES = tuple(
    ipaddress.ip_network(each) for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)  # RFC 5737, RFC 3849
MOST_HOSTS = 10  # looked at; who publishes more gets no more mail by it


@dataclass(frozen=True)
class Address:
    """What a host name came to. `trouble`: DNS gave no answer for a part of it."""

    name: str
    addresses: tuple[str, ...] = ()
    canonical: str = ""  # where CNAMEs led
    exists: bool = True
    trouble: str = ""
    answers: tuple[DNSAnswer, ...] = ()


@dataclass(frozen=True)
class MailHost:
    """One MX record with what its name leads to."""

    preference: int
    name: str  # ASCII, lower case, no final dot
    value: str  # the record as found, without the final dot
    address: Address
    fault: str = ""  # "" | alias | missing | no_address | private | literal
    refused: tuple[str, ...] = ()  # addresses that nobody outside can reach, with the reason
    better: Address | None = None  # for a fault: the name that was probably meant, or could be used instead

    @property
    def sound(self) -> bool:
        return not self.fault and not self.address.trouble


@dataclass(frozen=True)
class MailRoute:
    """How mail reaches *domain*: by hosts, by its own address (implicit), or not at all."""

    domain: str
    answer: DNSAnswer | None = None
    trouble: str = ""
    hosts: tuple[MailHost, ...] = ()
    null: str = ""  # the null MX as found: "0 ."
    own: Address | None = None  # the domain's own address, asked where there is no other host

    @property
    def exists(self) -> bool:
        return self.answer is None or self.answer.end is not End.NXDOMAIN

    @property
    def receives(self) -> bool:
        """By MX records of its own."""
        return bool(self.hosts)

    @property
    def provider(self) -> str:
        """Who receives, where it is one known party."""
        titles = {title for host in self.hosts if (title := receiver(host.name))}
        return titles.pop() if len(titles) == 1 else ""


def receiver(host: str) -> str:
    """The name of the service that receives at *host*; "" where it is not known."""
    service = by_mx(host)
    if service:
        return service.title
    provider = providers.by_host(host)
    return provider.title if provider else ""


async def look_at_route(domain: str, dns: DNS, policy: EgressPolicy) -> MailRoute:
    """The MX records of *domain*, each followed to its addresses. Raises nothing of the network's."""
    try:
        answer = await dns.query(domain, "MX")
    except DNSUnavailable as error:
        return MailRoute(domain, trouble=printable(error.detail))
    pairs = sorted(
        zip(answer.exchangers, answer.values, strict=True), key=lambda pair: (pair[0].preference, pair[0].host.lower())
    )
    null = next((value for exchanger, value in pairs if not exchanger.host), "")
    named = [(exchanger, value) for exchanger, value in pairs if exchanger.host][:MOST_HOSTS]
    names = {exchanger.host.lower(): exchanger.host for exchanger, _ in named}
    found = await asyncio.gather(*(addresses_of(name, dns) for name in names))
    by_name = dict(zip(names, found, strict=True))
    hosts = await asyncio.gather(
        *(_host(domain, exchanger, value, by_name[exchanger.host.lower()], dns, policy) for exchanger, value in named)
    )
    own = None
    if not hosts and answer.end is not End.NXDOMAIN:
        own = await addresses_of(domain, dns)
    return MailRoute(domain, answer, hosts=tuple(hosts), null=null, own=own)


async def addresses_of(name: str, dns: DNS) -> Address:
    """A and AAAA of *name*."""
    if not is_name(name):
        return Address(name, exists=False)
    answers: list[DNSAnswer] = []
    trouble = ""
    for outcome in await asyncio.gather(dns.query(name, "A"), dns.query(name, "AAAA"), return_exceptions=True):
        if isinstance(outcome, DNSUnavailable):
            trouble = trouble or printable(outcome.detail)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            answers.append(outcome)
    addresses = tuple(str(each) for answer in answers for each in answer.addresses)
    canonical = next((answer.chain[-1] for answer in answers if answer.chain), "")
    exists = not answers or any(answer.end is not End.NXDOMAIN for answer in answers)
    return Address(name, addresses, canonical, exists, "" if addresses else trouble, tuple(answers))


async def _host(
    domain: str, exchanger: MailExchanger, value: str, address: Address, dns: DNS, policy: EgressPolicy
) -> MailHost:
    name = exchanger.host.lower()
    fault, refused = _fault(name, address, policy)
    better = None
    if fault in ("missing", "no_address"):
        better = await _meant(domain, name, dns)
    elif fault == "literal":
        better = await addresses_of(f"mail.{domain}", dns)
    return MailHost(exchanger.preference, name, value.removesuffix("."), address, fault, refused, better)


def _fault(name: str, address: Address, policy: EgressPolicy) -> tuple[str, tuple[str, ...]]:
    addresses = (name.strip("[]"),) if is_address(name) else address.addresses
    refused = tuple(f"{each} ({why})" for each in addresses if (why := _unreachable(each, policy)))
    if is_address(name):
        return "literal", refused
    if address.trouble:
        return "", ()
    if address.canonical:
        return "alias", refused
    if not address.addresses:
        return ("no_address" if address.exists else "missing"), ()
    return ("private" if refused else ""), refused


def _unreachable(address: str, policy: EgressPolicy) -> str:
    """Why nobody outside can reach *address*; "" where it is public, or allowed here."""
    ip = ipaddress.ip_address(address)
    if any(ip.version == each.version and ip in each for each in _EXAMPLES):
        return ""  # nobody's address: it stands in examples for a public one
    return policy.refusal(ip)


async def _meant(domain: str, name: str, dns: DNS) -> Address | None:
    """The name behind two common slips: the zone appended twice, and a relative name written as an absolute one."""
    candidates = [name.removesuffix(f".{domain}")] if name.endswith(f".{domain}.{domain}") else []
    if "." not in name:
        candidates.append(f"{name}.{domain}")
    for candidate in candidates:
        found = await addresses_of(candidate, dns)
        if found.addresses and not found.canonical:
            return found
    return None


def is_address(text: str) -> bool:
    """Whether *text* is an IP address, where a name belongs."""
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def repeats(hosts: Sequence[MailHost]) -> dict[str, list[MailHost]]:
    """Hosts that stand in more than one MX record, the one that is tried first leading."""
    by_name: dict[str, list[MailHost]] = {}
    for host in hosts:
        by_name.setdefault(host.name, []).append(host)
    return {name: each for name, each in by_name.items() if len(each) > 1}
