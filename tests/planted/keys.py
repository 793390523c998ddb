"""Public keys as DKIM records have them, made afresh: no key of anybody's is in the repository."""

from __future__ import annotations

import base64
import secrets
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def rsa_key(bits: int = 2048) -> str:
    """A DKIM record with a new RSA key (RFC 6376 §3.6.1)."""
    public = rsa.generate_private_key(65537, bits).public_key()
    return (
        "v=DKIM1; k=rsa; p="
        + base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    )


@cache
def short_rsa_key(bits: int) -> str:
    """A DKIM record with an RSA key as short as nobody may use any more (RFC 8301 §3.2)."""
    modulus = (1 << (bits - 1)) | secrets.randbits(bits - 1) | 1
    public = rsa.RSAPublicNumbers(65537, modulus).public_key()
    return (
        "v=DKIM1; k=rsa; p="
        + base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    )


@cache
def ed25519_key() -> str:
    """A DKIM record with a new Ed25519 key (RFC 8463 §4.2)."""
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    return "v=DKIM1; k=ed25519; p=" + base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
