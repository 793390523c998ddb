"""SPF: what `check_host` counts, says and keeps, and the findings with records that really mend them."""

from __future__ import annotations

import json
import time

import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.spf import Evaluation, Malformed, Result, check_host, parse
from diagnostics.mail.spf.codes import CODES
from diagnostics.mail.spf.judge import judge
from diagnostics.mail.spf.macro import MOST_EXPLANATION, BadMacro, MacroString
from diagnostics.mail.spf.record import near_misses
from diagnostics.network import DNSUnavailable, End, MailExchanger, Resolver
from diagnostics.printable import printable
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.zone import Zone

IP = "192.0.2.9"


def zone(**records: str) -> Zone:
    """SPF records by the label below `test`."""
    made = Zone()
    for label, record in records.items():
        made.add(f"{label}.test", "TXT", record)
    return made


async def checked(records: Zone, domain: str = "site.test", ip: str = IP, **more: str) -> Evaluation:
    return await check_host(ip, domain, f"shop@{domain}", **{"helo": "mail.site.test", **more}, resolver=records)


async def test_every_lookup_is_counted_with_the_term_and_the_record_that_it_stands_in() -> None:
    records = zone(site="v=spf1 include:one.test a:two.test -all", one="v=spf1 mx ?all")
    records.add("one.test", "MX", (10, "mx.one.test")).add("mx.one.test", "A", "192.0.2.1")
    records.add("two.test", "A", "192.0.2.2")
    found = await checked(records)
    assert (found.result, found.mechanism, found.lookups, found.void_lookups) == ("fail", "-all", 3, 0)
    assert [(each.number, each.term, each.domain, each.target) for each in found.lookup_terms] == [
        (1, "include:one.test", "site.test", "one.test"),
        (2, "mx", "one.test", "one.test"),
        (3, "a:two.test", "site.test", "two.test"),
    ]
    assert found.tree and [step.outcome for step in found.tree.steps] == ["no match", "no match", "match"]
    inner = found.tree.steps[0].visit
    assert inner and (inner.domain, inner.result) == ("one.test", "neutral")


async def test_a_match_inside_an_include_is_told_from_the_outside_in() -> None:
    found = await checked(
        zone(site="v=spf1 include:one.test -all", one="v=spf1 redirect=two.test", two=f"v=spf1 ip4:{IP}")
    )
    assert found.result == "pass"
    assert found.mechanism == "include:one.test"
    assert found.path == ("include:one.test", "redirect=two.test", f"ip4:{IP}")


async def test_a_void_lookup_is_counted_once_and_names_its_term() -> None:
    found = await checked(zone(site="v=spf1 a:gone.test a:one.test ~all", one="something else"))
    assert [(each.name, each.type, each.end, each.term) for each in found.void_answers] == [
        ("gone.test", "A", "no such name", "a:gone.test"),
        ("one.test", "A", "no data", "a:one.test"),
    ]
    assert found.result == "softfail"


async def test_the_first_record_and_the_explanation_are_no_void_lookups_where_they_are_missing() -> None:
    assert (await checked(Zone(), "gone.test")).void_lookups == 0
    found = await checked(zone(site="v=spf1 a:x.test a:y.test -all exp=gone.test"))
    assert (found.result, found.void_lookups) == ("fail", 2)


async def test_the_third_void_lookup_ends_it() -> None:
    found = await checked(zone(site=f"v=spf1 a:x.test a:y.test a:z.test ip4:{IP} -all"))
    assert (found.result, found.void_lookups) == ("permerror", 3)
    assert found.problem and found.problem.kind == "too many void lookups"


@pytest.mark.parametrize("number", [10, 11])
async def test_the_eleventh_lookup_is_one_too_many(number: int) -> None:
    records = zone(
        site="v=spf1 " + "exists:here.test " * (number - 1) + f"include:last.test ip4:{IP}", last="v=spf1 -all"
    )
    records.records["here.test"] = [("AAAA", "2001:db8::1")]
    records.add("here.test", "A", "127.0.0.2")
    records.records["site.test"] = [("TXT", "v=spf1 " + "-a:here.test " * (number - 1) + f"include:last.test ip4:{IP}")]
    found = await checked(records)
    assert found.lookups == 10
    assert found.result == ("pass" if number == 10 else "permerror")


async def test_the_same_question_is_asked_once() -> None:
    records = zone(site="v=spf1 a a mx mx ptr ptr -all").add("site.test", "A", "192.0.2.1")
    records.add("site.test", "MX", (1, "site.test")).add("9.2.0.192.in-addr.arpa", "PTR", "x.test")
    records.add("x.test", "A", "192.0.2.1")
    assert (await checked(records)).lookups == 6
    assert len(records.asked) == len(set(records.asked))


async def test_a_failure_of_dns_is_temperror_and_says_what_was_asked() -> None:
    found = await checked(zone(site="v=spf1 a:dead.test -all").fail("dead.test", "servfail"))
    assert found.result == "temperror"
    assert found.problem and (found.problem.term, found.problem.kind) == ("a:dead.test", "unanswered")
    assert "A dead.test" in found.problem.detail
    [finding] = judge(found)
    assert (finding.code, finding.verdict, finding.reason) == ("spf.temperror", "unknown", "unavailable")


async def test_a_failure_that_the_rfc_passes_over_is_told_as_could_not_look() -> None:
    records = (
        zone(site="v=spf1 ptr -all exp=why.test").fail("9.2.0.192.in-addr.arpa", "timeout").fail("why.test", "servfail")
    )
    found = await checked(records)
    assert (found.result, found.explanation, found.void_lookups) == ("fail", "", 0)
    assert [(each.type, each.term) for each in found.unanswered] == [("PTR", "ptr"), ("TXT", "exp=why.test")]
    assert [each.code for each in judge(found)] == ["spf.fail", "spf.lookups_unanswered"]


async def test_the_limit_of_time_holds_and_is_temperror() -> None:
    with ScriptedDns(zone(site="v=spf1 a:x.test -all").fail("x.test", "timeout")) as server:
        started = time.monotonic()
        found = await check_host(IP, "site.test", "a@site.test", resolver=Resolver((server.nameserver,)), timeout_s=0.4)
    assert time.monotonic() - started < 2
    assert found.result == "temperror"
    assert found.problem and found.problem.kind == "out of time" and "A x.test" in found.problem.detail


@pytest.mark.parametrize("trouble", ["servfail", "refused", "garbage", "timeout"])
async def test_no_kind_of_broken_server_is_read_as_an_answer(trouble) -> None:
    with ScriptedDns(Zone().fail("site.test", trouble)) as server:
        found = await checked(Resolver((server.nameserver,), timeout_s=0.3))
    assert found.result == "temperror"


async def test_the_four_ends_of_a_typed_question_are_told_apart() -> None:
    records = zone(site="x" * 600).add("site.test", "MX", (5, "mx.site.test"), (0, "")).fail("dead.test", "refused")
    with ScriptedDns(records) as server:
        resolver = Resolver((server.nameserver,), timeout_s=1)
        assert (await resolver.query("site.test", "TXT")).texts == (b"x" * 600,)
        exchangers = (await resolver.query("site.test", "MX")).exchangers
        assert set(exchangers) == {MailExchanger(5, "mx.site.test"), MailExchanger(0, "")}
        assert (await resolver.query("site.test", "A")).end is End.NODATA
        assert (await resolver.query("nobody.test", "A")).end is End.NXDOMAIN
        with pytest.raises(DNSUnavailable, match=f"{server.nameserver} answered REFUSED"):
            await resolver.query("dead.test", "TXT")
        with pytest.raises(ValueError, match="not a DNS name"):
            await resolver.query("a..b", "A")


async def test_an_answer_too_large_for_udp_comes_by_tcp() -> None:
    with ScriptedDns(zone(site="v=spf1 " + "ip4:198.51.100.1 " * 3600 + "-all")) as server:
        found = await checked(Resolver((server.nameserver,), timeout_s=3))
    assert (found.result, server.over_tcp) == ("fail", 1)


async def test_a_circle_is_named_with_its_path() -> None:
    found = await checked(zone(site="v=spf1 include:one.test -all", one="v=spf1 redirect=SITE.test"))
    assert (found.result, found.lookups) == ("permerror", 2)
    assert found.problem and found.problem.kind == "loop"
    assert found.problem.path == ("site.test", "one.test", "SITE.test")


async def test_an_include_may_come_twice_when_it_is_no_circle() -> None:
    assert (
        await checked(zone(site="v=spf1 include:one.test include:one.test -all", one="v=spf1 ?all"))
    ).result == "fail"


async def test_a_null_sender_and_a_missing_local_part_are_postmaster() -> None:
    records = zone(site="v=spf1 -all exp=why.test", why="%{s} %{l} %{o} %{d} %{h} %{c} %{r} %{t}")
    for sender in ("", "@site.test", "site.test"):
        found = await check_host(IP, "site.test", sender, resolver=records, receiver="mx.test", now=1700000000.5)
        assert (
            found.explanation == f"postmaster@site.test postmaster site.test site.test unknown {IP} mx.test 1700000000"
        )


async def test_an_internationalised_domain_is_asked_for_as_dns_has_it() -> None:
    found = await checked(Zone().add("xn--bcher-kva.test", "TXT", f"v=spf1 ip4:{IP} -all"), "bücher.test")
    assert (found.result, found.domain) == ("pass", "xn--bcher-kva.test")


async def test_a_domain_that_two_standards_read_differently_is_not_guessed() -> None:
    records = Zone().add("strasse.test", "TXT", "v=spf1 +all")
    found = await checked(records, "straße.test")
    assert (found.result, records.asked) == ("none", [])
    assert judge(found)[0].code == "spf.not_a_domain"


async def test_a_local_part_that_is_not_ascii_matches_no_term_that_names_it() -> None:
    records = (
        Zone().add("site.test", "TXT", "v=spf1 exists:%{l}.users.test -all").add("jörg.users.test", "A", "127.0.0.2")
    )
    found = await check_host(IP, "site.test", "jörg@site.test", resolver=records)
    assert found.result == "fail"  # RFC 8616 §4


async def test_an_address_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        await check_host("192.0.2", "site.test", "a@site.test", resolver=Zone())


@pytest.mark.parametrize(
    ("text", "term"),
    [
        (b"v=spf1 ip4:192.0.2.1/33", "ip4:192.0.2.1/33"),
        (b"v=spf1 a/08 -all", "a/08"),
        (b"v=spf1 ip6:fe80::1%eth0", "ip6:fe80::1%eth0"),
        (b"v=spf1 ip4:192.0.2.1 -all extra", "extra"),
        (b"v=spf1 include:%{x}.test", "include:%{x}.test"),
        (b"v=spf1 a:%{d0}.test", "a:%{d0}.test"),
        (b"v=spf1 a:x.test%%-", "a:x.test%%-"),
        (b"v=spf1 a:%{c}.test", "a:%{c}.test"),
    ],
)
def test_a_broken_term_is_named(text: bytes, term: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text)
    assert caught.value.term == term


def test_macros_turn_cut_and_escape() -> None:
    values = {"l": "strong-bad+x", "d": "email.example.com", "i": "192.0.2.3", "v": "in-addr", "s": "a b@c/d"}

    def expand(text: str) -> str:
        return MacroString.parse(text).expand_name(values)

    # RFC 7208 §7.4
    assert expand("%{d2}.%{dr}") == "example.com.com.example.email"
    assert expand("%{l1r-}._spf.%{d99999}") == "strong._spf.email.example.com"
    assert expand("%{ir}.%{v}.x%%%_%-") == "3.2.0.192.in-addr.x% %20"
    assert expand("%{S}") == "a%20b%40c%2Fd"
    assert expand("%{l+-}") == "strong.bad.x"
    with pytest.raises(BadMacro):
        MacroString.parse("%{d1q}")


def test_macros_that_explode_are_cut_before_they_cost_memory() -> None:
    values = {"s": "x." * 50_000 + "end.test"}
    exploding = MacroString.parse("%{s}" * 16_000)
    started = time.monotonic()
    assert len(exploding.expand_name(values)) <= 253
    assert exploding.expand_name(values).endswith("x.end.test")
    assert len(exploding.expand_text(values)) == MOST_EXPLANATION
    assert time.monotonic() - started < 1


def test_text_from_dns_is_escaped_and_cut() -> None:
    assert printable(b"v=spf1 \x1b[2J\xff\xc3\xa9\n") == "v=spf1 \\x1b[2J\\xffé\\x0a"
    assert len(printable("x" * 70_000)) == 601


def test_what_is_nearly_a_record_is_noticed_and_other_text_is_not() -> None:
    meant = [b'"v=spf1 -all"', b" v=spf1 a", b"v=spf1; a", b"v = spf1 a", b"spf1 mx", b"v=spfl -all", b"v=spf10"]
    others = [b"v=DMARC1; p=none", b"google-site-verification=spf", b"spf2.0/pra mx", b"v=spf1 -all", b""]
    assert near_misses([*meant, *others]) == meant


FAULTS = {
    "spf.missing": Zone().add("site.test", "TXT", "hello"),
    "spf.fail": zone(site="v=spf1 mx -all").add("site.test", "MX", (1, "mx.test")).add("mx.test", "A", "192.0.2.1"),
    "spf.softfail": zone(site="v=spf1 redirect=one.test", one="v=spf1 ~all"),
    "spf.neutral": zone(site="v=spf1 ip4:192.0.2.1"),
    "spf.allows_everyone": zone(site="v=spf1 include:one.test", one="v=spf1 all"),
    "spf.multiple": zone(one="v=spf1 ?all").add("site.test", "TXT", f"v=spf1 ip4:{IP} -all", "v=spf1 include:one.test"),
    "spf.malformed": zone(site=f' "v=spf1 ip:192.0.2.1 a:{IP}, -all."'),
    "spf.include_broken": zone(site=f"v=spf1 include:gone.test ip4:{IP} -all"),
    "spf.loop": zone(site=f"v=spf1 include:site.test ip4:{IP} -all"),
    "spf.too_many_lookups": zone(site="v=spf1 " + "a:one.test " * 11 + "-all").add("one.test", "A", "192.0.2.1"),
    "spf.too_many_voids": zone(site=f"v=spf1 a:x.test a:y.test a:z.test ip4:{IP} -all"),
    "spf.too_many_names": zone(site="v=spf1 mx -all").add("site.test", "MX", *((n, f"m{n}.test") for n in range(11))),
}  # fmt: skip
for number in range(11):
    FAULTS["spf.too_many_names"].add(f"m{number}.test", "A", f"198.51.100.{number}")


@pytest.mark.parametrize("code", FAULTS)
async def test_the_record_that_a_finding_proposes_makes_it_go_away(code: str) -> None:
    records = FAULTS[code]
    [finding] = judge(await checked(records))
    assert finding.code == code
    assert finding.remedy and finding.remedy.copy.startswith("v=spf1 "), finding.remedy
    over = Zone({**records.records, "site.test": [("TXT", finding.remedy.copy)]})
    over.add("site.test", "MX", *(value for kind, value in records.records["site.test"] if kind == "MX"))
    after = await checked(over)
    assert after.result is Result.PASS
    assert [each.code for each in judge(after)] == ["spf.pass"]


@pytest.mark.parametrize(
    ("records", "domain", "code"),
    [
        (Zone(), "nowhere.test", "spf.domain_unknown"),
        (Zone(), "[192.0.2.1]", "spf.not_a_domain"),
        (Zone(), "", "spf.not_a_domain"),
        (zone(site="v=spf1 nonsense -all"), "site.test", "spf.malformed"),
        (zone(site="v=spf1 include:one.test -all", one="v=spf1 moo"), "site.test", "spf.include_broken"),
        (zone(site="v=spf1 redirect=gone.test"), "site.test", "spf.include_broken"),
    ],
)
async def test_each_other_end_has_its_code(records: Zone, domain: str, code: str) -> None:
    [finding] = judge(await checked(records, domain))
    assert (finding.code, finding.verdict) == (code, Verdict.FAIL)
    assert finding.remedy and len(finding.remedy.text) > 40


def test_every_code_is_reached_by_a_test() -> None:
    told = {*FAULTS, "spf.domain_unknown", "spf.not_a_domain", "spf.temperror", "spf.lookups_unanswered", "spf.pass"}
    assert {each.code for each in CODES} == told


@pytest.mark.parametrize(
    ("record", "proposed"),
    [
        ("v=spf1 redirect=gone.test", f"v=spf1 ip4:{IP} ~all"),
        ("v=spf1 include:gone.test -all", f"v=spf1 ip4:{IP} -all"),
        ("v=spf1 include:site.test ?all exp=why.test", f"v=spf1 ip4:{IP} ?all exp=why.test"),
        ("v=spf1 a:x.test a:y.test a:z.test -all", f"v=spf1 ip4:{IP} -all"),
        ("v=spf1 include:gone.test mx -all", "v=spf1 mx -all"),
    ],
)
async def test_no_proposal_forbids_everybody(record: str, proposed: str) -> None:
    [finding] = judge(await checked(zone(site=record)))
    assert finding.remedy and finding.remedy.copy == proposed


async def test_a_merged_record_keeps_every_sender_and_drops_no_include() -> None:
    records = Zone().add("site.test", "TXT", "v=spf1 a include:x.test -all", "v=spf1 a mx redirect=y.test")
    [finding] = judge(await checked(records))
    assert finding.remedy and finding.remedy.copy == "v=spf1 a include:x.test mx include:y.test -all"


async def test_an_evaluation_is_plain_json_even_with_bytes_in_it() -> None:
    found = await checked(Zone().add("site.test", "TXT", b"v=spf1 a:\xff\x00 -all"), helo="\udcff")
    json.dumps(found.to_json(), ensure_ascii=False).encode()
    assert "\\xff\\x00" in found.record
