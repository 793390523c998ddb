"""One DNS question against servers that lie, stall, drip and break: each ends within its time, and says who did it."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from pathlib import Path
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from diagnostics.network import DNSUnavailable, End, Resolver
from diagnostics.network.nameservers import NameServers
from tests.servers.hostile_dns import HostileDns, reply
from tests.servers.loopback import free_port


def good(query: dns.message.Message) -> dns.message.Message:
    name = query.question[0].name.to_text(omit_final_dot=True)
    return reply(query, f'{name} 300 TXT "fine"')


def silent(query: dns.message.Message) -> None:
    return None


def other_question(query: dns.message.Message) -> dns.message.Message:
    lie = dns.message.make_query("other.test", "TXT", id=query.id)
    return reply(lie, 'other.test 300 TXT "lie"')


def other_identifier(query: dns.message.Message) -> bytes:
    wire = good(query).to_wire()
    return bytes([wire[0] ^ 1]) + wire[1:]


def truncated(query: dns.message.Message) -> dns.message.Message:
    made = reply(query)
    made.flags |= dns.flags.TC
    return made


def circle(query: dns.message.Message) -> dns.message.Message:
    return reply(query, "a.test 300 CNAME b.test.", "b.test 300 CNAME a.test.")


def half_circle(query: dns.message.Message) -> dns.message.Message:
    """As a server of one zone, one link at a time."""
    name = query.question[0].name.to_text(omit_final_dot=True)
    return reply(query, f"{name} 300 CNAME {'b.test.' if name == 'a.test' else 'a.test.'}")


def referral(query: dns.message.Message) -> dns.message.Message:
    made = dns.message.make_response(query)
    made.authority.append(dns.rrset.from_text("test.", 300, "IN", "NS", "ns.test."))
    return made


def endless(query: dns.message.Message) -> bytes:
    """The header promises 65,535 records."""
    wire = bytearray(good(query).to_wire())
    wire[6:8] = b"\xff\xff"
    return bytes(wire)


def cut(query: dns.message.Message) -> bytes:
    return good(query).to_wire()[:-9]


def compressed_into_itself(query: dns.message.Message) -> bytes:
    wire = bytearray(reply(query).to_wire())
    wire[6:8] = b"\0\1"
    return bytes(wire) + bytes([0xC0, len(wire)]) + bytes(20)


def says(code: str) -> Any:
    return lambda query: reply(query, code=code)


HOSTILE = {
    "silence": (silent, "no answer from {who}"),
    "an answer to another question": (other_question, "{who} sent what is no answer to this question"),
    "an answer with another identifier": (other_identifier, "{who} sent what is no answer to this question"),
    "one octet": (lambda query: b"\0", "{who} sent what is no answer to this question"),
    "its own question, sent back": (lambda query: query, "{who} sent what is no answer to this question"),
    "REFUSED": (says("REFUSED"), "{who} answered REFUSED"),
    "SERVFAIL": (says("SERVFAIL"), "{who} answered SERVFAIL"),
    "NOTIMP": (says("NOTIMP"), "{who} answered NOTIMP"),
    "FORMERR with and without EDNS": (says("FORMERR"), "{who} answered FORMERR"),
    "a circle of CNAMEs": (circle, "{who} answered with CNAMEs that lead in a circle"),
    "a circle of CNAMEs, link by link": (half_circle, "its CNAMEs lead in a circle: a.test → b.test → a.test"),
    "a referral": (referral, "{who} answered with a referral"),
    "65,535 records promised": (endless, "{who} answered with 65535 records, and more than 2000 are not read"),
    "a message that ends too soon": (cut, "{who} answered with octets that are no DNS message"),
    "a name that points at itself": (compressed_into_itself, "{who} answered with octets that are no DNS message"),
    "truncation without TCP": (truncated, "{who}'s answer is too long for UDP, and TCP failed: Connection refused"),
}


@pytest.mark.parametrize("how", HOSTILE)
async def test_what_is_no_answer_ends_in_time_and_is_told_with_the_server(how: str) -> None:
    udp, told = HOSTILE[how]
    async with HostileDns(udp) as server:
        started = time.monotonic()
        with pytest.raises(DNSUnavailable) as caught:
            await Resolver((server.nameserver,), timeout_s=0.5).query("a.test", "TXT")
    assert time.monotonic() - started < 1.5
    assert told.format(who=server.nameserver) in caught.value.detail


async def test_a_lie_before_the_true_answer_is_passed_over() -> None:
    def both(query: dns.message.Message) -> list[Any]:
        return [other_identifier(query), other_question(query), good(query)]

    async with HostileDns(both) as server:
        assert (await Resolver((server.nameserver,), timeout_s=2).query("a.test", "TXT")).texts == (b"fine",)


async def test_a_flood_of_lies_is_not_listened_to_for_ever() -> None:
    async with HostileDns(lambda query: [other_question(query)] * 1000) as server:
        used = time.process_time()
        with pytest.raises(DNSUnavailable, match="no answer to this question"):
            await Resolver((server.nameserver,), timeout_s=0.5).query("a.test", "TXT")
        assert time.process_time() - used < 1.5


async def test_every_question_has_a_port_and_an_identifier_of_its_own() -> None:
    identifiers = []

    def noted(query: dns.message.Message) -> dns.message.Message:
        identifiers.append(query.id)
        return good(query)

    async with HostileDns(noted) as server:
        resolver = Resolver((server.nameserver,))
        await asyncio.gather(*(resolver.query(f"n{n}.test", "TXT") for n in range(40)))
    assert len(set(server.ports)) == 40
    assert len(set(identifiers)) > 38  # of 65,536, drawn by chance


async def test_nobody_at_the_port_is_told_at_once() -> None:
    port = free_port()
    started = time.monotonic()
    with pytest.raises(DNSUnavailable, match=f"127.0.0.1:{port}: Connection refused"):
        await Resolver((f"127.0.0.1:{port}",), timeout_s=5).query("a.test", "TXT")
    assert time.monotonic() - started < 1


async def test_a_dead_first_server_costs_one_wait_and_not_one_for_each_question() -> None:
    async with HostileDns(silent) as dead, HostileDns(good) as alive:
        resolver = Resolver((dead.nameserver, alive.nameserver), timeout_s=2)
        await resolver.query("first.test", "TXT")
        started = time.monotonic()
        for number in range(20):
            await resolver.query(f"n{number}.test", "TXT")
        assert time.monotonic() - started < 0.5
    assert [name for name, _ in dead.asked] == ["first.test"]


async def test_a_server_that_was_silent_is_asked_again_when_the_others_fail() -> None:
    async with HostileDns(silent) as first, HostileDns(good) as second:
        resolver = Resolver((first.nameserver, second.nameserver), timeout_s=1)
        await resolver.query("a.test", "TXT")
        first.udp, second.udp = good, says("SERVFAIL")
        assert (await resolver.query("b.test", "TXT")).end is End.ANSWER


async def test_a_slow_answer_counts_although_it_was_asked_for_again() -> None:
    async def late(query: dns.message.Message) -> dns.message.Message:
        await asyncio.sleep(0.8)
        return good(query)

    async with HostileDns(late) as server:
        assert (await Resolver((server.nameserver,), timeout_s=2).query("a.test", "TXT")).texts == (b"fine",)


async def test_where_all_servers_have_been_silent_a_question_waits_for_less() -> None:
    async with HostileDns(silent) as server:
        resolver = Resolver((server.nameserver,), timeout_s=0.5)
        took = []
        for number in range(4):
            started = time.monotonic()
            with pytest.raises(DNSUnavailable):
                await resolver.query(f"n{number}.test", "TXT")
            took.append(time.monotonic() - started)
        assert took[0] > 0.45 and took[3] < 0.3
        server.udp = good
        assert (await resolver.query("again.test", "TXT")).texts == (b"fine",)


async def test_a_server_from_before_edns_is_asked_without_it() -> None:
    def old(query: dns.message.Message) -> dns.message.Message:
        return reply(query, code="FORMERR") if query.edns >= 0 else good(query)

    async with HostileDns(old) as server:
        assert (await Resolver((server.nameserver,)).query("a.test", "TXT")).texts == (b"fine",)
    assert len(server.asked) == 2


async def test_a_reason_beside_servfail_is_told() -> None:
    def bogus(query: dns.message.Message) -> dns.message.Message:
        made = reply(query, code="SERVFAIL")
        made.use_edns(0, 0, 1232, options=[dns.edns.EDEOption(6, "signature\x07 expired")])
        return made

    async with HostileDns(bogus) as server:
        with pytest.raises(DNSUnavailable) as caught:
            await Resolver((server.nameserver,)).query("a.test", "TXT")
    assert "SERVFAIL (EDE 6 (DNSSEC Bogus): signature" in caught.value.detail
    assert "\x07" not in caught.value.detail


def large(query: dns.message.Message) -> bytes:
    made = reply(query)
    rrset = dns.rrset.from_text_list("a.test.", 300, "IN", "TXT", [f'"{n:04}{"x" * 250}"' for n in range(240)])
    made.answer.append(rrset)
    return made.to_wire(max_size=65535)


async def whole(query: dns.message.Message, writer: asyncio.StreamWriter) -> None:
    octets = large(query)
    writer.write(len(octets).to_bytes(2, "big") + octets)
    await writer.drain()


async def drip(query: dns.message.Message, writer: asyncio.StreamWriter) -> None:
    for octet in large(query):
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def hang_up(query: dns.message.Message, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\xff\xff\0")
    await writer.drain()


async def lie(query: dns.message.Message, writer: asyncio.StreamWriter) -> None:
    octets = other_question(query).to_wire()
    writer.write(len(octets).to_bytes(2, "big") + octets)
    await writer.drain()


async def test_an_answer_of_64_kib_comes_whole_by_tcp_and_memory_stays_bounded() -> None:
    async with HostileDns(truncated, whole) as server:
        tracemalloc.start()
        try:
            found = await Resolver((server.nameserver,)).query("a.test", "TXT")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(found.texts) == 240 and sum(map(len, found.texts)) > 60_000
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("tcp", "told"),
    [(drip, "did not come by TCP in time"), (hang_up, "TCP failed"), (lie, "sent by TCP what is no answer")],
)
async def test_a_broken_end_of_a_truncated_answer_is_told(tcp: Any, told: str) -> None:
    async with HostileDns(truncated, tcp) as server:
        started = time.monotonic()
        with pytest.raises(DNSUnavailable, match=told):
            await Resolver((server.nameserver,), timeout_s=0.5).query("a.test", "TXT")
    assert time.monotonic() - started < 1.5


async def test_void_answers_tell_how_long_they_hold_and_where_cnames_led() -> None:
    def void(query: dns.message.Message) -> dns.message.Message:
        match query.question[0].name.to_text(omit_final_dot=True):
            case "gone.test":
                return reply(query, code="NXDOMAIN", soa=120)
            case "empty.test":
                return reply(query, soa=90)
            case "dangling.test":
                return reply(query, "dangling.test 60 CNAME gone.test.", code="NXDOMAIN", soa=120)
            case _:
                return reply(query, "led.test 60 CNAME a.test.", 'a.test 30 TXT "fine"')

    async with HostileDns(void) as server:
        resolver = Resolver((server.nameserver,))
        gone, empty = await resolver.query("gone.test", "A"), await resolver.query("empty.test", "A")
        assert (gone.end, gone.ttl, empty.end, empty.ttl) == (End.NXDOMAIN, 120, End.NODATA, 90)
        dangling = await resolver.query("dangling.test", "TXT")
        assert (dangling.end, dangling.chain, dangling.ttl) == (End.NXDOMAIN, ("dangling.test", "gone.test"), 60)
        led = await resolver.query("led.test", "TXT")
        assert (led.end, led.chain, led.ttl, led.texts) == (End.ANSWER, ("led.test", "a.test"), 30, (b"fine",))


async def test_a_server_of_one_zone_is_asked_for_the_rest_of_a_cname() -> None:
    def authoritative(query: dns.message.Message) -> dns.message.Message:
        if query.question[0].name.to_text() == "a.test.":
            made = dns.message.make_response(query)
            made.flags |= dns.flags.AA
            made.answer.append(dns.rrset.from_text("a.test.", 60, "IN", "CNAME", "b.other."))
            return made
        return reply(query, 'b.other 20 TXT "fine"')

    async with HostileDns(authoritative) as server:
        found = await Resolver((server.nameserver,)).query("a.test", "TXT")
    assert (found.name, found.texts, found.chain, found.ttl) == ("a.test", (b"fine",), ("a.test", "b.other"), 20)


async def test_validation_is_asked_for_and_can_be_switched_off() -> None:
    def validating(query: dns.message.Message) -> dns.message.Message:
        if query.flags & dns.flags.CD:
            assert query.ednsflags & dns.flags.DO
            return good(query)
        assert query.flags & dns.flags.AD
        made = reply(query, code="SERVFAIL") if "bogus" in query.question[0].name.to_text() else good(query)
        made.flags |= dns.flags.AD
        return made

    async with HostileDns(validating) as server:
        resolver = Resolver((server.nameserver,))
        assert (await resolver.query("signed.test", "TXT")).authentic
        with pytest.raises(DNSUnavailable):
            await resolver.query("bogus.test", "TXT")
        assert (await resolver.signed("bogus.test", "TXT")).answer
        with pytest.raises(DNSUnavailable):
            await resolver.signed("bogus.test", "TXT", validated=True)


def test_only_a_server_on_this_machine_or_one_that_is_named_as_trusted_is_believed(tmp_path: Path) -> None:
    assert Resolver(("127.0.0.1", "[::1]:5353")).trusted
    assert not Resolver(("127.0.0.1", "192.0.2.53")).trusted
    assert Resolver(("192.0.2.53",), trusted=True).trusted
    system = tmp_path / "resolv.conf"
    system.write_text("nameserver 192.0.2.53\n")
    servers = NameServers(resolv_conf=system)
    assert not servers.are_on_this_machine
    system.write_text("; ours\nnameserver 192.0.2.53\noptions edns0 trust-ad\n")
    assert servers.are_on_this_machine
    system.unlink()
    with pytest.raises(ValueError, match="no name server"):
        servers.in_order()
