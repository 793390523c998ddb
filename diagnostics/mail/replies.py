"""What a mailer, a relay or PHP meant: the SMTP failure taxonomy.

`read` takes any text that came instead of a sent mail and names one code with what it
means, whose fault it is, whether time heals it, and what to do. The order of proof is
stage, provider's own words, enhanced code with words, and never a basic code alone.
What no rule knows is `smtp.unclassified`, not a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.codes import CODES, site
from diagnostics.mail.codes.declare import ReplyCode
from diagnostics.mail.providers import by_host, by_name, by_text
from diagnostics.mail.reply_parts import Said, take_apart
from diagnostics.mail.reply_text import QUOTED
from diagnostics.mail.rules import first_match

__all__ = ["CODES", "Reading", "read"]

SOMEBODY = "the mail server"
_LOCAL_HOSTS = frozenset({"localhost", "localhost.localdomain", "127.0.0.1", "::1", "[::1]"})
# Where the text names no command, the code itself tells how far the mail had come.
_STAGE_OF = {
    "smtp.connect.host_unknown": "resolve",
    "smtp.connect.dns_failed": "resolve",
    "smtp.connect.silent": "greeting",
    "smtp.connect.": "connect",
    "smtp.tls.": "tls",
    "smtp.auth.": "auth",
    "smtp.helo.": "ehlo",
}


@dataclass(frozen=True)
class Reading:
    """One text, read. `fault` and `temporary` are the code's, whatever the reply's class digit says."""

    code: ReplyCode
    basic_code: int | None
    enhanced_status: str
    stage: str
    provider: str
    text: str
    subject: str = SOMEBODY

    @property
    def fault(self) -> str:
        return self.code.fault.value

    @property
    def temporary(self) -> bool:
        return self.code.temporary

    @property
    def classified(self) -> bool:
        return self.code is not site.UNCLASSIFIED

    def finding(self, subject: str = "") -> Finding:
        """The finding about *subject*, usually the relay's host."""
        reason = UnknownReason.UNAVAILABLE if self.code.verdict is Verdict.UNKNOWN else None
        finding = self.code.finding(subject or self.subject, self._reply(), reason=reason)
        if finding.summary.startswith(SOMEBODY):
            return replace(finding, summary="T" + finding.summary[1:])
        return finding

    def _reply(self) -> dict[str, Any]:
        return {
            "basic_code": self.basic_code,
            "enhanced_status": self.enhanced_status,
            "stage": self.stage,
            "provider": self.provider,
            "text": self.text,
        }

    def to_json(self, subject: str = "") -> dict[str, Any]:
        """The reading as `/replies` and `diagnose reply --json` answer it (docs/protocol.md)."""
        finding = self.finding(subject)
        return {
            "subject": finding.subject,
            "verdict": finding.verdict.value,
            "findings": [finding.to_json()],
            "code": self.code.code,
            "meaning": self.code.meaning,
            "fault": self.fault,
            "temporary": self.temporary,
            "sure": self.code.sure,
            "remedy": finding.remedy.to_json() if finding.remedy else None,
            "follow_up": self.code.follow_up,
            "reply": self._reply(),
        }


def read(text: str, *, stage: str = "", provider: str = "", host: str = "", mailer: str = "") -> Reading:
    """Read *text*: an error, a reply, a dialogue, or a whole bounce.

    *stage* is how far the mail had come, *host* the relay, *provider* its name,
    *mailer* WordPress's mailer ("smtp", "mail", "api"). All but the text are optional
    and only help where its words are shared by several providers.
    """
    said = take_apart(text, "api" if mailer == "api" and not stage else stage)
    known = by_name(provider) or by_host(host)
    speaker = known or by_text(said.folded)
    key = "localhost" if host.strip().lower() in _LOCAL_HOSTS else speaker.name if speaker else ""
    code = _code(said, key)
    return Reading(
        code=code,
        basic_code=said.basic_code,
        enhanced_status=said.enhanced_status,
        stage=said.stage or _stage_of(code),
        provider=speaker.name if speaker else "",
        text=said.text if len(said.text) <= QUOTED else said.text[:QUOTED] + " …",
        subject=host.strip() or (speaker.title if speaker else SOMEBODY),
    )


def _code(said: Said, provider: str) -> ReplyCode:
    if said.accepted or (said.basic_code and 200 <= said.basic_code < 300 and not said.sentences):
        return site.ACCEPTED
    return first_match(said, provider) or site.UNCLASSIFIED


def _stage_of(code: ReplyCode) -> str:
    return next((stage for prefix, stage in _STAGE_OF.items() if code.code.startswith(prefix)), "")
