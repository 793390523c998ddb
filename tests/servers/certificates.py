"""A certificate authority of our own, and certificates: good, expired, for another name, of a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Certificate:
    """PEM files: the certificate (its issuer is a root, which no server sends), and its key."""

    chain: Path
    key: Path


class Authority:
    """Issues certificates into *directory*. `bundle` is what a client trusts."""

    def __init__(self, directory: Path, name: str = "Aftercare test authority") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o755)
        self.directory = directory
        self.bundle = directory / "ca.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.bundle.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        self.bundle.chmod(0o644)

    def good(self, name: str) -> Certificate:
        return self.issue("good", [name], valid_days=90)

    def expired(self, name: str) -> Certificate:
        """Ended three days ago."""
        return self.issue("expired", [name], valid_days=-3)

    def for_another_name(self, name: str) -> Certificate:
        """What a shared host shows: the server's own name instead of the relay's."""
        domain = name.partition(".")[2] or "example.test"
        return self.issue("another-name", [f"server17.{domain}"], valid_days=90)

    def untrusted(self, name: str) -> Certificate:
        """Issued by an authority that nobody trusts."""
        return Authority(self.directory / "stranger", "Unknown authority").issue("untrusted", [name], valid_days=90)

    def issue(self, label: str, names: list[str], valid_days: float) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=100))
            .not_valid_after(now + timedelta(days=valid_days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        made = Certificate(self.directory / f"{label}.pem", self.directory / f"{label}.key")
        pem = serialization.Encoding.PEM
        made.chain.write_bytes(certificate.public_bytes(pem))
        made.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        made.key.chmod(0o600)
        made.chain.chmod(0o644)
        return made


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
