"""An MTA-STS policy file and the TXT record that announces it: grammar, coverage, writing (RFC 8461 §3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from diagnostics.printable import printable

MOST_AGE = 31_557_600  # §3.2: a year
WEEK = 604_800
SHORT = 86_400  # §3.2 recommends weeks: below a day it is no protection
MOST_MX = 200  # nobody has so many mail servers
MODES = ("enforce", "testing", "none")
_VALUE = re.compile(r"[!-:<>-~]+")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_VERSION = re.compile(rb"v=STSv1[ \t]*;")
_NEAR = re.compile(rb"[\s\"'\xef\xbb\xbf]*v\s*=\s*sts", re.IGNORECASE)
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")  # of a field that is not known, §3.1 and §3.2 alike


@dataclass(frozen=True)
class Policy:
    """A policy that follows the grammar; `mx` in lower case."""

    mode: str
    mx: tuple[str, ...]
    max_age: int

    def covers(self, host: str) -> bool:
        """§4.1: the name itself, or a wildcard for exactly its first label."""
        host = host.lower().rstrip(".")
        return any(host == each or (each[:2] == "*." and host.partition(".")[2] == each[2:]) for each in self.mx)


class BadPolicy(ValueError):
    """What is wrong with a policy, in words that can follow a colon. `mode` is what it meant, if that was readable."""

    def __init__(self, why: str, mode: str = "") -> None:
        super().__init__(why)
        self.why, self.mode = why, mode


def read_policy(text: bytes) -> Policy:
    """The policy that *text* is (§3.2). Raises BadPolicy."""
    fields: dict[str, str] = {}
    mx: list[str] = []
    try:
        lines = text.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise BadPolicy("it is no text in UTF-8") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if not colon or not value or not _KEY.fullmatch(key):
            raise BadPolicy(
                f"line {number} is no “key: value”, it says {printable(line, 80)!r}", fields.get("mode", "")
            )
        if key == "mx":
            mx.append(value.lower().rstrip("."))
        else:
            fields.setdefault(key, value)  # of a repeated field the first counts
    mode = fields.get("mode", "")
    wrong = _wrong(fields, mx)
    if wrong:
        raise BadPolicy(wrong, mode if mode in MODES else "")
    return Policy(mode, tuple(dict.fromkeys(mx)), int(fields["max_age"]))


def _wrong(fields: dict[str, str], mx: list[str]) -> str:
    if fields.get("version") != "STSv1":
        return f"version is {printable(fields.get('version', 'missing'), 40)}, it must be STSv1"
    mode, age = fields.get("mode", ""), fields.get("max_age", "")
    if mode not in MODES:
        return f"mode is {printable(mode, 40) or 'missing'}, it must be enforce, testing or none"
    if not age.isascii() or not age.isdigit() or len(age) > 10:
        return f"max_age is {printable(age, 40) or 'missing'}, it must be a number of seconds"
    if int(age) > MOST_AGE:
        return f"max_age is {age}, at most {MOST_AGE} (a year) is allowed"
    if not mx and mode != "none":
        return "it names no mail server (mx)"
    if len(mx) > MOST_MX:
        return f"it has more than {MOST_MX} mx lines"
    bad = [each for each in mx if len(each) > 253 or not _HOST.fullmatch(each)]
    return f"mx: {printable(bad[0], 80)} is no host name" if bad else ""


def write_policy(mode: str, mx: Iterable[str], max_age: int) -> str:
    """The file's text."""
    return "\n".join(("version: STSv1", f"mode: {mode}", *(f"mx: {each}" for each in mx), f"max_age: {max_age}"))


def sts_records(texts: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Of a name's TXT records those that senders take for MTA-STS records (§3.1), and those that were meant as one."""
    texts = list(texts)
    records = [each for each in texts if _VERSION.match(each)]
    return records, [each for each in texts if each not in records and _NEAR.match(each)]


def read_id(record: bytes) -> str:
    """The id of a record that begins as one. Raises BadPolicy."""
    parts = [part.strip(" \t") for part in record.decode("ascii", "replace").split(";")[1:]]
    if parts and not parts[-1]:
        parts.pop()  # one final semicolon may stand
    pairs = [part.partition("=") for part in parts]
    for part, (key, _, value) in zip(parts, pairs, strict=True):
        if key != "id" and not (_KEY.fullmatch(key) and _VALUE.fullmatch(value)):
            raise BadPolicy(f"“{printable(part, 60)}” in it is no key=value")
    found = next((value for key, _, value in pairs if key == "id"), None)
    if found is None:
        raise BadPolicy("it has no id=")
    if not _ID.fullmatch(found):
        raise BadPolicy(f"its id is {printable(found, 60) or 'empty'}; 1 to 32 letters and digits are allowed")
    return found


def write_record(now: datetime) -> str:
    """A record with an id of *now*: senders see only that it is another one."""
    return f"v=STSv1; id={now:%Y%m%d%H%M%S}"
