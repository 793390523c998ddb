"""DNS as it would be: proposed records laid over the real ones in memory, to prove a remedy before anyone publishes it.

What is not changed is asked of the real DNS. Wildcards below a changed name are not worked out again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import get_args

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rdtypes.txtbase

from diagnostics.finding import RecordChange
from diagnostics.network.batch import Answer, Remembers
from diagnostics.network.errors import DNSUnavailable
from diagnostics.network.query import DNS, DNSAnswer, End, RecordType, recorded
from diagnostics.printable import printable

MOST_ALIASES = 8
MOST_STRING = 255  # octets of one character string in a TXT record (RFC 1035 §3.3)
_KINDS = frozenset(get_args(RecordType))


class Overlay:
    """*dns* with *changes* made. Raises ValueError for a change that no name server would load."""

    def __init__(self, dns: DNS, changes: Sequence[RecordChange]) -> None:
        self._dns = dns
        self._memory = dns if isinstance(dns, Remembers) else None
        self._changes: dict[tuple[str, str], list[RecordChange]] = {}
        for change in changes:
            if change.type not in _KINDS:
                raise ValueError(f"no record type that is laid over: {change.type}")
            if change.value:
                _record(change.type, change.value)
            self._changes.setdefault((_key(change.name), change.type), []).append(change)

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        """As `DNS.query`, with the changes made."""
        return await self._follow(name, kind, 0)

    def known(self, name: str, kind: RecordType) -> Answer | None:
        """As `Remembers.known`; nothing of a name that a change touches."""
        if self._memory is None or self._touches(name):
            return None
        answer = self._memory.known(name, kind)
        if not isinstance(answer, DNSAnswer):
            return answer
        if any(map(self._touches, answer.chain)):
            return None
        return self._there(answer, name)

    async def _follow(self, name: str, kind: RecordType, depth: int) -> DNSAnswer:
        if depth > MOST_ALIASES:
            raise DNSUnavailable(name, phase="resolve", detail="its CNAMEs go round in a circle")
        if kind != "CNAME" and (alias := await self._changed_alias(name)):
            further = await self._follow(alias, kind, depth + 1)
            chain = (name, *(further.chain or (alias,)))
            return dataclasses.replace(further, name=name, chain=chain)
        if (_key(name), kind) in self._changes:
            return await self._changed(name, kind)
        answer = await self._dns.query(name, kind)
        for at, link in enumerate(answer.chain[1:], 1):
            if self._touches(link):
                further = await self._follow(link, kind, depth + at)
                chain = (*answer.chain[:at], *(further.chain or (link,)))
                return dataclasses.replace(further, name=name, chain=chain)
        return self._there(answer, name)

    def _there(self, answer: DNSAnswer, name: str) -> DNSAnswer:
        """*answer*, at a name that may have come into being."""
        if answer.end is not End.ANSWER and self._exists_now(name):
            return dataclasses.replace(answer, end=End.NODATA)
        return answer

    async def _changed_alias(self, name: str) -> str:
        """Where *name* leads as a CNAME, if a change decides it."""
        if (_key(name), "CNAME") not in self._changes:
            return ""
        answer = await self._changed(name, "CNAME")
        return answer.names[0] if answer.names else ""

    async def _changed(self, name: str, kind: RecordType) -> DNSAnswer:
        changes = self._changes[(_key(name), kind)]
        there = await self._dns.query(name, kind)
        # Behind a CNAME nothing stands at the name itself.
        values = () if there.chain else there.values
        records = [_record(kind, value, presented=True) for value in values]
        gone = {_plain(kind, value) for change in changes for value in change.replaces}
        kept = [each for each in records if not _names_of(each) & gone]
        added = [_record(kind, change.value) for change in changes if change.value]
        made = recorded(name, kind, [*kept, *(each for each in added if each not in kept)], ttl=there.ttl)
        if made.end is not End.ANSWER and there.end is End.NXDOMAIN and not self._exists_now(name):
            return dataclasses.replace(made, end=End.NXDOMAIN)
        return made

    def _touches(self, name: str) -> bool:
        return any(key == _key(name) for key, _ in self._changes)

    def _exists_now(self, name: str) -> bool:
        key = _key(name)
        return any(
            change.value and (owner == key or owner.endswith("." + key))
            for (owner, _), changes in self._changes.items()
            for change in changes
        )


def _record(kind: str, value: str, *, presented: bool = False) -> dns.rdata.Rdata:
    """The record that *value* is: a TXT's bare text, or presentation form. Raises ValueError."""
    if kind in ("TXT", "SPF") and not presented:
        octets = value.encode("utf-8", "surrogateescape")
        parts = [octets[at : at + MOST_STRING] for at in range(0, len(octets), MOST_STRING)] or [b""]
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.from_text(kind), parts)
    try:
        return dns.rdata.from_text(dns.rdataclass.IN, kind, value if presented else _absolute(kind, value))
    except dns.exception.DNSException as error:
        raise ValueError(f"not a {kind} record: {value}") from error


def _absolute(kind: str, value: str) -> str:
    """A value whose last word is a host name, as DNS panels show it, with its final dot."""
    return value if kind not in ("MX", "CNAME", "NS", "PTR") or value.endswith(".") else value + "."


def _names_of(record: dns.rdata.Rdata) -> set[str]:
    """All the ways in which a finding may have written this record down."""
    if isinstance(record, dns.rdtypes.txtbase.TXTBase):
        octets = b"".join(record.strings)
        return {octets.decode("utf-8", "surrogateescape"), printable(octets, len(octets))}
    text = record.to_text().lower()
    return {text, text.removesuffix(".")}


def _plain(kind: str, value: str) -> str:
    return value if kind in ("TXT", "SPF") else value.lower()


def _key(name: str) -> str:
    return name.removesuffix(".").lower()
