"""Are two hosts of one owner? By the registrable domain (publicsuffix.org); addresses only by themselves."""

from __future__ import annotations

import ipaddress

from diagnostics.mail.dmarc.suffixes import registered_domain


def same_owner(one: str, other: str) -> bool:
    """Whether two hosts are below one registrable domain."""
    one, other = one.lower().rstrip("."), other.lower().rstrip(".")
    if one == other:
        return True
    if _is_address(one) or _is_address(other):
        return False
    return registered_domain(one) == registered_domain(other)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
