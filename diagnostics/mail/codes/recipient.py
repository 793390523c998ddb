"""Codes for the recipient: its mailbox, its domain, its rules."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Impact
from diagnostics.mail.codes.declare import Fault, reply_code

OTHER_MAILBOX = "Send the same mail to another mailbox: does it pass, that recipient is at fault; does it fail "
"too, the relay."

UNKNOWN = reply_code(
    "smtp.recipient.unknown",
    Fault.RECIPIENT,
    "{subject} knows no such mailbox.",
    meaning="The address does not exist (any more), or is mistyped.",
    remedy="Correct the recipient: the form's To address, or Settings → General → Administration Email Address.",
    follow_up=OTHER_MAILBOX + " A new Microsoft 365 mailbox can take a day to be known at the edge.",
)
NULL_MX = reply_code(
    "smtp.recipient.null_mx",
    Fault.RECIPIENT,
    "The recipient's domain takes no mail.",
    meaning="The domain declares that it has no mail server (RFC 7505), or the host answers that it accepts none.",
    remedy="In the form's settings (its notification's To field), or wherever this address was entered, set one at a "
    "domain that receives mail.",
    follow_up="Look up the MX of the recipient's domain: '0 .' says so.",
)
DOMAIN_UNKNOWN = reply_code(
    "smtp.recipient.domain_unknown",
    Fault.RECIPIENT,
    "The recipient's domain has no mail server.",
    meaning="The domain does not exist or has neither MX nor address: nearly always a typing error.",
    remedy="Correct the domain of the recipient's address.",
    follow_up="Look up MX and A of the recipient's domain.",
)
FULL = reply_code(
    "smtp.recipient.full",
    Fault.RECIPIENT,
    "The recipient's mailbox is full.",
    meaning="The mailbox takes nothing until its owner has made space.",
    remedy="The owner deletes or archives mail, or gets more space; meanwhile give the form a second recipient.",
    temporary=True,
)
DISABLED = reply_code(
    "smtp.recipient.disabled",
    Fault.RECIPIENT,
    "The recipient's mailbox is switched off.",
    meaning="The account exists and is disabled, suspended, or long unused.",
    remedy="Use another address for this recipient.",
)
MOVED = reply_code(
    "smtp.recipient.moved",
    Fault.RECIPIENT,
    "The recipient is no longer at this server.",
    meaning="The mailbox has moved and the old server does not forward.",
    remedy="Ask the recipient for the new address and enter it in the form.",
)
RATE = reply_code(
    "smtp.recipient.rate",
    Fault.RECIPIENT,
    "The recipient's mailbox gets more mail than it may.",
    meaning="Too many mails to one mailbox in a short time: often a form that floods it.",
    remedy="Stop the flood (spam protection on the form, digest instead of single mails), then wait an hour.",
    temporary=True,
)
GREYLISTED = reply_code(
    "smtp.recipient.greylisted",
    Fault.RECIPIENT,
    "{subject} greylists: it wants the mail tried again later.",
    meaning="A first mail from an unknown sender is put off for some minutes. A relay that queues tries again by "
    "itself; PHP that speaks to the recipient's server does not, and the mail is lost.",
    remedy="Send through a relay that queues (an SMTP service, or a local Postfix); nothing else has to change.",
    follow_up="Send again after ten minutes from the same address: it passes.",
    temporary=True,
)
RESTRICTED = reply_code(
    "smtp.recipient.restricted",
    Fault.RECIPIENT,
    "The recipient takes mail from certain senders only.",
    meaning="A group or mailbox that admits only insiders, members or logged-in senders.",
    remedy="Ask the owner to allow outside senders (Microsoft 365: group → Settings → Allow external senders), or "
    "use another recipient.",
    follow_up=OTHER_MAILBOX,
)
FILTERED = reply_code(
    "smtp.recipient.filtered",
    Fault.RECIPIENT,
    "The recipient's own filter turned the mail away.",
    meaning="A rule of the mailbox, not of the server, refuses this sender or message.",
    remedy="Ask the recipient to allow the sender, or use another address.",
    follow_up=OTHER_MAILBOX,
)
DNSBL_MISCONFIGURED = reply_code(
    "smtp.recipient.dnsbl_misconfigured",
    Fault.RECIPIENT,
    "The recipient's server misreads a refused blocklist query as a listing.",
    meaning="The blocklist refused to answer the recipient's resolver (a public one, or too many queries). Your "
    "address is not listed.",
    remedy="Nothing to change here. Tell the recipient's postmaster: the blocklist answers 127.255.255.x to its "
    "resolver; it needs a resolver of its own or the list's key.",
    follow_up="Look up the sending address at the list from a resolver of your own: not listed.",
)
SUPPRESSED = reply_code(
    "smtp.recipient.suppressed",
    Fault.ACCOUNT,
    "{subject} has this recipient on its suppression list and sends nothing to it.",
    meaning="An earlier bounce or complaint made the provider stop mail to this address, even if it works again. "
    "Over SMTP some providers say 250 and drop it.",
    remedy="Look up the address under Suppressions at the provider, reactivate it, and find out why it bounced.",
    kind=CauseKind.RECIPIENT,
    impact=Impact.ONE,
)
REFUSED = reply_code(
    "smtp.recipient.refused",
    Fault.UNKNOWN,
    "{subject} refuses the recipient; the reason is missing.",
    meaning="RCPT was refused: unknown mailbox, relaying denied because the site did not log in, greylisting, or "
    "a limit.",
    remedy="Check the form's recipient for typing errors; check that Authentication is on in the mail settings.",
    follow_up=OTHER_MAILBOX,
    sure=False,
    impact=Impact.ONE,
)
