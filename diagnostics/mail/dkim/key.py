"""A DKIM key as DNS publishes it, and what can be wrong with it (RFC 6376 §3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

LEAST_BITS = 1024  # RFC 8301 §3.2: verifiers take no shorter RSA key for valid
GOOD_BITS = 2048  # and signers should use this
MOST_BITS = 4096  # what every verifier must be able to check


class Flaw(StrEnum):
    """What is wrong with a key. With any but the last two no signature passes."""

    PRIVATE = "private key"
    SEVERAL = "several records"  # RFC 6376 §3.6.2.2: the result is undefined
    MALFORMED = "malformed"
    REVOKED = "revoked"  # p= is empty
    SERVICE = "not for mail"  # s=
    HASH = "no hash in use"  # h= without sha256
    UNUSABLE = "unusable"  # k= unknown, more bits than verifiers must take
    SHORT = "too short"
    WEAK = "weak"
    TESTING = "testing"  # t=y


HARMLESS = frozenset({Flaw.WEAK, Flaw.TESTING})


@dataclass(frozen=True)
class Found:
    """One flaw, and in words what shows it."""

    flaw: Flaw
    detail: str


@dataclass(frozen=True)
class Key:
    """What stands at `selector._domainkey.domain`. Texts are escaped; without any, nothing stands there."""

    name: str
    texts: tuple[str, ...] = ()  # every TXT record there
    type: str = ""  # "rsa", "ed25519", or what k= says; "" where it cannot be told
    bits: int = 0
    testing: bool = False
    strict: bool = False  # t=s: i= must have no subdomain of d=
    hashes: tuple[str, ...] = ()  # h=; () is any
    services: tuple[str, ...] = ()  # s=; () is any
    flaws: tuple[Found, ...] = ()  # the worst first
    mended: str = ""  # the record as it ought to be, where that can be told from what is there
    public: bytes = field(default=b"", repr=False)  # p= decoded: for RSA in DER, for Ed25519 its 32 octets

    @property
    def selector(self) -> str:
        """The labels before `_domainkey`."""
        return self.name.lower().partition("._domainkey.")[0]

    @property
    def domain(self) -> str:
        """The labels behind it: d= of its signatures."""
        return self.name.lower().partition("._domainkey.")[2]

    @property
    def exists(self) -> bool:
        """Whether anything stands at its name."""
        return bool(self.texts)

    @property
    def usable(self) -> bool:
        """Whether a receiver can verify a signature with it."""
        return self.exists and all(each.flaw in HARMLESS for each in self.flaws)

    def detail(self, flaw: Flaw) -> str:
        """What shows *flaw*; "" where the key does not have it."""
        return next((each.detail for each in self.flaws if each.flaw is flaw), "")


_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?:[0-9]{0,6}pm|(?![0-9]))")
_MONTH = re.compile(r"(?<![0-9])(20[0-9]{2})-?(0[1-9]|1[0-2])(?![0-9])")
_SCPH = re.compile(r"scph(0[1-9]|1[0-2])([0-9]{2})")


def made_on(selector: str, today: date) -> date | None:
    """The day, or the first of the month, that *selector*'s name says; None where it says none, or one to come."""
    selector = selector.lower()
    if found := _SCPH.fullmatch(selector):
        parts = (2000 + int(found[2]), int(found[1]), 1)
    elif found := _DAY.search(selector):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif found := _MONTH.search(selector):
        parts = (int(found[1]), int(found[2]), 1)
    else:
        return None
    try:
        day = date(*parts)
    except ValueError:
        return None  # the 31st of February
    return day if date(2004, 1, 1) <= day <= today else None
