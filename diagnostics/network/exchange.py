"""One DNS question to one server after another until a reply can be used: UDP, and TCP for what is cut off.

Each server gets its question from a socket of its own, connected to it, so that the
system picks a random port and drops what others send (RFC 5452). The sockets stay open
until the end: an answer that comes late is still an answer.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import dns.rcode

from diagnostics.network.nameservers import NameServer, NameServers
from diagnostics.network.wire import Nonsense, Question, failure, is_truncated, rcode

Read = TypeVar("Read")
ONE_TRY = 0.3  # of the time allowed: then the next server is asked, or the same again
ONLY_TRY = 0.4  # of the time allowed, where no server has answered anything lately
MOST_STRAYS = 50  # datagrams of one server that answer something else; more are not listened to
_MOST_OCTETS = 65535
_ANSWERS = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


class NoReply(Exception):
    """No server gave a reply that can be used; the text says who did what."""


class Exchange(Generic[Read]):
    """Asks *servers* what *make* builds (with or without EDNS), until *read* takes a reply (or raises Nonsense)."""

    def __init__(
        self, servers: NameServers, make: Callable[[bool], Question], read: Callable[[Question, bytes], Read]
    ) -> None:
        self._servers = servers
        self._make = make
        self._read = read
        self._loop = asyncio.get_running_loop()
        self._sockets: dict[str, socket.socket] = {}
        self._questions: dict[str, Question] = {}
        self._heard: deque[tuple[NameServer, bytes | OSError]] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._strays: dict[str, int] = {}
        self._plain: set[str] = set()  # servers that do not know EDNS
        self._said: dict[str, None] = {}  # in order, each once

    async def run(self, timeout_s: float) -> Read:
        """What *read* made of the first reply that can be used. Raises NoReply within *timeout_s*."""
        try:
            left = self._servers.in_order()
        except ValueError as error:
            raise NoReply(str(error)) from error
        ends = time.monotonic() + timeout_s * (ONLY_TRY if self._servers.are_silent else 1)
        try:
            turn = 0
            while left and (now := time.monotonic()) < ends:
                server = left[turn % len(left)]
                turn += 1
                self._send(server)
                until = min(ends, now + timeout_s * ONE_TRY)
                while server in left:
                    heard = await self._next(until)
                    if heard is None:
                        self._note_silence(server, now)
                        break
                    who, reply = heard
                    if isinstance(reply, bytes) and rcode(reply) == dns.rcode.FORMERR and str(who) not in self._plain:
                        self._plain.add(str(who))  # from before RFC 6891: once more without EDNS
                        self._send(who)
                        continue
                    try:
                        return await self._used(who, reply, ends)
                    except NoReply as error:
                        self._said[str(error)] = None
                        left = [each for each in left if each is not who]
            raise NoReply("; ".join(self._said))
        finally:
            for sock in self._sockets.values():
                self._loop.remove_reader(sock)
                sock.close()

    async def _used(self, who: NameServer, reply: bytes | OSError, ends: float) -> Read:
        """What *read* makes of it. Raises NoReply with what this server did instead."""
        if isinstance(reply, OSError):
            raise NoReply(f"{who}: {_why(reply)}")
        question = self._questions[str(who)]
        if is_truncated(reply):
            reply = await _over_tcp(who, question, ends)
        if rcode(reply) not in _ANSWERS:
            raise NoReply(f"{who} answered {failure(reply)}")
        try:
            return self._read(question, reply)
        except Nonsense as error:
            raise NoReply(f"{who} answered with {error}") from error

    def _send(self, server: NameServer) -> None:
        key = str(server)
        if key not in self._questions or key in self._plain:
            self._questions[key] = self._make(key not in self._plain)
        try:
            if key not in self._sockets:
                family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
                sock = self._sockets[key] = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
                sock.connect((server.address, server.port))
                self._loop.add_reader(sock, self._readable, server, sock)
            self._sockets[key].send(self._questions[key].octets)
        except OSError as error:
            self._hear(server, error)

    def _readable(self, server: NameServer, sock: socket.socket) -> None:
        try:
            reply = sock.recv(_MOST_OCTETS)
        except BlockingIOError:
            return
        except OSError as error:  # ICMP said that nobody listens, or there is no way
            self._hear(server, error)
            return
        if self._questions[str(server)].fits(reply):
            server.was_heard()
            self._hear(server, reply)
        else:  # somebody guesses, or the server is confused: go on waiting for the real answer
            strays = self._strays[str(server)] = self._strays.get(str(server), 0) + 1
            if strays >= MOST_STRAYS:
                self._loop.remove_reader(sock)

    def _hear(self, server: NameServer, what: bytes | OSError) -> None:
        self._heard.append((server, what))
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _next(self, until: float) -> tuple[NameServer, bytes | OSError] | None:
        """What came next, from whichever server; None when nothing did."""
        if not self._heard:
            self._wake = self._loop.create_future()
            timer = self._loop.call_later(max(0.0, until - time.monotonic()), _finish, self._wake)
            try:
                await self._wake
            finally:
                timer.cancel()
        return self._heard.popleft() if self._heard else None

    def _note_silence(self, server: NameServer, since: float) -> None:
        server.was_silent(since)
        if strays := self._strays.get(str(server)):
            self._said[f"{server} sent what is no answer to this question ({strays} times)"] = None
        else:
            self._said[f"no answer from {server}"] = None


async def _over_tcp(server: NameServer, question: Question, ends: float) -> bytes:
    """The whole reply (RFC 7766). Raises NoReply."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as sock:
            async with asyncio.timeout(max(0.0, ends - time.monotonic())):
                await loop.sock_connect(sock, (server.address, server.port))
                await loop.sock_sendall(sock, len(question.octets).to_bytes(2, "big") + question.octets)
                size = int.from_bytes(await _received(sock, 2), "big")
                reply = await _received(sock, size)
    except TimeoutError as error:
        raise NoReply(f"{server}'s answer is too long for UDP, and did not come by TCP in time") from error
    except OSError as error:
        raise NoReply(f"{server}'s answer is too long for UDP, and TCP failed: {_why(error)}") from error
    if not question.fits(reply) or is_truncated(reply):
        raise NoReply(f"{server} sent by TCP what is no answer to this question")
    return reply


async def _received(sock: socket.socket, size: int) -> bytes:
    octets = bytearray()
    while len(octets) < size:
        if not (more := await asyncio.get_running_loop().sock_recv(sock, size - len(octets))):
            raise ConnectionError("the server closed the connection")
        octets += more
    return bytes(octets)


def _why(error: OSError) -> str:
    """The system's words, where asyncio has put its own in front of them."""
    return os.strerror(error.errno) if error.errno else str(error)


def _finish(wake: asyncio.Future[None]) -> None:
    if not wake.done():
        wake.set_result(None)
