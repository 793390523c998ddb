"""The way of a message by its Received fields (RFC 5321 §4.4): each hop as its server wrote it down.

Every server writes this field in its own manner; what is read here are the shapes of Postfix, Exim,
Sendmail, qmail, Exchange, Gmail and Yahoo.
"""

from __future__ import annotations

import email.utils
import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from diagnostics.mail.message.raw import Raw
from diagnostics.printable import printable

MOST_HOPS = 100  # RFC 5321 §6.3: more is a loop
MOST_TEXT = 4000  # characters of one field that are read

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_BRACKETED = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\](?::[0-9]+)?", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w.:])([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w.:])")
_HELO = re.compile(r"\b(?:helo|ehlo)[= ]\s*\[?([\w.:-]+)", re.IGNORECASE)
_TOKEN = re.compile(r"\(|\)|[^\s()]+")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*\.)+[A-Za-z0-9-]+\.?")
_AUTHENTICATED = re.compile(r"(?:e?smtps?|lmtp)a\b|esmtpsa\b|\bauthenticated\b|\basmtp\b", re.IGNORECASE)
_ENCRYPTED = re.compile(r"smtps\b|smtpsa\b|\bTLS|\bESMTPS", re.IGNORECASE)


@dataclass(frozen=True)
class Hop:
    """One Received field. An empty value was not written down."""

    number: int  # 1 is the topmost, the latest
    at_field: int  # its place among all fields of the header, from the top
    by: str = ""  # the host that wrote it
    ip: str = ""  # the address that it took the message from
    helo: str = ""  # what that machine called itself
    reverse: str = ""  # the name that the writing host found for the address
    protocol: str = ""  # with: ESMTPSA, HTTP, …
    encrypted: bool = False
    authenticated: bool = False  # the sender had logged in
    received_at: str = ""  # ISO 8601, UTC

    @property
    def address(self) -> IPAddress | None:
        return ipaddress.ip_address(self.ip) if self.ip else None

    @property
    def name(self) -> str:
        """The name of the sending machine: as found for its address, else as it said."""
        return self.reverse or self.helo


def read_hops(raw: Raw) -> tuple[Hop, ...]:
    """Every hop, the latest first; never raises."""
    fields = [(place, field) for place, field in enumerate(raw.fields) if field.key == "received"][:MOST_HOPS]
    return tuple(_hop(number, place, field.text[:MOST_TEXT]) for number, (place, field) in enumerate(fields, 1))


def _hop(number: int, place: int, text: str) -> Hop:
    told, _, date = text.rpartition(";")
    source, by, rest = _parts(told if date and told else text)
    ip, helo, reverse = _source(source)
    protocol = re.match(r"(?:\([^()]*\)\s*)*(?:via\s+\S+\s+)?with\s+(\S+)", rest)
    return Hop(
        number,
        place,
        by=_host(by),
        ip=ip,
        helo=helo,
        reverse=reverse,
        protocol=printable(protocol[1] if protocol else "", 40),
        encrypted=bool(_ENCRYPTED.search(rest) or "TLS" in source),
        authenticated=bool(_AUTHENTICATED.search(source + " " + rest)),
        received_at=read_date(date),
    )


def _parts(text: str) -> tuple[str, str, str]:
    """What stands behind `from`, the word behind `by`, and what follows it; words in brackets are not keywords."""
    depth, source, by, rest, at = 0, "", "", "", "start"
    for token in _TOKEN.finditer(text):
        word = token[0]
        depth += (word == "(") - (word == ")")
        keyword = word.lower() if depth == 0 else ""
        if at == "start" and keyword == "from":
            at = "from"
        elif at in ("start", "from") and keyword == "by":
            source = text[: token.start()] if at == "from" else ""
            at = "by"
        elif at == "by":
            by, rest = word, text[token.end() :].strip()
            break
    else:
        source = text if at == "from" else ""
    return source.removeprefix("from").strip(), by, rest


def _source(text: str) -> tuple[str, str, str]:
    """Address, HELO and reverse name from what stands behind `from`."""
    first, _, comment = text.partition("(")
    word = first.split()[0] if first.split() else ""
    said = _HELO.search(text)
    ip = _address(_BRACKETED.search(comment)) or _address(_BARE.search(comment))
    ip = ip or _address(_BRACKETED.search(first)) or _address(_BARE.search(first))
    before = comment.partition("[")[0].strip().rstrip("(").strip()
    inside = before.split()[-1] if before else ""
    inside = inside if _NAME.fullmatch(inside) and not said else ""
    if said:  # Exim and qmail: the name in front is the one found, unless there was none
        return ip, _host(said[1]), _host(word) if _NAME.fullmatch(word) and not _BARE.fullmatch(word) else ""
    return ip, _host(word), _host(inside) if not _BARE.fullmatch(inside) else ""


def _address(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    try:
        address = ipaddress.ip_address(found[1])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _host(word: str) -> str:
    return printable(word.strip("[]<>;,").rstrip(".").lower(), 253)


def read_date(text: str) -> str:
    """A date of RFC 5322 §3.3 as ISO 8601 in UTC; "" for what is none."""
    try:
        when = email.utils.parsedate_to_datetime(text.strip())
        when = when if when.tzinfo else when.replace(tzinfo=UTC)  # "-0000"
        return when.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def as_time(text: str) -> datetime | None:
    """What `read_date` gave, as a time."""
    return datetime.fromisoformat(text) if text else None
