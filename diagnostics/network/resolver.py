"""Names to addresses: the hosts file as the system reads it, then DNS. And one DNS question by itself.

RFC 6761: `localhost` is loopback and `.invalid` never exists, whoever is asked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver

from diagnostics.network.errors import DNSUnavailable, HostUnknown
from diagnostics.network.exchange import Exchange, NoReply
from diagnostics.network.nameservers import NameServers, read_nameserver
from diagnostics.network.query import DNS, DNSAnswer, End, RecordType, answered, wire_name
from diagnostics.network.wire import EDNS_PAYLOAD, Nonsense, Question, rcode, void

__all__ = ["EDNS_PAYLOAD", "Addresses", "Resolver", "read_nameserver"]

Read = TypeVar("Read")
HOSTS_FILE = Path("/etc/hosts")
MOST_LINKS = 12  # CNAMEs of one chain that are followed


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
        asked = wire_name(name)
        started = time.monotonic()
        led = [name]
        answer, whole = await self._ask(asked, name, kind, started)
        # A resolver follows CNAMEs to their end; a server of one zone stops where its zone does.
        while not whole and answer.chain:
            target = answer.chain[-1]
            if target in led or len(answer.chain) > MOST_LINKS:
                detail = f"its CNAMEs lead in a circle: {' → '.join((*answer.chain[:MOST_LINKS], target))}"
                raise DNSUnavailable(name, phase="resolve", seconds=time.monotonic() - started, detail=detail)
            led.append(target)
            end, whole = await self._ask(wire_name(target), name, kind, started)
            answer = replace(
                end,
                chain=(*answer.chain, *end.chain[1:]),
                ttl=min(answer.ttl, end.ttl),
                authentic=answer.authentic and end.authentic,
            )
        return answer

    async def signed(self, name: str, kind: RecordType, *, validated: bool = False) -> dns.message.Message:
        """The whole reply with its signatures, for who verifies them. *name* may be the root, ".".

        Unless *validated*, the server hands out what it would refuse too (CD): an answer here where `query`
        raises means that DNSSEC is broken. Raises as `query`.
        """
        asked = dns.name.root if name == "." else wire_name(name)
        started = time.monotonic()
        number = dns.rdatatype.from_text(kind)

        def make(edns: bool) -> Question:
            return Question.of(asked, number, validated=validated, signed=True, edns=edns)

        return await self._exchanged(name, make, lambda question, reply: _message(reply), started)

    async def _ask(self, asked: dns.name.Name, name: str, kind: RecordType, started: float) -> tuple[DNSAnswer, bool]:
        """One question, and whether the answer goes to the end of its CNAMEs."""
        number = dns.rdatatype.from_text(kind)

        def make(edns: bool) -> Question:
            return Question.of(asked, number, edns=edns)

        def read(question: Question, reply: bytes) -> tuple[DNSAnswer, bool]:
            if (nothing := void(question, reply)) is not None:
                return DNSAnswer(name, kind, nothing.end, ttl=nothing.ttl, authentic=nothing.authentic), True
            return _records(name, kind, reply)

        return await self._exchanged(name, make, read, started)

    async def _exchanged(
        self, name: str, make: Callable[[bool], Question], read: Callable[[Question, bytes], Read], started: float
    ) -> Read:
        """What *read* made of a reply. Raises DNSUnavailable."""
        left_s = max(0.0, started + self.timeout_s - time.monotonic())
        try:
            return await Exchange(self._servers, make, read).run(left_s)
        except NoReply as error:
            seconds = time.monotonic() - started
            raise DNSUnavailable(name, phase="resolve", seconds=seconds, detail=str(error) or "no time left") from error

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


def _records(name: str, kind: RecordType, reply: bytes) -> tuple[DNSAnswer, bool]:
    """A reply with records in its answer section, by dnspython. Raises Nonsense."""
    message = _message(reply)
    try:
        question = message.question[0]
        found = dns.resolver.Answer(question.name, question.rdtype, dns.rdataclass.IN, message)
        answer = answered(name, kind, found)
    except dns.message.ChainTooLong as error:
        raise Nonsense("CNAMEs that lead in a circle") from error
    except (dns.exception.DNSException, ValueError) as error:
        raise Nonsense(f"records that do not fit together ({type(error).__name__})") from error
    if answer.end is End.ANSWER:
        return answer, True
    if rcode(reply) == dns.rcode.NXDOMAIN:
        return replace(answer, end=End.NXDOMAIN), True
    has_soa = any(each.rdtype == dns.rdatatype.SOA for each in message.authority)
    return answer, has_soa


def _message(reply: bytes) -> dns.message.QueryMessage:
    """The whole reply, by dnspython. Raises Nonsense."""
    try:
        message = dns.message.from_wire(reply, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError) as error:
        raise Nonsense(f"octets that are no DNS message ({type(error).__name__})") from error
    assert isinstance(message, dns.message.QueryMessage)
    return message
