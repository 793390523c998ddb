"""Faults of DNS itself that any record of a sending domain can have: no answer, or published at the wrong name."""

from __future__ import annotations

import hashlib

from diagnostics.finding import CauseKind, Code, Impact, Verdict

DNS_UNAVAILABLE = Code(
    "dns.unavailable",
    Verdict.UNKNOWN,
    "DNS gave no answer about {subject}: {evidence.detail}.",
    remedy="Try again in some minutes. Does it last, ask the DNS host of {subject} to mend its name servers, showing "
    "them this question and what came back; or name a resolver that works with --nameserver.",
    meaning="A name server was silent, or answered with a failure (SERVFAIL, REFUSED, nonsense). Nothing is known "
    "about the records: receivers that see the same defer the mail. What rests on this question is not judged.",
    proof="The question, which server was asked, and what it did instead of answering.",
    kind=CauseKind.DNS,
    temporary=True,
)
WRONG_NAME = Code(
    "dns.wrong_name",
    Verdict.FAIL,
    "The {evidence.what} record of {subject} stands at the wrong name: {evidence.found_at}. Nobody looks there.",
    remedy="At the DNS host of {subject}, publish this TXT record with the name {evidence.name}. Most panels add the "
    "domain by themselves: there, write {evidence.name_field} into the Name field, not the full name. Then delete the "
    "record at {evidence.found_at}.",
    copy="{evidence.proposed}",
    meaning="Receivers ask at one name only. A record beside it counts as no record. The usual reason: a panel that "
    "appends the domain to the Name field, and a name that already had it.",
    proof="The right name has no such record; the names at which it usually lands by mistake were asked as well, and "
    "one of them has it.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)

CODES: tuple[Code, ...] = (DNS_UNAVAILABLE, WRONG_NAME)


def doubled_names(name: str) -> tuple[str, ...]:
    """Where a record for *name* lands in a panel that appends the zone to a full name: once for each possible zone.

    `_dmarc.example.org` becomes `_dmarc.example.org.example.org`.
    """
    labels = name.removesuffix(".").split(".")
    zones = [".".join(labels[at:]) for at in range(len(labels) - 1) if not labels[at].startswith("_")]
    return tuple(f"{name.removesuffix('.')}.{zone}" for zone in zones)


def nobody(domain: str) -> str:
    """A label that no one has below *domain*; the same each time, so that a second look costs no question."""
    return "zz" + hashlib.sha256(domain.encode("utf-8", "surrogateescape")).hexdigest()[:20]
