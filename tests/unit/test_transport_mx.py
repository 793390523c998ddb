"""MX records, TLS report records and BIMI records: what they come to, and that the proposed record mends them."""

from __future__ import annotations

import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.domain.subject import Sender, Subject
from diagnostics.mail.transport import look_at_transport
from tests.servers.zone import Zone
from tests.unit.transport_lab import DOMAIN, FROM, dns_only, faults, findings, proof

PUBLIC = "192.0.2.25"


def receiving() -> Zone:
    return Zone().add(DOMAIN, "MX", (10, f"mx.{DOMAIN}")).add(f"mx.{DOMAIN}", "A", PUBLIC)


async def test_sound_mail_servers_are_named_with_their_provider() -> None:
    zone = Zone().add(DOMAIN, "MX", (1, "smtp.google.com")).add("smtp.google.com", "A", PUBLIC)
    found = await findings(zone)
    assert found["mx.sound"].verdict is Verdict.PASS
    assert found["mx.sound"].evidence["provider_title"] == "Google Workspace"
    assert "smtp.google.com" in found["mx.sound"].summary
    assert found["mx.sound"].evidence["records"][0] == {
        "name": DOMAIN, "type": "MX", "values": ["1 smtp.google.com."], "ttl": 3600
    }  # fmt: skip


async def test_a_sound_domain_is_accused_of_nothing() -> None:
    view = await look_at_transport(FROM, dns_only(receiving()))
    assert faults(view) == []
    by_verdict = {each.code for each in view.findings if each.verdict is Verdict.UNKNOWN}
    assert by_verdict == {"mx.starttls_unseen"}, "no network was handed over, and that is said"


async def test_an_alias_as_mail_server_is_named_with_its_target() -> None:
    zone = Zone().add(DOMAIN, "MX", (10, f"mail.{DOMAIN}")).add(f"mail.{DOMAIN}", "CNAME", "mx.host.test")
    zone.add("mx.host.test", "A", PUBLIC)
    finding = (await findings(zone))["mx.target_invalid"]
    assert finding.subject == f"mail.{DOMAIN}"
    assert "alias (CNAME) of mx.host.test" in finding.summary
    assert finding.remedy and finding.remedy.records[0].value == "10 mx.host.test"
    assert await proof("mx.target_invalid", FROM, dns_only(zone)) == "pass"


async def test_a_mail_server_that_does_not_exist_is_dropped_where_another_stays() -> None:
    zone = receiving().add(DOMAIN, "MX", (20, "gone.host.test"))
    finding = (await findings(zone))["mx.target_invalid"]
    assert finding.subject == "gone.host.test"
    assert "does not exist" in finding.summary
    assert await proof("mx.target_invalid", FROM, dns_only(zone)) == "pass"


async def test_the_only_mail_server_that_does_not_exist_is_for_its_provider_to_name() -> None:
    finding = (await findings(Zone().add(DOMAIN, "MX", (10, "gone.host.test"))))["mx.target_invalid"]
    assert finding.remedy and not finding.remedy.records
    assert "Which MX records" in finding.remedy.letter


@pytest.mark.parametrize("written", [f"mx.{DOMAIN}.{DOMAIN}", "mx"])
async def test_a_name_with_the_zone_twice_or_not_at_all_is_corrected(written: str) -> None:
    zone = Zone().add(DOMAIN, "MX", (10, written)).add(f"mx.{DOMAIN}", "A", PUBLIC)
    finding = (await findings(zone))["mx.target_invalid"]
    assert finding.remedy and finding.remedy.records[0].value == f"10 mx.{DOMAIN}"
    assert await proof("mx.target_invalid", FROM, dns_only(zone)) == "pass"


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "169.254.169.254"])
async def test_an_address_that_nobody_outside_can_reach_is_a_fault(address: str) -> None:
    zone = receiving().add(f"mx.{DOMAIN}", "A", address)
    finding = (await findings(zone))["mx.target_invalid"]
    assert address in finding.summary
    assert await proof("mx.target_invalid", FROM, dns_only(zone)) == "pass"


async def test_an_address_in_the_place_of_a_name_gets_one() -> None:
    zone = Zone().add(DOMAIN, "MX", (10, PUBLIC))
    finding = (await findings(zone))["mx.target_invalid"]
    assert "an MX record must name a host" in finding.summary
    assert finding.remedy
    assert [(each.name, each.type, each.value) for each in finding.remedy.records] == [
        (f"mail.{DOMAIN}", "A", PUBLIC),
        (DOMAIN, "MX", f"10 mail.{DOMAIN}"),
    ]
    assert await proof("mx.target_invalid", FROM, dns_only(zone)) == "pass"


async def test_the_same_server_twice_is_told_once() -> None:
    zone = receiving().add(DOMAIN, "MX", (20, f"MX.{DOMAIN}"))
    finding = (await findings(zone))["mx.duplicate"]
    assert "10 and 20" in finding.summary
    assert await proof("mx.duplicate", FROM, dns_only(zone)) == "pass"


async def test_a_null_mx_at_a_from_domain_is_a_fault() -> None:
    zone = Zone().add(DOMAIN, "MX", (0, "")).add(DOMAIN, "A", PUBLIC)
    finding = (await findings(zone))["mx.null_at_sender"]
    assert "the From address" in finding.summary
    assert await proof("mx.null_at_sender", FROM, dns_only(zone)) == "pass"


async def test_a_null_mx_whose_removal_would_leave_nothing_proposes_no_record() -> None:
    finding = (await findings(Zone().add(DOMAIN, "MX", (0, ""))))["mx.null_at_sender"]
    assert finding.remedy and not finding.remedy.records


async def test_a_null_mx_where_nobody_sends_is_right() -> None:
    elsewhere = Subject(DOMAIN, (Sender(header_from="other.test"),))
    view = await look_at_transport(elsewhere, dns_only(Zone().add(DOMAIN, "MX", (0, ""))))
    assert faults(view) == []
    assert "mx.receives_none" in {each.code for each in view.findings}


async def test_a_null_mx_beside_others_has_to_go() -> None:
    zone = receiving().add(DOMAIN, "MX", (0, ""))
    assert f"mx.{DOMAIN}" in (await findings(zone))["mx.null_beside_others"].summary
    assert await proof("mx.null_beside_others", FROM, dns_only(zone)) == "pass"


async def test_a_domain_without_mx_falls_back_on_its_own_address() -> None:
    zone = Zone().add(DOMAIN, "A", PUBLIC)
    found = await findings(zone)
    assert PUBLIC in found["mx.implicit"].summary
    assert not [code for code in found if code.startswith(("mta_sts", "tls_rpt", "dane"))]
    assert found["mx.starttls_unseen"].blocked_by == "mx.implicit", "one cause, no second alarm"
    assert await proof("mx.implicit", FROM, dns_only(zone)) == "pass"


async def test_a_sender_without_mx_and_address_cannot_be_answered() -> None:
    envelope = Subject(DOMAIN, (Sender(header_from="other.test", mail_from=DOMAIN),))
    finding = (await findings(Zone().add(DOMAIN, "TXT", "x"), envelope))["mx.missing"]
    assert "the envelope sender" in finding.summary


async def test_a_domain_that_does_not_exist_is_no_matter_of_its_mail_servers() -> None:
    assert await findings(Zone()) == {}


async def test_dns_that_fails_is_unknown_with_the_reason() -> None:
    found = await findings(Zone().fail(DOMAIN, "servfail"))
    assert found["mx.unseen"].verdict is Verdict.UNKNOWN
    assert "servfail" in found["mx.unseen"].summary
    assert not [each for each in found.values() if each.verdict in (Verdict.FAIL, Verdict.WARN)]


async def test_a_mail_server_that_dns_is_silent_about_is_not_called_missing() -> None:
    zone = Zone().add(DOMAIN, "MX", (10, "mx.far.test")).fail("mx.far.test", "timeout")
    found = await findings(zone)
    assert "mx.target_invalid" not in found
    assert "mx.far.test" in found["mx.unseen"].summary


async def test_text_of_a_record_is_escaped_and_bounded() -> None:
    zone = receiving().add(f"_smtp._tls.{DOMAIN}", "TXT", b"v=TLSRPTv1; rua=\x1b[2J" + b"a" * 60_000)
    finding = (await findings(zone))["tls_rpt.malformed"]
    assert "\x1b" not in str(finding.to_json())
    assert len(str(finding.evidence)) < 5000


# -- TLS reports ---------------------------------------------------------------

REPORTS = f"_smtp._tls.{DOMAIN}"


async def test_reports_that_are_not_asked_for_are_no_fault() -> None:
    assert (await findings(receiving()))["tls_rpt.not_needed"].verdict is Verdict.PASS
    with_policy = receiving().add(f"_mta-sts.{DOMAIN}", "TXT", "v=STSv1; id=1")
    advice = (await findings(with_policy))["tls_rpt.none"]
    assert advice.verdict is Verdict.PASS
    assert advice.remedy and advice.remedy.records[0].value == f"v=TLSRPTv1; rua=mailto:postmaster@{DOMAIN}"


async def test_a_report_address_is_shown() -> None:
    zone = receiving().add(REPORTS, "TXT", "v=TLSRPTv1; rua=mailto:tls@shop.test,https://report.test/tls;")
    assert "mailto:tls@shop.test and https://report.test/tls" in (await findings(zone))["tls_rpt.sound"].summary


@pytest.mark.parametrize(
    ("record", "mended"),
    [
        ("v=TLSRPTv1; rua=tls@shop.test", "v=TLSRPTv1; rua=mailto:tls@shop.test"),
        ("v=TLSRPTv1;", "v=TLSRPTv1; rua=mailto:postmaster@shop.test"),
        ("v=TLSRPTv1 rua=mailto:a@b.test", "v=TLSRPTv1; rua=mailto:a@b.test"),
        ("V=tlsrptv1; rua=https://r.test/x", "v=TLSRPTv1; rua=https://r.test/x"),
    ],
)
async def test_a_broken_report_record_is_mended_with_its_own_address(record: str, mended: str) -> None:
    zone = receiving().add(REPORTS, "TXT", record)
    finding = (await findings(zone))["tls_rpt.malformed"]
    assert finding.remedy and finding.remedy.records[0].value == mended
    assert await proof("tls_rpt.malformed", FROM, dns_only(zone)) == "pass"


async def test_two_report_records_become_one_with_both_addresses() -> None:
    zone = receiving().add(REPORTS, "TXT", "v=TLSRPTv1; rua=mailto:a@x.test", "v=TLSRPTv1; rua=mailto:b@x.test")
    finding = (await findings(zone))["tls_rpt.multiple"]
    assert finding.remedy and finding.remedy.records[0].value == "v=TLSRPTv1; rua=mailto:a@x.test,mailto:b@x.test"
    assert await proof("tls_rpt.multiple", FROM, dns_only(zone)) == "pass"


# -- BIMI ----------------------------------------------------------------------

LOGO = f"default._bimi.{DOMAIN}"


@pytest.mark.parametrize(
    "record",
    [
        "v=BIMI1; l=https://shop.test/logo.svg;",
        "v=BIMI1; l=https://shop.test/logo.svg; a=https://shop.test/vmc.pem;",
        "v=BIMI1; l=; a=;",
    ],
)
async def test_a_sound_logo_record_is_published(record: str) -> None:
    assert "bimi.published" in await findings(receiving().add(LOGO, "TXT", record))


@pytest.mark.parametrize(
    "record",
    [
        "v=BIMI1; l=http://shop.test/logo.svg;",
        "v=BIMI1; l=https://shop.test/logo.png;",
        "v=BIMI1;",
        "v=bimi1; l=https://shop.test/logo.svg",
    ],
)
async def test_a_logo_that_cannot_be_shown_is_advice_and_can_be_mended(record: str) -> None:
    zone = receiving().add(LOGO, "TXT", record)
    assert (await findings(zone))["bimi.malformed"].verdict is Verdict.WARN
    assert await proof("bimi.malformed", FROM, dns_only(zone)) == "pass"


async def test_no_logo_is_no_fault() -> None:
    assert (await findings(receiving()))["bimi.none"].verdict is Verdict.PASS


async def test_a_record_in_other_hands_is_asked_for_and_not_proposed() -> None:
    zone = receiving().add(REPORTS, "CNAME", "tls.keeper.test").add("tls.keeper.test", "TXT", "v=TLSRPTv1;")
    finding = (await findings(zone))["tls_rpt.malformed"]
    assert finding.remedy and not finding.remedy.records
    assert "tls.keeper.test" in finding.remedy.letter
