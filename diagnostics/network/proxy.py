"""An HTTP proxy on loopback for one browser: the same egress policy as every check, for what opens its own sockets.

It takes CONNECT and the absolute form (RFC 9110 §9.3.6, RFC 9112 §3.2.2) from whoever knows the credential of this
one job, asks DNS itself, holds the addresses against the policy and connects to the one that it checked: a name that
changes its mind between the two (DNS rebinding) gains nothing. Bytes, seconds and connections have limits.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TypeVar
from urllib.parse import urlsplit

from diagnostics.network.door import Network
from diagnostics.network.errors import NetworkError, NotAllowed

HEAD_LIMIT = 64 * 1024
HEAD_S = 15.0
CONNECT_S = 10.0
IDLE_S = 40.0
MOST_CONNECTIONS = 64
BYTE_LIMIT = 32 * 1024 * 1024  # of one job, from the network to the browser
MOST_NOTED = 200
_Why = TypeVar("_Why")
_WEB_PORTS = (80, 443)  # and those from 1024 on: below are mail, shells and other services that a page has no use for


class EgressProxy:
    """Use it as an asynchronous context manager; it listens from entering to leaving.

    *held_back* says why a host is not to be reached at all ("" where it may): trackers, in a test of a form.
    """

    def __init__(
        self, network: Network, *, held_back: Callable[[str], str] = lambda _: "", byte_limit: int = BYTE_LIMIT
    ) -> None:
        self.username = "aftercare"
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self.received = 0  # bytes from the network
        self.refused = 0  # connections without the credential
        self.over = ""  # the host at which the limit of bytes was reached
        self.failures: dict[str, NetworkError] = {}  # by "host:port"
        self.held: dict[str, str] = {}  # hosts held back, and why
        self._network = network
        self._held_back = held_back
        self._byte_limit = byte_limit
        self._wanted = b"Basic " + base64.b64encode(f"{self.username}:{self.password}".encode())
        self._slots = asyncio.Semaphore(MOST_CONNECTIONS)
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens, as `--proxy-server` wants it."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0, limit=HEAD_LIMIT)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def failure(self, host: str, port: int) -> NetworkError | None:
        """Why *host* could not be reached; None where it could, or nobody asked."""
        return self.failures.get(f"{host}:{port}")

    # -- one connection ---------------------------------------------------

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.get_running_loop().create_task(self._whole(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _whole(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._slots:
                await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the browser or the server hung up: the other side sees it by its own connection
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_S):
            head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        words = first.split(b" ")
        if len(words) != 3:
            return await _answer(writer, b"400 Bad Request")
        given = b"".join(line.partition(b":")[2].strip() for line in lines if _name(line) == b"proxy-authorization")
        if not hmac.compare_digest(given, self._wanted):
            self.refused += bool(given)
            return await _answer(writer, b'407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="a"')
        method, target, version = words
        tunnel = method == b"CONNECT"
        where = _authority(b"//" + target if tunnel else target, tunnel)
        if where is None:
            return await _answer(writer, b"400 Bad Request")
        host, port, path = where
        if why := self._held_back(host):
            self._note(self.held, host, why)
            return await _answer(writer, b"403 Forbidden")
        upstream = await self._connect(host, port)
        if upstream is None:
            # An answer in the site's place could be taken for the site's: in clear, hanging up is the answer.
            return await _answer(writer, b"502 Bad Gateway") if tunnel else None
        there, thither = upstream
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                kept = [line for line in lines if _name(line) not in _OURS]
                thither.write(b"\r\n".join([b" ".join((method, path, version)), *kept, b"Connection: close", b"", b""]))
            await self._both_ways(host, reader, writer, there, thither)
        finally:
            thither.close()
        return None

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        try:
            if port not in _WEB_PORTS and port < 1024:
                raise NotAllowed(host, port, phase="resolve", detail=f"port {port} is not one that web pages use")
            sock = await self._network.open_socket(host, port, CONNECT_S)
        except NetworkError as error:
            self._note(self.failures, f"{host}:{port}", error)
            return None
        except ValueError as error:  # what can be no name
            self._note(self.failures, f"{host}:{port}", NetworkError(host, port, phase="resolve", detail=str(error)))
            return None
        return await asyncio.open_connection(sock=sock)

    async def _both_ways(
        self,
        host: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        thither: asyncio.StreamWriter,
    ) -> None:
        async def up() -> None:
            while data := await reader.read(65536):
                thither.write(data)
                await thither.drain()
            with suppress(OSError):
                thither.write_eof()

        async def down() -> None:
            while True:
                async with asyncio.timeout(IDLE_S):
                    data = await there.read(65536)
                if not data:
                    return
                self.received += len(data)
                if self.received > self._byte_limit:
                    self.over = self.over or host
                    return
                writer.write(data)
                await writer.drain()

        sending = asyncio.create_task(up())
        try:
            await down()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    @staticmethod
    def _note(where: dict[str, _Why], what: str, why: _Why) -> None:
        if len(where) < MOST_NOTED:
            where.setdefault(what, why)


_OURS = (b"proxy-authorization", b"proxy-connection", b"connection", b"keep-alive")


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _authority(target: bytes, tunnel: bool) -> tuple[str, int, bytes] | None:
    """Host, port and path of *target*; None for what is none."""
    try:
        parts = urlsplit(target.decode("ascii"))
        port = parts.port or (0 if tunnel else 80)
    except (UnicodeDecodeError, ValueError):
        return None
    if not parts.hostname or not port or (not tunnel and parts.scheme != "http"):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port, path.encode("ascii")


async def _answer(writer: asyncio.StreamWriter, status: bytes) -> None:
    writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
