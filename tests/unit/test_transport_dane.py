"""DNSSEC and DANE on signed zones (NSD): each break is told, each TLSA record that does not fit is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dns.flags
import dns.message
import pytest

from diagnostics.finding import Verdict
from diagnostics.mail.domain.subject import World
from diagnostics.mail.transport import Ways, look_at_transport
from diagnostics.network import Network, Resolver
from diagnostics.network.dnssec import Security, Validator
from diagnostics.network.dnssec_records import Break
from tests.servers.certificates import Certificate
from tests.servers.process import MissingPart
from tests.servers.signed_nsd import SignedNsd, Signing
from tests.servers.zone import Zone
from tests.unit.test_network import name_server
from tests.unit.transport_lab import DOMAIN, FROM, LOOPBACK, NOW, Lab, by_code, faults, proof

MX = f"mx.{DOMAIN}"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as made:
        yield made


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


async def test_a_validating_resolver_on_this_machine_is_believed() -> None:
    def answer(query: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(query)
        if not query.flags & dns.flags.CD:
            reply.flags |= dns.flags.AD
        return reply

    with name_server(answer) as nameserver:
        state = await Validator(Resolver((nameserver,))).state(DOMAIN, "MX")
    assert (state.state, state.by) == (Security.SECURE, "the resolver on this machine (AD)")


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
