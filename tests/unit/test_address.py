"""The address that hands mail over: its reverse name and its HELO name, each told apart, each remedy proved."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import pytest

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.address import look_at_address
from diagnostics.mail.address.names import is_generic, why_no_helo
from diagnostics.mail.domain import Sender, Subject, World
from diagnostics.network import DNS, Resolver
from tests.servers.nsd import Nsd
from tests.servers.zone import Zone

IP = "192.0.2.9"
IP6 = "2001:db8::25"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def zone(*pointers: str, ip: str = IP) -> Zone:
    """Reverse names of *ip*, and nothing else."""
    made = Zone()
    return made.add(ipaddress.ip_address(ip).reverse_pointer, "PTR", *pointers) if pointers else made


def world(dns: DNS) -> World:
    return World(dns, None, NOW, blocklists=("none",))


def sender(ip: str = IP, **more: str) -> Sender:
    return Sender("site.test", ip=ip, **more)  # type: ignore[arg-type]


async def looked(dns: DNS, *senders: Sender) -> list[Finding]:
    """The findings but those of blocklists."""
    view = await look_at_address(Subject("site.test", senders or (sender(),)), world(dns))
    return [each for each in view.findings if not each.code.startswith("reputation.list")]


async def only(dns: DNS, *senders: Sender) -> Finding:
    [finding] = await looked(dns, *senders)
    return finding


async def test_a_name_that_leads_back_is_sound() -> None:
    found = await only(zone("mail.site.test").add("mail.site.test", "A", IP))
    assert (found.code, found.verdict, found.subject) == ("reputation.ptr_confirmed", Verdict.PASS, IP)
    assert [(each["name"], each["type"]) for each in found.evidence["records"]] == [
        ("9.2.0.192.in-addr.arpa", "PTR"),
        ("mail.site.test", "A"),
    ]


async def test_one_of_several_names_that_leads_back_is_enough() -> None:
    dns = zone("a.site.test", "b.other.test", "c.site.test").add("b.other.test", "A", "192.0.2.1", IP)
    assert (await only(dns)).code == "reputation.ptr_confirmed"


async def test_ipv6_is_looked_up_in_its_own_tree_and_confirmed_by_aaaa_alone() -> None:
    dns = zone("mail.site.test", ip=IP6).add("mail.site.test", "A", IP)
    assert (await only(dns, sender(IP6))).code == "reputation.ptr_mismatch"
    assert (await only(dns.add("mail.site.test", "AAAA", IP6), sender(IP6))).code == "reputation.ptr_confirmed"


async def test_an_ipv4_address_in_ipv6_wrapping_is_looked_up_as_ipv4() -> None:
    found = await only(zone("mail.site.test").add("mail.site.test", "A", IP), sender(f"::ffff:{IP}"))
    assert (found.code, found.subject) == ("reputation.ptr_confirmed", IP)


async def test_no_reverse_name_is_missing_and_the_letter_says_what_to_set_where() -> None:
    found = await only(zone(), sender(helo=""))
    assert (found.code, found.verdict) == ("reputation.ptr_missing", Verdict.FAIL)
    assert found.remedy and not found.remedy.records
    assert IP in found.remedy.letter and "mail.site.test" in found.remedy.letter
    assert "host of the server or line" in found.remedy.text


async def test_the_name_to_set_is_one_that_no_other_machine_bears() -> None:
    taken = zone().add("mail.site.test", "A", "192.0.2.77")
    found = await only(taken)
    assert found.remedy and "mailout.site.test" in found.remedy.letter
    own = await only(zone("192-0-2-9.isp.test").add("mail.site.test", "A", IP))
    assert own.remedy and "to mail.site.test" in own.remedy.letter


async def test_a_name_in_the_own_zone_without_forward_is_mended_by_a_record_that_works() -> None:
    dns = zone("mail.site.test")
    found = await only(dns)
    assert (found.code, found.verdict) == ("reputation.ptr_mismatch", Verdict.FAIL)
    assert found.remedy and not found.remedy.letter
    [record] = found.remedy.records
    assert (record.name, record.type, record.value, record.replaces) == ("mail.site.test", "A", IP, ())
    mended = await look_at_address(Subject("site.test", (sender(),)), world(dns).over(found.remedy.records))
    assert "reputation.ptr_confirmed" in [each.code for each in mended.findings]
    assert "reputation.ptr_mismatch" not in [each.code for each in mended.findings]


async def test_a_name_of_the_own_zone_that_is_another_machine_gets_no_second_address() -> None:
    found = await only(zone("www.site.test").add("www.site.test", "A", "192.0.2.80"))
    assert found.code == "reputation.ptr_mismatch"
    assert found.remedy and not found.remedy.records
    assert "another machine" in found.remedy.text and "mail.site.test" in found.remedy.letter
    assert "192.0.2.80" in found.summary


async def test_a_name_beside_a_cname_gets_no_record_that_dns_would_refuse(tmp_path) -> None:
    zones = {
        "2.0.192.in-addr.arpa": "9 IN PTR mail.site.test.",
        "site.test": "mail IN CNAME gone.site.test.",
    }
    with Nsd(zones) as server:
        found = await only(Resolver((server.nameserver,), timeout_s=2))
    assert found.code == "reputation.ptr_mismatch"
    assert found.remedy and not found.remedy.records


async def test_a_name_in_a_foreign_zone_is_for_its_owner_to_mend() -> None:
    found = await only(zone("srv1.hoster.test").add("srv1.hoster.test", "A", "192.0.2.7"))
    assert found.code == "reputation.ptr_mismatch"
    assert found.remedy and not found.remedy.records and "srv1.hoster.test" in found.remedy.letter


async def test_a_name_in_a_foreign_zone_that_leads_nowhere_gets_no_record_of_the_readers() -> None:
    found = await only(zone("srv1.hoster.test"))
    assert found.code == "reputation.ptr_mismatch" and "leads nowhere" in found.summary
    assert found.remedy and not found.remedy.records and "mail.site.test" in found.remedy.letter


async def test_a_relays_address_is_for_its_support_and_the_site_is_not_accused() -> None:
    found = await only(zone(), sender(relay="smtp.sendgrid.net"))
    assert found.remedy and found.remedy.letter.startswith("To the support of SendGrid")
    assert found.evidence["provider"] == "sendgrid"
    assert "the support of SendGrid" in found.remedy.text


async def test_a_relays_address_is_known_by_its_name_only_where_that_leads_back() -> None:
    dns = zone("o1.outbound-mail.sendgrid.net").add("o1.outbound-mail.sendgrid.net", "A", IP)
    assert (await only(dns)).evidence["provider"] == "sendgrid"
    forged = zone("o1.outbound-mail.sendgrid.net")
    assert (await only(forged)).evidence["provider"] == ""


@pytest.mark.parametrize(
    ("name", "address", "generic"),
    [
        ("192-0-2-9.dynamic.isp.test", IP, True),
        ("9.2.0.192.clients.host.test", IP, True),
        ("ip192.0.2.9.host.test", IP, True),
        ("host-192-0-2-9.cable.isp.test", IP, True),
        ("192000002009.isp.test", IP, True),
        ("c0000209.isp.test", IP, True),
        ("p5-dyn-77.isp.test", IP, True),
        ("dhcp.isp.test", IP, True),
        ("mail.site.test", IP, False),
        ("mx09.dynamics.test", IP, False),
        ("dynamo.site.test", IP, False),
        ("a8-20.smtp-out.amazonses.com", IP, False),
        ("mail-192-0-2.site.test", IP, False),
        ("192-0-2-90.isp.test", IP, False),
        ("2001-db8--25.isp.test", IP6, True),
        ("mail.site.test", IP6, False),
    ],
)
def test_numbered_names_are_told_from_chosen_ones(name: str, address: str, generic: bool) -> None:
    assert is_generic(name, ipaddress.ip_address(address)) is generic


async def test_a_numbered_name_that_leads_back_is_advice_only() -> None:
    name = "192-0-2-9.dynamic.isp.test"
    found = await only(zone(name).add(name, "A", IP))
    assert (found.code, found.verdict) == ("reputation.ptr_generic", Verdict.WARN)
    assert found.remedy and "mail.site.test" in found.remedy.letter


@pytest.mark.parametrize("trouble", ["timeout", "servfail", "refused"])
async def test_a_reverse_zone_without_answer_is_unknown(trouble) -> None:
    found = await only(zone().fail("9.2.0.192.in-addr.arpa", trouble))
    assert (found.code, found.verdict, found.reason) == ("reputation.ptr_unseen", Verdict.UNKNOWN, "unavailable")


async def test_a_name_whose_zone_is_silent_is_unknown_unless_another_leads_back() -> None:
    dns = zone("a.site.test", "b.site.test").fail("a.site.test", "timeout")
    assert (await only(dns)).code == "reputation.ptr_unseen"
    assert (await only(dns.add("b.site.test", "A", IP))).code == "reputation.ptr_confirmed"


async def test_of_many_names_ten_are_followed() -> None:
    dns = zone(*(f"n{number:03}.other.test" for number in range(500)))
    found = await only(dns)
    assert found.code == "reputation.ptr_mismatch" and found.evidence["names_count"] == 500
    assert len(found.evidence["names"]) == 10
    assert sum(kind == "A" and name.endswith("other.test") for name, kind in dns.asked) == 10
    assert len(str(found.to_json())) < 6000


async def test_a_name_with_thousands_of_addresses_is_followed_and_shown_in_part() -> None:
    many = [f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}" for number in range(4000)]
    found = await looked(zone("mail.site.test").add("mail.site.test", "A", *many, IP), sender(helo="mail.site.test"))
    assert [each.code for each in found] == ["reputation.ptr_confirmed", "reputation.helo_sound"]
    assert all(len(str(each.to_json())) < 6000 for each in found)


async def test_text_of_a_reverse_name_is_shown_escaped() -> None:
    found = await only(zone("evil\x1b[31m<b>.other.test"))
    assert "\x1b" not in str(found.to_json()) and "\\x1b" in found.summary


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("10.1.2.3", "RFC 1918"),
        ("127.0.0.1", "machine's own"),
        ("100.64.0.1", "NAT"),
        ("fd00::1", "RFC 4193"),
        ("fe80::1", "link-local"),
    ],
)
async def test_a_private_address_is_not_looked_at_and_that_is_said(ip: str, why: str) -> None:
    dns = zone()
    found = await only(dns, sender(ip))
    assert (found.code, found.verdict, found.reason) == ("reputation.address_private", "unknown", "not allowed")
    assert why in found.summary and not dns.asked


@pytest.mark.parametrize("ip", ["", "nonsense"])
async def test_without_an_address_it_says_how_to_find_it(ip: str) -> None:
    found = await only(zone(), sender(ip))
    assert (found.code, found.reason) == ("reputation.address_unknown", "not configured")


async def test_one_address_of_two_streams_is_looked_at_once() -> None:
    dns = zone("mail.site.test").add("mail.site.test", "A", IP)
    found = await looked(dns, sender(helo="mail.site.test"), sender(helo="MAIL.site.test."))
    assert [each.code for each in found] == ["reputation.ptr_confirmed", "reputation.helo_sound"]
    assert len(dns.asked) - len(set(dns.asked)) <= 1  # the name of both is one question too many at most


# HELO


async def helo(name: str, dns: Zone | None = None, **more: str) -> Finding:
    found = await looked(dns or zone("mail.site.test").add("mail.site.test", "A", IP), sender(helo=name, **more))
    [finding] = [each for each in found if each.code.startswith("reputation.helo")]
    return finding


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("localhost", "localhost"),
        ("localhost.localdomain", "localhost"),
        ("192.0.2.9", "IP address"),
        ("[192.0.2.9]", "IP address"),
        ("[IPv6:2001:db8::25]", "IP address"),
        ("server1", "no domain"),
        ("web.local", ".local"),
        ("nas.home.arpa", ".home.arpa"),
        ("web_1.site.test", "characters"),
        ("-.site.test", "characters"),
    ],
)
async def test_what_is_no_full_name_is_named(name: str, why: str) -> None:
    found = await helo(name)
    assert (found.code, found.verdict) == ("reputation.helo_invalid", Verdict.WARN)
    assert why in found.summary and found.remedy and "mail.site.test" in found.remedy.text
    assert why_no_helo("mail.site.test") == ""


async def test_a_helo_name_that_leads_to_the_address_is_sound() -> None:
    found = await helo("mail.site.test")
    assert (found.code, found.evidence["matches"]) == ("reputation.helo_sound", True)


async def test_a_helo_name_that_exists_elsewhere_is_no_fault() -> None:
    found = await helo("out.relay.test", zone("mail.site.test").add("out.relay.test", "A", "192.0.2.1"))
    assert (found.code, found.evidence["matches"]) == ("reputation.helo_sound", False)
    with_mx = zone("mail.site.test").add("relay.test", "MX", (10, "mx.relay.test"))
    assert (await helo("relay.test", with_mx)).code == "reputation.helo_sound"


async def test_a_helo_name_of_the_own_zone_that_does_not_exist_is_mended_by_its_record() -> None:
    dns = zone("mail.site.test").add("mail.site.test", "A", IP)
    found = await helo("out.site.test", dns)
    assert found.code == "reputation.helo_unresolved" and "does not exist" in found.summary
    assert found.remedy
    [record] = found.remedy.records
    assert (record.name, record.type, record.value) == ("out.site.test", "A", IP)
    subject = Subject("site.test", (sender(helo="out.site.test"),))
    mended = await look_at_address(subject, world(dns).over(found.remedy.records))
    assert "reputation.helo_sound" in [each.code for each in mended.findings]


async def test_a_foreign_helo_name_that_does_not_exist_gets_a_letter() -> None:
    found = await helo("gone.relay.test", relay="smtp.sendgrid.net")
    assert found.remedy and not found.remedy.records
    assert "SendGrid" in found.remedy.text and "gone.relay.test" in found.remedy.letter


async def test_a_helo_name_without_answer_is_unknown() -> None:
    found = await helo("out.site.test", zone("mail.site.test").fail("out.site.test", "servfail"))
    assert (found.code, found.verdict) == ("reputation.helo_unseen", Verdict.UNKNOWN)


# Again, on a real name server.

FORWARD = "mail IN A 192.0.2.9\nmail IN AAAA 2001:db8::25"
REVERSE = {"2.0.192.in-addr.arpa": "9 IN PTR mail.site.test.", "8.b.d.0.1.0.0.2.ip6.arpa": ""}
POINTER6 = ipaddress.ip_address(IP6).reverse_pointer.removesuffix(".8.b.d.0.1.0.0.2.ip6.arpa")


async def test_on_a_real_server_the_fault_is_named_and_gone_when_its_record_is_published() -> None:
    with Nsd({"site.test": "other IN A 192.0.2.1", **REVERSE}) as server:
        dns = Resolver((server.nameserver,), timeout_s=2)
        found = await only(dns)
        assert found.code == "reputation.ptr_mismatch" and found.remedy
        [record] = found.remedy.records
        server.set_zone("site.test", f"{record.name}. IN {record.type} {record.value}")
        assert (await only(dns)).code == "reputation.ptr_confirmed"


async def test_on_a_real_server_both_families_are_sound_and_a_lost_ptr_is_missing() -> None:
    zones = {"site.test": FORWARD, **REVERSE, "8.b.d.0.1.0.0.2.ip6.arpa": f"{POINTER6} IN PTR mail.site.test."}
    with Nsd(zones) as server:
        dns = Resolver((server.nameserver,), timeout_s=2)
        found = await looked(dns, sender(helo="mail.site.test"), sender(IP6, helo="mail.site.test"))
        assert {each.verdict for each in found} == {Verdict.PASS} and len(found) == 4
        server.set_zone("2.0.192.in-addr.arpa", "10 IN PTR mail.site.test.")
        assert (await only(dns)).code == "reputation.ptr_missing"
