"""What one DNS question came to: an answer, no data, no such name. The fourth end is raised: DNSUnavailable.

A name is written with dots between its labels and nothing escaped, for SPF's macros may put
any byte into one; a byte that is not UTF-8 stands as Python's surrogate escape.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

import dns.name
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.resolver

RecordType = Literal["A", "AAAA", "MX", "PTR", "TXT"]
MOST_NAME_OCTETS = 253  # RFC 1035 §2.3.4: 255 on the wire, less the first length and the root
MOST_LABEL_OCTETS = 63


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
class DNSAnswer:
    """The records of one type at one name, in the field for that type."""

    name: str
    kind: RecordType
    end: End
    addresses: tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...] = ()  # A, AAAA
    exchangers: tuple[MailExchanger, ...] = ()  # MX, in no order
    names: tuple[str, ...] = ()  # PTR
    texts: tuple[bytes, ...] = ()  # TXT, each record's strings joined


class DNS(Protocol):
    """Whatever answers DNS questions: the network's resolver, or records laid over it in memory."""

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """The records of *kind* at *name*. Raises DNSUnavailable; ValueError for what can be no name."""


def is_name(text: str) -> bool:
    """Whether *text* can be asked for: labels of 1 to 63 octets, 253 in all; one final dot may stand."""
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
    found = list(records.rrset or ())
    return DNSAnswer(
        name,
        kind,
        End.ANSWER if found else End.NODATA,
        addresses=tuple(
            ipaddress.ip_address(each.address)
            for each in found
            if isinstance(each, (dns.rdtypes.IN.A.A, dns.rdtypes.IN.AAAA.AAAA))
        ),
        exchangers=tuple(
            MailExchanger(each.preference, _text(each.exchange))
            for each in found
            if isinstance(each, dns.rdtypes.ANY.MX.MX)
        ),
        names=tuple(_text(each.target) for each in found if isinstance(each, dns.rdtypes.ANY.PTR.PTR)),
        texts=tuple(b"".join(each.strings) for each in found if isinstance(each, dns.rdtypes.ANY.TXT.TXT)),
    )


def _text(name: dns.name.Name) -> str:
    return b".".join(label for label in name.labels if label).decode("utf-8", "surrogateescape")
