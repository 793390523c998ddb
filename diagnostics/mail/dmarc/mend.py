"""The record to publish: a new one, or what was meant by a broken one, with every tag that can be kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from diagnostics.mail.dmarc.record import KNOWN, POLICIES, REMOVED, Policy, Record, is_policy_record, parse
from diagnostics.mail.dmarc.uris import read_uris

_ESCAPED = re.compile(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}")
_QUOTES = re.compile("[\"'`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb\\\\]")
_TAG_STARTS = re.compile(
    rf"(?:\A|(?<=[;,\s]))({'|'.join((*KNOWN, *REMOVED))})\s*[=:]\s*(?!/)", re.IGNORECASE | re.ASCII
)
_PLACED = ("p", "sp", "np", "adkim", "aspf", "t", "psd", "rua", "ruf", "fo")  # p first: RFC 7489 §6.4 wants it so
_LIKE_A_POLICY = 0.7  # of difflib: "rejct", "quarentine", "non"


def fresh(report_to: str, policy: Policy = "none") -> str:
    """A first record: `p=none`, with aggregate reports to the address *report_to*, if there is one."""
    return f"v=DMARC1; p={policy}" + (f"; rua=mailto:{report_to}" if report_to else "")


def mended(text: str, *, gentle: bool = False) -> str:
    """*text* as it was surely meant: version, separators, quotes, policy words and URIs put right.

    A policy that cannot be told becomes none, and any does where *gentle*. Tags that RFC 9989 removed, and unknown
    ones, are left out.
    """
    tags = _tags_of(text)
    kept: dict[str, str] = {"p": _policy(tags.get("p", "")) or "none"}
    for name in ("sp", "np"):
        if found := _policy(tags.get(name, "")):
            kept[name] = found
    if gentle:
        kept = {"p": "none"}
    for name, choices in (("adkim", "s"), ("aspf", "s"), ("t", "y"), ("psd", "yn")):
        value = tags.get(name, "").lower()
        if value and value in choices:
            kept[name] = value
    for name in ("rua", "ruf"):
        if uris := [each.mendable for each in read_uris(tags.get(name, "")) if each.mendable]:
            kept[name] = ",".join(dict.fromkeys(uris))
    if "ruf" in kept and re.fullmatch("[01ds](:[01ds])*", tags.get("fo", ""), re.IGNORECASE):
        kept["fo"] = tags["fo"]
    return _written(kept)


def merged(texts: Sequence[str]) -> str:
    """One record for several: the weakest policy of them, as none is in force now, and all their report addresses."""
    records = [_tags_of(mended(each)) for each in texts]
    policy = min((each["p"] for each in records), key=_strictness)
    kept = {"p": policy}
    for name in ("rua", "ruf"):
        if uris := _together(each.get(name, "") for each in records):
            kept[name] = uris
    for name in ("adkim", "aspf"):
        if all(each.get(name) == "s" for each in records):
            kept[name] = "s"
    return _written(kept)


def changed(record: Record, *, without: Iterable[str] = (), **tags: str) -> str:
    """*record* with *tags* set and those *without* taken out; what else is in order stays, unknown tags too."""
    gone = set(without)
    kept: dict[str, str] = {}
    for name, value in record.tags:
        if name != "v" and name not in gone and name not in kept:
            kept[name] = tags.get(name, value)
    kept |= {name: value for name, value in tags.items() if name not in kept}
    if "p" in kept:
        kept = {"p": kept.pop("p"), **kept}
    return "; ".join(("v=DMARC1", *(f"{name}={value}" for name, value in kept.items())))


def _written(tags: dict[str, str]) -> str:
    text = "; ".join(("v=DMARC1", *(f"{name}={tags[name]}" for name in _PLACED if name in tags)))
    if not is_policy_record(text.encode()) or parse(text.encode()).problems:
        raise AssertionError(f"a proposed record is broken: {text}")
    return text


def _tags_of(text: str) -> dict[str, str]:
    bare = _QUOTES.sub(" ", _ESCAPED.sub(" ", text))
    starts = list(_TAG_STARTS.finditer(bare))
    tags: dict[str, str] = {}
    for at, start in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(bare)
        value = bare[start.end() : end].partition(";")[0].strip(" \t\r\n,.")
        tags.setdefault(start[1].lower(), value)
    return tags


def _policy(value: str) -> Policy | None:
    word = re.sub("[^a-z]", "", value.lower())
    near = difflib.get_close_matches(word, POLICIES, 1, _LIKE_A_POLICY)
    return next((each for each in POLICIES if each in near), None)


def _strictness(policy: str) -> int:
    return [str(each) for each in POLICIES].index(policy)


def _together(values: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(uri for value in values for uri in value.split(",") if uri))
