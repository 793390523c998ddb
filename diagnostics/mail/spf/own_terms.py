"""What is to be said of the terms that a domain wrote itself: ends, ptr, order, repetitions, ranges, sizes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from diagnostics.finding import Code
from diagnostics.mail.senders import by_include
from diagnostics.mail.spf import codes, record_codes
from diagnostics.mail.spf.look import Look
from diagnostics.mail.spf.mechanisms import is_within
from diagnostics.mail.spf.record import Record, near_misses, spf_records
from diagnostics.mail.spf.walk import IPNetwork, Walked, opens, records_in
from diagnostics.printable import printable

WIDEST = {4: 16, 6: 32}  # prefix lengths: a wider own term is more than one organisation sends from
MOST_OWN = 2 << 16  # IPv4 addresses of all own terms together
MOST_FOREIGN = 1 << 24  # of an include whose owner is not known
MOST_ANSWER = 1232  # bytes that fit one UDP packet everywhere (DNS flag day 2020)
SUPERFLUOUS = ("servers.mcsv.net",)  # includes whose provider no longer asks for them
_EDNS_OCTETS = 11

Told = tuple[Code, dict[str, Any]]


def own_faults(look: Look) -> Iterator[Told]:
    """Codes with what is special of their evidence."""
    record = look.walk.read.record
    assert record is not None
    root = look.walk.root
    if path := opens(root):
        yield codes.ALLOWS_EVERYONE, {"mechanism": " → ".join(path)}
    elif said := open_end(look):
        yield record_codes.OPEN_END, {"end_said": said}
    if terms := [each.text for each in record.directives if each.mechanism == "ptr"]:
        yield record_codes.USES_PTR, _listed(terms)
    if root.unreachable:
        yield record_codes.UNREACHABLE, {"terms": ", ".join(root.unreachable[:20])}
    if repeated := repetitions(record):
        yield record_codes.REPEATED, _listed(repeated)
    if terms := superfluous(record):
        yield record_codes.SUPERFLUOUS, _listed(terms)
    wide, addresses = too_wide(look)
    if wide and not opens(root):
        yield record_codes.TOO_WIDE, {**_listed(wide), "addresses": addresses}
    if look.obsolete:
        yield record_codes.OBSOLETE_TYPE, {"obsolete": printable(look.obsolete[0])}
    if near := strays(look):
        yield record_codes.STRAY, {"strays": ", ".join(printable(each, 200) for each in near[:5])}
    if (size := answer_bytes(look)) > MOST_ANSWER:
        yield record_codes.ANSWER_TOO_LARGE, {"bytes": size, **_sizes(look)}


def strays(look: Look) -> list[bytes]:
    """TXT records beside the SPF record that were meant as one."""
    answer = look.walk.read.answer
    return near_misses(answer.texts) if answer else []


def open_end(look: Look) -> str:
    """How the record ends, where it ends without a word on everybody else; "" where it does not, or is not its own."""
    root = look.walk.root
    if root.end.lower() == "?all":
        return "ends in ?all"
    if not root.end and root.redirect is None:
        return "has neither `all` nor redirect= at its end"
    target = root.redirect
    if target and target.inside and is_within(target.target, look.domain) and not target.inside.redirect:
        return "" if target.inside.end.lower() not in ("", "?all") else f"ends in {target.term}, which says ?all"
    return ""


def repetitions(record: Record) -> list[str]:
    """Terms that stand there again."""
    seen: set[str] = set()
    again = []
    for directive in record.directives:
        key = plain(directive.text)
        if key in seen:
            again.append(directive.text)
        seen.add(key)
    return again


def plain(term: str) -> str:
    """*term* as it compares: `+a:X.test.` is `a:x.test`."""
    return term.lower().removeprefix("+").removesuffix(".")


def superfluous(record: Record) -> list[str]:
    """Includes that their provider no longer asks for."""
    return [
        each.text
        for each in record.directives
        if each.mechanism == "include" and each.domain_spec and each.domain_spec.text.lower().rstrip(".") in SUPERFLUOUS
    ]


def too_wide(look: Look) -> tuple[list[str], str]:
    """The terms that let too many addresses send, and how many these are, in words."""
    own: list[tuple[str, IPNetwork]] = []
    for walked in records_in(look.walk.root):
        if is_within(walked.domain, look.walk.domain):
            own += walked.networks
            own += [(each.term, network) for each in walked.branches if each.lets_send for network in each.networks]
    wide = [(term, network) for term, network in own if network.prefixlen < WIDEST[network.version]]
    if not wide and addresses_in([each for _, each in own], 4) > MOST_OWN:
        wide = sorted(own, key=lambda each: -_size(each[1]))[:5]
    for branch in look.walk.root.branches:
        foreign = branch.inside if branch.lets_send and branch.mechanism in ("include", "redirect") else None
        if foreign and not is_within(foreign.domain, look.walk.domain) and not by_include(foreign.domain):
            networks = _unclaimed(foreign)
            if addresses_in(networks, 4) > MOST_FOREIGN:
                wide += [(branch.term, each) for each in networks]
    return list(dict.fromkeys(printable(term) for term, _ in wide)), _counted([each for _, each in wide])


def _unclaimed(walked: Walked) -> list[IPNetwork]:
    """The networks below a foreign include that belong to no known provider."""
    found = [network for _, network in walked.networks]
    for branch in walked.branches:
        found += branch.networks if branch.lets_send else ()
        if branch.inside and branch.lets_send and not by_include(branch.target):
            found += _unclaimed(branch.inside)
    return found


def addresses_in(networks: list[IPNetwork], version: int) -> int:
    """How many IPv4 addresses, or IPv6 networks of /64, *networks* have; none counted twice."""
    v4 = [each for each in networks if isinstance(each, ipaddress.IPv4Network)]
    v6 = [each for each in networks if isinstance(each, ipaddress.IPv6Network)]
    merged = ipaddress.collapse_addresses(v4) if version == 4 else ipaddress.collapse_addresses(v6)
    return sum(_size(each) for each in merged)


def _counted(networks: list[IPNetwork]) -> str:
    v4, v6 = addresses_in(networks, 4), addresses_in(networks, 6)
    said = [f"{v4:,} IPv4 addresses"] if v4 else []
    return " and ".join([*said, f"{v6:,} IPv6 networks of /64"] if v6 else said)


def _size(network: IPNetwork) -> int:
    return network.num_addresses if network.version == 4 else max(1, network.num_addresses >> 64)


def answer_bytes(look: Look) -> int:
    """The size of the answer with all TXT records of the name, as a server sends it (RFC 1035 §4, RFC 6891)."""
    answer = look.walk.read.answer
    if answer is None:
        return 0
    question = len(look.domain) + 2 + 4
    records = sum(12 + sum(1 + len(part) for part in parts) for parts in answer.strings)
    return 12 + question + records + _EDNS_OCTETS


def _sizes(look: Look) -> dict[str, Any]:
    answer = look.walk.read.answer
    texts = answer.texts if answer else ()
    others = sorted((each for each in texts if each not in spf_records(texts)), key=len, reverse=True)
    largest = ", ".join(f"{printable(each, 40)} ({len(each)} bytes)" for each in others[:5])
    return {"spf_bytes": len(look.walk.read.text), "largest": largest or "none but SPF itself"}


def _listed(terms: list[str]) -> dict[str, Any]:
    return {"terms": ", ".join(printable(each) for each in dict.fromkeys(terms[:20]))}
