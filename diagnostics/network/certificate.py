"""What a server's certificate says, read without judging it."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from diagnostics.network.errors import TLSFault


@dataclass(frozen=True)
class Certificate:
    """The facts of a leaf certificate, as evidence; names as a client compares them."""

    subject: str
    names: tuple[str, ...]
    issuer: str
    not_after: datetime
    fingerprint: str  # SHA-256, hex
    not_before: datetime
    key: str  # what kind of key and how long: "RSA 2048", "EC 256"

    @staticmethod
    def read(der: bytes) -> Certificate:
        """The facts in *der*. Raises ValueError for what is no certificate."""
        leaf = x509.load_der_x509_certificate(der)
        common = [str(each.value) for each in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        try:
            alternatives = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = [
                *alternatives.get_values_for_type(x509.DNSName),
                *(str(ip) for ip in alternatives.get_values_for_type(x509.IPAddress)),
            ]
        except (x509.ExtensionNotFound, ValueError):
            names = common  # a certificate from before RFC 2818 §3.1
        return Certificate(
            subject=common[0] if common else leaf.subject.rfc4514_string(),
            names=tuple(names),
            issuer=leaf.issuer.rfc4514_string(),
            not_after=leaf.not_valid_after_utc,
            fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
            not_before=leaf.not_valid_before_utc,
            key=_kind_of_key(leaf),
        )


def _kind_of_key(leaf: x509.Certificate) -> str:
    try:
        key = leaf.public_key()
    except ValueError:  # a key of a kind that the library does not know
        return "unknown"
    kind = type(key).__name__.removesuffix("PublicKey").strip("_")
    kind = "EC" if kind.startswith(("Elliptic", "EC")) else kind
    return f"{kind} {size}" if (size := getattr(key, "key_size", 0)) else kind


def association(der: bytes, selector: int, matching: int) -> bytes | None:
    """The data of a TLSA record for the certificate *der* (RFC 6698 §2.1.2, §2.1.3); None for an unknown number.

    Raises ValueError for what is no certificate.
    """
    if selector == 0:
        chosen = der
    elif selector == 1:
        key = x509.load_der_x509_certificate(der).public_key()
        chosen = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        return None
    match matching:
        case 0:
            return chosen
        case 1:
            return hashlib.sha256(chosen).digest()
        case 2:
            return hashlib.sha512(chosen).digest()
    return None


# OpenSSL's X509_V_ERR_* numbers, as SSLCertVerificationError.verify_code gives them.
_VERIFY_CODES: dict[int, TLSFault] = {
    9: "not_yet_valid",
    10: "expired",
    62: "name_mismatch",
    63: "name_mismatch",
    64: "name_mismatch",
}
_VERSION_REASONS = (
    "UNSUPPORTED_PROTOCOL",
    "PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "NO_SHARED_CIPHER",
    "HANDSHAKE_FAILURE",
    "NO_CIPHERS_AVAILABLE",
    "INSUFFICIENT_SECURITY",
    "UNSUPPORTED_SSL_VERSION",
)


def fault_of(error: ssl.SSLError) -> TLSFault:
    """The kind of a failed handshake, from OpenSSL's error."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY_CODES.get(error.verify_code, "untrusted")
    reason = (error.reason or "").upper()
    if any(known in reason for known in _VERSION_REASONS):
        return "version"
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason:
        return "wrong_mode"
    return "handshake"
