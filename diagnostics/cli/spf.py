"""`diagnose spf`: may this address send for this domain, and what did it cost to find out? (RFC 7208)"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import sys
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from diagnostics.cli.terminal import EXIT_CODES, MARKS, section, to_copy
from diagnostics.finding import Finding, Verdict
from diagnostics.mail.spf import Evaluation, Step, Visit, check_host
from diagnostics.mail.spf.codes import CODES
from diagnostics.mail.spf.evaluate import AMBIGUOUS, TIMEOUT_S
from diagnostics.mail.spf.evaluation import LOOKUP_LIMIT, VOID_LIMIT
from diagnostics.mail.spf.judge import count, judge
from diagnostics.network import Resolver, read_nameserver

ONE_QUERY_S = 5.0  # of the time for the whole evaluation, so that one dead server does not spend it all
_MEANING = {code.code: code.meaning for code in CODES}
# The worst comes first.
_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)


def _ip(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise click.BadParameter(f"{value!r} is no IPv4 or IPv6 address.") from None


def _nameservers(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            read_nameserver(value)
        except ValueError:
            raise click.BadParameter(
                f"{value!r} is no name server: 192.0.2.53, 192.0.2.53:5353, 2001:db8::53 or [2001:db8::53]:5353."
            ) from None
    return values


@click.command()
@click.argument("domain", required=False, default="")
@click.option("--ip", required=True, callback=_ip, help="The address that sends: the relay's, as receivers see it.")
@click.option("--from", "mail_from", default="", help="The envelope sender (MAIL FROM); '' is the null sender.")
@click.option("--helo", default="", help="The name that the sending server says in HELO or EHLO.")
@click.option(
    "--nameserver", "nameservers", multiple=True, callback=_nameservers, metavar="ADDR[:PORT]",
    help="Ask this name server, not the system's. May be given several times.",
)  # fmt: skip
@click.option(
    "--allow-private", is_flag=True, expose_value=False,
    help="Taken by every command. Here it changes nothing: only name servers are reached, and they may be private.",
)  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(0.1, 600), default=TIMEOUT_S, show_default=True, metavar="SECONDS",
    help="The time for the whole evaluation.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def spf(
    domain: str,
    ip: str,
    mail_from: str,
    helo: str,
    nameservers: tuple[str, ...],
    timeout_s: float,
    as_json: bool,
) -> None:
    """Say whether an address may send mail for a domain, as a receiver would find out.

    DOMAIN is the domain to check; without it, that of --from, and without that, the HELO name.

    \b
    diagnose spf --ip 192.0.2.1 example.org
    diagnose spf --ip 192.0.2.1 --from shop@example.org --helo mail.example.org --json
    """
    mail_from = mail_from.removeprefix("<").removesuffix(">")  # as SMTP and mail logs write it
    domain = domain or mail_from.rpartition("@")[2] or helo
    if not domain:
        raise click.UsageError("Which domain? Give DOMAIN, --from or --helo.")
    if AMBIGUOUS & set(domain):
        raise click.UsageError(f"{domain} has a letter that two standards read as different domains: write it as xn--…")
    resolver = Resolver(nameservers, timeout_s=min(ONE_QUERY_S, timeout_s))
    sender = mail_from or f"postmaster@{domain}"
    evaluation = asyncio.run(check_host(ip, domain, sender, helo=helo or None, resolver=resolver, timeout_s=timeout_s))
    findings = judge(evaluation)
    verdict = min((each.verdict for each in findings), key=_ORDER.index)
    if as_json:
        click.echo(json.dumps(_answer(evaluation, findings, verdict), ensure_ascii=False, indent=2))
    else:
        show(evaluation, findings, Console(highlight=False))
    sys.exit(EXIT_CODES[verdict])


def _answer(evaluation: Evaluation, findings: Sequence[Finding], verdict: Verdict) -> dict[str, Any]:
    return {
        "subject": evaluation.domain,
        "verdict": verdict.value,
        **evaluation.to_json(),
        "findings": [each.to_json() for each in findings],
    }


def show(evaluation: Evaluation, findings: Sequence[Finding], console: Console) -> None:
    """Print the answer for people: what came out, how, what it cost, what to do."""
    for finding in findings:
        mark, colour = MARKS[finding.verdict]
        console.print(Text(mark, colour), Text(finding.code, "bold"))
        console.print(Text(finding.summary))
    if evaluation.tree and evaluation.tree.record:
        console.print()
        console.print(Text("How it went", "bold"))
        console.print(Padding(_drawn(evaluation.tree), (0, 0, 0, 2)))
    if evaluation.problem:
        section(console, "The records in question", "\n".join(evaluation.problem.texts))
    section(console, "What it cost", _cost(evaluation))
    section(console, "What the receiver may say", evaluation.explanation)
    for finding in findings:
        section(console, "What it means", _MEANING[finding.code])
        if finding.remedy:
            section(console, "What to do", finding.remedy.text)
            to_copy(console, finding.remedy.copy)
    section(console, "What was asked", _as_asked(evaluation))


def _drawn(visit: Visit) -> Tree:
    tree = Tree(_head(visit))
    _grow(tree, visit)
    return tree


def _grow(tree: Tree, visit: Visit) -> None:
    for step in visit.steps:
        branch = tree.add(_term(step))
        if step.visit:
            _grow(branch.add(_head(step.visit)), step.visit)


def _head(visit: Visit) -> Text:
    return Text.assemble((visit.domain, "bold"), "  ", visit.record, "  ", (f"= {visit.result}", "bold"))


def _term(step: Step) -> Text:
    said = Text(step.term)
    if step.target and not step.visit and step.target not in step.term:
        said.append(f" ({step.target})", "dim")
    if step.lookup:
        below = count(step) - 1
        more = f", {below} more below it" if below else ""
        said.append(f"  lookup {step.lookup} of {LOOKUP_LIMIT}{more}", "magenta")
    good = step.outcome in ("match", "redirect", "no match")
    said.append(f"  {step.outcome}", "bold green" if step.outcome == "match" else "" if good else "bold red")
    return said


def _cost(evaluation: Evaluation) -> str:
    lines = [f"lookups: {evaluation.lookups} of {LOOKUP_LIMIT}"]
    lines += [f"  {each.number}. {each.term} of {each.domain}" for each in evaluation.lookup_terms]
    lines.append(f"void lookups: {evaluation.void_lookups} of {VOID_LIMIT}")
    lines += [
        f"  {each.number}. {each.type} {each.name}: {each.end} ({each.term} of {each.domain})"
        for each in evaluation.void_answers
    ]
    lines += [f"not answered: {each.type} {each.name}: {each.detail}" for each in evaluation.unanswered]
    return "\n".join(lines)


def _as_asked(evaluation: Evaluation) -> str:
    helo = f", HELO {evaluation.helo}" if evaluation.helo else ""
    return f"{evaluation.ip} sends as {evaluation.sender}{helo}; result: {evaluation.result}"
