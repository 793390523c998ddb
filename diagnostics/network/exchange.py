"""One DNS question to one server after another until a reply can be used: UDP, and TCP for what is cut off.

Each server gets its question from a socket of its own, connected to it, so that the
system picks a random port and drops what others send (RFC 5452). The sockets stay open
until the end: an answer that comes late is still an answer. A report asks some hundred
questions, so this runs on the loop's callbacks, without a task for each.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import dns.rcode

from diagnostics.network.nameservers import NameServer, NameServers
from diagnostics.network.wire import Nonsense, Question, failure, is_truncated, rcode

Read = TypeVar("Read")
ONE_TRY = 0.3  # of the time allowed: then the next server is asked, or the same again
ONLY_TRY = 0.4  # of the time allowed, where no server has answered anything lately
MOST_STRAYS = 50  # datagrams of one server that answer something else; more are not listened to
_MOST_OCTETS = 65535
_ANSWERS = (int(dns.rcode.NOERROR), int(dns.rcode.NXDOMAIN))
_FORMERR = int(dns.rcode.FORMERR)


class NoReply(Exception):
    """No server gave a reply that can be used; the text says who did what."""


@dataclass(eq=False)
class _Talk:
    """What goes on with one server."""

    server: NameServer
    question: Question
    sock: socket.socket | None = None
    edns: bool = True
    strays: int = 0


class Exchange(Generic[Read]):
    """Asks *servers* what *make* builds (with or without EDNS), until *read* takes a reply (or raises Nonsense).

    *done* is called once, with what *read* made of it, or with the exception: NoReply as a rule.
    """

    def __init__(
        self,
        servers: NameServers,
        make: Callable[[bool], Question],
        read: Callable[[Question, bytes], Read],
        done: Callable[[Read | Exception], None],
    ) -> None:
        self._servers = servers
        self._make = make
        self._read = read
        self._done = done
        self._loop = asyncio.get_running_loop()
        self._left: list[NameServer] = []
        self._talks: dict[int, _Talk] = {}  # by the server's identity
        self._said: dict[str, str] = {}  # in order, each once, the last word of it
        self._turn = 0
        self._asked: NameServer | None = None  # whose turn it is, and since when
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._by_tcp: asyncio.Task[None] | None = None
        self._over = False

    def start(self, timeout_s: float) -> None:
        """Send the question. *done* is called within *timeout_s*, perhaps at once."""
        try:
            self._left = self._servers.in_order()
        except ValueError as error:
            return self._end(NoReply(str(error)))
        self._try_s = timeout_s * ONE_TRY
        self._ends = time.monotonic() + timeout_s * (ONLY_TRY if self._servers.are_silent else 1)
        return self._next_turn()

    def cancel(self) -> None:
        """Nobody waits for it any more; *done* is not called."""
        self._close()

    def _next_turn(self) -> None:
        now = time.monotonic()
        if not self._left or now >= self._ends:
            return self._end(NoReply("; ".join(self._said.values()) or "no time was left to ask"))
        self._asked = server = self._left[self._turn % len(self._left)]
        self._turn += 1
        self._since = now
        self._timer = self._loop.call_later(min(self._ends - now, self._try_s), self._silent)
        return self._send(server)

    def _silent(self) -> None:
        """The one whose turn it is has not answered in time."""
        server = self._asked
        assert server is not None
        server.was_silent(self._since)
        if strays := self._talks[id(server)].strays:
            often = f" ({strays} times)" if strays > 1 else ""
            self._said[f"strays of {server}"] = f"{server} sent what is no answer to this question{often}"
        else:
            self._said[f"silence of {server}"] = f"no answer from {server}"
        if self._by_tcp is None:  # else its end is waited for
            self._next_turn()

    def _send(self, server: NameServer) -> None:
        talk = self._talks.get(id(server))
        if talk is None:
            talk = self._talks[id(server)] = _Talk(server, self._make(True))
        try:
            if talk.sock is None:
                family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
                talk.sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
                talk.sock.connect((server.address, server.port))
                self._loop.add_reader(talk.sock.fileno(), self._readable, talk)
            talk.sock.send(talk.question.octets)
        except OSError as error:
            self._failed(talk, f"{server}: {_why(error)}")

    def _readable(self, talk: _Talk) -> None:
        assert talk.sock is not None
        try:
            reply = talk.sock.recv(_MOST_OCTETS)
        except BlockingIOError:
            return None
        except OSError as error:  # ICMP said that nobody listens, or there is no way
            return self._failed(talk, f"{talk.server}: {_why(error)}")
        if talk.question.fits(reply):
            talk.server.was_heard()
            return self._judge(talk, reply)
        # Somebody guesses, or the server is confused: go on waiting for the real answer.
        talk.strays += 1
        if talk.strays >= MOST_STRAYS:
            self._loop.remove_reader(talk.sock.fileno())
        return None

    def _judge(self, talk: _Talk, reply: bytes) -> None:
        code = rcode(reply)
        if code == _FORMERR and talk.edns:  # from before RFC 6891: once more without EDNS
            talk.edns = False
            talk.question = self._make(False)
            return self._send(talk.server)
        if is_truncated(reply):
            if self._by_tcp is None:
                self._by_tcp = self._loop.create_task(self._fetch_whole(talk))
            return None
        if code not in _ANSWERS:
            return self._failed(talk, f"{talk.server} answered {failure(reply)}")
        try:
            return self._end(self._read(talk.question, reply))
        except Nonsense as error:
            return self._failed(talk, f"{talk.server} answered with {error}")
        except Exception as error:  # a fault of ours: who asked must hear of it, not the loop
            return self._end(error)

    async def _fetch_whole(self, talk: _Talk) -> None:
        """The whole reply by TCP (RFC 7766)."""
        server, question = talk.server, talk.question
        try:
            reply = await _over_tcp(server, question, self._ends)
        except TimeoutError:
            fault = f"{server}'s answer is too long for UDP, and did not come by TCP in time"
        except OSError as error:
            fault = f"{server}'s answer is too long for UDP, and TCP failed: {_why(error)}"
        else:
            fault = f"{server} sent by TCP what is no answer to this question"
            if question.fits(reply) and not is_truncated(reply):
                self._by_tcp = None
                return self._judge(talk, reply)
        self._by_tcp = None
        return self._failed(talk, fault)

    def _failed(self, talk: _Talk, what: str) -> None:
        """This server is not asked again; the next one is, if it was its turn."""
        if self._over:
            return
        self._said[what] = what
        self._left = [each for each in self._left if each is not talk.server]
        if talk.server is self._asked or not self._left:
            if self._timer:
                self._timer.cancel()
            self._next_turn()

    def _end(self, outcome: Read | Exception) -> None:
        if not self._over:
            self._close()
            self._done(outcome)

    def _close(self) -> None:
        self._over = True
        if self._timer:
            self._timer.cancel()
        if self._by_tcp:
            self._by_tcp.cancel()
        for talk in self._talks.values():
            if talk.sock is not None:
                self._loop.remove_reader(talk.sock.fileno())
                talk.sock.close()
        self._talks.clear()


async def _over_tcp(server: NameServer, question: Question, ends: float) -> bytes:
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as sock:
        async with asyncio.timeout(max(0.0, ends - time.monotonic())):
            await loop.sock_connect(sock, (server.address, server.port))
            await loop.sock_sendall(sock, len(question.octets).to_bytes(2, "big") + question.octets)
            size = int.from_bytes(await _received(sock, 2), "big")
            return await _received(sock, size)


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
