"""Is the message built as RFC 5322 and the big receivers' rules want it? Facts only; nothing of its text is kept."""

from __future__ import annotations

import email.errors
import email.header
import email.utils
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from inspect import signature
from typing import Any

from diagnostics.mail.domain.name import NotADomain, read_domain
from diagnostics.mail.message.raw import Raw
from diagnostics.mail.message.received import as_time, read_date
from diagnostics.printable import printable

FIRST_YEAR = 1982  # of RFC 822
MOST_LINE_OCTETS = 998  # RFC 5322 §2.1.1
PIECE = 2**20  # octets looked at in one go
MOST_ADDRESS_TEXT = 20_000  # characters of a From or Reply-To that are read
# RFC 5322 §3.6: at most one of each.
_ONCE = ("from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject", "date")
# Newer Pythons turn a whole field down for one odd address, unless told otherwise (3.11.10, 3.12.6).
_KINDLY: dict[str, Any] = {"strict": False} if "strict" in signature(email.utils.getaddresses).parameters else {}
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@(?:\[[^\]\s]+\]|[^<>@\s]+)>")
_ADDRESS_IN_NAME = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", re.ASCII)
_BULK = frozenset({"bulk", "list", "junk"})


@dataclass(frozen=True)
class From:
    """The author as the From field has it. Local parts and names are not kept."""

    fields: int = 0
    addresses: int = 0
    domain: str = ""  # of the first address, ASCII
    domain_shown: str = ""  # as written
    named_domain: str = ""  # of an address that stands in the display name


@dataclass(frozen=True)
class Unsubscribe:
    """RFC 2369 and 8058: can the receiver leave with one click?"""

    bulk: bool = False  # it looks like a newsletter
    signs: tuple[str, ...] = ()  # why it does
    targets: tuple[str, ...] = ()  # scheme and host of each
    https: bool = False
    one_click: bool = False  # List-Unsubscribe-Post: List-Unsubscribe=One-Click


@dataclass(frozen=True)
class Form:
    """What can be said of the message without its text."""

    author: From
    reply_to_domain: str = ""
    message_id_domain: str = ""
    date: str = ""  # ISO 8601, UTC
    faults: tuple[str, ...] = ()  # breaches of RFC 5322, each a phrase
    eight_bit: tuple[str, ...] = ()  # where octets above 127 stand undeclared
    longest_line: int = 0  # octets
    long_lines: int = 0  # lines above 998 octets
    unsubscribe: Unsubscribe = Unsubscribe()


def read_form(raw: Raw, received_at: datetime | None, now: datetime) -> Form:
    """The facts of *raw*, which its receiver had at *received_at* (None: not known). Never raises."""
    author = _author(raw)
    longest, long_lines = _too_long(raw)
    date = read_date(raw.first("date")) if raw.all("date") else ""
    return Form(
        author=author,
        reply_to_domain=_domain_of(raw.first("reply-to")),
        message_id_domain=printable(raw.first("message-id").strip("<> ").rpartition("@")[2].lower(), 253),
        date=date,
        faults=tuple(_faults(raw, author, date, received_at, now)),
        eight_bit=tuple(_eight_bit(raw)),
        longest_line=longest,
        long_lines=long_lines,
        unsubscribe=_unsubscribe(raw),
    )


def _author(raw: Raw) -> From:
    fields = raw.all("from")
    if not fields:
        return From()
    addresses = _addresses(fields[0].text)
    name, address = next(((name, each) for name, each in addresses if "@" in each), ("", ""))
    named = _ADDRESS_IN_NAME.search(_decoded(name))
    shown = address.rpartition("@")[2].strip("<>. ").lower()
    return From(
        fields=len(fields),
        addresses=sum("@" in each for _, each in addresses),
        domain=ascii_domain(shown),
        domain_shown=printable(shown, 253),
        named_domain=printable(named[1].lower(), 253) if named else "",
    )


def _addresses(text: str) -> list[tuple[str, str]]:
    try:
        return email.utils.getaddresses([text[:MOST_ADDRESS_TEXT]], **_KINDLY)
    except (RecursionError, ValueError, IndexError):
        return []  # brackets in brackets in brackets


def _decoded(text: str) -> str:
    """A display name with its encoded words (RFC 2047) read; what cannot be read stands as it is."""
    try:
        parts = email.header.decode_header(text)
        return "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except (email.errors.HeaderParseError, LookupError, ValueError):
        return text


def ascii_domain(text: str) -> str:
    """A domain as DNS has it (A-labels); "" for what is none."""
    try:
        return read_domain(text).ascii
    except NotADomain:
        return ""


def _domain_of(text: str) -> str:
    address = next((each for _, each in _addresses(text) if "@" in each), "")
    return printable(address.rpartition("@")[2].lower(), 253)


def _faults(raw: Raw, author: From, date: str, received_at: datetime | None, now: datetime) -> list[str]:
    found = [f"{count} {name.title()} fields" for name in _ONCE if (count := len(raw.all(name))) > 1]
    if not author.fields:
        found.append("no From field")
    elif not author.domain:
        found.append("a From field without an address that has a domain")
    elif author.addresses > 1:
        found.append(f"{author.addresses} addresses in From")
    if not raw.all("date"):
        found.append("no Date field")
    elif not date:
        found.append("a Date that is none")
    elif away := _absurd(date, received_at, now):
        found.append(away)
    if not raw.all("message-id"):
        found.append("no Message-ID field")
    elif not _MESSAGE_ID.fullmatch(raw.first("message-id")[:1000]):
        found.append("a Message-ID that is not of the form <text@domain>")
    if not raw.separated:
        found.append("a line in the header that is no field")
    if b"\0" in raw.body or any(b"\0" in field.value for field in raw.fields):
        found.append("NUL octets")
    return found


def _absurd(date: str, received_at: datetime | None, now: datetime) -> str:
    """What is wrong with a Date that is one: it cannot be when the message was written."""
    when = as_time(date)
    if when is None:
        return ""
    if when > (received_at or now) + timedelta(days=1):
        return f"a Date in the future ({when:%Y-%m-%d})"
    if when.year < FIRST_YEAR or (received_at and when < received_at - timedelta(days=30)):
        return f"a Date long before the message came ({when:%Y-%m-%d})"
    return ""


def _eight_bit(raw: Raw) -> list[str]:
    found = []
    names = sorted({field.name.decode("ascii").strip() for field in raw.fields if not field.value.isascii()})
    internationalised = any("with utf8" in field.text.lower() for field in raw.all("received"))  # RFC 6531 §4.3
    if names and not internationalised:
        found.append("in the header (" + ", ".join(printable(name, 40) for name in names[:5]) + ")")
    if not raw.body.isascii() and not raw.all("mime-version"):
        found.append("in the body, without MIME-Version")
    return found


def _too_long(raw: Raw) -> tuple[int, int]:
    """The longest line, and how many are longer than they may be."""
    longest, count = 0, 0
    for octets in (*(field.name + b":" + field.value for field in raw.fields), raw.body):
        begun = 0  # octets of a line that a piece before this one ended in
        for at in range(0, len(octets), PIECE):
            lengths = list(map(len, octets[at : at + PIECE].replace(b"\r\n", b"\n").split(b"\n")))
            lengths[0] += begun
            begun = lengths.pop()
            if lengths and max(lengths) > MOST_LINE_OCTETS:
                count += sum(length > MOST_LINE_OCTETS for length in lengths)
            longest = max(longest, begun, max(lengths, default=0))
        count += begun > MOST_LINE_OCTETS
    return longest, count


def _unsubscribe(raw: Raw) -> Unsubscribe:
    targets = re.findall(r"<\s*([A-Za-z]+):(?://)?([^>/?\s]*)", raw.first("list-unsubscribe")[:MOST_ADDRESS_TEXT])
    signs = []
    if raw.all("list-unsubscribe"):
        signs.append("it has List-Unsubscribe")
    if raw.first("precedence").strip().lower() in _BULK:
        signs.append(f"Precedence: {raw.first('precedence').strip().lower()}")
    for name in ("list-id", "x-campaign-id", "x-campaignid", "x-newsletter-email-id", "x-mailpoet-campaign-id"):
        if raw.all(name):
            signs.append(f"it has {raw.all(name)[0].name.decode('ascii').strip()}")
    shown = [
        "mailto" if scheme.lower() == "mailto" else f"{scheme.lower()}://{host.rpartition('@')[2].lower()}"
        for scheme, host in targets[:5]
    ]
    return Unsubscribe(
        bulk=bool(signs) and "@" not in raw.first("list-post"),
        signs=tuple(signs),
        targets=tuple(printable(each, 253) for each in shown),
        https=any(scheme.lower() == "https" for scheme, _ in targets),
        # RFC 8058 §3.1: this value, and no other.
        one_click="".join(raw.first("list-unsubscribe-post").split()).lower() == "list-unsubscribe=one-click",
    )
