"""What real domains look like: parked, behind wildcards, with records that a service keeps, close to SPF's limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from diagnostics.finding import Finding, RecordChange, Verdict
from diagnostics.mail.domain import Sender, Signature, Subject, World
from diagnostics.mail.domain.inspect import inspect
from diagnostics.mail.domain.report import report
from tests.planted import Planted, world_zone
from tests.planted.keys import rsa_key
from tests.planted.planted import HOST_IP, HOST_NAME, OTHER_IP, Records, own, sender
from tests.planted.providers import address_of, host_of
from tests.unit.test_planted_domains import NOW

DOMAIN = "real.test"


async def seen(records: Records, *senders: Sender, domain: str = DOMAIN) -> list[Finding]:
    zone = world_zone([Planted("", domain, records, senders)])
    return await inspect(Subject(domain, senders), World(zone, None, NOW, ("none",)))


def one(findings: Sequence[Finding], code: str) -> Finding:
    [found] = [each for each in findings if each.code == code]
    return found


def changes(finding: Finding) -> tuple[RecordChange, ...]:
    assert finding.remedy
    return finding.remedy.records


def words(finding: Finding) -> str:
    assert finding.remedy
    return finding.remedy.text


async def test_a_domain_that_sends_nothing_has_nothing_to_be_known_and_the_best_grade() -> None:
    records = own(
        DOMAIN,
        spf="v=spf1 -all",
        dkim=None,
        dmarc="v=DMARC1; p=reject",
        without=["MX"],
        more=[(DOMAIN, "MX", (0, "."))],
    )
    findings = await seen(records)
    assert {each.verdict for each in findings} == {Verdict.PASS}
    assert report(findings).grade == "A"


async def test_a_domain_that_sends_nothing_is_offered_a_policy_that_refuses_all() -> None:
    records = own(DOMAIN, spf="v=spf1 -all", dkim=None, dmarc=None, without=["MX"], more=[(DOMAIN, "MX", (0, "."))])
    missing = one(await seen(records), "dmarc.missing")
    assert [each.value for each in changes(missing)] == ["v=DMARC1; p=reject"]
    assert "refuse whatever claims to come from it" in words(missing)


async def test_a_domain_that_the_site_sends_for_is_not_parked_whatever_its_records_say() -> None:
    records = own(
        DOMAIN,
        spf="v=spf1 -all",
        dkim=None,
        dmarc="v=DMARC1; p=reject",
        without=["MX"],
        more=[(DOMAIN, "MX", (0, "."))],
    )
    findings = await seen(records, Sender(DOMAIN, relay="smtp.sendgrid.net"))
    assert one(findings, "mx.null_at_sender")
    assert one(findings, "dmarc.no_reports")


async def test_an_alias_of_a_wildcard_is_not_told_to_be_deleted_at_dmarcs_name() -> None:
    records = own(DOMAIN, dmarc=None, more=[(f"*.{DOMAIN}", "CNAME", f"{DOMAIN}.")])
    missing = one(await seen(records, sender(DOMAIN)), "dmarc.missing")
    assert [(each.type, each.name) for each in changes(missing)] == [("TXT", f"_dmarc.{DOMAIN}")]


async def test_an_alias_to_a_dmarc_service_that_is_gone_is_named_before_it_is_deleted() -> None:
    records = own(DOMAIN, dmarc=None, more=[(f"_dmarc.{DOMAIN}", "CNAME", "gone.keeper.test")])
    missing = one(await seen(records, sender(DOMAIN)), "dmarc.missing")
    assert words(missing).startswith(f"_dmarc.{DOMAIN} is a CNAME that leads to gone.keeper.test")
    assert [each.type for each in changes(missing)] == ["CNAME", "TXT"]


async def test_a_dmarc_record_that_a_service_keeps_is_changed_in_its_panel() -> None:
    records = own(
        DOMAIN,
        dmarc=None,
        more=[(f"_dmarc.{DOMAIN}", "CNAME", "real.keeper.test"), ("real.keeper.test", "TXT", "v=DMARC1; p=none")],
    )
    findings = await seen(records, sender(DOMAIN))
    for code in ("dmarc.no_reports", "dmarc.policy_none"):
        assert "in the panel of the service that keeps real.keeper.test" in words(one(findings, code))
        assert "DNS host" not in words(one(findings, code))


async def test_a_wildcard_above_all_selectors_is_accused_only_as_a_key_and_deleted_where_it_stands() -> None:
    closed = own(DOMAIN, dkim=None, more=[(f"*.{DOMAIN}", "TXT", "v=spf1 -all")])
    assert not [each for each in await seen(closed) if each.code == "dkim.wildcard"]
    key = own(DOMAIN, dkim=None, more=[(f"*.{DOMAIN}", "TXT", rsa_key())])
    found = one(await seen(key), "dkim.wildcard")
    assert [each.name for each in changes(found)] == [f"*.{DOMAIN}"]
    assert found.remedy and found.remedy.proof == "pass"


async def test_a_key_that_the_relay_signs_with_is_asked_of_the_relay_and_missed_once() -> None:
    mailgun = sender(
        DOMAIN,
        ip=address_of("mailgun.org"),
        helo=host_of("mailgun.org"),
        signed=[(DOMAIN, "odd")],
        relay="smtp.mailgun.org",
    )
    findings = await seen(own(DOMAIN, dkim=None, spf="v=spf1 include:mailgun.org ~all"), mailgun)
    missing = one(findings, "dkim.key_missing")
    assert "Mailgun → Sending → Domains" in words(missing)
    assert "cPanel" not in words(missing)
    assert not [each for each in findings if each.code in ("dkim.not_found", "dkim.relay_not_set_up")]


NINE = (
    "v=spf1 include:spf.protection.outlook.com include:sendgrid.net include:_spf.google.com include:s1.real.test {}~all"
)
_MAILGUN = sender(
    DOMAIN,
    ip=address_of("mailgun.org"),
    helo=host_of("mailgun.org"),
    signed=[(DOMAIN, "site")],
    relay="smtp.mailgun.org",
)


async def test_room_for_a_providers_include_is_made_before_an_address_of_its_pool_is_written_down() -> None:
    records = own(DOMAIN, spf=NINE.format("mx a "), more=[("s1.real.test", "TXT", "v=spf1 ip4:45.10.40.0/24 -all")])
    [change] = changes(one(await seen(records, _MAILGUN), "spf.sender_not_authorised"))
    assert "include:mailgun.org" in change.value
    assert address_of("mailgun.org") not in change.value


async def test_where_no_room_can_be_made_the_pools_address_is_not_the_remedy() -> None:
    own_ranges = " ".join(f"ip4:46.{n}.0.0/24" for n in range(17))
    more = [("s1.real.test", "TXT", f"v=spf1 {own_ranges} exists:%{{i}}.real.test -all")]
    records = own(DOMAIN, spf=NINE.format(" ".join(f"ip4:45.10.{n}.0/24" for n in range(12)) + " "), more=more)
    found = one(await seen(records, _MAILGUN), "spf.sender_not_authorised")
    assert not changes(found)
    assert "the include that Mailgun names" in words(found)
    assert "it needs 9 of 10 lookups already" in words(found)


async def test_a_machine_that_bears_a_providers_name_and_is_not_in_its_include_gets_its_own_address() -> None:
    records = own(DOMAIN, spf="v=spf1 mx ~all", more=[("vps9.mailgun.org", "A", OTHER_IP)])
    found = one(await seen(records, sender(DOMAIN, ip=OTHER_IP, helo="vps9.mailgun.org")), "spf.sender_not_authorised")
    [change] = changes(found)
    assert f"ip4:{OTHER_IP}" in change.value


async def test_who_is_not_entered_at_a_hosted_record_is_let_in_before_it_and_the_record_stays() -> None:
    hosted = "include:%{ir}.%{v}.%{d}.spf.has.pphosted.com"
    findings = await seen(own(DOMAIN, spf=f"v=spf1 {hosted} ~all"), sender(DOMAIN, signed=()))
    found = one(findings, "spf.sender_not_authorised")
    [change] = changes(found)
    assert change.value == f"v=spf1 ip4:45.10.20.30 {hosted} ~all"
    assert f"in the panel of the service that answers for {hosted}" in words(found)
    assert not [each for each in findings if each.code == "spf.include_broken"]


def _php(domain: str, **told: str) -> Sender:
    return Sender(domain, mail_from=told.get("mail_from", HOST_NAME), ip=HOST_IP, helo=HOST_NAME, known_by="message")


async def test_a_site_that_sends_as_a_free_mailbox_is_told_to_take_its_own_domain_and_no_record() -> None:
    records = own("gmail.com", spf="v=spf1 redirect=_spf.google.com", dkim=None)
    findings = await seen(records, _php("gmail.com"), domain="gmail.com")
    assert [each.code for each in findings if not each.code.startswith("receivers.")] == ["domain.free_mailbox"]
    assert "an address at the site's own domain" in words(findings[0])
    assert one(findings, "receivers.gmail.waits").blocked_by == "domain.free_mailbox"


@pytest.mark.parametrize(
    "told",
    [
        {"relay": "smtp.gmail.com"},
        {"helo": host_of("google.com"), "ip": address_of("google.com")},
        {"signatures": (Signature("gmail.com", "20230601", True),)},
    ],
)
async def test_a_free_mailbox_that_its_provider_sends_for_is_looked_at_like_any_domain(told: dict[str, Any]) -> None:
    records = own("gmail.com", spf="v=spf1 redirect=_spf.google.com", dkim=None)
    codes = {each.code for each in await seen(records, Sender("gmail.com", **told), domain="gmail.com")}
    assert "domain.free_mailbox" not in codes
    assert "dmarc.walk" in codes


async def test_a_private_address_is_never_written_into_spf() -> None:
    findings = await seen(own(DOMAIN), sender(DOMAIN, ip="10.0.0.5"))
    assert "private address" in one(findings, "spf.sender_unknown").summary
    assert not [each for each in findings if each.remedy and any("10.0.0.5" in r.value for r in each.remedy.records)]


async def test_a_private_gmail_account_is_not_taken_for_workspace() -> None:
    relay = Sender(DOMAIN, relay="smtp.gmail.com", known_by="site")
    assert "of private accounts too" in one(await seen(own(DOMAIN), relay), "spf.sender_unknown").summary
    at_home = own(
        DOMAIN, without=["MX"], more=[(DOMAIN, "MX", (1, "smtp.google.com")), ("smtp.google.com", "A", HOST_IP)]
    )
    assert one(await seen(at_home, relay), "spf.sender_not_authorised")
    unsigned = sender(
        DOMAIN,
        ip=address_of("google.com"),
        helo=host_of("google.com"),
        mail_from="gmail.com",
        signed=[("gmail.com", "20230601")],
        relay="smtp.gmail.com",
    )
    more = [
        ("gmail.com", "TXT", "v=spf1 redirect=_spf.google.com"),
        ("20230601._domainkey.gmail.com", "TXT", rsa_key()),
    ]
    unaligned = one(await seen(own(DOMAIN, more=more), unsigned), "dmarc.not_aligned")
    assert "a private Gmail mailbox" in words(unaligned)
    assert unaligned.remedy and not unaligned.remedy.letter


async def test_a_relay_that_passes_by_spf_and_does_not_sign_is_a_warning() -> None:
    microsoft = sender(
        DOMAIN, ip=address_of("outlook.com"), helo=host_of("outlook.com"), signed=(), relay="smtp.office365.com"
    )
    findings = await seen(own(DOMAIN, spf="v=spf1 include:spf.protection.outlook.com -all", dkim=None), microsoft)
    assert one(findings, "dkim.relay_unsigned").verdict is Verdict.WARN
    assert one(findings, "dmarc.aligned")
    rows = one(findings, "receivers.gmail.met").evidence["demands"]
    [signed] = [each for each in rows if each["key"] == "dkim"]
    assert (signed["outcome"], signed["by"]) == ("fail", ["dkim.relay_unsigned"])  # of a bulk sender it would be asked


async def test_a_subdomain_that_does_not_exist_is_no_matter_of_a_registrar() -> None:
    found = one(await seen(own(DOMAIN), sender("news.real.test"), domain="news.real.test"), "domain.unknown")
    assert "registrar" not in words(found)
    assert "at the DNS host of real.test" in words(found)


async def test_a_policy_from_above_that_stops_a_subdomain_is_told_once_with_how_to_mend_the_stream_once() -> None:
    records = [
        *own(DOMAIN, dmarc="v=DMARC1; p=reject; sp=reject; rua=mailto:d@real.test"),
        ("shop.real.test", "A", HOST_IP),
    ]
    findings = await seen(records, _php("shop.real.test", mail_from="bounces.hoster.test"), domain="shop.real.test")
    policy, stream = one(findings, "dmarc.subdomain_policy"), one(findings, "dmarc.not_aligned")
    assert "dmarc.step_breaks" not in {each.code for each in findings}
    assert "Return Path" in words(stream)
    assert "Return Path" not in words(policy)
    assert policy.remedy and policy.remedy.proof == "pass"


async def test_a_proxied_key_is_its_owners_to_switch_and_needs_no_letter() -> None:
    proxied = [(f"brevo{n}._domainkey.{DOMAIN}", "A", "104.16.1.1") for n in (1, 2)]
    relay = Sender(DOMAIN, relay="smtp-relay.brevo.com", known_by="site")
    findings = await seen(own(DOMAIN, dkim=None, more=proxied), relay)
    missing = [each for each in findings if each.code == "dkim.key_missing"]
    assert all("the grey cloud" in words(each) for each in missing)
    assert [each.remedy.letter for each in missing if each.remedy] == ["", ""]
    assert "dkim.not_found" not in {each.code for each in findings}
