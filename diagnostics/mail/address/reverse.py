"""The names behind an address: its PTR records, and whether a name leads back (RFC 1912 §2.1, RFC 8601 §2.7.3)."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.mail.address.names import IPAddress
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, End, RecordType, is_name
from diagnostics.printable import printable

MOST_SHOWN = 20  # records of one name that stand in the evidence
MOST_NAMES = 10  # PTR names that are followed, as many as SPF's ptr takes (RFC 7208 §4.6.4)


@dataclass(frozen=True)
class Led:
    """Where a name leads in the address's own family; `error` where DNS did not say."""

    name: str
    exists: bool = False  # the name has some record, or could have
    addresses: tuple[str, ...] = ()
    aliased: bool = False  # a CNAME stands there: nothing can be added beside it
    ttl: int = 0
    error: str = ""

    def confirms(self, address: IPAddress) -> bool:
        return str(address) in self.addresses


@dataclass(frozen=True)
class Reverse:
    """What the reverse zone says of an address, and what the names in it say of the address."""

    address: IPAddress
    names: tuple[str, ...] = ()  # all of them, sorted
    led: tuple[Led, ...] = ()  # the first ten
    ttl: int = 0
    error: str = ""  # DNS did not answer for the PTR itself

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The names that lead back to the address."""
        return tuple(each.name for each in self.led if each.confirms(self.address))

    @property
    def unseen(self) -> tuple[Led, ...]:
        """The names of which nothing is known."""
        return tuple(each for each in self.led if each.error)

    @property
    def pointer(self) -> str:
        """The name of the PTR record."""
        return self.address.reverse_pointer

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records that were seen, as evidence."""
        kind = forward_type(self.address)
        names = [printable(each) for each in self.names[:MOST_SHOWN]]
        seen = [{"name": self.pointer, "type": "PTR", "values": names, "ttl": self.ttl}]
        forward = [
            {"name": printable(each.name), "type": kind, "values": first_of(each.addresses), "ttl": each.ttl}
            for each in self.led
            if each.addresses
        ]
        return (seen if self.names else []) + forward


async def look_up(dns: DNS, address: IPAddress) -> Reverse:
    """Ask for the PTR of *address*, then for the addresses of each name."""
    try:
        answer = await dns.query(address.reverse_pointer, "PTR")
    except DNSUnavailable as error:
        return Reverse(address, error=printable(str(error)))
    names = tuple(sorted({each.removesuffix(".").lower() for each in answer.names}))
    led = await asyncio.gather(*(lead(dns, each, address) for each in names[:MOST_NAMES]))
    return Reverse(address, names, tuple(led), answer.ttl)


async def lead(dns: DNS, name: str, address: IPAddress) -> Led:
    """Where *name* leads in the family of *address*."""
    if not is_name(name):
        return Led(name)
    try:
        answer = await dns.query(name, forward_type(address))
    except DNSUnavailable as error:
        return Led(name, error=printable(str(error)))
    return Led(
        name,
        exists=answer.end is not End.NXDOMAIN,
        addresses=_addresses(answer),
        aliased=bool(answer.chain),
        ttl=answer.ttl,
    )


def forward_type(address: IPAddress) -> RecordType:
    return "A" if address.version == 4 else "AAAA"


def first_of(addresses: Sequence[str]) -> list[str]:
    """The first of *addresses*, as many as evidence holds."""
    return list(addresses[:MOST_SHOWN])


def _addresses(answer: DNSAnswer) -> tuple[str, ...]:
    return tuple(sorted(str(each) for each in answer.addresses))


def address_of(text: str) -> IPAddress | None:
    """The address that *text* is, an IPv4 one out of its IPv6 wrapping; None for what is none."""
    try:
        address = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        return ipaddress.IPv6Address(address.packed)  # without a zone: `fe80::1%eth0` is fe80::1
    return address


_PRIVATE = tuple(
    (ipaddress.ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "no address of a host"),
        ("10.0.0.0/8", "a private address (RFC 1918)"),
        ("172.16.0.0/12", "a private address (RFC 1918)"),
        ("192.168.0.0/16", "a private address (RFC 1918)"),
        ("100.64.0.0/10", "an address behind a provider's NAT (RFC 6598)"),
        ("127.0.0.0/8", "the machine's own address"),
        ("169.254.0.0/16", "a link-local address"),
        ("224.0.0.0/3", "no address of a host"),
        ("::/127", "the machine's own address"),
        ("fc00::/7", "a private address (RFC 4193)"),
        ("fe80::/10", "a link-local address"),
        ("ff00::/8", "no address of a host"),
    )
)


def why_private(address: IPAddress) -> str:
    """Why no receiver on the Internet can see mail come from *address*; "" where it can."""
    return next((why for net, why in _PRIVATE if net.version == address.version and address in net), "")
