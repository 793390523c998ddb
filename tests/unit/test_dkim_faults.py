"""DKIM's faults at one key: each is named, says what shows it, and its remedy mends it or asks the right one."""

from __future__ import annotations

import pytest

from diagnostics.finding import RecordChange, Verdict
from tests.servers import dkim_records as made
from tests.unit.dkim_domain import D, assert_mends, by, codes, looked, sending, signed, with_key

GOOD = made.rsa_record()
P = made.rsa_text()
S1 = f"s1._domainkey.{D}"


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
    both = sending("mx").add(S1, "CNAME", "s1.domainkey.u1.wl1.sendgrid.net")
    [left] = (await looked(both.add(f"s2._domainkey.{D}", "CNAME", "s2.domainkey.u1.wl1.sendgrid.net"))).findings
    assert left.remedy
    assert f"(in full {S1}) and s2._domainkey (in full s2._domainkey.{D})" in left.remedy.text  # the service, once
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
