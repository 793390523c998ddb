"""Messages that a test writes and signs, and the DNS in which their keys stand."""

from __future__ import annotations

import base64
import functools
from datetime import UTC, datetime

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from nacl.signing import SigningKey

from diagnostics.mail.domain import World
from diagnostics.mail.message import MessageView, read_message
from tests.servers.zone import Zone

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DOMAIN, SELECTOR = "example.org", "s1"
RECEIVED = (
    b"Received: from out.relay.example (out.relay.example [198.51.100.7]) by mx.receiver.example (Postfix)\r\n"
    b"\twith ESMTPS id 4F1; Tue, 24 Nov 2026 11:59:30 +0000 (UTC)\r\n"
)
HEADER = (
    b"From: The Shop <shop@example.org>\r\nTo: owner@receiver.example\r\nSubject: Your order\r\n"
    b"Date: Tue, 24 Nov 2026 11:59:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
)
BODY = b"Hello,\r\n\r\nyour order is on its way.\r\n\r\nThe shop\r\n"


@functools.cache
def rsa_key(bits: int = 2048, number: int = 0) -> tuple[bytes, str]:
    """A private key (PEM) and its record; another one for another *number*."""
    key = rsa.generate_private_key(65537, bits)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


@functools.cache
def ed25519_key() -> tuple[bytes, str]:
    """A private key (base64) and its record."""
    key = SigningKey.generate()
    return base64.b64encode(bytes(key)), f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(key.verify_key)).decode()}"


def signed(
    message: bytes = HEADER + b"\r\n" + BODY,
    *,
    domain: str = DOMAIN,
    selector: str = SELECTOR,
    key: bytes = b"",
    algorithm: str = "rsa-sha256",
    canonicalize: tuple[bytes, bytes] = (b"relaxed", b"simple"),
    **more: object,
) -> bytes:
    """*message* with a DKIM-Signature above it."""
    key = key or (ed25519_key() if algorithm.startswith("ed25519") else rsa_key())[0]
    signature = dkim.sign(
        message, selector.encode(), domain.encode(), key,
        signature_algorithm=algorithm.encode(), canonicalize=canonicalize, **more,
    )  # fmt: skip
    return bytes(signature) + message


def zone(record: str | None = None, name: str = f"{SELECTOR}._domainkey.{DOMAIN}") -> Zone:
    """DNS with one key: the one that `signed` signs with."""
    return Zone().add(name, "TXT", rsa_key()[1] if record is None else record)


async def read(message: bytes, dns: Zone | None = None, now: datetime = NOW) -> MessageView:
    return await read_message(message, World(dns or zone(), None, now))


def codes(view: MessageView) -> list[str]:
    return [each.code for each in view.findings]
