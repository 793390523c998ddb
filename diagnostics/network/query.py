"""What one DNS question came to: an answer, no data, no such name. The fourth end is raised: DNSUnavailable.

A name is written with dots between its labels and nothing escaped, for SPF's macros may put
any byte into one; a byte that is not UTF-8 stands as Python's surrogate escape.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

import dns.flags
import dns.name
import dns.rdata
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.TLSA
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rdtypes.nsbase
import dns.rdtypes.txtbase
import dns.resolver

RecordType = Literal["A", "AAAA", "MX", "PTR", "TXT", "CNAME", "NS", "SOA", "SPF", "TLSA", "DS", "DNSKEY"]
MOST_NAME_OCTETS = 253  # RFC 1035 §2.3.4: 255 on the wire, less the first length and the root
MOST_LABEL_OCTETS = 63
_LABELS = re.compile(r"[^.]{1,63}(?:\.[^.]{1,63})*\.?")


class End(StrEnum):
    """How a question ended, where it was answered. The last two are RFC 7208's void lookups."""

    ANSWER = "answer"
    NODATA = "no data"  # the name exists and has no record of this type
    NXDOMAIN = "no such name"


@dataclass(frozen=True)
class MailExchanger:
    """One MX record."""

    preference: int
    host: str


@dataclass(frozen=True)
class TLSARecord:
    """One TLSA record (RFC 6698 §2.1)."""

    usage: int
    selector: int
    matching: int
    data: bytes


@dataclass(frozen=True)
class DNSAnswer:
    """The records of one type at one name, in the field for that type."""

    name: str
    kind: RecordType
    end: End
    addresses: tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...] = ()  # A, AAAA
    exchangers: tuple[MailExchanger, ...] = ()  # MX, in no order
    names: tuple[str, ...] = ()  # PTR, CNAME, NS
    texts: tuple[bytes, ...] = ()  # TXT and SPF, each record's strings joined
    strings: tuple[tuple[bytes, ...], ...] = ()  # the same, as they were split
    tlsa: tuple[TLSARecord, ...] = ()
    values: tuple[str, ...] = ()  # every record in presentation form (RFC 1035 §5.1), whatever its type
    ttl: int = 0  # seconds that the answer may be kept; of a void answer, by the zone's SOA (RFC 2308)
    chain: tuple[str, ...] = ()  # the names that CNAMEs led through, the asked one first; () without
    authentic: bool = False  # the resolver says that it validated this (AD, RFC 4035 §3.2.3)


class DNS(Protocol):
    """Whatever answers DNS questions: the network's resolver, or records laid over it in memory."""

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """The records of *kind* at *name*. Raises DNSUnavailable; ValueError for what can be no name."""


@functools.lru_cache(maxsize=1024)  # a report asks the same names again and again
def is_name(text: str) -> bool:
    """Whether *text* can be asked for: labels of 1 to 63 octets, 253 in all; one final dot may stand."""
    if text.isascii():
        return len(text) <= MOST_NAME_OCTETS + text.endswith(".") and bool(_LABELS.fullmatch(text))
    octets = text.encode("utf-8", "surrogateescape").removesuffix(b".")
    labels = octets.split(b".")
    return len(octets) <= MOST_NAME_OCTETS and all(0 < len(label) <= MOST_LABEL_OCTETS for label in labels)


def wire_name(text: str) -> dns.name.Name:
    """*text* as an absolute name. Raises ValueError for what can be no name."""
    if not is_name(text):
        raise ValueError(f"not a DNS name: {text!r}")
    labels = text.encode("utf-8", "surrogateescape").removesuffix(b".").split(b".")
    return dns.name.Name([*labels, b""])


def answered(name: str, kind: RecordType, records: dns.resolver.Answer) -> DNSAnswer:
    """dnspython's answer as ours; one without records is `no data`."""
    response = records.response
    led = [_text(link.name) for link in records.chaining_result.cnames]
    return recorded(
        name,
        kind,
        list(records.rrset or ()),
        ttl=records.chaining_result.minimum_ttl,
        chain=(*led, _text(records.canonical_name)) if led else (),
        authentic=bool(response.flags & dns.flags.AD),
    )


def recorded(
    name: str,
    kind: RecordType,
    records: Sequence[dns.rdata.Rdata],
    *,
    ttl: int = 0,
    chain: tuple[str, ...] = (),
    authentic: bool = False,
) -> DNSAnswer:
    """An answer made of *records*; without any it is `no data`."""
    texts = [each for each in records if isinstance(each, dns.rdtypes.txtbase.TXTBase)]
    return DNSAnswer(
        name,
        kind,
        End.ANSWER if records else End.NODATA,
        addresses=tuple(
            ipaddress.ip_address(each.address)
            for each in records
            if isinstance(each, (dns.rdtypes.IN.A.A, dns.rdtypes.IN.AAAA.AAAA))
        ),
        exchangers=tuple(
            MailExchanger(each.preference, _text(each.exchange))
            for each in records
            if isinstance(each, dns.rdtypes.ANY.MX.MX)
        ),
        # PTR, CNAME and NS are one shape: a name.
        names=tuple(_text(each.target) for each in records if isinstance(each, dns.rdtypes.nsbase.NSBase)),
        texts=tuple(b"".join(each.strings) for each in texts),
        strings=tuple(each.strings for each in texts),
        tlsa=tuple(
            TLSARecord(each.usage, each.selector, each.mtype, each.cert)
            for each in records
            if isinstance(each, dns.rdtypes.ANY.TLSA.TLSA)
        ),
        values=tuple(each.to_text() for each in records),
        ttl=ttl,
        chain=chain,
        authentic=authentic,
    )


def _text(name: dns.name.Name) -> str:
    return b".".join(label for label in name.labels if label).decode("utf-8", "surrogateescape")
