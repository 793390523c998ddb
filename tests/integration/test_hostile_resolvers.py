"""`diagnose domain`, `spf` and `smtp` as a user starts them, with name servers that are silent, slow, or lie."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

import dns.flags
import dns.message
import pytest

from tests.servers.command import Ended, all_of, diagnose
from tests.servers.hostile_dns import HostileDns, Tcp, Udp, reply

TIMEOUT_S = 4.0
COMMANDS = {
    "domain": ("domain", "shop.test", "--sends-from", "192.0.2.1"),
    "spf": ("spf", "shop.test", "--ip", "192.0.2.1"),
    "smtp": ("smtp", "relay.shop.test"),
}
_numbers = itertools.count()


def asked(query: dns.message.Message) -> str:
    return query.question[0].name.to_text(omit_final_dot=True)


def changed(query: dns.message.Message, octet: int) -> bytes:
    """An empty answer with one octet that is wrong: 0 the identifier, 13 the name."""
    octets = bytearray(reply(query).to_wire())
    octets[octet] ^= 1
    return bytes(octets)


def cut(query: dns.message.Message) -> dns.message.Message:
    made = reply(query)
    made.flags |= dns.flags.TC
    return made


def circle(query: dns.message.Message) -> dns.message.Message:
    name = asked(query)
    return reply(query, f"{name} 60 CNAME a.circle.test.", f"a.circle.test 60 CNAME {name}.")


def no_end(query: dns.message.Message) -> dns.message.Message:
    return reply(query, f"{asked(query)} 60 CNAME n{next(_numbers)}.other.test.")


def inwards(query: dns.message.Message) -> bytes:
    """A record whose name points at itself."""
    question = query.question[0].name.to_wire() or b""
    head = bytearray(reply(query).to_wire()[: 12 + len(question) + 4])
    head[6:12] = b"\0\1\0\0\0\0"
    return bytes(head) + bytes([0xC0, len(head)]) + b"\0\x10\0\1\0\0\0\1\0\2\1x"


async def late(query: dns.message.Message) -> dns.message.Message:
    await asyncio.sleep(3)
    return reply(query)


async def drip(query: dns.message.Message, writer: asyncio.StreamWriter) -> None:
    """64 KiB, one octet a second."""
    for octet in b"\xff\xff" + bytes(100):
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(1)


# How it answers by UDP and TCP; the word that says so.
RESOLVERS: dict[str, tuple[Udp, Tcp | None, str]] = {
    "silent": (lambda query: None, None, "no answer from"),
    "slow": (late, None, "no answer from"),
    "answers another question": (lambda query: changed(query, 13), None, "what is no answer to this question"),
    "answers with another identifier": (lambda query: changed(query, 0), None, "what is no answer to this question"),
    "floods": (lambda query: [changed(query, 0)] * 200, None, "what is no answer to this question"),
    "one octet": (lambda query: b"\0", None, "what is no answer to this question"),
    "cuts off, and has no TCP": (cut, None, "too long for UDP, and TCP failed: Connection refused"),
    "cuts off, and drips by TCP": (cut, drip, "too long for UDP"),
    "refuses": (lambda query: reply(query, code="REFUSED"), None, "answered REFUSED"),
    "fails": (lambda query: reply(query, code="SERVFAIL"), None, "answered SERVFAIL"),
    "goes in a circle": (circle, None, "CNAMEs that lead in a circle"),
    "comes to no end": (no_end, None, "its CNAMEs come to no end"),
    "points into itself": (inwards, None, "octets that are no DNS message"),
}
OTHERWISE = ("silent", "cuts off, and drips by TCP", "comes to no end")  # each in a way of its own
CASES = [(how, command) for how in RESOLVERS for command in COMMANDS if command == "domain" or how in OTHERWISE]


def run(how: str, command: str) -> Callable[[], Coroutine[Any, Any, Ended]]:
    async def one() -> Ended:
        udp, tcp, _ = RESOLVERS[how]
        async with HostileDns(udp, tcp) as dns:
            common = ("--nameserver", dns.nameserver, "--timeout", str(TIMEOUT_S), "--json")
            return await diagnose(*COMMANDS[command], *common)

    return one


@pytest.fixture(scope="module")
def ended() -> dict[tuple[str, str], Ended]:
    return asyncio.run(all_of({case: run(*case) for case in CASES}))


@pytest.mark.parametrize(("how", "command"), CASES)
def test_it_ends_in_time_as_unknown_with_what_dns_did(
    ended: dict[tuple[str, str], Ended], how: str, command: str
) -> None:
    one = ended[how, command]
    one.assert_settled(TIMEOUT_S)
    assert one.code == 3
    assert one.answer["verdict"] == "unknown"
    assert {each["verdict"] for each in one.answer["findings"]} == {"unknown"}
    assert RESOLVERS[how][2] in " ".join(each["summary"] for each in one.answer["findings"])


@pytest.mark.parametrize("how", RESOLVERS)
def test_no_part_of_the_report_is_silent_about_what_it_could_not_see(
    ended: dict[tuple[str, str], Ended], how: str
) -> None:
    codes = ended[how, "domain"].codes
    assert "dns.unavailable" in codes
    parts = ("spf.", "dkim.", "dmarc.", "reputation.", "mx.")
    unlooked = codes.count("domain.not_looked_at")
    assert sum(any(code.startswith(part) for code in codes) for part in parts) + unlooked >= len(parts)
