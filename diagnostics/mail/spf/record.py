"""An SPF record's text: which TXT record it is, and its terms (RFC 7208 §4.5, §4.6, §5, §6, §12)."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from diagnostics.mail.spf.macro import LETTERS, BadMacro, MacroString
from diagnostics.network import is_name
from diagnostics.printable import printable

QUALIFIERS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
MECHANISMS = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
MOST_RECORD = 4096  # characters of a record, wherever it is shown

_DIRECTIVE = re.compile(r"([+\-~?]?)([a-z][a-z0-9]*)(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_MODIFIER = re.compile(r"([a-z][a-z0-9\-_.]*)=(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_DUAL_CIDR = re.compile(r"(?:/([0-9]{1,3}))?(?://([0-9]{1,3}))?\Z", re.ASCII)
_NEAR_MISS = re.compile(rb"[\s\"'\xef\xbb\xbf]*(?:v\s*=\s*spf|spf1\b)", re.IGNORECASE)


class Malformed(ValueError):
    """A term that the grammar does not know. `term` is as written; the text says what is wrong with it."""

    def __init__(self, term: str, why: str) -> None:
        super().__init__(why)
        self.term = term
        self.why = why


@dataclass(frozen=True)
class Directive:
    """`[qualifier]mechanism`, as RFC 7208 §4.6.2 names it."""

    text: str
    qualifier: str  # + - ~ ?
    mechanism: str  # lower case
    domain_spec: MacroString | None = None  # None: the current domain
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None  # ip4, ip6
    prefix4: int = 32
    prefix6: int = 128

    @property
    def result(self) -> str:
        """What a match comes to, in the RFC's word."""
        return QUALIFIERS[self.qualifier]


@dataclass(frozen=True)
class Record:
    """A record that follows the grammar."""

    text: str
    directives: tuple[Directive, ...]
    redirect: MacroString | None = None
    exp: MacroString | None = None


def spf_records(texts: Iterable[bytes]) -> list[bytes]:
    """Those of a name's TXT records that are SPF records: `v=spf1`, then a space or the end (§4.5)."""
    return [each for each in texts if each[:6].lower() == b"v=spf1" and each[6:7] in (b"", b" ")]


def near_misses(texts: Iterable[bytes]) -> list[bytes]:
    """TXT records that were meant as SPF records and are none: quotes, a leading space, a typing error."""
    texts = list(texts)
    records = spf_records(texts)
    return [each for each in texts if each not in records and _NEAR_MISS.match(each)]


def parse(text: bytes) -> Record:
    """The record that *text* is. Raises Malformed for the first term that is wrong, wherever it stands (§4.6)."""
    # The same includes come again in every domain's tree; what is larger was built to cost memory.
    return _kept(text) if len(text) <= MOST_RECORD else _parsed(text)


def _parsed(text: bytes) -> Record:
    try:
        record = text.decode("ascii")
    except UnicodeDecodeError as error:
        around = text[max(0, error.start - 12) : error.start + 12]
        raise Malformed(printable(around), "it has a character that is not ASCII") from error
    directives: list[Directive] = []
    modifiers: dict[str, MacroString] = {}
    for term in record[6:].split(" "):
        if not term:
            continue
        if modifier := _MODIFIER.fullmatch(term):
            _add_modifier(modifiers, term, modifier[1].lower(), modifier[2])
        else:
            directives.append(_directive(term))
    return Record(record, tuple(directives), modifiers.get("redirect"), modifiers.get("exp"))


_kept = functools.lru_cache(maxsize=512)(_parsed)


def _add_modifier(modifiers: dict[str, MacroString], term: str, name: str, value: str) -> None:
    if name not in ("redirect", "exp"):  # unknown ones are ignored, but must be macro strings (§6)
        _macro_string(term, value, LETTERS + "crt")
        return
    if name in modifiers:
        raise Malformed(term, f"{name}= stands twice")
    modifiers[name] = _domain_spec(term, value)


def _directive(term: str) -> Directive:
    parts = _DIRECTIVE.fullmatch(term)
    if parts is None or parts[2].lower() not in MECHANISMS:
        raise Malformed(term, f"no mechanism has this name; known are {', '.join(MECHANISMS)}")
    qualifier, mechanism, rest = parts[1] or "+", parts[2].lower(), parts[3]
    if mechanism == "all":
        if rest:
            raise Malformed(term, "all takes nothing after it")
        return Directive(term, qualifier, mechanism)
    if mechanism in ("ip4", "ip6"):
        return Directive(term, qualifier, mechanism, network=_network(term, mechanism, rest))
    prefix4, prefix6 = 32, 128
    if mechanism in ("a", "mx"):
        rest, prefix4, prefix6 = _cidr(term, rest)
    if rest and not rest.startswith(":"):
        raise Malformed(term, f"after {mechanism} comes a colon and a name")
    if not rest and mechanism in ("include", "exists"):
        raise Malformed(term, f"{mechanism} needs a name: {mechanism}:example.org")
    spec = _domain_spec(term, rest[1:]) if rest else None
    return Directive(term, qualifier, mechanism, spec, None, prefix4, prefix6)


def _cidr(term: str, rest: str) -> tuple[str, int, int]:
    """A dual-cidr-length taken off the end: what is left, the IPv4 and the IPv6 prefix (§5.6)."""
    found = _DUAL_CIDR.search(rest)
    if found is None:
        return rest, 32, 128
    return rest[: found.start()], _prefix(term, found[1], 32), _prefix(term, found[2], 128)


def _prefix(term: str, digits: str | None, most: int) -> int:
    if digits is None:
        return most
    if (len(digits) > 1 and digits.startswith("0")) or int(digits) > most:
        raise Malformed(term, f"/{digits} is no prefix length; 0 to {most} are")
    return int(digits)


def _network(term: str, mechanism: str, rest: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if not rest.startswith(":"):
        raise Malformed(term, f"{mechanism} needs an address: {mechanism}:…")
    address, slash, digits = rest[1:].partition("/")
    if slash and not re.fullmatch("[0-9]{1,3}", digits, re.ASCII):
        raise Malformed(term, f"/{digits} is no prefix length")
    try:
        if mechanism == "ip4":
            prefix = _prefix(term, digits if slash else None, 32)
            return ipaddress.IPv4Network((ipaddress.IPv4Address(address), prefix), strict=False)
        prefix = _prefix(term, digits if slash else None, 128)
        if "%" in address:
            raise ValueError("a zone index")
        return ipaddress.IPv6Network((ipaddress.IPv6Address(address), prefix), strict=False)
    except Malformed:
        raise
    except ValueError as error:
        version = "IPv4" if mechanism == "ip4" else "IPv6"
        raise Malformed(term, f"{address or 'nothing'} is no {version} address") from error


def _macro_string(term: str, value: str, letters: str = LETTERS) -> MacroString:
    try:
        return MacroString.parse(value, letters)
    except BadMacro as error:
        raise Malformed(term, str(error)) from error


def _domain_spec(term: str, value: str) -> MacroString:
    if not value:
        raise Malformed(term, "the name is missing")
    spec = _macro_string(term, value)
    if not spec.ends_as_a_name:
        raise Malformed(term, f"{value} is no full domain name")
    # §4.8 leaves open what a name with an empty or too long label comes to. Written out, it is the
    # author's mistake; made by macros, it is the sender's doing, and only matches nothing.
    if "%" not in value and not is_name(value):
        raise Malformed(term, f"{value} is no domain name: a label is empty or longer than 63")
    return spec
