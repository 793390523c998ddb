"""A DNS question as octets, and what a reply says before it is taken apart (RFC 1035 §4, RFC 6891).

Most replies of a report are "no such name" or "no data": those are read here, from a few
octets. dnspython reads all that carry records.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass

import dns.edns
import dns.exception
import dns.message
import dns.rcode

from diagnostics.network.query import End, is_name

EDNS_PAYLOAD = 1232  # so that large answers need no second try and no fragments (DNS flag day 2020)
MOST_RECORDS = 2_000  # of one reply: 64 KiB can hold 4,000, each with a name that unpacks to 255 octets
NO_SOA_TTL_S = 300  # how long a void answer without a SOA may be kept (as dnspython has it)
MOST_WORDS = 120  # of a server's own, in an error's text
_HEADER = struct.Struct("!HHHHHH")
_TYPE_AND_CLASS = struct.Struct("!HH")
_RECORD = struct.Struct("!HHIH")
_QR, _AA, _TC, _RD, _RA, _AD, _CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
_SOA, _NS, _IN = 6, 2, 1
_NXDOMAIN = int(dns.rcode.NXDOMAIN)
_OPT = b"\0" + struct.pack("!HHIH", 41, EDNS_PAYLOAD, 0, 0)
_OPT_DO = b"\0" + struct.pack("!HHIH", 41, EDNS_PAYLOAD, 0x8000, 0)  # DO: with signatures (RFC 3225)


class Nonsense(Exception):
    """The reply fits the question and is still no answer; the text says why."""


@dataclass(frozen=True)
class Question:
    """One question with an identifier of its own; `octets` is the whole message."""

    octets: bytes
    asked: bytes  # the question section

    @staticmethod
    def of(name: bytes, kind: int, *, validated: bool = True, signed: bool = False, edns: bool = True) -> Question:
        """Asks for records of type *kind* at *name* (`name_octets`), *signed*: with their signatures.

        Not *validated*: whatever the server thinks of the signatures (CD, RFC 4035 §3.2.2).
        """
        # AD in a question asks that the answer tells whether it was validated (RFC 6840 §5.7).
        flags = _RD | (_AD if validated else _CD)
        header = _HEADER.pack(secrets.randbits(16), flags, 1, 0, 0, 1 if edns else 0)
        asked = name + _TYPE_AND_CLASS.pack(kind, _IN)
        return Question(header + asked + ((_OPT_DO if signed else _OPT) if edns else b""), asked)

    def fits(self, reply: bytes) -> bool:
        """Whether *reply* answers this question: identifier, QR, the question itself (RFC 5452 §9.1)."""
        if len(reply) < 12 or reply[:2] != self.octets[:2] or not reply[2] & 0x80:
            return False
        told = reply[12 : 12 + len(self.asked)]
        if told[:-4].lower() == self.asked[:-4].lower() and told[-4:] == self.asked[-4:]:
            return reply[4:6] == b"\0\1"
        # Some servers leave the question out when they refuse.
        return reply[4:6] == b"\0\0" and rcode(reply) not in (0, _NXDOMAIN)


@dataclass(frozen=True)
class Void:
    """A reply without any record: how it ended, and for how many seconds that holds (RFC 2308 §5)."""

    end: End
    ttl: int
    authentic: bool


def name_octets(text: str) -> bytes:
    """*text* as an absolute name on the wire; "." is the root. Raises ValueError for what can be no name."""
    if text == ".":
        return b"\0"
    if not is_name(text):
        raise ValueError(f"not a DNS name: {text!r}")
    labels = text.encode("utf-8", "surrogateescape").removesuffix(b".").split(b".")
    return b"".join([bytes((len(label),)) + label for label in labels]) + b"\0"


def rcode(reply: bytes) -> int:
    """The reply's code, without EDNS's upper bits."""
    return reply[3] & 0x0F


def is_truncated(reply: bytes) -> bool:
    """Whether the rest has to be fetched by TCP."""
    return bool(reply[2] & 0x02)


def void(question: Question, reply: bytes) -> Void | None:
    """What *reply* says where it has no record; None where it has some. Raises Nonsense."""
    _, flags, _, answers, authorities, _ = _HEADER.unpack_from(reply)
    if answers > MOST_RECORDS:
        raise Nonsense(f"{answers} records, and more than {MOST_RECORDS} are not read")
    if answers:
        return None
    try:
        soa_ttl, referral = _authority(reply, 12 + len(question.asked), authorities)
    except (IndexError, struct.error):
        raise Nonsense("octets that are no DNS message") from None
    if rcode(reply) == _NXDOMAIN:
        end = End.NXDOMAIN
    else:
        end = End.NODATA
        if referral and not flags & (_AA | _RA):
            raise Nonsense("a referral to other name servers: it does not look names up for others")
    return Void(end, NO_SOA_TTL_S if soa_ttl is None else soa_ttl, bool(flags & _AD))


def failure(reply: bytes) -> str:
    """The code of a reply that is no answer, with what the server says beside it (RFC 8914)."""
    text = dns.rcode.to_text(dns.rcode.Rcode(rcode(reply)))
    try:
        options = dns.message.from_wire(reply, ignore_trailing=True).options
    except (dns.exception.DNSException, ValueError):
        return text
    said = [each.to_text()[:MOST_WORDS] for each in options if isinstance(each, dns.edns.EDEOption)]
    return f"{text} ({'; '.join(said[:3])})" if said else text


def _authority(reply: bytes, at: int, count: int) -> tuple[int | None, bool]:
    """The negative TTL that the zone's SOA gives, and whether there are name servers instead of one."""
    referral = False
    for _ in range(min(count, 32)):
        while length := reply[at]:
            if length >= 0xC0:
                at += 1
                break
            at += length + 1
        kind, _, ttl, size = _RECORD.unpack_from(reply, at + 1)
        at += 11 + size
        if kind == _SOA and size >= 20:
            minimum = int.from_bytes(reply[at - 4 : at])
            if at > len(reply):
                raise IndexError
            return min(ttl, minimum), False
        referral |= kind == _NS
    return None, referral
