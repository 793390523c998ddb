"""What the DKIM tests share: a domain in memory, the look at it, and the proof of a remedy as the product does it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.dkim import DKIMView, look_at_dkim
from diagnostics.mail.domain import Sender, Signature, Subject, World
from diagnostics.network import DNS
from tests.servers.zone import Zone

D = "site.test"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sending(*spf: str, mx: str = "") -> Zone:
    """A domain with an SPF record of these terms."""
    zone = Zone().add(D, "TXT", " ".join(("v=spf1", *spf, "~all")))
    return zone.add(D, "MX", (10, mx)) if mx else zone


def with_key(zone: Zone, selector: str, *texts: Any) -> Zone:
    return zone.add(f"{selector}._domainkey.{D}", "TXT", *texts)


def signed(selector: str, domain: str = D, verified: bool | None = None) -> Sender:
    """A stream of mail of which a message was seen."""
    return Sender(D, signatures=(Signature(domain, selector, verified),), known_by="message")


def by(relay: str) -> Sender:
    """A stream that the site hands to *relay*."""
    return Sender(D, relay=relay, known_by="site")


async def looked(dns: DNS, *senders: Sender, selectors: tuple[str, ...] = ()) -> DKIMView:
    """The view; every finding can be passed on as JSON and has no raw control character in it."""
    view = await look_at_dkim(Subject(D, senders, selectors), World(dns, None, NOW))
    for finding in view.findings:
        shown = json.dumps(finding.to_json(), ensure_ascii=False)
        shown.encode()
        assert shown.isprintable()
        assert "{evidence." not in finding.summary
        assert finding.remedy is None or "{evidence." not in finding.remedy.text
    return view


def codes(view: DKIMView, *verdicts: Verdict) -> list[str]:
    wanted = verdicts or (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN)
    return [each.code for each in view.findings if each.verdict in wanted]


async def assert_mends(finding: Finding, dns: DNS, *senders: Sender, selectors: tuple[str, ...] = ()) -> DKIMView:
    """With its records laid over DNS the finding is gone, and nothing new fails."""
    assert finding.remedy and finding.remedy.records
    before = await looked(dns, *senders, selectors=selectors)
    world = World(dns, None, NOW).over(finding.remedy.records)
    after = await looked(world.dns, *senders, selectors=selectors)
    assert (finding.code, finding.subject) not in {(each.code, each.subject) for each in after.findings}
    had = {(each.code, each.subject) for each in before.findings}
    assert [
        each for each in after.findings if each.verdict is not Verdict.PASS and (each.code, each.subject) not in had
    ] == []
    return after
