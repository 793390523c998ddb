"""The outbox: what a ticket owes to each channel once, sent again with growing delay until it is taken."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sidecar.notify import apprise_channel
from sidecar.notify.channel import Refused, Unavailable
from sidecar.store import messages
from sidecar.store.database import Database
from sidecar.store.messages import Message

FIRST_DELAY_S = 15.0
LONGEST_DELAY_S = 3600.0
MOST_ATTEMPTS = 12  # with these delays: about six hours

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """One message as people read it."""

    title: str
    text: str


def owe(db: Database, ticket_id: int, kind: str, turn: int, channels: Sequence[str], now: datetime) -> None:
    """Each channel is owed this message once; *turn* counts the ticket's reopenings."""
    for place in range(len(channels)):
        messages.owe_message(db, ticket_id, kind, turn, str(place + 1), now)


def deliver_due(
    db: Database,
    channels: Sequence[str],
    word: Callable[[Message], Notice | None],
    now: Callable[[], datetime],
) -> int:
    """Send what is due; how many were taken. *word* says a message, or None where it is of no use any more.

    A process that dies between sending and noting it sends once more: better twice than never.
    """
    taken = 0
    for message in messages.due_messages(db, now()):
        place = int(message.channel)
        notice = word(message)
        if place > len(channels):
            messages.message_failed(db, message.id, "this channel was taken out of the settings", None)
        elif notice is None:
            messages.message_failed(db, message.id, "nothing to say any more", None)
        else:
            taken += _deliver(db, channels[place - 1], message, notice, now)
    return taken


def _deliver(db: Database, address: str, message: Message, notice: Notice, now: Callable[[], datetime]) -> int:
    try:
        apprise_channel.send(address, notice.title, notice.text)
    except Refused as error:
        _failed(db, message, str(error), None)
    except Unavailable as error:
        attempt = message.attempts + 1
        wait_s = error.retry_after_s or min(FIRST_DELAY_S * 2**message.attempts, LONGEST_DELAY_S)
        _failed(db, message, str(error), now() + timedelta(seconds=wait_s) if attempt < MOST_ATTEMPTS else None)
    else:
        messages.message_sent(db, message.id, now())
        return 1
    return 0


def _failed(db: Database, message: Message, reason: str, next_at: datetime | None) -> None:
    messages.message_failed(db, message.id, reason, next_at)
    log.warning(
        "notify: channel %s did not take message %s of ticket %s: %s",
        message.channel,
        message.id,
        message.ticket_id,
        reason,
    )
