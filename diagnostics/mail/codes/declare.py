"""How a code of the failure taxonomy is declared: a Code that also says whose fault it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diagnostics.finding import CauseKind, Code, Impact, Verdict


class Fault(StrEnum):
    """Who can mend it. The words stand in answers as they are."""

    SITE = "site settings"
    ACCOUNT = "account at the relay"
    HOST = "web host"
    DNS = "sender's DNS"
    REPUTATION = "sender's reputation or policy"
    RECIPIENT = "recipient's side"
    MESSAGE = "the message"
    UNKNOWN = "not known"
    NOBODY = "nobody"


KIND_OF = {
    Fault.SITE: CauseKind.SETTINGS,
    Fault.ACCOUNT: CauseKind.RELAY,
    Fault.HOST: CauseKind.HOST,
    Fault.DNS: CauseKind.DNS,
    Fault.REPUTATION: CauseKind.RELAY,
    Fault.RECIPIENT: CauseKind.RECIPIENT,
    Fault.MESSAGE: CauseKind.CONTENT,
    Fault.UNKNOWN: CauseKind.SETTINGS,
    Fault.NOBODY: CauseKind.QUESTION,
}
# What is wrong with one recipient or one message stops one stream, not all mail.
IMPACT_OF = {Fault.RECIPIENT: Impact.ONE, Fault.MESSAGE: Impact.ONE}

ITS_WORDS = "The server's own words, in the evidence: each rule behind this code matches words or numbers that "
"mean this."


@dataclass(frozen=True)
class ReplyCode(Code):
    """A Code with the party at fault. `sure` is false where several causes share the words."""

    fault: Fault = Fault.UNKNOWN
    sure: bool = True


def reply_code(
    code: str,
    fault: Fault,
    summary: str,
    *,
    meaning: str,
    remedy: str = "",
    copy: str = "",
    proof: str = ITS_WORDS,
    follow_up: str = "",
    temporary: bool = False,
    sure: bool = True,
    verdict: Verdict = Verdict.FAIL,
    kind: CauseKind | None = None,
    impact: Impact | None = None,
) -> ReplyCode:
    """Declare one code; kind and impact follow from whose fault it is, unless given."""
    return ReplyCode(
        code,
        verdict,
        summary,
        remedy=remedy,
        copy=copy,
        meaning=meaning,
        proof=proof,
        kind=kind or KIND_OF[fault],
        impact=impact or IMPACT_OF.get(fault, Impact.ALL),
        temporary=temporary,
        follow_up=follow_up,
        fault=fault,
        sure=sure,
    )
