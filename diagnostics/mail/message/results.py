"""What a receiver wrote about a message: Authentication-Results (RFC 8601) and Received-SPF (RFC 7208 §9.1).

Anybody can write such a field into a message, so which of them counts is decided by who wrote it
and where it stands (`way.py`); here they are only read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.mail.message.raw import Field
from diagnostics.printable import printable

MOST_TEXT = 8000
MOST_RESULTS = 40

_RESULT = re.compile(r"([\w-]+)(?:\s*/\s*[0-9]+)?\s*=\s*([\w-]+)", re.ASCII)
_PROPERTY = re.compile(r"\b([\w-]+)\.([\w-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.ASCII)
_PAIR = re.compile(r"\b(client-ip|helo|envelope-from|receiver|identity)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)
_SENDER_IP = re.compile(r"\bsender ip is ([0-9A-Fa-f:.]+)", re.IGNORECASE)


@dataclass(frozen=True)
class MethodResult:
    """One method of an Authentication-Results field: dkim=pass header.d=example.org."""

    method: str
    result: str
    domain: str = ""  # header.d or that of header.i, smtp.mailfrom, header.from
    selector: str = ""  # header.s


@dataclass(frozen=True)
class Results:
    """One Authentication-Results field."""

    written_by: str  # the authserv-id; "" as Microsoft writes it
    at_field: int
    methods: tuple[MethodResult, ...] = ()
    ip: str = ""  # Microsoft says here which address it judged

    def of(self, method: str) -> tuple[MethodResult, ...]:
        return tuple(each for each in self.methods if each.method == method)


@dataclass(frozen=True)
class ReceivedSPF:
    """One Received-SPF field."""

    at_field: int
    result: str
    ip: str = ""
    helo: str = ""
    mail_from: str = ""  # its domain


def read_results(field: Field, at_field: int) -> Results:
    """The field's results; what does not follow RFC 8601 is left out. Never raises."""
    whole = field.text[:MOST_TEXT]
    address = _SENDER_IP.search(whole)
    parts = [part.strip() for part in without_comments(whole).split(";")]
    first = parts[0]
    named = bool(first) and not _RESULT.match(first)
    methods = [_method(part) for part in (parts[1:] if named else parts)[:MOST_RESULTS]]
    return Results(
        written_by=printable(first.split()[0].lower(), 253) if named else "",
        at_field=at_field,
        methods=tuple(each for each in methods if each),
        ip=printable(address[1].rstrip("."), 60) if address else "",
    )


def _method(part: str) -> MethodResult | None:
    found = _RESULT.match(part)
    if found is None:
        return None
    values = {f"{kind}.{name}".lower(): value.strip('"') for kind, name, value in _PROPERTY.findall(part)}
    said = (
        values.get("header.d")
        or values.get("header.i")
        or values.get("smtp.mailfrom")
        or values.get("smtp.mfrom")
        or values.get("header.from")
        or ""
    )
    return MethodResult(
        found[1].lower(),
        found[2].lower(),
        printable(said.rpartition("@")[2].strip("<>").lower(), 253),
        printable(values.get("header.s", "").lower(), 253),
    )


def read_received_spf(field: Field, at_field: int) -> ReceivedSPF:
    """The field's result and its key=value pairs; never raises."""
    text = field.text[:MOST_TEXT]
    values = {name.lower(): value.strip('"<>') for name, value in _PAIR.findall(without_comments(text))}
    return ReceivedSPF(
        at_field,
        result=printable(text.split()[0].lower() if text.split() else "", 20),
        ip=printable(values.get("client-ip", ""), 60),
        helo=printable(values.get("helo", "").lower(), 253),
        mail_from=printable(values.get("envelope-from", "").rpartition("@")[2].lower(), 253),
    )


def without_comments(text: str) -> str:
    """*text* without what stands in brackets, nested ones too (RFC 5322 §3.2.2); quoted strings stay whole."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif not quoted and character == "(":
            depth += 1
            continue
        elif not quoted and character == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(character)
    return "".join(kept)
