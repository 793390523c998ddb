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


async def test_the_missing_key_of_a_real_message_is_a_fault_with_a_letter() -> None:
    """Fault 12."""
    view = await looked(sending("mx"), signed("s1"))
    [finding] = view.findings
    assert (finding.code, finding.subject) == ("dkim.key_missing", S1)
    assert finding.remedy and finding.remedy.records == ()
    assert f"s1._domainkey (in full {S1})" in finding.remedy.text
    assert "selector s1" in finding.remedy.letter and S1 in finding.remedy.letter


async def test_a_missing_key_of_a_service_with_one_cname_for_all_is_proposed_and_proven() -> None:
    zone = sending("mx").add("b1.site-test.dkim.brevo.com", "TXT", GOOD)
    view = await looked(zone, signed("brevo1"))
    [finding] = [each for each in view.findings if each.code == "dkim.key_missing"]
    assert finding.remedy and finding.remedy.records == (
        RecordChange(f"brevo1._domainkey.{D}", "CNAME", "b1.site-test.dkim.brevo.com"),
    )
    assert finding.remedy.copy == "b1.site-test.dkim.brevo.com"
    await assert_mends(finding, zone, signed("brevo1"))


async def test_a_cname_is_not_proposed_to_where_no_key_is() -> None:
    view = await looked(sending("mx"), signed("brevo1"))
    [finding] = [each for each in view.findings if each.code == "dkim.key_missing"]
    assert finding.remedy and not finding.remedy.records
    assert "Brevo → Settings" in finding.remedy.text


async def test_a_cname_to_nowhere_says_where_it_leads() -> None:
    zone = sending("mx").add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net")
    view = await looked(zone, signed("s1"))
    [finding] = view.findings
    assert finding.code == "dkim.key_missing"
    assert "its CNAME leads to s1.domainkey.u1.wl1.sendgrid.net, which has nothing" in finding.summary
    assert finding.evidence["records"][0]["values"] == ["s1.domainkey.u1.wl1.sendgrid.net"]
    assert "SendGrid → Settings → Sender Authentication" in (finding.remedy.text if finding.remedy else "")


async def test_a_cname_whose_target_got_the_domain_appended_is_put_right() -> None:
    zone = sending("mx").add(S1, "CNAME", f"s1.domainkey.u1.wl1.sendgrid.net.{D}")
    zone.add("s1.domainkey.u1.wl1.sendgrid.net", "TXT", GOOD)
    view = await looked(zone, signed("s1"))
    [finding] = view.findings
    assert finding.remedy and finding.remedy.records == (
        RecordChange(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net", (f"s1.domainkey.u1.wl1.sendgrid.net.{D}",)),
    )
    await assert_mends(finding, zone, signed("s1"))
    assert [each.code for each in (await looked(zone)).findings] == ["dkim.key_missing"]


async def test_a_cname_to_nowhere_of_a_service_that_nothing_else_shows_is_a_left_over() -> None:
    view = await looked(sending("mx").add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net"))
    assert codes(view) == ["dkim.cname_stale"]
    sends = await looked(sending("include:sendgrid.net").add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net"))
    assert codes(sends) == ["dkim.key_missing"]


async def test_the_spare_selector_of_a_service_that_signs_with_another_is_no_fault() -> None:
    zone = sending("include:spf.protection.outlook.com", mx="site-test.mail.protection.outlook.com")
    for number in (1, 2):
        target = f"selector{number}-site-test._domainkey.tenant.onmicrosoft.com"
        zone.add(f"selector{number}._domainkey.{D}", "CNAME", target)
    zone.add("selector1-site-test._domainkey.tenant.onmicrosoft.com", "TXT", GOOD)
    assert codes(await looked(zone)) == []


async def test_a_proxied_cname_is_told_by_the_addresses_that_it_answers() -> None:
    zone = sending("include:sendgrid.net").add(S1, "A", "104.21.3.4", "172.67.1.2").add(f"www.{D}", "A", "104.21.3.4")
    view = await looked(zone, signed("s1"))
    [finding] = view.findings
    assert finding.code == "dkim.key_missing"
    assert "104.21.3.4" in finding.summary
    assert "DNS only" in (finding.remedy.text if finding.remedy else "")


async def test_a_proxied_address_for_all_names_is_no_proxied_cname() -> None:
    zone = sending("include:sendgrid.net").add(f"*.{D}", "A", "104.21.3.4")
    [finding] = (await looked(zone, signed("s1"))).findings
    assert finding.code == "dkim.key_missing"
    assert "proxy" not in finding.summary


async def test_a_wildcard_is_no_key_at_the_wrong_name() -> None:
    zone = sending("mx").add(f"*.{D}", "TXT", "v=DKIM1; p=oops")
    assert codes(await looked(zone, signed("s1"))) == ["dkim.key_missing", "dkim.wildcard"]


async def test_a_txt_record_at_microsoft_s_selector_is_somebody_else_s() -> None:
    zone = with_key(sending("include:spf.protection.outlook.com"), "selector1", GOOD)
    [sound] = [each for each in (await looked(zone)).findings if each.code == "dkim.key_sound"]
    assert sound.evidence["provider"] == ""


async def test_a_key_at_the_doubled_name_is_found_and_moved() -> None:
    """Fault 11, for DKIM."""
    zone = sending("mx").add(f"{S1}.{D}", "TXT", GOOD)
    view = await looked(zone, signed("s1"))
    [finding] = view.findings
    assert (finding.code, finding.subject, finding.evidence["found_at"]) == ("dns.wrong_name", S1, f"{S1}.{D}")
    assert finding.remedy and finding.remedy.records == (RecordChange(S1, "TXT", GOOD),)
    await assert_mends(finding, zone, signed("s1"))


async def test_a_relay_s_key_at_the_doubled_name_is_found_without_a_message() -> None:
    zone = sending("mx").add(f"resend._domainkey.{D}.{D}", "TXT", GOOD)
    [finding] = (await looked(zone, by("smtp.resend.com"))).findings
    assert (finding.code, finding.subject) == ("dns.wrong_name", f"resend._domainkey.{D}")
    await assert_mends(finding, zone, by("smtp.resend.com"))


@pytest.mark.parametrize("name", [f"s1.{D}", f"s1.domainkey.{D}"])
async def test_a_key_without_the_label_domainkey_is_found_and_moved(name: str) -> None:
    zone = sending("mx").add(name, "TXT", GOOD)
    [finding] = (await looked(zone, signed("s1"))).findings
    assert (finding.code, finding.evidence["found_at"]) == ("dns.wrong_name", name)
    await assert_mends(finding, zone, signed("s1"))


async def test_a_cname_at_the_doubled_name_is_a_missing_key_that_says_so() -> None:
    zone = sending("include:sendgrid.net").add(f"{S1}.{D}", "CNAME", "s1.domainkey.u1.wl1.sendgrid.net")
    zone.add("s1.domainkey.u1.wl1.sendgrid.net", "TXT", GOOD)
    [finding] = (await looked(zone, signed("s1"))).findings
    assert finding.code == "dkim.key_missing"
    assert f"its CNAME stands at {S1}.{D}" in finding.summary


MENDED = {
    "quotes": ("dkim.key_malformed", f'"{GOOD}"'),
    "backslashes": ("dkim.key_malformed", GOOD.replace(";", "\\;")),
    "Ed25519 in DER": (
        "dkim.key_malformed",
        "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA" + made.ed25519_text(),
    ),
    "not for mail": ("dkim.wrong_type", f"v=DKIM1; s=tlsrpt; p={P}"),
    "sha1 only": ("dkim.key_unusable", f"v=DKIM1; h=sha1; p={P}"),
    "unknown type": ("dkim.key_unusable", f"v=DKIM1; k=RSA; p={P}"),
    "testing": ("dkim.testing", f"v=DKIM1; t=y; p={P}"),
}


@pytest.mark.parametrize(("code", "text"), MENDED.values(), ids=MENDED.keys())
async def test_what_the_record_itself_tells_is_proposed_whole_and_mends(code: str, text: str) -> None:
    zone = with_key(sending("mx"), "s1", text)
    view = await looked(zone, signed("s1"))
    [finding] = [each for each in view.findings if each.verdict is not Verdict.PASS]
    assert (finding.code, finding.subject) == (code, S1)
    assert finding.remedy and finding.remedy.copy == finding.remedy.records[0].value
    assert finding.remedy.records[0].replaces == (text,)
    assert f"at the DNS host of {D}" in finding.remedy.text
    after = await assert_mends(finding, zone, signed("s1"))
    assert codes(after) == []


async def test_pieces_in_records_of_their_own_become_one_record() -> None:
    zone = with_key(sending("mx"), "s1", GOOD[:255], GOOD[255:])
    [finding] = (await looked(zone, signed("s1"))).findings
    assert finding.code == "dkim.key_malformed"
    assert finding.remedy and finding.remedy.records == (RecordChange(S1, "TXT", GOOD, (GOOD[:255], GOOD[255:])),)
    await assert_mends(finding, zone, signed("s1"))


async def test_a_second_text_at_the_key_s_name_is_taken_away() -> None:
    zone = with_key(sending("mx"), "s1", GOOD, "v=spf1 -all")
    [finding] = (await looked(zone, signed("s1"))).findings
    assert finding.code == "dkim.multiple"
    assert finding.remedy and finding.remedy.records == (RecordChange(S1, "TXT", GOOD, ("v=spf1 -all",)),)
    await assert_mends(finding, zone, signed("s1"))


async def test_of_two_different_keys_nobody_can_say_which_is_in_use() -> None:
    zone = with_key(sending("mx"), "s1", GOOD, made.rsa_record(2048, 2))
    [finding] = (await looked(zone, signed("s1"))).findings
    assert finding.code == "dkim.multiple"
    assert finding.remedy and not finding.remedy.records
    assert "which key is in use" in finding.remedy.text


async def test_a_key_cut_off_at_255_is_malformed_and_has_to_be_copied_again() -> None:
    """Fault 13."""
    [finding] = (await looked(with_key(sending("mx"), "s1", GOOD[:255]), signed("s1"))).findings
    assert finding.code == "dkim.key_malformed"
    assert "cut off" in finding.summary and "255" in finding.summary
    assert finding.remedy and not finding.remedy.records
    assert "as two quoted strings of that record" in finding.remedy.text


async def test_a_revoked_key_that_signs_is_a_fault_and_one_that_was_replaced_is_not() -> None:
    """Fault 14."""
    zone = with_key(sending("mx"), "s1", "v=DKIM1; p=")
    [finding] = (await looked(zone, signed("s1"))).findings
    assert finding.code == "dkim.key_revoked"
    assert "real mail is signed with it" in finding.summary
    assert codes(await looked(zone)) == ["dkim.key_revoked"]
    replaced = await looked(with_key(zone, "s2", GOOD))
    assert {each.code for each in replaced.findings} == {"dkim.key_retired", "dkim.key_sound"}


@pytest.mark.parametrize(("bits", "code"), [(512, "dkim.key_too_short"), (1024, "dkim.key_weak")])
async def test_a_short_key_needs_a_new_one(bits: int, code: str) -> None:
    """Fault 15."""
    [finding] = (await looked(with_key(sending("mx"), "s1", made.rsa_record(bits)), signed("s1"))).findings
    assert finding.code == code
    assert str(bits) in finding.summary
    assert finding.remedy and not finding.remedy.records
    assert "2,048 bits" in finding.remedy.text


async def test_a_short_key_that_its_service_gives_to_all_is_no_fault_and_google_s_can_be_made_longer() -> None:
    assert codes(await looked(with_key(sending(), "resend", made.rsa_record(1024)))) == []
    [finding] = [
        each
        for each in (
            await looked(with_key(sending("include:_spf.google.com"), "google", made.rsa_record(1024)))
        ).findings
        if each.verdict is Verdict.WARN
    ]
    assert finding.code == "dkim.key_weak"
    assert "In the Google Admin console" in (finding.remedy.text if finding.remedy else "")


async def test_a_key_too_long_for_receivers_cannot_be_used() -> None:
    [finding] = (await looked(with_key(sending("mx"), "s1", made.rsa_record(16384)), signed("s1"))).findings
    assert finding.code == "dkim.key_unusable"
    assert "16384 bits" in finding.summary


async def test_a_published_private_key_is_told_and_not_repeated() -> None:
    [finding] = (
        await looked(with_key(sending("mx"), "s1", f"v=DKIM1; p={made.private_text()}"), signed("s1"))
    ).findings
    assert finding.code == "dkim.private_key"
    assert made.private_text()[40:80] not in repr(finding)
    assert "Delete the TXT record" in (finding.remedy.text if finding.remedy else "")


async def test_a_broken_key_behind_a_cname_is_for_its_keeper_to_mend() -> None:
    zone = sending("mx").add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net")
    zone.add("s1.domainkey.u1.wl1.sendgrid.net", "TXT", f'"{GOOD}"')
    [finding] = [each for each in (await looked(zone, signed("s1"))).findings if each.verdict is not Verdict.PASS]
    assert finding.code == "dkim.key_malformed"
    assert finding.remedy and not finding.remedy.records
    assert "only SendGrid can mend" in finding.remedy.text and finding.remedy.letter


async def test_a_key_that_the_domain_itself_keeps_behind_a_cname_is_mended_where_it_stands() -> None:
    zone = sending("mx").add(S1, "CNAME", f"key.{D}").add(f"key.{D}", "TXT", f'"{GOOD}"')
    [finding] = [each for each in (await looked(zone, signed("s1"))).findings if each.verdict is not Verdict.PASS]
    assert finding.remedy and finding.remedy.records[0].name == f"key.{D}"
    await assert_mends(finding, zone, signed("s1"))


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
