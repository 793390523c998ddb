"""A DNS server over UDP and TCP that answers from a Zone: its silences, failures and nonsense too."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from diagnostics.network import End
from diagnostics.network.query import wire_name
from tests.servers.zone import Zone, strings

PLAIN_PAYLOAD = 512  # without EDNS


class ScriptedDns:
    """Serves *zone* on a free loopback port, each answer after *delay_s*. Use it as a context manager."""

    def __init__(self, zone: Zone, *, delay_s: float = 0.0) -> None:
        self.zone = zone
        self.delay_s = delay_s
        self.over_tcp = 0  # questions that came by TCP
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def nameserver(self) -> str:
        return f"127.0.0.1:{self._udp.getsockname()[1]}"

    def __enter__(self) -> ScriptedDns:
        self._udp, self._tcp = _pair()
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._udp.close()
        self._tcp.close()

    async def _serve(self) -> None:
        await self._loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=self._udp)
        await asyncio.start_server(self._stream, sock=self._tcp)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                self.over_tcp += 1
                if (reply := await self.reply(await reader.readexactly(length), 65535)) is not None:
                    writer.write(struct.pack("!H", len(reply)) + reply)
                    await writer.drain()
        writer.close()

    async def reply(self, wire: bytes, most: int = 0) -> bytes | None:
        """The answer's octets; truncated when it has more than *most* (0: what the client takes by UDP)."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = b".".join(question.name.labels[:-1]).decode("utf-8", "surrogateescape")
        kind = dns.rdatatype.to_text(question.rdtype)
        self.zone.asked.append((name.lower(), kind))
        await asyncio.sleep(self.delay_s)
        end, values = self.zone.look(name, kind)
        if end == "timeout":
            return None
        if end == "garbage":
            return wire[:2] + b"\xff" * 7
        answer = dns.message.make_response(query, recursion_available=True)
        if end == "servfail" or end == "refused":
            answer.set_rcode(dns.rcode.from_text(end))
        elif end is End.NXDOMAIN:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif values:
            rdatas = [_rdata(kind, value) for value in values]
            answer.answer.append(dns.rrset.from_rdata_list(question.name, 1, rdatas))
        most = most or (query.payload if query.edns >= 0 else PLAIN_PAYLOAD)
        octets = answer.to_wire(max_size=65535)
        if len(octets) <= most:
            return octets
        answer.answer.clear()
        answer.flags |= dns.flags.TC
        return answer.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: ScriptedDns) -> None:
        self._server = server
        self._running: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(data, addr))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, data: bytes, addr: Any) -> None:
        if (reply := await self._server.reply(data)) is not None:
            self._transport.sendto(reply, addr)


def _rdata(kind: str, value: Any) -> dns.rdata.Rdata:
    if kind == "TXT":
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings(value))
    if kind == "MX":
        preference, host = value
        return dns.rdata.from_text("IN", "MX", f"{preference} {wire_name(host).to_text() if host.strip('.') else '.'}")
    if kind == "PTR":
        return dns.rdata.from_text("IN", "PTR", wire_name(value).to_text())
    return dns.rdata.from_text("IN", kind, value)


def _pair() -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on the same free port."""
    while True:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            tcp.close()
            udp.close()
            continue
        for sock in (tcp, udp):
            sock.setblocking(False)
        return udp, tcp
