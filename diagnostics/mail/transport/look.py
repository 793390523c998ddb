"""How a domain receives mail, the whole look: MX, MTA-STS, TLS reports, DNSSEC, DANE, STARTTLS, BIMI.

Guide: Poor Email Deliverability, Verify. What can be asked at once is; without mail servers
only what a sender needs (BIMI, DNSSEC) is judged, for one missing MX is one finding.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.domain.no_mail import sends_no_mail
from diagnostics.mail.domain.subject import Subject, World
from diagnostics.mail.transport.bimi import LogoView, judge_bimi, look_at_bimi
from diagnostics.mail.transport.codes import dane as dane_codes
from diagnostics.mail.transport.codes import dnssec as dnssec_codes
from diagnostics.mail.transport.codes import mx as mx_codes
from diagnostics.mail.transport.codes.hosts import STARTTLS_UNSEEN
from diagnostics.mail.transport.dane import Announced, judge_dane, look_at_dane, uses_dane
from diagnostics.mail.transport.dnssec import Chains, judge_dnssec
from diagnostics.mail.transport.hosts import Views, judge_hosts, look_at_hosts
from diagnostics.mail.transport.mta_sts import STSView, look_at_mta_sts
from diagnostics.mail.transport.mx import MailRoute, look_at_route
from diagnostics.mail.transport.mx_judge import judge_route
from diagnostics.mail.transport.sts_judge import STSJudge
from diagnostics.mail.transport.tls_rpt import ReportView, judge_tls_rpt, look_at_tls_rpt
from diagnostics.mail.transport.ways import REAL, Ways
from diagnostics.network import DNSAnswer, EgressPolicy, is_name
from diagnostics.network.dnssec import Security, SecurityView
from diagnostics.printable import printable


@dataclass(frozen=True)
class TransportView:
    """Everything that was seen, and what it comes to."""

    route: MailRoute
    hosts: Views
    sts: STSView
    reports: ReportView
    logo: LogoView
    security: SecurityView
    of_hosts: Mapping[str, SecurityView]  # the same of the mail servers, where it matters
    announced: tuple[Announced, ...]
    findings: tuple[Finding, ...]


async def look_at_transport(subject: Subject, world: World, *, ways: Ways = REAL) -> TransportView:
    """Look at how *subject*'s domain receives. Raises nothing of the network's: what failed is `unknown`."""
    domain, chains = subject.domain, Chains(world, ways)
    policy = world.network.policy if world.network else EgressPolicy()
    (route, hosts, announced), sts, reports, logo, (security, delegations), sends_none = await asyncio.gather(
        _receiving(domain, world, ways, chains, policy),
        look_at_mta_sts(domain, world, ways),
        look_at_tls_rpt(domain, world.dns),
        look_at_bimi(domain, world.dns),
        chains.of_domain(domain),
        sends_no_mail(subject, world.dns),
    )
    if route.trouble and security.state is Security.INSECURE:
        security = await chains.state(domain, "MX")  # its DS may be what nobody answers for
    of_hosts = await _states_of_hosts(route, security, chains)
    judge = STSJudge(sts, route, hosts, world.now)
    of_route = list(judge_route(route, subject, sends_none=sends_none))
    seen = TransportView(route, hosts, sts, reports, logo, security, of_hosts, announced, ())
    return dataclasses.replace(seen, findings=tuple(_findings(seen, of_route, judge, delegations)))


async def _states_of_hosts(route: MailRoute, security: SecurityView, chains: Chains) -> dict[str, SecurityView]:
    """DNSSEC of the mail servers' names: all of them where the domain is signed, else those that DNS fails on."""
    signed = security.state is Security.SECURE
    names = list(dict.fromkeys(host.name for host in route.hosts if is_name(host.name) and host.fault != "literal"))
    silent = {host.name for host in route.hosts if host.address.trouble}
    wanted = [name for name in names if signed or name in silent]
    states = await asyncio.gather(
        *(chains.state(name, "A") if name in silent else _state(name, chains) for name in wanted)
    )
    return dict(zip(wanted, states, strict=True))


async def _state(name: str, chains: Chains) -> SecurityView:
    state, _ = await chains.of_domain(name, "A")
    return state


async def _receiving(
    domain: str, world: World, ways: Ways, chains: Chains, policy: EgressPolicy
) -> tuple[MailRoute, Views, tuple[Announced, ...]]:
    route = await look_at_route(domain, world.dns, policy)
    hosts, announced = await asyncio.gather(look_at_hosts(route, world, ways), look_at_dane(route, world, chains))
    return route, hosts, announced


def _findings(
    seen: TransportView, judged: list[Finding], judge: STSJudge, delegations: list[DNSAnswer]
) -> Iterator[Finding]:
    route = seen.route
    if not route.exists:
        return
    states = {printable(name): each.state.value for name, each in seen.of_hosts.items()}
    signed = list(judge_dnssec(route.domain, seen.security, delegations, states))
    for name, state in seen.of_hosts.items():
        if state.state is Security.BOGUS:
            signed += judge_dnssec(printable(name), state, [])
    yield from signed
    of_route = [_behind(each, signed) for each in judged]
    yield from of_route
    broken = next((each.code for each in of_route if each.verdict in (Verdict.FAIL, Verdict.WARN)), "")
    if broken and not any(host.sound for host in route.hosts):
        facts = {
            "blocked_by": broken,
            "said": "none that could be asked",
            "why": f"first mend {broken}.",
            "advice": f"Mend {broken} first, then run it again.",
        }
        yield STARTTLS_UNSEEN.finding(route.domain, facts, reason=UnknownReason.BLOCKED, blocked_by=broken)
    elif route.receives:
        sts = list(judge.findings())
        yield from sts
        told = {(each.code, each.subject) for each in signed}
        dane = [
            each
            for each in judge_dane(seen.announced, route, seen.security, seen.hosts)
            if (each.code, each.subject) not in told
        ]
        yield from dane
        stopped = {each.subject for each in (*sts, *dane) if each.verdict is Verdict.FAIL}
        vouched = {each.subject for each in dane if each.code == dane_codes.SOUND.code}
        yield from judge_hosts(route, seen.hosts, judged_elsewhere=frozenset(stopped), vouched=frozenset(vouched))
        uses = {"MTA-STS": judge.used, "DANE": uses_dane(seen.announced, seen.security)}
        yield from judge_tls_rpt(seen.reports, [name for name, used in uses.items() if used])
    yield from judge_bimi(seen.logo)


def _behind(finding: Finding, signed: list[Finding]) -> Finding:
    """What could not be looked up because DNSSEC is broken waits for that finding, and is no second alarm."""
    bogus = dnssec_codes.BOGUS.code
    if finding.code == mx_codes.UNSEEN.code and any(each.code == bogus for each in signed):
        return mx_codes.UNSEEN.finding(
            finding.subject, finding.evidence, reason=UnknownReason.BLOCKED, blocked_by=bogus
        )
    return finding
