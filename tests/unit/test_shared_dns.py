"""The one front for all DNS questions: what is kept, what is joined, what a dead zone costs."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import pytest

from diagnostics.network import DNSUnavailable, EgressPolicy, End, Network, Resolver, SharedDNS, shared
from tests.servers.hostile_dns import HostileDns, reply


def zone(query: dns.message.Message) -> Any:
    """*.test: `gone` does not exist, `empty` has no data, `dead` is silent, `broken` SERVFAIL; all else has a TXT."""
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True)
    labels = name.lower().split(".")
    if "dead" in labels:
        return None
    if "broken" in labels:
        return reply(query, code="SERVFAIL")
    if "gone" in labels:
        return reply(query, code="NXDOMAIN", soa=60)
    if question.rdtype.name != "TXT" or "empty" in labels:
        return reply(query, soa=60)
    return reply(query, f'{name} 300 TXT "{name}"')


def front(server: HostileDns, timeout_s: float = 0.5, **limits: int) -> SharedDNS:
    return SharedDNS(Resolver((server.nameserver,), timeout_s=timeout_s), **limits)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`clock(60)` lets a minute pass for what is kept."""
    passed = 0.0

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return time.monotonic() + passed

    def forward(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(shared, "time", Clock)
    monkeypatch.setattr("diagnostics.network.dead_zones.time", Clock)
    return forward


async def test_the_same_question_is_asked_once_whoever_asks_and_however_it_is_written() -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        found = await asyncio.gather(*(ours.query(name, "TXT") for name in ("a.test", "A.Test", "a.test.") * 10))
        await ours.query("a.TEST", "TXT")
    assert server.asked == [("a.test", "TXT")]
    assert [each.name for each in found[:3]] == ["a.test", "A.Test", "a.test."]
    assert (ours.counts.questions, ours.counts.asked, ours.counts.joined, ours.counts.kept) == (31, 1, 29, 1)


async def test_letters_beyond_ascii_keep_their_case() -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        await ours.query("k.test", "TXT")
        await ours.query("\u212a.test", "TXT")  # the Kelvin sign, whose lower case is k
    assert len(server.asked) == 2


async def test_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    async def slow(query: dns.message.Message) -> Any:
        await asyncio.sleep(0.1)
        return zone(query)

    async with HostileDns(slow) as server:
        ours = front(server)
        first = asyncio.create_task(ours.query("a.test", "TXT"))
        second = asyncio.create_task(ours.query("a.test", "TXT"))
        await asyncio.sleep(0.02)
        first.cancel()
        assert (await second).texts == (b"a.test",)
        assert first.cancelled()
    assert len(server.asked) == 1


async def test_a_question_that_nobody_waits_for_any_more_is_given_up() -> None:
    async with HostileDns(zone) as server:
        ours = front(server, timeout_s=30)
        asker = asyncio.create_task(ours.query("dead.test", "TXT"))
        await asyncio.sleep(0.02)
        open_files = len(list(Path("/proc/self/fd").iterdir()))
        asker.cancel()
        await asyncio.sleep(0.02)
        assert len(list(Path("/proc/self/fd").iterdir())) == open_files - 1
        server.udp = lambda query: reply(query, 'dead.test 300 TXT "lives"')
        assert (await ours.query("dead.test", "TXT")).texts == (b"lives",)


async def test_an_answer_is_kept_as_long_as_its_ttl_and_tells_what_is_left(clock: Any) -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        assert (await ours.query("a.test", "TXT")).ttl == 300
        clock(290)
        assert (await ours.query("a.test", "TXT")).ttl == 10
        clock(11)
        assert (await ours.query("a.test", "TXT")).ttl == 300
    assert len(server.asked) == 2


async def test_a_void_answer_is_kept_as_the_soa_says_and_never_longer_than_a_quarter_of_an_hour(clock: Any) -> None:
    async with HostileDns(lambda query: reply(query, code="NXDOMAIN", soa=86400)) as server:
        ours = front(server)
        for _ in range(2):
            assert (await ours.query("a.test", "TXT")).end is End.NXDOMAIN
        clock(16 * 60)
        await ours.query("a.test", "TXT")
    assert len(server.asked) == 2


async def test_an_answer_with_a_ttl_of_0_serves_one_report(clock: Any) -> None:
    async with HostileDns(lambda query: reply(query, 'a.test 0 TXT "now"')) as server:
        ours = front(server)
        for _ in range(3):
            assert (await ours.query("a.test", "TXT")).ttl == 0
        assert len(server.asked) == 1
        clock(11)
        await ours.query("a.test", "TXT")
    assert len(server.asked) == 2


async def test_a_failure_is_kept_for_half_a_minute_and_told_to_each_by_an_error_of_its_own(clock: Any) -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        errors = []
        for _ in range(2):
            with pytest.raises(DNSUnavailable, match="answered SERVFAIL") as caught:
                await ours.query("broken.test", "TXT")
            errors.append(caught.value)
        assert errors[0] is not errors[1]
        assert len(server.asked) == 1
        clock(31)
        server.udp = lambda query: reply(query, 'broken.test 300 TXT "mended"')
        assert (await ours.query("broken.test", "TXT")).texts == (b"mended",)


async def test_below_a_name_that_does_not_exist_nothing_is_asked(clock: Any) -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        await ours.query("gone.test", "TXT")
        for name, kind in (("gone.test", "MX"), ("_dmarc.gone.test", "TXT"), ("s1._domainkey.Gone.test", "TXT")):
            assert (await ours.query(name, kind)).end is End.NXDOMAIN
        assert len(server.asked) == 1
        assert (await ours.query("notgone.test", "TXT")).end is End.ANSWER
        clock(61)
        await ours.query("_dmarc.gone.test", "TXT")
    assert ("_dmarc.gone.test", "TXT") in server.asked


async def test_a_key_is_found_although_a_server_denies_the_name_above_it() -> None:
    def denies(query: dns.message.Message) -> Any:
        name = query.question[0].name.to_text(omit_final_dot=True)
        if name == "_domainkey.a.test":
            return reply(query, code="NXDOMAIN", soa=60)
        return reply(query, f'{name} 300 TXT "v=DKIM1; p="')

    async with HostileDns(denies) as server:
        ours = front(server)
        assert (await ours.query("_domainkey.a.test", "TXT")).end is End.NXDOMAIN
        assert (await ours.query("s1._domainkey.a.test", "TXT")).end is End.ANSWER


async def test_a_server_that_denies_the_name_for_ipv6_alone_does_not_hide_its_ipv4_address() -> None:
    def halves(query: dns.message.Message) -> Any:
        if query.question[0].rdtype.name == "AAAA":
            return reply(query, code="NXDOMAIN", soa=60)
        return reply(query, "a.test 300 A 192.0.2.1")

    async with HostileDns(halves) as server:
        ours = front(server)
        assert (await ours.query("a.test", "AAAA")).end is End.NXDOMAIN
        assert (await ours.query("a.test", "A")).end is End.ANSWER


async def test_a_dangling_cname_does_not_make_its_owner_absent() -> None:
    def dangling(query: dns.message.Message) -> Any:
        name = query.question[0].name.to_text(omit_final_dot=True)
        if name == "a.test":
            return reply(query, "a.test 60 CNAME gone.test.", code="NXDOMAIN", soa=60)
        return zone(query)

    async with HostileDns(dangling) as server:
        ours = front(server)
        assert (await ours.query("a.test", "TXT")).end is End.NXDOMAIN
        assert (await ours.query("_dmarc.a.test", "TXT")).end is End.ANSWER


async def test_a_dead_zone_costs_one_wait(clock: Any) -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        started = time.monotonic()
        names = ["dead.test", "_dmarc.dead.test", "mail.dead.test"]
        await asyncio.gather(*(ours.query(name, "TXT") for name in names), return_exceptions=True)
        for number in range(30):
            with pytest.raises(DNSUnavailable, match=r"dead.test has just left 3 questions unanswered \(TXT"):
                await ours.query(f"s{number}._domainkey.dead.test", "TXT")
        assert time.monotonic() - started < 1.2
        assert (await ours.query("a.test", "TXT")).end is End.ANSWER
        assert Counter(name for name, _ in server.asked).keys() == {*names, "a.test"}
        clock(31)
        server.udp = lambda query: reply(query, 's1._domainkey.dead.test 300 TXT "lives"')
        assert (await ours.query("s1._domainkey.dead.test", "TXT")).texts == (b"lives",)


async def test_one_name_that_fails_does_not_condemn_its_neighbours() -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        await asyncio.gather(
            *(ours.query(name, "TXT") for name in ("broken.a.test", "broken.b.test", "x.broken.a.test")),
            return_exceptions=True,
        )
        for name in ("a.test", "www.a.test", "b.test"):
            assert (await ours.query(name, "TXT")).end is End.ANSWER


async def test_a_zone_that_fails_for_one_type_only_is_asked_on() -> None:
    def no_tlsa(query: dns.message.Message) -> Any:
        return reply(query, code="SERVFAIL") if query.question[0].rdtype.name == "TLSA" else zone(query)

    async with HostileDns(no_tlsa) as server:
        ours = front(server)
        await ours.query("a.test", "TXT")
        for name in ("a.test", "_25._tcp.a.test", "_443._tcp.a.test"):
            with pytest.raises(DNSUnavailable, match="answered SERVFAIL"):
                await ours.query(name, "TLSA")
        assert (await ours.query("_dmarc.a.test", "TXT")).end is End.ANSWER


async def test_no_more_questions_are_in_flight_than_allowed() -> None:
    flying = most = 0

    async def slow(query: dns.message.Message) -> Any:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.02)
        flying -= 1
        return zone(query)

    async with HostileDns(slow) as server:
        ours = front(server, timeout_s=5, at_once=8)
        await asyncio.gather(
            *(ours.query(f"n{n}.test", "TXT") for n in range(50)), ours.fresh().query("n0.test", "TXT")
        )
    assert most == 8


async def test_thousands_of_questions_that_wait_their_turn_are_answered_by_what_the_first_one_found() -> None:
    async with HostileDns(zone) as server:
        ours = front(server, timeout_s=5, at_once=1)
        names = ["gone.test", *(f"n{number}.gone.test" for number in range(3000))]
        found = await asyncio.gather(*(ours.query(name, "TXT") for name in names))
    assert {each.end for each in found} == {End.NXDOMAIN}
    assert len(server.asked) == 1


async def test_who_gives_up_before_his_turn_has_nothing_asked() -> None:
    async with HostileDns(zone) as server:
        ours = front(server, timeout_s=5, at_once=1)
        first = asyncio.create_task(ours.query("a.test", "TXT"))
        second = asyncio.create_task(ours.query("b.test", "TXT"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert (await ours.query("c.test", "TXT")).end is End.ANSWER
    assert server.asked == [("a.test", "TXT"), ("c.test", "TXT")]


async def test_a_fault_of_our_own_reaches_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("diagnostics.network.asking.void", broken)
    async with HostileDns(zone) as server:
        ours = front(server)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="ours"):
                await ours.query("a.test", "TXT")


async def test_what_is_kept_has_a_limit_and_the_least_used_goes_first() -> None:
    async with HostileDns(zone) as server:
        ours = front(server, timeout_s=5, most_bytes=20_000)
        for number in range(60):
            await ours.query(f"n{number}.test", "TXT")
            await ours.query("often.test", "TXT")
        assert ours._bytes <= 20_000 and len(ours.answers()) < 30
        asked = len(server.asked)
        await ours.query("often.test", "TXT")
        assert len(server.asked) == asked
        await ours.query("n0.test", "TXT")
        assert len(server.asked) == asked + 1


async def test_names_that_do_not_exist_are_not_remembered_without_limit() -> None:
    async with HostileDns(zone) as server:
        ours = front(server, timeout_s=5, most_bytes=20_000)
        await asyncio.gather(*(ours.query(f"n{number}.gone.test", "TXT") for number in range(300)))
        assert len(ours._absent) < 40


async def test_every_answer_seen_can_be_listed_with_its_time() -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        await ours.query("a.test", "TXT")
        await ours.query("gone.test", "MX")
        with pytest.raises(DNSUnavailable):
            await ours.query("broken.test", "TXT")
    seen = ours.answers()
    assert [(each.name, each.type, each.end, each.values, each.ttl) for each in seen] == [
        ("a.test", "TXT", End.ANSWER, ('"a.test"',), 300),
        ("gone.test", "MX", End.NXDOMAIN, (), 60),
    ]
    assert abs(seen[0].at.timestamp() - time.time()) < 5


async def test_a_fresh_front_asks_again() -> None:
    async with HostileDns(zone) as server:
        ours = front(server)
        await ours.query("a.test", "TXT")
        server.udp = lambda query: reply(query, 'a.test 300 TXT "changed"')
        assert (await ours.fresh().query("a.test", "TXT")).texts == (b"changed",)
        assert (await ours.query("a.test", "TXT")).texts == (b"a.test",)


async def test_what_a_server_would_refuse_is_never_given_for_a_real_answer() -> None:
    def bogus(query: dns.message.Message) -> Any:
        return zone(query) if query.flags & dns.flags.CD else reply(query, code="SERVFAIL")

    async with HostileDns(bogus) as server:
        ours = front(server)
        for _ in range(2):
            assert (await ours.signed("a.test", "TXT")).answer
            with pytest.raises(DNSUnavailable):
                await ours.query("a.test", "TXT")
            with pytest.raises(DNSUnavailable):
                await ours.signed("a.test", "TXT", validated=True)
        assert (await ours.signed(".", "DNSKEY")).question[0].name.to_text() == "."
    assert len(server.asked) == 4


async def test_a_zone_that_fails_its_validation_can_still_be_asked_why() -> None:
    def bogus(query: dns.message.Message) -> Any:
        return zone(query) if query.flags & dns.flags.CD else reply(query, code="SERVFAIL")

    async with HostileDns(bogus) as server:
        ours = front(server)
        for name in ("a.test", "_dmarc.a.test", "mail.a.test"):
            with pytest.raises(DNSUnavailable):
                await ours.query(name, "TXT")
        assert (await ours.signed("mail.a.test", "TXT")).answer
        with pytest.raises(DNSUnavailable, match="not asked"):
            await ours.query("www.a.test", "TXT")


async def test_what_can_be_no_name_is_a_value_error_and_is_not_asked() -> None:
    async with HostileDns(zone) as server:
        with pytest.raises(ValueError, match="not a DNS name"):
            await front(server).query("a..test", "TXT")
    assert server.asked == []


async def test_a_door_has_one_front_and_connects_to_what_it_found_there() -> None:
    def address(query: dns.message.Message) -> Any:
        return reply(query, "a.test 300 A 192.0.2.1") if query.question[0].rdtype.name == "A" else reply(query, soa=1)

    async with HostileDns(address) as server:
        network = Network(EgressPolicy(), (server.nameserver,))
        assert network.dns is network.dns is network.allowing([]).dns
        await network.dns.query("a.test", "A")
        assert (await network.resolve("a.test")).v4 == ("192.0.2.1",)
    assert sorted(server.asked) == [("a.test", "A"), ("a.test", "AAAA")]


async def test_a_host_that_has_just_been_made_can_be_connected_to() -> None:
    async with HostileDns(zone) as server:
        network = Network(EgressPolicy(), (server.nameserver,))
        assert (await network.dns.query("gone.test", "A")).end is End.NXDOMAIN
        server.udp = lambda query: reply(query, "gone.test 300 A 192.0.2.1")
        assert (await network.resolve("gone.test")).v4 == ("192.0.2.1",)


def test_each_event_loop_has_a_front_of_its_own_and_a_closed_one_is_let_go() -> None:
    network = Network(EgressPolicy(), ("127.0.0.1:1",))

    async def given_up() -> SharedDNS:
        asyncio.ensure_future(network.dns.query("a.test", "TXT"))  # noqa: RUF006  nobody waits for it
        await asyncio.sleep(0)
        return network.dns

    fronts = [asyncio.run(given_up()) for _ in range(3)]
    assert len({id(each) for each in fronts}) == 3
    assert len(network._fronts._fronts) == 1
