"""The whole walk and the proposed records against trees made at random, and against trees made to hurt."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.spf.domain import SPFView, look_at_spf
from diagnostics.mail.spf.gathering import MOST_QUESTIONS, MOST_RECORDS, Gathering
from diagnostics.mail.spf.record import Malformed, parse
from diagnostics.mail.spf.walk import MOST_COUNTED, Walk, count
from diagnostics.network import Resolver
from diagnostics.network.shared import SharedDNS
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.zone import Zone
from tests.unit.spf_faults import BAD, IP, NOW, SENDER, SITE, cause, looked, zone
from tests.unit.test_spf_hostile import HOSTILE, MOST_QUERIES, zones

ROOT = "a.test"


async def walked(records: Zone, domain: str = SITE) -> Walk:
    gathered = Gathering(records, asyncio.get_running_loop().time() + 5)
    await gathered.gather(domain)
    return count(domain, gathered)


def view_of(records: Zone, *senders: Sender) -> SPFView:
    return asyncio.run(look_at_spf(Subject(ROOT, senders), World(records, None, NOW)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(zones(), st.sampled_from([IP, "203.0.113.1", "::1"]))
def test_no_proposal_loses_a_sender_and_each_makes_its_finding_go_away(records: Zone, ip: str) -> None:
    senders = (Sender(ROOT, ROOT, IP), Sender(ROOT, ROOT, ip))
    view = view_of(records, *senders)
    json.dumps([each.to_json() for each in view.findings], ensure_ascii=False).encode()
    for finding in view.findings:
        if finding.remedy is None or not finding.remedy.records:
            continue
        for change in finding.remedy.records:
            if change.value:
                parse(change.value.encode())
        world = World(records, None, NOW).over(finding.remedy.records)
        after = asyncio.run(look_at_spf(Subject(ROOT, senders), world, mend=False))
        assert finding.code not in {each.code for each in after.findings if each.verdict in BAD}
        for sender, evaluation in view.evaluations.items():
            if evaluation.result == "pass":
                assert after.evaluations[sender].result == "pass"


@settings(max_examples=30, deadline=None)
@given(zones())
def test_what_is_sound_has_no_fault_and_what_could_not_be_looked_at_is_never_sound(records: Zone) -> None:
    view = view_of(records, Sender(ROOT, ROOT, IP))
    told = {each.code for each in view.findings}
    assert told
    if "spf.record_sound" in told:
        walk = view.looks[0].walk
        assert walk.usable and not walk.unanswered and not walk.below and walk.lookups <= 10


@pytest.mark.parametrize("how", HOSTILE)
async def test_a_tree_made_to_hurt_ends_soon_and_small(how: str) -> None:
    records = HOSTILE[how]
    records.asked.clear()
    started = time.process_time()
    sender = Sender(ROOT, ROOT, IP, "h" * 300)
    view = await look_at_spf(Subject(ROOT, (sender,)), World(records, None, NOW), mend=False)
    assert time.process_time() - started < 3
    assert len(records.asked) <= MOST_QUESTIONS + MOST_QUERIES
    assert len(json.dumps([each.to_json() for each in view.findings])) < 400_000


@pytest.mark.parametrize("how", ["64 KiB of includes", "a tree of thousands of lookups", "64 KiB of one macro"])
async def test_a_tree_made_to_hurt_is_not_mended_at_any_price(how: str) -> None:
    records = HOSTILE[how]
    records.asked.clear()
    started = time.process_time()
    view = await look_at_spf(Subject(ROOT, (Sender(ROOT, ROOT, IP),)), World(records, None, NOW))
    assert time.process_time() - started < 6
    assert len(records.asked) < 20 * MOST_QUESTIONS
    assert all(len(each.remedy.text) < 5000 for each in view.findings if each.remedy)


async def test_a_tree_of_thousands_is_told_as_more_than_what_was_counted() -> None:
    walk = await walked(HOSTILE["a tree of thousands of lookups"], ROOT)
    assert (walk.lookups, walk.more) == (MOST_COUNTED, True)
    world = World(HOSTILE["a tree of thousands of lookups"], None, NOW)
    found = cause((await look_at_spf(Subject(ROOT), world)).findings)
    assert found.code == "spf.too_many_lookups"
    assert "(more than 50, where the look stopped, to its end)" in found.summary


async def test_what_is_read_and_what_is_asked_has_a_budget() -> None:
    records = HOSTILE["a tree of thousands of lookups"]
    gathered = Gathering(records, asyncio.get_running_loop().time() + 5)
    await gathered.gather(ROOT)
    assert len(gathered.records) == MOST_RECORDS
    many = zone(site="v=spf1 " + " ".join(f"mx:m{n}.test" for n in range(40)) + " -all")
    for number in range(40):
        many.add(f"m{number}.test", "MX", *((at, f"h{at}.m{number}.test") for at in range(9)))
    walk = await walked(many)
    assert len(many.asked) == MOST_QUESTIONS
    assert walk.more and walk.counted.startswith("more than 40")


async def test_the_same_name_is_asked_once_and_counted_each_time() -> None:
    records = zone(site="v=spf1 include:one.test include:one.test mx -all", one="v=spf1 a:h.test ?all")
    records.add("h.test", "A", IP).add(SITE, "MX", (1, "h.test"))
    walk = await walked(records)
    assert walk.lookups == 5
    assert [each.lookup for each in walk.root.branches] == [1, 3, 5]
    assert len(records.asked) == len(set(records.asked))


async def test_the_walk_waits_for_the_longest_chain_and_not_for_every_name() -> None:
    records = zone(
        site="v=spf1 " + " ".join(f"include:i{n}.test" for n in range(9)) + " -all",
        **{f"i{n}": f"v=spf1 ip4:203.0.113.{n} ?all" for n in range(8)},
        i8="v=spf1 include:deep.test ?all",
        deep=f"v=spf1 ip4:{IP} -all",
    )
    with ScriptedDns(records, delay_s=0.1) as server:
        dns = SharedDNS(Resolver((server.nameserver,), timeout_s=3))
        started = time.monotonic()
        view = await look_at_spf(Subject(SITE, (SENDER,)), World(dns, None, NOW))
    assert time.monotonic() - started < 0.3 * 1.6
    assert [each.code for each in view.findings] == ["spf.pass", "spf.record_sound"]
    assert len(records.asked) == len(set(records.asked))


async def test_a_silent_server_ends_within_the_time_and_is_unknown() -> None:
    with ScriptedDns(zone(site="v=spf1 include:x.test -all").fail("x.test", "timeout")) as server:
        dns = SharedDNS(Resolver((server.nameserver,), timeout_s=5))
        started = time.monotonic()
        view = await look_at_spf(Subject(SITE), World(dns, None, NOW), timeout_s=0.5)
    assert time.monotonic() - started < 2
    assert [(each.code, each.verdict) for each in view.findings] == [("spf.temperror", "unknown")]
    assert "x.test" in view.findings[0].summary


async def test_a_circle_of_cnames_and_a_dead_zone_below_are_no_reason_to_drop_a_sender() -> None:
    records = zone(site=f"v=spf1 include:c.test ip4:{IP} -all")
    records.add("c.test", "CNAME", "d.test").add("d.test", "CNAME", "c.test")
    with ScriptedDns(records) as server:
        dns = SharedDNS(Resolver((server.nameserver,), timeout_s=1))
        view = await look_at_spf(Subject(SITE, (SENDER,)), World(dns, None, NOW))
    assert [(each.code, each.verdict, each.blocked_by) for each in view.findings] == [
        ("spf.temperror", "unknown", ""),
        ("spf.sender_waits", "unknown", "spf.temperror"),
    ]


async def test_a_tree_that_cannot_be_shortened_puts_the_known_sender_first() -> None:
    terms = " ".join(f"include:%{{i}}.l{n}.test" for n in range(11))
    records = zone(site=f"v=spf1 {terms} ip4:{IP} -all")
    for number in range(11):
        records.add(f"{IP}.l{number}.test", "TXT", "v=spf1 ?all")
    found = (await looked(records, SENDER)).findings
    assert [each.code for each in found] == ["spf.too_many_lookups", "spf.sender_waits"]
    assert found[0].remedy.copy == f"v=spf1 ip4:{IP} {terms} -all"


async def test_an_include_that_no_longer_fits_the_ten_lookups_is_not_added_but_the_address() -> None:
    terms = " ".join(f"include:%{{i}}.l{n}.test" for n in range(10))
    records = zone(site=f"v=spf1 {terms} -all").add("mailgun.org", "TXT", f"v=spf1 ip4:{IP} ~all")
    for number in range(10):
        records.add(f"{IP}.l{number}.test", "TXT", "v=spf1 ?all")
    found = cause((await looked(records, Sender(SITE, SITE, IP, relay="smtp.mailgun.org"))).findings)
    assert (found.code, found.remedy.copy) == ("spf.sender_not_authorised", f"v=spf1 {terms} ip4:{IP} -all")


async def test_addresses_are_collected_for_both_families_before_a_host_is_written_out() -> None:
    terms = " ".join(f"exists:%{{i}}.l{n}.test" for n in range(9))
    records = zone(site=f"v=spf1 ip4:{IP} a:h.test {terms} mx -all").add("h.test", "A", "198.51.100.7")
    records.add("h.test", "AAAA", "2001:db8::7").add(SITE, "MX", (1, "m.test")).add("m.test", "A", "198.51.100.8")
    found = cause((await looked(records, SENDER)).findings)
    assert found.code == "spf.lookups_over_limit"
    assert found.remedy.copy == f"v=spf1 ip4:{IP} a:h.test {terms} ip4:198.51.100.8 -all"
    records.add(SITE, "MX", (2, "n.test")).add("n.test", "A", "198.51.100.9").add("m.test", "AAAA", "2001:db8::8")
    found = cause((await looked(records, SENDER)).findings)
    assert found.remedy.copy == f"v=spf1 ip4:{IP} ip4:198.51.100.7 ip6:2001:db8::7 {terms} mx -all"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_proposed_parses(text: str) -> None:
    records = Zone().add(ROOT, "TXT", f"v=spf1 {text}".encode("utf-8", "replace"), "v=spf1 a -all")
    for finding in view_of(records, Sender(ROOT, ROOT, IP)).findings:
        if finding.remedy and finding.remedy.copy:
            try:
                parse(finding.remedy.copy.encode())
            except Malformed as error:  # pragma: no cover - the failure's text
                pytest.fail(str(error))


async def test_a_redirect_costs_its_lookup_too() -> None:
    records = zone(site="v=spf1 a redirect=one.test", one="v=spf1 a:h.test -all").add("h.test", "A", IP)
    walk = await walked(records)
    assert (walk.lookups, walk.root.redirect and walk.root.redirect.cost) == (3, 2)


async def test_what_the_proposed_record_does_not_mend_does_not_carry_it() -> None:
    records = zone(site="v=spf1 a -all").add(SITE, "TXT", *(f"verification-{n}=" + "x" * 200 for n in range(6)))
    sender, size = [each for each in (await looked(records, SENDER)).findings if each.verdict in BAD]
    assert (sender.code, sender.remedy.copy) == ("spf.sender_not_authorised", f"v=spf1 a ip4:{IP} -all")
    assert (size.code, size.remedy.records) == ("spf.answer_too_large", ())


async def test_nothing_is_proposed_that_a_passing_sender_would_not_survive() -> None:
    """The relay's own address is only likely its sending one: it is not written into a record, nor shut out."""
    records = zone(site="v=spf1 a include:one.test -all", one="v=spf1 ip4:192.0.2.66 include:gone.test -all")
    sender = Sender(SITE, relay="mail.host.test")
    records.add("mail.host.test", "A", "192.0.2.66")
    found = cause((await looked(records, sender)).findings)
    assert (found.code, found.remedy.records, found.remedy.copy) == ("spf.include_broken", (), "")
    assert "take out include:one.test" in found.remedy.text


async def test_records_that_would_cost_too_much_together_are_not_proposed_merged() -> None:
    half = [" ".join(f"include:%{{i}}.l{n}.test" for n in range(at, at + 6)) for at in (0, 6)]
    records = zone().add(SITE, "TXT", *(f"v=spf1 {each} -all" for each in half))
    found = cause((await looked(records)).findings)
    assert (found.code, found.remedy.records) == ("spf.multiple", ())
    assert "publish one that has the terms of them all" in found.remedy.text


async def test_an_include_that_lets_everybody_send_is_named_with_its_path() -> None:
    found = cause((await looked(zone(site="v=spf1 include:one.test -all", one="v=spf1 all"), SENDER)).findings)
    assert "include:one.test → all" in found.summary


async def test_a_flattened_include_keeps_its_hosts_addresses_of_both_families() -> None:
    terms = " ".join(f"exists:%{{i}}.l{n}.test" for n in range(9))
    records = zone(site=f"v=spf1 ip4:{IP} include:one.test {terms} -all", one="v=spf1 a:h.test ~all")
    records.add("h.test", "A", "198.51.100.7").add("h.test", "AAAA", "2001:db8::7")
    found = cause((await looked(records, SENDER)).findings)
    assert found.remedy.copy == f"v=spf1 ip4:{IP} ip4:198.51.100.7 ip6:2001:db8::7 {terms} -all"
