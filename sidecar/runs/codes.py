"""The engine's own codes: what a run says where no check could speak."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

CHECK_FAILED = Code(
    "aftercare.check_failed",
    Verdict.UNKNOWN,
    "The check {subject} broke ({evidence.type}). That is a bug of Aftercare's, not a fault of this site.",
    remedy="Report it with the type and the place in the evidence; the other checks went on without it.",
    meaning="A check met something that nobody foresaw. Nothing is known about what it was to look at.",
    proof="The exception's type and the place in Aftercare's own code.",
    kind=CauseKind.CODE,
    impact=Impact.ADVICE,
)
CHECK_TIMED_OUT = Code(
    "aftercare.check_timed_out",
    Verdict.UNKNOWN,
    "The check {subject} had no answer after {evidence.timeout_s} s.",
    remedy="Look again in some minutes. Does it remain, see in the run which of the steps before it were slow.",
    meaning="Whatever the check asks, the site, a name server or a relay, is too slow or silent.",
    proof="The time that the check was given.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
CHECK_UNKNOWN = Code(
    "aftercare.check_unknown",
    Verdict.UNKNOWN,
    "This sidecar has no check {subject} any more.",
    remedy="Start the playbook again: a new run uses the playbook as it is now.",
    meaning="The run began with a playbook that an upgrade has changed since.",
    proof="The checks that this version knows.",
    kind=CauseKind.CODE,
    impact=Impact.ADVICE,
)
BLOCKED = Code(
    "aftercare.blocked",
    Verdict.UNKNOWN,
    "Not looked at: it cannot be right while {evidence.by} stands.",
    remedy="Mend {evidence.by} first; then this is looked at.",
    meaning="A step that this one builds on is broken. What it would find is that same fault once more.",
    proof="The code that stands in the way.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)

ENGINE_CODES = {code.code: code for code in (CHECK_FAILED, CHECK_TIMED_OUT, CHECK_UNKNOWN, BLOCKED)}
