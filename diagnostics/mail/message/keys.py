"""The public keys that a message's signatures ask for: what DNS has, and whether it can be this signature's key.

RFC 6376 §6.1.2. A key that is missing, one that was taken back and a name server that did not answer
are three different ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from diagnostics.mail.dkim import Key, read_key
from diagnostics.mail.dkim.key import HARMLESS
from diagnostics.mail.message.signature import Tags
from diagnostics.network import DNS, DNSUnavailable, End
from diagnostics.printable import printable

# As `signatures.Outcome` calls it, and why, in words.
Trouble = tuple[Literal["key unusable", "other key published", "unseen"], str]


@dataclass(frozen=True)
class KeyRecord:
    """What stands at a key's name."""

    name: str
    key: Key | None  # None: DNS did not answer
    texts: tuple[bytes, ...] = field(default=(), repr=False)
    missing: str = ""  # why there is none
    unavailable: str = ""  # what DNS did instead of answering
    ttl: int = 0
    chain: tuple[str, ...] = ()  # the names that CNAMEs led through

    @property
    def text(self) -> bytes:
        """The record, as dkimpy wants it."""
        return self.texts[0] if self.texts else b""

    @property
    def usable(self) -> bool:
        return self.key is not None and self.key.usable

    def trouble_for(self, tags: Tags) -> Trouble | None:
        """Why this cannot be the key of the signature *tags*; None where it can."""
        if self.key is None:
            return "unseen", f"DNS did not answer for its key: {self.unavailable}"
        if not self.key.exists:
            return "key unusable", self.missing
        if flaw := next((each for each in self.key.flaws if each.flaw not in HARMLESS), None):
            return "key unusable", flaw.detail
        if self.key.type != tags.algorithm.partition("-")[0]:
            return (
                "other key published",
                f"it is a key of the type {self.key.type}, and the signature is {tags.algorithm}",
            )
        if self.key.strict and tags.identity_domain not in ("", tags.domain):
            return "other key published", f"its t=s allows no subdomain, and i= is at {tags.identity_domain}"
        return None


async def read_keys(dns: DNS, names: Iterable[str], timeout_s: float) -> dict[str, KeyRecord]:
    """The record at each name, every name asked once; what has not come after *timeout_s* did not come."""
    wanted = list(dict.fromkeys(names))
    return dict(zip(wanted, await asyncio.gather(*(_in_time(dns, name, timeout_s) for name in wanted)), strict=True))


async def _in_time(dns: DNS, name: str, timeout_s: float) -> KeyRecord:
    try:
        async with asyncio.timeout(timeout_s):
            return await _read(dns, name)
    except TimeoutError:
        return KeyRecord(name, None, unavailable=f"no answer within {timeout_s:g} s")


async def _read(dns: DNS, name: str) -> KeyRecord:
    try:
        answer = await dns.query(name, "TXT")
    except DNSUnavailable as error:
        return KeyRecord(name, None, unavailable=printable(error.detail, 200))
    except ValueError:
        return KeyRecord(name, Key(name), missing="no name in DNS can be written like this")
    missing = {
        End.NXDOMAIN: "the name does not exist in DNS",
        End.NODATA: "the name exists in DNS, without a TXT record",
    }.get(answer.end, "")
    key = read_key(name, answer.texts)
    return KeyRecord(name, key, answer.texts, missing, ttl=answer.ttl, chain=answer.chain)
