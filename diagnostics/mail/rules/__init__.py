"""The ordered rules of the SMTP failure taxonomy: the first that matches names the code.

Order matters: a form's own faults, then the relays' and receivers' own words, then
words that many servers share, PHP's about TLS and sockets, and numbers last. Never a basic code alone.
"""

from __future__ import annotations

from diagnostics.mail.codes.declare import ReplyCode
from diagnostics.mail.reply_parts import Said
from diagnostics.mail.rules import local, messages, receivers, recipients, relays, senders, status
from diagnostics.mail.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *local.TEMPLATES,
    *relays.RULES,
    *receivers.RULES,
    *senders.RULES,
    *local.NAMES,
    *recipients.RULES,
    *local.ENCRYPTION,
    *messages.RULES,
    *local.SOCKETS,
    *status.RULES,
)


def first_match(said: Said, provider: str) -> ReplyCode | None:
    """The code of the first rule that matches; None where no rule knows the text."""
    return next((each.code for each in RULES if each.matches(said, provider)), None)
