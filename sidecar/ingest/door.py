"""Who knocks: sizes, signatures, rate and clock, before a byte of the body is believed; and the signed answer.

docs/protocol.md, Signatures. What lies at a door is a function that is given a Call and
returns a status and an object; everything else happens here.
"""

from __future__ import annotations

import functools
import json
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Request, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from sidecar.ingest.envelope import read_object
from sidecar.ingest.rate import Rate
from sidecar.ingest.refusal import Refusal
from sidecar.keys import TO_SIDECAR, TO_SITE, SealingKey, derive, sign, verify
from sidecar.store import Database, sites
from sidecar.store.database import instant
from sidecar.store.sites import Caller
from sidecar.store.trouble import explain

if TYPE_CHECKING:
    from sidecar.services import Services

log = logging.getLogger(__name__)

LARGEST = 1024 * 1024
TOLERANCE_S = 300
OLD_SECRET_LIVES = timedelta(minutes=10)
SEEN_EVERY = timedelta(seconds=30)
RETRY_S = 5
SECRETS_KEPT = 5_000

Answer = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Call:
    """A message that was verified: whose it is, its body, and when it came."""

    site: Caller
    body: bytes
    now: datetime

    def json(self) -> dict[str, Any]:
        """The body's JSON object. Raises Refusal."""
        return read_object(self.body)


View = Callable[[Call], Answer]


@dataclass
class _Turn:
    """What is known of one request so far; answers are signed once there is a key."""

    site_id: str
    message_id: str
    answer_key: bytes | None = None


class Doors:
    """The signed doors of one sidecar."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._secrets = _Secrets(services.sealing)
        self._rate = Rate(services.settings.requests_per_minute)

    def door(self, name: str) -> Callable[[View], Callable[[], Response]]:
        """A Flask view from a function that is given what was verified at door *name*."""

        def wrap(view: View) -> Callable[[], Response]:
            @functools.wraps(view)
            def answered() -> Response:
                turn = _Turn(request.headers.get("aftercare-site", ""), request.headers.get("webhook-id", ""))
                try:
                    status, body = view(self._let_in(name, turn))
                    return answer(status, body, turn.message_id, turn.answer_key)
                except Refusal as refusal:
                    return refused(refusal, turn.message_id, turn.answer_key)
                except sqlite3.OperationalError as error:
                    return refused(store_away(error, self._db), turn.message_id, turn.answer_key)

            return answered

        return wrap

    def _let_in(self, door: str, turn: _Turn) -> Call:
        if not 0 < len(turn.site_id) <= 80 or not 0 < len(turn.message_id) <= 200:
            raise Refusal("signature", "The headers aftercare-site and webhook-id are needed.")
        caller = sites.caller(self._db, turn.site_id)
        known = caller if caller and caller.state == "paired" and caller.secret_sealed else None
        try:
            body = read_body(request)
        except Refusal:
            # Nothing of it was read, so nothing was verified; but a plugin believes a "too large" only if it is signed.
            turn.answer_key = self._keys_of(known.secret_sealed, door)[1] if known and known.secret_sealed else None
            raise
        if known is None:
            raise Refusal("not_paired", "This site is not paired with this sidecar.")
        now = datetime.now(UTC)
        timestamp = request.headers.get("webhook-timestamp", "")
        signature = request.headers.get("webhook-signature", "")
        for sealed in self._good_secrets(known, now):
            incoming, outgoing = self._keys_of(sealed, door)
            if verify(incoming, turn.message_id, timestamp, body, signature):
                break
        else:
            raise Refusal("signature", "The signature is not right for this site and this door.")
        turn.answer_key = outgoing
        if wait_s := self._rate.wait_s(known.id):
            raise Refusal("too_many", f"That is too many requests. Come back in {wait_s} s.", retry_after_s=wait_s)
        off_s = int(timestamp) - now.timestamp() if timestamp.isascii() and timestamp.isdigit() else None
        if off_s is None or abs(off_s) > TOLERANCE_S:
            if off_s is not None and len(timestamp) < 12:
                # It signed with the offset that it knew: how far its own clock is off is what we knew, and this.
                off_s = round(off_s + (known.clock_offset_s or 0.0), 1)
                sites.seen(self._db, known.id, now, plugin_version="", clock_offset_s=off_s)
            raise Refusal("clock", "The message is not of now by the sidecar's clock.", time=instant(now))
        if sealed == known.next_secret_sealed:
            sites.rotation_ended(self._db, known.id, sealed)
        return Call(known, body, now)

    @staticmethod
    def _good_secrets(site: Caller, now: datetime) -> list[str]:
        """The secret, and during a rotation the next one; the old one's time is limited."""
        good = []
        rotating = site.next_secret_sealed is not None and site.next_secret_at is not None
        if site.secret_sealed and not (
            rotating and site.next_secret_at and now > site.next_secret_at + OLD_SECRET_LIVES
        ):
            good.append(site.secret_sealed)
        if site.next_secret_sealed:
            good.append(site.next_secret_sealed)
        return good

    def _keys_of(self, sealed: str, door: str) -> tuple[bytes, bytes]:
        return self._secrets.keys(sealed, door)


class _Secrets:
    """Unsealed secrets' keys, by the sealed text: a rotation or an unpairing, by whomever, changes that text."""

    def __init__(self, sealing: SealingKey) -> None:
        self._sealing = sealing
        self._kept: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self._lock = threading.Lock()

    def keys(self, sealed: str, door: str) -> tuple[bytes, bytes]:
        """The key that messages come in by, and the one that answers go out by. Raises Refusal."""
        if (found := self._kept.get((sealed, door))) is not None:
            return found
        try:
            secret = self._sealing.open(sealed)
            keys = derive(secret, door, TO_SIDECAR), derive(secret, door, TO_SITE)
        except ValueError as error:  # a BadSeal too
            log.error("a site's secret cannot be used: %s", error, extra={"door": door})
            message = "The sidecar cannot open this site's keys. Was its sealing key changed?"
            raise Refusal("unavailable", message, retry_after_s=600) from None
        with self._lock:
            if len(self._kept) >= SECRETS_KEPT:
                self._kept.clear()
            self._kept[sealed, door] = keys
        return keys


def read_body(asked: Request, largest: int = LARGEST) -> bytes:
    """The body, at most *largest* bytes of it read. Raises Refusal: too_large."""
    if asked.content_length is not None and asked.content_length > largest:
        raise _too_large(largest)
    asked.max_content_length = largest  # also counts what comes in chunks, without a length
    try:
        return asked.stream.read()
    except RequestEntityTooLarge:
        raise _too_large(largest) from None


def answer(status: int, body: Mapping[str, Any], message_id: str, key: bytes | None) -> Response:
    """A JSON answer, signed where there is a key."""
    content = json.dumps(body, separators=(",", ":")).encode()
    response = Response(content, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if key is not None:
        timestamp = str(int(time.time()))
        response.headers["webhook-id"] = message_id
        response.headers["webhook-timestamp"] = timestamp
        response.headers["webhook-signature"] = sign(key, message_id, timestamp, content)
    return response


def refused(refusal: Refusal, message_id: str, key: bytes | None) -> Response:
    """A refusal as an answer."""
    response = answer(refusal.status, refusal.body, message_id, key)
    if refusal.retry_after_s:
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def store_away(error: sqlite3.Error, db: Database) -> Refusal:
    """503: the store cannot take it now. The log says why; strangers need not know where it lies."""
    log.error(explain(error, db.path))
    message = "The sidecar cannot write just now; nothing was changed. Send it again later."
    return Refusal("unavailable", message, retry_after_s=RETRY_S)


def new_message_id() -> str:
    """An id for an answer to a message that had none."""
    return f"msg_{secrets.token_hex(12)}"


def _too_large(largest: int) -> Refusal:
    return Refusal("too_large", f"A body holds at most {largest} bytes.")
