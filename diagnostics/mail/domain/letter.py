"""The report as a letter for whoever keeps the DNS: plain text that stands alone, and asks for no log-in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from diagnostics.finding import Finding, Verdict
from diagnostics.mail.domain.name import read_domain
from diagnostics.mail.domain.report import Report, Section, ToPublish

WIDTH = 76
PROOFS = {
    "pass": "Proven: with this record laid over DNS in memory, the fault is gone.",
    "fail": "Not proven: with this record laid over DNS in memory, something still fails. Ask before you publish it.",
    "unknown": "Not proven: with this record laid over DNS in memory, not everything could be looked at.",
    "": "",
}


def as_text(report: Report, now: datetime) -> str:
    """*report* as it was at *now* (aware); several domains are several sections."""
    lines = [f"Looked at by Aftercare on {now:%Y-%m-%d %H:%M} UTC.", ""]
    for section in report.sections:
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> Iterator[str]:
    title = f"The mail of {read_domain(section.domain).shown}"
    yield from (title, "=" * len(title), "")
    after = f" With the records below: {section.grade_after}." if section.grade_after else ""
    yield from _wrapped(f"Grade {section.grade.letter}: {section.grade.meaning}{after}")
    yield ""
    if section.records:
        yield from ("What to publish at the DNS host", "-------------------------------", "")
        for number, record in enumerate(section.records, 1):
            yield from _record(number, record)
    else:
        yield from _wrapped("No record has to be published.")
        yield ""
    if section.letters:
        yield from ("What others have to do", "----------------------", "")
        for finding in section.letters:
            yield from _request(finding)
    bad = [each for each in section.findings if each.verdict in (Verdict.FAIL, Verdict.WARN)]
    unseen = [each for each in section.findings if each.verdict is Verdict.UNKNOWN]
    for heading, findings in (("What was found", bad), ("What could not be looked at", unseen)):
        if findings:
            yield from (heading, "-" * len(heading), "")
            for finding in findings:
                yield from _wrapped(f"* {finding.summary} [{finding.code}]", "  ")
                if finding.remedy and not finding.remedy.records:
                    yield from _wrapped(f"  {finding.remedy.text}", "  ")
            yield ""


def _record(number: int, record: ToPublish) -> Iterator[str]:
    change = record.change
    yield f"{number}. {change.type} record"
    yield f"   Name:     {change.name}"
    yield f"             (in a panel that appends {record.zone} by itself: {record.name_field})"
    if change.value:
        yield "   Value:    (one line)"
        yield f"{change.value}"
    else:
        yield "   Value:    none; the record below is only to go"
    for text in record.strings:
        yield f'             in pieces, for a panel that wants it so: "{text}"'
    for old in change.replaces:
        yield "   Replaces: (take this one away)"
        yield f"{old}"
    if record.ttl:
        yield f"   Seen:     resolvers may show the old answer for up to {_minutes(record.ttl)} more"
    yield from _wrapped(f"   Why:      {record.finding.summary}", "             ")
    proof = PROOFS[record.finding.remedy.proof if record.finding.remedy else ""]
    if proof:
        yield from _wrapped(f"   Proof:    {proof}", "             ")
    yield f"   Check:    dig +short {change.type} {change.name}"
    yield ""


def _request(finding: Finding) -> Iterator[str]:
    remedy = finding.remedy
    assert remedy is not None
    yield from _wrapped(f"* {finding.summary} {remedy.text}", "  ")
    yield from ("  Text to send:", "")
    yield from (f"  > {line}" for line in remedy.letter.splitlines())
    yield ""


def _minutes(seconds: int) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}" if minutes < 120 else f"{round(minutes / 60)} hours"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
