"""A domain's report on a terminal: the grade, the cause, what to publish, then all that was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diagnostics.cli.spf_tree import walked_tree
from diagnostics.cli.terminal import MARKS, section, to_copy
from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain.letter import PROOFS
from diagnostics.mail.domain.name import read_domain
from diagnostics.mail.domain.report import Report, Section, ToPublish
from diagnostics.printable import printable

GRADE_COLOURS = {"A": "bold green", "B": "bold green", "C": "bold yellow", "D": "bold red", "F": "bold red"}
MARK_WIDTH = 18
# Unknown for one reason: a site does not see what its relay does with a mail, and a received message shows it all.
A_MESSAGE_TELLS = frozenset(
    {"spf.sender_unknown", "dkim.not_found", "dmarc.alignment_unseen", "reputation.address_unknown"}
)
HOW_TO_SHOW_A_MESSAGE = (
    "Send a mail from the site to a mailbox of yours, open its source (Gmail: Show original), save it, and run "
    "`diagnose message FILE`: it shows the sending address, the envelope and the signatures. Or name what you know: "
    "--sends-from, --mail-from, --selector."
)
_STATES = {verdict.value: mark for verdict, mark in MARKS.items()}


def show(report: Report, console: Console) -> None:
    """Print *report* for people."""
    for shown in report.sections:
        _section(shown, console)


def _section(part: Section, console: Console) -> None:
    name = read_domain(part.domain).shown
    colour = GRADE_COLOURS.get(part.grade.letter, "bold magenta")
    console.print(Text.assemble((name, "bold"), "  grade ", (part.grade.letter, colour), f"  {part.grade.meaning}"))
    if part.grade_after:
        console.print(Text(f"With the records below published: grade {part.grade_after}.", "green"))
    if part.cause:
        section(console, "The cause", f"{part.cause.summary}\n{part.cause.remedy.text if part.cause.remedy else ''}")
    if part.records:
        console.print()
        console.print(Text("What to publish at the DNS host", "bold"))
        for record in part.records:
            _record(record, console)
    for finding in part.letters:
        if finding.remedy:
            section(console, f"What to ask others for: {finding.code}", finding.remedy.text)
            section(console, "The text to send them", finding.remedy.letter)
    receivers = [each for each in part.findings if each.code.startswith("receivers.")]
    rest = [each for each in part.findings if each not in receivers]
    wants = [each for each in rest if each.code in A_MESSAGE_TELLS and each.verdict is Verdict.UNKNOWN]
    found = [each for each in rest if each.verdict is not Verdict.PASS and each not in wants]
    _findings(found, "What was found", console)
    _findings(wants, "What one received message would tell", console, once=HOW_TO_SHOW_A_MESSAGE)
    _findings([each for each in rest if each.verdict is Verdict.PASS], "What is sound", console)
    _rules(receivers, console)
    for finding in part.findings:
        if tree := finding.evidence.get("tree"):
            _tree(finding, tree, console)
            break
    console.print()


def _record(record: ToPublish, console: Console) -> None:
    change = record.change
    head = Text.assemble((f"  {change.type} ", "bold"), change.name, (f"  (Name field: {record.name_field})", "dim"))
    console.print()
    console.print(head)
    to_copy(console, change.value or "(nothing comes in its place)")
    for old in change.replaces:
        console.print(Text(f"    in place of  {printable(old)}", "dim"), soft_wrap=True)
    for piece in record.strings:
        console.print(Text(f'    in pieces    "{piece}"', "dim"), soft_wrap=True)
    proof = record.finding.remedy.proof if record.finding.remedy else ""
    if proof:
        mark, colour = MARKS[Verdict(proof)]
        console.print(Padding(Text.assemble((mark, colour), f"  {PROOFS[proof]}"), (0, 0, 0, 4)))


def _findings(findings: Sequence[Finding], title: str, console: Console, *, once: str = "") -> None:
    """*once*: the one thing to do about all of them, in the place of each one's own remedy."""
    if not findings:
        return
    console.print()
    console.print(Text(title, "bold"))
    if once:
        console.print(Padding(Text(once, "dim"), (0, 0, 0, 2)))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    table.add_column(width=MARK_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, colour = MARKS[finding.verdict]
        words = Text.assemble((f"{finding.code}\n", "dim"), finding.summary)
        if finding.remedy and finding.verdict is not Verdict.PASS and not once:
            words.append(f"\n{finding.remedy.text}", "dim")
        table.add_row(Text(mark, colour), words)
    console.print(table)


def _rules(receivers: Sequence[Finding], console: Console) -> None:
    """What each big receiver demands, and how the domain stands to it."""
    if not receivers:
        return
    console.print()
    console.print(Text("What the big receivers demand", "bold"))
    table = Table("receiver", "demand", "of", "", "by", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for finding in receivers:
        for row in finding.evidence.get("demands") or ():
            mark, colour = _STATES.get(row["state"], (row["state"], "dim"))
            why = ", ".join(row["by"]) or row["why"]
            table.add_row(str(finding.evidence["receiver"]), row["demand"], row["who"], Text(mark, colour), why)
    console.print(Padding(table, (0, 0, 0, 2)))


def _tree(finding: Finding, tree: Mapping[str, Any], console: Console) -> None:
    console.print()
    console.print(Text(f"The SPF record of {finding.subject}, with what each term costs", "bold"))
    console.print(Padding(walked_tree(tree), (0, 0, 0, 2)))
