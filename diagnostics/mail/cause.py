"""Of everything that a run found failing, the one thing to mend first.

DESIGN, Cause first. What stands earlier on a mail's way breaks all that stands behind
it; what was seen now outweighs what was told of the past; a code that names a cause
outweighs words that cover several.
"""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.reading import UNSURE

# A mail's way, from WordPress outwards. The longest prefix that fits decides.
ORDER = (
    ("mail.short_circuited",),  # names the code that answers; `switched_off` only the setting
    ("mail.switched_off", "mail.two_owners", "mail.mailer_missing"),
    ("mail.php_extension_missing", "mail.mailer_misconfigured", "smtp.settings."),
    ("smtp.connect.host_unknown", "smtp.connect.dns_failed"),
    ("site.smtp_port_blocked", "smtp.connect.intercepted"),
    ("smtp.connect.refused", "smtp.connect.timeout", "smtp.connect.no_route", "smtp.connect.forbidden"),
    ("smtp.tls.wrong_mode",),  # explains a silent or dropped greeting
    ("smtp.connect.",),
    # PHP says "certificate verify failed" of an expired one too: what the certificate shows comes first.
    ("smtp.tls.expired", "smtp.tls.name_mismatch", "smtp.tls.version", "smtp.tls.not_offered", "smtp.tls.required"),
    ("smtp.tls.",),
    ("smtp.helo.",),
    ("smtp.auth.",),
    ("smtp.silent_after_auth",),
    ("smtp.account.", "smtp.relay."),
    ("smtp.sender.",),
    ("smtp.rate.",),
    ("smtp.recipient.",),
    ("smtp.content.", "mail.template."),
    ("smtp.",),
    # The sending domain: what DMARC rests on stands before DMARC, what receivers see before what they send.
    ("domain.", "dns."),
    ("dnssec.",),
    ("spf.",),
    ("dkim.",),
    ("dmarc.",),
    ("message.",),
    ("reputation.",),
    ("mx.",),
    ("",),
)
_BEFORE_THE_LOG_IN = ("resolve", "connect", "greeting", "ehlo", "tls")
CONSEQUENCES = ("mail.failing_since", "canary.failed")  # they say that it fails, not why


def cause_of(findings: Sequence[Finding]) -> Finding | None:
    """The cause among *findings*; None when nothing that still counts fails."""
    counting = standing(findings)
    return min(counting, key=_rank) if counting else None


def standing(findings: Sequence[Finding]) -> list[Finding]:
    """The failing findings that the run's own test mail has not disproved.

    A test mail that a relay took disproves what was told or probed about the way out, not
    what concerns another recipient or message. One that failed for a sure reason is the
    newer word than old texts about the way.
    """
    failing = [each for each in findings if each.verdict is Verdict.FAIL]
    passed = any(each.code == "canary.accepted" for each in findings)
    sure = [each for each in failing if each.code not in UNSURE and not _consequence(each)]
    refused = next((each for each in sure if _seen_by(each) == "canary"), None)
    if passed:
        return [each for each in failing if not _about_the_way(each)]
    if refused is not None:
        return [each for each in failing if each is refused or _consequence(each) or not _outdated(each, refused)]
    return failing


def _about_the_way(finding: Finding) -> bool:
    return _seen_by(finding) in ("reported", "probe") and finding.evidence.get("scope") == "path"


def _outdated(finding: Finding, refused: Finding) -> bool:
    """Whether the test mail that was *refused* is the better word about the way out.

    It is newer than what was told; and where it came as far as the log-in, the mailer
    itself has passed what a probe found wrong before that.
    """
    if not _about_the_way(finding):
        return False
    if _seen_by(finding) == "reported":
        return True
    if refused.evidence.get("stage") in _BEFORE_THE_LOG_IN:
        return False
    return place(refused.code) >= place("smtp.auth.") > place(finding.code)


def _consequence(finding: Finding) -> bool:
    return finding.code in CONSEQUENCES


def _seen_by(finding: Finding) -> str:
    return str(finding.evidence.get("seen_by") or "")


def _rank(finding: Finding) -> tuple[bool, bool, int, int]:
    """A cause before a consequence, sure words before ambiguous ones, then the way, then the newest look."""
    seen = ("", "canary", "probe", "reported")  # "" are the settings themselves, which name who set them
    by = _seen_by(finding)
    newest = seen.index(by) if by in seen else len(seen)
    return _consequence(finding), finding.code in UNSURE, place(finding.code), newest


def place(code: str) -> int:
    """How far along a mail's way *code* stands; the lower comes first."""
    fits = ((len(prefix), place) for place, group in enumerate(ORDER) for prefix in group if code.startswith(prefix))
    return max(fits)[1]
