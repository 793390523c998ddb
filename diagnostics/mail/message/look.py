"""`read_message`: from a raw message to its sender and the findings on it."""

from __future__ import annotations

import dataclasses

from diagnostics.finding import UnknownReason
from diagnostics.mail import senders
from diagnostics.mail.domain import Sender, Signature, World
from diagnostics.mail.message import alignment, codes
from diagnostics.mail.message.filtered import spam_marks
from diagnostics.mail.message.form import read_form
from diagnostics.mail.message.judge import judge, said_of
from diagnostics.mail.message.mailer import changers, read_mailer
from diagnostics.mail.message.raw import NotAMessage, read_raw
from diagnostics.mail.message.received import Hop, as_time
from diagnostics.mail.message.signatures import OF_THE_COPY, Outcome, SignatureSeen, read_signatures
from diagnostics.mail.message.view import MessageView, Seen
from diagnostics.mail.message.way import read_way

TIMEOUT_S = 20.0


async def read_message(
    octets: bytes, world: World, *, private_is_outside: bool = False, timeout_s: float = TIMEOUT_S
) -> MessageView:
    """Everything that a raw message shows of how it is sent (RFC 5322, 6376, 8601, 8617). Never raises for its text.

    *octets*: the message as it was received; an mbox, a quoted or base64 text and a page around it are
    taken off. At most 25 MiB, 512 KiB of it header. *private_is_outside*: addresses of private networks
    may be the relay's (a lab). Asks DNS for the keys and for `_dmarc` of the domains that sign, and waits
    *timeout_s* at most for both together; nothing is connected to.
    """
    try:
        raw = read_raw(octets)
    except NotAMessage as why:
        facts = {"why": str(why), "octets": len(octets)}
        return MessageView(None, (codes.NOT_A_MESSAGE.finding("the text", facts, reason=UnknownReason.UNAVAILABLE),))
    way = read_way(raw, private_is_outside=private_is_outside)
    came = next((hop.received_at for hop in way.hops if hop.received_at), "")
    received_at = as_time(came)
    form = read_form(raw, received_at, world.now)
    signatures, chain = await read_signatures(raw, way.hops, world.dns, received_at or world.now, timeout_s / 2)
    author = form.author.domain
    signed = [(each.tags.domain, each.outcome is Outcome.VERIFIED) for each in signatures if not each.tags.problem]
    seen = Seen(
        octets=raw.octets,
        wrapping=raw.wrapping,
        received_at=came,
        signatures=signatures,
        chain=chain,
        way=way,
        form=form,
        mailer=read_mailer(raw),
        changers=changers(raw),
        identifiers=await alignment.compare(author, signed, way.mail_from, world.dns, timeout_s / 2),
        spam_marks=spam_marks(raw, way.ends),
        sender=Sender(header_from=author),
        now=world.now,
    )
    seen = dataclasses.replace(seen, sender=_sender(seen))
    return MessageView(seen, judge(seen))


def _sender(seen: Seen) -> Sender:
    """The stream of mail that the message belongs to. A forwarded copy shows its envelope and relay to nobody."""
    hop = None if seen.way.forwarded else seen.way.handed_over
    return Sender(
        header_from=seen.form.author.domain,
        mail_from=seen.way.mail_from,
        ip=hop.ip if hop else "",
        helo=hop.helo if hop and "." in hop.helo else "",
        relay=_relay(seen.way.submitted_to, hop),
        signatures=tuple(
            Signature(each.tags.domain, each.tags.selector, _verified(seen, each))
            for each in seen.signatures
            if each.tags.domain and each.tags.selector and not seen.outdated(each)
        ),
        known_by="message",
    )


def _relay(submitted_to: str, hop: Hop | None) -> str:
    """The host that the site submits to. A service that takes mail over HTTP shows itself only where it hands over."""
    if hop and hop.reverse and not senders.by_relay(submitted_to) and senders.by_relay(hop.reverse):
        return hop.reverse
    return submitted_to


def _verified(seen: Seen, signature: SignatureSeen) -> bool | None:
    if signature.outcome in (Outcome.VERIFIED, Outcome.UNSEEN):
        return True if signature.outcome is Outcome.VERIFIED else None
    said = said_of(seen, signature) if signature.outcome in OF_THE_COPY else None
    return None if said and said.result == "pass" else False
