"""Chat, push and mail by apprise: one address a delivery, the reason kept, the address never shown.

apprise returns an object that is false when nobody was told, blocks while it waits, and
gives its reason only as log lines (which name the address): so they are taken from the
result, cleaned, and its logger is cut off from ours.
"""

from __future__ import annotations

import logging
import re
import urllib.parse

import apprise

from sidecar.config_values import service_of
from sidecar.notify.channel import Refused, Unavailable

PATIENCE_S = 30.0
REASON_LETTERS = 300
TELLING = ("WARNING", "ERROR", "CRITICAL")

ITS_LOG = logging.getLogger("apprise")
ITS_LOG.propagate = False
ITS_LOG.addHandler(logging.NullHandler())


def send(address: str, title: str, text: str) -> None:
    """Tell *address*. Raises Refused (mend the settings) or Unavailable (come back later)."""
    service = service_of(address)
    if service is None:
        raise Refused("apprise does not understand this address")
    ITS_LOG.setLevel(logging.DEBUG)  # the reason stands only there; nothing of it goes further than the result
    outgoing = apprise.Apprise()
    outgoing.add(service)
    outcome = outgoing.notify(
        title=title,
        body=text,
        body_format=apprise.NotifyFormat.TEXT,
        timeout=PATIENCE_S,
        log_level=logging.DEBUG,
    )
    if outcome:
        return
    lines = [entry.message for entry in outcome.logs() if entry.level in TELLING or "Exception" in entry.message]
    raise Unavailable(without_address(" ".join(lines), address) or "the channel did not take it and gave no reason")


def without_address(reason: str, address: str) -> str:
    """*reason* in one line, with every part of *address* but the name of its service cut out."""
    for part in sorted(_parts(address), key=len, reverse=True):
        reason = reason.replace(part, "***")
    return " ".join(reason.split())[:REASON_LETTERS]


def _parts(address: str) -> set[str]:
    _, _, rest = address.partition("://")
    words = {rest, *re.split(r"[/:@?&=;,]+", rest)}
    words |= {urllib.parse.unquote(word) for word in words}
    words |= {f"{user}@{host}" for user in words for host in words if user and host and "@" not in user + host}
    return {word for word in words if len(word) > 3}
