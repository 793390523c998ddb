"""A DNS server in the test's own event loop whose every octet the test chooses: lies, silence, drips, circles."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

import dns.message
import dns.rcode
import dns.rrset

Reply = bytes | dns.message.Message | None
Udp = Callable[[dns.message.Message], "Reply | Iterable[Reply] | Awaitable[Reply]"]
Tcp = Callable[[dns.message.Message, asyncio.StreamWriter], Awaitable[None]]


def reply(
    query: dns.message.Message, *records: str, code: str = "NOERROR", soa: int | None = None
) -> dns.message.Message:
    """A resolver's answer: *records* as `name ttl type value`, in the order given; *soa*: the zone's negative TTL."""
    made = dns.message.make_response(query, recursion_available=True)
    made.set_rcode(dns.rcode.from_text(code))
    for record in records:
        name, ttl, kind, value = record.split(" ", 3)
        made.answer.append(dns.rrset.from_text(name + ".", int(ttl), "IN", kind, value))
    if soa is not None:
        made.authority.append(dns.rrset.from_text("test.", 86400, "IN", "SOA", f"ns.test. root.test. 1 1 1 1 {soa}"))
    return made


class HostileDns(asyncio.DatagramProtocol):
    """Answers by UDP what *udp* says, by TCP what *tcp* writes. `asked` logs (name, type); use it with `async with`."""

    def __init__(self, udp: Udp, tcp: Tcp | None = None, *, port: int = 0) -> None:
        self.udp, self.tcp, self.port = udp, tcp, port
        self.asked: list[tuple[str, str]] = []
        self.ports: list[int] = []  # that the questions came from
        self._running: set[asyncio.Task[None]] = set()

    @property
    def nameserver(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        listener, datagrams = _pair(self.port)
        self.port = listener.getsockname()[1]
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=datagrams)
        self._server = await asyncio.start_server(self._stream, sock=listener) if self.tcp else None
        if not self._server:
            listener.close()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._transport.close()
        for task in self._running:
            task.cancel()
        if self._server:
            self._server.close()

    def datagram_received(self, data: bytes, peer: Any) -> None:
        self.ports.append(peer[1])
        task = asyncio.get_running_loop().create_task(self._answer(self._read(data), peer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, query: dns.message.Message, peer: Any) -> None:
        said: Any = self.udp(query)
        if isinstance(said, Awaitable):
            said = await said
        many = said if isinstance(said, (list, tuple)) else [said]
        for each in many:
            if each is not None:
                self._transport.sendto(each if isinstance(each, bytes) else each.to_wire(), peer)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self.tcp
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            size = int.from_bytes(await reader.readexactly(2), "big")
            await self.tcp(self._read(await reader.readexactly(size)), writer)
        writer.close()

    def _read(self, wire: bytes) -> dns.message.Message:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        self.asked.append((question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name))
        return query


def _pair(port: int) -> tuple[socket.socket, socket.socket]:
    """A listener and a UDP socket on *port*, or on one that is free for both."""
    while True:
        listener = socket.create_server(("127.0.0.1", port))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagrams.bind(listener.getsockname())
        except OSError:
            listener.close()
            datagrams.close()
            if port:
                raise
            continue
        return listener, datagrams
