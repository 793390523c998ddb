"""A run of the deliverability playbook with real findings: the library looks at a domain in memory."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from diagnostics.finding import Finding
from diagnostics.mail.domain.history import changes
from diagnostics.mail.domain.inspect import inspect, of_report
from diagnostics.mail.domain.report import report
from diagnostics.mail.domain.subject import Sender, Signature, Subject, World
from diagnostics.mail.domain.together import together
from sidecar.runs.looking import worst
from sidecar.services import Services
from sidecar.store import findings, runs
from tests.servers.zone import Zone

PLAYBOOK = "poor-email-deliverability"
DOMAIN = "shop.example.com"
WEAK_KEY = (  # RSA, 1024 bits
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC"
    "jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPS"
    "PDdQPNUYckcQ2QIDAQAB"
)
CHECKS = {"spf.": "mail.spf", "dkim.": "mail.dkim", "dmarc.": "mail.dmarc", "receivers.": "mail.receivers"}
RECORDS = ("domain.with_changes", "dns.record")  # what mail.records says


def faulty_zone() -> Zone:
    """SPF with a dead include, a weak key, no DMARC."""
    zone = Zone()
    zone.add(DOMAIN, "A", "192.0.2.10").add(DOMAIN, "MX", (10, "mx.example.net"))
    zone.add("mx.example.net", "A", "192.0.2.25")
    zone.add(DOMAIN, "TXT", "v=spf1 include:_spf.google.com include:gone.example.net ip4:198.51.100.0/28 -all")
    zone.add("_spf.google.com", "TXT", "v=spf1 include:_netblocks.google.com ~all")
    zone.add("_netblocks.google.com", "TXT", "v=spf1 ip4:203.0.113.0/24 ~all")
    zone.add(f"s1._domainkey.{DOMAIN}", "TXT", WEAK_KEY)
    return zone


def sender(ip: str = "203.0.113.7") -> Sender:
    """The stream that a message showed."""
    return Sender(DOMAIN, mail_from=DOMAIN, ip=ip, helo="mail.example.net", relay="smtp.example.net",
                  signatures=(Signature(DOMAIN, "s1"),), known_by="message")  # fmt: skip


def looked_at(
    services: Services, run_id: str, site_id: str, zone: Zone, now: datetime, *, before: list[Finding] | None = None
) -> list[Finding]:
    """Keep a run of the playbook that looked at *zone*, ended at *now*; its findings. *before*: of the last run."""
    with ThreadPoolExecutor(1) as thread:  # a browser test has a loop of its own in this one
        found = thread.submit(asyncio.run, _look(zone, now, before)).result(60)
    playbook = services.playbooks[PLAYBOOK]
    trigger = {"kind": "person", "by": "Ada"}
    runs.add_run(services.db, run_id, site_id=site_id, playbook=playbook.id, title=playbook.title,
                 playbook_text=playbook.text, trigger=trigger, reading="", now=now, due_at=now)  # fmt: skip
    runs.plan_steps(services.db, run_id, [(step.id, step.verb, step.sentence) for step in playbook.steps])
    runs.begin_run(services.db, run_id, now)
    for step in playbook.steps:
        own = [each for each in found if _check(each) in step.run]
        for check in step.run:
            findings.keep_findings(
                services.db, run_id, step.id, check, [each for each in own if _check(each) == check], now
            )
        runs.end_step(services.db, run_id, step.id, "done", worst({each.verdict for each in own}), now)
    cause = next((each for each in found if each.verdict == "fail"), None)
    runs.end_run(services.db, run_id, "faults" if cause else "unclear", cause.code if cause else None, None, now)
    return found


def told_report(zone: Zone, now: datetime, old_until: str | None) -> dict[str, Any]:
    """The report as `/runs/show` tells it, of a look at *zone*."""
    with ThreadPoolExecutor(1) as thread:
        told = report(thread.submit(asyncio.run, _look(zone, now, None)).result(60)).to_json()
    for section in told["sections"]:
        del section["findings"]
        section["records"] = [{**record, "old_until": old_until} for record in section["records"]]
    return told


async def _look(zone: Zone, now: datetime, before: list[Finding] | None) -> list[Finding]:
    world, subject = World(zone, None, now), Subject(DOMAIN, (sender(),))
    found = await inspect(subject, world)
    more = await together(found, subject, world, timeout_s=30)
    more += await changes(before, DOMAIN, zone) if before else []
    return [*found, *(of_report(each, DOMAIN) for each in more)]


def _check(finding: Finding) -> str:
    if finding.code.startswith(RECORDS):
        return "mail.records"
    return next((check for prefix, check in CHECKS.items() if finding.code.startswith(prefix)), "mail.transport")
