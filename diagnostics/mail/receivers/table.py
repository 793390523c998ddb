"""What Gmail, Yahoo and Microsoft demand of a sender: of everybody, and of who sends in bulk.

Gmail's and Yahoo's rules since 2024-02 (Gmail refuses since 2025-11), Outlook.com's since 2025-05-05.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from diagnostics.mail.receivers import outcomes
from diagnostics.mail.receivers.outcomes import Look

BULK = 5000  # mails a day: Gmail "close to 5,000 to Gmail accounts in 24 hours", Outlook.com 5,000 with one From domain
NEARLY_BULK = 4000

Who = Literal["everybody", "bulk", "recommended"]


@dataclass(frozen=True)
class Demand:
    """One rule. `look` is None where only the receiver's own tools can tell; *deciding* ones DNS and settings show."""

    key: str
    title: str
    who: Who
    look: Look | None = None
    answers: str = ""  # what the receiver replies where it is not met
    deciding: bool = True
    note: str = ""


@dataclass(frozen=True)
class Receiver:
    """One receiver and its rules."""

    name: str
    title: str
    covers: str
    since: str
    bulk: str  # what counts as bulk, in its words
    demands: tuple[Demand, ...]
    counts_subdomains: bool = True  # the whole domain's mail is one sender's
    for_good: bool = False  # once bulk, always bulk


_EITHER = Demand("auth", "SPF or DKIM passes", "everybody", outcomes.either, "550 5.7.26")
_PTR = Demand("ptr", "The sending address has a PTR that leads back to it", "everybody", outcomes.reverse_name)
_SPF = Demand("spf", "SPF passes", "bulk", outcomes.spf)
_DKIM = Demand("dkim", "DKIM passes", "bulk", outcomes.dkim)
_DMARC = Demand("dmarc", "DMARC with at least p=none", "bulk", outcomes.dmarc)
_ALIGNED = Demand("aligned", "The From domain is aligned with SPF or DKIM", "bulk", outcomes.aligned)
_ONE_CLICK = Demand(
    "one_click",
    "Newsletters can be left with one click (RFC 8058)",
    "bulk",
    outcomes.one_click,
    deciding=False,
    note="Not for mails that people wait for, such as orders and passwords; honoured within 2 days.",
)

GMAIL = Receiver(
    "gmail",
    "Gmail",
    "personal Gmail accounts; Workspace recipients are not covered",
    "2024-02; refuses since 2025-11",
    "about 5,000 mails to Gmail accounts in 24 hours, all subdomains together; once bulk, always bulk",
    (
        _EITHER,
        _PTR,
        Demand("tls", "The mail is handed over by TLS", "everybody", outcomes.encrypted, "5.7.29", deciding=False),
        Demand("format", "The message follows RFC 5322", "everybody", outcomes.well_formed, deciding=False),
        Demand(
            "from",
            "From is not at gmail.com unless Gmail sends it",
            "everybody",
            partial(outcomes.own_from, domains=("gmail.com", "googlemail.com"), provider="google"),
            "550 5.7.26",
        ),
        Demand(
            "spam_rate",
            "Less than 0.3 % is reported as spam, better below 0.1 %",
            "everybody",
            note="Only Google Postmaster Tools shows it: postmaster.google.com.",
        ),
        _SPF,
        _DKIM,
        _DMARC,
        _ALIGNED,
        _ONE_CLICK,
    ),
    for_good=True,
)
YAHOO = Receiver(
    "yahoo",
    "Yahoo and AOL",
    "Yahoo, AOL and the mailboxes that Yahoo runs for others",
    "2024-02",
    "a number is not published; 5,000 a day is taken here, as for the others",
    (
        _EITHER,
        _PTR,
        Demand(
            "complaints",
            "Few complaints (below 0.3 %)",
            "everybody",
            note="Only Yahoo's Sender Hub shows it: senders.yahooinc.com.",
        ),
        _SPF,
        _DKIM,
        _DMARC,
        _ALIGNED,
        _ONE_CLICK,
    ),
)
MICROSOFT = Receiver(
    "microsoft",
    "Outlook.com, Hotmail, Live, MSN",
    "Microsoft's free mailboxes; tenants of Microsoft 365 are not covered",
    "2025-05-05",
    "5,000 mails a day with one From domain",
    (
        Demand("spf", "SPF passes", "bulk", outcomes.spf, "550 5.7.515"),
        Demand("dkim", "DKIM passes", "bulk", outcomes.dkim, "550 5.7.515"),
        Demand("dmarc", "DMARC with at least p=none", "bulk", outcomes.dmarc, "550 5.7.515"),
        Demand(
            "aligned",
            "The From domain is aligned with SPF or DKIM, better both",
            "bulk",
            outcomes.aligned,
            "550 5.7.515",
        ),
        Demand("unsubscribe", "A visible way to unsubscribe, and a From or Reply-To that is read", "recommended"),
    ),
    counts_subdomains=False,
)
RECEIVERS = (GMAIL, YAHOO, MICROSOFT)
