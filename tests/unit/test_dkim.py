"""DKIM of a domain: which keys are found, whose they are, what is said of each fault, and that its remedy mends it."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.finding import RecordChange, Verdict
from diagnostics.mail.dkim import CODES, Signing
from diagnostics.mail.domain import Sender, Signature
from tests.servers import dkim_records as made
from tests.servers.zone import Zone
from tests.unit.dkim_domain import D, assert_mends, by, codes, looked, sending, signed, with_key

GOOD = made.rsa_record()
P = made.rsa_text()
S1 = f"s1._domainkey.{D}"


async def test_the_key_of_a_real_message_is_looked_at_first_and_is_sound() -> None:
    zone = with_key(sending("mx"), "anything-at-all", GOOD)
    view = await looked(zone, signed("anything-at-all"))
    assert [each.code for each in view.findings] == ["dkim.key_sound"]
    [finding] = view.findings
    assert finding.subject == f"anything-at-all._domainkey.{D}"
    assert finding.summary.endswith("is sound: RSA with 2048 bits.")
    assert finding.evidence["records"] == [
        {"name": finding.subject, "type": "TXT", "values": [GOOD], "ttl": 3600},
    ]
    assert finding.evidence["asked_because"] == "a real message is signed with it"


async def test_a_selector_given_by_hand_is_asked_for() -> None:
    view = await looked(with_key(sending("mx"), "odd", GOOD), selectors=("odd", "gone"))
    assert codes(view) == ["dkim.key_missing"]
    assert [each.selector for each in view.keys] == ["odd"]


async def test_a_usual_selector_is_found_without_any_hint_and_its_service_s_others_too() -> None:
    zone = sending("mx").add("dkim2.mcsv.net", "TXT", GOOD).add("dkim3.mcsv.net", "TXT", made.rsa_record(2048, 3))
    zone.add(f"k2._domainkey.{D}", "CNAME", "dkim2.mcsv.net").add(f"k3._domainkey.{D}", "CNAME", "dkim3.mcsv.net")
    view = await looked(zone)
    assert {each.selector for each in view.keys} == {"k2", "k3"}
    assert {each.evidence["provider"] for each in view.findings} == {"mailchimp"}
    assert codes(view) == []


async def test_the_evidence_shows_the_cnames_and_the_key_behind_them() -> None:
    zone = sending("mx").add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net")
    zone.add("s1.domainkey.u1.wl1.sendgrid.net", "TXT", GOOD)
    view = await looked(zone)
    [finding] = [each for each in view.findings if each.subject == S1]
    assert (finding.code, finding.evidence["provider_title"]) == ("dkim.key_sound", "SendGrid")
    assert [(each["name"], each["type"]) for each in finding.evidence["records"]] == [
        (S1, "CNAME"),
        ("s1.domainkey.u1.wl1.sendgrid.net", "TXT"),
    ]


async def test_nothing_at_domainkey_ends_the_search_and_is_said_as_that() -> None:
    zone = sending("mx")
    view = await looked(zone)
    assert codes(view) == ["dkim.none_published"]
    assert len(zone.asked) < 20


async def test_no_key_among_the_usual_selectors_is_no_proof_that_there_is_none() -> None:
    """SES gives every domain three selectors of 32 characters: no one can guess them."""
    zone = with_key(sending("mx"), "yzhmkuufmn4i6bvrjxxdpbwjmgyfxvn5", GOOD)
    view = await looked(zone)
    [finding] = view.findings
    assert (finding.code, finding.verdict, finding.reason) == ("dkim.not_found", "unknown", "not configured")
    assert f"among {len(view.facts.tried)} selectors" in finding.summary
    assert "--selector" in (finding.remedy.text if finding.remedy else "")


async def test_a_relay_whose_selectors_cannot_be_guessed_is_named_in_what_is_not_known() -> None:
    zone = with_key(with_key(sending("mx"), "google", GOOD), "yzhmkuufmn4i6bvrjxxdpbwjmgyfxvn5", GOOD)
    view = await looked(zone, by("email-smtp.eu-west-1.amazonaws.com"))
    [unknown] = [each for each in view.findings if each.verdict is Verdict.UNKNOWN]
    assert unknown.code == "dkim.not_found"
    assert "No DKIM key of Amazon SES" in unknown.summary
    assert "Amazon SES console → Configuration → Identities" in (unknown.remedy.text if unknown.remedy else "")


async def test_a_domain_that_sends_no_mail_needs_no_key() -> None:
    zone = Zone().add(D, "TXT", "v=spf1 -all").add(D, "MX", (0, ""))
    assert [each.code for each in (await looked(zone)).findings] == ["dkim.no_mail"]
    zone.add(f"*._domainkey.{D}", "TXT", "v=DKIM1; p=")
    assert codes(await looked(zone)) == []


async def test_a_wildcard_is_told_by_a_selector_that_no_one_has_and_taken_away() -> None:
    """Fault 44."""
    zone = with_key(sending("mx"), "real", made.rsa_record(2048, 5)).add(f"*._domainkey.{D}", "TXT", "v=DKIM1; p=oops")
    view = await looked(zone, signed("real"))
    assert codes(view) == ["dkim.wildcard"]
    [finding] = [each for each in view.findings if each.code == "dkim.wildcard"]
    assert finding.evidence["wildcard"] == f"*._domainkey.{D}"
    assert finding.remedy and finding.remedy.records == (
        RecordChange(f"*._domainkey.{D}", "TXT", "", ("v=DKIM1; p=oops",)),
    )
    await assert_mends(finding, zone, signed("real"))
    bare = await looked(zone)
    assert codes(bare) == ["dkim.wildcard", "dkim.not_found"]
    await assert_mends(next(each for each in bare.findings if each.code == "dkim.wildcard"), zone)


async def test_a_wildcard_that_is_the_key_in_use_gets_a_record_of_its_own_name() -> None:
    zone = sending("mx").add(f"*._domainkey.{D}", "TXT", GOOD)
    view = await looked(zone, signed("mail"))
    [finding] = [each for each in view.findings if each.code == "dkim.wildcard"]
    after = await assert_mends(finding, zone, signed("mail"))
    assert [each.selector for each in after.keys] == ["mail"]


async def test_a_web_host_s_cname_for_all_names_is_no_fault_and_hides_no_missing_key() -> None:
    zone = sending("mx").add(f"*.{D}", "CNAME", D)
    assert codes(await looked(zone)) == ["dkim.not_found"]
    assert codes(await looked(zone, signed("mail"))) == ["dkim.key_missing"]
    nowhere = sending("mx").add(f"*.{D}", "CNAME", "gone.host.test")
    assert codes(await looked(nowhere)) == ["dkim.not_found"]


async def test_the_relay_s_service_without_a_key_is_a_fault_and_its_cnames_are_proposed() -> None:
    zone = with_key(sending("mx"), "default", GOOD)
    for number in (1, 2):
        zone.add(f"dkim{number}.mandrillapp.com", "TXT", GOOD)
    view = await looked(zone, by("smtp.mandrillapp.com"))
    [finding] = [each for each in view.findings if each.verdict is not Verdict.PASS]
    assert finding.code == "dkim.relay_not_set_up"
    assert finding.remedy and [(each.name, each.type, each.value) for each in finding.remedy.records] == [
        (f"mte1._domainkey.{D}", "CNAME", "dkim1.mandrillapp.com"),
        (f"mte2._domainkey.{D}", "CNAME", "dkim2.mandrillapp.com"),
    ]
    after = await assert_mends(finding, zone, by("smtp.mandrillapp.com"))
    assert after.signing(by("smtp.mandrillapp.com"))[0] == Signing(D, "mte1", True)


async def test_where_a_real_message_is_signed_the_relay_needs_no_key_of_its_own() -> None:
    zone = with_key(sending("mx"), "mine", GOOD)
    assert codes(await looked(zone, signed("mine"), by("smtp-relay.brevo.com"))) == []


async def test_of_a_service_without_a_key_and_no_key_at_all_only_the_cause_is_told() -> None:
    assert codes(await looked(sending("include:spf.protection.outlook.com"))) == ["dkim.not_set_up"]


async def test_a_service_that_spf_names_without_a_key_is_a_warning() -> None:
    view = await looked(with_key(sending("include:spf.messagingengine.com"), "default", GOOD))
    [finding] = [each for each in view.findings if each.verdict is not Verdict.PASS]
    assert finding.code == "dkim.not_set_up"
    assert "Fastmail" in finding.summary
    assert "include:spf.messagingengine.com" in (finding.remedy.text if finding.remedy else "")


async def test_a_service_that_only_receives_or_forwards_needs_no_key() -> None:
    forwarding = sending("include:_spf.mx.cloudflare.net", mx="route1.mx.cloudflare.net")
    assert codes(await looked(with_key(forwarding, "default", GOOD))) == []
    receiving = with_key(sending("ip4:192.0.2.1", mx="site-test.mail.protection.outlook.com"), "default", GOOD)
    assert codes(await looked(receiving)) == []


async def test_no_answer_is_unknown_and_nothing_is_said_about_those_keys() -> None:
    zone = with_key(sending("mx"), "default", GOOD).fail(S1, "servfail")
    view = await looked(zone, signed("s1"))
    assert codes(view) == ["dkim.unavailable"]
    [finding] = [each for each in view.findings if each.verdict is Verdict.UNKNOWN]
    assert finding.reason == "unavailable" and f"TXT {S1}" in finding.summary
    dead = Zone().fail(D, "timeout").fail(f"_domainkey.{D}", "timeout")
    assert codes(await looked(dead)) == ["dkim.unavailable"]
    assert len(dead.asked) < 20


async def test_a_real_message_s_signatures_are_what_signs() -> None:
    view = await looked(with_key(sending("mx"), "s1", GOOD))
    sender = Sender(
        D,
        signatures=(
            Signature(D, "s1"),
            Signature(D, "s2"),
            Signature("other.test", "x", True),
            Signature(D, "s1", False),
        ),
        known_by="message",
    )
    assert view.signing(sender) == [
        Signing(D, "s1", True),
        Signing(D, "s2", False),
        Signing("other.test", "x", True),
        Signing(D, "s1", False),
    ]
    assert view.signing(Sender(D, known_by="message")) == []
    zone = sending("mx").add(S1, "CNAME", "a.sendgrid.net").add("a.sendgrid.net", "TXT", GOOD)
    assert (await looked(zone)).signing(Sender(D, relay="smtp.sendgrid.net", known_by="message")) == []


async def test_without_a_message_the_relay_s_keys_are_an_inference() -> None:
    zone = with_key(sending("mx"), "default", GOOD).add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net")
    zone.add("s1.domainkey.u1.wl1.sendgrid.net", "TXT", GOOD)
    view = await looked(zone, by("smtp.sendgrid.net"))
    assert view.signing(by("smtp.sendgrid.net")) == [Signing(D, "s1", True)]
    assert view.signing(by("smtp.mailgun.org")) == []
    assert view.signing(by(f"mail.{D}")) == [Signing(D, "default", True)]
    assert view.signing(Sender(D)) == []


async def test_a_signature_of_the_parent_or_of_a_subdomain_is_looked_up_there_and_a_stranger_s_is_not() -> None:
    zone = sending("mx").add("m._domainkey.news.site.test", "TXT", GOOD)
    sender = Sender(D, signatures=(Signature("news.site.test", "m"), Signature("relay.test", "r")), known_by="message")
    view = await looked(zone, sender)
    assert [each.name for each in view.keys] == ["m._domainkey.news.site.test"]
    assert not [name for name, _ in zone.asked if name.endswith("relay.test")]


async def test_the_age_is_told_where_the_selector_says_it() -> None:
    view = await looked(with_key(sending("mx"), "20230601", GOOD))
    [finding] = view.findings
    assert finding.evidence["selector_says"] == "2023-06-01"
    assert finding.evidence["age_days"] == 1272
    assert "by its name of 2023-06-01" in finding.summary


async def test_the_same_question_is_not_asked_for_nothing() -> None:
    zone = with_key(sending("mx"), "default", GOOD)
    await looked(zone, by("smtp.sendgrid.net"), signed("default"))
    asked = [each for each in zone.asked if each[1] == "TXT"]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("code", [each for each in CODES if each.verdict in (Verdict.FAIL, Verdict.WARN)], ids=str)
def test_every_fault_names_the_place_and_who_to_write_to(code: Any) -> None:
    words = code.remedy
    assert "DNS host" in words or "{evidence.mend}" in words
    assert code.letter or code.code == "dkim.wildcard"
