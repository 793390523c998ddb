"""The addresses of `rua` and `ruf`: a comma-separated list of URIs (RFC 9989 §4.8, RFC 3986, RFC 6068)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from diagnostics.network import is_name
from diagnostics.printable import printable

MOST_URI = 2000  # characters shown

_SIZE = re.compile(r"!([0-9]+[kmgt]?)\Z", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.+)\Z", re.IGNORECASE | re.ASCII)
_ADDRESS = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@([a-z0-9._-]+)\Z", re.IGNORECASE | re.ASCII)
_URI = re.compile(r"[^\s\x00-\x20\x7f-\U0010ffff\"<>\\^`{|}]+\Z")  # RFC 3986 §2


@dataclass(frozen=True)
class ReportURI:
    """One URI. `problem` says in words why nobody can report there; "" where it is in order."""

    text: str  # as written, escaped
    scheme: str = ""
    host: str = ""  # of a mailto address, lower case
    size: str = ""  # RFC 7489's `!10m`; RFC 9989 has receivers ignore it
    problem: str = ""

    @property
    def mendable(self) -> str:
        """The URI as it was surely meant; "" where that cannot be known."""
        text = _SIZE.sub("", self.text)
        if self.problem:
            bare = re.sub(r"\A(?:mailto\s*[:;=]?\s*/*|<)+", "", text.strip(" <>\"'"), flags=re.IGNORECASE)
            text = f"mailto:{bare}"
        again = _read(text)
        return text if not again.problem and not again.size else ""


def read_uris(value: str) -> tuple[ReportURI, ...]:
    """The URIs of a tag's value, those that are none with their problem."""
    return tuple(_read(each.strip(" \t")) for each in value.split(","))


def _read(text: str) -> ReportURI:
    shown = printable(text, MOST_URI)
    if not text:
        return ReportURI("", problem="a comma with nothing beside it")
    size = _SIZE.search(text)
    uri = text[: size.start()] if size else text
    tells = {"size": size[1].lower() if size else ""}
    if not _URI.match(uri):
        return ReportURI(shown, problem="it has a space or a character that no URI has", **tells)
    found = _SCHEME.match(uri)
    if found is None:
        missing = "mailto: is missing before the address" if "@" in uri else "it is no URI"
        return ReportURI(shown, problem=missing, **tells)
    scheme = found[1].lower()
    if scheme != "mailto":
        return ReportURI(shown, scheme, **tells)
    if "!" in found[2]:
        return ReportURI(shown, scheme, problem="the exclamation mark is not written as %21", **tells)
    if found[2].startswith("/"):
        return ReportURI(shown, scheme, problem="mailto: takes no slashes", **tells)
    address = _ADDRESS.match(unquote(found[2].partition("?")[0]))
    if address is None or not is_name(address[1]) or "." not in address[1]:
        return ReportURI(shown, scheme, problem="what follows mailto: is no address", **tells)
    return ReportURI(shown, scheme, address[1].lower().removesuffix("."), **tells)
