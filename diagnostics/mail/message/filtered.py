"""What the receiver's spam filter wrote into the message: SpamAssassin, rspamd, Exchange Online.

Only what stands among the receiver's own lines counts: a sender, or a filter on the way out, writes
such fields too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.mail.message.raw import Raw

MOST_TESTS = 12
_TESTS = re.compile(r"\btests=([A-Za-z0-9_=.,\s-]{1,2000})")
_TEST = re.compile(r"([A-Z][A-Z0-9_]{2,40})(?:=(-?[0-9.]+))?")
_SCORE = re.compile(r"\bscore=(-?[0-9.]+)")
_EXCHANGE = re.compile(r"\bSCL:(-?[0-9]+)")
_SYMBOL = re.compile(r"\b([A-Z][A-Z0-9_]{2,40})\s*\((-?[0-9.]+)\)")
LEAST_SCL = 5  # Microsoft: 5 and above go to the junk folder


@dataclass(frozen=True)
class Mark:
    """One filter's word that the message is spam."""

    by: str
    said: str  # the score or level, as it wrote it
    tests: tuple[str, ...] = ()  # those that counted against it


def spam_marks(raw: Raw, ends: int) -> tuple[Mark, ...]:
    """Every mark among the fields above place *ends*; none where the filter let the message pass."""
    found = []
    for field in raw.fields[:ends]:
        text = field.text[:4000]
        if field.key == "x-spam-status" and text.lower().startswith("yes"):
            score = _SCORE.search(text)
            listed = _TESTS.search(text)
            tests = [name for name, points in _TEST.findall(listed[1] if listed else "") if not points.startswith("-")]
            found.append(Mark("SpamAssassin", f"score {score[1]}" if score else "spam", tuple(tests[:MOST_TESTS])))
        elif field.key == "x-spamd-result" and ": true" in text[:60].lower():
            tests = [
                name for name, points in _SYMBOL.findall(text) if not points.startswith("-") and points.strip("0.")
            ]
            found.append(Mark("rspamd", "spam", tuple(tests[:MOST_TESTS])))
        elif field.key in ("x-forefront-antispam-report", "x-ms-exchange-organization-scl"):
            level = _EXCHANGE.search(text) or re.fullmatch(r"\s*(-?[0-9]{1,2})\s*", text)
            if level and int(level[1]) >= LEAST_SCL:
                found.append(Mark("Exchange Online", f"spam confidence level {level[1]}"))
        elif field.key == "x-spam-flag" and text.lower().startswith("yes"):
            found.append(Mark("its spam filter", "spam"))
    named = [each for each in found if each.by != "its spam filter"]
    return tuple(named or found[:1])
