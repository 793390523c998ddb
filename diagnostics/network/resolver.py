"""Names to addresses: the hosts file as the system reads it, then DNS. And one DNS question by itself.

RFC 6761: `localhost` is loopback and `.invalid` never exists, whoever is asked.
RFC 6891: EDNS with 1,232 bytes, so that large answers need no second try.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from diagnostics.network.errors import DNSUnavailable, HostUnknown
from diagnostics.network.query import DNSAnswer, End, RecordType, answered, wire_name

HOSTS_FILE = Path("/etc/hosts")
EDNS_PAYLOAD = 1232


@dataclass(frozen=True)
class Addresses:
    """The addresses of a host, and who said so: literal, hosts, dns."""

    host: str
    v4: tuple[str, ...] = ()
    v6: tuple[str, ...] = ()
    source: str = "dns"

    @property
    def all(self) -> tuple[str, ...]:
        """IPv4 first: a machine without IPv6 is common, one without IPv4 is not."""
        return (*self.v4, *self.v6)


class Resolver:
    """Asks *nameservers* ("address" or "address:port"; "[v6]:port"), or the system's when there are none."""

    def __init__(self, nameservers: Sequence[str] = (), *, timeout_s: float = 5.0, hosts: Path = HOSTS_FILE) -> None:
        self.nameservers = tuple(nameservers)
        self.timeout_s = timeout_s
        self.hosts = hosts

    async def resolve(self, host: str) -> Addresses:
        """Every address of *host*. Raises HostUnknown, DNSUnavailable."""
        if known := self._without_dns(host):
            return known
        started = time.monotonic()
        name = self._absolute(host)
        resolver = dns.asyncresolver.Resolver(configure=False)
        self._configure(resolver, host)
        answers = await asyncio.gather(
            *(resolver.resolve(name, kind, search=False, lifetime=self.timeout_s) for kind in ("A", "AAAA")),
            return_exceptions=True,
        )
        return self._judged(host, list(answers), time.monotonic() - started)

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """The records of *kind* at *name*, from DNS alone: no hosts file, no search list.

        Raises DNSUnavailable; ValueError for what can be no name.
        """
        asked = wire_name(name)
        started = time.monotonic()
        resolver = dns.asyncresolver.Resolver(configure=False)
        self._configure(resolver, name)
        try:
            found = await resolver.resolve(asked, kind, search=False, raise_on_no_answer=False, lifetime=self.timeout_s)
        except dns.resolver.NXDOMAIN:
            return DNSAnswer(name, kind, End.NXDOMAIN)
        except (dns.exception.DNSException, OSError) as error:
            seconds = time.monotonic() - started
            detail = _what_came(error)
            raise DNSUnavailable(name, phase="resolve", seconds=seconds, detail=detail) from error
        return answered(name, kind, found)

    def resolve_now(self, host: str) -> Addresses:
        """As `resolve`, for code that is not asyncio."""
        if known := self._without_dns(host):
            return known
        started = time.monotonic()
        name = self._absolute(host)
        resolver = dns.resolver.Resolver(configure=False)
        self._configure(resolver, host)
        answers: list[object] = []
        for kind in ("A", "AAAA"):
            try:
                answers.append(resolver.resolve(name, kind, search=False, lifetime=self.timeout_s))
            except dns.exception.DNSException as error:
                answers.append(error)
        return self._judged(host, answers, time.monotonic() - started)

    def _without_dns(self, host: str) -> Addresses | None:
        try:
            literal = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            pass  # a name, as usual
        else:
            text = str(literal)
            return Addresses(
                host,
                v4=(text,) if literal.version == 4 else (),
                v6=(text,) if literal.version == 6 else (),
                source="literal",
            )
        plain = host.rstrip(".").lower()
        if plain == "invalid" or plain.endswith(".invalid"):
            raise HostUnknown(host, phase="resolve", detail="names under .invalid never exist (RFC 6761)")
        v4, v6 = self._in_hosts_file(plain)
        if not (v4 or v6) and (plain == "localhost" or plain.endswith(".localhost")):
            v4, v6 = ("127.0.0.1",), ("::1",)
        return Addresses(host, v4, v6, source="hosts") if v4 or v6 else None

    def _in_hosts_file(self, plain: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        try:
            text = self.hosts.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return (), ()
        found: dict[int, list[str]] = {4: [], 6: []}
        for line in text.splitlines():
            address, *names = line.partition("#")[0].split() or [""]
            if plain not in (name.lower() for name in names):
                continue
            try:
                found[ipaddress.ip_address(address).version].append(address)
            except ValueError:
                continue  # a line that the system cannot read either
        return tuple(found[4]), tuple(found[6])

    @staticmethod
    def _absolute(host: str) -> dns.name.Name:
        """*host* as an absolute name: no search list. Raises HostUnknown for what cannot be a name."""
        try:
            try:
                host.encode("ascii")
                name = dns.name.from_text(host)
            except UnicodeEncodeError:
                name = dns.name.from_unicode(host)
        except (dns.exception.DNSException, UnicodeError, ValueError) as error:
            raise HostUnknown(host, phase="resolve", detail=f"not a host name: {error}") from error
        if name == dns.name.root:
            raise HostUnknown(host, phase="resolve", detail="no host name is set")
        return name

    def _configure(self, resolver: dns.resolver.BaseResolver, host: str) -> None:
        try:
            if self.nameservers:
                resolver.nameservers = [read_nameserver(text) for text in self.nameservers]
            else:
                resolver.read_resolv_conf("/etc/resolv.conf")
        except (dns.exception.DNSException, OSError) as error:
            raise DNSUnavailable(host, phase="resolve", detail=f"no name server: {error}") from error
        resolver.use_edns(0, 0, EDNS_PAYLOAD)

    def _judged(self, host: str, answers: Sequence[object], seconds: float) -> Addresses:
        """Four different ends of a look-up are not one: NXDOMAIN, no data, no server, no time."""
        found: list[tuple[str, ...]] = []
        trouble: list[BaseException] = []
        for answer in answers:
            if isinstance(answer, dns.resolver.Answer):
                found.append(tuple(record.address for record in answer))
                continue
            found.append(())
            if isinstance(answer, dns.resolver.NXDOMAIN):
                detail = "the name does not exist (NXDOMAIN)"
                raise HostUnknown(host, phase="resolve", seconds=seconds, detail=detail)
            if isinstance(answer, BaseException) and not isinstance(answer, dns.resolver.NoAnswer):
                trouble.append(answer)
        if any(found):
            return Addresses(host, found[0], found[1])
        if trouble:
            detail = str(trouble[0]) or type(trouble[0]).__name__
            raise DNSUnavailable(host, phase="resolve", seconds=seconds, detail=detail) from trouble[0]
        raise HostUnknown(
            host, phase="resolve", seconds=seconds, detail="the name exists, but has neither A nor AAAA record"
        )


def _what_came(error: Exception) -> str:
    """What each server did instead of answering, once each."""
    tries = getattr(error, "kwargs", {}).get("errors", ())
    said = []
    for server, _tcp, _port, came, _response in tries:
        who = str(server).removeprefix("Do53:").replace("@", ":")
        silent = isinstance(came, dns.exception.Timeout)
        said.append(f"no answer from {who}" if silent else f"{who} answered {came or type(came).__name__}")
    return "; ".join(dict.fromkeys(said)) or str(error) or type(error).__name__


def read_nameserver(text: str) -> dns.nameserver.Nameserver:
    """192.0.2.1, 192.0.2.1:5353, 2001:db8::1 or [2001:db8::1]:5353. Raises ValueError."""
    if text.startswith("["):
        address, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, ""
    if not (port or "53").isdecimal() or not 0 < int(port or 53) < 65536:
        raise ValueError(f"no port: {port}")
    return dns.nameserver.Do53Nameserver(str(ipaddress.ip_address(address)), int(port or 53))
