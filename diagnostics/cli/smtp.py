"""`diagnose smtp`: why does this relay not work? Every port, TLS, certificate and log-in offer, without logging in.

Guide: Emails Not Sending, Verify.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from diagnostics.cli.options import network, network_options
from diagnostics.cli.terminal import EXIT_CODES, MARKS, Terminal, as_json_text, section, to_copy, worst
from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.codes.recipient import DOMAIN_UNKNOWN, NULL_MX
from diagnostics.mail.domain.name import NotADomain, read_domain
from diagnostics.mail.relay import RelayView, exchangers_of, look_at_relay, port_facts
from diagnostics.mail.relay_judge import MAIL_EXCHANGE_PORT, judge_relay
from diagnostics.mail.transport.codes.mx import UNSEEN
from diagnostics.mail.transport.mx import look_at_route, receiver
from diagnostics.network import Network
from diagnostics.printable import printable

TIMEOUT_S = 20.0
_SCHEME = re.compile(r"\A(smtps?|ssl|tls|starttls)://", re.IGNORECASE)
_SCHEME_PORTS = {"smtps": 465, "ssl": 465}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """What was typed. `is_address`: a mail address, of which the domain is left."""

    host: str
    port: int = 0
    is_address: bool = False


def read_target(text: str) -> Target:
    """HOST, HOST:PORT, [IPV6]:PORT, smtp://HOST, or user@domain. Raises NotADomain."""
    text = text.strip()
    scheme = _SCHEME.match(text)
    bare = text[scheme.end() :].partition("/")[0] if scheme else text
    usual = _SCHEME_PORTS.get(scheme[1].lower(), 0) if scheme else 0
    if "@" in bare and not scheme:
        return Target(read_domain(bare.rpartition("@")[2].rstrip(">")).ascii, is_address=True)
    host, port = bare, ""
    if bare.startswith("["):
        host, _, rest = bare[1:].partition("]")
        port = rest.removeprefix(":")
    elif bare.count(":") == 1:
        host, _, port = bare.partition(":")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise NotADomain(f"{printable(port, 20)} is no port: 1 to 65535.")
    return Target(_host(host), int(port or usual))


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass  # a name, as usual
    if "." not in text.rstrip(".") and _LABEL.fullmatch(text):
        return text.lower()
    return read_domain(text).ascii


def _target(_context: click.Context, _parameter: click.Parameter, value: str) -> Target:
    try:
        return read_target(value)
    except NotADomain as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("target", metavar="HOST[:PORT]", callback=_target)
@network_options(TIMEOUT_S)
def smtp(target: Target, nameservers: tuple[str, ...], allow_private: bool, timeout_s: float, as_json: bool) -> None:
    """Say what stands between a mailer and the relay HOST.

    Resolves the name, connects to PORT (without it: 25, 465, 587 and 2525), reads the greeting and EHLO before
    and after TLS, the certificate and the TLS versions. Logs in nowhere and sends nothing. Of a mail address or a
    domain, the mail servers are told and looked at.

    \b
    diagnose smtp smtp.example.net
    diagnose smtp smtp.example.net:587 --json
    diagnose smtp office@example.org
    """
    door = network(nameservers, allow_private, timeout_s)
    err = Console(stderr=True, highlight=False)
    with err.status(f"Looking at {target.host}…") as status:
        look = asyncio.run(looked_at(target, door, timeout_s, lambda words: status.update(f"{words}…")))
    if as_json:
        click.echo(as_json_text(look.to_json(), indent=2))
    else:
        show(look, Terminal())
    sys.exit(EXIT_CODES[look.verdict])


@dataclass(frozen=True)
class Looked:
    """What came out: the view (None where there is no host to look at), and the findings."""

    target: Target
    view: RelayView | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        return worst(self.findings)

    def to_json(self) -> dict[str, Any]:
        view = self.view
        return {
            "subject": view.host if view else self.target.host,
            "verdict": self.verdict.value,
            "asked": self.target.host,
            "addresses": list(view.side.addresses) if view else [],
            "resolve_error": printable(view.side.resolve_error) if view else "",
            "mx": _exchangers(view),
            "ports": [port_facts(look) for look in view.looks.values()] if view else [],
            "out_of_time": list(view.out_of_time) if view else [],
            "findings": [each.to_json() for each in self.findings],
        }


async def looked_at(target: Target, door: Network, timeout_s: float, told: Any = lambda _: None) -> Looked:
    """The look at what was typed: a host, or the first mail server of a domain."""
    now, loop = datetime.now(UTC), asyncio.get_running_loop()
    ends_at = loop.time() + timeout_s
    host, port = target.host, target.port
    if target.is_address:
        try:
            async with asyncio.timeout_at(ends_at):
                exchangers = await exchangers_of(door, target.host)
                if not exchangers and (ending := await _without_exchangers(target, door)):
                    return Looked(target, None, [ending])
        except TimeoutError:
            exchangers = ()
        host, port = exchangers[0].host if exchangers else target.host, MAIL_EXCHANGE_PORT
    view = await look_at_relay(
        door, host, port, asked=target.host, timeout_s=max(0.05, ends_at - loop.time()), told=told
    )
    if view.side.unknown_host and view.exchangers:
        # A domain was given: it has mail servers, and is none itself.
        host, exchangers = view.exchangers[0].host, view.exchangers
        left = max(0.05, ends_at - loop.time())
        view = await look_at_relay(
            door, host, target.port or MAIL_EXCHANGE_PORT, asked=target.host, timeout_s=left, told=told
        )
        target = Target(target.host, target.port, is_address=True)
    if target.is_address and host != target.host:
        view = _with_exchangers(view, exchangers)
    return Looked(target, view, judge_relay(view, now))


async def _without_exchangers(target: Target, door: Network) -> Finding | None:
    """Why nobody takes mail for this domain; None where its own address does (RFC 5321 §5.1)."""
    route = await look_at_route(target.host, door.dns, door.policy)
    facts = {"domain": target.host, "asked": [f"{kind} {target.host}" for kind in ("MX", "A", "AAAA")]}
    trouble = route.trouble or (route.own.trouble if route.own else "")
    if trouble:
        return UNSEEN.finding(target.host, {**facts, "detail": trouble}, reason=UnknownReason.UNAVAILABLE)
    if route.null:
        return NULL_MX.finding(target.host, {**facts, "mx": route.null})
    return None if route.own and route.own.addresses else DOMAIN_UNKNOWN.finding(target.host, facts)


def _with_exchangers(view: RelayView, exchangers: Sequence[Any]) -> RelayView:
    return RelayView(
        view.host, view.asked, view.side, view.looks, tuple(exchangers), view.given_port, view.out_of_time,
        view.timeout_s,
    )  # fmt: skip


def _exchangers(view: RelayView | None) -> list[dict[str, Any]]:
    return [
        {"preference": each.preference, "host": printable(each.host, 253), "provider": receiver(each.host)}
        for each in (view.exchangers if view else ())
    ]


# -- for people ------------------------------------------------------------------


def show(look: Looked, console: Console) -> None:
    """Findings first, then all that was seen."""
    view = look.view
    if view is not None and (mx := _exchangers(view)):
        lines = [
            f"{each['preference']} {each['host']}" + (f" ({each['provider']})" if each["provider"] else "")
            for each in mx
        ]
        title = f"{view.asked} is a mail domain; its mail servers are"
        section(console, title, "\n".join(lines))
        if view.host != view.asked:
            console.print()
            console.print(Text(f"Looking at the first of them, {view.host}."))
        console.print()
    for finding in look.findings:
        mark, colour = MARKS[finding.verdict]
        console.print(Text(mark, colour), Text(finding.code, "bold"), Text(_port_of(finding), "dim"))
        console.print(Text(finding.summary))
    for finding in look.findings:
        if finding.remedy and finding.verdict is not Verdict.PASS:
            section(console, f"What to do: {finding.code}", finding.remedy.text)
            to_copy(console, finding.remedy.copy)
            section(console, "Words to send", finding.remedy.letter)
    if view is None:
        return
    section(console, "Addresses", ", ".join(view.side.addresses))
    facts = [port_facts(each) for each in view.looks.values()]
    if facts:
        console.print()
        console.print(_table(facts))
    for each in facts:
        _port(each, console)


def _port_of(finding: Finding) -> str:
    port = finding.evidence.get("port")
    return f"port {port}" if port else ""


def _table(facts: Sequence[dict[str, Any]]) -> Table:
    table = Table(title="Ports", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for title in ("port", "connection", "seconds", "mode", "TLS", "log-in", "largest mail"):
        table.add_column(title, overflow="fold")
    for each in facts:
        tls = each["tls"] or {}
        secure = (tls.get("version") or "yes") if tls.get("ok") else tls.get("fault", "")
        opened = each["tcp"] == "open"
        table.add_row(
            str(each["port"]),
            each["tcp"] if opened else f"{each['tcp']}: {each['error'][:60]}",
            f"{each['seconds']:.3f}" if opened else "",
            each["mode"] if opened and each["greeting"] else "",
            secure,
            " ".join(each["auth"]),
            f"{each['size'] / 1_000_000:.1f} MB" if each["size"] else "",
        )
    return table


def _port(facts: dict[str, Any], console: Console) -> None:
    if facts["tcp"] != "open":
        return
    lines = [f"greeting: {facts['greeting'] or 'none'}"]
    if facts["refused"]:
        lines.append(f"refused: {facts['refused']}")
    if facts["stopped_at"]:
        lines.append(f"stopped at {facts['stopped_at']}: {facts['error']}")
    for name, key in (("before TLS", "capabilities_before_tls"), ("after TLS", "capabilities_after_tls")):
        if facts[key]:
            lines.append(f"EHLO {name}: {', '.join(facts[key])}")
    tls = facts["tls"]
    if tls:
        taken = [name for name, yes in tls["versions"].items() if yes]
        lines.append(f"TLS versions taken: {', '.join(taken) or 'none that was tried'}")
        if tls["error"]:
            lines.append(f"certificate: {tls['error']}")
        for at, each in enumerate(tls["chain"]):
            until = f"{each['not_before'][:10]} to {each['not_after'][:10]}"
            names = f", names {', '.join(each['names'][:6])}" if not at else ""
            lines.append(f"{at}. {each['subject']}{names}; {until}; {each['key']}; issued by {each['issuer']}")
    section(console, f"Port {facts['port']}", "\n".join(lines))
