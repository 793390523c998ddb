"""Names to addresses: the hosts file as the system reads it, then DNS. And one DNS question by itself.

RFC 6761: `localhost` is loopback and `.invalid` never exists, whoever is asked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.resolver

from diagnostics.network.asking import Asking, Form, Reply
from diagnostics.network.errors import DNSUnavailable, HostUnknown
from diagnostics.network.nameservers import NameServers, read_nameserver
from diagnostics.network.query import DNS, DNSAnswer, End, RecordType, answered
from diagnostics.network.wire import EDNS_PAYLOAD

HOSTS_FILE = Path("/etc/hosts")


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
    """Asks *nameservers* ("address" or "address:port"; "[v6]:port"), or the system's when there are none.

    It remembers which of them are silent, and nothing else: `SharedDNS` keeps answers.
    """

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        *,
        timeout_s: float = 5.0,
        hosts: Path = HOSTS_FILE,
        trusted: bool | None = None,
    ) -> None:
        """*trusted*: whether the way to the servers is safe, so that their AD counts; None: as `trusted` finds."""
        self.nameservers = tuple(nameservers)
        self.timeout_s = timeout_s
        self.hosts = hosts
        self._trusted = trusted
        self._servers = NameServers(self.nameservers)

    @property
    def trusted(self) -> bool:
        """Whether `DNSAnswer.authentic` may be believed (RFC 4035 §4.9.3): told so, loopback, or trust-ad is set."""
        return self._servers.are_on_this_machine if self._trusted is None else self._trusted

    async def resolve(self, host: str, source: DNS | None = None) -> Addresses:
        """Every address of *host*, asked from *source* (else from here). Raises HostUnknown, DNSUnavailable."""
        if known := self._without_dns(host):
            return known
        started = time.monotonic()
        name = b".".join(self._absolute(host).labels[:-1]).decode("utf-8", "surrogateescape")
        source = source or self
        answers = await asyncio.gather(source.query(name, "A"), source.query(name, "AAAA"), return_exceptions=True)
        return self._judged(host, answers, time.monotonic() - started)

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """The records of *kind* at *name*, from DNS alone: no hosts file, no search list.

        Raises DNSUnavailable; ValueError for what can be no name.
        """
        answer = await self._asked(name, kind, "records")
        assert isinstance(answer, DNSAnswer)
        return answer

    async def signed(self, name: str, kind: RecordType, *, validated: bool = False) -> dns.message.Message:
        """The whole reply with its signatures, for who verifies them. *name* may be the root, ".".

        Unless *validated*, the server hands out what it would refuse too (CD): an answer here where `query`
        raises means that DNSSEC is broken. Raises as `query`.
        """
        reply = await self._asked(name, kind, "vouched" if validated else "signed")
        assert isinstance(reply, dns.message.Message)
        return reply

    def ask(self, name: str, kind: RecordType, form: Form, done: Callable[[Reply | Exception], None]) -> Asking:
        """Begin to ask; *done* gets the reply or an exception, perhaps at once. Raises ValueError for no name."""
        return Asking(self._servers, name, kind, form, self.timeout_s, done)

    async def _asked(self, name: str, kind: RecordType, form: Form) -> Reply:
        came: asyncio.Future[Reply | Exception] = asyncio.get_running_loop().create_future()
        asking = self.ask(name, kind, form, came.set_result)
        try:
            outcome = await came
        finally:
            asking.cancel()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def resolve_now(self, host: str) -> Addresses:
        """As `resolve`, for code that is not asyncio."""
        if known := self._without_dns(host):
            return known
        started = time.monotonic()
        name = self._absolute(host)
        resolver = dns.resolver.Resolver(configure=False)
        try:
            servers = self._servers.in_order()
        except ValueError as error:
            raise DNSUnavailable(host, phase="resolve", detail=str(error)) from error
        resolver.nameservers = [read_nameserver(f"[{each.address}]:{each.port}") for each in servers]
        resolver.use_edns(0, 0, EDNS_PAYLOAD)
        answers: list[DNSAnswer | BaseException] = []
        for kind in ("A", "AAAA"):
            try:
                found = resolver.resolve(name, kind, search=False, raise_on_no_answer=False, lifetime=self.timeout_s)
                answers.append(answered(host, kind, found))
            except dns.resolver.NXDOMAIN:
                answers.append(DNSAnswer(host, kind, End.NXDOMAIN))
            except dns.exception.DNSException as error:
                detail = str(error) or type(error).__name__
                answers.append(DNSUnavailable(host, phase="resolve", detail=detail))
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

    def _judged(self, host: str, answers: Sequence[DNSAnswer | BaseException], seconds: float) -> Addresses:
        """Four different ends of a look-up are not one: NXDOMAIN, no data, no server, no time."""
        found: list[tuple[str, ...]] = []
        trouble: list[DNSUnavailable] = []
        for answer in answers:
            if isinstance(answer, DNSUnavailable):
                trouble.append(answer)
                found.append(())
            elif isinstance(answer, DNSAnswer):
                found.append(tuple(str(address) for address in answer.addresses))
                if answer.end is End.NXDOMAIN:
                    detail = "the name does not exist (NXDOMAIN)"
                    raise HostUnknown(host, phase="resolve", seconds=seconds, detail=detail)
            else:
                raise answer
        if any(found):
            return Addresses(host, found[0], found[1])
        if trouble:
            raise DNSUnavailable(host, phase="resolve", seconds=seconds, detail=trouble[0].detail) from trouble[0]
        raise HostUnknown(
            host, phase="resolve", seconds=seconds, detail="the name exists, but has neither A nor AAAA record"
        )
