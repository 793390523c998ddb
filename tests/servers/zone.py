"""DNS records in memory: behind the `DNS` protocol, and for a scripted server to answer from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.TXT

from diagnostics.network import DNSAnswer, DNSUnavailable, End, RecordType, is_name
from diagnostics.network.query import recorded

Trouble = Literal["timeout", "servfail", "refused", "garbage"]
CHAIN = 8  # CNAMEs followed, as a resolver would


@dataclass
class Zone:
    """name -> [(type, value)]; a name that stands in `troubles` does not answer for the types that it lacks.

    Values: TXT bytes or a sequence of strings, MX (preference, host), others presentation form.
    `asked` logs every question.
    """

    records: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    ttl: int = 3600  # of every answer

    def add(self, name: str, kind: str, *values: Any) -> Zone:
        self.records.setdefault(_key(name), []).extend((kind, value) for value in values)
        return self

    def fail(self, name: str, how: Trouble) -> Zone:
        self.troubles[_key(name)] = how
        return self

    def look(self, name: str, kind: str) -> tuple[End | Trouble, list[Any]]:
        """How a question ends, and the values of *kind* at the end of the CNAMEs."""
        key = _key(name)
        for _ in range(CHAIN):
            here = self._at(key)
            if values := [value for each, value in here if each == kind]:
                return End.ANSWER, values
            if key in self.troubles:
                return self.troubles[key], []
            aliases = [value for each, value in here if each == "CNAME"]
            if not aliases:
                return (End.NODATA if self._exists(key) else End.NXDOMAIN), []
            key = _key(aliases[0])
        return "servfail", []

    def _at(self, key: str) -> list[tuple[str, Any]]:
        """The records at *key*, or those of the wildcard that covers it (RFC 4592)."""
        return self.records.get(key, []) if self._stands(key) else self._wildcard(key)

    def _wildcard(self, key: str) -> list[tuple[str, Any]]:
        labels = key.split(".")
        for at in range(1, len(labels)):
            parent = ".".join(labels[at:])
            if f"*.{parent}" in self.records:
                return self.records[f"*.{parent}"]
            if self._stands(parent):
                return []  # the closest encloser has none
        return []

    def _exists(self, key: str) -> bool:
        return self._stands(key) or bool(self._wildcard(key))

    def _stands(self, key: str) -> bool:
        return key in self.records or any(known.endswith("." + key) for known in self.records)

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """As `diagnostics.network.DNS` says."""
        if not is_name(name):
            raise ValueError(name)
        self.asked.append((_key(name), kind))
        end, values = self.look(name, kind)
        if not isinstance(end, End):
            raise DNSUnavailable(name, phase="resolve", detail=end)
        led = self._led(name, kind)
        if end is not End.ANSWER:
            return DNSAnswer(name, kind, end, ttl=self.ttl, chain=led)
        records = [_rdata(kind, value) for value in values]
        return recorded(name, kind, records, ttl=self.ttl, chain=led)

    def _led(self, name: str, kind: str) -> tuple[str, ...]:
        """The names that CNAMEs led through, *name* first; () where there was none."""
        names = [name.removesuffix(".")]
        for _ in range(CHAIN):
            here = self._at(_key(names[-1]))
            aliases = [value for each, value in here if each == "CNAME"]
            if not aliases or kind == "CNAME" or any(each == kind for each, _ in here):
                break
            names.append(str(aliases[0]).removesuffix("."))
        return tuple(names) if len(names) > 1 else ()


def _rdata(kind: str, value: Any) -> dns.rdata.Rdata:
    """One value of `Zone.add` as a record."""
    if kind in ("TXT", "SPF"):
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.from_text(kind), strings(value))
    if kind == "MX":
        preference, host = value
        return dns.rdtypes.ANY.MX.MX(dns.rdataclass.IN, dns.rdatatype.MX, preference, _name(host))
    if kind in ("PTR", "CNAME", "NS"):
        return dns.rdtypes.ANY.PTR.PTR(dns.rdataclass.IN, dns.rdatatype.from_text(kind), _name(value))
    return dns.rdata.from_text(dns.rdataclass.IN, kind, str(value))


def _name(text: str) -> dns.name.Name:
    labels = text.encode("utf-8", "surrogateescape").removesuffix(b".").split(b".")
    return dns.name.Name([*labels, b""] if labels != [b""] else [b""])


def strings(value: bytes | str | Sequence[bytes | str]) -> list[bytes]:
    """The character strings of one TXT record; what is longer than 255 is split."""
    parts: Iterable[bytes | str] = [value] if isinstance(value, (bytes, str)) else value
    octets = [each.encode("latin-1") if isinstance(each, str) else each for each in parts]
    return [each[at : at + 255] for each in octets for at in range(0, len(each) or 1, 255)] or [b""]


def _key(name: str) -> str:
    return name.removesuffix(".").lower()


def from_vectors(zonedata: Mapping[str, Sequence[Any]]) -> Zone:
    """A zone as the RFC 7208 suite writes it: SPF stands for TXT, unless the name has TXT records of its own."""
    zone = Zone()
    for name, entries in zonedata.items():
        zone.records.setdefault(_key(name), [])
        kinds = [kind for entry in entries if isinstance(entry, dict) for kind in entry]
        for entry in entries:
            if entry == "TIMEOUT":
                zone.fail(name, "timeout")
                continue
            [(kind, value)] = entry.items()
            if kind == "SPF":
                if "TXT" in kinds:
                    continue
                kind = "TXT"
            if kind == "TXT" and value == "NONE":
                continue
            zone.add(name, kind, tuple(value) if kind == "MX" else value)
    return zone
