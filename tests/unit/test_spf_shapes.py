"""SPF of domains as real providers set them up: nothing is accused, and the right include is proposed."""

from __future__ import annotations

import pytest

from diagnostics.mail.domain.subject import Sender
from diagnostics.mail.providers import PROVIDERS
from diagnostics.mail.senders import SENDERS, SendingService, by_relay
from tests.unit.spf_faults import IP, SENDER, SITE, cause, looked, zone

OUTSIDE = "v=spf1 ip4:192.0.2.0/24 ip4:198.18.0.0/15 ip4:40.0.0.0/8 ip6:2001:db8::/24 "
SHAPES = {
    "Google Workspace": "v=spf1 include:_spf.google.com ~all",
    "Microsoft 365": "v=spf1 include:spf.protection.outlook.com -all",
    "Microsoft 365 and Mailgun": "v=spf1 include:spf.protection.outlook.com include:mailgun.org -all",
    "STRATO": "v=spf1 redirect=_spf.strato.com",
    "IONOS": "v=spf1 include:_spf-eu.ionos.com ~all",
    "OVH": "v=spf1 include:mx.ovh.com ~all",
    "one.com": "v=spf1 include:_custspf.one.com ~all",
    "cPanel": "v=spf1 +a +mx +ip4:192.0.2.9 ~all",
    "SiteGround": "v=spf1 +a +mx include:site.test.spf.auto.dnssmarthost.net ~all",
    "GoDaddy": "v=spf1 include:secureserver.net -all",
    "Namecheap": "v=spf1 include:spf.privateemail.com ~all",
    "Fastmail": "v=spf1 include:spf.messagingengine.com ?include:other.test ~all",
    "Proton": "v=spf1 include:_spf.protonmail.ch mx ~all",
    "Zoho": "v=spf1 include:zohomail.eu ~all",
    "Proofpoint": "v=spf1 include:%{ir}.%{v}.%{d}.spf.has.pphosted.com a ~all",
    "an own record below": "v=spf1 include:_spf.site.test ~all",
    "explained": "v=spf1 ip4:192.0.2.9 -all exp=why.site.test",
    "unknown modifier": "v=spf1 ip4:192.0.2.9 ~all x-note=%{d}",
    "upper case": "V=SPF1 IP4:192.0.2.9 -ALL",
    "both families": "v=spf1 ip4:192.0.2.9 ip6:2001:db8::/32 a:v6.site.test ~all",
    "ten lookups": "v=spf1 ip4:192.0.2.9 " + " ".join(f"a:h{n}.site.test" for n in range(10)) + " -all",
    "two dead names inside a provider's include": "v=spf1 include:mailgun.org ip4:192.0.2.9 ~all",
    "a wide range shut out": "v=spf1 -ip4:40.0.0.0/8 ip4:192.0.2.9 -all",
    "a /16 of its own": "v=spf1 ip4:192.0.0.0/16 ip4:192.0.2.9 ~all",
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_sound_set_up_of_a_real_shape_is_not_accused(shape: str) -> None:
    records = zone(site=SHAPES[shape], other="v=spf1 -all")
    records.add(SITE, "MX", (1, "mx.site.test")).add("mx.site.test", "A", IP).add("v6.site.test", "AAAA", "2001:db8::5")
    records.add("_spf.site.test", "TXT", f"v=spf1 ip4:{IP} ?all").add("why.site.test", "TXT", "ask us")
    for number in range(10):
        records.add(f"h{number}.site.test", "A", f"198.51.100.{number}")
    for service in SENDERS:
        for include in {service.include_of(SITE), *service.includes}:
            if include and include not in records.records:
                dead = "a:gone1.test a:gone2.test " if "dead" in shape else ""
                records.add(include, "TXT", f"{OUTSIDE}{dead}{'?all' if 'strato' in include else '~all'}")
    client = "9.2.0.192.in-addr.site.test.spf.has.pphosted.com"
    records.add(client, "TXT", OUTSIDE + "-all")
    found = (await looked(records, SENDER)).findings
    assert [(each.code, each.verdict) for each in found] == [("spf.pass", "pass"), ("spf.record_sound", "pass")]


def relay_of(service: SendingService) -> str:
    hosts = next((each.hosts for each in PROVIDERS if each.name == service.name), ())
    return next((f"smtp.{each}" for each in (*service.relays, *hosts) if by_relay(f"smtp.{each}") is service), "")


PROPOSED = [each for each in SENDERS if each.aligns_by_spf and each.include and relay_of(each)]


@pytest.mark.parametrize("service", PROPOSED, ids=[each.name for each in PROPOSED])
async def test_the_include_of_a_provider_is_proposed_for_its_relay(service: SendingService) -> None:
    sender = Sender(SITE, SITE, IP, relay=relay_of(service))
    include = service.include_of(SITE, sender.relay)
    records = zone(site="v=spf1 a -all").add(include, "TXT", f"v=spf1 ip4:{IP} ~all")
    found = cause((await looked(records, sender)).findings)
    assert found.code == "spf.sender_not_authorised"
    assert found.remedy
    assert found.remedy.copy == f"v=spf1 a include:{include} -all"
    assert service.title in found.remedy.text
