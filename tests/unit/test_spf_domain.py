"""The SPF of a whole domain: each planted fault is named as the cause, and its remedy makes it go away."""

from __future__ import annotations

import json

import pytest

from diagnostics.finding import UnknownReason, Verdict
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.spf.domain import look_at_spf
from diagnostics.mail.spf.record_codes import CODES
from tests.servers.zone import Zone
from tests.unit.spf_faults import BAD, IP, NOW, PLANTED, SENDER, SITE, Planted, cause, looked, published, zone


@pytest.mark.parametrize("how", PLANTED)
async def test_a_planted_fault_is_the_cause_and_nothing_else_is_accused(how: str) -> None:
    planted = PLANTED[how]
    found = (await looked(planted.zone, *planted.senders)).findings
    assert [each.code for each in found if each.verdict in BAD] == [planted.code, *planted.others]
    first = cause(found)
    assert first is found[0]
    assert first.remedy
    for record in first.evidence["records"]:
        assert set(record) == {"name", "type", "values", "ttl"}
    assert "tree" in first.evidence
    waiting = [each for each in found if each.code == "spf.sender_waits"]
    assert all(each.blocked_by == planted.code and each.reason is UnknownReason.BLOCKED for each in waiting)
    json.dumps([each.to_json() for each in found])


@pytest.mark.parametrize("how", PLANTED)
async def test_the_record_that_is_proposed_makes_the_finding_go_away_laid_over_and_published(how: str) -> None:
    planted = PLANTED[how]
    found = await looked(planted.zone, *planted.senders)
    first = cause(found.findings)
    assert first.remedy
    assert first.remedy.copy == planted.proposed
    if not first.remedy.records:
        assert how == "10 nobody knows what"
        return
    world = World(planted.zone, None, NOW).over(first.remedy.records)
    for after in (
        await looked(world.dns, *planted.senders),
        await looked(published(planted.zone, first.remedy.records), *planted.senders),
    ):
        left = {each.code for each in after.findings if each.verdict in BAD}
        assert not left
        assert all(each.result == "pass" for each in after.evaluations.values())
        passed = {each for each, evaluation in found.evaluations.items() if evaluation.result == "pass"}
        assert passed <= set(after.evaluations)


def test_every_code_of_a_record_is_planted_here() -> None:
    """Those of senders alone have tests of their own below."""
    senders = {"spf.record_sound", "spf.sender_waits", "spf.sender_unknown", "spf.answer_too_large"}
    assert {each.code for each in CODES} - senders <= {each.code for each in PLANTED.values()}


async def test_a_sound_record_is_sound_and_shows_its_tree_with_counts_and_providers() -> None:
    records = zone(site="v=spf1 a include:_spf.google.com include:%{i}.x.test ~all").add(
        "_spf.google.com", "TXT", f"v=spf1 include:_netblocks.google.com ip4:{IP} ~all"
    )
    records.add("_netblocks.google.com", "TXT", "v=spf1 ip4:203.0.113.0/24 ~all")
    found = (await looked(records, SENDER)).findings
    assert [(each.code, each.verdict) for each in found] == [("spf.pass", "pass"), ("spf.record_sound", "pass")]
    tree = found[0].evidence["tree"]
    assert [(each["term"], each["lookup"], each["cost"]) for each in tree["terms"]] == [
        ("a", 1, 1),
        ("include:_spf.google.com", 2, 2),
        ("include:%{i}.x.test", 4, 1),
    ]
    assert tree["terms"][1]["provider_title"] == "Google Workspace"
    assert tree["terms"][2]["by_sender"]
    assert [each["name"] for each in found[0].evidence["records"]] == [
        SITE,
        "_spf.google.com",
        "_netblocks.google.com",
    ]
    assert found[1].evidence["lookups"] == 4


async def test_lookups_behind_the_match_are_a_warning_while_the_sender_passes_and_a_fault_without_any_sender() -> None:
    records = PLANTED["eleven lookups behind the sender"].zone
    with_sender, alone = await looked(records, SENDER), await looked(records)
    assert [each.code for each in with_sender.findings] == ["spf.lookups_over_limit", "spf.pass"]
    assert [each.code for each in alone.findings] == ["spf.too_many_lookups"]
    assert "11 lookups" in with_sender.findings[0].summary
    assert "include:one.test 5" in with_sender.findings[0].remedy.text


async def test_flattening_says_why_it_is_the_last_resort() -> None:
    [found, _] = (await looked(PLANTED["eleven lookups behind the sender"].zone, SENDER)).findings
    assert "last resort" in found.remedy.text and "when the provider changes its addresses" in found.remedy.text


async def test_what_can_be_dropped_is_dropped_before_anything_is_flattened() -> None:
    records = zone(
        site=f"v=spf1 ip4:{IP} a include:one.test include:two.test -all",
        one="v=spf1 include:two.test " + " ".join(f"a:a{n}.test" for n in range(4)) + " ?all",
        two="v=spf1 a:b0.test a:b1.test ?all",
    )
    for name in ("a0", "a1", "a2", "a3", "b0", "b1"):
        records.add(f"{name}.test", "A", "198.51.100.1")
    found = cause((await looked(records, SENDER)).findings)
    assert found.code == "spf.lookups_over_limit"
    assert found.remedy.copy == f"v=spf1 ip4:{IP} a include:one.test -all"


async def test_one_of_several_senders_is_added_and_those_that_passed_still_pass() -> None:
    other = Sender(SITE, SITE, "198.51.100.44")
    records = zone(site="v=spf1 include:one.test -all", one=f"v=spf1 ip4:{IP} ~all")
    found = (await looked(records, SENDER, other)).findings
    assert [each.code for each in found] == ["spf.sender_not_authorised", "spf.pass", "spf.record_sound"]
    assert found[0].remedy.copy == "v=spf1 include:one.test ip4:198.51.100.44 -all"
    assert found[0].evidence["after"]["senders"] == [[IP, "pass"], ["198.51.100.44", "pass"]]


async def test_a_relay_known_by_name_is_judged_by_an_address_of_its_providers_record() -> None:
    sender = Sender(SITE, relay="smtp-relay.gmail.com")
    records = zone(site="v=spf1 include:_spf.google.com ~all").add(
        "_spf.google.com", "TXT", "v=spf1 include:_netblocks.google.com ~all"
    )
    records.add("_netblocks.google.com", "TXT", "v=spf1 ip4:203.0.113.0/24 ~all")
    view = await looked(records, sender)
    assert [each.code for each in view.findings] == ["spf.pass", "spf.record_sound"]
    assert "203.0.113.1 was taken from the SPF record of _spf.google.com" in view.findings[0].summary
    bare = cause((await looked(published(records, ()).add("x.test", "A"), sender)).findings)
    assert bare.code == "spf.pass"
    records.records[SITE] = [("TXT", "v=spf1 -all")]
    missing = cause((await looked(records, sender)).findings)
    assert (missing.code, missing.remedy.copy) == ("spf.sender_not_authorised", "v=spf1 include:_spf.google.com -all")


async def test_a_provider_without_a_known_include_is_not_written_down_as_one_address() -> None:
    sender = Sender(SITE, SITE, IP, relay="smtp.sendingservice.net")
    found = cause((await looked(zone(site="v=spf1 a -all"), sender)).findings)
    assert (found.code, found.remedy.records) == ("spf.sender_not_authorised", ())
    assert "the include that MailPoet Sending Service names (WordPress → MailPoet" in found.remedy.text


async def test_without_any_sender_a_missing_record_is_told_in_words() -> None:
    [found] = (await looked(zone())).findings
    assert (found.code, found.remedy.records, found.remedy.copy) == ("spf.missing", (), "")
    assert "and this value: v=spf1, then an ip4: or ip6: for each server that sends for you, then ~all." in (
        found.remedy.text
    )


async def test_the_name_field_is_told_as_the_panel_of_the_zone_wants_it() -> None:
    for domain, at, field in (
        ("news.site.test", "news.site.test.site.test", "write news into"),
        (SITE, f"{SITE}.{SITE}", "write @ (or nothing) into"),
        (SITE, f"www.{SITE}", "write @ (or nothing) into"),
    ):
        records = zone().add(domain, "A", IP).add(at, "TXT", f"v=spf1 ip4:{IP} -all")
        found = cause((await look_at_spf(Subject(domain), World(records, None, NOW))).findings)
        assert found.code == "dns.wrong_name" and field in found.remedy.text


async def test_a_relay_that_bounces_to_its_own_domain_is_not_accused_while_the_envelope_is_unknown() -> None:
    for sender in (Sender(SITE, relay="smtp.sendgrid.net"), Sender(SITE, ip=IP, relay="smtp.sendgrid.net")):
        found = (await looked(zone(site="v=spf1 a ~all"), sender)).findings
        assert [(each.code, each.verdict) for each in found] == [
            ("spf.sender_unknown", "unknown"),
            ("spf.record_sound", "pass"),
        ]
        assert "bounces to a domain of its own" in found[0].summary


async def test_a_relay_that_nobody_knows_passes_by_its_own_address_or_is_unknown() -> None:
    sender = Sender(SITE, relay="mail.host.test")
    records = zone(site=f"v=spf1 ip4:{IP} -all").add("mail.host.test", "A", IP)
    assert [each.code for each in (await looked(records, sender)).findings] == ["spf.pass", "spf.record_sound"]
    records.records["mail.host.test"] = [("A", "192.0.2.66")]
    found = (await looked(records, sender)).findings
    assert [each.code for each in found] == ["spf.sender_unknown", "spf.record_sound"]
    nameless = (await looked(records, Sender(SITE))).findings
    assert nameless[0].code == "spf.sender_unknown"


async def test_the_envelopes_domain_decides_and_the_apex_needs_no_record_for_it() -> None:
    sender = Sender(SITE, "send.site.test", IP)
    records = zone().add("send.site.test", "TXT", "v=spf1 include:amazonses.com ~all")
    records.add("amazonses.com", "TXT", f"v=spf1 ip4:{IP} ~all")
    view = await looked(records, sender)
    assert [(each.code, each.subject) for each in view.findings] == [
        ("spf.pass", "send.site.test"),
        ("spf.record_sound", "send.site.test"),
    ]
    assert view.evaluations[sender].domain == "send.site.test"
    assert view.findings[0].evidence["senders"][0]["counts_for_dmarc"].startswith("yes, unless the policy says aspf=s")


async def test_a_broken_record_that_a_provider_keeps_is_told_to_the_provider() -> None:
    sender = Sender(SITE, "em.site.test", IP, relay="smtp.sendgrid.net")
    records = zone(site="v=spf1 a -all").add("em.site.test", "CNAME", "u1.wl.sendgrid.net")
    records.add("u1.wl.sendgrid.net", "TXT", "v=spf1 ip4:203.0.113.1 -all")
    found = cause((await looked(records, sender)).findings)
    assert (found.code, found.subject, found.remedy.records) == ("spf.sender_not_authorised", "em.site.test", ())
    assert "u1.wl.sendgrid.net" in found.remedy.letter and IP in found.remedy.letter


async def test_a_record_behind_a_cname_within_the_domain_is_changed_where_it_stands() -> None:
    sender = Sender(SITE, "em.site.test", IP)
    records = zone(site="v=spf1 a -all").add("em.site.test", "CNAME", "out.site.test")
    records.add("out.site.test", "TXT", "v=spf1 a:site.test -all")
    found = cause((await looked(records, sender)).findings)
    [change] = found.remedy.records
    assert (change.name, change.value) == ("out.site.test", f"v=spf1 a:site.test ip4:{IP} -all")
    after = await looked(published(records, (change,)), sender)
    assert [each.verdict for each in after.findings] == ["pass"] * 3


async def test_a_foreign_envelope_is_evaluated_and_its_record_left_alone() -> None:
    sender = Sender(SITE, "bounce.relay.test", IP)
    records = zone(site="v=spf1 a -all").add("bounce.relay.test", "TXT", f"v=spf1 ptr ip4:{IP} ?all")
    view = await looked(records, sender)
    assert [(each.code, each.subject) for each in view.findings] == [
        ("spf.record_sound", SITE),
        ("spf.pass", "bounce.relay.test"),
    ]
    assert view.findings[1].evidence["senders"][0]["counts_for_dmarc"].startswith("no, the envelope has another")
    records.fail("bounce.relay.test", "servfail").records.pop("bounce.relay.test")
    found = (await looked(records, sender)).findings
    assert [(each.code, each.verdict) for each in found][1:] == [("spf.temperror", "unknown")]


@pytest.mark.parametrize("trouble", ["servfail", "timeout", "refused", "garbage"])
async def test_42_a_resolver_that_fails_is_unknown_once_and_no_second_alarm(trouble) -> None:
    found = (await looked(Zone().fail(SITE, trouble), SENDER)).findings
    assert [(each.code, each.verdict, each.blocked_by) for each in found] == [
        ("dns.unavailable", "unknown", ""),
        ("spf.sender_waits", "unknown", "dns.unavailable"),
    ]
    assert "TXT site.test" in found[0].summary


async def test_a_failure_in_the_middle_is_unknown_and_takes_nothing_out() -> None:
    records = zone(site=f"v=spf1 ip4:{IP} include:dead.test a:dead.test ?all").fail("dead.test", "servfail")
    found = (await looked(records, SENDER)).findings
    assert [each.code for each in found] == ["spf.open_end", "spf.lookups_unanswered", "spf.pass"]
    assert "TXT dead.test" in found[1].summary
    assert found[0].remedy.copy == f"v=spf1 ip4:{IP} include:dead.test a:dead.test ~all"


async def test_a_long_proposal_is_shown_split_as_panels_take_it() -> None:
    terms = " ".join(f"ip4:198.51.100.{n}" for n in range(20))
    found = cause((await looked(zone(site=f"v=spf1 {terms} -all"), SENDER)).findings)
    value = found.remedy.copy
    parts = found.evidence["proposed_strings"].strip('"').split('" "')
    assert len(value) > 255 and "".join(parts) == value and all(len(each) <= 255 for each in parts)
    assert found.evidence["proposed_strings"] in found.remedy.text


async def test_an_answer_too_large_for_udp_names_the_largest_records() -> None:
    records = zone(site=f"v=spf1 ip4:{IP} -all").add(SITE, "TXT", *(f"verification-{n}=" + "x" * 200 for n in range(6)))
    found = cause((await looked(records, SENDER)).findings)
    assert (found.code, found.verdict) == ("spf.answer_too_large", Verdict.WARN)
    assert found.evidence["bytes"] > 1232 and "verification-0=" in found.remedy.text


async def test_wide_ranges_of_known_providers_are_not_the_domains_fault() -> None:
    records = zone(site="v=spf1 a include:spf.protection.outlook.com -all", x="v=spf1 a include:y.test -all")
    records.add("spf.protection.outlook.com", "TXT", "v=spf1 ip4:40.0.0.0/7 ip4:52.0.0.0/8 -all")
    assert [each.code for each in (await looked(records)).findings] == ["spf.record_sound"]
    records.add("y.test", "TXT", "v=spf1 ip4:40.0.0.0/7 -all").records[SITE] = [("TXT", "v=spf1 include:y.test -all")]
    found = cause((await looked(records)).findings)
    assert (found.code, found.remedy.records) == ("spf.range_too_wide", ())
    assert "33,554,432 IPv4 addresses" in found.summary


@pytest.mark.parametrize(
    ("domain", "code"),
    [("nowhere.test", "spf.domain_unknown"), ("localhost", "spf.not_a_domain"), ("[192.0.2.1]", "spf.not_a_domain")],
)
async def test_what_is_no_domain_is_said_so(domain: str, code: str) -> None:
    found = (await look_at_spf(Subject(domain), World(zone(), None, NOW))).findings
    assert [each.code for each in found] == [code]


async def test_a_planted_fault_may_come_with_others_and_one_record_mends_them_all() -> None:
    planted = Planted(zone(site=f"v=spf1 ptr a:x.test include:gone.test ip4:{IP} a:x.test ?all"), "")
    planted.zone.add("9.2.0.192.in-addr.arpa", "PTR", "elsewhere.test").add("elsewhere.test", "A", IP)
    found = (await looked(planted.zone, SENDER)).findings
    bad = [each for each in found if each.verdict in BAD]
    assert [each.code for each in bad] == [
        "spf.include_broken",
        "spf.dead_terms",
        "spf.open_end",
        "spf.uses_ptr",
        "spf.repeated_terms",
    ]
    assert {each.remedy.copy for each in bad} == {f"v=spf1 ip4:{IP} ~all"}
