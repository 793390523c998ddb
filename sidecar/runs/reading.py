"""What an event says of itself, before anybody looked: the name under which its like are one."""

from __future__ import annotations

import logging
import re

from diagnostics.mail import replies
from sidecar.store.events import Event
from sidecar.tickets import fingerprint

log = logging.getLogger(__name__)


def reading_of(event: Event) -> str:
    """A fingerprint: of the fault that its words name, else of its kind, host and lasting words."""
    data = event.data
    host = str(data.get("host") or "")
    if event.type != "mail.failed":
        words = str(data.get("last_line") or data.get("message") or "")
        return fingerprint(event.site_id, event.type, f"{host} {_lasting(words)}")
    dialogue = data.get("dialogue")
    lines = [str(line) for line in dialogue] if isinstance(dialogue, list) else []
    text = "\n".join([str(data.get("error") or ""), *lines])
    try:
        read = replies.read(text, host=host, mailer=str(data.get("mailer") or ""))
    except Exception as error:  # a text that our reader breaks on is no reason to lose the event
        log.error("reading the event %s broke: %s", event.id, type(error).__name__)
        return fingerprint(event.site_id, "unread", f"{host} {_lasting(text)}")
    if read.classified:
        return fingerprint(event.site_id, read.code.code, read.subject)
    return fingerprint(event.site_id, read.code.code, f"{host} {_lasting(text)}")


def _lasting(text: str) -> str:
    """The words without those that carry a digit: ids, times, addresses."""
    return " ".join(word for word in re.findall(r"\S+", text.casefold()) if not re.search(r"\d", word))[:500]
