"""DMARC on a real name server: the chief faults, and each remedy really published in the zone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from diagnostics.finding import Finding, RecordChange
from diagnostics.mail.dmarc import DMARCView
from diagnostics.mail.domain import Sender
from diagnostics.network import Resolver
from tests.servers.nsd import Nsd
from tests.servers.process import MissingPart
from tests.unit.dmarc_world import DOMAIN, RELAY_IP, faults, looked, one, sender, signed

SENDS = {
    f"{DOMAIN}.": [f'TXT "v=spf1 ip4:{RELAY_IP} -all"', f"MX 10 mail.{DOMAIN}."],
    f"mail.{DOMAIN}.": ["A 192.0.2.1"],
}
RUA = f"rua=mailto:d@{DOMAIN}"
SOUND = f"v=DMARC1; p=reject; {RUA}"
STRANGER = sender(mail_from="bounce.relay.test", signatures=signed("relay.test"))

Records = dict[str, list[str]]


@pytest.fixture(scope="module")
def nsd() -> Iterator[Nsd]:
    try:
        server = Nsd({"example": "", "test": ""})
    except MissingPart as missing:
        pytest.skip(str(missing))
    server.start()
    yield server
    server.remove()


def txt(value: str) -> str:
    """A TXT record byte for byte (RFC 3597): no quoting of zone files comes between."""
    octets = value.encode()
    parts = [octets[at : at + 255] for at in range(0, len(octets), 255)]
    wire = b"".join(bytes([len(each)]) + each for each in parts)
    return f"TYPE16 \\# {len(wire)} {wire.hex()}"


def publish(server: Nsd, records: Mapping[str, list[str]]) -> None:
    for zone in ("test", "example"):
        held = [f"{name} IN {record}" for name, lines in records.items() for record in lines if _zone_of(name) == zone]
        server.set_zone(zone, "\n".join(held))


def _zone_of(name: str) -> str:
    return name.removesuffix(".").rpartition(".")[2]


def with_changes(records: Records, changes: tuple[RecordChange, ...]) -> Records:
    """The zone's records after somebody did what the remedy says."""
    made = {name: list(held) for name, held in records.items()}
    for change in changes:
        held = made.setdefault(f"{change.name}.", [])
        gone = {txt(each) if change.type == "TXT" else f"{change.type} {each}." for each in change.replaces}
        made[f"{change.name}."] = [each for each in held if each not in gone]
        if change.value:
            made[f"{change.name}."].append(txt(change.value))
    return made


async def seen(server: Nsd, *senders: Sender, **more: Any) -> DMARCView:
    return await looked(Resolver((server.nameserver,), timeout_s=3), *senders, **more)


def sure(finding: Finding) -> tuple[RecordChange, ...]:
    assert finding.remedy
    assert finding.remedy.records
    return finding.remedy.records


FAULTS: dict[str, tuple[str, Records]] = {
    "missing": ("dmarc.missing", {}),
    "twice": ("dmarc.multiple", {f"_dmarc.{DOMAIN}.": [txt(SOUND), txt("v=DMARC1; p=none")]}),
    "p=rejct": ("dmarc.malformed", {f"_dmarc.{DOMAIN}.": [txt(f"v=DMARC1; p=rejct; {RUA}")]}),
    "space before v=": ("dmarc.malformed", {f"_dmarc.{DOMAIN}.": [txt(f" {SOUND}")]}),
    "smart quotes": ("dmarc.malformed", {f"_dmarc.{DOMAIN}.": [txt(f"\u201c{SOUND}\u201d")]}),
    "comma": ("dmarc.malformed", {f"_dmarc.{DOMAIN}.": [txt(SOUND.replace(";", ","))]}),
    "zone appended": ("dns.wrong_name", {f"_dmarc.{DOMAIN}.{DOMAIN}.": [txt(SOUND)]}),
    "typed at the domain": ("dns.wrong_name", {f"{DOMAIN}.": [txt(SOUND)]}),
    "report host without mail": (
        "dmarc.report_host_no_mail",
        {f"_dmarc.{DOMAIN}.": [txt("v=DMARC1; p=reject; rua=mailto:a@gone.test")]},
    ),
    "dangling CNAME": ("dmarc.missing", {f"_dmarc.{DOMAIN}.": ["CNAME gone.test."]}),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_published_fault_is_named_and_its_remedy_published_ends_it(nsd: Nsd, fault: str) -> None:
    code, planted = FAULTS[fault]
    records: Records = {name: [*SENDS.get(name, []), *planted.get(name, [])] for name in {**SENDS, **planted}}
    await asyncio.to_thread(publish, nsd, records)
    view = await seen(nsd, sender())
    assert faults(view) == [code]
    await asyncio.to_thread(publish, nsd, with_changes(records, sure(one(view, code))))
    assert faults(await seen(nsd, sender())) == []


async def test_a_subdomain_that_inherits_reject_gets_its_own_record(nsd: Nsd) -> None:
    domain = f"news.{DOMAIN}"
    records: Records = {
        **SENDS,
        f"_dmarc.{DOMAIN}.": [txt(f"v=DMARC1; p=none; sp=reject; {RUA}")],
        f"{domain}.": ["A 192.0.2.7"],
        "bounce.relay.test.": [txt(f"v=spf1 ip4:{RELAY_IP} -all")],
    }
    mail = sender(header_from=domain, mail_from="bounce.relay.test", signatures=signed("relay.test"))
    await asyncio.to_thread(publish, nsd, records)
    view = await seen(nsd, mail, domain=domain)
    assert faults(view) == ["dmarc.subdomain_policy", "dmarc.not_aligned"]
    await asyncio.to_thread(publish, nsd, with_changes(records, sure(one(view, "dmarc.subdomain_policy"))))
    assert faults(await seen(nsd, mail, domain=domain)) == ["dmarc.not_aligned"]


async def test_a_foreign_address_is_reached_when_its_domain_agreed_be_it_by_a_wildcard(nsd: Nsd) -> None:
    records: Records = {
        **SENDS,
        f"_dmarc.{DOMAIN}.": [txt("v=DMARC1; p=reject; rua=mailto:a@reports.test")],
        "reports.test.": ["MX 10 mx.reports.test."],
    }
    await asyncio.to_thread(publish, nsd, records)
    assert faults(await seen(nsd, sender())) == ["dmarc.report_unauthorised"]
    await asyncio.to_thread(publish, nsd, {**records, "*._report._dmarc.reports.test.": [txt("v=DMARC1")]})
    view = await seen(nsd, sender())
    assert faults(view) == []
    assert one(view, "dmarc.reports_reach").evidence["addresses"] == "mailto:a@reports.test"


async def test_nine_labels_under_a_public_suffix_record_are_walked_as_the_rfc_says(nsd: Nsd) -> None:
    domain = f"a.b.c.d.e.f.shop.{DOMAIN}"
    records: Records = {
        **SENDS,
        f"_dmarc.{DOMAIN}.": [txt(SOUND)],
        "_dmarc.example.": [txt("v=DMARC1; p=none; psd=y")],
        f"{domain}.": [txt(f"v=spf1 ip4:{RELAY_IP} -all")],
    }
    await asyncio.to_thread(publish, nsd, records)
    view = await seen(nsd, sender(header_from=domain, mail_from=domain), domain=domain)
    assert faults(view) == []
    found = one(view, "dmarc.walk").evidence
    assert len(found["walk"]) == 8
    assert (found["organizational_domain"], found["rfc9989"]["policy"]) == (DOMAIN, "reject")


async def test_mail_that_only_the_relay_stands_for_is_not_aligned(nsd: Nsd) -> None:
    records: Records = {
        **SENDS,
        f"_dmarc.{DOMAIN}.": [txt(SOUND)],
        "bounce.relay.test.": [txt(f"v=spf1 ip4:{RELAY_IP} -all")],
    }
    await asyncio.to_thread(publish, nsd, records)
    view = await seen(nsd, STRANGER)
    assert faults(view) == ["dmarc.not_aligned"]
    steps = one(view, "dmarc.step_breaks").evidence["steps"]
    assert [step["streams"][0]["fate"] for step in steps] == ["delivered", "junk", "refused"]


async def test_a_server_that_is_gone_leaves_everything_unknown() -> None:
    from diagnostics.mail.dmarc import discover
    from diagnostics.mail.domain import World
    from tests.servers.loopback import free_port

    dead = Resolver((f"127.0.0.1:{free_port()}",), timeout_s=0.2)
    found = await discover(DOMAIN, World(dead, None, datetime.now(UTC)))
    assert (found.policy.known, found.policy_7489.known, found.exists) == (False, False, None)
