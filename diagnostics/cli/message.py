"""`diagnose message`: a real message, read: what signs it, who handed it over, and what is wrong with it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diagnostics.cli.domain import looked_at
from diagnostics.cli.domain_shown import show as show_report
from diagnostics.cli.options import network, network_options
from diagnostics.cli.terminal import EXIT_CODES, MARKS, Terminal, as_json_text, section, to_copy, worst
from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain import Subject, World
from diagnostics.mail.domain.inspect import TIMEOUT_S
from diagnostics.mail.domain.report import report
from diagnostics.mail.message import MOST_OCTETS, MessageView, read_message
from diagnostics.mail.message.codes import GROUND
from diagnostics.mail.message.look import TIMEOUT_S as READ_S
from diagnostics.mail.message.view import Seen
from diagnostics.network import Network


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--message-only", is_flag=True, help="Leave out the report on the message's From domain.")
@network_options(TIMEOUT_S)
def message(
    file: str,
    message_only: bool,
    nameservers: tuple[str, ...],
    allow_private: bool,
    timeout_s: float,
    as_json: bool,
) -> None:
    """Read a message as it was received: its signatures, its way, its form.

    FILE is the raw message with its whole header (an .eml file, an mbox, a text copied from "show original"); `-`
    reads it from standard input. With --allow-private, a relay in a private network is believed too.

    \b
    diagnose message welcome.eml
    diagnose message --json --message-only - < welcome.eml
    """
    octets = _read(file)
    with Console(stderr=True, highlight=False).status("Reading the message…"):
        door = network(nameservers, allow_private, timeout_s)
        view, on_domain = asyncio.run(_looked(octets, door, allow_private, timeout_s, not message_only))
    told = {(each.code, each.subject) for each in on_domain}
    own = [each for each in view.findings if (each.code, each.subject) not in told]
    verdict = worst([*own, *on_domain])
    if as_json:
        click.echo(as_json_text(_answer(view, own, on_domain, verdict), indent=2))
    else:
        console = Terminal()
        show(view, own, console)
        show_report(report(on_domain), console)
    sys.exit(EXIT_CODES[verdict])


def _read(file: str) -> bytes:
    """At most one octet more than a message may have: the reader says what is too much."""
    if file == "-":
        return sys.stdin.buffer.read(MOST_OCTETS + 1)
    with Path(file).open("rb") as source:
        return source.read(MOST_OCTETS + 1)


async def _looked(
    octets: bytes, door: Network, allow_private: bool, timeout_s: float, with_report: bool
) -> tuple[MessageView, list[Finding]]:
    """What the message shows, and the report on its From domain with this sender as its ground."""
    world = World(door.dns, door, datetime.now(UTC))
    ends_at = asyncio.get_running_loop().time() + timeout_s
    own_s = min(READ_S, timeout_s / 2)
    view = await read_message(octets, world, private_is_outside=allow_private, timeout_s=own_s)
    if view.sender is None or not with_report:
        return view, []
    left = max(0.1, ends_at - asyncio.get_running_loop().time())
    return view, await looked_at(Subject(view.sender.header_from, (view.sender,)), door, (), left)


def _answer(
    view: MessageView, own: Sequence[Finding], on_domain: Sequence[Finding], verdict: Verdict
) -> dict[str, Any]:
    return {
        "subject": view.seen.domain if view.seen else "the text",
        "verdict": verdict.value,
        "sender": asdict(view.sender) if view.sender else None,
        "report": report(on_domain).to_json() if on_domain else None,
        "findings": [each.to_json() for each in (*own, *on_domain)],
    }


def show(view: MessageView, findings: Sequence[Finding], console: Console) -> None:
    """Print what the message shows, for people: signatures, alignment, way, *findings*."""
    if view.seen:
        for name, table in (
            ("Signatures", _signatures(view.seen)),
            ("What stands for it, beside From", _alignment(view.seen)),
            ("Its way, the last step first", _hops(view.seen)),
        ):
            if table.row_count:
                console.print(Text(name, "bold"))
                console.print(Padding(table, (0, 0, 1, 2)))
        section(console, "Who handed it over", _handed_over(view.seen))
        section(console, "What the receiver said", _said(view.seen))
        section(console, "Who wrote it", _mailer(view.seen))
        console.print()
    for finding in findings:
        if finding.code != GROUND.code:  # the tables above say it all
            _finding(finding, console)


def _finding(finding: Finding, console: Console) -> None:
    mark, colour = MARKS[finding.verdict]
    console.print(Text(mark, colour), Text(finding.code, "bold"))
    console.print(Text(finding.summary))
    if finding.remedy and finding.verdict is not Verdict.PASS:
        section(console, "What to do", finding.remedy.text)
        to_copy(console, finding.remedy.copy)
        section(console, "What to write to whoever keeps it", finding.remedy.letter)
    console.print()


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _signatures(seen: Seen) -> Table:
    table = _table("domain (d=)", "selector (s=)", "algorithm", "it is", "From's own")
    for each in seen.signatures:
        how = Text(each.outcome.value, "bold green" if each is seen.holding else "")
        if each.detail:
            how.append(f": {each.detail}")
        table.add_row(
            Text(each.tags.domain), Text(each.tags.selector), Text(each.tags.algorithm), how, _yes(seen.aligned(each))
        )
    return table


def _alignment(seen: Seen) -> Table:
    table = _table("by", "domain", "same domain", "same organisation", "by the older list")
    for each in seen.identifiers:
        table.add_row(each.by, Text(each.domain), _yes(each.identical), _yes(each.relaxed), _yes(each.relaxed_by_list))
    return table


def _hops(seen: Seen) -> Table:
    table = _table("", "by", "from", "address", "with", "at")
    for hop in seen.way.hops:
        believed = "►" if hop is seen.way.handed_over else ""
        how = hop.protocol + (", logged in" if hop.authenticated else "")
        table.add_row(believed, Text(hop.by), Text(hop.name), hop.ip, Text(how), hop.received_at.replace("+00:00", "Z"))
    return table


def _handed_over(seen: Seen) -> str:
    way, hop = seen.way, seen.way.handed_over
    if way.forwarded:
        return f"Not known: {way.forwarded}."
    if hop is None:
        return f"Not known: {way.why}."
    helo = f", HELO {hop.helo}" if hop.helo else ""
    return f"{hop.ip}{f' ({hop.reverse})' if hop.reverse else ''}{helo}. Believed, for {way.why}."


def _said(seen: Seen) -> str:
    results = seen.way.results
    if results is None:
        return ""
    lines = [f"{each.method}={each.result} {each.domain}".rstrip() for each in results.methods]
    return f"{results.written_by or seen.way.receiver}: " + "; ".join(lines)


def _mailer(seen: Seen) -> str:
    return f"{seen.mailer.title} ({seen.mailer.mark})" if seen.mailer.mark else seen.mailer.title


def _yes(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "no"
