"""`diagnose reply`: what a mailer, a relay or PHP said, read."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.text import Text

from diagnostics.cli.terminal import EXIT_CODES, MARKS, Terminal, as_json_text, section, to_copy
from diagnostics.finding import Verdict
from diagnostics.mail.providers import PROVIDERS, by_host, by_name
from diagnostics.mail.replies import Reading, read
from diagnostics.mail.reply_parts import STAGES, stage_named

MOST_BYTES = 2_000_000


def _stage(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not stage_named(value):
        raise click.BadParameter(f"no stage is called {value!r}. Stages: {', '.join(STAGES)}.")
    return stage_named(value)


def _provider(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    known = by_name(value) or by_host(value)
    if value and not known:
        raise click.BadParameter(
            f"no provider is called {value!r}. Known: {', '.join(sorted(each.name for each in PROVIDERS))}."
        )
    return known.name if known else ""


@click.command()
@click.argument("text")
@click.option(
    "--stage", default="", callback=_stage, help="How far the mail had come: connect, tls, auth, mail, rcpt …"
)
@click.option("--provider", default="", callback=_provider, help="Who said it: gmail, microsoft365, ses, brevo …")
@click.option("--host", default="", help="The relay's host name, if you know it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def reply(text: str, stage: str, provider: str, host: str, as_json: bool) -> None:
    """Say what an error text means: whose fault, for how long, what to do.

    TEXT is what a mailer, a relay or PHP said: a line, a dialogue, or a whole bounce. `-` reads it from standard
    input.

    \b
    diagnose reply '535 5.7.8 Username and Password not accepted'
    diagnose reply --json - < bounce.txt
    """
    if text == "-":
        text = sys.stdin.buffer.read(MOST_BYTES).decode("utf-8", "replace")
    if not text.strip():
        raise click.UsageError("TEXT is empty: paste what the mailer or the server said.")
    reading = read(text, stage=stage, provider=provider, host=host)
    if as_json:
        click.echo(as_json_text(reading.to_json(), indent=2))
    else:
        show(reading, Terminal())
    sys.exit(EXIT_CODES[reading.code.verdict])


def show(reading: Reading, console: Console) -> None:
    """Print *reading* for people; colours are the console's matter (terminal, NO_COLOR)."""
    finding = reading.finding()
    mark, colour = MARKS[finding.verdict]
    console.print(Text(mark, colour), Text(finding.code, "bold"))
    console.print(Text(finding.summary))
    section(console, "What it means", reading.code.meaning)
    if finding.verdict in (Verdict.FAIL, Verdict.WARN):
        certain = "" if reading.code.sure else " (several causes share these words)"
        section(console, "Whose fault", reading.fault + certain)
        lasting = "yes: time alone may heal it" if reading.temporary else "no: it stays until somebody mends it"
        section(console, "Temporary", lasting)
    if finding.remedy:
        section(console, "What to do", finding.remedy.text)
        to_copy(console, finding.remedy.copy)
    section(console, "To be sure", reading.code.follow_up)
    section(console, "What was read", _as_read(reading))


def _as_read(reading: Reading) -> str:
    numbers = " ".join(str(each) for each in (reading.basic_code, reading.enhanced_status) if each)
    facts = {"code": numbers, "stage": reading.stage.replace("_", " "), "provider": reading.provider}
    known = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
    return f"{reading.text}\n({known})" if known else reading.text
