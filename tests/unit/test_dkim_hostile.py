"""DKIM against DNS made to hurt: it never raises, ends soon, asks a bounded number of questions, shows no raw text."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnostics.finding import Verdict
from diagnostics.mail.dkim import DKIMView, look_at_dkim
from diagnostics.mail.domain import Sender, Signature, Subject, World
from diagnostics.mail.domain.proof import judged
from diagnostics.network import Resolver
from tests.servers import dkim_records as made
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.zone import Zone
from tests.unit.dkim_domain import NOW, D, by, codes, looked, sending, signed, with_key

MOST_QUESTIONS = 400
S1 = f"s1._domainkey.{D}"

HOSTILE: dict[str, Any] = {
    "64 KiB": b"v=DKIM1; p=" + b"A" * 65000,
    "64 KiB of strings": [b"x" * 255] * 255,
    "zero octets": b"\0" * 600,
    "no UTF-8": b"v=DKIM1; \xff\xfe\x80p=\xc3\x28",
    "terminal escapes": b"v=DKIM1; n=\x1b]0;owned\x07\x1b[2J; p=x",
    "right to left": "v=DKIM1; n=\u202egnp.exe; p=x".encode(),
    "16,384 bits": made.rsa_record(16384),
    "format fields": "v=DKIM1; p={subject}{evidence.name}%s",
    "markup": "v=DKIM1; p=<script>alert(1)</script>",
    "nothing": b"",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_text_is_a_broken_key_shown_escaped_and_cut(text: Any) -> None:
    started = time.perf_counter()
    zone = with_key(sending("mx"), "s1", text)
    view = await look_at_dkim(Subject(D, (signed("s1"),)), World(zone, None, NOW))
    assert time.perf_counter() - started < 2.0
    [finding] = [each for each in view.findings if each.verdict is Verdict.FAIL]
    assert finding.code in ("dkim.key_malformed", "dkim.key_unusable")
    shown = json.dumps(finding.to_json(), ensure_ascii=False)
    assert shown.isprintable()
    assert len(shown) < 12_000


async def test_many_records_at_one_name_are_bounded() -> None:
    zone = with_key(sending("mx"), "s1", *(made.rsa_record(2048, number) for number in range(200)))
    started = time.perf_counter()
    view = await looked(zone, signed("s1"))
    assert time.perf_counter() - started < 2.0
    [finding] = [each for each in view.findings if each.verdict is Verdict.FAIL]
    assert finding.code == "dkim.multiple"
    assert len(finding.evidence["records"][0]["values"]) <= 16


async def test_cnames_in_a_circle_are_unknown() -> None:
    zone = sending("mx").add(S1, "CNAME", f"a.{D}").add(f"a.{D}", "CNAME", f"b.{D}").add(f"b.{D}", "CNAME", f"a.{D}")
    assert codes(await looked(zone, signed("s1"))) == ["dkim.unavailable"]


async def test_a_message_with_thousands_of_selectors_costs_a_bounded_number_of_questions() -> None:
    sender = Sender(D, signatures=tuple(Signature(D, f"x{n}") for n in range(3000)), known_by="message")
    zone = sending("mx")
    view = await looked(zone, sender, selectors=tuple(f"y{n}" for n in range(3000)))
    assert len(zone.asked) < MOST_QUESTIONS
    assert len(view.findings) <= 60


@pytest.mark.parametrize(
    "selector",
    ["", ".", "a..b", "x" * 64, "x." * 130, "\0", "a b", "*", "ü", "_domainkey", "s1.", "\x1b[2J", "{evidence}"],
)
async def test_whatever_a_message_calls_its_selector_it_is_a_name_or_nothing(selector: str) -> None:
    sender = Sender(D, signatures=(Signature(D, selector),), known_by="message")
    view = await looked(with_key(sending("mx"), "default", made.rsa_record()), sender, selectors=(selector,))
    assert isinstance(view, DKIMView)
    assert [each.usable for each in view.signing(sender)] == [False]


async def test_an_spf_record_full_of_includes_costs_no_more() -> None:
    zone = Zone().add(D, "TXT", "v=spf1 " + " ".join(f"include:x{n}.test" for n in range(5000)))
    await looked(zone)
    assert len(zone.asked) < MOST_QUESTIONS


@pytest.mark.parametrize("how", ["servfail", "refused", "garbage"])
async def test_a_server_that_fails_is_unknown_and_nothing_is_accused(how: Any) -> None:
    zone = Zone()
    for name in (D, f"_domainkey.{D}", S1, f"default._domainkey.{D}"):
        zone.fail(name, how)
    with ScriptedDns(zone) as server:
        view = await looked(Resolver([server.nameserver], timeout_s=2.0), signed("s1"))
    assert codes(view) == ["dkim.unavailable"]
    assert codes(view, Verdict.FAIL, Verdict.WARN) == []


async def test_a_silent_server_ends_in_unknown_within_its_time() -> None:
    zone = Zone()
    for name in (D, f"_domainkey.{D}"):
        zone.fail(name, "timeout")
    with ScriptedDns(zone) as server:
        started = time.perf_counter()
        view = await looked(Resolver([server.nameserver], timeout_s=0.5))
        assert time.perf_counter() - started < 4.0
    assert codes(view) == ["dkim.unavailable"]


names = st.sampled_from(["s1", "default", "google", "brevo1", "selector1", "k1", "zz"])
values = st.sampled_from(
    [
        made.rsa_record(),
        made.rsa_record(512),
        made.rsa_record(1024),
        "v=DKIM1; p=",
        "v=spf1 -all",
        "p=x",
        f'"{made.rsa_record()}"',
    ]
) | st.binary(max_size=40)
targets = st.sampled_from(
    ["a.sendgrid.net", "dkim2.mcsv.net", f"a.{D}", f"s1._domainkey.{D}", "gone.test", "b1.site-test.dkim.brevo.com"]
)


@st.composite
def zones(draw: Any) -> Zone:
    zone = Zone().add(D, "TXT", draw(st.sampled_from(["v=spf1 -all", "v=spf1 include:sendgrid.net ~all", "x"])))
    for selector in draw(st.lists(names, max_size=5, unique=True)):
        name = f"{selector}._domainkey.{D}"
        if draw(st.booleans()):
            with_key(zone, selector, *draw(st.lists(values, min_size=1, max_size=3)))
        else:
            zone.add(name, "CNAME", draw(targets))
        if draw(st.integers(0, 7)) == 0:
            zone.fail(name, "servfail")
    for target in draw(st.lists(targets, max_size=3, unique=True)):
        zone.add(target, "TXT", draw(values))
    return zone


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    zones(),
    st.lists(names, max_size=3),
    st.sampled_from(["", "smtp.sendgrid.net", "smtp-relay.brevo.com", f"mail.{D}"]),
)
async def test_whatever_dns_has_every_proposed_record_mends_its_finding_and_breaks_nothing(
    zone: Zone, seen: list[str], relay: str
) -> None:
    stream = [Sender(D, signatures=tuple(Signature(D, each) for each in seen), known_by="message"), by(relay)]
    view = await looked(zone, *stream)
    for finding in view.findings:
        if finding.remedy and finding.remedy.records:
            world = World(zone, None, NOW).over(finding.remedy.records)
            after = await looked(world.dns, *stream)
            assert judged(finding, view.findings, after.findings) is not Verdict.FAIL
