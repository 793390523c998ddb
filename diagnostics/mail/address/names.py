"""What a host name looks like: a real mail server's, a line's that a provider numbered through, or none at all."""

from __future__ import annotations

import ipaddress
import re

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_SPOKEN = re.compile(
    r"(?:^|[.\-_\d])(?:dynamic|dyn|dynip|dhcp|dialup|dial-?in|pppoe|adsl|unassigned|not-assigned)(?:[.\-_\d]|$)"
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z", re.ASCII)
# What public DNS never knows (RFC 6761, RFC 6762, RFC 8375, RFC 9476), and common home-made endings.
_LOCAL = ("localhost", "local", "localdomain", "lan", "internal", "home.arpa", "intranet", "invalid", "alt")


def is_generic(name: str, address: IPAddress) -> bool:
    """Whether *name* is one that a provider gives to all its addresses: it spells the address, or says "dynamic"."""
    name = name.lower()
    return bool(_SPOKEN.search(name)) or _spells(name, address)


def why_no_helo(name: str) -> str:
    """Why *name* is not a host's full name (RFC 5321 §2.3.5, §4.1.1.1); "" where it is one."""
    plain = name.strip().rstrip(".").lower()
    if not plain:
        return "it is empty"
    if _is_address(plain.strip("[]").removeprefix("ipv6:")):
        return "it is an IP address, not a name"
    if plain == "localhost" or plain.startswith("localhost."):
        return "that is what every machine is to itself"
    if "." not in plain:
        return "it has no domain"
    if local := next((end for end in _LOCAL if plain.endswith("." + end)), ""):
        return f"names under .{local} exist in no public DNS"
    if not all(_LABEL.match(each) for each in plain.split(".")):
        return "it has characters that no host name has"
    return ""


def _spells(name: str, address: IPAddress) -> bool:
    if address.version == 6:
        digits = address.exploded.replace(":", "")
        packed = re.sub(r"[^0-9a-f]", "", name)
        return digits[16:] in packed or str(address).replace(":", "-") in name
    octets = str(address).split(".")
    for order in (octets, octets[::-1]):
        if re.search(r"(?<!\d)" + r"[.\-_x]".join(f"0{{0,2}}{each}" for each in order) + r"(?!\d)", name):
            return True
        if "".join(f"{int(each):03d}" for each in order) in name:
            return True
    return bool(re.search(rf"(?<![0-9a-f]){address.packed.hex()}(?![0-9a-f])", name))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
