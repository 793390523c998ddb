"""Who sends mail for a domain: the table of services, and how a domain's records give them away."""

from diagnostics.mail.senders.guess import Proof, Suspect, Traces, guess
from diagnostics.mail.senders.service import KeyForm, SendingService, ends_with
from diagnostics.mail.senders.table import (
    SENDERS,
    by_bounce_target,
    by_include,
    by_key_target,
    by_mx,
    by_name,
    by_relay,
    by_selector,
    by_verification,
    general_selectors,
)

__all__ = [
    "SENDERS",
    "KeyForm",
    "Proof",
    "SendingService",
    "Suspect",
    "Traces",
    "by_bounce_target",
    "by_include",
    "by_key_target",
    "by_mx",
    "by_name",
    "by_relay",
    "by_selector",
    "by_verification",
    "ends_with",
    "general_selectors",
    "guess",
]
