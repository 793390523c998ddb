"""The octets of p=: which key they are, how long, and what is wrong with them (RFC 6376 §3.6.1, RFC 8463 §4)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from diagnostics.mail.dkim.key import GOOD_BITS, LEAST_BITS, MOST_BITS, Flaw, Found
from diagnostics.printable import printable

RSA, ED25519 = "rsa", "ed25519"
ED25519_OCTETS = 32
PANEL_LIMIT = 255  # characters that a careless panel keeps of a TXT record


@dataclass(frozen=True)
class Material:
    """A public key, or the flaw because of which there is none."""

    type: str = ""
    bits: int = 0
    text: str = ""  # base64, for p=
    public: bytes = field(default=b"", repr=False)
    flaw: Flaw | None = None
    detail: str = ""

    def judged(self) -> list[Found]:
        """What the key's length has against it."""
        if self.type != RSA or not self.bits:
            return []
        if self.bits < LEAST_BITS:
            return [Found(Flaw.SHORT, f"RSA with {self.bits} bits; receivers take {LEAST_BITS} at least")]
        if self.bits > MOST_BITS:
            return [Found(Flaw.UNUSABLE, f"RSA with {self.bits} bits; receivers need not check more than {MOST_BITS}")]
        if self.bits < GOOD_BITS:
            return [Found(Flaw.WEAK, f"RSA with {self.bits} bits; RFC 8301 asks for {GOOD_BITS}")]
        return []


def measured(text: str, kind: str, *, lenient: bool = False) -> Material:
    """The key whose base64 is *text*, k= being *kind*.

    *lenient*: what was surely meant is taken for it, the key told by its octets and not by *kind*.
    """
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return _broken(_why_no_base64(text), kind)
    if kind == ED25519 and len(octets) == ED25519_OCTETS:
        return _ed25519(octets)
    if len(octets) == ED25519_OCTETS and not octets.startswith(b"\x30"):
        if lenient:
            return _ed25519(octets)
        return _broken("its 32 octets are an Ed25519 key, and k=ed25519 is missing", ED25519)
    if kind not in (RSA, ED25519) and not lenient:
        shown = printable(kind, 40)
        return Material(shown, flaw=Flaw.UNUSABLE, detail=f"k={shown} is a type of key that no receiver knows")
    return _der(octets, kind, lenient)


def _der(octets: bytes, kind: str, lenient: bool) -> Material:
    length = _der_length(octets)
    whole = octets[:length] if lenient and 0 < length < len(octets) else octets
    try:
        public = load_der_public_key(whole)
    except (ValueError, UnsupportedAlgorithm):
        if _is_private(octets):
            return Material(flaw=Flaw.PRIVATE, detail="p= holds a private key")
        return _broken(_why_no_der(octets, length, kind), kind)
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return _ed25519(raw) if lenient else _broken("an Ed25519 key stands in p= as its 32 octets alone", ED25519)
    if not isinstance(public, rsa.RSAPublicKey):
        name = type(public).__name__.removesuffix("PublicKey").lstrip("_")
        return Material(flaw=Flaw.UNUSABLE, detail=f"p= holds a key of another kind ({name}), which DKIM does not know")
    if kind != RSA and not lenient:
        return _broken(f"k={kind} stands beside an RSA key", RSA)
    return Material(RSA, public.key_size, base64.b64encode(whole).decode(), whole)


def _ed25519(octets: bytes) -> Material:
    return Material(ED25519, 256, base64.b64encode(octets).decode(), octets)


def _broken(detail: str, kind: str) -> Material:
    return Material(kind if kind in (RSA, ED25519) else "", flaw=Flaw.MALFORMED, detail=detail)


def _why_no_base64(text: str) -> str:
    bad = next((at for at, each in enumerate(text) if not re.match(r"[A-Za-z0-9+/=]", each, re.ASCII)), None)
    if bad is not None:
        around = printable(text[max(0, bad - 6) : bad + 6])
        return f"p= is no base64: {printable(text[bad])} does not belong there (…{around}…)"
    bare = text.rstrip("=")
    if len(bare) % 4 == 1 or "=" in bare:
        return f"p= is no base64: its {len(text)} characters come to no whole number of octets{_cut(text)}"
    return f"p= is no base64: the = signs at its end are missing{_cut(text)}"


def _cut(text: str) -> str:
    near = PANEL_LIMIT - 40 <= len(text) <= PANEL_LIMIT
    return f"; it looks cut off at {PANEL_LIMIT} characters" if near else ""


def _why_no_der(octets: bytes, length: int, kind: str) -> str:
    if kind == ED25519:
        return f"an Ed25519 key has {ED25519_OCTETS} octets, and p= has {len(octets)}"
    if length > len(octets):
        return (
            f"the key is cut off: {len(octets)} of its {length} octets are there. Where a DNS panel keeps "
            f"{PANEL_LIMIT} characters of a record, the rest is lost"
        )
    if 0 < length < len(octets):
        return f"{len(octets) - length} octets too many stand behind the key"
    return "p= decodes to something that is no public key"


def _der_length(octets: bytes) -> int:
    """How many octets the outer SEQUENCE says that it has, its head with it; 0 where there is none."""
    if len(octets) < 2 or octets[0] != 0x30:
        return 0
    first = octets[1]
    if first < 0x80:
        return 2 + first
    size = first & 0x7F
    if not 0 < size <= 4 or len(octets) < 2 + size:
        return 0
    return 2 + size + int.from_bytes(octets[2 : 2 + size])


def _is_private(octets: bytes) -> bool:
    try:
        load_der_private_key(octets, None)
    except TypeError:
        return True  # it is one, locked with a password
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True
