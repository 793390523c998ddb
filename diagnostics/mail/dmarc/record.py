"""A DMARC policy record's text: which TXT record is one, its tags, and what is wrong with it (RFC 9989 §4.7, §4.8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from diagnostics.mail.dmarc.uris import ReportURI, read_uris
from diagnostics.printable import printable

Policy = Literal["none", "quarantine", "reject"]
POLICIES: tuple[Policy, ...] = ("none", "quarantine", "reject")  # from weak to strict
KNOWN = ("v", "p", "sp", "np", "t", "psd", "adkim", "aspf", "rua", "ruf", "fo")
REMOVED = ("pct", "rf", "ri")  # of RFC 7489; RFC 9989 Appendix C.5.2
MOST_RECORD = 4096  # characters of a record, wherever it is shown
MOST_TAGS = 50  # read of one record, and as many URIs of one tag; the standard knows eleven
MOST_PROBLEMS = 10  # kept of one record

_VERSION = re.compile(rb"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")  # the value is case-sensitive (§4.7)
_NEAR = re.compile(
    rb"[^a-z0-9]*(?:v[^a-z0-9;,]*[=:][^a-z0-9]*dmarc|dmarc\s*1?\b|(?:p|rua|ruf|sp|adkim|aspf)\s*=\s*\S)", re.IGNORECASE
)
_TAG = re.compile(r"([a-z]+)[ \t]*=[ \t]*(.+)\Z", re.IGNORECASE | re.ASCII | re.DOTALL)
_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]+\Z", re.ASCII)
_FO = re.compile(r"[01ds](?::[01ds])*\Z", re.IGNORECASE | re.ASCII)
_CHOICES = {
    **dict.fromkeys(("p", "sp", "np"), POLICIES),
    **dict.fromkeys(("adkim", "aspf"), ("r", "s")),
    "t": ("y", "n"),
    "psd": ("y", "n", "u"),
}


@dataclass(frozen=True)
class Problem:
    """One mistake. `tag` is "" where no tag can be told."""

    tag: str
    value: str
    detail: str


@dataclass(frozen=True)
class Record:
    """One policy record. A tag that is missing or wrong stands as its default; `problems` says which were wrong."""

    text: str  # as DNS has it, escaped
    p: Policy | None = None
    sp: Policy | None = None
    np: Policy | None = None
    testing: bool = False  # t=y
    psd: Literal["y", "n", "u"] = "u"
    adkim: Literal["r", "s"] = "r"
    aspf: Literal["r", "s"] = "r"
    rua: tuple[ReportURI, ...] = ()
    ruf: tuple[ReportURI, ...] = ()
    pct: int = 100  # what receivers of RFC 7489 read; RFC 9989 has none
    tags: tuple[tuple[str, str], ...] = ()  # as written, names in lower case
    removed: tuple[str, ...] = ()  # tags that RFC 9989 took away
    unknown: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def reports_somewhere(self) -> bool:
        """Whether `rua` has at least one URI in order: then a record without a usable policy counts as p=none."""
        return any(not each.problem for each in self.rua)

    @property
    def spoilt(self) -> bool:
        """Whether `p` is missing or wrong, or `sp` or `np` wrong (§4.10.1)."""
        return self.p is None or any(each.tag in ("sp", "np") for each in self.problems)

    @property
    def applies(self) -> bool:
        """Whether receivers apply DMARC at all when they find this record."""
        return not self.spoilt or self.reports_somewhere


def is_policy_record(text: bytes) -> bool:
    """Whether receivers take *text* for a DMARC record: it begins with v=DMARC1 and nothing stands before that."""
    return _VERSION.match(text) is not None


def is_near_record(text: bytes) -> bool:
    """Whether *text* was surely meant as a DMARC record and receivers do not see it as one."""
    return not is_policy_record(text) and _NEAR.match(text) is not None


def parse(text: bytes) -> Record:
    """The record of *text*. Raises ValueError for what `is_policy_record` does not take."""
    if not is_policy_record(text):
        raise ValueError("not a DMARC record: it does not begin with v=DMARC1")
    tags, problems = _tags(text.decode("utf-8", "surrogateescape"))
    values: dict[str, str] = {}
    for name, value in tags:
        if name in values:
            problems.append(Problem(name, printable(value), f"{name}= stands twice"))
        else:
            values[name] = value
    chosen: dict[str, str] = {}
    for name, choices in _CHOICES.items():
        if name in values and values[name].lower() in choices:
            chosen[name] = values[name].lower()
        elif name in values:
            problems.append(_wrong(name, values[name], choices))
    rua, ruf = (read_uris(values[name])[:MOST_TAGS] if name in values else () for name in ("rua", "ruf"))
    for name, uris in (("rua", rua), ("ruf", ruf)):
        problems += [Problem(name, each.text, f"{name}= {each.text}: {each.problem}") for each in uris if each.problem]
    if "fo" in values and not _FO.match(values["fo"]):
        problems.append(Problem("fo", printable(values["fo"]), f"fo={printable(values['fo'])} is not 0, 1, d or s"))
    return Record(
        printable(text, MOST_RECORD),
        p=cast("Policy | None", chosen.get("p")),
        sp=cast("Policy | None", chosen.get("sp")),
        np=cast("Policy | None", chosen.get("np")),
        testing=chosen.get("t") == "y",
        psd=cast("Literal['y', 'n', 'u']", chosen.get("psd", "u")),
        adkim=cast("Literal['r', 's']", chosen.get("adkim", "r")),
        aspf=cast("Literal['r', 's']", chosen.get("aspf", "r")),
        rua=rua,
        ruf=ruf,
        pct=_percent(values.get("pct", "")),
        tags=tuple((name, printable(value, MOST_RECORD)) for name, value in tags),
        removed=tuple(name for name in REMOVED if name in values),
        unknown=tuple(printable(name, 40) for name in values if name not in KNOWN and name not in REMOVED),
        problems=tuple(problems[:MOST_PROBLEMS]),
    )


def _tags(text: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    tags: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for part in text.split(";", MOST_TAGS)[:MOST_TAGS]:
        part = part.strip(" \t")
        if not part:
            continue  # the final `;`, or one too many: nobody minds
        found = _TAG.match(part)
        shown = printable(part, 100)
        if found is None:
            name = part.partition("=")[0].strip(" \t").lower()
            detail = f"{shown} is no tag: it has no name, = and value"
            problems.append(Problem(name if name in KNOWN else "", shown, detail))
        elif not _VALUE.match(found[2]) and found[1].lower() in KNOWN:
            problems.append(Problem(found[1].lower(), shown, f"{shown} has a character that is not plain ASCII"))
        else:
            tags.append((found[1].lower(), found[2].rstrip(" \t")))
    return tags, problems


def _wrong(name: str, value: str, choices: Sequence[str]) -> Problem:
    shown = printable(value, 100)
    return Problem(name, shown, f"{name}={shown} is none of {', '.join(choices)}")


def _percent(value: str) -> int:
    return int(value) if re.fullmatch("[0-9]{1,3}", value, re.ASCII) and int(value) <= 100 else 100
