"""What was seen once stands over other records, as far as they touch nothing that it hangs on."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from diagnostics.finding import RecordChange
from diagnostics.mail.domain import Subject, World
from diagnostics.mail.domain.inspect import inspect
from diagnostics.mail.domain.together import together
from diagnostics.mail.domain.views import Asked, Views, touch
from diagnostics.network import DNS, Resolver, SharedDNS
from tests.servers.many_domains import domain
from tests.servers.slow_dns import SlowDns
from tests.servers.zone import Zone

ASKED = [
    Asked("a.test", "TXT", absent=False),
    Asked("_dmarc.a.test", "TXT", absent=True),
    Asked("s1._domainkey.a.test", "TXT", absent=False, led=("s1._domainkey.a.test", "s1.keys.test")),
]


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (RecordChange("a.test", "TXT", "v=spf1 -all"), True),
        (RecordChange("A.Test.", "TXT", "v=spf1 -all"), True),
        (RecordChange("a.test", "MX", "0 ."), False),
        (RecordChange("a.test", "CNAME", "b.test"), True),
        (RecordChange("_dmarc.a.test", "TXT", "v=DMARC1; p=none"), True),
        (RecordChange("_dmarc.a.test", "MX", "0 ."), True),  # the name is there then, and was not
        (RecordChange("x._dmarc.a.test", "A", "192.0.2.1"), True),
        (RecordChange("s1.keys.test", "TXT", "v=DKIM1; p="), True),
        (RecordChange("s2._domainkey.a.test", "TXT", "v=DKIM1; p="), False),
        (RecordChange("b.test", "TXT", "v=spf1 -all"), False),
    ],
)
def test_a_record_touches_what_asked_for_it_or_for_what_is_above_it(change: RecordChange, touched: bool) -> None:
    assert touch([change], ASKED) is touched


async def test_a_view_is_made_once_and_anew_only_where_a_record_touches_it() -> None:
    zone = Zone().add("a.test", "TXT", "one").add("b.test", "TXT", "two")
    world = World(zone, None, datetime.now(UTC))

    async def inner(world: World) -> bytes:
        return (await world.dns.query("a.test", "TXT")).texts[0]

    async def outer(world: World) -> bytes:
        first = await world.views("inner", world, inner)
        return first + (await world.dns.query("b.test", "TXT")).texts[0]

    async def seen(world: World) -> bytes:
        return await world.views("outer", world, outer)

    assert await seen(world) == await seen(world) == b"onetwo"
    assert len(zone.asked) == 2
    assert await seen(world.over([RecordChange("c.test", "TXT", "three")])) == b"onetwo"
    assert len(zone.asked) == 2
    # The outer view hangs on what the inner one asked.
    assert await seen(world.over([RecordChange("a.test", "TXT", "three", ("one",))])) == b"threetwo"
    assert await seen(world) == b"onetwo"


def test_the_same_records_make_the_same_world() -> None:
    world = World(Zone(), None, datetime.now(UTC))
    change = RecordChange("a.test", "TXT", "v=spf1 -all")
    assert world.over([change]) is world.over((change,))
    assert world.through(Zone()).over([change]) is not world.over([change])


async def test_a_look_that_nobody_waits_for_any_more_ends_and_can_be_begun_again() -> None:
    begun: list[str] = []
    gate = asyncio.Event()

    async def look(world: World) -> str:
        begun.append("begun")
        await gate.wait()
        return "seen"

    world = World(Zone(), None, datetime.now(UTC))
    one, other = (asyncio.create_task(world.views("key", world, look)) for _ in range(2))
    await asyncio.sleep(0.01)
    one.cancel()
    await asyncio.sleep(0.01)
    assert len(asyncio.all_tasks()) == 3  # this test, the other, and the look that it waits for
    other.cancel()
    await asyncio.sleep(0.01)
    assert len(asyncio.all_tasks()) == 1
    gate.set()
    assert await world.views("key", world, look) == "seen"
    assert begun == ["begun", "begun"]


@pytest.fixture(scope="module")
def server() -> Any:
    with SlowDns(7, 0) as server:
        yield server


async def whole_report(name: str, dns: DNS) -> list[str]:
    subject, world = Subject(name), World(dns, None, datetime(2026, 11, 24, tzinfo=UTC))
    findings = await inspect(subject, world)
    findings += await together(findings, subject, world, timeout_s=60)
    return [json.dumps({**each.to_json(), "evidence": ""}, sort_keys=True) for each in findings]


@pytest.mark.parametrize("number", range(7))
async def test_the_report_is_the_same_as_if_everything_were_looked_at_again(
    server: SlowDns, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dns = SharedDNS(Resolver((server.nameserver,)))
    quick = await whole_report(domain(number), dns)
    monkeypatch.setattr(Views, "_known", lambda self, key: None)
    assert quick == await whole_report(domain(number), dns)
    assert len(quick) > 5


async def test_no_question_of_a_report_is_asked_twice(server: SlowDns) -> None:
    server.counts()
    await whole_report(domain(5), SharedDNS(Resolver((server.nameserver,))))
    told = server.counts()
    assert told["questions"] == told["different"] > 30
