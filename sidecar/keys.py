"""The sidecar's keys: sealing at rest, the pairing key, and the signatures of docs/protocol.md."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from sidecar.config import Settings

SECRET_BYTES = 32
TO_SIDECAR: Final = "to-sidecar"
TO_SITE: Final = "to-site"
DOORS = ("events", "commands", "results", "fetch", "runs", "pairing")
_SEALED = "v1."


class BadKey(Exception):
    """A key that is missing, foreign or readable by others; the text says what to do."""


class BadSeal(ValueError):
    """What was to be opened was not sealed to this key, or was changed since."""


class SealingKey:
    """Seals secrets before they are stored (XSalsa20-Poly1305)."""

    def __init__(self, key: bytes) -> None:
        self._box = SecretBox(key)

    @classmethod
    def load(cls, settings: Settings) -> SealingKey:
        """The key of the settings, else of `data_dir`/sealing.key, made at first start. Raises BadKey."""
        if settings.sealing_key:
            return cls(base64.b64decode(settings.sealing_key))
        path = sealing_key_file(settings.data_dir)
        if not path.exists():
            if _pairing_key_file(settings.data_dir).exists():
                raise BadKey(
                    f"{path} is missing, and {settings.data_dir} holds secrets that were sealed by it. "
                    "Put the file back, or set AFTERCARE_SEALING_KEY; without it every site has to be paired anew."
                )
            _make_private(path, base64.b64encode(secrets.token_bytes(SecretBox.KEY_SIZE)) + b"\n")
        return cls(_read_key(path))

    def seal(self, plain: bytes) -> str:
        """*plain* as text that only this key opens."""
        return _SEALED + base64.b64encode(self._box.encrypt(plain)).decode()

    def open(self, sealed: str) -> bytes:
        """What `seal` was given. Raises BadSeal."""
        try:
            if not sealed.startswith(_SEALED):
                raise BadSeal("this is nothing that was sealed here")
            return self._box.decrypt(base64.b64decode(sealed[len(_SEALED) :], validate=True))
        except (CryptoError, binascii.Error, ValueError) as error:
            raise BadSeal("sealed by another key, or damaged") from error

    def key_for(self, purpose: str) -> bytes:
        """A key of its own for *purpose* (cookies, the count of log-in attempts), the same after each start."""
        return hkdf(bytes(self._box), b"", f"aftercare v1 {purpose}".encode())


class PairingKey:
    """The X25519 key that plugins seal their fresh secrets to; its fingerprint stands in the code."""

    def __init__(self, private: PrivateKey) -> None:
        self._box = SealedBox(private)
        public = bytes(private.public_key)
        self.public = base64.b64encode(public).decode()
        self.fingerprint = hashlib.sha256(public).hexdigest()[:16]

    @classmethod
    def load(cls, settings: Settings, sealing: SealingKey) -> PairingKey:
        """The key in `data_dir`/pairing.key, made at first start. Raises BadKey."""
        path = _pairing_key_file(settings.data_dir)
        if not path.exists():
            _make_private(path, sealing.seal(bytes(PrivateKey.generate())).encode() + b"\n")
        try:
            return cls(PrivateKey(sealing.open(_read(path).decode("ascii", "replace").strip())))
        except BadSeal as error:
            raise BadKey(
                f"{path} was sealed by another sealing key. Put back the sealing key that belongs to this data folder."
            ) from error

    def open_sealed(self, sealed: str) -> dict[str, Any]:
        """The JSON object that a plugin sealed to us (libsodium `crypto_box_seal`). Raises BadSeal."""
        try:
            message = json.loads(self._box.decrypt(base64.b64decode(sealed, validate=True)))
        except (CryptoError, binascii.Error, ValueError, RecursionError) as error:
            raise BadSeal("it was not sealed to this sidecar's key") from error
        if not isinstance(message, dict):
            raise BadSeal("what was sealed is not an object")
        return message


def derive(secret: bytes, door: str, direction: str) -> bytes:
    """The key of one *door* in one *direction*: HKDF-SHA256 (RFC 5869), empty salt. Raises ValueError."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a site's secret has {SECRET_BYTES} bytes")
    if door not in DOORS or direction not in (TO_SIDECAR, TO_SITE):
        raise ValueError(f"there is no door {door} {direction}")
    return hkdf(secret, b"", f"aftercare v1 {door} {direction}".encode())


def hkdf(ikm: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 for an output of one block, 32 bytes (RFC 5869 §2.2, §2.3)."""
    pseudo_random_key = hmac.digest(salt or bytes(32), ikm, "sha256")
    return hmac.digest(pseudo_random_key, info + b"\x01", "sha256")


def sign(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """The header `webhook-signature` (Standard Webhooks). Raises ValueError without a key."""
    if len(key) != 32:
        raise ValueError("no key to sign with")
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def verify(key: bytes | None, message_id: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Whether one of the signatures in the header is right; in constant time; never without a key."""
    if not key or len(key) != 32:
        return False
    right = sign(key, message_id, timestamp, body).encode()
    # Standard Webhooks: several signatures, separated by spaces, while a key rotates.
    return any(hmac.compare_digest(right, given.encode("utf-8", "replace")) for given in signature.split(" ")[:8])


def sealing_key_file(data_dir: Path) -> Path:
    """Where the sealing key lies unless the environment holds it."""
    return data_dir / "sealing.key"


def _pairing_key_file(data_dir: Path) -> Path:
    return data_dir / "pairing.key"


def _make_private(path: Path, content: bytes) -> None:
    """Write *content* to a new *path*, mode 0600; of two that try at once, the first stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise BadKey(f"{path} cannot be written: {error.strerror}.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadKey(f"{path} cannot be read: {error.strerror}.") from error


def _read_key(path: Path) -> bytes:
    content = _read(path)
    if path.stat().st_mode & 0o077:
        raise BadKey(f"{path} can be read by others. Type: chmod 600 {path}")
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SecretBox.KEY_SIZE:
        raise BadKey(f"{path} does not hold a sealing key (32 bytes in base64). Put back the one from your backup.")
    return key
