"""What a server's certificate says, read without judging it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
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
        )


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
