"""One signed command envelope on its way to a site, and the signed answer: the same on every road.

docs/protocol.md, The door of the site. A site whose clock is off says so, signed; the message
goes again with its time. During a rotation the site knows the next secret for sure.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sidecar.keys import TO_SIDECAR, TO_SITE, SealingKey, derive, sign, verify
from sidecar.scrub import scrub, scrub_all
from sidecar.store.sites import Site
from sidecar.wordpress.http import NoReply

STATES = ("done", "failed", "unknown")
REFUSALS = ("not_paired", "signature", "too_large")


class SiteRefuses(Exception):
    """The plugin itself said no, on this road as it would on any other."""


@dataclass(frozen=True)
class Message:
    """What a road carries."""

    site: str
    id: str
    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True)
class Response:
    """What a road brings back, before anything of it is believed. `refusal` is an unsigned no of the plugin's."""

    id: str
    timestamp: str
    signature: str
    body: bytes
    refusal: str = ""
    why: str = ""  # what the road saw, for the case that the signature is wrong


@dataclass(frozen=True)
class Outcome:
    """How the command ended, as the site says, scrubbed; and which secret it proved to hold."""

    state: str
    result: dict[str, Any]
    error: str
    sealed: str


Carry = Callable[[Message], Response]


def exchange(site: Site, sealing: SealingKey, envelope: dict[str, Any], carry: Carry) -> Outcome:
    """Send *envelope* by *carry* and verify what comes back. Raises NoReply, SiteRefuses."""
    body = json.dumps(envelope, separators=(",", ":")).encode()
    refusal = ""
    for sealed in filter(None, (site.next_secret_sealed, site.secret_sealed)):
        secret = sealing.open(sealed)
        off_s = 0
        for _ in range(2):  # the second time by the site's own clock
            message = _signed(site.id, secret, body, off_s)
            response = carry(message)
            if response.refusal:
                break
            _verify(secret, message, response)
            answer = _object(response.body)
            if answer.get("error") != "clock" or "state" in answer:
                return _outcome(envelope["id"], answer, sealed)
            off_s = int(response.timestamp) - int(time.time())
        else:
            raise SiteRefuses("the site's clock does not stand still: it refused its own time")
        refusal = response.refusal
        if refusal != "signature":
            break
    raise SiteRefuses(
        {
            "not_paired": "the plugin there is not paired (any more): pair it again",
            "signature": "the plugin there does not accept our signature: it is paired with another sidecar, or anew",
        }.get(refusal, f"the plugin there refused: {refusal or 'this site has no secret'}")
    )


def _signed(site_id: str, secret: bytes, body: bytes, off_s: int) -> Message:
    message_id, timestamp = f"msg_{secrets.token_hex(12)}", str(int(time.time()) + off_s)
    signature = sign(derive(secret, "commands", TO_SITE), message_id, timestamp, body)
    return Message(site_id, message_id, timestamp, signature, body)


def _verify(secret: bytes, message: Message, response: Response) -> None:
    key = derive(secret, "commands", TO_SIDECAR)
    right = response.id == message.id and response.timestamp.isascii() and response.timestamp.isdigit()
    if not (right and verify(key, message.id, response.timestamp, response.body, response.signature)):
        raise NoReply(response.why or "the answer was not signed by the site")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NoReply("the site signed something that is not a JSON object")
    return value


def _outcome(command_id: str, answer: dict[str, Any], sealed: str) -> Outcome:
    state, result, error = answer.get("state"), answer.get("result"), answer.get("error", "")
    if answer.get("id") != command_id or state not in STATES:
        raise SiteRefuses(f"the plugin there answered out of turn: {scrub(str(error or state))[:200]}")
    result = result if isinstance(result, dict) else {}  # PHP writes an empty object as an empty list
    clean = json.loads(json.dumps(scrub_all(result)).encode("utf-8", "replace"))
    return Outcome(str(state), clean, scrub(str(error)).encode("utf-8", "replace").decode()[:2_000], sealed)
