"""From a file or a pasted text to the message in it: its header fields and its body, octet for octet (RFC 5322 §2).

DKIM hashes octets, so nothing is decoded or written anew here. What people hand over is taken
out of its wrapping first: an mbox, a quoted or base64 text, a web page around it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_OCTETS = 25 * 2**20  # what the big receivers take
MOST_HEADER_OCTETS = 512 * 1024
MOST_FIELD_OCTETS = 102_400  # as Postfix: header_size_limit
MOST_FIELDS = 2_000
MOST_LEADING_LINES = 200  # of a page around the message

# A text that has two of these is a message, however many of the others are missing.
_TRACE = frozenset({"received", "return-path", "dkim-signature", "message-id", "mime-version", "delivered-to"})
_KNOWN = _TRACE | {"from", "to", "date", "subject", "content-type"}
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_MBOX_LINE = re.compile(rb"From [^\n]*\n")
_NEXT_IN_MBOX = re.compile(rb"\n\r?\nFrom [^\n]*[0-9]{2}:[0-9]{2}[^\n]*\n(?=[!-9;-~]+:)")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_KINDS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an Outlook .msg file, which does not hold the message as it was sent"),
    (b"PK\x03\x04", "it is a ZIP archive: unpack it first"),
    (b"\x1f\x8b", "it is a gzip archive: unpack it first"),
    (b"%PDF", "it is a PDF: a printed message has lost its headers"),
    (b"{\\rtf", "it is a rich text document: only the raw message has the headers as they were"),
)
_PAGES = (b"<!doctype html", b"<html")


class NotAMessage(ValueError):
    """No message could be taken from the text. The words end the sentence "It cannot be read: …"."""


@dataclass(frozen=True)
class Field:
    """One header field. *value* is all after the colon, folded as it was, without the last line end."""

    name: bytes
    value: bytes

    @property
    def key(self) -> str:
        """The name in lower case, for comparison."""
        return self.name.decode("ascii").strip().lower()

    @property
    def text(self) -> str:
        """The value on one line; a byte that is not UTF-8 stands as Python's surrogate escape."""
        return " ".join(self.value.decode("utf-8", "surrogateescape").split())


@dataclass(frozen=True)
class Raw:
    """A message as it came: fields from the top, the latest first."""

    fields: tuple[Field, ...]
    body: bytes
    octets: int  # of the whole message
    wrapping: tuple[str, ...] = ()  # what was taken off, in words
    separated: bool = True  # an empty line parted the header from the body
    mbox: bool = False  # lines of its body that begin with "From " may have been given a ">"

    def all(self, key: str) -> list[Field]:
        """Every field of this name, from the top."""
        return [field for field in self.fields if field.key == key]

    def first(self, key: str) -> str:
        """The text of the topmost field of this name; "" for none."""
        return next((field.text for field in self.fields if field.key == key), "")


def read_raw(octets: bytes) -> Raw:
    """The message in *octets*. Raises NotAMessage."""
    if len(octets) > MOST_OCTETS:
        raise NotAMessage(f"it is larger than {MOST_OCTETS // 2**20} MiB, more than receivers take")
    octets, wrapping = _unwrapped(octets)
    mbox = False
    if line := _MBOX_LINE.match(octets):
        mbox = True
        octets = octets[line.end() :]
        if further := _NEXT_IN_MBOX.search(octets):
            octets = octets[: further.start() + 1]
            wrapping.append("only the first of several messages in the file was read")
    fields, body, separated = _split(octets)
    if len({field.key for field in fields} & _KNOWN) < 2:
        raise NotAMessage(_kind(octets) or "it has no header of a message (From, Date, Received, Subject and so on)")
    return Raw(tuple(fields), body, len(octets), tuple(wrapping), separated, mbox)


def _split(octets: bytes) -> tuple[list[Field], bytes, bool]:
    """Fields, body, and whether an empty line parted them; a line that is no field begins the body, as for Postfix."""
    fields: list[Field] = []
    name, parts, at = b"", [b""], 0
    separated = False

    def close() -> None:
        if name:
            value = b"\r\n".join(parts)
            if len(value) > MOST_FIELD_OCTETS:
                raise NotAMessage(f"its field {name[:40].decode('ascii')} is longer than {MOST_FIELD_OCTETS:,} octets")
            fields.append(Field(name, value))
            if len(fields) > MOST_FIELDS:
                raise NotAMessage(f"it has more than {MOST_FIELDS:,} header fields")

    while at < len(octets):
        end = octets.find(b"\n", at)
        end = len(octets) if end < 0 else end
        if end > MOST_HEADER_OCTETS:
            raise NotAMessage(f"its header is longer than {MOST_HEADER_OCTETS // 1024} KiB, or never ends")
        line = octets[at:end].removesuffix(b"\r")
        found = _FIELD.match(line)
        if not line:
            separated, at = True, end + 1
            break
        if line[:1] in b" \t" and name:
            parts.append(line)
        elif found:
            close()
            # The space before the colon is obsolete (RFC 5322 §4.5.8), and hashed with the name where it stands.
            name, parts = line[: found.end() - 1], [line[found.end() :]]
        else:
            break
        at = end + 1
    close()
    return fields, octets[at:], separated or at >= len(octets)


# -- taking off what a message came in ------------------------------------------


def _unwrapped(octets: bytes) -> tuple[bytes, list[str]]:
    wrapping: list[str] = []
    for take_off, words in _WRAPPINGS:
        octets = octets.lstrip(b"\r\n \t") if octets[:1] in (b"\r", b"\n", b" ", b"\t") else octets
        if _begins(octets):
            break
        found = take_off(octets)
        if found is not None:
            octets = found
            wrapping.append(words)
    return octets, wrapping


def _begins(octets: bytes) -> bool:
    """Does a message begin at once: an mbox line, or a header of fields to the empty line?"""
    if line := _MBOX_LINE.match(octets[:2000]):
        octets = octets[line.end() :]
    return _keys_of_block(iter(octets[:MOST_HEADER_OCTETS].split(b"\n", 400)), _KNOWN) >= 2


def _keys_of_block(lines: Iterator[bytes], known: frozenset[str]) -> int:
    """How many different fields of *known* stand before the first line that is none."""
    seen: set[str] = set()
    for line in lines:
        if found := _FIELD.match(line):
            seen.add(found[1].decode("ascii").lower())
        elif not line.startswith((b" ", b"\t")):
            break
    return len(seen & known)


def _from_utf16(octets: bytes) -> bytes | None:
    """Notepad's "Unicode"."""
    if octets[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return None
    try:
        return octets.decode("utf-16").encode("utf-8", "surrogatepass")
    except UnicodeError:
        return None


def _without_mark(octets: bytes) -> bytes | None:
    return octets[3:] if octets.startswith(b"\xef\xbb\xbf") else None


def _from_base64(octets: bytes) -> bytes | None:
    if octets[:4096].translate(None, _BASE64) or octets.translate(None, _BASE64):
        return None
    try:
        found = base64.b64decode(b"".join(octets.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if _begins(found) else None


def _without_quote_marks(octets: bytes) -> bytes | None:
    """Each line begins with ">", as where a mail was quoted in a reply."""
    if not octets.startswith(b">"):
        return None
    return re.sub(rb"(?m)^> ?", b"", octets)


def _out_of_a_page(octets: bytes) -> bytes | None:
    """Webmail's "show original" copied with what stands around: begins where a whole header does."""
    lines = octets[:MOST_HEADER_OCTETS].split(b"\n", MOST_LEADING_LINES + 400)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for number in range(min(len(lines), MOST_LEADING_LINES)):
        rest = lines[number:]
        # The page's own table has From, To and Subject, but no trace of a way.
        if _keys_of_block(iter(rest), _KNOWN) >= 3 and _keys_of_block(iter(rest), _TRACE):
            return octets[starts[number] :]
    return None


_WRAPPINGS: tuple[tuple[Callable[[bytes], bytes | None], str], ...] = (
    (_from_utf16, "it was stored as UTF-16"),
    (_without_mark, "a byte order mark stood before it"),
    (_from_base64, "it was encoded in base64"),
    (_without_quote_marks, "its lines were quoted with >"),
    (_out_of_a_page, "a page stood around it"),
)


def _kind(octets: bytes) -> str:
    """What a text that is no message is instead, in words; "" where that is not known."""
    for magic, words in _KINDS:
        if octets.startswith(magic):
            return words
    if octets[:400].lstrip().lower().startswith(_PAGES):
        return "it is a web page: the source of a page is not the source of a message"
    if not octets.strip():
        return "it is empty"
    return "it is no text" if b"\0" in octets[:4096] else ""
