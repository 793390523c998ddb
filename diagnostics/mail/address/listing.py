"""Asks blocklists about an address or a domain, and believes an answer only of a list that passes both its probes.

RFC 5782 §5: an address list holds 127.0.0.2 and not 127.0.0.1 (IPv6: ::FFFF:7F00:2 and :1), a domain list holds
TEST and not INVALID. A list that fails either is dead, for sale, or not answering this resolver: its word is
neither "listed" nor "clean".
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from diagnostics.mail.address.blocklists import ERRORS, Blocklist, Chosen
from diagnostics.network import DNS, DNSAnswer, DNSUnavailable, End, is_name
from diagnostics.printable import printable

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
_ERROR_CODES = ipaddress.ip_network("127.255.255.0/24")
_UNLISTED_PROBE = "invalid"
MOST_REASON = 200  # characters of what the list itself says
MOST_CODES = 16  # of one answer; the rest of a longer one says nothing new


class Word(StrEnum):
    """What a list says; UNKNOWN where nothing that it says can be believed."""

    LISTED = "listed"
    CLEAN = "clean"
    UNKNOWN = "unknown"


class Trouble(StrEnum):
    """Why a list's word is unknown."""

    SILENT = "no answer"
    REFUSED = "refused"
    DEAD = "dead"
    EVERYTHING = "lists everything"
    FOREIGN = "answers that no blocklist gives"


@dataclass(frozen=True)
class Listing:
    """One list's word on one address or domain."""

    blocklist: Blocklist
    subject: str
    word: Word
    codes: tuple[str, ...] = ()  # the addresses that it answered with
    meanings: tuple[str, ...] = ()
    reason: str = ""  # the list's own text, as data
    trouble: Trouble | None = None
    why: str = ""

    @property
    def only_policy(self) -> bool:
        """It says where mail should not come from, and nothing of any mail that came."""
        return bool(self.codes) and set(self.codes) <= self.blocklist.policy


async def ask(dns: DNS, chosen: Sequence[Chosen], subject: str) -> list[Listing]:
    """The word of each of *chosen* that holds what *subject* is: an address, or a domain."""
    address = _address(subject)
    holds = "domains" if address is None else "addresses"
    fitting = [
        each
        for each in chosen
        if each.blocklist.holds == holds and (address is None or address.version == 4 or each.blocklist.v6)
    ]
    return list(await asyncio.gather(*(_ask_one(dns, each, subject) for each in fitting)))


async def _ask_one(dns: DNS, chosen: Chosen, subject: str) -> Listing:
    blocklist = chosen.blocklist
    name = _name(subject, chosen.zone)
    if not is_name(name):
        return Listing(blocklist, subject, Word.UNKNOWN, trouble=Trouble.SILENT, why="its name is too long to be asked")
    held, free, answer = await asyncio.gather(
        *(_query(dns, each, chosen) for each in (*_probes(chosen, subject), name)),
    )
    if trouble := _trouble(held, blocklist) or _trouble(free, blocklist) or _trouble(answer, blocklist):
        return Listing(blocklist, subject, Word.UNKNOWN, trouble=trouble[0], why=trouble[1])
    if not _codes(held):
        why = "its own test entry is not in it: the list is dead, or gives this resolver no data"
        return Listing(blocklist, subject, Word.UNKNOWN, trouble=Trouble.DEAD, why=why)
    if _codes(free):
        why = "it lists what no list holds: whoever has the zone now answers every question"
        return Listing(blocklist, subject, Word.UNKNOWN, trouble=Trouble.EVERYTHING, why=why)
    codes = tuple(each for each in _codes(answer) if each not in blocklist.samples)
    if not codes:
        return Listing(blocklist, subject, Word.CLEAN)
    return Listing(
        blocklist,
        subject,
        Word.LISTED,
        codes,
        _meanings(blocklist, codes),
        await _reason(dns, name, chosen),
    )


async def _query(dns: DNS, name: str, chosen: Chosen) -> DNSAnswer | str:
    """The answer, or what came instead of one."""
    try:
        return await dns.query(name, "A")
    except DNSUnavailable as error:
        return _without_key(printable(error.detail or "no answer", MOST_REASON), chosen)


async def _reason(dns: DNS, name: str, chosen: Chosen) -> str:
    try:
        texts = (await dns.query(name, "TXT")).texts
    except DNSUnavailable:
        return ""  # the listing stands without its text
    return _without_key(printable(texts[0], MOST_REASON), chosen) if texts else ""


def _without_key(text: str, chosen: Chosen) -> str:
    """*text* with the list's public zone for the one that was asked: that may hold the operator's key for us."""
    return text.replace(chosen.zone, chosen.blocklist.zone)


def _trouble(answer: DNSAnswer | str, blocklist: Blocklist) -> tuple[Trouble, str] | None:
    """Why this answer cannot be believed."""
    if isinstance(answer, str):
        return Trouble.SILENT, answer
    for each in answer.addresses:
        if each in _ERROR_CODES:
            return Trouble.REFUSED, f"{each}: {ERRORS.get(str(each), 'an error code of the operator')}"
        if str(each) in blocklist.refusals:
            return Trouble.REFUSED, f"{each}: {blocklist.refusals[str(each)]}"
        if each not in _LOOPBACK:
            why = f"it answers {each}, and a blocklist answers inside 127.0.0.0/8: the zone has other owners now"
            return Trouble.FOREIGN, why
    return None


def _codes(answer: DNSAnswer | str) -> tuple[str, ...]:
    if isinstance(answer, str) or answer.end is not End.ANSWER:
        return ()
    return tuple(sorted((str(each) for each in answer.addresses), key=_octets)[:MOST_CODES])


def _octets(address: str) -> tuple[int, ...]:
    return tuple(int(each) for each in address.split("."))


def _meanings(blocklist: Blocklist, codes: Sequence[str]) -> tuple[str, ...]:
    if not blocklist.bits:
        return tuple(blocklist.codes.get(each, f"{each}, which is not in our table") for each in codes)
    bits = {int(bit): meaning for bit, meaning in blocklist.codes.items()}
    said = [meaning for each in codes for bit, meaning in bits.items() if _octets(each)[-1] & bit]
    return tuple(dict.fromkeys(said)) or tuple(f"{each}, which is not in our table" for each in codes)


def _probes(chosen: Chosen, subject: str) -> tuple[str, str]:
    """The two names of RFC 5782 §5: what is always listed, and what never is."""
    address = _address(subject)
    if address is None:
        return f"{chosen.blocklist.listed_probe}.{chosen.zone}", f"{_UNLISTED_PROBE}.{chosen.zone}"
    prefix = "::ffff:" if address.version == 6 else ""
    return _name(f"{prefix}127.0.0.2", chosen.zone), _name(f"{prefix}127.0.0.1", chosen.zone)


def _name(subject: str, zone: str) -> str:
    """The name to ask: an address reversed (RFC 5782 §2.1, §2.4), a domain as it is."""
    address = _address(subject)
    if address is None:
        return f"{subject}.{zone}"
    reverse = address.reverse_pointer
    return reverse.removesuffix("in-addr.arpa").removesuffix("ip6.arpa") + zone


def _address(subject: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(subject)
    except ValueError:
        return None
