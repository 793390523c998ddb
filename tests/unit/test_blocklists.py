"""Blocklists: an answer counts only from a list that passes both probes of RFC 5782; all else is `unknown`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.address import AddressView, look_at_address
from diagnostics.mail.address.blocklists import BY_NAME, DEFAULT, LISTS, chosen
from diagnostics.mail.domain import Sender, Subject, World
from diagnostics.network import DNS, Resolver
from tests.servers.blocklist import lay, reversed_name, zone_file
from tests.servers.nsd import Nsd
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.zone import Zone

IP = "192.0.2.9"
IP6 = "2001:db8::25"
ZEN = "zen.spamhaus.org"
DBL = "dbl.spamhaus.org"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def looked(dns: DNS, *lists: str, ip: str = IP, relay: str = "", mail_from: str = "") -> AddressView:
    subject = Subject("site.test", (Sender("site.test", mail_from=mail_from, ip=ip, relay=relay),))
    return await look_at_address(subject, World(dns, None, NOW, blocklists=lists))


def about_lists(view: AddressView) -> list[Finding]:
    names = ("reputation.list", "reputation.not_listed", "reputation.relay_listed", "reputation.policy_listed")
    return [each for each in view.findings if each.code.startswith(names)]


async def only(dns: DNS, *lists: str, **more: str) -> Finding:
    [finding] = about_lists(await looked(dns, *lists, **more))
    return finding


async def test_an_address_that_a_working_list_holds_is_listed_with_code_meaning_page_and_letter() -> None:
    dns = lay(Zone(), ZEN, {IP: "127.0.0.3"}).add(f"{reversed_name(IP)}.{ZEN}", "TXT", "see https://check.test/?q=1")
    found = await only(dns, "spamhaus-zen")
    assert (found.code, found.verdict, found.subject) == ("reputation.listed", Verdict.FAIL, IP)
    assert "CSS" in found.summary and "127.0.0.3" in found.summary
    assert found.evidence["asked"][0]["reason"] == "see https://check.test/?q=1"
    assert found.remedy and "https://check.spamhaus.org/" in found.remedy.copy
    assert found.remedy.text.startswith("First find the cause") and IP in found.remedy.letter


async def test_an_address_that_no_list_holds_is_clean_and_what_was_not_asked_is_said() -> None:
    found = await only(lay(lay(Zone(), ZEN, {}), "bl.spamcop.net", {}), "spamhaus-zen", "spamcop")
    assert (found.code, found.verdict) == ("reputation.not_listed", Verdict.PASS)
    assert found.summary.startswith("None of 2 blocklists holds")
    assert {each["list"] for each in found.evidence["off"]} == set(BY_NAME) - {"spamhaus-zen", "spamcop"}


async def test_several_lists_are_one_finding() -> None:
    dns = lay(lay(Zone(), ZEN, {IP: "127.0.0.2"}), "bl.spamcop.net", {IP: "127.0.0.2"})
    found = await only(dns, "spamhaus-zen", "spamcop")
    assert found.code == "reputation.listed" and "2 blocklists" in found.summary
    assert found.remedy and "Spamhaus ZEN and SpamCop" in found.remedy.letter


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        ("127.255.255.252", "not allowed", "typed wrong"),
        ("127.255.255.253", "not allowed", "excluded"),
        ("127.255.255.254", "not allowed", "public or unattributable resolver"),
        ("127.255.255.255", "not allowed", "too many questions"),
        ("203.0.113.7", "unavailable", "other owners"),
    ],
)
@pytest.mark.parametrize("where", [IP, "127.0.0.2", "127.0.0.1"])
async def test_an_error_answer_is_neither_listed_nor_clean_wherever_it_comes(answer, reason, words, where) -> None:
    dns = lay(Zone(), ZEN, {})
    dns.records[f"{reversed_name(where)}.{ZEN}"] = [("A", answer)]
    found = await only(dns, "spamhaus-zen")
    assert (found.code, found.verdict, found.reason) == ("reputation.list_unknown", "unknown", reason)
    assert words in found.summary and found.remedy and "terms" in found.remedy.text


async def test_a_code_beside_an_error_code_is_not_believed() -> None:
    dns = lay(Zone(), ZEN, {IP: "127.0.0.2"}).add(f"{reversed_name(IP)}.{ZEN}", "A", "127.255.255.255")
    assert (await only(dns, "spamhaus-zen")).code == "reputation.list_unknown"


async def test_a_list_without_its_test_entry_is_dead() -> None:
    found = await only(Zone().add(f"{reversed_name(IP)}.{ZEN}", "A", "127.0.0.2"), "spamhaus-zen")
    assert found.code == "reputation.list_unknown" and "test entry" in found.summary
    assert (await only(Zone(), "spamhaus-zen")).code == "reputation.list_unknown"


async def test_a_list_that_holds_everything_is_not_believed() -> None:
    dns = lay(Zone(), ZEN, {IP: "127.0.0.2", "127.0.0.1": "127.0.0.2"})
    found = await only(dns, "spamhaus-zen")
    assert found.code == "reputation.list_unknown" and "answers every question" in found.summary


@pytest.mark.parametrize("trouble", ["timeout", "servfail", "refused"])
@pytest.mark.parametrize("where", [IP, "127.0.0.2", "127.0.0.1"])
async def test_a_question_without_answer_is_unknown(trouble, where) -> None:
    dns = lay(Zone(), ZEN, {})
    dns.records.pop(f"{reversed_name(where)}.{ZEN}", None)
    found = await only(dns.fail(f"{reversed_name(where)}.{ZEN}", trouble), "spamhaus-zen")
    assert (found.code, found.reason) == ("reputation.list_unknown", "unavailable")


async def test_a_broken_list_does_not_hide_what_another_says() -> None:
    dns = lay(Zone().fail(f"2.0.0.127.{ZEN}", "servfail"), "bl.spamcop.net", {IP: "127.0.0.2"})
    found = about_lists(await looked(dns, "spamhaus-zen", "spamcop"))
    assert [each.code for each in found] == ["reputation.listed", "reputation.list_unknown"]
    dns = lay(Zone(), "bl.spamcop.net", {})
    found = about_lists(await looked(dns, "spamhaus-zen", "spamcop"))
    assert [each.code for each in found] == ["reputation.not_listed", "reputation.list_unknown"]


async def test_the_policy_list_is_a_fault_only_where_the_site_sends_by_itself() -> None:
    dns = lay(Zone(), ZEN, {IP: "127.0.0.10"})
    direct = await only(dns, "spamhaus-zen")
    assert (direct.code, direct.verdict) == ("reputation.policy_listed", Verdict.FAIL)
    behind = await only(dns, "spamhaus-zen", relay="relay.test")
    assert (behind.code, behind.verdict) == ("reputation.not_listed", Verdict.PASS)
    assert "no fault" in behind.summary
    dns.add(f"{reversed_name(IP)}.{ZEN}", "A", "127.0.0.4")
    assert (await only(dns, "spamhaus-zen", relay="relay.test")).code == "reputation.listed"


async def test_a_list_of_whole_networks_is_information_only() -> None:
    dns = lay(lay(Zone(), "dnsbl-3.uceprotect.net", {IP: "127.0.0.2"}), ZEN, {})
    found = await only(dns, "uceprotect-3", "spamhaus-zen")
    assert found.verdict is Verdict.PASS and "information only" in found.summary


async def test_a_relays_address_is_its_providers_to_mend() -> None:
    dns = lay(Zone(), ZEN, {IP: "127.0.0.2"})
    found = await only(dns, "spamhaus-zen", relay="smtp.sendgrid.net")
    assert (found.code, found.verdict) == ("reputation.relay_listed", Verdict.WARN)
    assert found.remedy and found.remedy.letter.startswith("To the support of SendGrid")


async def test_an_ipv6_address_is_asked_by_its_nibbles_of_lists_that_hold_such() -> None:
    dns = lay(Zone(), ZEN, {IP6: "127.0.0.4"})
    found = await only(dns, "spamhaus-zen", "spamcop", ip=IP6)
    assert found.code == "reputation.listed" and len(found.evidence["asked"]) == 1
    assert (f"{reversed_name('::ffff:127.0.0.1')}.{ZEN}", "A") in dns.asked
    off = await only(dns, "spamcop", ip=IP6)
    assert (off.code, off.reason) == ("reputation.lists_off", "not configured")


async def test_domain_lists_are_asked_for_the_domains_of_the_mail_and_never_for_an_address() -> None:
    dns = lay(Zone(), DBL, {"bounce.site.test": "127.0.1.102"}, test_point="dbltest.com")
    view = await looked(dns, "spamhaus-dbl", mail_from="bounce.site.test")
    found = {each.subject: each.code for each in about_lists(view)}
    assert found == {
        IP: "reputation.lists_off",
        "site.test": "reputation.not_listed",
        "bounce.site.test": "reputation.listed",
    }
    assert not [name for name, _ in dns.asked if name.startswith(reversed_name(IP)) and name.endswith(DBL)]
    [listed] = [each for each in view.findings if each.code == "reputation.listed"]
    assert listed.remedy and "hacked" in listed.summary and "relay does not" in listed.remedy.text


async def test_a_domain_list_that_says_it_was_asked_an_address_is_not_believed() -> None:
    dns = lay(Zone(), DBL, {"site.test": "127.0.1.255"}, test_point="dbltest.com")
    found = [each for each in about_lists(await looked(dns, "spamhaus-dbl")) if each.subject != IP]
    assert [each.code for each in found] == ["reputation.list_unknown"]


async def test_a_list_of_bits_names_each_and_its_own_refusal_is_no_listing() -> None:
    lists = {"site.test": "127.0.0.80"}
    dns = lay(Zone(), "multi.surbl.org", lists, test_point="surbl-org-permanent-test-point.com")
    [found] = [each for each in about_lists(await looked(dns, "surbl")) if each.subject != IP]
    assert found.code == "reputation.listed" and "malware" in found.summary and "abuse" in found.summary
    dns = Zone().add("test.uribl.com.multi.uribl.com", "A", "127.0.0.1")
    dns.add("invalid.multi.uribl.com", "A", "127.0.0.1").add("site.test.multi.uribl.com", "A", "127.0.0.1")
    [found] = [each for each in about_lists(await looked(dns, "uribl")) if each.subject != IP]
    assert (found.code, found.reason) == ("reputation.list_unknown", "not allowed")


async def test_a_providers_own_domain_is_not_asked_about() -> None:
    dns = lay(Zone(), DBL, {}, test_point="dbltest.com")
    await looked(dns, "spamhaus-dbl", mail_from="bounces.sendgrid.net")
    assert not [name for name, _ in dns.asked if "sendgrid" in name]


async def test_a_paid_zone_is_asked_and_its_key_stands_nowhere() -> None:
    paid = "s3cr3tkey.zen.dq.spamhaus.net"
    dns = lay(Zone(), paid, {IP: "127.0.0.2"}).add(f"{reversed_name(IP)}.{paid}", "TXT", f"listed in {paid}")
    view = await looked(dns, f"spamhaus-zen={paid}")
    assert about_lists(view)[0].code == "reputation.listed"
    assert "s3cr3tkey" not in json.dumps([each.to_json() for each in view.findings])
    with ScriptedDns(Zone().fail(f"2.0.0.127.{paid}", "servfail")) as server:
        view = await looked(Resolver((server.nameserver,), timeout_s=1), f"spamhaus-zen={paid}")
    assert about_lists(view)[0].code == "reputation.list_unknown"
    assert "s3cr3tkey" not in json.dumps([each.to_json() for each in view.findings])


async def test_a_name_that_is_no_list_is_said() -> None:
    found = about_lists(await looked(lay(Zone(), ZEN, {}), "spamhaus-zen", "spamhous"))
    assert [each.code for each in found] == ["reputation.not_listed", "reputation.list_unset"]
    assert found[1].reason == "not configured" and "spamhaus-zen" in found[1].remedy.text  # type: ignore[union-attr]


async def test_no_list_at_all_is_could_not_look() -> None:
    dns = Zone()
    found = await only(dns, "none")
    assert (found.code, found.verdict, found.reason) == ("reputation.lists_off", "unknown", "not configured")
    assert {name for name, _ in dns.asked} == {"9.2.0.192.in-addr.arpa", "mail.site.test"}


def test_on_by_default_are_only_lists_whose_operator_allows_it_and_each_states_its_terms() -> None:
    assert DEFAULT == ("dronebl", "psbl")
    assert [each.blocklist.name for each in chosen(())[0]] == list(DEFAULT)
    assert [each.blocklist.name for each in chosen(("default", "spamcop"))[0]] == [*DEFAULT, "spamcop"]
    assert all(each.terms and each.look_up.startswith("https://") and each.codes for each in LISTS)
    assert all(not each.default for each in LISTS if each.operator == "The Spamhaus Project")


async def test_a_sample_entry_of_a_list_is_no_listing() -> None:
    dns = lay(Zone(), "dnsbl.dronebl.org", {IP: "127.0.0.2"})
    assert (await only(dns, "dronebl")).code == "reputation.not_listed"


async def test_words_of_a_list_are_escaped_and_bounded() -> None:
    dns = lay(Zone(), ZEN, {IP: "127.0.0.2"}).add(f"{reversed_name(IP)}.{ZEN}", "TXT", "\x1b]0;x\x07" + "y" * 9000)
    reason = (await only(dns, "spamhaus-zen")).evidence["asked"][0]["reason"]
    assert "\x1b" not in reason and len(reason) < 250


# Research section 8, fault 40, on a real name server.


async def test_on_a_real_server_listed_refused_and_dead_are_told_apart() -> None:
    zones = {
        ZEN: zone_file({IP: "127.0.0.4"}),
        "bl.spamcop.net": f"{reversed_name(IP)} IN A 127.255.255.254\n2.0.0.127 IN A 127.255.255.254",
        "dnsbl-1.uceprotect.net": "x IN A 127.0.0.2",
        "bl.mailspike.net": "* IN A 203.0.113.80",
        DBL: zone_file({"site.test": "127.0.1.2"}, test_point="dbltest.com"),
    }
    lists = ("spamhaus-zen", "spamcop", "uceprotect-1", "mailspike", "barracuda", "spamhaus-dbl")
    with Nsd(zones) as server:
        found = about_lists(await looked(Resolver((server.nameserver,), timeout_s=2), *lists))
    told = {(each.code, each.subject): each for each in found}
    assert set(told) == {
        ("reputation.listed", IP),
        ("reputation.listed", "site.test"),
        ("reputation.list_unknown", "SpamCop"),
        ("reputation.list_unknown", "UCEPROTECT level 1"),
        ("reputation.list_unknown", "Mailspike"),
        ("reputation.list_unknown", "Barracuda Reputation"),
    }
    assert "resolver" in told["reputation.list_unknown", "SpamCop"].summary
    assert "test entry" in told["reputation.list_unknown", "UCEPROTECT level 1"].summary
    assert "other owners" in told["reputation.list_unknown", "Mailspike"].summary
    assert "REFUSED" in told["reputation.list_unknown", "Barracuda Reputation"].summary
