"""MTA-STS, DANE, DNSSEC and STARTTLS against servers on loopback: each fault is named, and its remedy mends it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.domain.subject import Subject, World
from diagnostics.mail.transport import Ways, look_at_transport
from diagnostics.network import Network, Resolver
from diagnostics.network.dnssec import Security, Validator
from diagnostics.network.dnssec_records import Break
from tests.servers.certificates import Certificate
from tests.servers.postfix import SUBMISSION, Postfix
from tests.servers.process import MissingPart
from tests.servers.scripted_smtp import Script
from tests.servers.signed_nsd import SignedNsd, Signing
from tests.servers.zone import Zone
from tests.unit.transport_lab import DOMAIN, FROM, LOOPBACK, NOW, Lab, by_code, faults, policy_text, proof

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


# -- DNSSEC and DANE ---------------------------------------------------------------

TLSA = "_25._tcp.mx"


def signed(zone: str, signing: Signing | None = None, **more: str) -> SignedNsd:
    """`test` and `shop.test` on NSD, both signed; *more* zones by their first label, unsigned."""
    zones = {"test": "", DOMAIN: zone} | {f"{label}.test": text for label, text in more.items()}
    try:
        return SignedNsd(zones, {"test": Signing(), DOMAIN: signing or Signing()})
    except MissingPart as missing:
        pytest.skip(str(missing))


def world_of(server: SignedNsd, lab: Lab) -> tuple[World, Ways]:
    network = Network(LOOPBACK, (server.nameserver,), ca_file=lab.authority.bundle)
    world = World(network.dns, network, datetime.now(UTC))
    return world, Ways(lab.smtp_port, lab.https_port, (server.anchor("test"),))


def own(lab: Lab, certificate: Certificate | None) -> str:
    """A mail server, and the zone that names it."""
    address = lab.mail_server(MX, certificate).address
    return f"@ IN MX 10 mx\nmx IN A {address}\n"


def key_of(certificate: Certificate) -> str:
    """The TLSA record of a certificate, worked out by openssl and not by us."""
    import hashlib
    import subprocess

    key = subprocess.run(
        ["openssl", "x509", "-in", str(certificate.chain), "-noout", "-pubkey"], capture_output=True, check=True
    ).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, capture_output=True, check=True)
    return f"3 1 1 {hashlib.sha256(der.stdout).hexdigest()}"


async def test_a_certificate_that_its_tlsa_record_announces_is_sound(lab: Lab) -> None:
    certificate = lab.authority.untrusted(MX)
    with signed(own(lab, certificate) + f"{TLSA} IN TLSA {key_of(certificate)}") as server:
        world, ways = world_of(server, lab)
        view = await look_at_transport(FROM, world, ways=ways)
    assert faults(view) == []
    found = by_code(view)
    assert found["dane.sound"].subject == MX
    assert found["dnssec.secure"].evidence["chain"] == ["test", DOMAIN]
    assert found["dnssec.secure"].evidence["mail_servers"] == {MX: "secure"}
    assert found["tls_rpt.none"].evidence["because"] == "DANE"
    assert "mx.starttls_good" in found, "what DANE vouches for is not called unverified"


async def test_a_certificate_renewed_with_a_new_key_does_not_fit_and_the_record_that_does_is_proposed(
    lab: Lab,
) -> None:
    certificate = lab.authority.good(MX)
    records = own(lab, certificate)
    with signed(records + f"{TLSA} IN TLSA 3 1 1 {'ab' * 32}") as server:
        world, ways = world_of(server, lab)
        view = await look_at_transport(FROM, world, ways=ways)
        assert faults(view) == ["dane.mismatch"]
        finding = by_code(view)["dane.mismatch"]
        assert finding.remedy and finding.remedy.records[0].value == key_of(certificate)
        assert await proof("dane.mismatch", FROM, world_of(server, lab)[0], ways) == "pass"
        server.set_zone(DOMAIN, records + f"{TLSA} IN TLSA {finding.remedy.records[0].value}")
        assert faults(await look_at_transport(FROM, world_of(server, lab)[0], ways=ways)) == [], "really published"


async def test_a_trust_anchor_of_the_chain_fits_and_one_of_a_stranger_does_not(lab: Lab) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = lab.authority.good(MX)
    issuer = x509.load_pem_x509_certificate(lab.authority.bundle.read_bytes())
    certificate.chain.write_bytes(certificate.chain.read_bytes() + lab.authority.bundle.read_bytes())
    records = own(lab, certificate)
    der = issuer.public_bytes(Encoding.DER)
    with signed(records + f"{TLSA} IN TLSA 2 0 0 {der.hex()}") as server:
        world, ways = world_of(server, lab)
        assert "dane.sound" in by_code(await look_at_transport(FROM, world, ways=ways))
        server.set_zone(DOMAIN, records + f"{TLSA} IN TLSA 2 0 1 {'cd' * 32}")
        assert "dane.mismatch" in by_code(await look_at_transport(FROM, world_of(server, lab)[0], ways=ways))


async def test_tlsa_records_behind_an_alias_are_mended_where_they_stand(lab: Lab) -> None:
    records = own(lab, lab.authority.good(MX)) + f"{TLSA} IN CNAME dane\ndane IN TLSA 3 1 1 {'ab' * 32}"
    with signed(records) as server:
        world, ways = world_of(server, lab)
        finding = by_code(await look_at_transport(FROM, world, ways=ways))["dane.mismatch"]
        assert finding.remedy and finding.remedy.records[0].name == f"dane.{DOMAIN}"
        assert await proof("dane.mismatch", FROM, world_of(server, lab)[0], ways) == "pass"


async def test_the_tlsa_record_of_a_provider_is_for_the_provider_to_mend(lab: Lab) -> None:
    server = lab.mail_server("mx.host.test", lab.authority.good("mx.host.test"))
    zones = {
        "test": "",
        DOMAIN: "@ IN MX 10 mx.host.test.",
        "host.test": f"mx IN A {server.address}\n_25._tcp.mx IN TLSA 3 1 1 {'ab' * 32}",
    }
    with SignedNsd(zones, {name: Signing() for name in zones}) as dns:
        world, ways = world_of(dns, lab)
        finding = by_code(await look_at_transport(FROM, world, ways=ways))["dane.mismatch"]
    assert finding.remedy and not finding.remedy.records
    assert "3 1 1" in finding.remedy.letter


async def test_tlsa_records_of_no_use_for_mail_are_a_warning(lab: Lab) -> None:
    with signed(own(lab, lab.authority.good(MX)) + f"{TLSA} IN TLSA 1 0 1 {'ab' * 32}") as server:
        world, ways = world_of(server, lab)
        assert faults(await look_at_transport(FROM, world, ways=ways)) == ["dane.unusable"]
        assert await proof("dane.unusable", FROM, world_of(server, lab)[0], ways) == "pass"


async def test_dane_without_starttls_stops_mail(lab: Lab) -> None:
    with signed(own(lab, None) + f"{TLSA} IN TLSA 3 1 1 {'ab' * 32}") as server:
        world, ways = world_of(server, lab)
        view = await look_at_transport(FROM, world, ways=ways)
        assert faults(view) == ["dane.no_tls"], "one cause, one alarm"
        assert await proof("dane.no_tls", FROM, world_of(server, lab)[0], ways) == "pass"


async def test_tlsa_records_of_an_unsigned_domain_have_no_effect(lab: Lab) -> None:
    lab.mail_server(MX, lab.authority.good(MX))
    lab.zone.add(f"_25._tcp.{MX}", "TLSA", f"3 1 1 {'ab' * 32}")
    view = await lab.look()
    assert by_code(view)["dnssec.insecure"].verdict is Verdict.PASS


async def test_an_unsigned_domain_is_told_that_its_own_tlsa_is_idle(lab: Lab) -> None:
    zone = own(lab, lab.authority.good(MX)) + f"{TLSA} IN TLSA 3 1 1 {'ab' * 32}"
    with SignedNsd({"test": "", DOMAIN: zone}, {"test": Signing()}) as server:
        world, ways = world_of(server, lab)
        assert faults(await look_at_transport(FROM, world, ways=ways)) == ["dane.not_signed"]
        assert await proof("dane.not_signed", FROM, world_of(server, lab)[0], ways) == "pass"


@pytest.mark.parametrize(
    ("signing", "broke", "word"),
    [
        (Signing(valid_days=-2), Break.EXPIRED, "expired on"),
        (Signing(wrong_ds=True), Break.DS_MISMATCH, "no DS record of the parent fits"),
        (Signing(unsigned=True), Break.DS_MISMATCH, "has no DNSKEY"),
        (Signing(spoiled="MX"), Break.UNSIGNED, "is not signed"),
    ],
)
async def test_a_broken_chain_is_told_with_the_way_in_which_it_is_broken(
    lab: Lab, signing: Signing, broke: Break, word: str
) -> None:
    with signed(own(lab, lab.authority.good(MX)), signing) as server:
        world, ways = world_of(server, lab)
        finding = by_code(await look_at_transport(FROM, world, ways=ways))["dnssec.bogus"]
        if signing.wrong_ds:
            assert finding.remedy and server.anchor(DOMAIN)[1].split()[3].lower() in finding.remedy.copy.lower()
    assert finding.verdict is Verdict.FAIL
    assert finding.evidence["broke"] == broke.value
    assert word in finding.summary
    assert finding.remedy and finding.remedy.letter


async def test_a_resolver_that_refuses_what_is_bogus_leads_to_the_same_cause(lab: Lab) -> None:
    """A validating resolver says SERVFAIL; with CD it hands out what the name servers say."""
    zone = own(lab, lab.authority.good(MX))
    with signed(zone, Signing(valid_days=-2)) as server:
        world, ways = world_of(server, lab)
        refusing = replace(world, dns=Zone().fail(DOMAIN, "servfail"))
        found = by_code(await look_at_transport(FROM, refusing, ways=ways))
    assert found["dnssec.bogus"].evidence["broke"] == "expired"
    assert found["mx.unseen"].blocked_by == "dnssec.bogus"


async def test_a_mail_server_in_a_zone_whose_dnssec_is_broken_is_the_cause(lab: Lab) -> None:
    zones = {"test": "", DOMAIN: "@ IN MX 10 mx.host.test.", "host.test": "mx IN A 127.9.9.9"}
    signing = {"test": Signing(), DOMAIN: Signing(), "host.test": Signing(wrong_ds=True)}
    with SignedNsd(zones, signing) as server:
        world, ways = world_of(server, lab)
        refusing = replace(world, dns=Zone().add(DOMAIN, "MX", (10, "mx.host.test")).fail("mx.host.test", "servfail"))
        found = by_code(await look_at_transport(FROM, refusing, ways=ways))
    assert (found["dnssec.bogus"].subject, found["dnssec.bogus"].evidence["zone"]) == ("mx.host.test", "host.test")
    assert found["mx.unseen"].blocked_by == "dnssec.bogus"


async def test_dns_that_is_only_unavailable_is_not_called_bogus(lab: Lab) -> None:
    zone = own(lab, lab.authority.good(MX))
    with signed(zone) as server:
        world, ways = world_of(server, lab)
        failing = replace(world, dns=Zone().fail(DOMAIN, "servfail"))
        found = by_code(await look_at_transport(FROM, failing, ways=ways))
    assert "dnssec.bogus" not in found
    assert found["mx.unseen"].blocked_by == ""


async def test_a_name_server_that_hands_out_no_signatures_is_unknown_and_accuses_nobody(lab: Lab) -> None:
    lab.zone.add(DOMAIN, "MX", (10, MX))
    state = await Validator(Resolver((lab.dns.nameserver,)), now=NOW.timestamp()).state(DOMAIN, "MX")
    assert state.state is Security.UNKNOWN
    assert "no usable DNSSEC records of the root" in state.detail


@pytest.mark.parametrize("nsec3", [False, True], ids=["NSEC", "NSEC3 with opt-out"])
async def test_each_answer_of_a_signed_tree_has_its_own_state(nsec3: bool) -> None:
    zones = {
        "test": "plain IN A 192.0.2.1",
        "good.test": "@ IN MX 10 mail\nmail IN A 192.0.2.2\nother IN CNAME mail",
        "bare.test": "@ IN A 192.0.2.3",
    }
    with SignedNsd(zones, {"test": Signing(nsec3=nsec3), "good.test": Signing(nsec3=nsec3)}) as server:
        validator = Validator(Resolver((server.nameserver,)), anchors=[server.anchor("test")])
        names = ("plain.test", "mail.good.test", "other.good.test", "gone.good.test", "bare.test", "a.b.bare.test")
        states = [(await validator.state(name, "A")).state.value for name in names]
    gone = "insecure" if nsec3 else "secure"  # RFC 5155 §9.2: opt-out proves no name's absence
    assert states == ["secure", "secure", "secure", gone, "insecure", "insecure"]


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
