"""Records that cost fewer lookups and let the same addresses send, the gentlest way first (RFC 7208 §4.6.4).

Writing an include's addresses out ("flattening") is the last resort: providers change their
addresses, and from then on their mail fails without anybody having touched the record.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Iterable

from diagnostics.mail.senders import by_include
from diagnostics.mail.spf.drawing import named
from diagnostics.mail.spf.edit import Edit
from diagnostics.mail.spf.gathering import key_of
from diagnostics.mail.spf.look import Look
from diagnostics.mail.spf.walk import Branch, IPNetwork, Walked, records_in
from diagnostics.network import DNS, DNSUnavailable

MOST_FLATTENED = 16  # terms that take the place of one
WHY_LAST = "keep an eye on it: when the provider changes its addresses, this record must follow"


async def shorter(edit: Edit, look: Look, dns: DNS) -> AsyncIterator[Edit]:
    """One candidate after the other, each with one step more than the one before."""
    now = edit.copy()
    root = look.walk.root
    branches = [each for each in root.branches if each.term in now.terms]
    for branch in branches:
        if _is_inside_another(branch, branches):
            now.drop(branch.term, "another include has it already")
            yield now.copy()
    kept = [each for each in branches if each.term in now.terms]
    hosts = [each for each in kept if each.mechanism in ("a", "mx") and each.lets_send and each.target]
    read = await asyncio.gather(*(_both_families(each, dns) for each in hosts))
    own = [(branch, networks) for branch, networks in zip(hosts, read, strict=True) if networks]
    for branch, networks in own:
        if all(_covered(each, root) for each in networks):
            now.drop(branch.term, "its addresses are named anyway")
            yield now.copy()
    for branch, networks in sorted(own, key=lambda each: len(each[1])):
        if branch.term in now.terms and len(networks) <= MOST_FLATTENED:
            terms = [_term(each) for each in networks]
            now.replace(branch.term, terms, f"names the addresses of {branch.term}; they must follow when it moves")
            yield now.copy()
    includes = [each for each in branches if each.mechanism == "include" and each.term in now.terms]
    foreign = list(zip(includes, await asyncio.gather(*(flattened(each, dns) for each in includes)), strict=True))
    # A service that nobody knows is often one machine; big providers change their addresses most.
    for branch, found in sorted(foreign, key=lambda each: (bool(by_include(each[0].target)), len(each[1] or ()))):
        if found and len(found) <= MOST_FLATTENED:
            step = f"names the addresses of {named(branch)} as of now, the last resort; {WHY_LAST}"
            now.replace(branch.term, [_term(each) for each in found], step)
            yield now.copy()


async def flattened(branch: Branch, dns: DNS) -> list[IPNetwork] | None:
    """The addresses that an include lets send, when it is nothing but these; None when it is more than that."""
    if not branch.lets_send or branch.inside is None or branch.problem:
        return None
    records = list(records_in(branch.inside))
    if not all(_only_lets_send(each) for each in records):
        return None
    found = [network for each in records for _, network in each.networks]
    hosts = [each for walked in records for each in walked.branches if each.mechanism in ("a", "mx")]
    for networks in await asyncio.gather(*(_both_families(each, dns) for each in hosts)):
        if networks is None:
            return None
        found += networks
    v4 = [each for each in found if isinstance(each, ipaddress.IPv4Network)]
    v6 = [each for each in found if isinstance(each, ipaddress.IPv6Network)]
    return [*ipaddress.collapse_addresses(v4), *ipaddress.collapse_addresses(v6)]


def _only_lets_send(walked: Walked) -> bool:
    """Whether *walked* lets send whom its addresses, hosts and includes name, and nobody else."""
    terms = [each.lower() for each in walked.record.split(" ")[1:] if each]
    mechanisms = [each for each in terms if each.lstrip("+-~?") != "all"]
    if walked.record.endswith("…") or any(each.startswith(("-", "~", "?")) for each in mechanisms):
        return False
    return all(
        each.problem is None and (each.inside is not None or (each.mechanism in ("a", "mx") and each.target))
        for each in walked.branches
    )


def _is_inside_another(branch: Branch, branches: Iterable[Branch]) -> bool:
    """Whether another term's tree has the same include, so that it lets the same addresses send."""
    if branch.mechanism != "include" or not branch.target:
        return False
    return any(
        other is not branch and other.lets_send and other.inside and _includes(other.inside, key_of(branch.target))
        for other in branches
    )


def _includes(walked: Walked, target: str) -> bool:
    return any(
        each.lets_send and (key_of(each.target) == target or (each.inside and _includes(each.inside, target)))
        for each in walked.branches
    )


async def _both_families(branch: Branch, dns: DNS) -> list[IPNetwork] | None:
    """The IPv4 and IPv6 networks of an a or mx term; None where they could not all be read."""
    if "/" in branch.term:
        return None  # its networks are of one family only
    try:
        hosts = [branch.target]
        if branch.mechanism == "mx":
            hosts = [each.host for each in (await dns.query(branch.target, "MX")).exchangers]
        questions = [dns.query(host, kind) for host in hosts[:10] for kind in ("A", "AAAA")]
        answers = await asyncio.gather(*questions)
    except (DNSUnavailable, ValueError):
        return None
    return [ipaddress.ip_network(each) for answer in answers for each in answer.addresses]


def _covered(network: IPNetwork, root: Walked) -> bool:
    return any(
        isinstance(each, ipaddress.IPv4Network) == isinstance(network, ipaddress.IPv4Network)
        and int(each.network_address) <= int(network.network_address)
        and int(network.broadcast_address) <= int(each.broadcast_address)
        for _, each in root.networks
    )


def _term(network: IPNetwork) -> str:
    whole = network.prefixlen == network.max_prefixlen
    return f"ip{network.version}:{network.network_address if whole else network}"
