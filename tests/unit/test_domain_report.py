"""A sending domain as a whole: the name that was typed, what changed, the proof of a remedy, the grade."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from diagnostics.check import Context
from diagnostics.finding import CauseKind, Code, Finding, Impact, RecordChange, UnknownReason, Verdict
from diagnostics.mail.dkim import codes as dkim_codes
from diagnostics.mail.domain import Subject, World
from diagnostics.mail.domain.checks import what_changed
from diagnostics.mail.domain.grade import grade_of
from diagnostics.mail.domain.history import changes
from diagnostics.mail.domain.inspect import inspect
from diagnostics.mail.domain.name import NotADomain, read_domain
from diagnostics.mail.domain.proof import all_records, judged, proven
from diagnostics.mail.spf import codes as spf_codes
from diagnostics.network import DNSAnswer, Network, RecordType
from tests.servers.zone import Zone
from tests.unit.mail_site import snapshot

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def code(name: str, verdict: Verdict = Verdict.FAIL, impact: Impact = Impact.ALL) -> Code:
    return Code(name, verdict, "{subject} is so.", remedy="Mend it.", kind=CauseKind.DNS, impact=impact)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Example.ORG.", "example.org"),
        (" info@example.org ", "example.org"),
        ("https://www.example.org/kontakt?x=1", "www.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_dmarc.example.org", "_dmarc.example.org"),
    ],
)
def test_a_domain_is_read_from_what_people_paste(typed: str, plain: str) -> None:
    assert read_domain(typed).ascii == plain


def test_an_internationalised_name_is_shown_in_both_forms() -> None:
    assert read_domain("bücher.example").shown == "bücher.example (xn--bcher-kva.example)"


@pytest.mark.parametrize(
    "typed",
    [
        *["", "localhost", "192.0.2.1", "2001:db8::1", "example..org", "ex ample.org", "a" * 64 + ".org", "-a.org"],
        *["1.2.3", "http://[", "x@", "exa\x1bmple.org", "b\u00fccher\u2024.example\u0000", "abcdefgh." * 40],
    ],
)
def test_what_is_no_domain_is_refused_in_words_that_a_terminal_can_show(typed: str) -> None:
    with pytest.raises(NotADomain) as refused:
        read_domain(typed)
    assert str(refused.value).isprintable()


def seen(name: str, kind: str, *values: str) -> Finding:
    facts = {"records": [{"name": name, "type": kind, "values": list(values), "ttl": 60}], "report_on": "shop.test"}
    return code("x.seen", Verdict.PASS).finding("shop.test", facts)


async def test_a_record_that_vanished_is_a_finding_with_the_record_to_publish_again() -> None:
    [found] = await changes([seen("_dmarc.shop.test", "TXT", "v=DMARC1; p=none")], "shop.test", Zone())
    assert found.code == "dns.record_vanished"
    assert found.remedy
    assert found.remedy.records == (RecordChange("_dmarc.shop.test", "TXT", "v=DMARC1; p=none"),)


async def test_a_record_that_was_changed_is_told_with_both_values_and_accuses_nobody() -> None:
    zone = Zone().add("shop.test", "TXT", "v=spf1 mx -all", "google-site-verification=1")
    [found] = await changes([seen("shop.test", "TXT", "v=spf1 -all")], "shop.test", zone)
    assert (found.code, found.verdict) == ("dns.record_changed", Verdict.PASS)
    assert found.evidence["was"] == "v=spf1 -all"
    assert found.evidence["is"] == ["v=spf1 mx -all"]


async def test_a_record_that_the_report_asked_to_delete_has_not_vanished() -> None:
    at, text = "_dmarc.shop.test.shop.test", "v=DMARC1; p=none"
    told = code("dns.wrong_name").finding(
        "shop.test",
        {"records": [{"name": at, "type": "TXT", "values": [text], "ttl": 60}]},
        records=[RecordChange("_dmarc.shop.test", "TXT", text), RecordChange(at, "TXT", "", (text,))],
    )
    alias = {"name": "s1._domainkey.shop.test", "type": "CNAME", "values": ["s1.u1.wl.sendgrid.net"], "ttl": 60}
    stale = dkim_codes.KEY_STALE.finding("s1._domainkey.shop.test", {"records": [alias]})
    [found] = await changes([told, stale], "shop.test", Zone().add("_dmarc.shop.test", "TXT", text))
    assert found.code == "dns.records_unchanged"


async def test_a_record_that_vanished_is_proven_like_any_remedy() -> None:
    class Site:
        async def command(self, _name: str, _args: object = None) -> dict[str, Any]:
            return snapshot(587)

    zone = Zone().add("shop.test", "SOA", "ns.shop.test. hostmaster.shop.test. 1 3600 600 86400 300")
    door = cast(Network, SimpleNamespace(dns=zone))
    before = [seen("_dmarc.shop.test", "TXT", "v=DMARC1; p=none")]
    found = await what_changed(Context(door, cast(Any, Site()), NOW, previous=before))
    [gone] = [each for each in found if each.code == "dns.record_vanished"]
    assert gone.remedy and gone.remedy.proof == "pass"


async def test_the_same_records_are_said_to_be_the_same() -> None:
    zone = Zone().add("shop.test", "MX", (10, "Mail.Shop.test"))
    [found] = await changes([seen("shop.test", "MX", "10 mail.shop.test.")], "shop.test", zone)
    assert found.code == "dns.records_unchanged"


async def test_a_record_that_dns_is_silent_about_has_not_vanished() -> None:
    zone = Zone().fail("shop.test", "timeout")
    [found] = await changes([seen("shop.test", "TXT", "v=spf1 -all")], "shop.test", zone)
    assert (found.code, found.verdict) == ("dns.unavailable", Verdict.UNKNOWN)


async def test_the_first_look_has_nothing_to_compare_with() -> None:
    [found] = await changes([], "shop.test", Zone())
    assert found.summary == "This is the first look."


GONE = code("x.missing").finding("shop.test", {"x": 1}, records=[RecordChange("shop.test", "TXT", "here")])


async def looked_again(world: World) -> list[Finding]:
    """Finds the record missing unless it is there."""
    return [] if (await world.dns.query("shop.test", "TXT")).texts else [GONE]


async def test_a_remedy_that_makes_its_finding_go_away_is_proven() -> None:
    [found] = await proven([GONE], looked_again, World(Zone(), None, NOW))
    assert found.remedy
    assert found.remedy.proof == "pass"


@pytest.mark.parametrize("value", ["", "\x00"])
async def test_a_remedy_that_changes_nothing_is_shown_as_failed(value: str) -> None:
    broken = dataclasses.replace(GONE.remedy, records=(RecordChange("other.test", "TXT", value),))  # type: ignore[type-var]
    [found] = await proven([dataclasses.replace(GONE, remedy=broken)], looked_again, World(Zone(), None, NOW))
    assert found.remedy
    assert found.remedy.proof == "fail"


def test_a_remedy_that_brings_another_fault_is_no_remedy() -> None:
    new = code("x.worse").finding("shop.test", {"x": 1})
    assert judged(GONE, [GONE], [new]) is Verdict.FAIL
    assert judged(GONE, [GONE, new], [new]) is Verdict.PASS, "that one was there before"


def test_a_remedy_whose_effect_could_not_be_looked_at_is_not_proven() -> None:
    unseen = code("x.unseen", Verdict.UNKNOWN).finding("shop.test", {"x": 1}, reason=UnknownReason.UNAVAILABLE)
    assert judged(GONE, [GONE], [unseen]) is Verdict.UNKNOWN


def test_of_two_changes_of_one_record_the_first_is_proposed() -> None:
    other = code("x.other").finding("shop.test", {"x": 1}, records=[RecordChange("shop.test", "TXT", "elsewise")])
    assert [each.value for each in all_records([GONE, other])] == ["here"]


UNSEEN_SPF = spf_codes.TEMPORARY.finding("shop.test", {"x": 1}, reason=UnknownReason.UNAVAILABLE)


def graded(*findings: Finding) -> str:
    return grade_of(findings).letter


def test_the_worst_finding_decides_the_grade() -> None:
    sound = spf_codes.PASSES.finding("shop.test", {"x": 1})
    assert graded(sound) == "A"
    assert graded(sound, spf_codes.SOFT_FAILS.finding("shop.test", {"x": 1})) == "C"
    assert graded(sound, spf_codes.MISSING.finding("shop.test", {"x": 1})) == "D"
    assert graded(sound, spf_codes.DOMAIN_UNKNOWN.finding("shop.test", {"x": 1})) == "F"


def test_what_could_not_be_looked_at_gets_no_good_grade_and_hides_no_fault() -> None:
    assert graded(UNSEEN_SPF) == "?"
    assert graded(UNSEEN_SPF, spf_codes.SOFT_FAILS.finding("shop.test", {"x": 1})) == "?"
    assert graded(UNSEEN_SPF, spf_codes.MISSING.finding("shop.test", {"x": 1})) == "D"
    assert graded() == "?"


def test_a_subject_is_a_key() -> None:
    assert len({Subject("shop.test"), Subject("shop.test")}) == 1


class Silent:
    """A DNS that never answers."""

    async def query(self, name: str, kind: RecordType) -> DNSAnswer:
        await asyncio.sleep(3600)
        raise AssertionError(name, kind)


async def test_a_report_ends_in_its_time_though_nobody_answers() -> None:
    async with asyncio.timeout(5):
        found = await inspect(Subject("shop.test"), World(Silent(), None, NOW), timeout_s=0.2)
    assert {each.verdict for each in found} == {Verdict.UNKNOWN}
    assert "dns.unavailable" in {each.code for each in found}
