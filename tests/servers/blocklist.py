"""A DNS blocklist as RFC 5782 has it, in memory or as a zone file, with what its operator would answer."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from tests.servers.zone import Zone


def reversed_name(address: str) -> str:
    """The labels under a list's zone that stand for *address*."""
    pointer = ipaddress.ip_address(address).reverse_pointer
    return pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


def entries(listed: Mapping[str, str], *, test_point: str = "") -> dict[str, str]:
    """label -> answer, with the test entry of an address list; *test_point* for a list of domains."""
    labels = {_label(each): code for each, code in listed.items()}
    if test_point:
        return {test_point: "127.0.1.2", **labels}
    return {"2.0.0.127": "127.0.0.2", reversed_name("::ffff:127.0.0.2"): "127.0.0.2", **labels}


def lay(zone: Zone, origin: str, listed: Mapping[str, str], *, test_point: str = "") -> Zone:
    """The list *origin* in *zone*: who is listed, and with which code."""
    for label, code in entries(listed, test_point=test_point).items():
        zone.add(f"{label}.{origin}", "A", code)
    return zone


def zone_file(listed: Mapping[str, str], *, test_point: str = "") -> str:
    """The list as records for a real name server."""
    return "\n".join(f"{label} IN A {code}" for label, code in entries(listed, test_point=test_point).items())


def _label(subject: str) -> str:
    try:
        return reversed_name(subject)
    except ValueError:
        return subject
