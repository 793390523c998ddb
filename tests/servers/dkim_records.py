"""DKIM key records as signers publish them: made in memory with cryptography, or by OpenDKIM's own tool."""

from __future__ import annotations

import base64
import re
import subprocess
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.servers.process import need

EXPONENT = 65537


@cache
def rsa_octets(bits: int, number: int = 1) -> bytes:
    """A public key of *bits* in DER. No one has its private half; *number* tells several apart."""
    modulus = (1 << (bits - 1)) | (number << 1) | 1
    return (
        rsa.RSAPublicNumbers(EXPONENT, modulus)
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )


def rsa_text(bits: int = 2048, number: int = 1) -> str:
    """The same as p= has it."""
    return base64.b64encode(rsa_octets(bits, number)).decode()


def rsa_record(bits: int = 2048, number: int = 1) -> str:
    """`v=DKIM1; k=rsa; p=…`"""
    return f"v=DKIM1; k=rsa; p={rsa_text(bits, number)}"


@cache
def ed25519_octets() -> bytes:
    """The 32 octets of an Ed25519 public key."""
    return ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def ed25519_text() -> str:
    return base64.b64encode(ed25519_octets()).decode()


def ed25519_record() -> str:
    return f"v=DKIM1; k=ed25519; p={ed25519_text()}"


@cache
def private_text() -> str:
    """The private half of an RSA key, as base64 of PKCS #8."""
    key = rsa.generate_private_key(EXPONENT, 2048)
    return base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def opendkim_zone_line(directory: Path, selector: str, domain: str, *options: str) -> str:
    """The zone file's record that opendkim-genkey writes: several strings in brackets."""
    program = need("opendkim-genkey", "opendkim-tools")
    command = [program, f"--directory={directory}", f"--selector={selector}", f"--domain={domain}", *options]
    subprocess.run(command, check=True, capture_output=True)
    return (directory / f"{selector}.txt").read_text()


def opendkim_text(zone_line: str) -> str:
    """The strings of such a line, joined."""
    return "".join(re.findall(r'"([^"]*)"', zone_line))
