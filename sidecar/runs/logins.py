"""What admins gave to be tried once: each log-in for one run, sealed, in this process's memory and nowhere else.

DESIGN, Personal data: sealed to the sidecar's key, bound to run, host and expiry, used once,
in no step's stored input, and dropped: when it is used, when its run ends, when it is old.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from diagnostics.check import Login, LoginWithheld
from sidecar.keys import BadSeal

LIFE_S = 300.0

OLD = "it was given more than five minutes ago"
USED = "it was tried already, and each is tried once"
GIVEN_BEFORE = "the same message had brought it for an earlier run"
INTERRUPTED = "it was given for a run that was interrupted, and it is kept in memory only"
UNREADABLE = "it was not sealed to this sidecar's key, or a part of it is missing"
OTHER_SITE = "it was sealed for another site"


@dataclass
class _Kept:
    site_id: str
    sealed: str = field(repr=False)
    timer: threading.Timer


class Logins:
    """The keeper. It is given sealed texts, and opens one only in the moment in which it is handed out."""

    def __init__(
        self,
        open_sealed: Callable[[str], Mapping[str, Any]],
        now: Callable[[], datetime],
        *,
        life_s: float = LIFE_S,
    ) -> None:
        self._open, self._now, self._life_s = open_sealed, now, life_s
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._gone: dict[str, str] = {}  # run -> why it has none any more
        self._seen: dict[bytes, float] = {}  # digest -> when: a message that is sent again brings nothing

    def keep(self, run_id: str, site_id: str, sealed: str) -> None:
        """Keep what *site_id* gave for this run, for five minutes at most."""
        digest, now = hashlib.sha256(sealed.encode()).digest(), time.monotonic()
        with self._lock:
            # The doors take a signature for five minutes to either side of its time: nothing older comes again.
            self._seen = {each: at for each, at in self._seen.items() if now - at < 2 * LIFE_S}
            if digest in self._seen:
                self._gone[run_id] = GIVEN_BEFORE
                return
            self._seen[digest] = now
            timer = threading.Timer(self._life_s, self._let_go, (run_id, OLD))
            timer.daemon = True
            self._kept[run_id] = _Kept(site_id, sealed, timer)
            timer.start()

    def hand_out(self, run_id: str, site_id: str, host: str, port: int) -> Login:
        """The log-in for this run at *host* and *port*; it is dropped whatever comes of it. Raises LoginWithheld."""
        kept = self._let_go(run_id, USED)
        if kept is None:
            raise LoginWithheld(self._gone.get(run_id, INTERRUPTED))
        try:
            given = self._open(kept.sealed)
            good_until = datetime.fromisoformat(given["expires_at"])
            where = given["host"].rstrip(".").lower(), int(given["port"])
            login = Login(given["username"], given["password"], given.get("stored") is True)
            whole = isinstance(login.username, str) and isinstance(login.password, str) and login.username
        except (BadSeal, KeyError, TypeError, ValueError, AttributeError):
            whole = ""
        if not whole or good_until.tzinfo is None:
            raise LoginWithheld(UNREADABLE)
        if given.get("site") != site_id or kept.site_id != site_id:
            raise LoginWithheld(OTHER_SITE)
        if where != (host.rstrip(".").lower(), port):
            raise LoginWithheld(f"it was given for {where[0]}:{where[1]}, and the settings in force name {host}:{port}")
        if good_until <= self._now():
            raise LoginWithheld(OLD)
        return login

    def holds(self, run_id: str) -> bool:
        """Whether there is one for this run."""
        with self._lock:
            return run_id in self._kept

    def drop(self, run_id: str) -> None:
        """The run has ended: nothing of it is known any more."""
        self._let_go(run_id, "")
        with self._lock:
            self._gone.pop(run_id, None)

    def _let_go(self, run_id: str, why: str) -> _Kept | None:
        with self._lock:
            kept = self._kept.pop(run_id, None)
            if kept is not None:
                kept.timer.cancel()
                self._gone[run_id] = why
            return kept
