"""Who handed the message to its receiver: the one hop of its way that can be believed, and what the receiver said.

Whatever a sender writes below the receiver's first own line may be invented. So the lines are read
from the top as long as they are the receiver's own; the machine that the last of them names is the
relay, for the receiver itself saw its address.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.mail.dmarc.suffixes import registered_domain
from diagnostics.mail.message.raw import Raw
from diagnostics.mail.message.received import Hop, read_hops
from diagnostics.mail.message.results import ReceivedSPF, Results, read_received_spf, read_results
from diagnostics.printable import printable

# Hosts of one receiver that are called differently.
_MICROSOFT = frozenset({"outlook.com", "office365.com", "microsoft.com", "hotmail.com", "onmicrosoft.com"})
_FAMILIES = (
    _MICROSOFT,
    frozenset({"google.com", "googlemail.com", "gmail.com"}),
    frozenset({"yahoo.com", "yahoodns.net", "yahooinc.com", "aol.com"}),
    frozenset({"icloud.com", "me.com", "mac.com", "apple.com"}),
    frozenset({"gmx.net", "gmx.de", "web.de", "1and1.com", "kundenserver.de", "ui-portal.de"}),
)
# Where no machine of another organisation is: RFC 1918, 6598, 4193, 3927, 4291, loopback. Documentation's are outside.
_INSIDE = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
_DELIVERY = ("delivered-to", "x-original-to", "x-forwarded-to", "x-forwarded-for", "resent-from", "resent-to")
MOST_OF_A_KIND = 20  # Authentication-Results or Received-SPF fields that are read


@dataclass(frozen=True)
class Way:
    """The way of a message. `handed_over` is the hop that names the relay; None: no line can be believed."""

    hops: tuple[Hop, ...]
    handed_over: Hop | None
    why: str  # why this hop is believed, or none is
    forwarded: str  # what shows that the copy was passed on by another mailbox or a list; "" for nothing
    receiver: str  # the receiver, by the name of its host or its authserv-id; "" if not known
    results: Results | None  # what the receiver said
    received_spf: ReceivedSPF | None
    mail_from: str  # domain of the envelope sender; "" = not known or null
    submitted_to: str  # the host that the site logged in to, as that host wrote
    ends: int  # the place of the first field that the receiver did not write or let pass; 0: none can be believed


def read_way(raw: Raw, *, private_is_outside: bool = False) -> Way:
    """Follow the message back from its receiver to the relay.

    *private_is_outside*: an address of a private network counts as outside too (a relay in a lab).
    """
    hops = read_hops(raw)
    outside = functools.partial(_outside, private_too=private_is_outside)
    judged = [read_received_spf(field, place) for place, field in enumerate(raw.fields) if field.key == "received-spf"][
        :MOST_OF_A_KIND
    ]
    said = [
        read_results(field, place) for place, field in enumerate(raw.fields) if field.key == "authentication-results"
    ][:MOST_OF_A_KIND]
    handed_over, why = _handed_over(hops, [*judged, *said], outside)
    ends = _end_of_own_lines(hops, handed_over)
    receiver = handed_over.by if handed_over else ""
    results = next((each for each in said if each.at_field < ends and _is_of(each.written_by, receiver)), None)
    received_spf = next((each for each in judged if each.at_field < ends and each.ip in ("", _ip(handed_over))), None)
    forwarded = _forwarded(raw, hops, handed_over)
    return Way(
        hops=hops,
        handed_over=handed_over,
        why=why,
        forwarded=forwarded,
        receiver=(results.written_by if results else "") or receiver,
        results=results,
        received_spf=received_spf,
        mail_from="" if forwarded else _mail_from(raw, received_spf),
        submitted_to=_submitted_to(hops),
        ends=ends,
    )


def _handed_over(
    hops: Sequence[Hop], told: Sequence[ReceivedSPF | Results], outside: functools.partial[bool]
) -> tuple[Hop | None, str]:
    """The hop whose address the receiver saw, and why it is believed."""
    own: Hop | None = None  # a line between two hosts of the receiver
    for hop in hops:
        if not outside(hop):
            continue
        below = _end_of_own_lines(hops, hop)
        if any(each.ip == hop.ip for each in told if each.at_field < below):
            return hop, f"{hop.by} wrote it, and the receiver's own result names the same address"
        if _between_own(hop):
            own = own or hop
            continue
        if own and not same_house(hop.by, own.by):
            break
        return hop, f"{hop.by or 'the receiver'} wrote it: the first line from the top that names a machine of others"
    if own:
        return own, f"{own.by} wrote it, and no line of others stands below"
    return None, "no Received line names a machine outside" if hops else "the message has no Received line"


def _between_own(hop: Hop) -> bool:
    """Does the line lead from one host of its writer to another? What a machine calls itself proves it nowhere but
    at Microsoft, whose lines have no other name (and whose results name the true address)."""
    if hop.reverse:
        return same_house(hop.reverse, hop.by)
    return registered(hop.by) in _MICROSOFT and same_house(hop.helo, hop.by)


def _end_of_own_lines(hops: Sequence[Hop], last: Hop | None) -> int:
    """The place of the first Received field below *last*: what stands above it, the receiver wrote or let pass."""
    if last is None:
        return 0
    return next((hop.at_field for hop in hops if hop.at_field > last.at_field), 1_000_000)


def _outside(hop: Hop, *, private_too: bool) -> bool:
    """Does the line name a machine that is not behind the same door as its writer?"""
    address = hop.address
    if address is None:
        return False
    inside = any(address in network for network in _INSIDE if network.version == address.version)
    return hop.by != hop.name if inside and private_too else not inside


def _ip(hop: Hop | None) -> str:
    return hop.ip if hop else ""


def same_house(one: str, other: str) -> bool:
    """Do two host names belong to one organisation: the same registered domain, or one family of a big receiver?"""
    first, second = registered(one), registered(other)
    if not first or not second:
        return False
    return first == second or any(first in family and second in family for family in _FAMILIES)


def _is_of(written_by: str, receiver: str) -> bool:
    """Did the receiver write it? Microsoft leaves its name out."""
    if not written_by:
        return registered(receiver) in _MICROSOFT
    return written_by == receiver or same_house(written_by, receiver)


def registered(host: str) -> str:
    """The registered domain of *host*; "" for an address or a name of one label."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return registered_domain(host) if "." in host else ""
    return ""


def _forwarded(raw: Raw, hops: Sequence[Hop], handed_over: Hop | None) -> str:
    """What shows that the copy went through another mailbox or a list before; "" for nothing."""
    sender = raw.first("return-path").strip("<> ").lower()
    if sender.startswith(("srs0=", "srs1=", "srs0+", "srs1+", "srs0-", "srs1-")):
        return "its envelope sender was rewritten by a forwarder (SRS)"
    if "@" in raw.first("list-post") or raw.all("x-mailman-version"):
        return "a mailing list passed it on"
    if handed_over is None:
        return ""
    ends = _end_of_own_lines(hops, handed_over)
    for place, field in enumerate(raw.fields):
        if place > ends and field.key in _DELIVERY:
            name = printable(field.name.decode("ascii").strip(), 40)
            return f"{name} stands below the receiver's own lines, so it lay in another mailbox before"
    return ""


def _mail_from(raw: Raw, received_spf: ReceivedSPF | None) -> str:
    path = raw.first("return-path").partition("<")[2].partition(">")[0] or raw.first("return-path").strip("<> ")
    domain = path.rpartition("@")[2].strip().rstrip(".").lower() if "@" in path else ""
    return printable(domain or (received_spf.mail_from if received_spf else ""), 253)


def _submitted_to(hops: Sequence[Hop]) -> str:
    """The oldest host that somebody logged in to. Written by others, so no more than a hint."""
    return next((hop.by for hop in reversed(hops) if hop.authenticated and "." in hop.by), "")
