"""`diagnose domain`: all about the mail of one domain, and the records that mend it.

Guide: Poor Email Deliverability.
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

from diagnostics.cli.domain_shown import show
from diagnostics.cli.options import network, network_options
from diagnostics.cli.terminal import EXIT_CODES, Terminal, as_json_text, worst
from diagnostics.finding import Finding
from diagnostics.mail.domain import Sender, Subject, World
from diagnostics.mail.domain.inspect import TIMEOUT_S, inspect
from diagnostics.mail.domain.letter import as_text
from diagnostics.mail.domain.name import DomainName, NotADomain, read_domain
from diagnostics.mail.domain.report import report
from diagnostics.mail.domain.together import together
from diagnostics.network import Network


def _domain(_context: click.Context, _parameter: click.Parameter, value: str) -> DomainName:
    try:
        return read_domain(value)
    except NotADomain as error:
        raise click.BadParameter(str(error)) from None


def _addresses(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_address(value)) for value in values)
    except ValueError as error:
        raise click.BadParameter(f"{error}: 192.0.2.1 or 2001:db8::1.") from None


@click.command()
@click.argument("name", metavar="DOMAIN", callback=_domain)
@click.option(
    "--sends-from", "addresses", multiple=True, callback=_addresses, metavar="IP",
    help="An address that hands the mail to receivers. May be given several times.",
)  # fmt: skip
@click.option(
    "--relay", default="", metavar="HOST", help="The relay that the site submits to, such as smtp.sendgrid.net."
)
@click.option(
    "--mail-from", default="", metavar="DOMAIN", help="The envelope sender's domain, where it is another one."
)
@click.option("--helo", default="", metavar="NAME", help="What the sending machine says in EHLO.")
@click.option(
    "--selector", "selectors", multiple=True, metavar="S",
    help="A DKIM selector to look at: s= of a real message. May be given several times.",
)  # fmt: skip
@click.option(
    "--blocklist", "blocklists", multiple=True, metavar="LIST",
    help="Ask this DNS blocklist too, where its operator allows your use of it. May be given several times.",
)  # fmt: skip
@click.option("--dns-only", is_flag=True, help="Ask DNS alone: no mail exchanger and no web server is connected to.")
@click.option("--letter", is_flag=True, help="Print the report to forward to whoever keeps the DNS.")
@network_options(TIMEOUT_S)
def domain(
    name: DomainName,
    addresses: tuple[str, ...],
    relay: str,
    mail_from: str,
    helo: str,
    selectors: tuple[str, ...],
    blocklists: tuple[str, ...],
    dns_only: bool,
    letter: bool,
    nameservers: tuple[str, ...],
    allow_private: bool,
    timeout_s: float,
    as_json: bool,
) -> None:
    """Look at all that decides whether mail in the name of DOMAIN arrives.

    SPF, DKIM, DMARC, the sending address, the domain's own exchangers, and what big receivers
    demand; with each record to publish, proven in memory first.

    \b
    diagnose domain example.org
    diagnose domain example.org --sends-from 192.0.2.1 --selector s1 --json
    diagnose domain example.org --relay smtp.sendgrid.net --letter
    """
    if as_json and letter:
        raise click.UsageError("--json or --letter: one of them.")
    senders = tuple(Sender(name.ascii, mail_from, ip, helo, relay) for ip in addresses or ("",))
    known = senders if addresses or relay or mail_from else ()
    subject = Subject(name.ascii, known, selectors)
    err = Console(stderr=True, highlight=False)
    with err.status(f"Looking at {name.shown}…"):
        door = network(nameservers, allow_private, timeout_s)
        findings = asyncio.run(looked_at(subject, door, blocklists, timeout_s, on_network=not dns_only))
    verdict = worst(findings)
    if as_json:
        click.echo(as_json_text(answer(name.ascii, findings), indent=2))
    elif letter:
        click.echo(as_text(report(findings), datetime.now(UTC)), nl=False)
    else:
        show(report(findings), Terminal())
    sys.exit(EXIT_CODES[verdict])


async def looked_at(
    subject: Subject, door: Network, blocklists: tuple[str, ...], timeout_s: float, *, on_network: bool = True
) -> list[Finding]:
    """The findings about *subject*, and what the proposed records together would come to."""
    lists = ("default", *blocklists) if blocklists else ()
    world = World(door.dns, door if on_network else None, datetime.now(UTC), lists)
    ends_at = asyncio.get_running_loop().time() + timeout_s
    findings = await inspect(subject, world, timeout_s=timeout_s)
    left = max(0.0, ends_at - asyncio.get_running_loop().time())
    return [*findings, *await together(findings, subject, world, timeout_s=left)]


def answer(domain: str, findings: list[Finding]) -> dict[str, Any]:
    """The one JSON object for a domain."""
    return {
        "subject": domain,
        "unicode": read_domain(domain).unicode,
        "verdict": worst(findings).value,
        **report(findings).to_json(),
        "findings": [each.to_json() for each in findings],
    }
