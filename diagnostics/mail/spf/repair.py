"""Records that mend a finding: each is the whole value to publish, or "" where no record can be told.

A proposal is parsed before it is made: what the grammar does not know is never proposed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from diagnostics.mail.spf.record import Malformed, parse

LAST = "~all"  # soft: a forgotten sender loses trust, not its mail
_ALL = re.compile(r"[+\-~?]?all", re.IGNORECASE | re.ASCII)
_ADDRESS_TERM = re.compile(r"([+\-~?]?)(?:ipv?[46]?|a|mx|host):([0-9a-f.:]+(?:/[0-9]+)?)[,;.]?", re.IGNORECASE)
_MISTYPED_ALL = re.compile(r"([+\-~?]?)all[^a-z0-9=]*", re.IGNORECASE | re.ASCII)


def sound(record: str) -> str:
    """*record* when it parses, else ""."""
    try:
        parse(record.encode("ascii"))
    except (Malformed, UnicodeEncodeError):
        return ""
    return record


def address_term(ip: str) -> str:
    """`ip4:192.0.2.1`, `ip6:2001:db8::1`."""
    return f"ip{ipaddress.ip_address(ip).version}:{ip}"


def new_record(ip: str) -> str:
    """For a domain that has none."""
    return f"v=spf1 {address_term(ip)} {LAST}"


def with_sender(record: str, ip: str, before: str = "") -> str:
    """*record* with *ip* allowed: put before the term *before*, else before redirect= or `all`, else at the end."""
    terms = _terms(record)
    at = next((n for n, each in enumerate(terms) if each == before), None)
    if at is None:
        last = (n for n, each in enumerate(terms) if _ALL.fullmatch(each) or each.lower().startswith("redirect="))
        at = next(last, len(terms))
    return sound(_joined([*terms[:at], address_term(ip), *terms[at:]]))


def only_senders(record: str, ip: str, term: str) -> str:
    """*record* without *term*, which lets everybody send, with *ip* and a soft end in its place."""
    kept = [
        each
        for each in _terms(record)
        if each != term and not _ALL.fullmatch(each) and not each.lower().startswith("redirect=")
    ]
    return sound(_joined([*kept, address_term(ip), LAST]))


def without(record: str, dropped: Iterable[str], ip: str) -> str:
    """*record* without the terms *dropped*; one that loses its end gets a soft one, its only sender *ip*."""
    gone = set(dropped)
    kept = [each for each in _terms(record) if each not in gone]
    if any(each.lower().startswith("redirect=") for each in gone):
        kept.append(LAST)
    # Never propose what forbids everybody: a record of `-all` alone.
    names_nobody = all(_ALL.fullmatch(each) or "=" in each for each in kept)
    return with_sender(_joined(kept), ip) if names_nobody else sound(_joined(kept))


def merged(records: Sequence[str]) -> str:
    """One record with the terms of *records*, each once, in their order; of several ends the softer is not kept."""
    terms: list[str] = []
    ends: list[str] = []
    for record in records:
        if not sound(record):
            return ""
        for term in _terms(record):
            if _ALL.fullmatch(term):
                ends.append(term.lower())
            elif term.lower().startswith("redirect="):
                terms.append("include:" + term.partition("=")[2])
            elif term not in terms and not term.lower().startswith("exp="):
                terms.append(term)
    last = "-all" if ends and all(each == "-all" for each in ends) else LAST
    return sound(_joined([*dict.fromkeys(terms), last]))


def mended(text: str) -> str:
    """*text* with the usual slips put right: quotes, spaces, version, `ip:`, `a:` with an address, `-all.`; else ""."""
    bare = re.sub(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}", " ", text).strip(" \"'“”;,")
    bare = re.sub(r"\A(?:v\s*=\s*spf[0-9a-z]{0,2}|spf1)(?![a-z0-9])[;,:.\"'\s]*", "v=spf1 ", bare, flags=re.IGNORECASE)
    return sound(_joined([_mended_term(each) for each in _terms(bare)])) if bare.lower().startswith("v=spf1 ") else ""


def _mended_term(term: str) -> str:
    term = term.strip("\"'“”,;")
    if found := _MISTYPED_ALL.fullmatch(term):
        return f"{found[1]}all"
    if found := _ADDRESS_TERM.fullmatch(term):
        try:
            network = ipaddress.ip_interface(found[2])
        except ValueError:
            return term
        return f"{found[1]}ip{network.version}:{found[2]}"
    return term


def _terms(record: str) -> list[str]:
    return [each for each in record.split(" ")[1:] if each]


def _joined(terms: Sequence[str]) -> str:
    return " ".join(("v=spf1", *terms))
