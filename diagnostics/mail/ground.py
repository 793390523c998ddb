"""Cause first: a check whose ground another finding has broken says so, and raises no second alarm."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.check import Context
from diagnostics.finding import Code, Finding, Impact, UnknownReason, Verdict

BLOCKED = Code(
    "mail.blocked_by",
    Verdict.UNKNOWN,
    "Not looked at for {subject}: first mend {evidence.blocked_by}.",
    meaning="This cannot be judged while something before it is broken.",
    proof="The finding that stands before it, in the same run.",
    impact=Impact.ADVICE,
)

# Without a connection there is neither TLS nor log-in to look at.
_CONNECTION = ("smtp.connect.", "site.smtp_port_blocked", "smtp.settings.host_missing")


def broken_ground(context: Context, *, also: Sequence[str] = ()) -> Finding | None:
    """The finding of this run that leaves nothing to look at, if there is one."""
    for finding in context.findings:
        fails = finding.verdict is Verdict.FAIL and finding.evidence.get("seen_by") != "reported"
        if fails and finding.code.startswith((*_CONNECTION, *also)):
            return finding
    return None


def blocked(subject: str, ground: Finding) -> Finding:
    """The `unknown` that names what it waits for."""
    return BLOCKED.finding(subject, {"blocked_by": ground.code}, reason=UnknownReason.BLOCKED, blocked_by=ground.code)
