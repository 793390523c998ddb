"""`diagnose spf`: may this address send for this domain, and what does its whole record cost? (RFC 7208)"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from diagnostics.cli.options import network_options
from diagnostics.cli.spf_tree import walked_tree
from diagnostics.cli.terminal import EXIT_CODES, MARKS, Terminal, as_json_text, section, to_copy, worst
from diagnostics.finding import Finding, Verdict
from diagnostics.mail.dns_codes import CODES as DNS_CODES
from diagnostics.mail.domain.subject import Sender, Subject, World
from diagnostics.mail.spf import CODES, Evaluation, Step, Visit, check_host
from diagnostics.mail.spf.domain import SPFView, look_at_spf
from diagnostics.mail.spf.drawing import drawn
from diagnostics.mail.spf.evaluate import AMBIGUOUS, TIMEOUT_S, in_ascii
from diagnostics.mail.spf.evaluation import LOOKUP_LIMIT, VOID_LIMIT, Result
from diagnostics.mail.spf.judge import count, judge
from diagnostics.mail.spf.plan import Plan
from diagnostics.network import Resolver
from diagnostics.network.shared import SharedDNS

ONE_QUERY_S = 5.0  # of the time for the whole evaluation, so that one dead server does not spend it all
_MEANING = {code.code: code.meaning for code in (*CODES, *DNS_CODES)}


def _ip(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return str(ipaddress.ip_address(value)) if value else ""
    except ValueError:
        raise click.BadParameter(f"{value!r} is no IPv4 or IPv6 address.") from None


@click.command()
@click.argument("domain", required=False, default="")
@click.option(
    "--ip", default="", callback=_ip,
    help="The address that sends: the relay's, as receivers see it. Without it the record is judged by itself.",
)  # fmt: skip
@click.option("--from", "mail_from", default="", help="The envelope sender (MAIL FROM); '' is the null sender.")
@click.option("--helo", default="", help="The name that the sending server says in HELO or EHLO.")
@network_options(TIMEOUT_S)
def spf(
    domain: str,
    ip: str,
    mail_from: str,
    helo: str,
    nameservers: tuple[str, ...],
    allow_private: bool,
    timeout_s: float,
    as_json: bool,
) -> None:
    """Say whether an address may send mail for a domain, as a receiver would find out.

    DOMAIN is the domain to check; without it, that of --from, and without that, the HELO name.
    Without --ip the whole record is judged: every include to its end, what each costs, what to mend.
    Only name servers are asked; --allow-private changes nothing here.

    \b
    diagnose spf example.org
    diagnose spf --ip 192.0.2.1 example.org
    diagnose spf --ip 192.0.2.1 --from shop@example.org --helo mail.example.org --json
    """
    mail_from = mail_from.removeprefix("<").removesuffix(">")  # as SMTP and mail logs write it
    domain = domain or mail_from.rpartition("@")[2] or helo
    if not domain:
        raise click.UsageError("Which domain? Give DOMAIN, --from or --helo.")
    if AMBIGUOUS & set(domain):
        raise click.UsageError(f"{domain} has a letter that two standards read as different domains: write it as xn--…")
    asked = _asked(domain, ip, mail_from, helo, nameservers, timeout_s)
    evaluation, view = asyncio.run(asked)
    findings = judge(evaluation, _for_sender(view)) if evaluation else list(view.findings)
    verdict = worst(findings)
    if as_json:
        click.echo(as_json_text(_answer(evaluation, view, findings, verdict), indent=2))
    else:
        show(evaluation, view, findings, Terminal())
    sys.exit(EXIT_CODES[verdict])


async def _asked(
    domain: str, ip: str, mail_from: str, helo: str, nameservers: tuple[str, ...], timeout_s: float
) -> tuple[Evaluation | None, SPFView]:
    """The evaluation, where an address is given, and the look at the whole record."""
    dns = SharedDNS(Resolver(nameservers, timeout_s=min(ONE_QUERY_S, timeout_s / 2)))
    ends_at = asyncio.get_running_loop().time() + timeout_s
    evaluation = None
    if ip:
        sender = mail_from or f"postmaster@{domain}"
        evaluation = await check_host(ip, domain, sender, helo=helo or None, resolver=dns, timeout_s=timeout_s)
    world = World(dns, None, datetime.now(UTC))
    domain = in_ascii(domain)
    senders = (Sender(domain, domain, ip, helo),) if ip else ()
    left = max(0.0, ends_at - asyncio.get_running_loop().time())
    return evaluation, await look_at_spf(Subject(domain, senders), world, timeout_s=left)


def _for_sender(view: SPFView) -> Plan | None:
    """The record to publish, if with it the address that was asked for passes."""
    passes = view.plan is not None and all(result == Result.PASS for _, result in view.plan.results)
    return view.plan if passes else None


def _answer(
    evaluation: Evaluation | None, view: SPFView, findings: Sequence[Finding], verdict: Verdict
) -> dict[str, Any]:
    walk = view.looks[0].walk
    whole = {
        "lookups": walk.lookups,
        "more": walk.more,
        "void_lookups": len(walk.dead),
        "tree": drawn(walk.root) if walk.usable else None,
    }
    if evaluation:
        facts = evaluation.to_json()
    else:
        ended = walk.problem
        result = _RESULTS.get(ended.kind.value, Result.PERMERROR).value if ended else None
        head = {"result": result, "mechanism": "", "explanation": ""}
        facts = {**head, "lookups": walk.lookups, "void_lookups": len(walk.dead), "record": view.record}
    return {
        "subject": evaluation.domain if evaluation else walk.domain,
        "verdict": verdict.value,
        **facts,
        "whole": whole,
        "findings": [each.to_json() for each in findings],
    }


# What everybody gets from a record that cannot be used; one that can be used depends on the address.
_RESULTS = {
    "not a domain": Result.NONE,
    "no such name": Result.NONE,
    "no record": Result.NONE,
    "unanswered": Result.TEMPERROR,
    "not looked at": Result.TEMPERROR,
}


def show(evaluation: Evaluation | None, view: SPFView, findings: Sequence[Finding], console: Console) -> None:
    """Print the answer for people: what came out, how, what it cost, what to do."""
    for finding in findings:
        mark, colour = MARKS[finding.verdict]
        console.print(Text(mark, colour), Text(finding.code, "bold"))
        console.print(Text(finding.summary))
    if evaluation and evaluation.tree and evaluation.tree.record:
        console.print()
        console.print(Text("How it went", "bold"))
        console.print(Padding(_drawn(evaluation.tree), (0, 0, 0, 2)))
    if evaluation and evaluation.problem:
        section(console, "The records in question", "\n".join(evaluation.problem.texts))
    section(console, "What it cost", _cost(evaluation) if evaluation else "")
    walk = view.looks[0].walk
    if walk.usable and walk.root.branches:
        console.print()
        console.print(Text(f"The whole record: {walk.counted} of {LOOKUP_LIMIT} lookups", "bold"))
        console.print(Padding(walked_tree(drawn(walk.root)), (0, 0, 0, 2)))
    section(console, "What the receiver may say", evaluation.explanation if evaluation else "")
    copied = ""
    for finding in findings:
        section(console, f"What it means: {finding.code}" if len(findings) > 1 else "What it means", _meaning(finding))
        if finding.remedy:
            section(console, "What to do", finding.remedy.text)
            if finding.remedy.copy != copied:
                to_copy(console, finding.remedy.copy)
            copied = finding.remedy.copy
    section(console, "What was asked", _as_asked(evaluation) if evaluation else "")


def _meaning(finding: Finding) -> str:
    return _MEANING[finding.code] if finding.verdict is not Verdict.PASS or finding.code == "spf.pass" else ""


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
