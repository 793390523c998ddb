"""Whether one mechanism matches the client: all, a, mx, ptr, ip4, ip6, exists (RFC 7208 §5)."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable

from diagnostics.mail.spf.evaluation import NAME_LIMIT, ProblemKind, Result
from diagnostics.mail.spf.lookups import IPAddress, Lookups, Place
from diagnostics.mail.spf.record import Directive
from diagnostics.network import is_name


async def matches(directive: Directive, target: str, place: Place, lookups: Lookups) -> bool:
    """Whether *directive* matches, *target* being its name with macros expanded. Raises Stop."""
    if directive.mechanism == "all":
        return True
    if directive.network is not None:  # ip4, ip6
        return lookups.ip.version == directive.network.version and lookups.ip in directive.network
    if not is_name(target):
        return False  # §4.8: macros made a name that nobody can ask for
    return await _ASKING[directive.mechanism](directive, target, place, lookups)


async def _a(directive: Directive, target: str, place: Place, lookups: Lookups) -> bool:
    return _among(lookups.ip, await lookups.addresses(target, place), directive)


async def _mx(directive: Directive, target: str, place: Place, lookups: Lookups) -> bool:
    found = await lookups.ask(target, "MX", place)
    for count, each in enumerate(sorted(found.exchangers, key=lambda mx: (mx.preference, mx.host))):
        if count == NAME_LIMIT:
            detail = f"{target} has {len(found.exchangers)} MX records; receivers look at {NAME_LIMIT}"
            raise place.stop(Result.PERMERROR, ProblemKind.TOO_MANY_NAMES, detail)
        if _among(lookups.ip, await lookups.addresses(each.host, place), directive):
            return True
    return False


async def _ptr(_directive: Directive, target: str, place: Place, lookups: Lookups) -> bool:
    return any(is_within(name, target) for name in await lookups.validated_names(place))


async def _exists(_directive: Directive, target: str, place: Place, lookups: Lookups) -> bool:
    # §5.7: always A, whatever the client speaks.
    return bool((await lookups.ask(target, "A", place)).addresses)


_ASKING: dict[str, Callable[[Directive, str, Place, Lookups], Awaitable[bool]]] = {
    "a": _a,
    "mx": _mx,
    "ptr": _ptr,
    "exists": _exists,
}


def is_within(name: str, domain: str) -> bool:
    """Whether *name* is *domain* or below it."""
    name, domain = name.removesuffix(".").lower(), domain.removesuffix(".").lower()
    return name == domain or name.endswith("." + domain)


def _among(ip: IPAddress, addresses: Iterable[IPAddress], directive: Directive) -> bool:
    prefix = directive.prefix4 if ip.version == 4 else directive.prefix6
    return any(
        each.version == ip.version and ip in ipaddress.ip_network((each, prefix), strict=False) for each in addresses
    )
