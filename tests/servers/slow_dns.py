"""A DNS server in a process of its own that answers a world of records after a fixed delay, and counts the questions.

It plays the resolver: CNAMEs are followed, every name is known, RA is set. Answers are put together once.
`python -m tests.servers.slow_dns PORT DELAY_MS DOMAINS` serves; each line on its standard input is answered by
one of counts, which then begin anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections import Counter
from typing import Any, Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.servers.loopback import free_port
from tests.servers.many_domains import Records, world

TTL_S = 300
MOST_UDP = 1232
CHAIN = 8
_OPT = bytes.fromhex("00002904d0000000000000")
_SOA = "ns1.dns-host.example. hostmaster.dns-host.example. 2026112401 7200 3600 1209600 300"


class Answers:
    """What the world answers, octet for octet."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._inner = {".".join(name.split(".")[at:]) for name in records for at in range(1, name.count(".") + 1)}
        self._made: dict[bytes, bytes] = {}

    def reply(self, wire: bytes, most: int) -> tuple[bytes, bytes]:
        """The reply to *wire*, truncated beyond *most* octets, and the question in it."""
        at = 12
        while wire[at]:
            at += wire[at] + 1
        question = wire[12 : at + 5]
        key = question.lower()
        if key not in self._made:
            self._made[key] = self._make(wire[:12] + question)
        made = self._made[key]
        edns = wire[11] and len(wire) > at + 5
        if len(made) + len(question) > most:
            made = b"\x83\x80\0\1\0\0\0\0\0\0"
        header, rest = made[:10], made[10:]
        if edns:
            return wire[:2] + header[:8] + b"\0\1" + question + rest + _OPT, key
        return wire[:2] + header + question + rest, key

    def _make(self, wire: bytes) -> bytes:
        """Flags and counts, and all behind the question."""
        query = dns.message.from_wire(wire[:10] + b"\0\0" + wire[12:])
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(query, recursion_available=True)
        name = question.name.to_text(omit_final_dot=True).lower()
        for _ in range(CHAIN):
            here = self._at(name)
            if values := here.get(kind):
                reply.answer.append(dns.rrset.from_text_list(name + ".", TTL_S, "IN", kind, values))
                break
            if kind == "CNAME" or not (alias := here.get("CNAME")):
                if not here and name not in self._inner:
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                reply.authority.append(dns.rrset.from_text(_zone(name), TTL_S, "IN", "SOA", _SOA))
                break
            reply.answer.append(dns.rrset.from_text(name + ".", TTL_S, "IN", "CNAME", alias[0]))
            name = alias[0].removesuffix(".").lower()
        octets = reply.to_wire(max_size=65535)
        return octets[2:12] + octets[len(wire) :]

    def _at(self, name: str) -> dict[str, list[str]]:
        here = self._records.get(name)
        if here is None and name not in self._inner:
            parts = name.split(".")
            for at in range(1, len(parts)):
                if wild := self._records.get("*." + ".".join(parts[at:])):
                    return wild
        found = here or {}
        if name.count(".") == 1 and here is not None:
            found = {"SOA": [_SOA], **found}
        return found


def _zone(name: str) -> str:
    return ".".join(name.split(".")[-2:]) + "."


class Slow(asyncio.DatagramProtocol):
    """Answers each datagram after *delay_s*."""

    def __init__(self, answers: Answers, delay_s: float) -> None:
        self.answers = answers
        self.delay_s = delay_s
        self.asked: Counter[bytes] = Counter()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def datagram_received(self, data: bytes, peer: Any) -> None:
        reply, question = self.answers.reply(data, MOST_UDP)
        self.asked[question] += 1
        self._loop.call_later(self.delay_s, self._transport.sendto, reply, peer)

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                reply, question = self.answers.reply(await reader.readexactly(size), 65535)
                self.asked[question] += 1
                await asyncio.sleep(self.delay_s)
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
        writer.close()

    def counts(self) -> str:
        """How many questions came, and those that came most often."""
        most = [[_shown(question), number] for question, number in self.asked.most_common(5)]
        line = json.dumps({"questions": self.asked.total(), "different": len(self.asked), "most": most})
        self.asked.clear()
        return line


def _shown(question: bytes) -> str:
    labels, at = [], 0
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("latin-1"))
        at += question[at] + 1
    return (
        f"{dns.rdatatype.to_text(dns.rdatatype.RdataType(int.from_bytes(question[-4:-2], 'big')))} {'.'.join(labels)}"
    )


async def serve(port: int, delay_s: float, count: int) -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    server = Slow(Answers(world(count)), delay_s)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    sock.bind(("127.0.0.1", port))
    await loop.create_datagram_endpoint(lambda: server, sock=sock)
    await asyncio.start_server(server.stream, "127.0.0.1", port)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    while await lines.readline():
        print(server.counts(), flush=True)


class SlowDns:
    """That server as a child process, on the processor *cpu* where there is a choice. Use it as a context manager."""

    def __init__(self, count: int, delay_ms: float, *, cpu: int | None = None) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", "tests.servers.slow_dns", str(self.port), str(delay_ms), str(count)]
        self._cpu = cpu

    @property
    def nameserver(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self._cpu is not None:
            os.sched_setaffinity(self._process.pid, {self._cpu})
        assert self._process.stdout and self._process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *failure: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def counts(self) -> dict[str, Any]:
        """Of the questions since the last call: `questions`, `different`, `most` ([["TXT name", times], …])."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000, int(sys.argv[3])))
