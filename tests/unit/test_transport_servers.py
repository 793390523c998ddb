"""STARTTLS and MTA-STS against servers on loopback: each fault is named, and its remedy mends it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.domain.subject import Subject
from tests.servers.postfix import SUBMISSION, Postfix
from tests.servers.process import MissingPart
from tests.servers.scripted_smtp import Script
from tests.unit.transport_lab import DOMAIN, Lab, by_code, faults, policy_text

MX = f"mx.{DOMAIN}"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as made:
        yield made


# -- STARTTLS --------------------------------------------------------------------


async def test_a_mail_server_with_a_good_certificate_is_sound(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    view = await lab.look()
    assert faults(view) == []
    finding = by_code(view)["mx.starttls_good"]
    assert finding.evidence["servers"][0]["certificate"]["names"] == [MX]
    assert not [each for each in view.findings if each.verdict is Verdict.UNKNOWN]


@pytest.mark.parametrize("kind", ["expired", "for_another_name", "untrusted"])
async def test_a_certificate_that_nobody_can_verify_is_no_fault_without_a_policy(lab: Lab, kind: str) -> None:
    lab.mail_server(MX, getattr(lab.authority, kind)(MX))
    view = await lab.look()
    assert faults(view) == []
    assert by_code(view)["mx.certificate_unverified"].verdict is Verdict.PASS


async def test_a_mail_server_without_starttls_is_named_with_words_for_its_operator(lab: Lab) -> None:
    lab.mail_server(MX, None)
    finding = by_code(await lab.look())["mx.starttls_missing"]
    assert (finding.verdict, finding.subject) == (Verdict.WARN, MX)
    assert finding.remedy and "port 25" in finding.remedy.letter


async def test_a_server_that_turns_us_away_is_not_said_to_lack_starttls(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX), Script(replies={"greeting": "554 5.7.1 listed", "ehlo": "503 no"}))
    view = await lab.look()
    assert faults(view) == []
    assert "554 5.7.1 listed" in by_code(view)["mx.starttls_unseen"].summary


async def test_a_first_mail_server_that_is_down_is_seen_where_the_second_answers(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX), preference=20)
    lab.zone.add(DOMAIN, "MX", (10, f"old.{DOMAIN}")).add(f"old.{DOMAIN}", "A", "127.77.77.77")
    finding = by_code(await lab.look())["mx.host_unreachable"]
    assert finding.subject == f"old.{DOMAIN}"
    assert "it refuses connections" in finding.summary


async def test_where_no_server_answers_our_own_network_may_be_the_reason(lab: Lab) -> None:
    lab.zone.add(DOMAIN, "MX", (10, MX)).add(MX, "A", "127.77.77.77")
    view = await lab.look()
    assert faults(view) == []
    assert by_code(view)["mx.starttls_unseen"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "script", [Script(byte_pause_s=1.0), Script(endless_greeting=True), Script(silent_at="starttls")]
)
async def test_a_server_that_never_comes_to_its_end_is_unknown_within_the_time(lab: Lab, script: Script) -> None:
    lab.mail_server(MX, lab.authority.good(MX), script)
    lab.look_s = 1.5
    started = time.monotonic()
    view = await lab.look()
    assert time.monotonic() - started < 4
    assert faults(view) == []
    assert by_code(view)["mx.starttls_unseen"].evidence["servers"][0]["error"]


# -- MTA-STS ---------------------------------------------------------------------


async def test_a_policy_that_covers_all_and_is_kept_is_sound(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(f"*.{DOMAIN}"))
    found = by_code(await lab.look())
    assert found["mta_sts.sound"].verdict is Verdict.PASS
    assert found["tls_rpt.none"].evidence["because"] == "MTA-STS"


async def test_a_mail_server_that_the_policy_does_not_cover_is_the_cause(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text("mx.old-provider.test"))
    view = await lab.look()
    assert faults(view) == ["mta_sts.mx_mismatch"]
    finding = by_code(view)["mta_sts.mx_mismatch"]
    assert MX in finding.summary
    assert finding.remedy and finding.remedy.copy.splitlines()[:3] == ["version: STSv1", "mode: enforce", f"mx: {MX}"]
    assert finding.remedy.records[0].replaces == ("v=STSv1; id=1;",)
    assert await lab.proof("mta_sts.mx_mismatch") == "pass"


@pytest.mark.parametrize("kind", ["expired", "for_another_name", "untrusted"])
async def test_a_policy_host_with_a_bad_certificate_is_the_cause(lab: Lab, kind: str) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(MX), certificate=getattr(lab.authority, kind)(f"mta-sts.{DOMAIN}"))
    view = await lab.look()
    assert faults(view) == ["mta_sts.fetch_failed"]
    finding = by_code(view)["mta_sts.fetch_failed"]
    assert finding.evidence["kind"] == "certificate"
    assert finding.remedy and finding.remedy.letter


async def test_a_policy_whose_host_is_not_in_dns_is_the_cause(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.zone.add(f"_mta-sts.{DOMAIN}", "TXT", "v=STSv1; id=1")
    assert by_code(await lab.look())["mta_sts.fetch_failed"].evidence["kind"] == "host"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"status": 404}, "status"),
        ({"status": 301, "location": "http://127.0.0.1/inside"}, "redirect"),
        ({"media_type": "text/html"}, "media_type"),
        ({"endless": True}, "size"),
    ],
)
async def test_a_policy_that_is_served_wrong_is_not_taken(lab: Lab, change: dict[str, object], kind: str) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    host = lab.policy(policy_text(MX))
    for name, value in change.items():
        setattr(host, name, value)
    assert by_code(await lab.look())["mta_sts.fetch_failed"].evidence["kind"] == kind
    assert len(host.asked) == 1, "and no redirect is followed"


async def test_a_policy_that_comes_one_byte_a_second_is_unknown(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagnostics.mail.transport.mta_sts.FETCH_S", 1.5)
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(MX)).drip_s = 1.0
    finding = by_code(await lab.look())["mta_sts.unseen"]
    assert finding.verdict is Verdict.UNKNOWN
    assert "not whole after 1.5 s" in finding.summary


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version: STSv2\nmode: enforce\nmx: mx.shop.test\nmax_age: 86400", "version is STSv2"),
        ("version: STSv1\nmode: enforced\nmx: mx.shop.test\nmax_age: 86400", "mode is enforced"),
        ("version: STSv1\nmode: enforce\nmax_age: 86400", "names no mail server"),
        ("version: STSv1\nmode: enforce\nmx: mx.shop.test", "max_age is missing"),
        ("version: STSv1\nmode: enforce\nmx: mx.shop.test\nmax_age: 99999999", "at most 31557600"),
        ("version: STSv1\nmode: enforce\nmx: mx shop\nmax_age: 86400", "no host name"),
        ("<html>not found</html>", "no “key: value”"),
    ],
)
async def test_a_policy_with_a_mistake_is_written_anew(lab: Lab, text: str, why: str) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(text)
    finding = by_code(await lab.look())["mta_sts.policy_malformed"]
    assert why in finding.summary
    assert finding.remedy and f"mx: {MX}" in finding.remedy.copy
    assert await lab.proof("mta_sts.policy_malformed") == "pass"


async def test_an_enforced_policy_makes_an_unverifiable_certificate_a_fault(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.untrusted(MX))
    lab.policy(policy_text(MX))
    view = await lab.look()
    assert faults(view) == ["mta_sts.host_refused"], "and not a second time as a matter of STARTTLS"
    finding = by_code(view)["mta_sts.host_refused"]
    assert finding.remedy and "mode: testing" in finding.remedy.copy and finding.remedy.letter
    assert await lab.proof("mta_sts.host_refused") == "pass"


async def test_what_testing_would_stop_is_a_warning(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text("other.test", mode="testing"))
    assert faults(await lab.look()) == ["mta_sts.testing_would_fail"]
    assert await lab.proof("mta_sts.testing_would_fail") == "pass"


@pytest.mark.parametrize(("mode", "code"), [("testing", "mta_sts.testing"), ("none", "mta_sts.mode_none")])
async def test_modes_that_stop_no_mail_pass(lab: Lab, mode: str, code: str) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(MX, mode=mode))
    view = await lab.look()
    assert faults(view) == []
    assert code in by_code(view)


@pytest.mark.parametrize("record", ["v=STSv1;", "v=STSv1; id=2026-11-24", "v=stsv1; id=1", " v=STSv1; id=1"])
async def test_a_broken_record_is_mended(lab: Lab, record: str) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(MX), record=record)
    assert faults(await lab.look()) == ["mta_sts.record_malformed"]
    assert await lab.proof("mta_sts.record_malformed") == "pass"


async def test_a_broken_record_with_no_policy_behind_it_is_taken_away(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.zone.add(f"_mta-sts.{DOMAIN}", "TXT", "v=STSv1;")
    finding = by_code(await lab.look())["mta_sts.record_malformed"]
    assert finding.remedy and finding.remedy.records[0].value == ""
    assert await lab.proof("mta_sts.record_malformed") == "pass"


async def test_a_mail_server_that_does_not_exist_belongs_in_no_policy(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.zone.add(DOMAIN, "MX", (20, "gone.host.test"))
    lab.policy(policy_text(MX))
    assert faults(await lab.look()) == ["mx.target_invalid"]
    assert await lab.proof("mx.target_invalid") == "pass"


async def test_two_records_become_one(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(MX))
    lab.zone.add(f"_mta-sts.{DOMAIN}", "TXT", "v=STSv1; id=2")
    assert faults(await lab.look()) == ["mta_sts.record_multiple"]
    assert await lab.proof("mta_sts.record_multiple") == "pass"


async def test_a_policy_that_nothing_announces_gets_its_record(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.policy(policy_text(MX), record="")
    assert faults(await lab.look()) == ["mta_sts.record_missing"]
    assert await lab.proof("mta_sts.record_missing") == "pass"


async def test_the_policy_is_fetched_once_in_a_report_with_all_its_proofs(lab: Lab) -> None:
    server = lab.mail_server(MX, lab.authority.good(MX))
    host = lab.policy(policy_text("other.test"))
    assert await lab.proof("mta_sts.mx_mismatch") == "pass"
    assert (len(host.asked), len(server.dialogues)) == (1, 1)


# -- and on a real mail server -----------------------------------------------------


async def test_a_real_postfix_with_a_policy_that_names_another_server(lab: Lab) -> None:
    try:
        relay = Postfix(MX, lab.authority.good(MX), 1, users={f"a@{DOMAIN}": "b"})
    except MissingPart as missing:
        pytest.skip(str(missing))
    with relay:
        lab.smtp_port = SUBMISSION
        lab.zone.add(DOMAIN, "MX", (10, MX)).add(MX, "A", relay.address)
        lab.policy(policy_text("mx.old.test"))
        view = await lab.look(Subject(DOMAIN))
        assert faults(view) == ["mta_sts.mx_mismatch"]
        assert "mx.starttls_good" in by_code(view)
        relay.show_certificate(lab.authority.expired(MX))
        assert "mx.certificate_unverified" in by_code(await lab.look(Subject(DOMAIN)))
