"""What can happen at the network door, drawn as a tree.

NetworkError                 host, port, phase, seconds, detail
├── NotAllowed               the egress policy refuses the address
├── HostUnknown              the name does not exist, or has no address
├── DNSUnavailable           no name server gave an answer that can be used
├── ConnectRefused           nothing listens there, or a rule answers "no"
├── ConnectTimedOut          no answer to the connection attempt
├── NoRoute                  this machine has no way to that address
├── Dropped                  the other side closed the connection
├── Silent                   connected, and then nothing within the limit
├── TooMuch                  more than the limit was sent to us
├── NotHTTP                  what came is no HTTP answer that can be used
└── TLSFailed                kind: expired, not_yet_valid, name_mismatch, untrusted,
                             version, wrong_mode or handshake
"""

from __future__ import annotations

from typing import Any, Literal

TLSFault = Literal[
    "expired",  # the certificate's time is over
    "not_yet_valid",  # or has not begun: often a wrong clock
    "name_mismatch",  # good, but of another name
    "untrusted",  # self-signed, unknown CA, or an incomplete chain
    "version",  # no protocol version or cipher in common
    "wrong_mode",  # the other side does not speak TLS there
    "handshake",  # anything else; `detail` has OpenSSL's words
]


class NetworkError(Exception):
    """Something at the door went wrong. `phase` is resolve, connect, tls, read or write."""

    def __init__(self, host: str, port: int = 0, *, phase: str = "", seconds: float = 0.0, detail: str = "") -> None:
        self.host = host
        self.port = port
        self.phase = phase
        self.seconds = round(seconds, 3)
        self.detail = detail
        where = f"{host}:{port}" if port else host
        super().__init__(f"{where}: {detail or type(self).__name__} ({phase}, {self.seconds} s)")

    def facts(self) -> dict[str, Any]:
        """The error as a finding's evidence."""
        return {
            "what": type(self).__name__,
            "host": self.host,
            "port": self.port,
            "phase": self.phase,
            "seconds": self.seconds,
            "detail": self.detail,
        }


class NotAllowed(NetworkError):
    """The egress policy refuses every address of the host."""


class HostUnknown(NetworkError):
    """The name does not exist, or it has neither an A nor an AAAA record."""


class DNSUnavailable(NetworkError):
    """No usable answer: a time-out, SERVFAIL, REFUSED, or no name server is set."""


class ConnectRefused(NetworkError):
    """The connection was answered with a reset."""


class ConnectTimedOut(NetworkError):
    """The connection attempt was not answered in time."""


class NoRoute(NetworkError):
    """The network or host is unreachable from here."""


class Dropped(NetworkError):
    """The other side closed or reset the connection."""


class Silent(NetworkError):
    """Connected, but no whole line came within the limit."""


class TooMuch(NetworkError):
    """The other side sent more than the limit, or a line without end."""


class NotHTTP(NetworkError):
    """The other side spoke, and it was no HTTP answer, or one in a form that was not asked for."""


class TLSFailed(NetworkError):
    """The TLS handshake failed; `kind` says in which way."""

    def __init__(self, host: str, port: int, kind: TLSFault, *, seconds: float = 0.0, detail: str = "") -> None:
        super().__init__(host, port, phase="tls", seconds=seconds, detail=detail or kind)
        self.kind: TLSFault = kind

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "kind": self.kind}
