"""The name servers that are asked, and which of them have been silent: those that answer come first."""

from __future__ import annotations

import contextlib
import ipaddress
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dns.nameserver

RESOLV_CONF = Path("/etc/resolv.conf")
SHUNNED_S = 30.0  # for so long a silent server is asked last
GIVEN_UP_AFTER = 6  # silences in a row: then a question waits for less, see `are_silent`


def read_nameserver(text: str) -> dns.nameserver.Do53Nameserver:
    """192.0.2.1, 192.0.2.1:5353, 2001:db8::1 or [2001:db8::1]:5353. Raises ValueError."""
    if text.startswith("["):
        address, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, ""
    if not (port or "53").isdecimal() or not 0 < int(port or 53) < 65536:
        raise ValueError(f"no port: {port}")
    return dns.nameserver.Do53Nameserver(str(ipaddress.ip_address(address)), int(port or 53))


@dataclass
class NameServer:
    """One server, and when it was last heard (seconds of the monotonic clock)."""

    address: str
    port: int
    heard_at: float = -math.inf
    silent_at: float = -math.inf
    silences: int = 0  # questions in a row on which nothing at all came back

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback

    def was_heard(self) -> None:
        """It answered, whatever it said."""
        self.heard_at = time.monotonic()
        self.silences = 0

    def was_silent(self, since: float) -> None:
        """A question of *since* got no answer. One that others heard from meanwhile is slow, not silent."""
        if self.heard_at < since:
            self.silent_at = time.monotonic()
            self.silences += 1

    @property
    def is_shunned(self) -> bool:
        return self.silences > 0 and time.monotonic() - self.silent_at < SHUNNED_S


@dataclass
class NameServers:
    """Those in *given*, or the system's when there are none (its file is read anew when it changes)."""

    given: Sequence[str] = ()
    resolv_conf: Path = RESOLV_CONF
    _known: list[NameServer] = field(default_factory=list)
    _trusts_ad: bool = False
    _read: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        servers = [read_nameserver(text) for text in self.given]
        self._known = [NameServer(each.address, each.port) for each in servers]

    def in_order(self) -> list[NameServer]:
        """As they are written, the silent ones last. Raises ValueError when there is none."""
        self._refresh()
        if not self._known:
            raise ValueError(f"no name server: {self.resolv_conf} has none")
        if not any(each.silences for each in self._known):
            return list(self._known)
        return sorted(self._known, key=lambda each: each.is_shunned)

    @property
    def are_silent(self) -> bool:
        """Nobody has answered for so long that one wait tells as much as three."""
        return all(each.silences >= GIVEN_UP_AFTER and each.is_shunned for each in self._known)

    @property
    def are_on_this_machine(self) -> bool:
        """Whether every one is on loopback, or the system's file says that their AD can be believed (trust-ad)."""
        with contextlib.suppress(ValueError):  # no server at all: nobody to believe
            self._refresh()
        return bool(self._known) and (self._trusts_ad or all(each.is_loopback for each in self._known))

    def _refresh(self) -> None:
        if self.given:
            return
        try:
            state = self.resolv_conf.stat()
            if self._read == (state.st_mtime_ns, state.st_ino):
                return
            text = self.resolv_conf.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise ValueError(f"no name server: {error}") from error
        lines = [line.split() for line in text.splitlines() if line[:1] not in ("#", ";")]
        addresses = [words[1] for words in lines if words[:1] == ["nameserver"] and len(words) > 1]
        self._known = [NameServer(str(ipaddress.ip_address(each)), 53) for each in addresses]
        self._trusts_ad = any(words[:1] == ["options"] and "trust-ad" in words for words in lines)
        self._read = (state.st_mtime_ns, state.st_ino)
