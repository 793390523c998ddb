"""SPF against records made to hurt: it never raises, and always ends within its limits."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.mail.spf import Evaluation, Malformed, Result, check_host, parse
from diagnostics.mail.spf.judge import judge
from tests.servers.zone import Zone

# 10 terms, each an mx with 10 names; 11 records; the client's names, 10 of them; one explanation.
MOST_QUERIES = 10 * 11 + 11 + 11 + 1
NAMES = ("a.test", "b.test", "c.test", "d.test")

macros = st.sampled_from(["%{d}", "%{p}", "%{s}", "%{l1r-}", "%{ir}.%{v}", "%{H}", "%%", "%_", "%{x}", "%"])
names = st.sampled_from(NAMES) | macros | st.tuples(macros, st.sampled_from(NAMES)).map(".".join)
terms = st.tuples(
    st.sampled_from(["", "+", "-", "~", "?"]),
    st.sampled_from(["include:", "a:", "mx:", "ptr:", "exists:", "redirect=", "exp=", "foo=", "ip4:"]),
    names,
    st.sampled_from(["", "", "", "/24", "//64", "/99"]),
).map("".join) | st.sampled_from(["a", "mx", "ptr", "all", "-all", "ip4:192.0.2.9", "ip6:::1", "\x07", "é"])
records = st.lists(terms, max_size=14).map(lambda each: " ".join(("v=spf1", *each)).encode()) | st.binary(max_size=80)
texts = st.text(max_size=60)
ips = st.ip_addresses().map(str)


def settled(found: Evaluation) -> None:
    assert found.result in Result
    assert found.lookups <= 10
    assert found.void_lookups <= 3
    assert found.result is Result.PERMERROR or found.void_lookups <= 2
    assert (found.problem is None) == (found.result not in (Result.NONE, Result.PERMERROR, Result.TEMPERROR))
    for finding in judge(found):
        json.dumps(finding.to_json(), ensure_ascii=False).encode()
    json.dumps(found.to_json(), ensure_ascii=False).encode()


@st.composite
def zones(draw: Any) -> Zone:
    zone = Zone()
    for name in NAMES:
        zone.add(name, "TXT", *draw(st.lists(records, min_size=0, max_size=2)))
        zone.add(name, "A", *draw(st.lists(st.ip_addresses(v=4).map(str), max_size=3)))
        zone.add(name, "MX", *draw(st.lists(st.tuples(st.just(1), st.sampled_from(("", *NAMES))), max_size=12)))
        if draw(st.integers(0, 9)) == 0:
            zone.fail(name, draw(st.sampled_from(["timeout", "servfail"])))
    zone.add("9.2.0.192.in-addr.arpa", "PTR", *draw(st.lists(st.sampled_from(NAMES), max_size=12)))
    return zone


@settings(max_examples=150, deadline=None)
@given(zones(), st.just("192.0.2.9") | ips, texts, texts)
def test_any_tree_of_records_ends_within_the_limits(zone: Zone, ip: str, local: str, helo: str) -> None:
    found = asyncio.run(check_host(ip, "a.test", f"{local}@a.test", helo=helo, resolver=zone))
    settled(found)
    assert len(zone.asked) <= MOST_QUERIES


@settings(max_examples=100, deadline=None)
@given(ips, texts, texts, texts)
def test_any_sender_domain_and_helo_can_be_given(ip: str, domain: str, sender: str, helo: str) -> None:
    zone = Zone().add("a.test", "TXT", "v=spf1 exists:%{l}.%{h}.%{o}.test ptr -all exp=b.test")
    settled(asyncio.run(check_host(ip, domain, sender, helo=helo, resolver=zone)))
    settled(asyncio.run(check_host(ip, "a.test", sender, helo=helo, resolver=zone.add("b.test", "TXT", "%{s} %{h}"))))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | records)
def test_any_bytes_are_a_record_or_malformed(text: bytes) -> None:
    try:
        parse(b"v=spf1 " + text)
    except Malformed as error:
        assert error.why


def costly_tree(width: int, depth: int) -> Zone:
    """width ** depth lookups for whoever does not count."""
    zone = Zone()

    def grow(name: str, left: int) -> None:
        below = [f"{n}.{name}" for n in range(width)]
        zone.add(name, "TXT", "v=spf1 " + " ".join(f"include:{each}" for each in below if left) + " ?all")
        for each in below if left else ():
            grow(each, left - 1)

    grow("a.test", depth)
    return zone


HOSTILE = {
    "a tree of thousands of lookups": costly_tree(10, 3),
    "a deep chain": costly_tree(1, 40),
    "64 KiB of includes": Zone().add("a.test", "TXT", b"v=spf1" + b" include:b.test" * 4300).add(
        "b.test", "TXT", b"v=spf1" + b" ?a:c.test" * 6500
    ),
    "64 KiB of addresses in each of ten records": Zone(
        {f"{n}.test": [("TXT", b"v=spf1" + b" ip4:192.0.2.1" * 4300 + b" include:%d.test" % (n + 1))] for n in range(9)}
    ).add("a.test", "TXT", "v=spf1 include:0.test"),
    "64 KiB of one macro": Zone().add("a.test", "TXT", b"v=spf1 a:" + b"%{s}" * 16_000 + b".test -all"),
    "64 KiB of dots": Zone().add("a.test", "TXT", b"v=spf1 a:" + b"." * 65_000),
    "64 KiB of slashes": Zone().add("a.test", "TXT", b"v=spf1 a:x.test" + b"/1" * 32_000),
    "a number without end": Zone().add("a.test", "TXT", b"v=spf1 a:%{d" + b"9" * 60_000 + b"}.test a/" + b"9" * 5000),
    "an explanation without end": Zone().add("a.test", "TXT", "v=spf1 -all exp=b.test").add(
        "b.test", "TXT", b"%{s}" * 16_000
    ),
    "a thousand MX": Zone().add("a.test", "TXT", "v=spf1 mx -all").add(
        "a.test", "MX", *((n, f"m{n}.test") for n in range(1000))
    ),
    "a thousand names of one address": Zone().add("a.test", "TXT", "v=spf1 ptr -all").add(
        "9.2.0.192.in-addr.arpa", "PTR", *(f"p{n}.test" for n in range(1000))
    ),
    "a circle of CNAMEs": Zone().add("a.test", "CNAME", "b.test").add("b.test", "CNAME", "a.test"),
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
async def test_a_record_made_to_hurt_ends_soon(how: str) -> None:
    zone = HOSTILE[how]
    zone.asked.clear()
    started = time.process_time()
    found = await check_host("192.0.2.9", "a.test", "x." * 5000 + "y@a.test", helo="h" * 5000, resolver=zone)
    assert time.process_time() - started < 3
    settled(found)
    assert len(zone.asked) <= MOST_QUERIES
    assert len(json.dumps(found.to_json())) < 200_000
    assert len(found.explanation) < 5000
