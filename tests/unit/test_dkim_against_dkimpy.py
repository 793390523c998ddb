"""Our reading of key records beside dkimpy: what we call usable verifies a real signature, and so does what we mend."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from diagnostics.mail.dkim import read_key

MAIL = b"From: a@site.test\r\nTo: b@example.net\r\nSubject: hello\r\n\r\nhello\r\n"


@cache
def pair() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public(form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> str:
    return base64.b64encode(pair().public_key().public_bytes(Encoding.DER, form)).decode()


@cache
def signed() -> bytes:
    private = pair().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return bytes(dkim.sign(MAIL, b"s1", b"site.test", private)) + MAIL


def verifies(text: str) -> bool:
    """Whether dkimpy takes the real signature for good with this key record."""
    try:
        return bool(dkim.verify(signed(), dnsfunc=lambda name, timeout=5: text.encode()))
    except (dkim.DKIMException, ValueError):
        return False


USABLE: dict[str, Callable[[str], str]] = {
    "as everybody": lambda p: f"v=DKIM1; k=rsa; p={p}",
    "without v=": lambda p: f"p={p}",
    "with spaces": lambda p: f"v = DKIM1 ; p = {p[:64]} {p[64:]}",
    "a semicolon at the end": lambda p: f"v=DKIM1; p={p};",
    "PKCS #1": lambda p: f"p={public(PublicFormat.PKCS1)}",
    "a test": lambda p: f"v=DKIM1; t=y; p={p}",
}
MENDED: dict[str, Callable[[str], str]] = {
    "quotes": lambda p: f'"v=DKIM1; k=rsa; p={p}"',
    "two quoted strings": lambda p: f'"v=DKIM1; k=rsa; p={p[:200]}" "{p[200:]}"',
    "backslashes": lambda p: f"v=DKIM1\\; k=rsa\\; p={p}",
    "v= in small letters": lambda p: f"v=dkim1; p={p}",
    "v=DKIM2": lambda p: f"v=DKIM2; p={p}",
    "PEM": lambda p: f"v=DKIM1; p=-----BEGIN PUBLIC KEY-----{p}-----END PUBLIC KEY-----",
    "base64 alone": lambda p: p,
    "p= forgotten": lambda p: f"v=DKIM1; k=rsa; {p}",
    "two semicolons": lambda p: f"v=DKIM1;; p={p}",
    "no semicolons": lambda p: f"v=DKIM1 k=rsa p={p}",
    "a tag twice": lambda p: f"v=DKIM1; k=rsa; k=rsa; p={p}",
    "not for mail": lambda p: f"v=DKIM1; s=tlsrpt; p={p}",
    "k=RSA": lambda p: f"v=DKIM1; k=RSA; p={p}",
    "k= empty": lambda p: f"v=DKIM1; k=; p={p}",
    "P= in capitals": lambda p: f"v=DKIM1; P={p}",
}


@pytest.mark.parametrize("write", USABLE.values(), ids=USABLE.keys())
def test_what_is_called_usable_verifies_a_real_signature(write: Callable[[str], str]) -> None:
    text = write(public())
    assert read_key("s1._domainkey.site.test", [text.encode()]).usable
    assert verifies(text)


@pytest.mark.parametrize("write", MENDED.values(), ids=MENDED.keys())
def test_what_is_called_broken_does_not_verify_and_its_mended_record_does(write: Callable[[str], str]) -> None:
    text = write(public())
    found = read_key("s1._domainkey.site.test", [text.encode()])
    assert not found.usable
    assert not verifies(text)
    assert found.mended
    assert verifies(found.mended)
