"""What the tests of DMARC stand on: records in memory, and the views of SPF and DKIM as far as DMARC asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from diagnostics.finding import Finding
from diagnostics.mail.dmarc import DMARCView, discover, look_at_dmarc, stated_identifiers
from diagnostics.mail.domain import Sender, Signature, Subject, World
from diagnostics.mail.spf import Evaluation, check_host
from diagnostics.mail.spf.judge import judge
from diagnostics.network import DNS
from tests.servers.zone import Zone

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DOMAIN = "site.example"
RELAY_IP = "192.0.2.25"
RUA = f"rua=mailto:d@{DOMAIN}"
SOUND = f"v=DMARC1; p=reject; {RUA}"
BOUNCE = "bounce.relay.test"  # a relay's own domain for bounces


@dataclass(frozen=True)
class SPFLooked:
    evaluations: Mapping[Sender, Evaluation]
    findings: tuple[Finding, ...] = ()


class Signed(NamedTuple):
    domain: str
    selector: str
    usable: bool


@dataclass(frozen=True)
class DKIMLooked:
    keys: Mapping[tuple[str, str], bool] = field(default_factory=dict)  # (d=, s=) -> usable; all others are
    findings: tuple[Finding, ...] = ()
    inferred: tuple[Signed, ...] = ()  # of mail that no message was seen of

    def signing(self, sender: Sender) -> Sequence[Signed]:
        seen = [(each.domain, each.selector) for each in sender.signatures]
        return [Signed(*each, self.keys.get(each, True)) for each in seen] or self.inferred


def dmarc(*records: str, at: str = DOMAIN, zone: Zone | None = None) -> Zone:
    """*zone* (else one with a domain that takes mail) with TXT *records* at `_dmarc.` of *at*."""
    made = zone or ground()
    return made.add(f"_dmarc.{at}", "TXT", *records) if records else made


def ground() -> Zone:
    made = Zone().add(DOMAIN, "MX", (10, f"mail.{DOMAIN}")).add(f"mail.{DOMAIN}", "A", "192.0.2.1")
    return made.add(DOMAIN, "TXT", f"v=spf1 ip4:{RELAY_IP} -all")


def sender(**facts: Any) -> Sender:
    """A stream as one received message showed it: aligned by SPF and DKIM unless *facts* say otherwise."""
    known: dict[str, Any] = {
        "header_from": DOMAIN,
        "mail_from": DOMAIN,
        "ip": RELAY_IP,
        "relay": "smtp.relay.test",
        "signatures": (Signature(facts.get("header_from", DOMAIN), "s1", True),),
        "known_by": "message",
    }
    return Sender(**{**known, **facts})


def signed(*domains: str, verified: bool | None = True) -> tuple[Signature, ...]:
    return tuple(Signature(each, "s1", verified) for each in domains)


async def looked(
    dns: DNS, *senders: Sender, domain: str = DOMAIN, dkim: DKIMLooked | None = None, spf: SPFLooked | None = None
) -> DMARCView:
    """The whole look, with SPF really evaluated over *dns*."""
    world = World(dns, None, NOW)
    if spf is None:
        evaluations = {
            each: await check_host(
                each.ip, each.mail_from, f"shop@{each.mail_from}", helo="mx.relay.test", resolver=dns
            )
            for each in senders
            if each.ip and each.mail_from
        }
        spf = SPFLooked(evaluations, tuple(finding for each in evaluations.values() for finding in judge(each)))
    discovery = await discover(domain, world, stated_identifiers(senders))
    return await look_at_dmarc(Subject(domain, tuple(senders)), world, discovery, spf, dkim or DKIMLooked())


def codes(view: DMARCView) -> list[str]:
    return [each.code for each in view.findings]


def faults(view: DMARCView) -> list[str]:
    """Codes that accuse: fail and warn, without mere advice."""
    from diagnostics.check import all_codes
    from diagnostics.finding import Impact, Verdict

    known = all_codes()
    return [
        each.code
        for each in view.findings
        if each.verdict in (Verdict.FAIL, Verdict.WARN) and known[each.code].impact is not Impact.ADVICE
    ]


def one(view: DMARCView, code: str) -> Finding:
    [found] = [each for each in view.findings if each.code == code]
    return found


def with_bounce(zone: Zone) -> Zone:
    """A relay that bounces to its own domain, and is allowed to send for that."""
    return zone.add(BOUNCE, "TXT", f"v=spf1 ip4:{RELAY_IP} -all")


STRANGER = {"mail_from": BOUNCE, "signatures": signed("relay.test")}
