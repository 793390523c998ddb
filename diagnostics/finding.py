"""A finding: what a check saw, what it means, and what to do about it.

A Code is declared once, beside the check that emits it; its words are templates
over the evidence, so that they cannot disagree with it. The documentation page of
each code is made from the same declaration (DESIGN: Findings).
"""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a finding ends. `unknown` never counts as `pass`."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class UnknownReason(StrEnum):
    """Why a check could not look. `blocked` names the code that it waits for."""

    UNAVAILABLE = "unavailable"
    NOT_CONFIGURED = "not configured"
    NOT_ALLOWED = "not allowed"
    BLOCKED = "blocked"


class Impact(StrEnum):
    """How much is lost. `guide.yaml` turns it into a priority, P1 to P4."""

    ALL = "all"  # no mail leaves, no form works, the site is down, data is at risk
    ONE = "one"  # one form or one stream
    DEGRADED = "degraded"  # slower, less, or will break on a known day
    ADVICE = "advice"


class CauseKind(StrEnum):
    """What has to change. `guide.yaml` turns it into a tier of the guide."""

    QUESTION = "question"
    CONTENT = "content"
    SETTINGS = "settings"
    DNS = "dns"
    RELAY = "relay"
    HOST = "host"
    PLUGIN = "plugin"
    CODE = "code"
    RECIPIENT = "recipient"


@dataclass(frozen=True)
class RecordChange:
    """One change at a DNS host: at *name*, the records *replaces* go and *value* comes."""

    name: str  # absolute, ASCII, no final dot
    type: str  # "TXT", "CNAME", "MX", "TLSA"…
    value: str  # as DNS panels take it: a TXT's text, "10 mail.example.org"; "" where something only goes
    replaces: tuple[str, ...] = ()  # values that stand there now, exactly as found


@dataclass(frozen=True)
class Remedy:
    """What to do: plain words and, where there is one, the exact text to copy.

    *records* are the changes that the domain's owner can make; *letter* is for whoever
    else must act. *proof* is how the check ended with the records laid over DNS:
    "pass" where its finding was gone, "fail", "unknown", or "" where it was not tried.
    """

    text: str
    copy: str = ""
    records: tuple[RecordChange, ...] = ()
    letter: str = ""
    proof: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "copy": self.copy,
            "records": [as_facts(each) for each in self.records],
            "letter": self.letter,
            "proof": self.proof,
        }


@dataclass(frozen=True)
class Finding:
    """One answer of a check. `evidence` is what was seen, never a visitor's words."""

    code: str
    verdict: Verdict
    subject: str
    summary: str
    evidence: Mapping[str, Any]
    remedy: Remedy | None = None
    reason: UnknownReason | None = None  # only with Verdict.UNKNOWN
    blocked_by: str = ""  # the code, only with UnknownReason.BLOCKED

    def to_json(self) -> dict[str, Any]:
        """The finding as every surface passes it on: CLI, API, store, plugin."""
        return {
            "code": self.code,
            "verdict": self.verdict.value,
            "subject": self.subject,
            "summary": self.summary,
            "evidence": dict(self.evidence),
            "remedy": self.remedy.to_json() if self.remedy else None,
            "reason": self.reason.value if self.reason else None,
            "blocked_by": self.blocked_by,
        }


@dataclass(frozen=True)
class Code:
    """A stable, dotted, lower-case name for one answer, with its words.

    `summary`, `remedy`, `copy` and `letter` are templates: `{subject}` and `{evidence.name}`
    (dots walk into nested evidence). `meaning` and `proof` are plain text for the
    code's page: what it means for the site, and what shows that it is so.
    """

    code: str
    verdict: Verdict
    summary: str
    remedy: str = ""
    copy: str = ""
    letter: str = ""
    meaning: str = ""
    proof: str = ""
    kind: CauseKind = CauseKind.SETTINGS
    impact: Impact = Impact.ALL
    temporary: bool = False  # time alone may heal it, whatever the reply's class digit says
    follow_up: str = ""  # the test that separates it from its look-alikes

    def finding(
        self,
        subject: str,
        evidence: Any,
        *,
        reason: UnknownReason | None = None,
        blocked_by: str = "",
        records: Sequence[RecordChange] = (),
    ) -> Finding:
        """This code's finding about *subject*; *evidence* is a mapping or a dataclass.

        Raises ValueError for empty evidence (a finding without evidence is a bug)
        and for an `unknown` without a reason.
        """
        facts = as_facts(evidence)
        if not facts:
            raise ValueError(f"{self.code}: a finding needs evidence")
        if (self.verdict is Verdict.UNKNOWN) != (reason is not None):
            raise ValueError(f"{self.code}: a reason belongs to `unknown`, and only to it")
        say = _Words(subject, facts)
        remedy = None
        if self.remedy:
            remedy = Remedy(say(self.remedy), say(self.copy), tuple(records), say(self.letter))
        return Finding(self.code, self.verdict, subject, say(self.summary), facts, remedy, reason, blocked_by)


def as_facts(evidence: Any) -> dict[str, Any]:
    """*evidence* as plain JSON types; dataclasses, enums, tuples and sets are unfolded."""
    plain = _plain(evidence)
    if not isinstance(plain, dict):
        raise TypeError("evidence is a mapping or a dataclass")
    return plain


_PLAIN = frozenset({str, int, float, bool, type(None)})  # the types themselves: a StrEnum is none of them


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN:  # as nearly every value is
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(item) for item in value]
    if isinstance(value, (str, int, float)):
        return value
    return str(value)


class _Walk:
    """Lets a template say `{evidence.reply.text}` over nested mappings."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattr__(self, name: str) -> _Walk:
        value = self._value
        return _Walk(value.get(name, "") if isinstance(value, dict) else "")

    def __format__(self, spec: str) -> str:
        value = self._value
        if isinstance(value, list):
            return ", ".join(str(item) for item in value)
        return format("" if value is None else value, spec)


@dataclass(frozen=True)
class _Words(string.Formatter):
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)

    def __call__(self, template: str) -> str:
        return self.format(template, subject=self.subject, evidence=_Walk(self.facts))
