"""A connection with limits: lines in, bytes out, TLS on top when asked.

TLS runs over memory (`ssl.MemoryBIO`), so that every wait is one `sock_recv` under
one clock, what the other side really sent is known, and the limits hold below TLS too:
one byte a second and a line without end both come to an end.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time

from diagnostics.network.certificate import Certificate, fault_of
from diagnostics.network.errors import Dropped, NetworkError, Silent, TLSFailed, TooMuch

LINE_LIMIT = 8192  # RFC 5321 §4.5.3.1.5 says 512; real servers write longer ones
BYTE_LIMIT = 256 * 1024
_TLS_FIRST_BYTES = (0x15, 0x16)  # a TLS record begins with alert (21) or handshake (22)


class Stream:
    """One open connection to *host*, at the *address* that was checked."""

    def __init__(self, sock: socket.socket, host: str, port: int, *, life_s: float, byte_limit: int = BYTE_LIMIT):
        self.host = host
        self.port = port
        self.address = _peer_of(sock)
        self.certificate: Certificate | None = None
        self.tls_version = ""
        self.presented: tuple[bytes, ...] = ()  # the certificates that the server sent, DER, its own first
        self.received = 0
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._ends_at = time.monotonic() + life_s
        self._byte_limit = byte_limit
        self._phase = ""  # "tls" while shaking hands
        self._plain = bytearray()  # read and not yet handed out
        self._tls: ssl.SSLObject | None = None
        self._from_net, self._to_net = ssl.MemoryBIO(), ssl.MemoryBIO()

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.close()

    async def read_line(self, timeout_s: float = 30.0) -> bytes:
        """The next line without its end. Raises Silent, Dropped, TooMuch."""
        started = time.monotonic()
        while (end := self._plain.find(b"\n")) < 0:
            if len(self._plain) > LINE_LIMIT:
                raise self._error(TooMuch, "read", started, f"a line of more than {LINE_LIMIT} bytes")
            self._plain += await self._read_some(started, started + timeout_s)
        line = bytes(self._plain[:end]).rstrip(b"\r")
        del self._plain[: end + 1]
        return line

    async def read_some(self, timeout_s: float = 30.0) -> bytes:
        """What comes next, however little; b"" when the other side has said that it sends no more.

        Raises Silent, Dropped, TooMuch. Under TLS only its own farewell (close_notify) is such a word: a connection
        that just ends may have been cut by anybody.
        """
        if self._plain:
            data = bytes(self._plain)
            self._plain.clear()
            return data
        started = time.monotonic()
        return await self._read_some(started, started + timeout_s, may_end=True)

    async def write(self, data: bytes, timeout_s: float = 30.0) -> None:
        """Send *data*. Raises Silent when it is not taken in time, Dropped."""
        started = time.monotonic()
        if self._tls is not None:
            self._tls.write(data)
            data = self._to_net.read()
        await self._send(data, started, started + timeout_s)

    async def start_tls(self, context: ssl.SSLContext, timeout_s: float = 15.0) -> Certificate:
        """Shake hands for `host`; returns the certificate. Raises TLSFailed, Silent, Dropped."""
        started = time.monotonic()
        ends_at = started + timeout_s
        self._plain.clear()  # nothing that came in clear may be read as if it were protected
        tls = context.wrap_bio(self._from_net, self._to_net, server_hostname=self.host)
        self._phase = "tls"
        await self._shake_hands(tls, started, ends_at)
        self._phase = ""
        self._tls = tls
        self.tls_version = tls.version() or ""
        leaf = tls.getpeercert(True) or b""
        self.presented = _presented(tls) or (leaf,)
        self.certificate = Certificate.read(leaf)
        return self.certificate

    async def _shake_hands(self, tls: ssl.SSLObject, started: float, ends_at: float) -> None:
        first = True
        while True:
            try:
                tls.do_handshake()
                return await self._send(self._to_net.read(), started, ends_at)
            except ssl.SSLWantReadError:
                await self._send(self._to_net.read(), started, ends_at)
                data = await self._receive(started, ends_at)
                if first and data[0] not in _TLS_FIRST_BYTES:
                    said = data[:80].decode("ascii", "replace").strip()
                    raise TLSFailed(
                        self.host, self.port, "wrong_mode", seconds=time.monotonic() - started,
                        detail=f"the server does not speak TLS here, it said {said!r}",
                    ) from None  # fmt: skip
                first = False
                self._from_net.write(data)
            except (ssl.SSLError, ssl.CertificateError) as error:
                kind = fault_of(error) if isinstance(error, ssl.SSLError) else "name_mismatch"
                detail = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
                await self._send_quietly(self._to_net.read())
                raise TLSFailed(
                    self.host, self.port, kind, seconds=time.monotonic() - started, detail=detail
                ) from error

    def close(self) -> None:
        """Close at once; a server under test is owed no farewell."""
        self._sock.close()

    async def _read_some(self, started: float, ends_at: float, *, may_end: bool = False) -> bytes:
        while True:
            if self._tls is None:
                return await self._receive(started, ends_at, may_end=may_end)
            try:
                if (data := self._tls.read(16384)) or may_end:
                    return data
                raise self._error(Dropped, "read", started, "the server closed the connection")
            except ssl.SSLWantReadError:
                self._from_net.write(await self._receive(started, ends_at))
            except ssl.SSLError as error:
                raise self._error(Dropped, "read", started, f"TLS broke: {error.reason or error}") from error

    async def _receive(self, started: float, ends_at: float, *, may_end: bool = False) -> bytes:
        try:
            async with asyncio.timeout(min(ends_at, self._ends_at) - time.monotonic()):
                data = await self._loop.sock_recv(self._sock, 16384)
        except TimeoutError as error:
            raise self._error(Silent, "read", started, "nothing more came") from error
        except OSError as error:
            raise self._error(Dropped, "read", started, error.strerror or str(error)) from error
        if not data and not may_end:
            raise self._error(Dropped, "read", started, "the server closed the connection")
        self.received += len(data)
        if self.received > self._byte_limit:
            raise self._error(TooMuch, "read", started, f"more than {self._byte_limit} bytes")
        return data

    async def _send(self, data: bytes, started: float, ends_at: float) -> None:
        if not data:
            return
        try:
            async with asyncio.timeout(min(ends_at, self._ends_at) - time.monotonic()):
                await self._loop.sock_sendall(self._sock, data)
        except TimeoutError as error:
            raise self._error(Silent, "write", started, "the server takes nothing") from error
        except OSError as error:
            raise self._error(Dropped, "write", started, error.strerror or str(error)) from error

    async def _send_quietly(self, data: bytes) -> None:
        """Say why we hang up (a TLS alert); the handshake's own error is what counts."""
        try:
            await self._send(data, time.monotonic(), time.monotonic() + 1)
        except NetworkError:
            return

    def _error(self, kind: type[NetworkError], phase: str, started: float, detail: str) -> NetworkError:
        return kind(self.host, self.port, phase=self._phase or phase, seconds=time.monotonic() - started, detail=detail)


def _presented(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Every certificate as it was sent, unverified. Public only since Python 3.13, but there since 3.10."""
    if hasattr(tls, "get_unverified_chain"):
        return tuple(tls.get_unverified_chain() or ())
    inner = getattr(tls, "_sslobj", None)
    sent = inner.get_unverified_chain() if inner is not None else None
    # 1 is _ssl.ENCODING_PEM, 2 _ssl.ENCODING_DER
    return tuple(each.public_bytes(2) for each in sent or ())


def _peer_of(sock: socket.socket) -> str:
    try:
        return str(sock.getpeername()[0])
    except OSError:
        return ""  # it was reset at once; the first read says so
