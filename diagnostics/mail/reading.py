"""From what a mailer said to one finding: the taxonomy's code, what it is about, and how far it reaches.

Used for failures that the site reported and for this run's own test mails, so that
the same fault has the same code and subject whoever met it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from diagnostics.finding import CauseKind, Code, Finding, Verdict
from diagnostics.mail import replies
from diagnostics.mail.codes import CODES
from diagnostics.mail.codes.connect import SILENT
from diagnostics.mail.providers import by_host
from diagnostics.mail.site import LOCAL_MAILERS

SILENT_AFTER_AUTH = Code(
    "smtp.silent_after_auth",
    Verdict.FAIL,
    "{subject} takes the site's connection and then goes silent{evidence.where}; the mail never ends.",
    remedy="Tell the relay's operator the time and the last line (below), and use another relay or port until it is "
    "mended. Until then every form of the site hangs for minutes; a mail plugin that queues keeps visitors from that.",
    copy="{evidence.last_line}",
    meaning="The relay greets and perhaps takes the log-in, then answers no more. PHP waits up to five minutes for "
    "each answer, whatever time-out the plugin shows, and no error is ever raised.",
    proof="A mail that began and never ended, or a test mail that hung, while the relay's greeting came at once.",
    kind=CauseKind.RELAY,
)

UNSURE = frozenset(code.code for code in CODES if not code.sure)
LOST = " Nothing tries again: WordPress hands a mail over once, so this one is lost."
_STAGE_WORDS = {
    "auth": " at the log-in",
    "after auth": " after the log-in",
    "mail": " after the sender was named",
    "data": " while it takes the mail",
}


def scope_of(code: str) -> str:
    """What a fault reaches: every mail (`path`), one `recipient`, or one kind of `message`."""
    if code.startswith("smtp.recipient."):
        return "recipient"
    if code.startswith(("smtp.content.", "mail.template.")):
        return "message"
    return "path"


def subject_of(code: str, *, host: str, site: str, recipient_domain: str) -> str:
    """What a finding of *code* is about: the same for every check, because a ticket is known by it."""
    if code.startswith("mail.") or not host:
        return site
    if code.startswith("smtp.recipient.") and recipient_domain:
        return recipient_domain
    return host


def read_failure(
    error: str,
    dialogue: object,
    *,
    host: str,
    mailer: str,
    site: str,
    recipient_domain: str,
    provider: str = "",
    stage: str = "",
) -> tuple[replies.Reading, Finding]:
    """What the mailer and the server said, read by the taxonomy."""
    text = "\n".join([error, *readable(dialogue)]).strip()
    known = by_host(host) if host else None
    provider = provider or (known.name if known else "")
    reading = replies.read(text, stage=stage, provider=provider, host=host, mailer=mailer)
    code = reading.code.code
    finding = reading.finding(subject_of(code, host=host, site=site, recipient_domain=recipient_domain))
    if reading.temporary and 400 <= (reading.basic_code or 0) < 500 and mailer not in LOCAL_MAILERS:
        finding = dataclasses.replace(finding, summary=finding.summary + LOST)
    return reading, finding


def readable(dialogue: object) -> list[str]:
    """A dialogue's lines without those that are no text: after a refused handshake PHPMailer logs TLS records."""
    lines = dialogue if isinstance(dialogue, list) else []
    return [line for line in map(str, lines) if all(char.isprintable() or char == "\t" for char in line.strip())]


def silence(host: str, last_line: str, evidence: Mapping[str, Any], *, greeted: bool | None) -> Finding:
    """The finding for a conversation that stopped without an end, by the last line that was noted.

    *greeted*: whether the relay's greeting was seen elsewhere in this run; None: not looked.
    """
    stage = stage_of(last_line)
    facts = {**evidence, "stage": stage, "last_line": last_line or "(no line was noted)"}
    if stage == "connect" or (not stage and greeted is False):
        return SILENT.finding(host, facts)
    return SILENT_AFTER_AUTH.finding(host, {**facts, "where": _STAGE_WORDS.get(stage, "")})


def stage_of(last_line: str) -> str:
    """Where a dialogue stopped: connect, auth, after auth, mail, data; "" when no line was noted."""
    line = last_line.strip()
    said = line[2:].strip() if line[:2] in ("C:", "S:") else line
    upper = said.upper()
    if not said:
        return ""
    if upper.startswith("235"):
        return "after auth"
    if upper.startswith(("AUTH", "334", "***")):
        return "auth"
    if upper.startswith(("MAIL", "RCPT")):
        return "mail"
    if upper.startswith(("DATA", "354", ".")):
        return "data"
    if upper.startswith(("CONNECT", "220", "EHLO", "HELO", "STARTTLS")):
        return "connect"
    if line.startswith("S:") and upper.startswith("250"):
        return "connect"  # EHLO's answer; what follows later carries an enhanced code or a queue id
    return "mail"


def with_facts(finding: Finding, **facts: Any) -> Finding:
    """The finding with more evidence."""
    return dataclasses.replace(finding, evidence={**finding.evidence, **facts})
