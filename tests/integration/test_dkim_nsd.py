"""DKIM on a real name server (NSD), with keys that OpenDKIM's own tool made: found, judged, and really mended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnostics.finding import Finding, RecordChange, Verdict
from diagnostics.mail.dkim import DKIMView, Key
from diagnostics.mail.domain import Sender
from diagnostics.network import Resolver, SharedDNS
from tests.servers import dkim_records as made
from tests.servers.nsd import Nsd
from tests.servers.process import MissingPart
from tests.servers.zone import strings
from tests.unit.dkim_domain import D, assert_mends, looked, signed

SPF = '@ IN TXT "v=spf1 mx ~all"\n'
S1 = f"s1._domainkey.{D}"


@pytest.fixture(scope="module")
def nsd() -> Iterator[Nsd]:
    try:
        server = Nsd({D: SPF, "vendor.test": "", "brevo.com": ""})
        server.start()
    except MissingPart as missing:
        pytest.skip(str(missing))
    yield server
    server.remove()


@pytest.fixture(scope="module")
def opendkim(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The zone line of a key of 2,048 bits, its strings split as OpenDKIM splits them."""
    try:
        return made.opendkim_zone_line(tmp_path_factory.mktemp("keys"), "s1", D, "--bits=2048")
    except MissingPart as missing:
        pytest.skip(str(missing))


def txt(name: str, text: str) -> str:
    """A zone line, the text byte for byte."""
    quoted = " ".join(
        '"' + each.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"') + '"' for each in strings(text)
    )
    return f"{name} IN TXT ( {quoted} )\n"


async def look(nsd: Nsd, *senders: Sender) -> DKIMView:
    return await looked(SharedDNS(Resolver([nsd.nameserver])), *senders)


async def mended_for_real(nsd: Nsd, finding: Finding, zone: str, *senders: Sender) -> DKIMView:
    """The remedy proven over the real DNS, then published in the zone *zone* and looked at again."""
    await assert_mends(finding, Resolver([nsd.nameserver]), *senders)
    assert finding.remedy
    await asyncio.to_thread(nsd.set_zone, D, zone + "".join(map(as_line, finding.remedy.records)))
    view = await look(nsd, *senders)
    assert finding.code not in {each.code for each in view.findings}
    assert [each.code for each in view.findings if each.verdict is not Verdict.PASS] == []
    return view


def as_line(change: RecordChange) -> str:
    if change.type == "TXT":
        return txt(f"{change.name}.", change.value) if change.value else ""
    return f"{change.name}. IN {change.type} {change.value}.\n"


def bad(view: DKIMView) -> Finding:
    [finding] = [each for each in view.findings if each.verdict is not Verdict.PASS]
    return finding


async def test_a_key_as_opendkim_writes_it_is_sound(nsd: Nsd, opendkim: str) -> None:
    assert opendkim.count('"') >= 6, "several strings"
    nsd.set_zone(D, SPF + opendkim)
    view = await look(nsd, signed("s1"))
    [finding] = view.findings
    assert (finding.code, finding.evidence["bits"], finding.evidence["key_type"]) == ("dkim.key_sound", 2048, "rsa")
    assert finding.evidence["records"][0]["values"] == [made.opendkim_text(opendkim)]


async def test_an_ed25519_key_is_sound(nsd: Nsd) -> None:
    nsd.set_zone(D, SPF + txt("s1._domainkey", made.ed25519_record()))
    [key] = (await look(nsd, signed("s1"))).keys
    assert isinstance(key, Key)
    assert (key.type, key.public, key.usable) == ("ed25519", made.ed25519_octets(), True)


async def test_fault_11_a_key_at_the_doubled_name(nsd: Nsd, opendkim: str) -> None:
    text = made.opendkim_text(opendkim)
    nsd.set_zone(D, SPF + txt(f"{S1}.{D}.", text))
    finding = bad(await look(nsd, signed("s1")))
    assert (finding.code, finding.evidence["found_at"]) == ("dns.wrong_name", f"{S1}.{D}")
    view = await mended_for_real(nsd, finding, SPF, signed("s1"))
    assert view.keys[0].bits == 2048


async def test_fault_12_the_key_of_a_real_message_is_missing(nsd: Nsd) -> None:
    nsd.set_zone("brevo.com", txt("b1.site-test.dkim", made.rsa_record()))
    nsd.set_zone(D, SPF)
    finding = bad(await look(nsd, signed("brevo1")))
    assert (finding.code, finding.subject) == ("dkim.key_missing", f"brevo1._domainkey.{D}")
    view = await mended_for_real(nsd, finding, SPF, signed("brevo1"))
    assert view.findings[0].evidence["provider"] == "brevo"


async def test_fault_12_a_cname_leads_to_nothing(nsd: Nsd) -> None:
    nsd.set_zone(D, SPF + "s1._domainkey IN CNAME key.vendor.test.\n")
    finding = bad(await look(nsd, signed("s1")))
    assert finding.code == "dkim.key_missing"
    assert "its CNAME leads to key.vendor.test, which has nothing" in finding.summary


async def test_fault_13_a_key_cut_off_at_255(nsd: Nsd, opendkim: str) -> None:
    nsd.set_zone(D, SPF + txt("s1._domainkey", made.opendkim_text(opendkim)[:255]))
    finding = bad(await look(nsd, signed("s1")))
    assert finding.code == "dkim.key_malformed"
    assert "cut off" in finding.summary


async def test_fault_13_a_key_whose_strings_became_records(nsd: Nsd, opendkim: str) -> None:
    text = made.opendkim_text(opendkim)
    nsd.set_zone(D, SPF + txt("s1._domainkey", text[:255]) + txt("s1._domainkey", text[255:]))
    finding = bad(await look(nsd, signed("s1")))
    assert (finding.code, "2 TXT records" in finding.summary) == ("dkim.key_malformed", True)
    view = await mended_for_real(nsd, finding, SPF, signed("s1"))
    assert view.keys[0].bits == 2048


async def test_fault_13_semicolons_that_kept_their_backslashes(nsd: Nsd, opendkim: str) -> None:
    nsd.set_zone(D, SPF + txt("s1._domainkey", made.opendkim_text(opendkim).replace(";", "\\;")))
    finding = bad(await look(nsd, signed("s1")))
    assert finding.code == "dkim.key_malformed"
    await mended_for_real(nsd, finding, SPF, signed("s1"))


async def test_fault_14_a_revoked_key(nsd: Nsd) -> None:
    nsd.set_zone(D, SPF + txt("s1._domainkey", "v=DKIM1; k=rsa; p="))
    assert bad(await look(nsd, signed("s1"))).code == "dkim.key_revoked"


@pytest.mark.parametrize(("bits", "code"), [(512, "dkim.key_too_short"), (1024, "dkim.key_weak")])
async def test_fault_15_a_short_key(nsd: Nsd, bits: int, code: str) -> None:
    nsd.set_zone(D, SPF + txt("s1._domainkey", made.rsa_record(bits)))
    finding = bad(await look(nsd, signed("s1")))
    assert (finding.code, finding.evidence["bits"]) == (code, bits)


async def test_a_key_that_opendkim_marked_as_a_test(nsd: Nsd, tmp_path: Path, opendkim: str) -> None:
    line = made.opendkim_zone_line(tmp_path, "s1", D, "--bits=2048", "--testmode", "--subdomains")
    nsd.set_zone(D, SPF + line)
    finding = bad(await look(nsd, signed("s1")))
    assert finding.code == "dkim.testing"
    view = await mended_for_real(nsd, finding, SPF, signed("s1"))
    assert not view.keys[0].testing


async def test_fault_44_a_wildcard_answers_for_every_selector(nsd: Nsd, opendkim: str) -> None:
    wild = txt("*._domainkey", "v=DKIM1; p=oops")
    nsd.set_zone(D, SPF + wild + opendkim)
    finding = bad(await look(nsd, signed("s1")))
    assert (finding.code, finding.evidence["wildcard"]) == ("dkim.wildcard", f"*._domainkey.{D}")
    view = await mended_for_real(nsd, finding, SPF + opendkim, signed("s1"))
    assert [each.selector for each in view.keys] == ["s1"]


async def test_a_domain_without_keys_is_told_from_one_whose_selector_cannot_be_guessed(nsd: Nsd, opendkim: str) -> None:
    nsd.set_zone(D, SPF)
    assert bad(await look(nsd)).code == "dkim.none_published"
    nsd.set_zone(D, SPF + txt("yzhmkuufmn4i6bvrjxxdpbwjmgyfxvn5._domainkey", made.opendkim_text(opendkim)))
    assert bad(await look(nsd)).code == "dkim.not_found"
