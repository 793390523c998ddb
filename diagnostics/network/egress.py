"""The egress policy: which addresses a check may reach (DESIGN: Egress).

Checks reach what users name, so everything that is not plainly public is refused
unless the settings allow its range: private, loopback, link-local (the cloud's
metadata service too), carrier-grade NAT, multicast, and the IPv6 forms that carry
an IPv4 address inside.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diagnostics.network.errors import NotAllowed

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

REFUSED: tuple[tuple[IPNetwork, str], ...] = tuple(
    (ipaddress.ip_network(network), why)
    for network, why in (
        ("169.254.0.0/16", "link-local or a cloud's metadata service"),
        ("100.64.0.0/10", "carrier-grade NAT (RFC 6598)"),
        ("168.63.129.16/32", "Azure's wire server: a public address that is not"),
        ("127.0.0.0/8", "loopback"),
        ("192.88.99.0/24", "6to4 relay (RFC 7526)"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible IPv6 (RFC 4291 §2.5.5.1)"),
        ("::ffff:0:0/96", "IPv4-mapped IPv6"),
        ("::ffff:0:0:0/96", "IPv4-translated IPv6 (RFC 2765)"),
        ("64:ff9b::/96", "NAT64 (RFC 6052)"),
        ("64:ff9b:1::/48", "local NAT64 (RFC 8215)"),
        ("2001::/32", "Teredo"),
        ("2002::/16", "6to4"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local (RFC 3879)"),
        ("5f00::/16", "segment routing (RFC 9602)"),
    )
)


@dataclass(frozen=True)
class EgressPolicy:
    """Permits public addresses, and those in *allow*."""

    allow: Sequence[IPNetwork] = ()

    def refusal(self, address: str | IPAddress) -> str:
        """Why *address* is refused, in words; "" when it is permitted. Raises ValueError for no address."""
        ip = ipaddress.ip_address(address) if isinstance(address, str) else address
        if isinstance(ip, ipaddress.IPv6Address) and ip.scope_id:
            ip = ipaddress.IPv6Address(ip.packed)  # `fe80::1%eth0` is fe80::1
        if any(ip.version == network.version and ip in network for network in self.allow):
            return ""
        for network, why in REFUSED:
            if ip.version == network.version and ip in network:
                return why
        if ip.is_multicast:
            return "multicast"
        if not ip.is_global:
            return "private or reserved"
        return ""

    def permits(self, address: str | IPAddress) -> bool:
        """Whether a check may connect to *address*."""
        return not self.refusal(address)

    def permitted(self, host: str, addresses: Iterable[str], port: int = 0) -> tuple[str, ...]:
        """Those of *addresses* that may be reached. Raises NotAllowed when none may."""
        asked = tuple(addresses)
        kept = tuple(address for address in asked if self.permits(address))
        if not kept:
            refused = ", ".join(f"{address} is {self.refusal(address)}" for address in asked)
            raise NotAllowed(host, port, phase="resolve", detail=f"not allowed by the egress policy: {refused}")
        return kept

    def with_networks(self, networks: Iterable[IPNetwork]) -> EgressPolicy:
        """This policy, with *networks* allowed too (a site's own private relay)."""
        return EgressPolicy((*self.allow, *networks))

    def resolve_and_pin(self, host: str, nameservers: Sequence[str] = (), *, timeout_s: float = 5.0) -> str:
        """One permitted address of *host*, for code that is not asyncio (requests to sites).

        Connect to this address and keep *host* for TLS and the Host header: asking
        the name again could get another answer. Raises HostUnknown, DNSUnavailable, NotAllowed.
        """
        from diagnostics.network.resolver import Resolver  # the resolver is the policy's client, not its ground

        found = Resolver(nameservers, timeout_s=timeout_s).resolve_now(host)
        return self.permitted(host, found.all)[0]
