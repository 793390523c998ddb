"""Codes of a domain's MX records (RFC 5321 §5.1, RFC 7505)."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_MX_PLACE = "At the DNS host of {evidence.domain}"
_SEEN = "The MX records as DNS has them, with what each name leads to, are in the evidence."

SOUND = Code(
    "mx.sound",
    Verdict.PASS,
    "{subject} receives its mail at {evidence.said}.",
    meaning="Replies and bounces find a mail server.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
RECEIVES_NONE = Code(
    "mx.receives_none",
    Verdict.PASS,
    "{subject} receives no mail and says so (null MX), and no stream of mail names it as its sender.",
    meaning="A domain without mailboxes that says so spares everybody days of tries (RFC 7505).",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NULL_AT_SENDER = Code(
    "mx.null_at_sender",
    Verdict.FAIL,
    "{subject} is used as {evidence.used_as}, and its MX record says that it takes no mail (null MX).",
    remedy="At the DNS host of {subject}, delete the MX record 0 . and enter the MX records that your mailbox "
    "provider's setup page names. If the domain is to receive nothing, set a From address of a domain that does, in "
    "the site's mail settings.",
    meaning="Receivers may refuse mail whose sender cannot be answered (550 5.7.27, RFC 7505 §4.2); replies and "
    "bounces are lost in any case.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
NULL_BESIDE_OTHERS = Code(
    "mx.null_beside_others",
    Verdict.FAIL,
    "{subject} has a null MX record beside {evidence.others}.",
    remedy="At the DNS host of {subject}, delete the MX record 0 . and keep the others.",
    meaning="The null MX says that the domain takes no mail, the others say where to bring it. RFC 7505 §3 forbids "
    "both together: some senders refuse, some deliver.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
IMPLICIT = Code(
    "mx.implicit",
    Verdict.WARN,
    "{subject} has no MX record: its mail goes to its own address, {evidence.addresses}.",
    remedy="At the DNS host of {subject}, enter the MX records that your mailbox provider's setup page names. Is the "
    "web server itself the mail server, enter this MX record, which says so.",
    copy="{evidence.proposed}",
    meaning="Without MX records senders try the domain's own address (RFC 5321 §5.1). That is nearly always a web "
    "server, so replies and bounces are lost, and some filters count a sender without MX against it.",
    proof="The name was asked for MX records and has none; its address records are in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
MISSING = Code(
    "mx.missing",
    Verdict.FAIL,
    "{subject} is used as {evidence.used_as} and can receive no mail: it has neither an MX record nor an address.",
    remedy="At the DNS host of {subject}, enter the MX records that your mailbox provider's setup page names. Is this "
    "a domain without mailboxes, set a From address of a domain that has them, in the site's mail settings.",
    letter="We send mail as {subject}. Please tell us which MX records {subject} needs so that replies and bounces "
    "reach our mailboxes with you.",
    meaning="Many receivers refuse a sender whose domain cannot be answered (Postfix: “Sender address rejected: "
    "Domain not found”); replies and bounces are lost.",
    proof="The name was asked for MX, A and AAAA records and has none of them.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
TARGET_INVALID = Code(
    "mx.target_invalid",
    Verdict.FAIL,
    "The MX record of {evidence.domain} names {subject}, {evidence.why}.",
    remedy=_MX_PLACE + ": {evidence.advice}",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Senders that try this host fail: mail comes late by another host, or returns to its sender. Standards "
    "demand a host name with an address record of its own (RFC 5321 §5.1, RFC 2181 §10.3).",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
DUPLICATE = Code(
    "mx.duplicate",
    Verdict.WARN,
    "{evidence.domain} names the mail server {subject} more than once, with the preferences {evidence.preferences}.",
    remedy=_MX_PLACE + ", delete the MX records that repeat it: {evidence.repeats}.",
    meaning="The second try at the same server gains nothing. Often the line was meant for a second server that is "
    "now missing.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "mx.unseen",
    Verdict.UNKNOWN,
    "Where {subject} receives its mail could not be looked up: {evidence.detail}",
    remedy="Try again in some minutes. Does it last, ask the DNS host of {subject} to mend its name servers, or name "
    "a resolver that works with --nameserver.",
    meaning="A name server did not answer, or answered with a failure. Nothing is known of the mail servers.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
    temporary=True,
)
