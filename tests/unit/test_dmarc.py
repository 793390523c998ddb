"""DMARC of a domain as a whole: each planted fault is named as the cause, and its record, laid over DNS, mends it."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.finding import Finding, UnknownReason
from diagnostics.mail.dmarc import DMARCView
from diagnostics.mail.domain import Sender
from diagnostics.network import DNS, Overlay
from tests.servers.zone import Zone
from tests.unit.dmarc_world import (
    BOUNCE,
    DOMAIN,
    RELAY_IP,
    RUA,
    SOUND,
    STRANGER,
    codes,
    dmarc,
    faults,
    ground,
    looked,
    one,
    sender,
    signed,
    with_bounce,
)


async def mended(dns: DNS, finding: Finding, *senders: Sender, **more: Any) -> DMARCView:
    """The same look with the finding's records published in memory."""
    assert finding.remedy
    assert finding.remedy.records
    return await looked(Overlay(dns, finding.remedy.records), *senders, **more)


# Faults 17 to 23 of the research, and their neighbours ------------------------------------------------------------


async def test_mail_that_only_its_relay_signs_for_is_not_aligned() -> None:
    view = await looked(with_bounce(dmarc(SOUND)), sender(**STRANGER, relay="smtp.sendgrid.net"))
    assert faults(view) == ["dmarc.not_aligned"]
    found = one(view, "dmarc.not_aligned")
    assert f"SPF passes for {BOUNCE}; DKIM signs with d=relay.test" in found.summary
    assert found.evidence["provider"] == "sendgrid"
    assert found.remedy
    assert "In SendGrid → Settings" in found.remedy.text
    assert f"add {DOMAIN} as a sending domain" in found.remedy.text
    assert f"d={DOMAIN}" in found.remedy.letter
    assert not found.remedy.records  # the key is the provider's to make


async def test_a_server_that_sends_by_itself_is_told_of_its_envelope() -> None:
    found = one(
        await looked(with_bounce(dmarc(SOUND)), sender(mail_from=BOUNCE, relay="", signatures=())), "dmarc.not_aligned"
    )
    assert "the mail has no DKIM signature" in found.summary
    assert found.remedy
    assert "Return Path" in found.remedy.text
    assert f"ip4:{RELAY_IP}" in found.remedy.text
    assert found.remedy.letter == ""


async def test_a_domain_without_a_record_is_told_which_one_to_publish() -> None:
    zone = dmarc()
    view = await looked(zone, sender())
    assert faults(view) == ["dmarc.missing"]
    found = one(view, "dmarc.missing")
    assert found.remedy
    assert found.remedy.copy == f"v=DMARC1; p=none; rua=mailto:dmarc-reports@{DOMAIN}"
    assert [line["name"] for line in found.evidence["walk"]] == [f"_dmarc.{DOMAIN}", "_dmarc.example"]
    assert faults(await mended(zone, found, sender())) == []


async def test_a_subdomain_without_a_record_gets_it_at_the_registered_domain() -> None:
    zone = (
        ground().add("www.site.example", "A", "192.0.2.1").add("www.site.example", "TXT", f"v=spf1 ip4:{RELAY_IP} -all")
    )
    mail = sender(header_from="www.site.example", mail_from="www.site.example")
    view = await looked(zone, mail, domain="www.site.example")
    found = one(view, "dmarc.missing")
    assert found.remedy
    assert [each.name for each in found.remedy.records] == [f"_dmarc.{DOMAIN}"]
    assert faults(await mended(zone, found, mail, domain="www.site.example")) == []


async def test_without_a_record_alignment_is_told_as_it_will_be_with_the_proposed_one() -> None:
    zone = dmarc().add("bounce.site.example", "TXT", f"v=spf1 ip4:{RELAY_IP} -all")
    mail = sender(mail_from="bounce.site.example", signatures=())
    before = await looked(zone, mail)
    assert before.alignments[0].both == "pass"
    after = await mended(zone, one(before, "dmarc.missing"), mail)
    assert after.alignments[0].both == "pass"


async def test_no_mailbox_is_proposed_where_the_domain_takes_no_mail() -> None:
    found = one(await looked(Zone().add(DOMAIN, "A", "192.0.2.1"), sender()), "dmarc.missing")
    assert found.remedy
    assert found.remedy.copy == "v=DMARC1; p=none"
    null = one(await looked(Zone().add(DOMAIN, "MX", (0, "")), sender()), "dmarc.missing")
    assert null.remedy
    assert null.remedy.copy == "v=DMARC1; p=none"


async def test_a_cname_that_leads_to_nothing_gives_way_to_the_record() -> None:
    zone = ground().add(f"_dmarc.{DOMAIN}", "CNAME", "gone.dmarc-service.test")
    found = one(await looked(zone, sender()), "dmarc.missing")
    assert found.remedy
    assert [each.type for each in found.remedy.records] == ["CNAME", "TXT"]
    assert faults(await mended(zone, found, sender())) == []


async def test_two_records_become_one() -> None:
    zone = dmarc(SOUND, "v=DMARC1; p=none")
    view = await looked(zone, sender())
    assert faults(view) == ["dmarc.multiple"]
    found = one(view, "dmarc.multiple")
    assert "has 2 DMARC records" in found.summary
    after = await mended(zone, found, sender())
    assert faults(after) == []
    assert after.policy.policy == "none"


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        (f"v=DMARC1; p=rejct; {RUA}", "reject"),
        (f" v=DMARC1; p=none; {RUA}", "none"),
        (f"v=DMARC1 p=none {RUA}", "none"),
        (f"v=DMARC1, p=quarantine, {RUA}", "quarantine"),
        (f'"v=DMARC1; p=none; {RUA}"', "none"),
        (f"\u201cv=DMARC1; p=none; {RUA}\u201d", "none"),
        (f"v=DMARC1; p=\u2018reject\u2019; {RUA}", "reject"),
        (f"p=none; {RUA}", "none"),
        (f"v=dmarc1; p=none; {RUA}", "none"),
        ("v=DMARC1; adkim=s", "none"),
        (f"v=DMARC1; p=reject; sp=rejct; {RUA}", "reject"),
        (f"v=DMARC1; p=; {RUA}", "none"),
    ],
)
async def test_a_broken_record_is_named_and_mended(text: str, policy: str) -> None:
    zone = dmarc(text.encode())
    view = await looked(zone, sender())
    assert faults(view) == ["dmarc.malformed"]
    after = await mended(zone, one(view, "dmarc.malformed"), sender())
    assert faults(after) == []
    assert after.policy.policy == policy
    assert len(after.discovery.walk.own.texts) == 1  # never a second one


async def test_a_mended_record_does_not_begin_to_refuse_what_does_not_pass_yet() -> None:
    zone = with_bounce(dmarc(f"v=DMARC1; p=rejct; {RUA}"))
    view = await looked(zone, sender(**STRANGER))
    assert faults(view) == ["dmarc.malformed", "dmarc.not_aligned"]
    found = one(view, "dmarc.malformed")
    assert found.remedy
    assert found.remedy.copy == f"v=DMARC1; p=none; {RUA}"
    assert "would not surely pass" in found.remedy.text


@pytest.mark.parametrize("name", [f"_dmarc.{DOMAIN}.{DOMAIN}", f"dmarc.{DOMAIN}", DOMAIN])
async def test_a_record_at_a_wrong_name_is_found_there_and_moved(name: str) -> None:
    zone = ground().add(name, "TXT", f"v=DMARC1; p=none; {RUA}")
    view = await looked(zone, sender())
    assert faults(view) == ["dns.wrong_name"]
    found = one(view, "dns.wrong_name")
    assert name in found.summary
    after = await mended(zone, found, sender())
    assert faults(after) == []
    assert after.discovery.misplaced == ()


async def test_a_foreign_report_address_needs_the_consent_of_its_domain() -> None:
    zone = dmarc(f"v=DMARC1; p=reject; {RUA},mailto:d@agency.test").add("agency.test", "MX", (1, "mx.agency.test"))
    view = await looked(zone, sender())
    assert faults(view) == ["dmarc.report_unauthorised"]
    found = one(view, "dmarc.report_unauthorised")
    asked = f"{DOMAIN}._report._dmarc.agency.test"
    assert found.remedy
    assert not found.remedy.records  # not ours to publish
    assert asked in found.remedy.letter
    assert "v=DMARC1" in found.remedy.letter
    agreed = await looked(zone.add(asked, "TXT", "v=DMARC1;"), sender())
    assert (faults(agreed), "dmarc.reports_reach" in codes(agreed)) == ([], True)


async def test_another_text_is_no_consent() -> None:
    zone = dmarc("v=DMARC1; p=reject; rua=mailto:d@agency.test").add("agency.test", "MX", (1, "mx.agency.test"))
    zone.add(f"{DOMAIN}._report._dmarc.agency.test", "TXT", "v=spf1 -all")
    assert faults(await looked(zone, sender())) == ["dmarc.report_unauthorised"]


async def test_reports_to_a_domain_that_takes_no_mail_are_lost() -> None:
    zone = dmarc("v=DMARC1; p=reject; rua=mailto:d@gone.test")
    view = await looked(zone, sender())
    assert faults(view) == ["dmarc.report_host_no_mail"]
    found = one(view, "dmarc.report_host_no_mail")
    assert "gone.test does not exist" in found.summary
    assert faults(await mended(zone, found, sender())) == []


async def test_consent_that_was_not_answered_is_unknown() -> None:
    zone = dmarc("v=DMARC1; p=reject; rua=mailto:d@agency.test").add("agency.test", "MX", (1, "mx.agency.test"))
    zone.fail(f"{DOMAIN}._report._dmarc.agency.test", "servfail")
    view = await looked(zone, sender())
    assert one(view, "dmarc.reports_unseen").reason is UnknownReason.UNAVAILABLE
    assert "dmarc.reports_reach" not in codes(view)
    assert faults(view) == []


async def test_a_policy_from_above_that_stops_a_subdomain_is_the_cause() -> None:
    zone = with_bounce(dmarc(f"v=DMARC1; p=none; sp=reject; {RUA}")).add("news.site.example", "A", "192.0.2.7")
    mail = sender(header_from="news.site.example", **STRANGER)
    view = await looked(zone, mail, domain="news.site.example")
    assert faults(view) == ["dmarc.subdomain_policy", "dmarc.not_aligned"]
    found = one(view, "dmarc.subdomain_policy")
    assert "by sp=reject" in found.summary
    assert found.remedy
    assert found.remedy.records[0].name == "_dmarc.news.site.example"
    after = await mended(zone, found, mail, domain="news.site.example")
    assert faults(after) == ["dmarc.not_aligned"]  # delivered again, and still to be signed


async def test_a_walk_of_nine_labels_with_a_public_suffix_above_is_no_fault() -> None:
    domain = "a.b.c.d.e.f.shop.site.example"
    zone = dmarc(f"v=DMARC1; p=reject; rua=mailto:d@{DOMAIN}").add("_dmarc.example", "TXT", "v=DMARC1; p=none; psd=y")
    zone.add(domain, "TXT", f"v=spf1 ip4:{RELAY_IP} -all")
    view = await looked(zone, sender(header_from=domain, mail_from=domain), domain=domain)
    assert faults(view) == []
    names = [line["name"] for line in one(view, "dmarc.walk").evidence["walk"]]
    assert names == [
        f"_dmarc.{domain}",
        "_dmarc.c.d.e.f.shop.site.example",
        "_dmarc.d.e.f.shop.site.example",
        "_dmarc.e.f.shop.site.example",
        "_dmarc.f.shop.site.example",
        "_dmarc.shop.site.example",
        "_dmarc.site.example",
        "_dmarc.example",
    ]


@pytest.mark.parametrize("identifier", [{"mail_from": "b.site.example"}, {"signatures": signed("b.site.example")}])
async def test_strict_alignment_that_stops_a_subdomain_is_loosened(identifier: dict[str, Any]) -> None:
    zone = with_bounce(dmarc(f"v=DMARC1; p=reject; adkim=s; aspf=s; {RUA}"))
    zone.add("b.site.example", "TXT", f"v=spf1 ip4:{RELAY_IP} -all")
    mail = sender(**{**STRANGER, **identifier})
    view = await looked(zone, mail)
    assert faults(view) == ["dmarc.too_strict"]
    assert faults(await mended(zone, one(view, "dmarc.too_strict"), mail)) == []


async def test_tags_that_are_ignored_are_told_and_mended() -> None:
    zone = dmarc(f"v=DMARC1; p=reject; adkim=strict; rua=d@{DOMAIN}")
    view = await looked(zone, sender())
    assert faults(view) == ["dmarc.tags_ignored"]
    found = one(view, "dmarc.tags_ignored")
    assert "adkim=strict" in found.summary
    assert "mailto:" in found.summary
    after = await mended(zone, found, sender())
    assert faults(after) == []
    assert "dmarc.reports_reach" in codes(after)


# Advice ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (f"v=DMARC1; {RUA}", "dmarc.policy_missing"),
        ("v=DMARC1; p=reject", "dmarc.no_reports"),
        (f"v=DMARC1; p=reject; pct=20; {RUA}", "dmarc.obsolete_tags"),
        (f"v=DMARC1; p=reject; {RUA}!10m", "dmarc.obsolete_tags"),
    ],
)
async def test_advice_comes_with_a_record_that_follows_it(record: str, code: str) -> None:
    zone = dmarc(record)
    view = await looked(zone, sender())
    assert faults(view) == []
    assert code in codes(view)
    assert code not in codes(await mended(zone, one(view, code), sender()))


@pytest.mark.parametrize("record", [f"v=DMARC1; p=none; {RUA}", f"v=DMARC1; p=reject; t=y; {RUA}"])
async def test_the_next_step_is_shown_and_not_offered_for_publishing_now(record: str) -> None:
    view = await looked(dmarc(record), sender())
    assert faults(view) == []
    [advice] = [each for each in view.findings if each.code in ("dmarc.policy_none", "dmarc.testing")]
    assert advice.remedy
    assert advice.remedy.copy in (f"v=DMARC1; p=quarantine; {RUA}", f"v=DMARC1; p=reject; {RUA}")
    assert "two weeks of aggregate reports" in advice.remedy.text
    assert not advice.remedy.records


@pytest.mark.parametrize("record", [f"v=DMARC1; p=none; {RUA}", f"v=DMARC1; p=reject; t=y; {RUA}"])
async def test_no_stricter_record_is_offered_while_a_known_stream_would_break(record: str) -> None:
    view = await looked(with_bounce(dmarc(record)), sender(), sender(**STRANGER))
    [advice] = [each for each in view.findings if each.code in ("dmarc.policy_none", "dmarc.testing")]
    assert advice.remedy
    assert not advice.remedy.records
    assert advice.remedy.text.startswith("Not yet: it would stop mail through smtp.relay.test")


async def test_where_the_specifications_differ_both_answers_are_told() -> None:
    zone = dmarc(f"v=DMARC1; p=reject; {RUA}", at="news.site.example", zone=with_bounce(ground()))
    zone.add("news.site.example", "A", "192.0.2.7").add("b.site.example", "TXT", f"v=spf1 ip4:{RELAY_IP} -all")
    mail = sender(header_from="news.site.example", mail_from="b.site.example", signatures=signed("relay.test"))
    view = await looked(zone, mail, domain="news.site.example")
    found = one(view, "dmarc.discovery_differs")
    assert "news.site.example by RFC 9989 and site.example by RFC 7489" in found.summary
    assert found.evidence["public_suffix_list"].startswith("202")
    [alignment] = view.alignments
    assert (alignment.outcome, alignment.outcome_7489) == ("fail", "pass")
    assert one(view, "dmarc.step_breaks").evidence["steps"][2]["streams"][0]["fate"] == "not known"
    after = await mended(zone, found, mail, domain="news.site.example")
    assert "dmarc.discovery_differs" not in codes(after)
    assert after.alignments[0].both == "pass"


async def test_a_record_of_the_suffix_above_a_private_one_is_a_difference_that_psd_n_ends() -> None:
    zone = Zone().add("_dmarc.github.io", "TXT", "v=DMARC1; p=reject").add("shop.github.io", "A", "192.0.2.1")
    zone.add("_dmarc.shop.github.io", "TXT", "v=DMARC1; p=none")
    view = await looked(zone, domain="shop.github.io")
    found = one(view, "dmarc.discovery_differs")
    assert found.remedy
    assert "psd=n" in found.remedy.copy
    assert "dmarc.discovery_differs" not in codes(await mended(zone, found, domain="shop.github.io"))


async def test_an_address_of_the_parent_needs_consent_by_the_walk_alone() -> None:
    zone = dmarc(f"v=DMARC1; p=reject; psd=n; {RUA}", at="news.site.example").add("news.site.example", "A", "192.0.2.7")
    dmarc("v=DMARC1; p=none", zone=zone)
    view = await looked(zone, sender(header_from="news.site.example"), domain="news.site.example")
    found = one(view, "dmarc.report_unauthorised")
    assert found.remedy
    assert [each.name for each in found.remedy.records] == ["news.site.example._report._dmarc.site.example"]
    assert found.remedy.letter == ""  # the owner's own zone
    after = await mended(zone, found, sender(header_from="news.site.example"), domain="news.site.example")
    assert "dmarc.report_unauthorised" not in codes(after)


async def test_where_the_walk_only_ends_too_early_consent_is_not_asked_for() -> None:
    zone = dmarc(f"v=DMARC1; p=reject; {RUA}", at="news.site.example").add("news.site.example", "A", "192.0.2.7")
    mail = sender(header_from="news.site.example", mail_from="news.site.example")
    view = await looked(zone, mail, domain="news.site.example")
    assert "dmarc.report_unauthorised" not in codes(view)
    assert "reports to mailto:d@site.example need a record" in one(view, "dmarc.discovery_differs").summary
