"""The organizational domain as RFC 7489 §3.2 has it: one label more than the longest public suffix.

Receivers that have not moved to RFC 9989's tree walk go by the public suffix list. Each brings its own copy, and
they differ on its PRIVATE section (github.io, blogspot.com): the list as published is taken, both sections, as
its own algorithm says; where its ICANN section alone gives another answer, that is told too.
"""

from __future__ import annotations

import functools
import re
from datetime import date
from pathlib import Path

import publicsuffixlist

_VERSION = re.compile(r"^// VERSION: (\d{4})-(\d{2})-(\d{2})", re.MULTILINE)


def is_public_suffix(domain: str) -> bool:
    """Whether names are registered below *domain* (ASCII), and it is nobody's own: "com", "co.uk", "github.io"."""
    return bool(_whole().is_public(domain.lower().removesuffix(".")))


@functools.lru_cache(maxsize=10_000)
def registered_domain(domain: str, *, with_private: bool = True) -> str:
    """The organizational domain of *domain* by the list; *domain* itself where it is a public suffix."""
    name = domain.lower().removesuffix(".")
    listed = _whole()
    # The PRIVATE section has no suffix of one label: where one is the longest, both sections agree.
    if not with_private and "." in (listed.publicsuffix(name) or ""):
        listed = _icann()
    found = listed.privatesuffix(name)
    return str(found) if found else name


@functools.cache
def list_date() -> date | None:
    """The day of the list that is in use; None where the list does not tell."""
    with Path(publicsuffixlist.PSLFILE).open(encoding="utf-8") as lines:
        found = _VERSION.search(lines.read(2000))
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


@functools.cache
def _whole() -> publicsuffixlist.PublicSuffixList:
    return publicsuffixlist.PublicSuffixList()


@functools.cache
def _icann() -> publicsuffixlist.PublicSuffixList:
    return publicsuffixlist.PublicSuffixList(only_icann=True)
