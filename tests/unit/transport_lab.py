"""What the transport tests stand on: names in DNS, mail servers and a policy host on loopback, and the proof."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain.proof import judged
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.transport import TransportView, Ways, look_at_transport
from diagnostics.network import EgressPolicy, Network
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import free_port
from tests.servers.policy_host import PolicyHost
from tests.servers.scripted_dns import ScriptedDns
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.servers.zone import Zone

DOMAIN = "shop.test"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LOOPBACK = EgressPolicy((ipaddress.ip_network("127.0.0.0/8"),))
FROM = Subject(DOMAIN, (Sender(header_from=DOMAIN),))


def dns_only(zone: Zone) -> World:
    return World(zone, None, NOW)


async def findings(zone: Zone, subject: Subject = FROM) -> dict[str, Finding]:
    """By code, of a look that asks only DNS."""
    return by_code(await look_at_transport(subject, dns_only(zone)))


def by_code(view: TransportView) -> dict[str, Finding]:
    return {each.code: each for each in view.findings}


def faults(view: TransportView) -> list[str]:
    return [each.code for each in view.findings if each.verdict in (Verdict.FAIL, Verdict.WARN)]


async def proof(code: str, subject: Subject, world: World, ways: Ways | None = None) -> str:
    """How the remedy of *code* ends with its records laid over DNS, as a report proves it."""
    ways = ways or Ways()
    before = (await look_at_transport(subject, world, ways=ways)).findings
    [finding] = [each for each in before if each.code == code]
    assert finding.remedy and finding.remedy.records, f"{code} carries no record"
    after = (await look_at_transport(subject, world.over(finding.remedy.records), ways=ways)).findings
    return judged(finding, before, after).value


class Lab:
    """DNS, mail servers at one port and a policy host, all on loopback. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder / "ca")
        self.zone = Zone()
        self.smtp_port, self.https_port = free_port(), free_port()
        self.look_s = 8.0
        self._stack = ExitStack()

    def __enter__(self) -> Lab:
        self.dns = self._stack.enter_context(ScriptedDns(self.zone))
        self.network = Network(LOOPBACK, (self.dns.nameserver,), ca_file=self.authority.bundle)
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()

    @property
    def ways(self) -> Ways:
        return Ways(self.smtp_port, self.https_port, look_s=self.look_s)

    def world(self, **more: Any) -> World:
        return World(self.network.dns.fresh(), self.network, datetime.now(UTC).replace(microsecond=0), **more)

    def mail_server(
        self, name: str, certificate: Certificate | None, script: Script | None = None, preference: int = 10
    ) -> ScriptedSmtp:
        """A mail server with an MX record of shop.test."""
        server = ScriptedSmtp(script, port=self.smtp_port, certificate=certificate)
        self._stack.enter_context(server)
        self.zone.add(DOMAIN, "MX", (preference, name)).add(name, "A", server.address)
        return server

    def policy(
        self, text: str, *, certificate: Certificate | None = None, record: str = "v=STSv1; id=1;"
    ) -> PolicyHost:
        name = f"mta-sts.{DOMAIN}"
        made = PolicyHost(certificate or self.authority.issue("policy", [name], 90), text, port=self.https_port)
        self._stack.enter_context(made)
        self.zone.add(name, "A", made.address)
        if record:
            self.zone.add(f"_mta-sts.{DOMAIN}", "TXT", record)
        return made

    async def look(self, subject: Subject = FROM) -> TransportView:
        return await look_at_transport(subject, self.world(), ways=self.ways)

    async def proof(self, code: str) -> str:
        return await proof(code, FROM, self.world(), self.ways)


def policy_text(*mx: str, mode: str = "enforce", max_age: int = 604800) -> str:
    return "\n".join(("version: STSv1", f"mode: {mode}", *(f"mx: {each}" for each in mx), f"max_age: {max_age}", ""))


def codes(found: Sequence[Finding]) -> list[str]:
    return [each.code for each in found]
